//! `logsurge templates` as a person and a program meet it.

mod program;

use program::Place;
use serde_json::Value;

/// Ten minutes of three messages, and one secret.
fn log() -> String {
    let mut text = String::new();
    for n in 0..100 {
        let stamp = format!("2026-03-02T12:{:02}:{:02}Z", n / 10, n % 10 * 6);
        let link = if n % 4 == 0 { "eth1" } else { "eth0" };
        text += &format!("{stamp} INFO link {link} is up on port {n}\n");
        if n % 2 == 0 {
            text += &format!("{stamp} WARN login of user{} with password=horse{} denied\n", n % 3, n % 7);
        }
    }
    text + "2026-03-02T12:09:59Z ERROR =HYPERLINK(\"http://evil\",\"\x1b[2Jx\") refused\n"
}

fn place() -> Place {
    let place = Place::new();
    place.write("a.log", log());
    place
}

fn out(place: &Place, args: &[&str]) -> String {
    place.run(&[&["templates", "-q", "--tz", "UTC", "a.log"], args].concat()).status(0).out
}

#[test]
fn a_list_has_columns_and_its_values_on_request() {
    let place = place();
    let plain = out(&place, &[]);
    let rows: Vec<&str> = plain.lines().collect();
    assert_eq!(rows.len(), 4, "{plain}");
    assert!(rows[0].starts_with("ID             LINES   SHARE LEVEL FIRST 03-02 LAST  03-02 MESSAGE"));
    assert!(
        rows[1].ends_with("       100  66.2 % INFO  12:00:00    12:09:54    INFO link <*> is up on port <*>"),
        "{}",
        rows[1]
    );
    let verbose = out(&place, &["-v"]);
    for said in [
        "link <*>: eth0 (75 %), eth1 (25 %)\n",
        "port <*>: more than 64 different values\n",
        "password=<*>: [redacted] (",
    ] {
        assert!(verbose.contains(said), "{said}: {verbose}");
    }
    assert!(!verbose.contains("horse") && !verbose.contains('\u{1b}'), "{verbose}");
    assert!(out(&place, &["-v", "--no-redact"]).contains("horse"));
}

#[test]
fn values_are_the_same_for_any_threads_and_chunks() {
    let place = place();
    let expected = out(&place, &["--json", "-j", "1"]);
    for (threads, bytes) in [("1", "7"), ("2", "64"), ("4", "1000"), ("3", "100000")] {
        let got = out(&place, &["--json", "-j", threads, "--chunk-bytes", bytes]);
        assert_eq!(got, expected, "{threads} threads, chunks of {bytes}");
    }
}

#[test]
fn one_object_a_message() {
    let rows: Vec<Value> =
        out(&place(), &["--json"]).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let link = &rows[0];
    assert_eq!(link["count"], 100);
    assert_eq!(link["first_seen"], "2026-03-02T12:00:00Z");
    assert_eq!(link["values"][0]["before"], "link ");
    assert_eq!(link["values"][0]["distinct"], 2);
    assert_eq!(link["values"][0]["top"][1], serde_json::json!({"value": "eth1", "count": 25, "share": 0.25}));
    assert_eq!(link["values"][1]["distinct"], Value::Null);
}

#[test]
fn a_row_a_message_that_no_spreadsheet_runs() {
    let place = place();
    place.write("b.log", "=1+1 is, \"no\" formula\n-2 neither\n");
    let csv = place.run(&["templates", "-q", "--csv", "a.log", "b.log"]).status(0).out;
    assert!(csv.starts_with("id,count,share,level,first_seen,last_seen,template,sample\n"), "{csv}");
    assert!(csv.contains(",\"'=1+1 is, \"\"no\"\" formula\"\n"), "{csv}");
    assert!(csv.contains(",\"'-2 neither\"\n"), "{csv}");
    assert!(csv.contains("refused") && !csv.contains('\u{1b}'), "{csv}");
}

#[test]
fn a_pasted_line_finds_its_message_first() {
    let place = place();
    let like = |text: &str| {
        let out = out(&place, &["--like", text]);
        out.lines().skip(1).map(|row| row[50..].to_owned()).collect::<Vec<_>>()
    };
    let found = like("2026-03-02T23:59:59Z INFO link wlan7 is up on port 8\n");
    assert!(found[0].ends_with("INFO link <*> is up on port <*>"), "{found:?}");
    let found = like("is the link up?");
    assert!(found[0].contains("link <*> is up"), "{found:?}");
    assert!(like("of all things").is_empty());
    place.run(&["templates", "a.log", "--like", "of all things"]).status(0).says("enough words in common");
    place.run(&["templates", "a.log", "--like", " "]).status(2);
}

#[test]
fn a_list_is_cut_by_level_and_count() {
    let place = place();
    assert_eq!(out(&place, &["--level", "warn"]).lines().count(), 3);
    assert_eq!(out(&place, &["--min-count", "50"]).lines().count(), 3);
    assert_eq!(out(&place, &["--min-count", "50", "--level", "warn"]).lines().count(), 2);
    for args in [["--json", "--csv"], ["--assign", "--csv"], ["--csv", "-v"], ["--assign", "-v"]] {
        place.run(&[&["templates", "a.log"], &args[..]].concat()).status(2);
    }
}
