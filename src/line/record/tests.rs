use super::*;
use Role::{Continuation as C, Detail as D, Message as M, Named as N};

/// The roles of the lines behind a head; a detail holds no word of alarm.
fn check(name: &str, mut state: RecordState, lines: &[(&str, Role)]) {
    for &(line, role) in lines {
        assert_eq!(role_of(line.as_bytes(), state), role, "{name}: {line}");
        state = state.after_unstamped(line.as_bytes(), if role == D { C } else { role });
    }
}

fn mild() -> RecordState {
    RecordState::after_head(false)
}

fn alarming() -> RecordState {
    RecordState::after_head(true)
}

/// Traces as the languages print them, each line with its role.
const TRACES: &[(&str, &[(&str, Role)])] = &[
    (
        "java",
        &[
            ("com.shop.OrderException: order 7 lost", N),
            ("\tat com.shop.Cart.add(Cart.java:12)", C),
            ("\tSuppressed: java.io.IOException: close failed", N),
            ("\t\tat com.shop.Pool.close(Pool.java:9)", C),
            ("\t\t... 3 more", C),
            ("Caused by: java.sql.SQLException: gone away", N),
            ("\tat com.shop.Db.query(Db.java:77)", C),
            ("\t... 12 more", C),
            ("Caused by: com.shop.DiskFull", N),
            ("... 14 more", C),
        ],
    ),
    (
        "python",
        &[
            ("Traceback (most recent call last):", C),
            ("  File \"/app/shop.py\", line 3, in add", C),
            ("    cart[key]", C),
            ("    ~~~~^^^^^", C),
            ("KeyError: 'cart'", N),
            ("During handling of the above exception, another exception occurred:", C),
            ("Traceback (most recent call last):", C),
            ("  File \"/app/shop.py\", line 9, in main", C),
            ("    raise ShopClosed(key)", C),
            ("shop.errors.ShopClosed: at night", N),
        ],
    ),
    (
        "go",
        &[
            ("panic: runtime error: index out of range [5] with length 3", M),
            ("[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x48]", C),
            ("goroutine 1 [running]:", C),
            ("main.(*Cart).add(0xc000012345, {0x1, 0x2})", C),
            ("\t/app/cart.go:12 +0x1d", C),
            ("main.main()", C),
            ("\t/app/main.go:20 +0x1d", C),
            ("created by main.serve in goroutine 7", C),
            ("\t/app/main.go:31 +0x2c", C),
        ],
    ),
    (
        "rust",
        &[
            ("thread 'main' panicked at src/main.rs:4:5:", M),
            ("index out of bounds: the len is 3 but the index is 99", N),
            ("stack backtrace:", C),
            ("   0: rust_begin_unwind", C),
            ("             at /rustc/abc/library/std/src/panicking.rs:645:5", C),
            ("note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace", C),
        ],
    ),
    (
        "dotnet",
        &[
            ("Unhandled exception. System.AggregateException: One or more errors occurred.", M),
            (" ---> System.Net.Http.HttpRequestException: refused", N),
            ("   at Shop.Cart.Add() in /app/Cart.cs:line 12", C),
            ("   --- End of inner exception stack trace ---", C),
            ("--- End of stack trace from previous location ---", C),
            ("   at Shop.Program.Main() in /app/Program.cs:line 3", C),
        ],
    ),
    (
        "node",
        &[
            ("/app/server.js:12", C),
            ("    throw new Error('boom');", C),
            ("    ^", C),
            ("Error: boom", N),
            ("    at Object.<anonymous> (/app/server.js:12:9)", C),
            ("    at node:internal/main/run_main_module:23:47 {", C),
            ("  code: 'ECONNREFUSED',", C),
            ("  [cause]: Error: inner", N),
            ("      at inner (/app/server.js:3:1)", C),
            ("}", C),
            ("Node.js v22.1.0", C),
        ],
    ),
    ("node named", &[("TypeError [ERR_INVALID_ARG_TYPE]: no", N), ("    at f (node:fs:1:2)", C)]),
    (
        "ruby",
        &[
            ("app.rb:12:in 'Cart#add': no such item (KeyError)", N),
            ("\tfrom app.rb:20:in 'block in <main>'", C),
            ("from app.rb:21:in '<main>'", C),
            ("app/models/cart.rb:12:in `add'", C),
        ],
    ),
];

#[test]
fn traces_hang_on_a_stamped_head_of_any_level() {
    for (name, lines) in TRACES {
        check(name, mild(), lines);
        check(name, alarming(), lines);
    }
}

/// Without stamps the first line of a trace is a message, and no frame is.
#[test]
fn traces_without_any_stamp_have_no_frames_for_messages() {
    for (name, lines) in TRACES {
        let mut state = RecordState::default();
        let mut messages = 0;
        for &(line, role) in *lines {
            let got = role_of(line.as_bytes(), state);
            messages += u32::from(got == M || got == N);
            let named = matches!(role, M | N) || (*name == "node" && line.starts_with('/'));
            assert!(named || got == C, "{name}: {line} is {got:?}");
            state = state.after_unstamped(line.as_bytes(), got);
        }
        assert!(messages >= 1, "{name}");
    }
}

#[test]
fn a_crash_is_never_hidden() {
    for line in [
        "panic: assignment to entry in nil map",
        "Segmentation fault (core dumped)",
        "Killed",
        "fatal error: all goroutines are asleep - deadlock!",
        "terminate called after throwing an instance of 'std::bad_alloc'",
        "*** stack smashing detected ***: terminated",
        "Exception in thread \"main\" java.lang.OutOfMemoryError: heap",
        "thread 'worker-3' panicked at src/lib.rs:9:1:",
        "Aborted (core dumped)",
    ] {
        check("crash", mild(), &[(line, M)]);
        check("crash", alarming(), &[(line, M)]);
        check("crash", RecordState::default(), &[(line, M)]);
        check("crash in a trace", mild(), &[("ValueError: bad", N), ("  frame", C), (line, M)]);
    }
}

#[test]
fn other_lines_between_stamps() {
    check("prose", mild(), &[("details follow", M), ("  indented", C), ("ERROR disk failed", M)]);
    check("prose", alarming(), &[("details follow", D), ("ERROR disk failed", D), ("  indented", C)]);
    check("cause", mild(), &[("Caused by:", C), ("    0: disk full", C)]);
    check("c++", mild(), &[("terminate called without", M), ("  what():  std::bad_alloc", N)]);
    check("words", mild(), &[("Errors: 7", M), ("Error handling is on", M), ("at noon", C)]);
}

#[test]
fn indented_lines_without_any_stamp_are_messages_unless_they_are_frames() {
    let open = RecordState::default();
    check("list", open, &[("items:", M), ("  cache of 7 items", M), ("  at rest", M)]);
    check("frames", open, &[("\tat com.shop.Cart.add(Cart.java:12)", C), ("  File \"a.py\", line 3", C)]);
}

#[test]
fn an_endless_record_ends() {
    let long = RecordState { lines: RECORD_LINES_MAX, ..alarming() };
    assert_eq!(role_of(b" at x", long), M);
}

/// One look says what all rules say.
#[test]
fn an_ordinary_line_is_a_message_that_leaves_the_state() {
    let lines = TRACES.iter().flat_map(|(_, lines)| lines.iter().map(|line| line.0));
    let more =
        ["request 7 served by worker-3", "x y", "Error: z", "KeyError", "TypeError [A]: b", "ready", ""];
    let mut ordinary = 0;
    for line in lines.chain(more) {
        let state = RecordState::default();
        if is_ordinary(line.as_bytes(), state) {
            ordinary += 1;
            assert_eq!(role_of(line.as_bytes(), state), M, "{line}");
            assert_eq!(state.after_unstamped(line.as_bytes(), M), state, "{line}");
        }
        assert!(!is_ordinary(line.as_bytes(), mild()));
    }
    assert!(ordinary >= 1);
}
