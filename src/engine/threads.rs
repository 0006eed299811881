//! Several hands at one heap.

use super::Message;
use super::feeder::{Hand, Portioned, Source, Waiting};
use super::opened::Opened;
use crate::config::Config;
use crossbeam_channel::{Receiver, Sender, bounded};
use std::cmp::Reverse;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

/// Deltas that may wait per thread: enough to never starve the ledger, little
/// enough that memory stays flat.
const WAITING_PER_THREAD: usize = 2;

struct Heap {
    waiting: Waiting,
    /// Sources that a thread is reading from right now.
    taken: usize,
}

struct Shared {
    heap: Mutex<Heap>,
    changed: Condvar,
}

impl Shared {
    /// A thread that panicked is re-raised where it is joined; until then the
    /// heap, which is never left half changed, stays usable.
    fn lock(&self) -> MutexGuard<'_, Heap> {
        self.heap.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The source that is least far; waits while all are being read from.
    fn take(&self) -> Option<Source> {
        let mut heap = self.lock();
        loop {
            if let Some(Reverse(source)) = heap.waiting.pop() {
                heap.taken += 1;
                return Some(source);
            }
            if heap.taken == 0 {
                return None;
            }
            heap = self.changed.wait(heap).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Puts a source back, or counts it as ended.
    fn put_back(&self, source: Option<Source>) {
        let mut heap = self.lock();
        heap.taken -= 1;
        heap.waiting.extend(source.map(Reverse));
        drop(heap);
        self.changed.notify_all();
    }
}

/// Worker threads and the end of their channel.
pub(crate) struct Crew {
    messages: Option<Receiver<Message>>,
    threads: Vec<JoinHandle<()>>,
}

impl Crew {
    pub fn start(config: &Config, open: &Arc<Opened>, sources: Vec<Source>) -> Crew {
        let waiting = sources.into_iter().map(Reverse).collect();
        let shared =
            Arc::new(Shared { heap: Mutex::new(Heap { waiting, taken: 0 }), changed: Condvar::new() });
        let (sender, messages) = bounded(config.threads * WAITING_PER_THREAD);
        let threads = (0..config.threads)
            .map(|_| {
                let (shared, sender, hand) = (Arc::clone(&shared), sender.clone(), Hand::new(config, open));
                std::thread::spawn(move || work(&shared, &sender, hand))
            })
            .collect();
        Crew { messages: Some(messages), threads }
    }

    /// The next message; none when all threads have ended.
    pub fn receive(&mut self) -> Option<Message> {
        let message = self.messages.as_ref()?.recv().ok();
        if message.is_none() {
            self.join();
        }
        message
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
        // A closed channel is what ends a thread that still has work.
        self.messages = None;
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// A source that a thread is reading from. Should the thread panic, the others
/// must not wait for it for ever.
struct Taken<'a>(Option<&'a Shared>);

impl Taken<'_> {
    fn put_back(mut self, source: Option<Source>) {
        if let Some(shared) = self.0.take() {
            shared.put_back(source);
        }
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        if let Some(shared) = self.0.take() {
            shared.put_back(None);
        }
    }
}

fn work(shared: &Shared, sender: &Sender<Message>, mut hand: Hand) {
    while let Some(mut source) = shared.take() {
        let taken = Taken(Some(shared));
        let (portioned, troubles) = hand.read(&mut source);
        let message = match portioned {
            Portioned::Chunk(portion) => {
                taken.put_back(Some(source));
                hand.tally(portion)
            }
            Portioned::End { chunks } => {
                taken.put_back(None);
                Message::End { source: source.index(), chunks }
            }
        };
        if !troubles.is_empty() && sender.send(Message::Trouble(troubles)).is_err() {
            return;
        }
        if sender.send(message).is_err() {
            return; // nobody listens any more
        }
    }
}
