//! Every layout of a stamp with the instant it means, what must never be taken
//! for one, and the formats a user may name.

mod invented;

use invented::Dice;
use logsurge::line::stamp::{Anchor, Clock, Format, find};
use logsurge::time::{Time, Zone};

/// 2026-03-20T00:00:00Z.
const LATEST: Time = Time(1_773_964_800_000_000);

fn instant(line: &str) -> String {
    let mut clock = Clock::new(Zone::utc(), None);
    let reading = clock.read(line.as_bytes(), Anchor { last: None, latest: LATEST });
    reading.map_or("none".to_owned(), |reading| reading.time.to_string())
}

#[rustfmt::skip]
const LAYOUTS: &[(&str, &str)] = &[
    // RFC 3339 and ISO 8601
    ("2026-03-01T14:02:31Z up", "2026-03-01T14:02:31Z"),
    ("2026-03-01t14:02:31z up", "2026-03-01T14:02:31Z"),
    ("2026-03-01 14:02:31Z up", "2026-03-01T14:02:31Z"),
    ("2026-03-01T14:02:31.1Z up", "2026-03-01T14:02:31.100Z"),
    ("2026-03-01T14:02:31.12Z up", "2026-03-01T14:02:31.120Z"),
    ("2026-03-01T14:02:31,123Z up", "2026-03-01T14:02:31.123Z"),
    ("2026-03-01T14:02:31.1234Z up", "2026-03-01T14:02:31.123400Z"),
    ("2026-03-01T14:02:31.12345Z up", "2026-03-01T14:02:31.123450Z"),
    ("2026-03-01T14:02:31.123456Z up", "2026-03-01T14:02:31.123456Z"),
    ("2026-03-01T14:02:31.1234567Z up", "2026-03-01T14:02:31.123456Z"),
    ("2026-03-01T14:02:31,12345678Z up", "2026-03-01T14:02:31.123456Z"),
    ("2026-03-01T14:02:31.123456789Z up", "2026-03-01T14:02:31.123456Z"),
    ("2026-03-01T14:02:31+01:00 up", "2026-03-01T13:02:31Z"),
    ("2026-03-01T14:02:31-0130 up", "2026-03-01T15:32:31Z"),
    ("2026-03-01T14:02:31+05:45 up", "2026-03-01T08:17:31Z"),
    ("2026-03-01 14:02:31.5 +0100 up", "2026-03-01T13:02:31.500Z"),
    ("2026-03-01 14:02:31 UTC up", "2026-03-01T14:02:31Z"),
    ("2026-03-01 14:02:31 GMT up", "2026-03-01T14:02:31Z"),
    ("2026-03-01 14:02:31,123 up", "2026-03-01T14:02:31.123Z"),
    ("2026-03-01 14:02:31 up", "2026-03-01T14:02:31Z"),
    ("2026-03-01_14:02:31 up", "2026-03-01T14:02:31Z"),
    ("[2026-03-01 14:02:31,123] up", "2026-03-01T14:02:31.123Z"),
    ("[2026-03-01T14:02:31.123Z] up", "2026-03-01T14:02:31.123Z"),
    ("(2026-03-01 14:02:31) up", "2026-03-01T14:02:31Z"),
    ("INFO  [2026-03-01 14:02:31,123] up", "2026-03-01T14:02:31.123Z"),
    ("INFO 2026-03-01 14:02:31,123 up", "2026-03-01T14:02:31.123Z"),
    ("[INFO] 2026-03-01 14:02:31 up", "2026-03-01T14:02:31Z"),
    ("ERROR:2026-03-01 14:02:31 up", "2026-03-01T14:02:31Z"),
    ("level=info ts=2026-03-01T14:02:31.123Z msg=up", "2026-03-01T14:02:31.123Z"),
    ("time=\"2026-03-01T14:02:31Z\" level=info msg=up", "2026-03-01T14:02:31Z"),
    ("{\"ts\":\"2026-03-01T14:02:31Z\",\"msg\":\"up\"}", "2026-03-01T14:02:31Z"),
    ("{\"@timestamp\":\"2026-03-01T14:02:31.123Z\",\"msg\":\"up\"}", "2026-03-01T14:02:31.123Z"),
    // Basic and joined forms
    ("20260301T140231Z up", "2026-03-01T14:02:31Z"),
    ("20260301T140231.123Z up", "2026-03-01T14:02:31.123Z"),
    ("20260301T140231+0100 up", "2026-03-01T13:02:31Z"),
    ("20260301 140231 up", "2026-03-01T14:02:31Z"),
    ("20260301-140231 up", "2026-03-01T14:02:31Z"),
    ("20260301140231 up", "2026-03-01T14:02:31Z"),
    ("20260301 14:02:31.123 up", "2026-03-01T14:02:31.123Z"),
    ("20171223-22:15:29:606|Step|1|on", "2017-12-23T22:15:29.606Z"),
    ("081109 203615 148 INFO dfs.DataNode: up", "2008-11-09T20:36:15Z"),
    ("- 1117838570 2005.06.03 R02-M1 2005-06-03-15.42.50.363779 R02-M1 RAS KERNEL INFO x", "2005-06-03T22:42:50Z"),
    ("2005-06-03-15.42.50.363779 R02-M1 RAS KERNEL INFO x", "2005-06-03T15:42:50.363779Z"),
    // Slashes and dots
    ("2026/03/01 14:02:31 [error] 7#7: up", "2026-03-01T14:02:31Z"),
    ("2026/03/01 14:02:31.123456 main.go:3: up", "2026-03-01T14:02:31.123456Z"),
    ("2026.03.01 14:02:31 up", "2026-03-01T14:02:31Z"),
    ("2026.03.01-14:02:31 up", "2026-03-01T14:02:31Z"),
    ("01.03.2026 14:02:31 up", "2026-03-01T14:02:31Z"),
    ("01.03.2026 14:02:31.123 up", "2026-03-01T14:02:31.123Z"),
    ("01.03.26 14:02:31 up", "2026-03-01T14:02:31Z"),
    ("01-03-2026 14:02:31 up", "2026-03-01T14:02:31Z"),
    ("01/02/2024 14:02:31 month first", "2024-01-02T14:02:31Z"),
    ("01/02/2024 02:02:31 PM month first", "2024-01-02T14:02:31Z"),
    ("1/2/2024 2:02:31 pm month first", "2024-01-02T14:02:31Z"),
    ("13/02/2024 14:02:31 only a day can be 13", "2024-02-13T14:02:31Z"),
    ("26/03/01 14:02:31 INFO executor.Backend: up", "2026-03-01T14:02:31Z"),
    // Names of months
    ("01/Mar/2026 14:02:31 up", "2026-03-01T14:02:31Z"),
    ("01/Mar/2026:14:02:31 +0100 up", "2026-03-01T13:02:31Z"),
    ("127.0.0.1 - - [10/Oct/2000:13:55:36 -0700] \"GET / HTTP/1.0\" 200 23", "2000-10-10T20:55:36Z"),
    ("01-Mar-2026 14:02:31.123 INFO [main] up", "2026-03-01T14:02:31.123Z"),
    ("01 Mar 2026 14:02:31 up", "2026-03-01T14:02:31Z"),
    ("01 Mar 2026 14:02:31,123 up", "2026-03-01T14:02:31.123Z"),
    ("1 March 2026 14:02:31 up", "2026-03-01T14:02:31Z"),
    ("2026-Mar-01 14:02:31 up", "2026-03-01T14:02:31Z"),
    ("2026 Mar 01 14:02:31 up", "2026-03-01T14:02:31Z"),
    ("Mar  1 2026 14:02:31 up", "2026-03-01T14:02:31Z"),
    ("Mar 01, 2026 2:02:31 PM org.x.Y run", "2026-03-01T14:02:31Z"),
    ("Mar 1, 2026 12:02:31 AM org.x.Y run", "2026-03-01T00:02:31Z"),
    ("March 1, 2026 14:02:31 up", "2026-03-01T14:02:31Z"),
    ("Mar  1 14:02:31 web-07 sshd[1]: up", "2026-03-01T14:02:31Z"),
    ("Mar  1 14:02:31.123 web-07 sshd[1]: up", "2026-03-01T14:02:31.123Z"),
    ("<34>Mar  1 14:02:31 web-07 su: up", "2026-03-01T14:02:31Z"),
    ("<34>1 2026-03-01T14:02:31.003Z web-07 su - ID47 - up", "2026-03-01T14:02:31.003Z"),
    ("[Sun Dec 04 04:47:44 2005] [notice] up", "2005-12-04T04:47:44Z"),
    ("[Sun Mar 01 14:02:31.123456 2026] [core:notice] [pid 7] up", "2026-03-01T14:02:31.123456Z"),
    ("Sun Mar  1 14:02:31 UTC 2026 up", "2026-03-01T14:02:31Z"),
    ("Sun Mar  1 14:02:31 2026 up", "2026-03-01T14:02:31Z"),
    ("Sun, 01 Mar 2026 14:02:31 GMT up", "2026-03-01T14:02:31Z"),
    ("Sunday, 01-Mar-26 14:02:31 UTC up", "2026-03-01T14:02:31Z"),
    // Others
    ("03-17 16:13:38.811  1702  2395 D WindowManager: up", "2026-03-17T16:13:38.811Z"),
    ("I0301 14:02:31.000123    1 main.go:3] up", "2026-03-01T14:02:31.000123Z"),
    ("[10.30 16:49:06] chrome.exe - up", "2025-10-30T16:49:06Z"),
    ("1772373751 up", "2026-03-01T14:02:31Z"),
    ("1772373751.5 up", "2026-03-01T14:02:31.500Z"),
    ("1772373751123 up", "2026-03-01T14:02:31.123Z"),
    ("1772373751123456 up", "2026-03-01T14:02:31.123456Z"),
    ("1772373751123456789 up", "2026-03-01T14:02:31.123456Z"),
    ("[1772373751] up", "2026-03-01T14:02:31Z"),
    ("{\"time\":1772373751123,\"msg\":\"up\"}", "2026-03-01T14:02:31.123Z"),
    ("2026-03-01T14:02:31.123456789Z stdout F up", "2026-03-01T14:02:31.123456Z"),
    ("2026-03-01T14:02:31.123456789+01:00 stderr P up", "2026-03-01T13:02:31.123456Z"),
    ("{\"log\":\"up\\n\",\"stream\":\"stdout\",\"time\":\"2026-03-01T14:02:31.123456789Z\"}", "2026-03-01T14:02:31.123456Z"),
    ("{\"__REALTIME_TIMESTAMP\":\"1772373751123456\",\"MESSAGE\":\"up\"}", "2026-03-01T14:02:31.123456Z"),
    ("2026-03-01 14:02:31 10.0.0.1 GET /index.html - 80 - 10.0.0.2 200 0", "2026-03-01T14:02:31Z"),
    ("2026-03-01\t14:02:31\t10.0.0.1\tGET", "2026-03-01T14:02:31Z"),
    ("2026-03-01, 14:02:31 up", "2026-03-01T14:02:31Z"),
    ("2026-03-01 2:02:31 PM up", "2026-03-01T14:02:31Z"),
    ("2026-03-01T14:02:31.123 CET up", "2026-03-01T14:02:31.123Z"),
    ("2026-03-01 14:02:31.123 PST [77] LOG:  up", "2026-03-01T14:02:31.123Z"),
    // Days that are rare
    ("2024-02-29 23:59:59 up", "2024-02-29T23:59:59Z"),
    ("2016-12-31T23:59:60Z up", "2017-01-01T00:00:00Z"),
    ("Dec 31 23:59:60 web-07 x: up", "2026-01-01T00:00:00Z"),
    ("2100-02-28 00:00:00 up", "2100-02-28T00:00:00Z"),
    ("4102444799 up", "2099-12-31T23:59:59Z"),
];

#[test]
fn every_layout_means_its_instant() {
    let wrong: Vec<String> = LAYOUTS
        .iter()
        .filter(|(line, expected)| instant(line) != *expected)
        .map(|(line, expected)| format!("{line}: {} instead of {expected}", instant(line)))
        .collect();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// What stands where a stamp could and is none.
const NO_STAMPS: &[&str] = &[
    "order 20231301 accepted",
    "order 20230101 accepted",
    "20231301 order accepted",
    "20230101 order accepted",
    "202301011234567 is an order",
    "20231399999999 is an order",
    "1.2.3.4 connected",
    "10.10.2026.12 is no address",
    "id=1700000000123 stored",
    "id: 1700000000123",
    "order_id=1700000000 paid",
    "uid=1700000000123456",
    "{\"id\":1700000000123,\"msg\":\"up\"}",
    "{\"id\":\"1700000000123\",\"msg\":\"up\"}",
    "{\"user\":\"1700000000\",\"msg\":\"up\"}",
    "0x1700000000",
    "deadbeef1700000000",
    "1700000000abcdef",
    "v1.2.3-20240102030405-abcdef123456 released",
    "version 2024.01.02 released",
    "Version 12.3.2024 released",
    "2024.1.2-rc3 released",
    "+41 44 668 18 00 called",
    "+14155550123 called",
    "004144668180 called",
    "blk_1073741825 received",
    "blk_-1608999687919862906 received",
    "took 1234567890 ms",
    "sent 1709301751 bytes",
    "port 8080:80 open",
    "listening on 0.0.0.0:8080",
    "#1709301751 closed",
    "ticket #1709301751",
    "123e4567-e89b-12d3-a456-426614174000 stored",
    "20240102-0304-0506-0708-090a0b0c0d0e stored",
    "aa:bb:cc:dd:ee:ff up",
    "00:11:22:33:44:55 up",
    "12:34:56 a time without a day",
    "12:34:56.789 [main] INFO a time without a day",
    "[12:34:56] a time without a day",
    "[12:34:56 INFO]: a time without a day",
    "2024-01-02 a day without a time",
    "uptime 12:34:56",
    "ratio 10/10/2024",
    "1/2 done",
    "99/99/9999 99:99:99",
    "2024-00-01 00:00:00",
    "2024-01-00 00:00:00",
    "2024-01-32 00:00:00",
    "2024-01-01 25:00:00",
    "9999-12-31T23:59:59Z never",
    "10000-01-01 00:00:00 never",
    "99999-12-31 23:59:59 never",
    "9223372036854775807 is the largest",
    "18446744073709551615 is larger",
    "-1700000000 is negative",
    "1700000000-1700000060 is a range",
    "1700000000/1700000060 is a fraction",
    "4539 1488 0343 6467 is a card",
    "4539148803436467 is a card",
    "978-3-16-148410-0 is a book",
    "[pid 1700000000123456] no",
    "x[1700000000]: no",
    "Maybe 1 14:02:31 is no month",
    "Mars 1 14:02:31 is no month",
    "Dec 10",
    "Sun Dec 04",
    "GET /2024/01/02/report.pdf",
    "file-2024-01-02.log.gz rotated",
    "2024-01-02.log rotated",
    "ff:ff:ff 10:20:30:40 x",
    "1:2:3 x",
    "192.168.1.1:12:34:56 x",
];

#[test]
fn an_id_is_never_a_stamp() {
    let wrong: Vec<String> = NO_STAMPS
        .iter()
        .filter(|line| find(line.as_bytes()).is_some())
        .map(|line| format!("{line}: {}", instant(line)))
        .collect();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// Central Europe by its rule, so that no database is needed.
fn central_europe() -> Zone {
    Zone::from_jiff(jiff::tz::TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap())
}

/// The moments of lines read one after another by one clock.
fn moments(clock: &mut Clock, lines: &[&str]) -> Vec<String> {
    let mut last = None;
    lines
        .iter()
        .map(|line| {
            let reading = clock.read(line.as_bytes(), Anchor { last, latest: LATEST });
            last = reading.map(|reading| reading.time).or(last);
            reading.map_or("none".into(), |reading| reading.time.to_string())
        })
        .collect()
}

/// Twice at the same second of the wall, and never back: deterministic whoever read what before.
#[test]
fn summer_time_begins_and_ends() {
    let mut clock = Clock::new(central_europe(), None);
    let lines = [
        "2026-03-29 01:59:59 x",
        "2026-03-29 02:00:00 jumped over",
        "2026-03-29 02:59:59 jumped over",
        "2026-03-29 03:00:00 x",
        "2026-10-25 01:59:59 x",
        "2026-10-25 02:30:00 shown twice",
        "2026-10-25 02:30:00+0200 the first",
        "2026-10-25 02:30:00+0100 the second",
        "2026-10-25 03:00:00 x",
    ];
    let expected = [
        "2026-03-29T00:59:59Z",
        "2026-03-29T01:00:00Z",
        "2026-03-29T01:59:59Z",
        "2026-03-29T01:00:00Z",
        "2026-10-24T23:59:59Z",
        "2026-10-25T00:30:00Z",
        "2026-10-25T00:30:00Z",
        "2026-10-25T01:30:00Z",
        "2026-10-25T02:00:00Z",
    ];
    assert_eq!(moments(&mut clock, &lines), expected);
    let backward: Vec<&str> = lines.iter().rev().copied().collect();
    let mut again = moments(&mut clock, &backward);
    again.reverse();
    assert_eq!(again, expected);
}

#[test]
fn several_layouts_take_turns_in_one_source() {
    let lines = [
        "2025-12-31T23:59:58Z up",
        "Dec 31 23:59:59 web-07 x: up",
        "Jan  1 00:00:01 web-07 x: up",
        "no stamp at all",
        "01/01/2026 00:00:02 up",
        "1767225603 up",
        "[01.01 00:00:04] up",
        "Dec 31 23:59:57 web-07 x: late",
        "20260101T000005Z up",
    ];
    let expected = [
        "2025-12-31T23:59:58Z",
        "2025-12-31T23:59:59Z",
        "2026-01-01T00:00:01Z",
        "none",
        "2026-01-01T00:00:02Z",
        "2026-01-01T00:00:03Z",
        "2026-01-01T00:00:04Z",
        "2025-12-31T23:59:57Z",
        "2026-01-01T00:00:05Z",
    ];
    assert_eq!(moments(&mut Clock::new(Zone::utc(), None), &lines), expected);
}

fn read_as(format: &str, line: &str) -> String {
    let format = Format::parse(format).unwrap_or_else(|why| panic!("{format}: {why}"));
    let mut clock = Clock::new(Zone::utc(), None).with_format(Some(format));
    let reading = clock.read(line.as_bytes(), Anchor { last: None, latest: LATEST });
    reading.map_or("none".into(), |reading| {
        format!("{} {}^{}", reading.time, &line[..reading.start], &line[reading.end..])
    })
}

#[test]
fn a_format_of_the_user_is_read_before_all_others() {
    for (format, line, expected) in [
        ("%d/%m/%Y %H:%M:%S", "01/02/2024 14:02:31 up", "2024-02-01T14:02:31Z ^up"),
        ("%d/%m/%Y %H:%M:%S", "[01/02/2024 14:02:31] up", "2024-02-01T14:02:31Z ^up"),
        ("%d/%m/%Y %H:%M:%S", "app 01/02/2024 14:02:31 up", "2024-02-01T14:02:31Z app ^up"),
        ("%d/%m/%Y %H:%M:%S", "2024-02-01 14:02:31 up", "2024-02-01T14:02:31Z ^up"),
        ("%d/%m/%Y %H:%M:%S", "31/02/2024 no such day", "none"),
        ("%d/%m/%Y %H:%M:%S", "01/02/2024 14:02:311 no such second", "none"),
        (
            "[%d/%b/%Y:%H:%M:%S %z]",
            "1.2.3.4 [10/Oct/2000:13:55:36 -0700] up",
            "2000-10-10T20:55:36Z 1.2.3.4 ^up",
        ),
        ("%H:%M:%S%.f %d.%m.%y", "14:02:31,5 01.03.26 up", "2026-03-01T14:02:31.500Z ^up"),
        ("%H:%M:%S%.f %d.%m.%y", "14:02:31 01.03.26 up", "2026-03-01T14:02:31Z ^up"),
        ("%Y%m%d%H%M%S%3f", "20260301140231123 up", "2026-03-01T14:02:31.123Z ^up"),
        ("%F %T,%f", "2026-03-01 14:02:31,123456789 up", "2026-03-01T14:02:31.123456Z ^up"),
        ("%D %I:%M %p", "03/01/26 02:02 PM up", "2026-03-01T14:02:00Z ^up"),
        ("%D %I:%M %p", "03/01/26 12:02 am up", "2026-03-01T00:02:00Z ^up"),
        ("%a %d %B %Y %k:%M:%S", "Sun 1 March 2026  9:02:31 up", "2026-03-01T09:02:31Z ^up"),
        ("%Y-%j %H:%M", "2026-060 14:02 up", "2026-03-01T14:02:00Z ^up"),
        ("%Y-%j %H:%M", "2026-366 14:02 no such day", "none"),
        ("t=%s", "id=7 t=1772373751 up", "2026-03-01T14:02:31Z id=7 ^up"),
        ("%s.%f", "1772373751.25 up", "2026-03-01T14:02:31.250Z ^up"),
        ("%b %d %H:%M", "Mar  1 14:02 up", "2026-03-01T14:02:00Z ^up"),
        ("%d.%m. %H.%M.%S Uhr", "01.03. 14.02.31 Uhr up", "2026-03-01T14:02:31Z ^up"),
        ("%Y-%m-%d %H:%M:%S %Z", "2026-03-01 14:02:31 CET up", "2026-03-01T14:02:31Z ^up"),
        ("%Y-%m-%d %H:%M:%S %z", "2026-03-01 14:02:31 +01:00 up", "2026-03-01T13:02:31Z ^up"),
        ("%Y-%m-%d %H:%M:%S", "9999-12-31 23:59:59 far", "9999-12-31T23:59:59Z ^far"),
        ("%s", "999999999999 far", "9999-12-31T23:59:59Z ^far"),
    ] {
        assert_eq!(read_as(format, line), expected, "{format} for {line}");
    }
}

#[test]
fn a_format_that_cannot_be_read_says_where() {
    for (format, at) in
        [("", 0), ("%d/%q", 3), ("%Y-%m-%d", 8), ("%H:%M:%S", 8), ("%Y %", 3), ("%d.%m. %I:%M", 12)]
    {
        assert_eq!(Format::parse(format).unwrap_err().at, at, "{format}");
    }
    assert!(Format::parse(&"%d".repeat(100)).is_err());
}

/// Random mutations and splices of all lines: a clock with all its memories says what a fresh one
/// does, what is cut lies in the line and holds a digit, and nothing panics.
fn fuzz(rounds: u64, seed: u64) {
    let lines: Vec<&[u8]> = LAYOUTS
        .iter()
        .map(|layout| layout.0.as_bytes())
        .chain(NO_STAMPS.iter().map(|line| line.as_bytes()))
        .collect();
    let formats = ["%d/%m/%Y %H:%M:%S%.f", "%b %d %H:%M", "%s", "%Y-%j %I:%M %p %Z"]
        .map(|text| Format::parse(text).ok());
    let mut dice = Dice::new(seed);
    let mut clocks: Vec<Clock> = std::iter::once(None)
        .chain(formats)
        .map(|format| Clock::new(central_europe(), None).with_format(format))
        .collect();
    let fresh = clocks.clone();
    let mut last = None;
    for _ in 0..rounds {
        let mut line = lines[dice.roll(lines.len() as u64) as usize].to_vec();
        for _ in 0..dice.roll(4) {
            mutate(&mut line, &lines, &mut dice);
        }
        let ends = [i64::MIN, -1, LATEST.0, i64::MAX];
        let latest = if dice.one_in(20) { Time(ends[dice.roll(4) as usize]) } else { LATEST };
        let anchor = Anchor { last, latest };
        for (clock, fresh) in clocks.iter_mut().zip(&fresh) {
            let reading = clock.read(&line, anchor);
            let shown = String::from_utf8_lossy(&line);
            assert_eq!(reading, fresh.clone().read(&line, anchor), "{shown}");
            if let Some(reading) = reading {
                assert!(reading.start <= reading.end && reading.end <= line.len(), "{shown}");
                assert!(line[reading.start..reading.end].iter().any(u8::is_ascii_digit), "{shown}");
                let _ = (reading.time.to_string(), reading.time.pane().end());
            }
        }
        last = clocks[0].read(&line, anchor).map(|reading| reading.time).filter(|_| !dice.one_in(9));
    }
}

fn mutate(line: &mut Vec<u8>, lines: &[&[u8]], dice: &mut Dice) {
    let mut place = |length: usize| dice.roll(length.max(1) as u64) as usize;
    let at = place(line.len());
    let other = lines[place(lines.len())];
    let bytes = b"0123456789::..--//,, \t[]()<>TZJanDecSunPM+I\xff\x00{\"=";
    let byte = bytes[place(bytes.len())];
    match place(7) {
        0 if !line.is_empty() => line[at] = byte,
        1 => line.truncate(at),
        2 => line.insert(at, byte),
        3 if !line.is_empty() => drop(line.remove(at)),
        4 => line.splice(at.., other.iter().copied()).for_each(drop),
        5 => line.splice(..at, other[..place(other.len())].iter().copied()).for_each(drop),
        _ => {
            if let Some(found) = line.iter().skip(at).position(u8::is_ascii_digit) {
                line[at + found] = b'0' + place(10) as u8;
            }
        }
    }
}

#[test]
fn two_thousand_odd_lines() {
    fuzz(2_000, 1);
}

#[test]
#[ignore = "minutes of the same"]
fn twenty_thousand_odd_lines() {
    for seed in 2..20 {
        fuzz(20_000, seed);
    }
}
