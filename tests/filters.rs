//! `--grep`, `--ignore` and `--mask`, as a user meets them.

mod program;

use program::Place;

fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    let stamp = |n: usize| format!("2026-03-02T12:{:02}:{:02}Z", n / 60 % 60, n % 60);
    (0..count).map(|n| format!("{} {}\n", stamp(n), line(n))).collect()
}

/// Words that no rule takes for a value.
fn word(number: usize) -> String {
    let number = (number as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (0..7).map(|at| char::from(b'a' + (number >> (at * 8)) as u8 % 26)).collect()
}

fn rows(place: &Place, args: &[&str]) -> Vec<String> {
    let ran = place.run(&[&["templates", "-q"], args].concat()).status(0);
    ran.out.lines().skip(1).map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn a_mask_makes_one_message_of_many() {
    let place = Place::new();
    // Neither place is a value by itself: each message stands alone.
    place.write("a.log", lines(40, |n| format!("INFO {} took {} away", word(n), word(n + 99))));
    assert_eq!(rows(&place, &["a.log"]).len(), 40);
    let masked = ["--mask", "who=^ INFO ([a-z]+)", "--mask", "what=took ([a-z]+)", "a.log"];
    let found = rows(&place, &masked);
    assert!(found.len() == 1 && found[0].ends_with("INFO <*> took <*> away"), "{found:?}");
    let assigned = place.run(&[&["templates", "--assign"], &masked[..]].concat()).status(0).out;
    assert!(assigned.lines().all(|row| row.ends_with("INFO <*> took <*> away")), "{assigned}");
}

#[test]
fn lines_that_are_left_out_are_counted_and_what_hangs_on_them_goes_too() {
    let place = Place::new();
    let trace = "ERROR flaky call failed\n\tat com.example.Call.run(Call.java:7)\nmore of it";
    let text = lines(30, |n| if n % 3 == 0 { trace.to_owned() } else { format!("INFO tick {n}") });
    place.write("a.log", &text);
    let all = place.run(&["scan", "--warmup", "0", "a.log"]).status(1);
    assert!(all.err.contains("read 50 lines (30 counted, 20 continuation)"), "{}", all.err);
    let left = place.run(&["scan", "--warmup", "0", "--ignore", "flaky", "a.log"]).status(0);
    assert!(left.err.contains("read 50 lines (20 counted, 30 filtered)"), "{}", left.err);
    let kept = place.run(&["scan", "--warmup", "0", "--grep", "flaky|no", "--grep", "tick 1$", "a.log"]);
    assert!(kept.err.contains("read 50 lines (11 counted, 20 continuation, 19 filtered)"), "{}", kept.err);
    let none = place.run(&["scan", "--grep", "nowhere", "a.log"]).status(0);
    assert!(none.err.contains("left none to judge"), "{}", none.err);
    let assigned = place.run(&["templates", "--assign", "--ignore", "flaky", "a.log"]).status(0).out;
    assert_eq!(assigned.lines().filter(|row| row.contains("\t-\t")).count(), 30, "{assigned}");
}

#[test]
fn the_lines_around_an_alert_do_not_depend_on_chunks() {
    let place = Place::new();
    let trace = "Traceback (most recent call last):\n  File \"a.py\", line 2, in f\n\x1b[0m\nKeyError: bad\n    raise Y\nValueError: bad";
    let text =
        lines(9, |n| if n == 5 { format!("ERROR disk broke\n{trace}") } else { format!("INFO tick {n}") });
    place.write("a.log", text);
    let seen = |chunk: &str| {
        let args =
            ["scan", "--json", "--warmup", "0", "--ignore", "KeyError", "--chunk-bytes", chunk, "a.log"];
        place.run(&args).status(1).out
    };
    let whole = seen("65536");
    for chunk in ["1", "64", "150"] {
        assert_eq!(seen(chunk), whole, "chunks of {chunk} bytes");
    }
}

#[test]
fn a_filter_sees_the_line_and_a_mask_what_stands_behind_the_stamp() {
    let place = Place::new();
    place.write("a.log", lines(120, |n| format!("INFO tick {n}")));
    let ran = place.run(&["scan", "--grep", "^2026-03-02T12:01", "a.log"]).status(0);
    assert!(ran.err.contains("(60 counted, 60 filtered)"), "{}", ran.err);
    let found = rows(&place, &["--mask", "all=^.*$", "a.log"]);
    assert!(found.len() == 1 && found[0].ends_with("<*>"), "{found:?}");
}

#[test]
fn a_pattern_that_is_none_is_shown_with_the_place() {
    let place = Place::new();
    place.write("a.log", "a\n");
    let wrong = |args: &[&str]| place.run(&[&["scan", "a.log"], args].concat()).status(2).err;
    let said = wrong(&["--grep", "fine", "--grep", "a(b"]);
    assert_eq!(said, "logsurge: --grep: this is no regular expression:\n    a(b\n     ^\nunclosed group\n");
    assert!(wrong(&["--mask", "x=[z-a]"]).contains("--mask x: this is no regular expression"));
    assert!(wrong(&["--mask", "x"]).contains("a name, = and a regular expression"));
    assert!(wrong(&["--ignore", ""]).contains("would match every line"));
}

#[test]
fn a_baseline_knows_its_masks_and_not_its_filters() {
    let place = Place::new();
    place.write("a.log", lines(1_000, |n| format!("INFO {} by anna", word(n))));
    let masked = ["--mask", "it's=INFO ('?[a-z]+)"];
    let wrong = place.run(&[&["learn", "-o", "a.base", "a.log"], &masked[..]].concat()).status(2);
    assert!(wrong.err.contains("a name, ="), "{}", wrong.err);
    let masked = ["--mask", "its=INFO ('?[a-z]+)"];
    place.run(&[&["learn", "-o", "a.base", "a.log"], &masked[..]].concat()).status(0);
    let scan = |more: &[&str]| place.run(&[&["scan", "-b", "a.base", "a.log"], more].concat());
    assert_eq!(scan(&masked).status(0).out, "");
    assert_eq!(scan(&[&masked[..], &["--ignore", "x"]].concat()).status(0).out, "");
    assert_eq!(scan(&["--mask", "other=INFO ('?[a-z]+)"]).status(0).out, "");
    let said = scan(&[]).status(2).err;
    assert!(
        said.contains(r"learned with other masks; run again with --mask its='INFO ('\''?[a-z]+)'"),
        "{said}"
    );
    scan(&["--mask", "x=x"]).status(2);
    place.run(&["learn", "-o", "b.base", "a.log"]).status(0);
    let said = place.run(&["scan", "-b", "b.base", "a.log", "--mask", "x=y"]).status(2).err;
    assert!(said.contains("learned without --mask") && said.contains("--mask x='y' -o b.base"), "{said}");
    let shown = place.run(&["baseline", "show", "a.base"]).status(0).out;
    assert!(shown.contains("learned with --mask its="), "{shown}");
}

/// A baseline that was learned without the filter knows lines that are not read now.
#[test]
fn what_a_filter_leaves_out_is_not_gone() {
    let day = |day: u32| -> String {
        let line = |n: u32| {
            let (hour, minute, second) = (n / 240, n / 4 % 60, n % 4 * 15);
            let what = if n.is_multiple_of(2) { "INFO GET /healthz ok" } else { "INFO worker tick ok" };
            format!("2026-03-{day:02}T{hour:02}:{minute:02}:{second:02}Z {what}\n")
        };
        (0..24 * 240).map(line).collect()
    };
    let place = Place::new();
    place.write("a.log", day(1)).write("b.log", day(2));
    place.run(&["learn", "-q", "-o", "a.base", "a.log"]).status(0);
    let scan = ["scan", "-q", "-b", "a.base", "b.log"];
    assert_eq!(place.run(&[&scan[..], &["--ignore", "healthz"]].concat()).status(0).out, "");
    assert_eq!(place.run(&[&scan[..], &["--grep", "worker"]].concat()).status(0).out, "");
}
