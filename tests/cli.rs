//! The program as a user meets it: arguments in, two streams and a status out.

mod program;

use flate2::read::MultiGzDecoder;
use program::{Place, Ran, sample};
use serde_json::Value;
use std::fs;
use std::io::Read;

/// All fields of an alert, in their order: a promise to whoever reads them.
const FIELDS: [&str; 35] = [
    "schema",
    "kind",
    "phase",
    "note",
    "provisional",
    "id",
    "shape",
    "incident",
    "time",
    "started",
    "level",
    "template",
    "sample",
    "source",
    "line_number",
    "sources",
    "value",
    "value_key",
    "value_of",
    "value_usual",
    "window",
    "count",
    "expected",
    "factor",
    "score",
    "tail",
    "first_seen",
    "last_seen",
    "baseline",
    "nearest",
    "summary",
    "fingerprint",
    "context",
    "different",
    "}",
];

const SCAN: [&str; 5] = ["scan", "--tz", "UTC", "--warmup", "0"];

fn scan<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&SCAN[..], more].concat()
}

/// Half an hour of calm, with whatever is told behind it.
fn calm_then(more: &str) -> String {
    let calm: String =
        (0..180).map(|n| format!("2026-03-02T12:{:02}:{:02}Z INFO tick {n}\n", n / 6, n % 6 * 10)).collect();
    calm + more
}

const ERROR: &str = "2026-03-02T12:30:00Z ERROR charge failed for order 8812\n";

fn alerts_of(ran: &Ran) -> Vec<Value> {
    ran.out.lines().map(|line| serde_json::from_str(line).expect("each line is an object")).collect()
}

#[test]
fn learn_then_scan() {
    let place = Place::new();
    place
        .run(&["learn", "--tz", "UTC", "-o", "shop.base", &sample("shop/baseline")])
        .status(0)
        .says("wrote shop.base");
    let with = |log| place.run(&["scan", "--tz", "UTC", "-b", "shop.base", "--json", &sample(log)]);
    assert_eq!(with("shop/calm.log").status(0).out, "");
    let ran = with("shop/incident.log").status(1);
    let alerts = alerts_of(&ran);
    let opens = |kind: &str, what: &str| {
        alerts.iter().any(|alert| {
            alert["kind"] == kind
                && alert["phase"] == "open"
                && alert["note"] == false
                && alert["template"].as_str().is_some_and(|text| text.contains(what))
        })
    };
    assert!(
        opens("new", "charge failed")
            && opens("surge", "retrying upstream")
            && opens("gone", "scheduler tick")
    );
    let packed = with("shop/incident.log.gz").status(1);
    assert_eq!(packed.out.replace(".log.gz", ".log"), ran.out);
}

#[test]
fn the_exit_status_of_every_command() {
    let place = Place::new();
    place.write("calm.log", calm_then("")).write("bad.log", calm_then(ERROR)).write("empty.log", "");
    place.run(&["learn", "-o", "calm.base", "calm.log"]).status(0);
    for (args, status) in [
        ("scan --warmup 0 bad.log", 1),
        ("scan --warmup 0 --exit-zero bad.log", 0),
        ("scan -b calm.base bad.log", 1),
        ("scan -b calm.base calm.log", 0),
        ("scan calm.log", 0),
        ("scan empty.log", 0),
        ("scan -", 0),
        ("scan nowhere.log", 2),
        ("scan --exit-zero nowhere.log", 2),
        ("scan", 2),
        ("scan --no-such-flag calm.log", 2),
        ("scan --warmup soon calm.log", 2),
        ("scan --false-alerts 0 calm.log", 2),
        ("scan --tz Nowhere/City calm.log", 2),
        ("scan -b nowhere.base calm.log", 2),
        ("scan --json --short calm.log", 2),
        ("watch -", 0),
        ("watch - calm.log", 2),
        ("diff calm.log bad.log", 1),
        ("diff --exit-zero calm.log bad.log", 0),
        ("diff calm.log calm.log", 0),
        ("diff calm.log nowhere.log", 2),
        ("diff calm.log", 2),
        ("learn -o new.base calm.log", 0),
        ("learn -o new.base empty.log", 2),
        ("learn -o new.base nowhere.log", 2),
        ("learn calm.log", 2),
        ("templates bad.log", 0),
        ("templates --json bad.log", 0),
        ("templates --assign bad.log", 0),
        ("templates nowhere.log", 2),
        ("baseline show calm.base", 0),
        ("baseline export --json calm.base", 0),
        ("baseline export calm.base", 2),
        ("baseline show calm.log", 2),
        ("baseline show nowhere.base", 2),
        ("--help", 0),
        ("--version", 0),
        ("help", 0),
        ("scan --help", 0),
        ("sacn calm.log", 2),
    ] {
        let args: Vec<&str> = args.split(' ').collect();
        let ran = place.run(&args);
        assert_eq!(ran.status, status, "{args:?}\nstdout:\n{}\nstderr:\n{}", ran.out, ran.err);
        assert!(
            status != 2 || (!ran.err.is_empty() && ran.out.is_empty()) || args[0] == "templates",
            "{args:?} is silent"
        );
    }
}

#[test]
fn without_a_command_piped_input_is_watched() {
    let place = Place::new();
    let text = calm_then(ERROR);
    let short = place.pipe(&["watch", "-", "--warmup", "0", "--tz", "UTC"], text.as_bytes()).status(1);
    assert_eq!(place.pipe(&["--warmup", "0", "--tz", "UTC"], text.as_bytes()).status(1).out, short.out);
    assert!(short.out.contains("charge failed for order 8812"));
    place.pipe(&[], b"").status(0);
}

#[test]
fn a_file_instead_of_a_command_names_the_two_commands_it_could_mean() {
    let place = Place::new();
    place.write("app.log", ERROR);
    place.run(&["app.log"]).status(2).says("logsurge scan app.log").says("logsurge watch app.log");
}

#[test]
fn a_missing_file_is_said_and_the_others_are_judged() {
    let place = Place::new();
    place.write("bad.log", calm_then(ERROR));
    let ran = place
        .run(&scan(&["nowhere.log", "bad.log"]))
        .status(2)
        .says("nowhere.log")
        .says("check the spelling");
    assert!(ran.out.contains("charge failed"));
}

#[test]
fn a_note_is_told_from_an_alert_in_one_line() {
    let place = Place::new();
    let milder = "2026-03-02T12:30:00Z INFO cache warmed\n2026-03-02T12:31:00Z INFO tick 1\n";
    place.write("note.log", calm_then(milder));
    let ran = place.run(&scan(&["--short", "-v", "note.log"])).status(0);
    assert!(ran.out.contains("(note) | INFO cache warmed"), "{}", ran.out);
}

/// As in `logsurge … | head -1`: the reader has gone before the first line.
#[test]
fn a_closed_standard_output_is_a_quiet_end() {
    let place = Place::new();
    let errors: String = (0..3_000)
        .map(|n| format!("2026-03-02T13:{:02}:00Z ERROR {} {} lost\n", n % 60, word(n), word(n / 7 + 3)))
        .collect();
    place.write("bad.log", calm_then(&errors)).run(&["learn", "-o", "bad.base", "bad.log"]).status(0);
    for args in [
        &scan(&["--json", "bad.log"])[..],
        &scan(&["-v", "bad.log"]),
        &["diff", "--json", "bad.log", "bad.log"],
        &["templates", "bad.log"],
        &["templates", "--assign", "bad.log"],
        &["baseline", "export", "--json", "bad.base"],
        &["baseline", "show", "bad.base"],
        &["--help"],
    ] {
        let mut child = place.start(args);
        drop(child.stdout.take());
        let ran = program::told(child.wait_with_output().unwrap());
        assert!([0, 1].contains(&ran.status), "{args:?}: {}\n{}", ran.status, ran.err);
        assert!(!ran.err.to_lowercase().contains("broken pipe"), "{args:?}: {}", ran.err);
    }
}

/// A word of letters only, another one for each number.
fn word(n: usize) -> String {
    let letter = |n: usize| char::from(b'a' + (n % 26) as u8);
    ["q", &letter(n).to_string(), &letter(n / 26).to_string(), &letter(n / 676).to_string(), "x"].concat()
}

#[test]
fn an_unusable_baseline_is_refused_with_a_cure_and_left_as_it_is() {
    let place = Place::new();
    place.write("calm.log", calm_then("")).run(&["learn", "-o", "good.base", "calm.log"]).status(0);
    let good = fs::read(place.path("good.base")).unwrap();
    let changed = |at: usize, to: u8| {
        let mut bytes = good.clone();
        bytes[at] = to;
        bytes
    };
    for (what, bytes, said) in [
        ("damaged in the middle", changed(good.len() / 2, !good[good.len() / 2]), "damaged"),
        ("damaged at its end", changed(good.len() - 1, !good[good.len() - 1]), "damaged"),
        ("cut in the middle", good[..good.len() / 2].to_vec(), "damaged"),
        ("cut in its head", good[..10].to_vec(), "cut short"),
        ("empty", Vec::new(), "no baseline"),
        ("some text", b"2026-03-02 INFO hello\n".to_vec(), "no baseline"),
        ("of a newer format", changed(4, 99), "format 99"),
    ] {
        place.write("odd.base", &bytes);
        for args in [&scan(&["-b", "odd.base", "calm.log"])[..], &["baseline", "show", "odd.base"]] {
            let ran = place.run(args).status(2).says("odd.base").says(said).says("logsurge learn");
            assert_eq!(ran.out, "", "{what}: nothing is judged");
            assert!(fs::read(place.path("odd.base")).unwrap() == bytes, "{what}: overwritten by {args:?}");
        }
    }
}

#[test]
fn a_baseline_that_cannot_be_written_leaves_nothing_behind() {
    let place = Place::new();
    place.write("calm.log", calm_then(""));
    place.run(&["learn", "-o", "nowhere/calm.base", "calm.log"]).status(2).says("nowhere");
    assert!(!place.path("nowhere").exists());
    // What is there stays when there is nothing to learn.
    place.run(&["learn", "-o", "calm.base", "calm.log"]).status(0);
    let before = fs::read(place.path("calm.base")).unwrap();
    place
        .write("empty.log", "")
        .run(&["learn", "-o", "calm.base", "empty.log"])
        .status(2)
        .says("not written");
    assert!(fs::read(place.path("calm.base")).unwrap() == before);
    let names: Vec<_> =
        fs::read_dir(place.path("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 3, "no temporary file is left: {names:?}");
}

/// The number in front of a word of the summary; 0 where it is not there.
fn figure(summary: &str, word: &str) -> u64 {
    let summary = summary.lines().find(|line| line.contains(" read ")).expect("a summary");
    let mut words = summary.split([' ', '(', ')']).filter(|word| !word.is_empty()).collect::<Vec<_>>();
    words.iter_mut().for_each(|word| *word = word.trim_end_matches([',', ';']));
    let at = words.iter().position(|found| *found == word);
    at.map_or(0, |at| words[at - 1].replace(',', "").parse().expect("a number"))
}

#[test]
fn the_figures_of_the_summary_add_up() {
    let place = Place::new();
    let text = calm_then(
        "2026-03-02T12:40:00Z ERROR lost\n\tat a.b.C.d(C.java:1)\n\n  \n\tat a.b.C.e(C.java:2)\nno newline",
    );
    place.write("app.log", &text);
    let mut logs = vec!["app.log".to_owned()];
    logs.extend(odd());
    logs.push(sample("loglike/log4j.log"));
    for log in &logs {
        let ran = place.run(&["scan", "--tz", "UTC", "--year", "2026", log]);
        let read = figure(&ran.err, "lines");
        let sum = ["counted", "continuation", "empty"].map(|word| figure(&ran.err, word)).iter().sum::<u64>();
        assert_eq!(read, sum, "{log}: {}", ran.err);
        assert_eq!(read, physical_lines(&place, log), "{log}: {}", ran.err);
    }
}

/// The samples that have one thing wrong each.
fn odd() -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(sample("odd"))
        .unwrap()
        .map(|entry| entry.unwrap().path().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert!(names.len() > 10);
    names
}

/// Lines as any text tool counts them, the unfinished last one included; of a damaged archive those
/// before the damage.
fn physical_lines(place: &Place, log: &str) -> u64 {
    let mut text = fs::read(place.path(log)).unwrap();
    if text.starts_with(b"\x1f\x8b") {
        let mut plain = Vec::new();
        // An error ends what can be read.
        let _ = MultiGzDecoder::new(&text[..]).read_to_end(&mut plain);
        text = plain;
    }
    text.split_inclusive(|byte| *byte == b'\n').count() as u64
}

#[test]
fn odd_logs_pass_through_every_command() {
    let place = Place::new();
    let clean = |what: &str, ran: &Ran| {
        let odd = ran.out.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t'));
        assert_eq!(odd, None, "{what}: a control byte reaches the terminal");
    };
    for log in odd() {
        let status = if log.contains("truncated") { 2 } else { 0 };
        let year = ["--tz", "UTC", "--year", "2026"];
        for format in ["--json", "--short", "-v"] {
            let ran = place.run(&scan(&["--year", "2026", format, "--exit-zero", &log])).status(status);
            clean(&log, &ran);
        }
        let ran = place.run(&[&["templates", "--assign", &log], &year[..]].concat()).status(status);
        clean(&log, &ran);
        assert_eq!(
            ran.out.lines().count() as u64,
            physical_lines(&place, &log),
            "{log}: a row for each line"
        );
        for (number, row) in (1..).zip(ran.out.lines()) {
            let cells: Vec<&str> = row.split('\t').collect();
            assert!(cells.len() == 3 && cells[0] == format!("{number}"), "{log}: {row}");
        }
        clean(&log, &place.run(&[&["templates", &log], &year[..]].concat()).status(status));
        clean(&log, &place.run(&[&["templates", "--json", &log], &year[..]].concat()).status(status));
        let calm = sample("shop/calm.log");
        clean(&log, &place.run(&[&["diff", "--exit-zero", &calm, &log], &year[..]].concat()).status(status));
        clean(&log, &place.run(&[&["diff", "--exit-zero", &log, &calm], &year[..]].concat()).status(status));
        let learned = place.run(&[&["learn", "-o", "odd.base", &log], &year[..]].concat());
        let status = if log.contains("/empty.log") { 2 } else { status };
        assert_eq!(learned.status, status, "{log}: {}", learned.err);
        if status == 0 {
            clean(&log, &place.run(&["baseline", "export", "--json", "odd.base"]).status(0));
            clean(&log, &place.run(&["baseline", "show", "odd.base"]).status(0));
        }
    }
}

#[test]
fn an_archive_that_breaks_off_keeps_its_lines_and_is_named_with_its_offset() {
    let place = Place::new();
    let log = sample("odd/truncated.log.gz");
    let ran = place.run(&scan(&[&log])).status(2).says("truncated.log.gz: byte ").says("damaged");
    // What a decoder gives up of its last block differs between libraries.
    assert!((240..=251).contains(&figure(&ran.err, "lines")), "{}", ran.err);
}

#[test]
fn assigned_rows_agree_with_the_list_of_messages() {
    let place = Place::new();
    for log in ["shop/calm.log", "loglike/klog.log", "loglike/nginx-access.log", "loglike/android.log"] {
        let log = sample(log);
        let year = ["--tz", "UTC", "--year", "2026"];
        let rows = place.run(&[&["templates", "--assign", &log], &year[..]].concat()).status(0);
        let listed = place.run(&[&["templates", "--json", &log], &year[..]].concat()).status(0);
        for message in alerts_of(&listed) {
            let (id, count) = (message["id"].as_str().unwrap(), message["count"].as_u64().unwrap());
            let rows = rows.out.lines().filter(|row| row.split('\t').nth(1) == Some(id)).count() as u64;
            // The lines of a trace have the row of their head.
            assert!(
                rows == count || (log.contains("shop") && rows >= count),
                "{log} {id}: {rows} rows, {count} lines"
            );
        }
    }
}

#[test]
fn every_json_line_has_all_fields_in_their_order() {
    let place = Place::new();
    place.run(&["learn", "--tz", "UTC", "-o", "shop.base", &sample("shop/baseline")]).status(0);
    let ran = place
        .run(&["scan", "--tz", "UTC", "-b", "shop.base", "--json", &sample("shop/incident.log")])
        .status(1);
    place.write("bad.log", calm_then(ERROR));
    let diff = place.run(&["diff", "--json", &sample("shop/calm.log"), "bad.log"]).status(1);
    assert!(ran.out.lines().count() > 3);
    for line in ran.out.lines().chain(diff.out.lines()) {
        let alert: Value = serde_json::from_str(line).unwrap();
        let mut from = 0;
        for field in &FIELDS[..FIELDS.len() - 1] {
            assert!(alert.get(field).is_some(), "{field} is missing: {line}");
            let quoted = format!("\"{field}\":");
            let at = line[from..].find(&quoted);
            from += at.unwrap_or_else(|| panic!("{field} is not in its place: {line}"));
        }
        assert_eq!(alert.as_object().unwrap().len(), FIELDS.len() - 1, "{line}");
        assert_eq!(alert["schema"], "logsurge.alert/1");
        assert!(alert["time"].as_str().unwrap().ends_with('Z'));
    }
}

#[test]
fn filters_come_before_the_exit_status() {
    let place = Place::new();
    place.write("bad.log", calm_then(ERROR));
    let with = |flags: &[&str]| place.run(&scan(&[flags, &["--json", "bad.log"]].concat()));
    with(&[]).status(1);
    for flags in [&["--kind", "surge,gone"][..], &["--level", "fatal"], &["--min-count", "2"]] {
        assert_eq!(with(flags).status(0).out, "", "{flags:?}");
    }
    for flags in
        [&["--kind", "new"][..], &["--kind", "gone,new"], &["--level", "error"], &["--min-count", "1"]]
    {
        assert!(with(flags).status(1).out.contains("charge failed"), "{flags:?}");
    }
    with(&["--exit-zero"]).status(0);
}

#[test]
fn quiet_is_quiet_but_trouble_is_said() {
    let place = Place::new();
    place.write("bad.log", calm_then(ERROR));
    assert_eq!(place.run(&scan(&["-q", "bad.log"])).status(1).err, "");
    place.run(&scan(&["-q", "bad.log", "nowhere.log"])).status(2).says("nowhere.log");
    assert_eq!(place.run(&["learn", "-q", "-o", "x.base", "bad.log"]).status(0).err, "");
}

const SECRETS: [&str; 5] =
    ["correcthorse", "batterystaple", "anna.bauer@example.com", "sesamopen", "Zm9vYmFyYmF6cXV4"];

fn secret_log() -> String {
    let lines = [
        "ERROR login refused password=correcthorse from console",
        "ERROR proxy refused token: batterystaple again",
        "ERROR cannot deliver to anna.bauer@example.com at all",
        r#"ERROR audit {"api_key": "sesamopen", "ok": no}"#,
        "ERROR call refused Authorization: Bearer Zm9vYmFyYmF6cXV4",
    ];
    let told: String =
        (0..30).map(|n| format!("2026-03-02T12:3{}:{:02}Z {}\n", n / 12, n % 12 * 5, lines[n % 5])).collect();
    calm_then(&told)
}

#[test]
fn secrets_are_in_no_output_and_in_no_saved_file() {
    let place = Place::new();
    place.write("secret.log", secret_log()).write("calm.log", calm_then(""));
    place.run(&["learn", "-o", "secret.base", "secret.log"]).status(0);
    let hidden = |what: &str, bytes: &[u8]| {
        for secret in SECRETS {
            let found = memchr::memmem::find(bytes, secret.as_bytes());
            assert_eq!(found, None, "{secret} in {what}:\n{}", String::from_utf8_lossy(bytes));
        }
    };
    for (args, status) in [
        (&scan(&["-v", "secret.log"])[..], 1),
        (&scan(&["--json", "secret.log"]), 1),
        (&scan(&["--short", "secret.log"]), 1),
        (&["scan", "secret.log"], 1),
        (&["diff", "--json", "calm.log", "secret.log"], 1),
        (&["diff", "-v", "calm.log", "secret.log"], 1),
        (&["templates", "secret.log"], 0),
        (&["templates", "--json", "secret.log"], 0),
        (&["templates", "--assign", "secret.log"], 0),
        (&["baseline", "show", "secret.base"], 0),
        (&["baseline", "export", "--json", "secret.base"], 0),
    ] {
        let ran = place.run(args).status(status);
        assert!(ran.out.contains("[redacted]"), "{args:?}: {}", ran.out);
        hidden(&format!("{args:?}"), ran.out.as_bytes());
        hidden(&format!("the stderr of {args:?}"), ran.err.as_bytes());
    }
    let saved = fs::read(place.path("secret.base")).unwrap();
    hidden("the saved baseline", &saved);
    let frame = memchr::memmem::find(&saved, b"\x28\xb5\x2f\xfd").expect("a zstd frame");
    let mut plain = Vec::new();
    // What follows the frame is no frame, which ends the reading.
    let _ = zstd::Decoder::new(&saved[frame..]).unwrap().read_to_end(&mut plain);
    assert!(plain.len() > 100);
    hidden("the unpacked baseline", &plain);
    let open = place.run(&scan(&["--no-redact", "-v", "secret.log"])).status(1);
    assert!(open.out.contains("correcthorse"));
}

#[test]
fn a_saved_baseline_still_knows_a_message_with_a_secret() {
    let place = Place::new();
    place.write("secret.log", secret_log());
    place.run(&["learn", "-o", "secret.base", "secret.log"]).status(0);
    place.write("again.log", secret_log().replace("2026-03-02", "2026-03-03"));
    place.run(&["scan", "-b", "secret.base", "--kind", "new", "again.log"]).status(0);
}

#[test]
fn control_bytes_of_a_log_are_spelled_out() {
    let place = Place::new();
    let text = "2026-03-02T12:30:00Z ERROR bell \x07 and title \x1b]0;owned\x07 and \x1b[31mred\x1b[0m and \u{202e}back\n";
    place.write("odd.log", calm_then(text)).write("od\x1bd.log", calm_then(text));
    for format in ["--json", "--short", "-v"] {
        let ran = place.run(&scan(&[format, "odd.log", "od\x1bd.log"])).status(1);
        for text in [&ran.out, &ran.err] {
            assert!(
                !text.contains(|c: char| c.is_control() && c != '\n') && !text.contains('\u{202e}'),
                "{text:?}"
            );
        }
    }
}

#[test]
fn threads_and_chunks_do_not_change_the_output() {
    let place = Place::new();
    let log = sample("shop/incident.log");
    let expected = place.run(&["scan", "--tz", "UTC", "-v", "-j", "1", &log]).status(1);
    for (threads, bytes) in [("2", "131072"), ("8", "100"), ("3", "5000")] {
        let got =
            place.run(&["scan", "--tz", "UTC", "-v", "-j", threads, "--chunk-bytes", bytes, &log]).status(1);
        assert_eq!((expected.out.as_str(), expected.err.as_str()), (got.out.as_str(), got.err.as_str()));
    }
}
