use super::*;
use crate::time::{DAY_SECONDS, SECOND_MICROS, Zone};

/// Line, the moment it says when the clock is at UTC and the year 2024, what remains of it
/// (a `^` marks where the cut was), and whether a host follows.
#[rustfmt::skip]
const STAMPED: &[(&str, &str, &str, bool)] = &[
    // ISO 8601 and its kin
    ("2024-05-14T08:00:00Z started", "2024-05-14T08:00:00Z", "^started", false),
    ("2024-05-14T08:00:00.123Z started", "2024-05-14T08:00:00.123Z", "^started", false),
    ("2024-05-14T08:00:00.123456789+02:00 started", "2024-05-14T06:00:00.123456Z", "^started", false),
    ("2024-01-02T03:04:05.123+0000 started", "2024-01-02T03:04:05.123Z", "^started", false),
    ("2024-01-02T03:04:05-0330 started", "2024-01-02T06:34:05Z", "^started", false),
    ("2024-01-02 03:04:05 started", "2024-01-02T03:04:05Z", "^started", false),
    ("2024-01-02 03:04:05", "2024-01-02T03:04:05Z", "^", false),
    ("2015-10-18 18:01:47,978 INFO [main] Created", "2015-10-18T18:01:47.978Z", "^INFO [main] Created", false),
    ("2015-10-18 18:01:47, INFO", "2015-10-18T18:01:47Z", "^, INFO", false),
    ("2015-10-18 18:01:47,INFO,x", "2015-10-18T18:01:47Z", "^,INFO,x", false),
    ("2015-07-29 17:41:44,747 - INFO  [main] up", "2015-07-29T17:41:44.747Z", "^- INFO  [main] up", false),
    ("2024-01-02 03:04:05:123 up", "2024-01-02T03:04:05.123Z", "^up", false),
    ("2024-01-02 03:04:05.1234567 up", "2024-01-02T03:04:05.123456Z", "^up", false),
    ("2024-01-02 03:04:05.5 up", "2024-01-02T03:04:05.500Z", "^up", false),
    ("2024-01-02 03:04:05. Up", "2024-01-02T03:04:05Z", "^. Up", false),
    ("[2024-01-02 03:04:05] up", "2024-01-02T03:04:05Z", "^up", false),
    ("[2024-01-02 03:04:05 +0100] [17] [INFO] up", "2024-01-02T02:04:05Z", "^[17] [INFO] up", false),
    ("[2024-01-02T03:04:05,123][INFO ][o.e.n.Node] up", "2024-01-02T03:04:05.123Z", "^[INFO ][o.e.n.Node] up", false),
    ("[2024-01-02 03:04:05 INFO] up", "2024-01-02T03:04:05Z", "[^INFO] up", false),
    ("2024-01-02 03:04:05.123 UTC [99] LOG:  up", "2024-01-02T03:04:05.123Z", "^[99] LOG:  up", false),
    ("2024-01-02 03:04:05+02 up", "2024-01-02T01:04:05Z", "^up", false),
    ("2024-01-02 03:04:05.1 +0100 CET up", "2024-01-02T02:04:05.100Z", "^CET up", false),
    ("2024-01-02 03:04:05.1 +0000 UTC up", "2024-01-02T03:04:05.100Z", "^up", false),
    ("2024-01-02 03:04:05 -1234 up", "2024-01-02T03:04:05Z", "^-1234 up", false),
    ("2024/01/02 03:04:05 [error] 7#7: *1 open() failed", "2024-01-02T03:04:05Z", "^[error] 7#7: *1 open() failed", false),
    ("2024/01/02 03:04:05.123456 main.go:3: up", "2024-01-02T03:04:05.123456Z", "^main.go:3: up", false),
    ("2005-06-03-15.42.50.363779 R02 RAS KERNEL INFO x", "2005-06-03T15:42:50.363779Z", "^R02 RAS KERNEL INFO x", false),
    ("2016-12-31T23:59:60Z leap", "2017-01-01T00:00:00Z", "^leap", false),
    ("20171223-22:15:29:606|Step|1|on", "2017-12-23T22:15:29.606Z", "^|Step|1|on", false),
    ("20171224-0:28:0:83|Step|1|on", "2017-12-24T00:28:00.083Z", "^|Step|1|on", false),
    ("20240102T030405Z up", "2024-01-02T03:04:05Z", "^up", false),
    ("20240102 03:04:05.678 up", "2024-01-02T03:04:05.678Z", "^up", false),
    // Short years, months first, days first
    ("17/06/09 20:10:40 INFO executor.Backend: up", "2017-06-09T20:10:40Z", "^INFO executor.Backend: up", false),
    ("01/02/2024 03:04:05 up", "2024-01-02T03:04:05Z", "^up", false),
    ("1/2/2024 3:04:05 PM up", "2024-01-02T15:04:05Z", "^up", false),
    ("1/2/2024, 12:04:05 AM up", "2024-01-02T00:04:05Z", "^up", false),
    ("14.05.2024 08:00:00,5 up", "2024-05-14T08:00:00.500Z", "^up", false),
    ("081109 203615 148 INFO dfs.X: up", "2008-11-09T20:36:15Z", "^148 INFO dfs.X: up", false),
    ("02-Jan-2024 03:04:05.123 INFO [main] up", "2024-01-02T03:04:05.123Z", "^INFO [main] up", false),
    ("1234:M 02 Jan 2024 03:04:05.123 # up", "2024-01-02T03:04:05.123Z", "1234:M ^# up", false),
    ("[1234] 02 Jan 03:04:05.123 * up", "2024-01-02T03:04:05.123Z", "[1234] ^* up", false),
    ("Jan 02, 2024 3:04:05 PM org.x.Y run", "2024-01-02T15:04:05Z", "^org.x.Y run", false),
    ("Jan  2 2024 03:04:05: %ASA-6-1: up", "2024-01-02T03:04:05Z", "^: %ASA-6-1: up", false),
    // Web servers
    ("[10/Oct/2000:13:55:36 -0700] GET", "2000-10-10T20:55:36Z", "^GET", false),
    ("127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] \"GET / HTTP/1.0\" 200", "2000-10-10T20:55:36Z", "127.0.0.1 - frank ^\"GET / HTTP/1.0\" 200", false),
    ("10.11.12.13 - - [10/Oct/2000:13:55:36 +0000] \"GET /\"", "2000-10-10T13:55:36Z", "10.11.12.13 - - ^\"GET /\"", false),
    ("[Sun Dec 04 04:47:44 2005] [notice] up", "2005-12-04T04:47:44Z", "^[notice] up", false),
    ("[Sun Dec 04 04:47:44.123456 2005] [notice] up", "2005-12-04T04:47:44.123456Z", "^[notice] up", false),
    ("Sun Dec  4 04:47:44 2005 up", "2005-12-04T04:47:44Z", "^up", false),
    ("Sun Dec  4 04:47:44 UTC 2005 up", "2005-12-04T04:47:44Z", "^up", false),
    ("Tue, 02 Jan 2024 03:04:05 GMT up", "2024-01-02T03:04:05Z", "^up", false),
    // Relays
    ("Dec 10 06:55:46 LabSZ sshd[24200]: up", "2023-12-10T06:55:46Z", "^LabSZ sshd[24200]: up", true),
    ("Jul  1 09:00:55 calvisitor kernel[0]: up", "2023-07-01T09:00:55Z", "^calvisitor kernel[0]: up", true),
    ("Feb  5 17:32:18.25 mymachine su: up", "2024-02-05T17:32:18.250Z", "^mymachine su: up", true),
    ("<13>Feb  5 17:32:18 mymachine su: up", "2024-02-05T17:32:18Z", "<13>^mymachine su: up", true),
    ("<34>1 2003-10-11T22:14:15.003Z host su - ID47 - up", "2003-10-11T22:14:15.003Z", "<34>1 ^host su - ID47 - up", true),
    ("Nov  9 12:01:01 #8#/#8# crond[1]: up", "2023-11-09T12:01:01Z", "^#8#/#8# crond[1]: up", true),
    ("Dec 10 06:55:46 sshd[24200]: up", "2023-12-10T06:55:46Z", "^sshd[24200]: up", false),
    ("Jul  1 09:00:55 --- last message repeated 1 time ---", "2023-07-01T09:00:55Z", "^--- last message repeated 1 time ---", false),
    ("Dec 10 06:55:46 ERROR up", "2023-12-10T06:55:46Z", "^ERROR up", false),
    ("[Dec 10 06:55:46] host up", "2023-12-10T06:55:46Z", "^host up", false),
    // Phones, containers, proxies
    ("03-17 16:13:38.811  1702  2395 D WindowManager: up", "2024-03-17T16:13:38.811Z", "^1702  2395 D WindowManager: up", false),
    ("[10.30 16:49:06] chrome.exe - up", "2023-10-30T16:49:06Z", "^chrome.exe - up", false),
    ("I0102 03:04:05.000006       1 main.go:23] up", "2024-01-02T03:04:05.000006Z", "I^       1 main.go:23] up", false),
    ("E20240102 03:04:05.123456 77 a.cc:1] up", "2024-01-02T03:04:05.123456Z", "E^ 77 a.cc:1] up", false),
    ("2024-01-02T03:04:05.123456789Z stdout F up", "2024-01-02T03:04:05.123456Z", "^up", false),
    ("2024-01-02T03:04:05.123456789Z stderr P     at x", "2024-01-02T03:04:05.123456Z", "^    at x", false),
    ("2024-01-02T03:04:05.123456789+01:00 stdout F", "2024-01-02T02:04:05.123456Z", "^", false),
    ("2024-01-02T03:04:05.123456789Z up", "2024-01-02T03:04:05.123456Z", "^up", false),
    ("2024-01-02T03:04:05.123456789Z stdout F 2024-01-02 04:04:05,1 INFO up", "2024-01-02T03:04:05.123456Z", "^INFO up", false),
    ("2024-01-02T03:04:05.1Z stderr F E0102 03:04:05.1 1 a.go:1] up", "2024-01-02T03:04:05.100Z", "^E0102 03:04:05.1 1 a.go:1] up", false),
    // Behind a prefix
    ("nova-api.log.1.2017-05-16_13:53:08 2931 INFO up", "2017-05-16T13:53:08Z", "nova-api.log.1.^ 2931 INFO up", false),
    ("nova-api.log.1.2017-05-16_13:53:08 2017-05-16 00:00:00.008 25746 INFO up", "2017-05-16T00:00:00.008Z", "nova-api.log.1.2017-05-16_13:53:08 ^25746 INFO up", false),
    ("{\"ts\":\"2024-01-02T03:04:05Z\",\"msg\":\"up\"}", "2024-01-02T03:04:05Z", "{\"ts\":\"^\",\"msg\":\"up\"}", false),
    ("ts=2024-01-02T03:04:05Z level=info msg=up", "2024-01-02T03:04:05Z", "ts=^ level=info msg=up", false),
    ("INFO  [2024-01-02 03:04:05,678] up", "2024-01-02T03:04:05.678Z", "INFO  ^up", false),
    ("INFO: 2024/01/02 03:04:05 up", "2024-01-02T03:04:05Z", "INFO: ^up", false),
    // Since 1970
    ("1700000000 up", "2023-11-14T22:13:20Z", "^up", false),
    ("1700000000.123    45 10.0.0.1 TCP_MISS/200", "2023-11-14T22:13:20.123Z", "^45 10.0.0.1 TCP_MISS/200", false),
    ("1700000000123 up", "2023-11-14T22:13:20.123Z", "^up", false),
    ("1700000000123456 up", "2023-11-14T22:13:20.123456Z", "^up", false),
    ("1700000000123456789 up", "2023-11-14T22:13:20.123456Z", "^up", false),
    ("[1700000000] SERVICE ALERT: up", "2023-11-14T22:13:20Z", "^SERVICE ALERT: up", false),
    ("1700000000: up", "2023-11-14T22:13:20Z", "^: up", false),
    ("{\"level\":30,\"time\":1700000000123,\"msg\":\"up\"}", "2023-11-14T22:13:20.123Z", "{\"level\":30,\"time\":^,\"msg\":\"up\"}", false),
    ("type=SYSCALL msg=audit(1364481363.243:24287): arch=c0", "2013-03-28T14:36:03.243Z", "type=SYSCALL msg=audit(^:24287): arch=c0", false),
    ("134681 node-246 unix.hw state_change.unavailable 1077804742 1 Component State Change", "2004-02-26T14:12:22Z", "134681 node-246 unix.hw state_change.unavailable ^1 Component State Change", false),
    // Several
    ("- 1131566461 2005.11.09 dn228 Nov 9 12:01:01 dn228/dn228 crond(pam_unix)[2915]: session closed", "2005-11-09T20:01:01Z", "- ^dn228/dn228 crond(pam_unix)[2915]: session closed", true),
    ("- 1117838570 2005.06.03 R02-M1-N0 2005-06-03-15.42.50.363779 R02-M1-N0 RAS KERNEL INFO x", "2005-06-03T22:42:50Z", "- ^R02-M1-N0 RAS KERNEL INFO x", false),
    ("- 1117838570 2005.06.03 UNKNOWN_LOCATION 2005-06-03-15.42.50.363779 NULL RAS INFO x", "2005-06-03T22:42:50Z", "- ^NULL RAS INFO x", false),
    ("Dec 10 06:55:46 web-07 2023-12-10T06:55:46.123Z INFO up", "2023-12-10T06:55:46Z", "^INFO up", false),
    // A message may speak of other times.
    ("2024-01-02 03:04:05 ERROR expired 2024-01-01 00:00:00", "2024-01-02T03:04:05Z", "^ERROR expired 2024-01-01 00:00:00", false),
    ("2024-01-02 03:04:05 started at 2024-01-01 00:00:00", "2024-01-02T03:04:05Z", "^started at 2024-01-01 00:00:00", false),
    ("2024-01-02 03:04:05 job-7: 2024-01-01 00:00:00", "2024-01-02T03:04:05Z", "^job-7: 2024-01-01 00:00:00", false),
    ("Nov  9 12:01:01 dn1 Nov  9 12:01:02  chrome.exe4 2005.11.09 dn2 Nov  9 12:01:03 up", "2023-11-09T12:01:01Z", "^chrome.exe4 2005.11.09 dn2 Nov  9 12:01:03 up", true),
    // An id is not a time, where a date says another.
    ("order 1234567890 accepted 2024-01-02T03:04:05Z", "2024-01-02T03:04:05Z", "order 1234567890 accepted ^", false),
];

/// Lines without a stamp.
const BARE: &[&str] = &[
    "",
    "x",
    "[",
    "started",
    "    at org.x.Y.run(Y.java:123)",
    "Caused by: java.io.IOException: broken pipe after 1234567890",
    "2024-13-02 03:04:05 no such month",
    "2023-02-29 03:04:05 no such day",
    "2024-01-02 24:04:05 no such hour",
    "2024-01-02 03:60:05 no such minute",
    "2024-01-02 03:04:61 no such second",
    "2024-01-02 03:04:055 no such second",
    "2024-01-02 only a date",
    "0001-01-01T00:00:00Z never",
    "12:34:56 only a time",
    "13/14/2024 03:04:05 no such month",
    "Foo 10 06:55:46 no such month",
    "Dec 32 06:55:46 no such day",
    "Feb 30 06:55:46 no such day",
    "v2024-01-02 03:04:05 inside a word",
    "error at 081109 203615 148",
    "error at 03-17 16:13:38.811",
    "03-17 16:13:38 no fraction",
    "error [10.30 16:49:06] not at the front",
    "991399 203615 148 INFO no such day",
    "I0102 03:04:05 no fraction",
    "user 0123456789 logged in, before 2001",
    "user id=1700000000 logged in",
    "port 10.0.0.1:1700000000",
    "1700000000x",
    "17000000001 eleven digits",
    "one two three four five six 1700000000 too far in",
    "1700000000:443 a pair",
    "192.168.100.200 10.251.43.210 only addresses",
    "0x1700000000 ff:ff:ff:ff:ff:ff",
    "\u{0}\u{1}２０２４-０１-０２",
    "this line has a very long prefix, so long that what follows can only be a part of the message it tells 2024-01-02 03:04:05",
];

/// 2024-03-20T00:00:00Z, so that the table's days without a year fall on both sides.
const LATEST: Time = Time(1_710_892_800 * SECOND_MICROS);
const FRESH: Anchor = Anchor { last: None, latest: LATEST };

fn moment(text: &str) -> Time {
    Time::parse_rfc3339(text).unwrap()
}

fn check(line: &str, time: &str, rest: &str, host_follows: bool) {
    let bytes = line.as_bytes();
    let reading = Clock::new(Zone::utc(), None).read(bytes, FRESH);
    let reading = reading.unwrap_or_else(|| panic!("no stamp found: {line}"));
    assert_eq!(reading.time.to_string(), time, "{line}");
    let kept = format!("{}^{}", &line[..reading.start], &line[reading.end..]);
    assert_eq!(kept, rest, "{line}");
    assert_eq!(reading.host_follows, host_follows, "{line}");
}

#[test]
fn every_layout_is_read_and_cut() {
    for &(line, time, rest, host_follows) in STAMPED {
        check(line, time, rest, host_follows);
    }
}

#[test]
fn what_only_resembles_a_stamp_is_left_alone() {
    for line in BARE {
        assert_eq!(find(line.as_bytes()), None, "{line}");
    }
}

#[test]
fn a_line_cut_short_anywhere_is_no_trouble() {
    let mut clock = Clock::new(clock_zone(), None);
    for (line, ..) in STAMPED {
        for end in 0..line.len() {
            same_with_and_without_memory(&mut clock, &line.as_bytes()[..end], FRESH);
        }
    }
}

/// A small generator of numbers, the same on each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % limit
    }
}

fn same_with_and_without_memory(clock: &mut Clock, line: &[u8], anchor: Anchor) {
    let remembered = clock.read(line, anchor);
    let fresh = find(line).map(|stamp| Reading {
        start: stamp.start,
        end: stamp.end,
        host_follows: stamp.host_follows,
        time: Clock::new(clock_zone(), None).resolve(stamp.wall, anchor),
        yearless: matches!(stamp.wall, Wall::Yearless { .. }),
    });
    assert_eq!(remembered, fresh, "{}", String::from_utf8_lossy(line));
    if let Some(reading) = fresh {
        assert!(reading.start < reading.end && reading.end <= line.len());
    }
}

/// A clock that moves on within a minute says what it would say afresh, whatever the two bytes are.
#[test]
fn another_second_of_the_same_minute_is_read_alike() {
    for (line, ..) in STAMPED {
        let Some(First::Dated(head)) = first(line.as_bytes(), &mut None) else { continue };
        let mut clock = Clock::new(clock_zone(), None);
        for second in ["00", "07", "31", "59", "60", "61", "7 ", ":5", "08", "a1", "30", "99", "29"] {
            let mut line = line.as_bytes().to_vec();
            line[head.second_end - 2..head.second_end].copy_from_slice(second.as_bytes());
            same_with_and_without_memory(&mut clock, &line, FRESH);
            line.insert(head.second_end, b'4');
            same_with_and_without_memory(&mut clock, &line, FRESH);
        }
    }
}

/// And so do a number and a date that both move on, or only one of them.
#[test]
fn another_second_of_a_number_and_a_date_is_read_alike() {
    let mut clock = Clock::new(clock_zone(), None);
    let mut dice = Dice(17);
    for _ in 0..20_000 {
        let (second, other) = (dice.below(60), dice.below(62));
        let number = 1_131_523_200 + dice.below(2) * 60 + if dice.below(4) == 0 { other } else { second };
        let node = ["dn228", "tbird-admin1", "R02-M1-N0-C:J12-U11"][dice.below(3)];
        let line = [
            format!("- {number} 2005.11.09 {node} Nov 9 08:00:{second:02} dn228/dn228 crond[2]: x"),
            format!("- {number} 2005.11.09 {node} 2005-11-09-08.00.{second:02}.675872 {node} RAS"),
            format!("{number} {node} Nov 9 08:00:{second:02} x"),
        ];
        same_with_and_without_memory(&mut clock, line[dice.below(3)].as_bytes(), FRESH);
    }
}

/// A header that ends by the quick look has no further stamp by the long one.
#[test]
fn a_level_behind_numbers_ends_the_header() {
    const WORDS: &[&str] = &[
        "7161",
        "20570",
        "12",
        "5",
        "123456789",
        "INFO",
        "D",
        "warn",
        "May",
        "Sun",
        "March",
        "may",
        "MAY",
        "14",
        "2024",
        "2005.11.09",
        "node-3",
        "x:",
        "a=b",
        "-",
        "[main]",
        "08:00:00",
        "2024-05-14",
        "10.30",
        "main",
        "INFOS99",
        "é",
    ];
    let mut dice = Dice(11);
    let mut ended = 0;
    for _ in 0..200_000 {
        let mut line = String::from("|");
        for _ in 0..1 + dice.below(7) {
            line += [" ", " ", "  ", "   "][dice.below(4)];
            line += WORDS[dice.below(WORDS.len())];
        }
        line += " 2024-05-14 08:00:00";
        if header::level_follows_numbers(line.as_bytes(), 1) {
            ended += 1;
            assert!(further(line.as_bytes(), 1).is_none(), "{line}");
        }
    }
    assert!(ended > 1_000, "{ended}");
}

/// Central Europe, by its rule, so that no database is needed.
fn clock_zone() -> Zone {
    Zone::from_jiff(jiff::tz::TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap())
}

#[test]
fn what_is_remembered_never_changes_an_answer() {
    let lines: Vec<&[u8]> = STAMPED
        .iter()
        .map(|entry| entry.0.as_bytes())
        .chain(BARE.iter().map(|line| line.as_bytes()))
        .collect();
    let mut dice = Dice(0x1234_5678_9abc_def1);
    let mut clock = Clock::new(clock_zone(), None);
    let mut last = None;
    for round in 0..60_000 {
        let mut line = lines[dice.below(lines.len())].to_vec();
        for _ in 0..dice.below(4) {
            mutate(&mut line, &lines, &mut dice);
        }
        let anchor = Anchor { last, latest: LATEST };
        // The line as it is, and again with a changed end, which is what a memory would trip over.
        same_with_and_without_memory(&mut clock, &line, anchor);
        if !line.is_empty() {
            let at = dice.below(line.len());
            line[at] = b"0123456789 :.,-+ZTM]aP"[dice.below(22)];
            same_with_and_without_memory(&mut clock, &line, anchor);
            line.truncate(at);
            same_with_and_without_memory(&mut clock, &line, anchor);
        }
        last = if round % 7 == 0 { None } else { clock.read(&line, anchor).map(|reading| reading.time) };
    }
}

/// Headers that the memories are for, and what makes them trip: hosts, numbers and dates that
/// change while the bytes before stay, and words behind them that may belong to the stamp.
const STREAMS: &[&str] = &[
    "- 1131566461 2005.11.09 dn228 Nov 9 12:01:01 dn228/dn228 crond(pam_unix)[2915]: closed",
    "- 1131566461 2005.11.09 tbird-admin1 Nov  9 12:01:01 local@tbird-admin1 ACPI: up",
    "- 1131566461 2005.11.09 dn228 Nov  9 12:01:01 2005 dn228/dn228 up",
    "- [1131566461] 2005.11.09 dn228 Nov  9 12:01:01 dn228/dn228 2005-11-09 12:01:01,5 up",
    "- 1117838570 2005.06.03 R02-M1-N0 2005-06-03-15.42.50.363779 R02-M1-N0 RAS KERNEL INFO x",
    "134681 node-246 unix.hw state_change.unavailable 1077804742 1 Component State Change",
    "03-17 16:13:38.811  1702  2395 D WindowManager: up",
    "[Sun Dec 04 04:47:44 2005] [notice] up",
    "081109 203615 148 INFO dfs.DataNode$PacketResponder: up",
    "20171223-22:15:29:606|Step_LSC|30002312|onStandStepChanged 3579",
    "Jul  1 09:00:55 calvisitor-10-105-160-95 kernel[0]: up",
    "Dec 10 06:55:46 LabSZ sshd[24200]: up",
    "Feb 29 06:55:46 LabSZ sshd[24200]: up",
    "[10.30 16:49:06] chrome.exe - up",
    "2015-07-29 17:41:44,747 - INFO  [main] up",
    "1/2/2024 3:04:05 PM up",
    "2024-01-02T03:04:05.123456789Z stdout F up",
    "2024-01-02 03:04:05 dn1 2024-01-02 03:04:06 dn2 2024-01-02 03:04:07 up",
];

#[test]
fn interleaved_logs_are_read_as_each_alone() {
    const BEHIND: [&str; 12] =
        ["", " ", "5", ".", ",250", " 2005", " PM", " +0200", " - ", "] ", " INFO ", " Nov  9 12:01:02 "];
    let mut dice = Dice(0x0f1e_2d3c_4b5a_6978);
    let mut clock = Clock::new(clock_zone(), None);
    let mut lines: Vec<Vec<u8>> = STREAMS.iter().map(|line| line.as_bytes().to_vec()).collect();
    let mut last = None;
    for round in 0..80_000 {
        let at = dice.below(lines.len());
        // A stream goes on from its last line, now and then from its first, with another digit.
        if dice.below(8) == 0 {
            lines[at] = STREAMS[at].as_bytes().to_vec();
        }
        let from = dice.below(lines[at].len().min(60));
        let found = lines[at].iter().skip(from).position(u8::is_ascii_digit);
        if let (Some(found), 0) = (found, dice.below(3)) {
            lines[at][from + found] = b'0' + dice.below(10) as u8;
        }
        let anchor = Anchor { last, latest: LATEST };
        same_with_and_without_memory(&mut clock, &lines[at], anchor);
        // The same bytes up to somewhere behind the second, and then others.
        let mut line = lines[at].clone();
        let place = find(&line).map_or(0, |stamp| stamp.end.saturating_sub(dice.below(3)));
        line.truncate(place + dice.below(8));
        line.extend_from_slice(BEHIND[dice.below(BEHIND.len())].as_bytes());
        line.extend_from_slice(&lines[dice.below(lines.len())]);
        same_with_and_without_memory(&mut clock, &line, anchor);
        last = match round % 11 {
            0 => None,
            1 => Some(Time(LATEST.0 + (dice.below(1200) as i64 - 600) * DAY_SECONDS * SECOND_MICROS)),
            _ => clock.read(&lines[at], anchor).map(|reading| reading.time),
        };
    }
}

fn mutate(line: &mut Vec<u8>, lines: &[&[u8]], dice: &mut Dice) {
    if line.is_empty() {
        return;
    }
    let at = dice.below(line.len());
    match dice.below(6) {
        0 => line[at] = b" :.,-/[]TZ+"[dice.below(11)],
        1 => line.truncate(at),
        2 => line.insert(at, b"0123456789 :["[dice.below(13)]),
        3 => drop(line.remove(at)),
        4 => line.splice(at.., lines[dice.below(lines.len())].iter().copied()).for_each(drop),
        _ => {
            let digit = line.iter().skip(at).position(u8::is_ascii_digit);
            if let Some(found) = digit {
                line[at + found] = b'0' + dice.below(10) as u8;
            }
        }
    }
}

#[test]
fn no_bytes_are_trouble() {
    let mut dice = Dice(42);
    let mut clock = Clock::new(clock_zone(), None);
    let letters = b"0123456789::..--//,, \t[]()<>TZJanDecSunPM+I\xff\x00\r{\"=";
    for round in 0..60_000 {
        let length = dice.below(140);
        let random = |dice: &mut Dice| {
            if round % 2 == 0 { dice.below(256) as u8 } else { letters[dice.below(letters.len())] }
        };
        let line: Vec<u8> = (0..length).map(|_| random(&mut dice)).collect();
        let ends = [i64::MIN, -1, 0, LATEST.0, i64::MAX];
        let (last, latest) = (ends[dice.below(5)], ends[dice.below(5)]);
        let last = (round % 3 == 0).then_some(Time(last));
        same_with_and_without_memory(&mut clock, &line, Anchor { last, latest: Time(latest) });
    }
}

#[test]
fn a_time_without_zone_is_by_the_clock_s_zone() {
    let mut clock = Clock::new(clock_zone(), None);
    for (line, time) in [
        ("2024-01-15 12:00:00 x", "2024-01-15T11:00:00Z"),
        ("2024-07-15 12:00:00 x", "2024-07-15T10:00:00Z"),
        ("2024-03-31 02:30:00 x", "2024-03-31T01:30:00Z"), // jumped over
        ("2024-10-27 02:30:00 x", "2024-10-27T00:30:00Z"), // shown twice
        ("2024-07-15T12:00:00Z x", "2024-07-15T12:00:00Z"),
        ("1700000000 x", "2023-11-14T22:13:20Z"),
        ("Mar  1 00:30:00 host x: y", "2024-02-29T23:30:00Z"),
    ] {
        for _ in 0..2 {
            assert_eq!(clock.read(line.as_bytes(), FRESH).unwrap().time.to_string(), time, "{line}");
        }
    }
}

/// The year that a day without one gets.
fn check_year(line: &str, year: Option<i16>, last: Option<&str>, latest: &str, time: &str) {
    let anchor = Anchor { last: last.map(moment), latest: moment(latest) };
    let reading = Clock::new(Zone::utc(), year).read(line.as_bytes(), anchor).unwrap();
    assert!(reading.yearless);
    assert_eq!(reading.time.to_string(), time, "{line} after {last:?}, latest {latest}, year {year:?}");
}

#[test]
fn the_first_year_is_the_latest_that_is_not_in_the_future() {
    let latest = "2024-03-20T12:00:00Z";
    check_year("Mar 20 11:00:00 h x: y", None, None, latest, "2024-03-20T11:00:00Z");
    check_year("Mar 21 11:00:00 h x: y", None, None, latest, "2024-03-21T11:00:00Z");
    check_year("Mar 21 13:00:00 h x: y", None, None, latest, "2023-03-21T13:00:00Z");
    check_year("Jan  1 00:00:05 h x: y", None, None, "2023-12-31T23:00:00Z", "2024-01-01T00:00:05Z");
    check_year("Dec 31 23:00:00 h x: y", None, None, "2024-01-01T05:00:00Z", "2023-12-31T23:00:00Z");
    check_year("Dec 31 23:00:00 h x: y", Some(2005), None, latest, "2005-12-31T23:00:00Z");
}

#[test]
fn the_year_turns_with_the_neighbour() {
    let latest = "2030-01-01T00:00:00Z";
    check_year("Jan  1 00:00:01 h x: y", None, Some("2023-12-31T23:59:59Z"), latest, "2024-01-01T00:00:01Z");
    check_year("Dec 31 23:59:59 h x: y", None, Some("2024-01-01T00:00:01Z"), latest, "2023-12-31T23:59:59Z");
    check_year("Mar  1 00:00:00 h x: y", None, Some("2024-06-01T00:00:00Z"), latest, "2024-03-01T00:00:00Z");
    check_year("Mar  1 00:00:00 h x: y", None, Some("2024-09-01T00:00:00Z"), latest, "2025-03-01T00:00:00Z");
    check_year("Nov 20 00:00:00 h x: y", None, Some("2024-01-10T00:00:00Z"), latest, "2024-11-20T00:00:00Z");
    check_year(
        "Jan  1 00:00:01 h x: y",
        Some(2005),
        Some("2023-12-31T23:59:59Z"),
        latest,
        "2024-01-01T00:00:01Z",
    );
}

#[test]
fn the_leap_day_picks_a_leap_year() {
    let latest = "2023-06-01T00:00:00Z";
    check_year("Feb 29 01:00:00 h x: y", None, None, latest, "2020-02-29T01:00:00Z");
    check_year("Feb 29 01:00:00 h x: y", None, None, "2024-02-28T23:00:00Z", "2024-02-29T01:00:00Z");
    check_year("Feb 29 01:00:00 h x: y", Some(2023), None, latest, "2024-02-29T01:00:00Z");
    check_year("Feb 29 01:00:00 h x: y", None, Some("2024-02-28T23:00:00Z"), latest, "2024-02-29T01:00:00Z");
    check_year("Feb 29 01:00:00 h x: y", None, Some("2023-12-28T23:00:00Z"), latest, "2024-02-29T01:00:00Z");
}
