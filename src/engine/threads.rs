//! Several hands at one heap.
//!
//! The caller is one of them: it applies what the others have tallied, and where nothing waits for
//! that it reads and tallies a chunk itself. So as many threads run as were asked for, whichever
//! part of the work is the larger one, and none is woken for a single delta.

use super::Message;
use super::feeder::{Hand, Portioned, Source, Waiting};
use super::opened::Opened;
use crate::config::Config;
use std::cmp::Reverse;
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

/// Messages that may wait per thread: enough to never starve the ledger, little
/// enough that memory stays flat.
const WAITING_PER_THREAD: usize = 2;

struct Heap {
    waiting: Waiting,
    /// Sources that a thread is reading from right now.
    taken: usize,
    /// Chunks that are being tallied.
    tallied: usize,
    /// What the ledger has not seen yet.
    messages: VecDeque<Message>,
    /// Nobody listens any more.
    closed: bool,
}

struct Shared {
    heap: Mutex<Heap>,
    changed: Condvar,
    messages_max: usize,
}

/// What there is to do for the caller.
enum Task {
    /// Something for the ledger.
    Message(Message),
    /// A source to read from.
    Source(Box<Source>),
    /// Everything has been read, tallied and given to the ledger.
    Nothing,
}

impl Shared {
    /// A thread that panicked is re-raised where it is joined; until then the
    /// heap, which is never left half changed, stays usable.
    fn lock(&self) -> MutexGuard<'_, Heap> {
        self.heap.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, heap: MutexGuard<'a, Heap>) -> MutexGuard<'a, Heap> {
        self.changed.wait(heap).unwrap_or_else(PoisonError::into_inner)
    }

    /// The source that is least far; waits while all are being read from. None when all have
    /// ended, or nobody listens any more.
    fn take(&self) -> Option<Source> {
        let mut heap = self.lock();
        loop {
            if heap.closed {
                return None;
            }
            if let Some(source) = heap.pop() {
                return Some(source);
            }
            if heap.taken == 0 {
                return None;
            }
            heap = self.wait(heap);
        }
    }

    /// Puts back a source that was taken and whose chunk is tallied next, or counts it as ended.
    fn give_back(&self, source: Option<Source>) {
        let mut heap = self.lock();
        heap.taken -= 1;
        heap.tallied += usize::from(source.is_some());
        heap.waiting.extend(source.map(Reverse));
        drop(heap);
        self.changed.notify_all();
    }

    /// What the caller does next: a message goes first, since the panes wait for it.
    fn next_task(&self) -> Task {
        let mut heap = self.lock();
        loop {
            if let Some(message) = heap.messages.pop_front() {
                let was_full = heap.messages.len() + 1 >= self.messages_max;
                drop(heap);
                if was_full {
                    self.changed.notify_all();
                }
                return Task::Message(message);
            }
            if let Some(source) = heap.pop() {
                return Task::Source(Box::new(source));
            }
            if heap.taken == 0 && heap.tallied == 0 {
                return Task::Nothing;
            }
            heap = self.wait(heap);
        }
    }

    /// Gives messages to the ledger, once it has room for them.
    fn send(&self, messages: impl IntoIterator<Item = Message>) {
        let mut heap = self.lock();
        while heap.messages.len() >= self.messages_max && !heap.closed {
            heap = self.wait(heap);
        }
        heap.messages.extend(messages);
        drop(heap);
        self.changed.notify_all();
    }
}

impl Heap {
    fn pop(&mut self) -> Option<Source> {
        let Reverse(source) = self.waiting.pop()?;
        self.taken += 1;
        Some(source)
    }
}

/// Worker threads and what they have tallied.
pub(crate) struct Crew {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
    /// The caller's own hand, and what it has for the ledger.
    hand: Hand,
    own: VecDeque<Message>,
}

impl Crew {
    pub fn start(config: &Config, open: &Arc<Opened>, sources: Vec<Source>) -> Crew {
        let waiting = sources.into_iter().map(Reverse).collect();
        let heap = Heap { waiting, taken: 0, tallied: 0, messages: VecDeque::new(), closed: false };
        let messages_max = config.threads * WAITING_PER_THREAD;
        let shared = Arc::new(Shared { heap: Mutex::new(heap), changed: Condvar::new(), messages_max });
        let threads = (1..config.threads)
            .map(|_| {
                let (shared, hand) = (Arc::clone(&shared), Hand::new(config, open));
                std::thread::spawn(move || work(&shared, hand))
            })
            .collect();
        Crew { shared, threads, hand: Hand::new(config, open), own: VecDeque::new() }
    }

    /// The next message; none when all has been read.
    pub fn receive(&mut self) -> Option<Message> {
        loop {
            if let Some(message) = self.own.pop_front() {
                return Some(message);
            }
            match self.shared.next_task() {
                Task::Message(message) => return Some(message),
                Task::Source(source) => {
                    let own = &mut self.own;
                    handle(&self.shared, &mut self.hand, *source, |messages| own.extend(messages));
                }
                Task::Nothing => {
                    self.join();
                    return None;
                }
            }
        }
    }

    /// Waits for the threads and re-raises the panic of one that had any.
    fn join(&mut self) {
        for thread in self.threads.drain(..) {
            if let Err(panic) = thread.join() {
                std::panic::resume_unwind(panic);
            }
        }
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.changed.notify_all();
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// A source that a thread is reading from. Should the thread panic, the others
/// must not wait for it for ever.
struct Taken<'a>(Option<&'a Shared>);

impl<'a> Taken<'a> {
    /// Puts the source back; its chunk is tallied next.
    fn put_back(mut self, source: Source) -> Tallied<'a> {
        let shared = self.0.take();
        if let Some(shared) = shared {
            shared.give_back(Some(source));
        }
        Tallied(shared)
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        if let Some(shared) = self.0.take() {
            shared.give_back(None);
        }
    }
}

/// A chunk that a thread is tallying, for the same reason.
struct Tallied<'a>(Option<&'a Shared>);

impl Drop for Tallied<'_> {
    fn drop(&mut self) {
        if let Some(shared) = self.0.take() {
            shared.lock().tallied -= 1;
            shared.changed.notify_all();
        }
    }
}

/// Reads one chunk of a source, puts the source back at once, tallies the chunk, and sends what
/// there is to tell.
fn handle(shared: &Shared, hand: &mut Hand, mut source: Source, send: impl FnOnce(Vec<Message>)) {
    let taken = Taken(Some(shared));
    let (portioned, troubles) = hand.read(&mut source);
    let mut messages = Vec::new();
    if !troubles.is_empty() {
        messages.push(Message::Trouble(troubles));
    }
    match portioned {
        Portioned::Chunk(portion) => {
            hand.scout(&mut source, &portion);
            let _tallied = taken.put_back(source);
            messages.push(hand.tally(portion));
            send(messages);
        }
        Portioned::End { chunks } => {
            // Before the source counts as ended: the caller stops when nothing is left to send.
            messages.push(Message::End { source: source.index(), chunks });
            send(messages);
            drop(taken);
        }
    }
}

fn work(shared: &Shared, mut hand: Hand) {
    while let Some(source) = shared.take() {
        handle(shared, &mut hand, source, |messages| shared.send(messages));
    }
}
