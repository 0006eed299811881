use super::*;

/// Stands in for the words of alarm, which a later room knows.
pub(super) fn alarms(text: &[u8]) -> bool {
    matches!(text, b"OOMKilled" | b"failed")
}

/// The text line that a raw line stands for; the line itself if it is text.
pub(super) fn text_of(raw: &str) -> String {
    let mut unwrapper = Unwrapper::new(Format::Auto, alarms);
    // Twice: nothing may be left from the line before.
    for line in [raw, "{\"time\":1,\"level\":\"fatal\",\"logger\":\"x\",\"msg\":\"y\",\"err\":\"z\"}", raw] {
        let _ =
            unwrapper.concerns(line.as_bytes()) && matches!(unwrapper.unwrap(line.as_bytes()), Seen::Blank);
    }
    if !unwrapper.concerns(raw.as_bytes()) {
        return raw.to_owned();
    }
    match unwrapper.unwrap(raw.as_bytes()) {
        Seen::Text => raw.to_owned(),
        Seen::Blank => String::new(),
        Seen::Line(line) => String::from_utf8_lossy(line.text).into_owned(),
    }
}

pub(super) fn check(table: &[(&str, &str)]) {
    for (raw, expected) in table {
        assert_eq!(text_of(raw), *expected, "{raw}");
    }
}

fn check_text(lines: &[&str]) {
    for line in lines {
        assert_eq!(text_of(line), *line);
    }
}

#[test]
fn the_loggers_of_languages_are_read() {
    check(&[
        (
            r#"{"name":"shop","hostname":"web-7","pid":12,"level":30,"msg":"started","time":"2024-05-14T08:00:00.125Z","v":0}"#,
            "2024-05-14T08:00:00.125Z INFO shop: started",
        ),
        (
            r#"{"level":50,"time":1715673600125,"pid":7,"hostname":"x","msg":"charge failed","err":{"type":"TypeError","message":"x is not a function","stack":"TypeError: x\n    at a (b.js:1)"}}"#,
            "2024-05-14T08:00:00.125000Z ERROR charge failed: TypeError",
        ),
        (
            r#"{"level":"error","ts":1715673600.125,"logger":"db","caller":"db/x.go:12","msg":"query failed","error":"dial tcp 10.0.0.1:5432: connect: connection refused","stacktrace":"main.run\n\t/src/main.go:3"}"#,
            "2024-05-14T08:00:00.125000Z ERROR db: query failed: dial tcp 10.0.0.1:5432: connection refused",
        ),
        (
            r#"{"animal":"walrus","level":"warning","msg":"A group","size":10,"time":"2024-05-14T08:00:00Z"}"#,
            "2024-05-14T08:00:00Z WARN A group",
        ),
        (
            r#"{"@t":"2024-05-14T08:00:00.1Z","@mt":"Order {OrderId} took {Elapsed:0.0} ms","@m":"Order 7 took 3.1 ms","@i":"a1b2","OrderId":7}"#,
            "2024-05-14T08:00:00.1Z INFO Order {OrderId} took {Elapsed:0.0} ms",
        ),
        (r#"{"level":"info","msg":"pod changed","status":"ok","reason":"Started"}"#, "INFO pod changed"),
        (
            r#"{"level":"info","msg":"pod changed","state":"failed","reason":"OOMKilled"}"#,
            "INFO pod changed: OOMKilled",
        ),
        (
            r#"{"@t":"2024-05-14T08:00:00Z","@l":"Error","@mt":"{Message}","Message":"db is gone"}"#,
            "2024-05-14T08:00:00Z ERROR db is gone",
        ),
        (
            r#"{"level":"error","msg":"failed","error.type":"a.RuntimeException","error.stack_trace":"a.RuntimeException: x\n\tat a\nCaused by: b.C: x\nCaused by: java.lang.OutOfMemoryError: heap\n\tat b"}"#,
            "ERROR failed: a.RuntimeException: java.lang.OutOfMemoryError",
        ),
        (
            r#"{"level":"error","msg":"failed","exception":"a.RuntimeException: x\n\tat a\nCaused by: java.net.ConnectException: x"}"#,
            "ERROR failed: a.RuntimeException: java.net.ConnectException",
        ),
        (
            r#"{"level":"error","msg":"failed","err":{"type":"Error","message":"disk is gone","stack":"Error: disk is gone\n    at a"}}"#,
            "ERROR failed: disk is gone",
        ),
        (
            r#"{"@t":"2024-05-14T08:00:00Z","@l":"Error","@mt":"Charge failed","@x":"System.InvalidOperationException: no gateway\r\n   at A.B()","SourceContext":"Shop.Pay"}"#,
            "2024-05-14T08:00:00Z ERROR Shop.Pay: Charge failed: System.InvalidOperationException",
        ),
        (
            r#"{"Timestamp":"2024-05-14T08:00:00.1+02:00","Level":"Warning","MessageTemplate":"Slow {Query}","RenderedMessage":"Slow \"select\"","Properties":{"Query":"select","SourceContext":"Shop.Db"}}"#,
            "2024-05-14T08:00:00.1+02:00 WARN Shop.Db: Slow {Query}",
        ),
        (
            r#"{"@timestamp":"2024-05-14T08:00:00.000Z","log.level":"error","message":"charge failed","ecs.version":"1.2.0","service.name":"shop","error.type":"java.io.IOException","error.message":"x","error.stack_trace":"java.io.IOException: x\n\tat a"}"#,
            "2024-05-14T08:00:00.000Z ERROR shop: charge failed: java.io.IOException",
        ),
        (
            r#"{"error":{"type":"java.io.IOException","message":"x"},"service":{"name":"shop"},"log":{"level":"error","logger":"a.Pay"},"message":"charge failed","@timestamp":"2024-05-14T08:00:00.000Z"}"#,
            "2024-05-14T08:00:00.000Z ERROR a.Pay: charge failed: java.io.IOException",
        ),
        (
            r#"{"@timestamp":"2024-05-14T08:00:00.000+02:00","@version":"1","message":"charge failed","logger_name":"com.shop.Pay","thread_name":"main","level":"ERROR","level_value":40000,"stack_trace":"java.lang.IllegalStateException: no gateway\n\tat com.shop.A.b(A.java:1)\n"}"#,
            "2024-05-14T08:00:00.000+02:00 ERROR com.shop.Pay: charge failed: java.lang.IllegalStateException",
        ),
        (
            r#"{"asctime":"2024-05-14 08:00:00,125","levelname":"ERROR","name":"shop.pay","message":"charge failed","exc_info":"Traceback (most recent call last):\n  File \"a.py\", line 1, in b\nValueError: bad\n"}"#,
            "2024-05-14 08:00:00,125 ERROR shop.pay: charge failed: ValueError",
        ),
    ]);
}

#[test]
fn the_formats_of_platforms_are_read() {
    check(&[
        (
            r#"{"severity":"NOTICE","textPayload":"ready","timestamp":"2024-05-14T08:00:00.125Z","resource":{"type":"k8s_container"}}"#,
            "2024-05-14T08:00:00.125Z INFO ready",
        ),
        (
            r#"{"severity":"ERROR","jsonPayload":{"message":"ready","level":"debug"},"timestamp":"2024-05-14T08:00:00.125Z"}"#,
            "2024-05-14T08:00:00.125Z ERROR ready",
        ),
        (
            r#"{"timestamp":"2024-05-14T08:00:00.125Z","level":"INFO","requestId":"c6af9ac6-7b61-11e6-9a41-93e8deadbeef","message":"done"}"#,
            "2024-05-14T08:00:00.125Z INFO done",
        ),
        (
            r#"{"errorType":"TypeError","errorMessage":"x is undefined","stack":["TypeError: x"]}"#,
            "x is undefined: TypeError",
        ),
        (
            r#"{"timestamp":"2024-05-14T08:00:00.125Z","level":"WARN","fields":{"message":"slow","elapsed":3},"target":"shop::db","span":{"name":"q"}}"#,
            "2024-05-14T08:00:00.125Z WARN shop::db: slow",
        ),
        (
            r#"{"t":{"$date":"2024-05-14T08:00:00.125+00:00"},"s":"I","c":"NETWORK","id":22943,"ctx":"listener","msg":"Connection accepted","attr":{"remote":"10.0.0.1:1"}}"#,
            "2024-05-14T08:00:00.125+00:00 INFO NETWORK: Connection accepted",
        ),
        (
            r#"{"@level":"error","@message":"no peer","@module":"raft","@timestamp":"2024-05-14T08:00:00.125Z"}"#,
            "2024-05-14T08:00:00.125Z ERROR raft: no peer",
        ),
        (
            r#"{"text":"x\n","record":{"level":{"icon":"i","name":"INFO","no":20},"message":"hi","name":"app.main","function":"f","time":{"repr":"2024-05-14 08:00:00.125+00:00","timestamp":1715673600.1}}}"#,
            "2024-05-14 08:00:00.125+00:00 INFO app.main: hi",
        ),
        (
            r#"{"message":"hi","context":{},"level":400,"level_name":"ERROR","channel":"app","datetime":"2024-05-14T08:00:00.125+00:00"}"#,
            "2024-05-14T08:00:00.125+00:00 ERROR app: hi",
        ),
        (
            r#"{"version":"1.1","host":"web","short_message":"hi","timestamp":1715673600.125,"level":3,"_user":"a"}"#,
            "2024-05-14T08:00:00.125000Z ERROR hi",
        ),
        (
            r#"{"event":"user logged in","level":"info","timestamp":"2024-05-14T08:00:00Z","user":"anna"}"#,
            "2024-05-14T08:00:00Z INFO user logged in",
        ),
        (
            r#"{"timeUnixNano":"1715673600125000000","severityNumber":17,"body":{"stringValue":"down"}}"#,
            "2024-05-14T08:00:00.125000Z ERROR down",
        ),
    ]);
}

#[test]
fn the_journal_tells_of_programs() {
    check(&[
        (
            r#"{"__REALTIME_TIMESTAMP":"1715673600125250","_HOSTNAME":"web","PRIORITY":"3","SYSLOG_IDENTIFIER":"sshd","_PID":"12","MESSAGE":"no key","__CURSOR":"s=1"}"#,
            "2024-05-14T08:00:00.125250Z ERROR sshd: no key",
        ),
        (
            r#"{"MESSAGE":[104,105,32,27,91,51,49,109,195,169],"PRIORITY":"6","_COMM":"app","__REALTIME_TIMESTAMP":"1715673600125250"}"#,
            "2024-05-14T08:00:00.125250Z INFO app: hi é",
        ),
        (
            r#"{"MESSAGE":"2024-05-14 08:00:00 ERROR db down","PRIORITY":"6","_COMM":"app","__REALTIME_TIMESTAMP":"1715673600125250"}"#,
            "2024-05-14T08:00:00.125250Z app: ERROR db down",
        ),
        (
            r#"{"MESSAGE":"time=\"2024-05-14T08:00:00Z\" level=warning msg=\"slow disk\" id=7","PRIORITY":"6","SYSLOG_IDENTIFIER":"dockerd","__REALTIME_TIMESTAMP":"1715673600125250"}"#,
            "2024-05-14T08:00:00.125250Z WARN dockerd: slow disk",
        ),
        (
            r#"{"MESSAGE":null,"PRIORITY":"6","SYSLOG_IDENTIFIER":"x","UNIT":"a","_PID":"1","__REALTIME_TIMESTAMP":"1715673600125250"}"#,
            "2024-05-14T08:00:00.125250Z INFO x: {UNIT}",
        ),
    ]);
}

#[test]
fn a_runtime_around_a_line_gives_the_time_and_nothing_else() {
    check(&[
        (
            r#"{"log":"2024-05-14 07:59:59,125 ERROR db: down\n","stream":"stderr","time":"2024-05-14T08:00:00.125Z"}"#,
            "2024-05-14T08:00:00.125Z ERROR db: down",
        ),
        (
            r#"{"log":"{\"level\":\"error\",\"logger\":\"db\",\"msg\":\"down\",\"time\":\"2024-05-14T07:59:59Z\"}\n","stream":"stdout","time":"2024-05-14T08:00:00.125Z"}"#,
            "2024-05-14T08:00:00.125Z ERROR db: down",
        ),
        (
            r#"{"log":"level=error logger=db msg=down\n","stream":"stdout","time":"2024-05-14T08:00:00.125Z"}"#,
            "2024-05-14T08:00:00.125Z ERROR db: down",
        ),
        (
            r#"{"log":"\u001b[31mERROR\u001b[0m down\r\n","stream":"stdout","time":"2024-05-14T08:00:00Z"}"#,
            "2024-05-14T08:00:00Z ERROR down",
        ),
        (r#"{"log":"\n","stream":"stdout","time":"2024-05-14T08:00:00Z"}"#, ""),
        (
            r#"{"log":"\tat a.B(C.java:1)\n","stream":"stdout","time":"2024-05-14T08:00:00Z"}"#,
            "\tat a.B(C.java:1)",
        ),
        ("2016-10-06T00:17:09.669794202Z stdout F ERROR down", "2016-10-06T00:17:09.669794202Z ERROR down"),
        ("2016-10-06T00:17:09.6697Z stderr P part of", "2016-10-06T00:17:09.6697Z part of"),
        ("2016-10-06T00:17:09.669794202+02:00 stdout F:x down", "2016-10-06T00:17:09.669794202+02:00 down"),
        (
            r#"2016-10-06T00:17:09.669794202Z stdout F {"level":"warn","msg":"slow","ts":1.5}"#,
            "2016-10-06T00:17:09.669794202Z WARN slow",
        ),
        (
            "2016-10-06T00:17:09.669794202Z stdout F 2016-10-06 00:17:09 WARN slow",
            "2016-10-06T00:17:09.669794202Z WARN slow",
        ),
        ("2016-10-06T00:17:09.669794202Z stdout F ", ""),
        ("2016-10-06T00:17:09.669794202Z stdout F   at a.b (c.js:1)", "  at a.b (c.js:1)"),
        (
            "2016-10-06T00:17:09.66Z level=info msg=\"up and running\" id=7",
            "2016-10-06T00:17:09.66Z INFO up and running",
        ),
        (r#"[pod/web-7d9f8b6c5-x2x9k/app] {"level":"warn","msg":"slow"}"#, "WARN slow"),
        ("web-7d9f8b6c5-x2x9k app 2024-05-14 08:00:00 WARN slow", "2024-05-14 08:00:00 WARN slow"),
        ("web-1  | 2016-10-06T00:17:09.66Z stdout F slow", "2016-10-06T00:17:09.66Z slow"),
    ]);
}

#[test]
fn a_relay_in_front_gives_level_and_program() {
    check(&[
        (
            "<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog 77 ID47 [x@32473 iut=\"3\" e=\"a\\\"]\"] \u{feff}An application event",
            "2003-10-11T22:14:15.003Z INFO evntslog: An application event",
        ),
        (
            "<11>1 2003-10-11T22:14:15.003Z h app - - - {\"level\":\"warn\",\"msg\":\"slow\"}",
            "2003-10-11T22:14:15.003Z WARN app: slow",
        ),
        ("<34>1 - - - - - -", ""),
        (
            "<34>Oct 11 22:14:15 mymachine su[7]: 'su root' failed",
            "Oct 11 22:14:15 mymachine FATAL su[7]: 'su root' failed",
        ),
        ("<13>2024-05-14T08:00:00Z web app: hi", "2024-05-14T08:00:00Z INFO web app: hi"),
        (
            r#"May 14 08:00:00 web-1 app[12]: {"level":"error","msg":"down","time":"2024-05-14T08:00:00Z"}"#,
            "May 14 08:00:00 web-1 app[12]: ERROR down",
        ),
    ]);
    check(&[
        (
            "May 14 08:00:00 web-1 dockerd[12]: time=\"2024-05-14T08:00:00.1Z\" level=warning msg=\"slow disk\" id=7",
            "May 14 08:00:00 web-1 dockerd[12]: WARN slow disk",
        ),
        (
            "2024-05-14T08:00:00.125+02:00 web-1 dockerd[12]: level=error msg=down",
            "2024-05-14T08:00:00.125+02:00 web-1 dockerd[12]: ERROR down",
        ),
        (
            "2024-05-14T08:00:00.125Z {\"level\":\"error\",\"msg\":\"down\"}",
            "2024-05-14T08:00:00.125Z ERROR down",
        ),
    ]);
    check_text(&[
        "May 14 08:00:00 web-1 app: user=anna id=7",
        "May 14 08:00:00 web-1 app",
        "May there be: a=b",
    ]);
    check_text(&["<html>1 x", "<999>1 x", "<12", "<p>text</p>"]);
}

#[test]
fn pairs_are_a_record_if_they_have_a_message() {
    check(&[
        (
            r#"time="2024-05-14T08:00:00Z" level=info msg="started server" port=80 component=api err="read x: connection reset by peer""#,
            "2024-05-14T08:00:00Z INFO api: started server: read x: connection reset by peer",
        ),
        (
            "ts=2024-05-14T08:00:00.1Z caller=x.go:1 level=warn msg=\"say \\\"hi\\\"\" org=7",
            "2024-05-14T08:00:00.1Z WARN say \"hi\"",
        ),
        (
            "time=2024-05-14T08:00:00.000+02:00 level=ERROR+2 msg=down err=EOF",
            "2024-05-14T08:00:00.000+02:00 ERROR down: EOF",
        ),
        ("level=info msg=server is up port=80", "INFO server is up"),
        ("at=error msg=\"no db\" code=H12", "ERROR no db"),
        (
            "ts=2024-05-14T08:00:00Z level=info caller=metrics.go:92 took=3ms org=7",
            "2024-05-14T08:00:00Z INFO metrics.go:92 {org took}",
        ),
    ]);
    check_text(&["user=anna action=login", "a=b", "level=info user=anna", "x == y msg=no", "msg"]);
}

#[test]
fn an_object_behind_a_text_counts_if_it_has_a_message() {
    check(&[
        (r#"INFO api: {"level":"error","msg":"down"}"#, "INFO api: ERROR down"),
        (
            "2024-05-14T08:00:00Z\tERROR\tmanager\tReconciler error\t{\"pod\": \"a\", \"error\": \"not found\"}",
            "2024-05-14T08:00:00Z\tERROR\tmanager\tReconciler error: not found",
        ),
    ]);
    check_text(&[
        r#"INFO request {"id":7}"#,
        r#"INFO cart{"msg":"x"}"#,
        r#"say "x {"msg":"x"}"#,
        "struct Foo {a}",
        r#"  {"msg":"x"}"#,
        "}",
    ]);
}

#[test]
fn without_a_message_the_names_count_in_any_order() {
    let expected = "2024-05-14T08:00:00Z INFO {bytes method path}";
    check(&[
        (r#"{"time":"2024-05-14T08:00:00Z","level":"info","method":"GET","path":"/","bytes":7}"#, expected),
        (r#"{"bytes":9,"path":"/x","level":"info","method":"PUT","time":"2024-05-14T08:00:00Z"}"#, expected),
        (
            r#"{"bytes":9,"path":"/x","user":null,"level":"info","method":"PUT","time":"2024-05-14T08:00:00Z"}"#,
            expected,
        ),
        (
            r#"{"time":"2024-05-14T08:00:00Z","type":"platform.start","record":{"requestId":"x"}}"#,
            "2024-05-14T08:00:00Z platform.start {requestId}",
        ),
    ]);
}

#[test]
fn optional_fields_and_their_order_change_nothing() {
    let expected = "2024-05-14T08:00:00Z INFO db: hi";
    check(&[
        (r#"{"time":"2024-05-14T08:00:00Z","level":"info","logger":"db","msg":"hi"}"#, expected),
        (r#"{"msg":"hi","id":7,"logger":"db","level":"info","time":"2024-05-14T08:00:00Z"}"#, expected),
        (
            r#"{"msg":"hi","tags":["a",{"msg":"x"}],"logger":"db","level":"info","time":"2024-05-14T08:00:00Z","msg":"twice"}"#,
            expected,
        ),
        (
            "{ \"time\" : \"2024-05-14T08:00:00Z\" ,\t\"level\" : \"info\" , \"logger\":\"db\",\"msg\" : \"hi\" }  ",
            expected,
        ),
        (
            r#"{"time":"2024-05-14T08:00:00Z","level":"info","logger":"db","msg":"hi","ctx":{"a":{"b":{"level":"error","msg":"x"}}},"err":null}"#,
            expected,
        ),
    ]);
}

#[test]
fn escapes_are_what_they_stand_for() {
    check(&[
        (r#"{"msg":"a\tb \"c\" \/ \u00e9 \ud83d\ude00 \ud800 \x"}"#, "a\tb \"c\" / é 😀 \u{fffd} \\x"),
        (r#"{"level":"error","msg":"job failed\nValueError: bad\n  more"}"#, "ERROR job failed: ValueError"),
        (r#"{"msg":"\n\nlate"}"#, "late"),
        (r#"{"msg":7}"#, "7"),
    ]);
}

#[test]
fn what_is_no_object_is_text() {
    check_text(&[
        "{",
        "{}",
        "{ }",
        "{\"",
        "{\"msg\"",
        "{\"msg\":",
        "{\"msg\":\"x",
        "{\"msg\":\"x\"",
        "{\"msg\":\"x\",}",
        "{\"msg\" \"x\"}",
        "{\"msg\":\"x\"} y",
        "[1,2]",
        "{\"a\":[}",
        "{'msg':'x'}",
        "{\"msg\":\"\"}",
        "{\"time\":7}",
    ]);
}

#[test]
fn a_line_that_was_cut_says_what_it_had_said() {
    let long = format!("{{\"level\":\"error\",\"msg\":\"dump\",\"data\":\"{}", "x".repeat(LINE_BYTES_MAX));
    assert_eq!(text_of(&long[..LINE_BYTES_MAX]), "ERROR dump");
    let deep = format!("{{\"msg\":\"deep\",\"a\":{}1{}}}", "{\"b\":".repeat(20_000), "}".repeat(20_000));
    assert_eq!(text_of(&deep), "deep");
    assert_eq!(
        text_of("2016-10-06T00:17:09.6Z stdout P {\"msg\":\"big\",\"data\":\"xx"),
        "2016-10-06T00:17:09.6Z big"
    );
}

#[test]
fn a_format_can_be_demanded() {
    let json = r#"{"msg":"x"}"#;
    let logfmt = "level=info msg=x";
    for (format, sees_json, sees_logfmt) in [
        (Format::Auto, true, true),
        (Format::Text, false, false),
        (Format::Json, true, false),
        (Format::Logfmt, false, true),
    ] {
        for (line, expected) in [(json, sees_json), (logfmt, sees_logfmt)] {
            let mut unwrapper = Unwrapper::new(format, alarms);
            let seen = unwrapper.concerns(line.as_bytes())
                && matches!(unwrapper.unwrap(line.as_bytes()), Seen::Line(_));
            assert_eq!(seen, expected, "{format:?} {line}");
        }
    }
}

/// A small generator, so that every run tries the same.
pub(super) struct Random(pub u64);

impl Random {
    pub(super) fn below(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % below
    }
}

#[test]
fn no_bytes_panic() {
    let samples: [&[u8]; 12] = [
        br#"{"level":50,"time":1715673600125,"pid":7,"hostname":"x","msg":"failed","err":{"type":"TypeError","stack":"TypeError: x\n    at a"}}"#,
        br#"{"@t":"2024-05-14T08:00:00.1Z","@mt":"Order {Id} \ud83d\ude00","@x":"A.B: c\r\n at"}"#,
        br#"{"__REALTIME_TIMESTAMP":"1715673600125250","PRIORITY":"3","MESSAGE":[104,105,32],"_COMM":"a"}"#,
        br#"{"log":"{\"level\":\"error\",\"msg\":\"down\\n\"}\n","stream":"stdout","time":"2024-05-14T08:00:00.125Z"}"#,
        b"2016-10-06T00:17:09.669794202Z stdout P {\"msg\":\"x\",\"a\":[1,{}]}",
        b"[pod/web-7d9f8b6c5-x2x9k/app] <13>May 14 08:00:00 web app: x",
        b"shop web-7d9f8b6c5-x2x9k app level=info msg=\"a \\\"b\" err=\"x: y z\"",
        b"web-1  | 2016-10-06T00:17:09.66Z level=info msg=up",
        b"<165>1 2003-10-11T22:14:15.003Z host app 77 ID47 [x@1 a=\"3\\\"\"][y] \xef\xbb\xbfevent",
        b"2024-05-14T08:00:00Z\tERROR\tmanager\tfailed\t{\"error\": \"not found\"}",
        b"May 14 08:00:00 web-1 app[12]: {\"level\":\"error\",\"msg\":\"down\"}",
        br#"{"exc_info":"Traceback (most recent call last):\n  File\nValueError: bad\n","message":"m\r\nx"}"#,
    ];
    let mut random = Random(5);
    let mut unwrapper = Unwrapper::new(Format::Auto, alarms);
    for case in 0..4_000 {
        let mut line = samples[case % samples.len()].to_vec();
        for _ in 0..random.below(6) {
            let at = random.below(line.len());
            match random.below(5) {
                0 => line[at] = random.below(256) as u8,
                1 => line[at] = b"{}[]\":,\\ =<>|\x1b\r"[random.below(15)],
                2 => line.truncate(at.max(1)),
                3 => line.insert(at, b"\"\\{}0-"[random.below(6)]),
                _ => {
                    let other = samples[random.below(samples.len())];
                    line.extend_from_slice(&other[random.below(other.len())..]);
                }
            }
        }
        line.retain(|byte| *byte != b'\n');
        if !line.is_empty()
            && unwrapper.concerns(&line)
            && let Seen::Line(Unwrapped { beside: Some(mut beside), .. }) = unwrapper.unwrap(&line)
        {
            assert!(beside.read().all(|field| (1..=24).contains(&field.value.len())));
        }
    }
}
