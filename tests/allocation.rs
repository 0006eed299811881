//! No allocation per line: a chunk twice as long costs a worker at most a few
//! doublings of a list more, once its shapes are known.

use logsurge::count::{Carry, Job, Opener, Scout, Worker};
use logsurge::line::filter::Filter;
use logsurge::line::stamp::Clock;
use logsurge::time::{Time, Zone};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// Counts what the current thread asks for.
struct Counting;

thread_local! {
    static ASKED: Cell<u64> = const { Cell::new(0) };
}

fn count() {
    // While a thread ends its counter may be gone already.
    let _ = ASKED.try_with(|asked| asked.set(asked.get() + 1));
}

// SAFETY: everything is handed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count();
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, old: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        unsafe { System.realloc(old, layout, size) }
    }

    unsafe fn dealloc(&self, old: *mut u8, layout: Layout) {
        unsafe { System.dealloc(old, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

fn asked(work: impl FnOnce()) -> u64 {
    let before = ASKED.with(Cell::get);
    work();
    ASKED.with(Cell::get) - before
}

/// Twice the lines are one more doubling of each list in a delta (segments, entries, samples).
const DOUBLINGS: u64 = 6;
const LINES: usize = 4_000;

fn time_of(second: usize) -> String {
    format!("2026-03-02T{:02}:{:02}:{:02}.125Z", 8 + second / 3_600, second / 60 % 60, second % 60)
}

fn text(lines: usize, line: fn(usize) -> String) -> Vec<u8> {
    (0..lines).flat_map(|n| (line(n) + "\n").into_bytes()).collect()
}

fn check(name: &str, line: fn(usize) -> String) {
    check_filtered(name, &Filter::default(), line);
}

fn check_filtered(name: &str, filter: &Filter, line: fn(usize) -> String) {
    let opener = || Opener::new(Clock::new(Zone::utc(), Some(2026))).with_filter(filter.clone());
    let (mut worker, mut scout) = (Worker::new(opener(), 7), Scout::new(opener()));
    let carry = Carry::start(Time::from_seconds(1_800_000_000));
    let job = |bytes| Job { source: 0, index: 0, bytes, carry, overlong: 0, live: false };
    let (once, twice) = (text(LINES, line), text(2 * LINES, line));
    let known = worker.tally(&job(&twice));
    assert_eq!(known.lines.read, 2 * LINES as u64);
    let after = scout.carry_after(&carry, &twice);
    let short = asked(|| drop(worker.tally(&job(&once))));
    let long = asked(|| drop(worker.tally(&job(&twice))));
    assert!(
        long <= short + DOUBLINGS,
        "{name}: {LINES} lines took {short} allocations, twice as many {long}"
    );
    assert!(short <= 60, "{name}: {short} allocations for a chunk of known shapes");
    let scouted = asked(|| assert_eq!(scout.carry_after(&carry, &twice), after));
    assert_eq!(scouted, 0, "{name}: the scout allocates");
}

#[test]
fn known_shapes_are_counted_without_an_allocation_per_line() {
    check("plain", |n| {
        let what = ["GET /cart", "order confirmed", "session opened for user anna"][n % 3];
        format!("{} INFO  http    {what} in {n} ms", time_of(n / 4))
    });
    check("late and out of order", |n| {
        format!("{} WARN  db      slow query {n:x}", time_of(2_000 + n / 9 - 400 * usize::from(n % 7 == 0)))
    });
    check("syslog, without a year", |n| {
        let (minute, second) = (n / 60 % 60, n % 60);
        format!(
            "Mar  2 {:02}:{minute:02}:{second:02} web-1 sshd[{n}]: Accepted key for anna port {n}",
            8 + n / 3_600
        )
    });
    check("with colours and progress bars", |n| {
        format!("10 %\r50 %\r\x1b[2m{}\x1b[0m \x1b[31mERROR\x1b[0m step {n} failed\r", time_of(n / 3))
    });
    check("traces and unstamped lines", |n| match n % 5 {
        0 => format!("{} ERROR orders charge failed for order {n}", time_of(n / 5)),
        1 => "java.lang.IllegalStateException: no gateway".to_owned(),
        4 => String::new(),
        _ => format!("\tat com.example.shop.Gateway.call(Gateway.java:{n})"),
    });
    check("JSON, with escapes and an error", |n| {
        let time = time_of(n / 3);
        format!(
            r#"{{"time":"{time}","level":"error","logger":"db","msg":"say \"no\"\tto {n}","id":{n},"err":{{"type":"TypeError","stack":"TypeError: x\n  at a"}},"tags":["a",{{}}]}}"#
        )
    });
    check("JSON without a message", |n| {
        format!(r#"{{"time":"{}","level":"info","method":"GET","path":"/{n}","status":{n}}}"#, time_of(n / 3))
    });
    check("JSON of a runtime around that of a program", |n| {
        let time = time_of(n / 3);
        format!(
            r#"{{"log":"{{\"level\":30,\"msg\":\"\u001b[1mhi\u001b[0m {n}\"}}\n","stream":"stdout","time":"{time}"}}"#
        )
    });
    check("runtimes and pods around pairs", |n| {
        let time = time_of(n / 3);
        match n % 3 {
            0 => format!("{time} stdout F time=2026-03-02T08:00:00Z level=warn msg=\"slow\" took={n}ms"),
            1 => format!("{time} stderr P ERROR part {n}"),
            _ => format!("web-7d9f8b6c5-x2x9k app {time} INFO ready in {n} ms"),
        }
    });
    check("without any stamp", |n| format!("request {n} served by worker-{}", n % 8));
    check("invalid bytes and NUL", |n| format!("{} INFO caf\u{e9} \0 {n}", time_of(n / 3)));
}

#[test]
fn fields_beside_a_message_are_read_without_an_allocation() {
    let line = |n: usize| {
        let time = time_of(n / 3);
        match n % 3 {
            0 => format!(
                r#"{{"time":"{time}","msg":"done","status":{n},"state":"\u0061b","http":{{"a":{{"b":"c{n}"}}}}}}"#
            ),
            1 => format!(r#"{{"log":"{{\"status\":{n},\"ok\":true}}\n","time":"{time}"}}"#),
            _ => format!("time={time} msg=\"done\" status={n} state=up took={n}ms"),
        }
    };
    let chunk = text(LINES, line);
    let mut opener = Opener::new(Clock::new(Zone::utc(), Some(2026)));
    let anchor = Carry::start(Time::from_seconds(1_800_000_000)).anchor();
    let mut read = || {
        let (mut start, mut fields) = (0, 0);
        for (end, _) in chunk.iter().enumerate().filter(|(_, byte)| **byte == b'\n') {
            let mut opened = opener.open(&chunk, start, end, anchor).expect("the line says something");
            fields += opened.fields().count();
            start = end + 1;
        }
        fields
    };
    let known = read();
    assert_eq!(known, LINES / 3 * 7 + 3);
    assert_eq!(asked(|| assert_eq!(read(), known)), 0);
}

#[test]
fn masks_and_filters_do_not_allocate_per_line() {
    let filter = Filter::default().with_grep(&["order".into(), "tick".into()]).unwrap();
    let filter = filter.with_ignore(&["tick [0-9]*7$".into()]).unwrap();
    let filter = filter.with_mask("user", r"user (\w+)").unwrap().with_mask("order", r"ord-\w+").unwrap();
    check_filtered("masked", &filter, |n| {
        let what = ["ERROR tick", "order by user anna of ord-abc at", "GET /cart"][n % 3];
        format!("{} {what} {n}", time_of(n / 4))
    });
}
