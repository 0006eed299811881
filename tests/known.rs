//! People's decisions, as a user meets them: accept, mute, known, and what the judging commands make of them.

mod program;
mod random;
mod running;

use program::{Place, Ran};
use random::Random;
use running::Running;
use serde_json::Value;

const SCAN: [&str; 4] = ["scan", "--warmup", "0", "--json"];

/// Half an hour of ticks, then `more`.
fn calm_then(more: &[u8]) -> Vec<u8> {
    let tick = |n: u32| format!("2026-03-02T12:{:02}:{:02}Z INFO tick {n}\n", n / 6, n % 6 * 10);
    [(0..180).map(tick).collect::<String>().as_bytes(), more].concat()
}

/// Three hours with a retry a minute, and at the end so many more within five minutes.
fn surging(lines: u32) -> String {
    log(60, lines)
}

/// The same with a retry in so many seconds.
fn log(every: u32, lines: u32) -> String {
    let clock = |second: u32| {
        format!("2026-03-02T{:02}:{:02}:{:02}Z", 9 + second / 3600, second / 60 % 60, second % 60)
    };
    let mut out = String::new();
    for second in 0..3 * 3600 {
        if second % 10 == 0 {
            out += &format!("{} INFO tick {second}\n", clock(second));
            let calm =
                ["cache warm after {}", "sent {} bytes to peer", "page {} served", "queue length now {}"];
            for text in calm {
                out += &format!("{} INFO {}\n", clock(second), text.replace("{}", &second.to_string()));
            }
        }
        if second % every == 5 {
            out += &format!("{} WARN retrying upstream eu-{} (attempt 2)\n", clock(second), second % 7);
        }
        if (10_200..10_500).contains(&second) {
            for n in 0..lines / 300 {
                out += &format!("{} WARN retrying upstream eu-{n} (attempt {second})\n", clock(second));
            }
        }
    }
    out
}

fn decisions(text: &str) -> String {
    text.replace('`', "\"")
}

fn scan(place: &Place, more: &[&str]) -> Ran {
    place.run(&[&SCAN[..], more].concat())
}

/// The messages of the alerts that are not notes.
fn told(ran: &Ran) -> Vec<String> {
    let alerts = ran.out.lines().map(|line| serde_json::from_str::<Value>(line).expect("an object"));
    let told = alerts.filter(|alert| alert["note"] == false && alert["phase"] == "open");
    told.map(|alert| format!("{} {}", alert["kind"].as_str().unwrap(), alert["template"].as_str().unwrap()))
        .collect()
}

#[test]
fn what_is_accepted_is_not_new_whatever_its_values() {
    let place = Place::new();
    place.write(
        "a.log",
        calm_then(
            b"2026-03-02T12:30:00Z ERROR retrying upstream eu-7 (attempt 9)\n\
        2026-03-02T12:30:01Z FATAL retrying upstream eu-3 (attempt 2)\n\
        2026-03-02T12:30:02Z ERROR retrying downstream eu-3 (attempt 2)\n",
        ),
    );
    assert_eq!(told(&scan(&place, &["a.log"]).status(1)).len(), 3);
    place
        .run(&[
            "accept",
            "ERROR retrying upstream eu-3 (attempt 2)",
            "--known",
            "k.toml",
            "--reason",
            "INC-1",
        ])
        .status(0)
        .says("k.toml:1: accept: ERROR retrying upstream <*> (attempt <*>)");
    let ran = scan(&place, &["a.log", "--known", "k.toml"]).status(1);
    assert_eq!(
        told(&ran),
        ["new FATAL retrying upstream <*> (attempt <*>)", "new ERROR retrying downstream <*> (attempt <*>)"],
        "a higher level and another word are other messages"
    );
    place
        .run(&["accept", "ERROR retrying upstream eu-3 (attempt 2)", "--known", "k.toml"])
        .status(0)
        .says("k.toml:1: accept is there already");
}

#[test]
fn whatever_was_printed_of_a_line_can_be_pasted() {
    let lines: [&[u8]; 10] = [
        b"Mar  2 12:30:00 web-1 sshd[123]: error: failed login for root from 10.0.0.1 port 22",
        b"ERROR charge failed for order 8812: gateway eu-3",
        b"ERROR login refused for anna@example.com password=hunter2 now",
        b"ERROR odd \x01bytes\x1b[31m here \tfailed",
        b"ERROR caf\xe9 closed badly",
        &[b"ERROR long ", &b"wordwordwordwordwordwordword token=abcdefg1234 "[..].repeat(60)[..]].concat(),
        br#"{"time":"2026-03-02T12:30:04Z","level":"error","msg":"backend exploded","err":"no gateway","id":7}"#,
        br#"{"time":"2026-03-02T12:30:04Z","level":"error","msg":"no login","password":"hunter2","path":"a\tb"}"#,
        b"time=2026-03-02T12:30:04Z level=error msg=\"no space left\" disk=sda1",
        b"ERROR \"quoted 'both' ways\" c:\\new\\table",
    ];
    for (at, line) in lines.iter().enumerate() {
        let place = Place::new();
        let is_structured = [&b"{"[..], b"time", b"Mar"].iter().any(|begin| line.starts_with(begin));
        let stamp: &[u8] = if is_structured { b"" } else { b"2026-03-02T12:30:00Z " };
        place.write("a.log", calm_then(&[stamp, line, b"\n"].concat()));
        let printed = scan(&place, &["a.log"]).status(1);
        let alert: Value = serde_json::from_str(
            printed.out.lines().find(|line| line.contains("\"note\":false")).expect("an alert"),
        )
        .unwrap();
        let text = place.run(&["scan", "--warmup", "0", "--text", "a.log"]).out;
        let short = place.run(&["scan", "--warmup", "0", "--short", "a.log"]).out;
        let whole = short.lines().next().expect("an alert").to_owned();
        let short = short.lines().next().and_then(|line| line.split_once(" | ")).expect("an alert").1;
        let raw = String::from_utf8_lossy(line);
        let text = text.lines().nth(1).expect("a sample").trim();
        for pasted in [
            alert["sample"].as_str().unwrap(),
            alert["template"].as_str().unwrap(),
            text,
            short,
            &whole,
            &raw,
        ] {
            let file = format!("k{}.toml", pasted.len());
            place.pipe(&["accept", "-", "--known", &file], pasted.as_bytes()).status(0);
            let ran = scan(&place, &["a.log", "--known", &file]);
            assert_eq!((told(&ran), ran.status), (vec![], 0), "line {at} pasted as {pasted}");
        }
    }
}

#[test]
fn a_wildcard_stands_for_any_value_and_for_no_word_of_alarm() {
    let place = Place::new();
    place.write(
        "a.log",
        calm_then(
            b"2026-03-02T12:30:00Z ERROR user alpha locked in zone eu-7\n\
        2026-03-02T12:31:00Z ERROR user beta locked in zone x\n\
        2026-03-02T12:32:00Z ERROR user beta unlocked in zone x\n\
        2026-03-02T12:33:00Z ERROR job beta got lost somewhere\n",
        ),
    );
    place.write(
        "k.toml",
        decisions(
            "[[known]]\nline = `ERROR user <*> locked in zone <*>`\ndo = `accept`\n\
        [[known]]\nline = `ERROR job beta got lo…`\ndo = `mute`\n",
        ),
    );
    let ran = scan(&place, &["a.log", "--known", "k.toml"]).status(1).says("1 alert muted by k.toml");
    assert_eq!(told(&ran), ["new ERROR user beta unlocked in zone x"]);
    place.write("k.toml", decisions("[[known]]\nline = `ERROR job <*> ended`\ndo = `accept`\n"));
    place.write("a.log", calm_then(b"2026-03-02T12:30:00Z ERROR job failed ended\n"));
    assert_eq!(told(&scan(&place, &["a.log", "--known", "k.toml"]).status(1)).len(), 1);
}

#[test]
fn an_accepted_message_still_surges_and_a_muted_one_does_not() {
    let place = Place::new();
    place.write("a.log", surging(600));
    let surge = "surge WARN retrying upstream <*> (attempt <*>)";
    assert_eq!(told(&scan(&place, &["a.log"]).status(1)), [surge]);
    let entry = |deed: &str, more: &str| {
        decisions(&format!(
            "[[known]]\nline = `WARN retrying upstream eu-3 (attempt 2)`\ndo = `{deed}`\n{more}"
        ))
    };
    let with = |deed: &str, more: &str| {
        place.write("k.toml", entry(deed, more));
        scan(&place, &["a.log", "--known", "k.toml"])
    };
    assert_eq!(told(&with("accept", "").status(1)), [surge]);
    assert_eq!(
        with("mute", "")
            .status(0)
            .says("1 alert muted by k.toml")
            .out
            .lines()
            .filter(|line| line.contains("\"surge\""))
            .count(),
        0
    );
    assert_eq!(told(&with("mute", "per-hour = 1000\n").status(0)).len(), 0);
    let ran = with("mute", "until = 2099-12-31\nper-hour = 60\n").status(1);
    assert_eq!(told(&ran), [surge]);
    assert!(ran.out.contains("muted until 2099-12-31, but "), "{}", ran.out);
    assert_eq!(told(&with("mute", "until = 2020-12-31\n").status(1).says("expired on 2020-12-31")), [surge]);
}

#[test]
fn muted_messages_are_learned_and_their_silence_is_not_told() {
    let place = Place::new();
    let mut log = surging(0);
    for minute in 0..60 {
        log += &format!("2026-03-02T12:{minute:02}:00Z INFO other {minute}\n");
    }
    place.write("a.log", log);
    assert!(
        told(&scan(&place, &["a.log"]).status(1)).iter().any(|alert| alert.starts_with("gone INFO tick"))
    );
    place.write("k.toml", decisions("[[known]]\nline = `INFO tick 1`\ndo = `mute`\n[[known]]\nline = `WARN retrying upstream eu-1 (attempt 2)`\ndo = `mute`\n"));
    let ran = scan(&place, &["a.log", "--known", "k.toml"]);
    let gone: Vec<String> = told(&ran).into_iter().filter(|alert| alert.starts_with("gone")).collect();
    assert!(gone.len() == 4 && !gone.iter().any(|alert| alert.contains("tick")), "{gone:?}");
    let lines = |ran: Ran| ran.err.split(" from 1 source").next().map(str::to_owned);
    let plain = scan(&place, &["a.log"]);
    assert!(lines(plain).is_some_and(|text| ran.err.contains(&text)), "all lines are counted");
}

#[test]
fn a_muted_alert_uses_up_nothing() {
    let place = Place::new();
    let noise: String = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta"]
        .iter()
        .map(|name| format!("2026-03-02T12:30:00Z ERROR {name} is broken\n"))
        .collect();
    place.write("a.log", calm_then((noise.clone() + "2026-03-02T12:30:02Z ERROR disk lost\n").as_bytes()));
    assert!(!told(&scan(&place, &["a.log"])).contains(&"new ERROR disk lost".to_owned()), "beyond the bound");
    place.pipe(&["mute", "-", "--known", "k.toml"], noise.as_bytes()).status(0);
    let ran = scan(&place, &["a.log", "--known", "k.toml"]).status(1).says("6 alerts muted by k.toml");
    assert_eq!(told(&ran), ["new ERROR disk lost"]);
}

#[test]
fn diff_leaves_out_what_is_decided() {
    let place = Place::new();
    place
        .write("before.log", surging(0))
        .write("after.log", log(6, 0) + "2026-03-02T12:00:00Z ERROR disk lost\n");
    let diff = |more: &[&str]| place.run(&[&["diff", "--json", "before.log", "after.log"], more].concat());
    assert_eq!(told(&diff(&[]).status(1)).len(), 2);
    place.run(&["accept", "ERROR", "disk", "lost", "--known", "k.toml"]).status(0);
    assert_eq!(
        told(&diff(&["--known", "k.toml"]).status(1)),
        ["surge WARN retrying upstream <*> (attempt <*>)"]
    );
    place
        .run(&["mute", "WARN retrying upstream eu-1 (attempt 2)", "--known", "k.toml", "--until", "30d"])
        .status(0);
    let ran = diff(&["--known", "k.toml"]).status(0).says("1 alert muted by k.toml");
    assert_eq!(ran.out, "");
}

#[test]
fn watch_knows_what_was_decided() {
    let place = Place::new();
    place.run(&["mute", "ERROR disk lost", "--known", "k.toml"]).status(0);
    let mut watch = Running::start(&place, &["watch", "-", "--warmup", "0", "--known", "k.toml"]);
    watch.write("2026-03-02T12:00:00Z ERROR disk lost\n2026-03-02T12:00:01Z ERROR disk full\n");
    assert!(watch.tells("ERROR").contains("disk full"));
    drop(watch.child.stdin.take());
    let ran = watch.ends();
    assert!(ran.err.contains("1 alert muted by k.toml") && !ran.out.contains("disk lost"), "{ran:?}");
}

#[test]
fn an_id_is_looked_up_in_a_baseline() {
    let place = Place::new();
    place.write("a.log", calm_then(b"2026-03-02T12:20:00Z ERROR login refused for bob password=hunter2\n"));
    place.run(&["learn", "-o", "a.base", "a.log"]).status(0);
    let listed = place.run(&["templates", "a.log", "--json"]).status(0);
    let row = listed.out.lines().find(|line| line.contains("login refused")).expect("it is listed");
    let row: Value = serde_json::from_str(row).unwrap();
    let id = &row["id"].as_str().unwrap()[..8];
    place.run(&["mute", id, "--known", "k.toml"]).status(2).says("-b BASELINE");
    place.run(&["mute", "ffffffff", "-b", "a.base", "--known", "k.toml"]).status(2).says("no message");
    place
        .run(&["mute", id, "-b", "a.base", "--known", "k.toml", "--until", "2099-01-01"])
        .status(0)
        .says("mute until 2099-01-01: ERROR login refused");
    let text = std::fs::read_to_string(place.path("k.toml")).unwrap();
    assert!(text.contains("until  = 2099-01-01") && !text.contains("hunter2"), "{text}");
}

#[test]
fn decisions_are_listed_and_checked() {
    let place = Place::new();
    place.write("a.log", calm_then(b"")).write("notes.txt", "no decision");
    std::fs::create_dir(place.path("known")).unwrap();
    place.write("known/b.toml", decisions("[[known]]\nline = `INFO tick 5`\ndo = `mute`\nreason = `loud`\n"));
    place.write(
        "known/a.toml",
        decisions("[[known]]\nline = `WARN gone by`\ndo = `accept`\nuntil = 2020-01-01\n"),
    );
    let ran = place.run(&["known", "--known", "known"]).status(0);
    let lines: Vec<&str> = ran.out.lines().map(str::trim).collect();
    assert_eq!(
        lines,
        [
            "accept  WARN gone by",
            "EXPIRED 2020-01-01 · known/a.toml:1",
            "mute    INFO tick <*>",
            "loud · known/b.toml:1"
        ]
    );
    let ran = place.run(&["known", "--known", "known", "--check", "a.log"]).status(0);
    assert!(ran.out.contains("matches none  accept") && ran.out.contains("180  mute"), "{}", ran.out);
    let ran = place.run(&["known", "--known", "known", "--check", "a.log", "--json"]).status(0);
    let rows: Vec<Value> = ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&rows[0]["lines"], &rows[1]["lines"]), (&Value::from(0), &Value::from(180)));
    assert_eq!(rows[0]["expired"], true);
    place.run(&["known", "--known", "known", "--check", "nowhere.log"]).status(2);
}

#[test]
fn what_cannot_be_done_is_said_with_its_cure() {
    let place = Place::new();
    place.write("a.log", calm_then(b"")).write("k.toml", "[[known]]\nline = 'x'\n");
    for (args, what) in [
        ("accept 1234abcd", "-b BASELINE"),
        ("accept some line --known k.toml", "k.toml:1: "),
        ("accept some line --known .", "directory"),
        ("accept some line --known no/such/k.toml", "no/such/k.toml"),
        ("accept some line --known n.toml --until soon", "30d"),
        ("accept some line --known n.toml --until 2020-01-01", "over already"),
        ("accept - --known n.toml", "nothing was written"),
        ("scan --known k.toml a.log", "`do`"),
        ("scan --known nowhere.toml a.log", "nowhere.toml"),
        ("known", "--known FILE"),
        ("known --known nowhere", "nowhere"),
    ] {
        place.run(&args.split(' ').collect::<Vec<_>>()).status(2).says(what);
    }
    assert!(!place.path("n.toml").exists());
}

#[test]
fn no_file_of_decisions_can_break_the_reader() {
    let zone = logsurge::time::Zone::utc();
    let path = std::path::Path::new("k.toml");
    let good = decisions(
        "# c\n[[known]]\nline = `WARN x 'y' \\u0041 <*>…`\ndo = `mute`\nuntil = 2026-12-31T10:00:00+01:00\nreason = `z`\nper-hour = 12.5\n\n[[known]]\nline = '''a\nb'''\ndo = 'accept'\nuntil = 10:00:00\n",
    );
    let mut random = Random(5);
    let pieces = [
        "[[known]]",
        "line",
        "=",
        "\"",
        "'",
        "\n",
        "until",
        "2026-13-45",
        "1e999",
        "do",
        "\"mute\"",
        "{",
        "]",
        "\u{feff}",
        "per-hour",
        "\\u",
        "-inf",
        "[",
        "#",
        "\0",
        "é",
        "[[known.line]]",
        "known.x=1",
    ];
    for round in 0..6_000 {
        let mut bytes = if round % 2 == 0 { good.clone().into_bytes() } else { Vec::new() };
        for _ in 0..1 + random.below(8) {
            let at = random.below(bytes.len() as u64 + 1) as usize;
            match random.below(4) {
                0 => bytes.insert(at, random.below(256) as u8),
                1 => bytes.truncate(at),
                2 if at < bytes.len() => bytes[at] = random.below(256) as u8,
                _ => _ = bytes.splice(at..at, random.pick(&pieces).bytes()),
            }
        }
        match logsurge::Known::parse(&bytes, path, &zone) {
            Ok(known) => assert!(known.entries().iter().all(|entry| !entry.line.trim().is_empty())),
            Err(err) => assert!(err.to_string().starts_with("k.toml:"), "{err}"),
        }
    }
    let deep = format!("known = {}", "[".repeat(100_000));
    assert!(logsurge::Known::parse(deep.as_bytes(), path, &zone).is_err());
}

#[test]
fn decisions_do_not_depend_on_threads_or_chunks() {
    let place = Place::new();
    let noise = |n: u32| {
        format!(
            "2026-03-02T12:{:02}:00Z ERROR user u{n} password=p{n} refused by gate {}\n",
            30 + n % 30,
            n % 3
        )
    };
    place
        .write("a.log", calm_then((0..60).map(noise).collect::<String>().as_bytes()))
        .write("b.log", surging(600));
    place.write(
        "k.toml",
        decisions("[[known]]\nline = `ERROR user <*> password=[redacted] refused by gate 1`\ndo = `accept`\n[[known]]\nline = `WARN retrying upstream eu-1 (attempt 2)`\ndo = `mute`\nper-hour = 60\n"),
    );
    let with = |more: &[&str]| scan(&place, &[&["--known", "k.toml", "a.log", "b.log"], more].concat());
    let plain = with(&["-j", "1"]);
    assert!(plain.out.contains("but "), "{}", plain.out);
    for more in [
        ["-j", "4", "--chunk-bytes", "4096"],
        ["-j", "3", "--chunk-bytes", "100"],
        ["-j", "1", "--chunk-bytes", "777"],
    ] {
        let ran = with(&more);
        assert_eq!((ran.out, ran.err), (plain.out.clone(), plain.err.clone()), "{more:?}");
    }
}

#[test]
fn no_line_of_a_decision_can_break_the_reading_of_a_log() {
    use logsurge::known::{Deed, Entry, Known};
    let mut random = Random(11);
    let pieces = [
        "<*>",
        "…",
        "[redacted]",
        "ERROR",
        "eu-7",
        "a=b",
        "{\"level\":\"error\",\"msg\":\"x\"}",
        "\\x01",
        "\u{fffd}",
        "é",
        "\n",
        "2026-03-02T12:30:00Z",
        "failed",
        "\"",
        "\u{1}",
        "\u{2}",
        "#",
        " ",
        "\t",
        "(",
        "1 2 3",
    ];
    for _ in 0..400 {
        let mut line =
            || (0..random.below(9)).map(|_| random.pick(&pieces).to_owned() + " ").collect::<String>();
        let entry = |line: String| Entry {
            line,
            deed: Deed::Mute,
            until: None,
            reason: None,
            per_hour: Some(1.0),
            place: Default::default(),
        };
        let known = Known::new((0..4).map(|_| entry(line())).collect());
        let mut config = logsurge::Config::new(logsurge::Time::from_seconds(1_800_000_000));
        (config.warmup, config.known) = (Some(0), known.clone());
        let mut session = logsurge::Session::new(&config, None, "a");
        for entry in known.entries() {
            session.feed(entry.line.as_bytes());
            session.feed(b"\n");
            let printed = Known::printed(entry.line.as_bytes(), &config);
            assert!(
                !printed.contains('\u{1b}')
                    && Known::template_of(&printed, &config).is_none_or(|text| !text.is_empty())
            );
        }
        session.finish();
    }
}
