use crate::line::structured::tests::{Random, alarms, check, text_of};
use crate::line::structured::{Format, Seen, Unwrapped, Unwrapper};

/// What a line says beside its text, in its order.
fn fields_of(raw: &str) -> String {
    let mut unwrapper = Unwrapper::new(Format::Auto, alarms);
    let mut read = String::new();
    // Twice: nothing may be left from the line before.
    for line in [raw, r#"{"msg":"y","left":"over","a":{"b":{"c":1}}}"#, raw] {
        read.clear();
        if !unwrapper.concerns(line.as_bytes()) {
            continue;
        }
        if let Seen::Line(Unwrapped { beside: Some(mut beside), .. }) = unwrapper.unwrap(line.as_bytes()) {
            for field in beside.read() {
                let [name, value] = [field.name, field.value].map(String::from_utf8_lossy);
                read.push_str(&format!("{name}={value} "));
            }
        }
    }
    read.trim_end().to_owned()
}

fn check_fields(table: &[(&str, &str)]) {
    for (raw, expected) in table {
        assert_eq!(fields_of(raw), *expected, "{raw}");
    }
}

#[test]
fn short_fields_beside_the_message_are_told() {
    check_fields(&[
        (r#"{"level":"info","msg":"request done","status":500}"#, "status=500"),
        (
            r#"{"ok":true,"msg":"x","reason":"OOMKilled2","exit_code":137,"port":80,"took":3,"n":1.5,"e":1e3,"s":"","a":[1],"u":null}"#,
            "ok=true reason=OOMKilled2 exit_code=137",
        ),
        (r#"{"msg":"x","why":"two words","id":"a","version":"1.2","code":"  ","errno":-28}"#, "errno=-28"),
        (r#"{"msg":"x","a":"1","a":"2"}"#, "a=1"),
        (
            "level=error msg=\"request done\" status=500 took=3ms ok=false code=H12 none= x=nil",
            "status=500 ok=false code=H12",
        ),
        ("at=error msg=\"no db\" code=\"H12\"", "code=H12"),
        ("plain text status=500", ""),
        ("2016-10-06T00:17:09.669794202Z stdout F ERROR down", ""),
        (r#"INFO request {"id":7,"status":500}"#, ""),
    ]);
}

#[test]
fn what_stands_in_the_text_is_not_told_twice() {
    check_fields(&[
        (r#"{"msg":"pod changed","state":"failed","reason":"OOMKilled"}"#, "state=failed"),
        (r#"{"msg":"x","reason":"OOMKilled","error":"boom"}"#, "reason=OOMKilled"),
        (r#"{"event":"login","user":"anna"}"#, "user=anna"),
        (
            r#"{"event":"login","msg":"user came","user":"anna","type":"audit"}"#,
            "event=login user=anna type=audit",
        ),
        (r#"{"type":"request","method":"GET"}"#, "method=GET"),
        (r#"{"severity":"ERROR","severity_number":17,"service":"shop","logger":"db","msg":"x"}"#, ""),
        (
            r#"{"msg":"x","err":{"type":"FetchError","message":"boom","code":"ECONNREFUSED","errno":111,"stack":"a"}}"#,
            "err.code=ECONNREFUSED err.errno=111",
        ),
        (r#"{"msg":"x","error_code":1045,"errorType":"DbError"}"#, "error_code=1045"),
    ]);
}

#[test]
fn objects_give_fields_two_levels_deep() {
    check_fields(&[
        (
            r#"{"msg":"x","http":{"request":{"method":"GET","id":"a"},"response":{"status_code":500,"headers":{"a":"b"},"body":{"c":{"d":1}}}}}"#,
            "http.request.method=GET http.response.status_code=500",
        ),
        (r#"{"msg":"x","a":{"b":{"c":{"d":1},"e":2},"f":[{"g":3}]},"h":4}"#, "a.b.e=2 h=4"),
        (
            r#"{"jsonPayload":{"message":"x","status":500},"httpRequest":{"status":404},"severity":"INFO"}"#,
            "status=500 httpRequest.status=404",
        ),
        (
            r#"{"msg":"x","attributes":{"http.status_code":500},"resource":{"host.name":"web"}}"#,
            "attributes.http.status_code=500",
        ),
        (
            r#"{"@t":"2024-05-14T08:00:00Z","@mt":"x","Properties":{"StatusCode":500,"SourceContext":"A"}}"#,
            "Properties.StatusCode=500",
        ),
        // What is stepped over only has to close its brackets.
        (r#"{"msg":"x","a":{"b":1,"c" 2},"d":3}"#, "a.b=1 d=3"),
    ]);
}

#[test]
fn the_innermost_layer_tells_its_fields() {
    check_fields(&[
        (
            r#"{"log":"{\"level\":\"error\",\"msg\":\"down\",\"status\":500,\"state\":\"a\\u002db\"}\n","stream":"stdout","color":"red"}"#,
            "status=500 state=a-b",
        ),
        (r#"{"log":"level=info msg=x status=500\n","stream":"stdout","color":"red"}"#, "status=500"),
        (r#"{"log":"GET /a=b 500\n","stream":"stdout","color":"red"}"#, "color=red"),
        (r#"{"log":"{\"status\":500,\"a\":1}\n","stream":"stdout"}"#, "status=500 a=1"),
        (r#"{"log":"{\"log\":\"{\\\"msg\\\":\\\"a\\\",\\\"status\\\":500}\"}\n"}"#, "status=500"),
        (
            r#"2016-10-06T00:17:09.669794202Z stdout F {"level":"warn","msg":"slow","status":500}"#,
            "status=500",
        ),
        (
            "2024-05-14T08:00:00Z\tERROR\tmanager\tReconciler error\t{\"error\": \"not found\", \"status\": 500}",
            "status=500",
        ),
        ("May 14 08:00:00 web-1 dockerd[12]: level=warning msg=\"slow disk\" state=dead", "state=dead"),
        (
            r#"{"MESSAGE":"unit failed","PRIORITY":"3","_PID":"1","EXIT_STATUS":"9","UNIT_RESULT":"oom-kill","SYSLOG_IDENTIFIER":"systemd"}"#,
            "EXIT_STATUS=9 UNIT_RESULT=oom-kill",
        ),
    ]);
}

#[test]
fn without_a_message_the_values_of_the_names_are_told() {
    let line = r#"{"time":"2024-05-14T08:00:00Z","status":200,"method":"GET","uri":"/x","bytes":5}"#;
    check(&[(line, "2024-05-14T08:00:00Z {bytes method status uri}")]);
    check_fields(&[(line, "status=200 method=GET")]);
}

#[test]
fn a_value_that_was_cut_is_not_told() {
    check_fields(&[
        (r#"2016-10-06T00:17:09.6Z stdout P {"msg":"big","status":500,"state":"runn"#, "status=500"),
        (r#"2016-10-06T00:17:09.6Z stdout P {"msg":"big","state":"a","status":50"#, "state=a"),
        ("2016-10-06T00:17:09.6Z stdout P level=info msg=big state=a status=50", "state=a"),
        ("2016-10-06T00:17:09.6Z stdout F level=info msg=big state=a status=50", "state=a status=50"),
    ]);
}

#[test]
fn a_line_tells_a_few_fields_only() {
    let many: String = (0..200).map(|n| format!(",\"f{n}\":{n}")).collect();
    let read = fields_of(&format!("{{\"msg\":\"x\"{many}}}"));
    assert_eq!(read.split(' ').count(), 16);
    assert!(read.starts_with("f0=0 f1=1 ") && read.ends_with(" f15=15"), "{read}");
    let deep = format!("{{\"msg\":\"x\",\"{}\":{{\"b\":1}},\"a\":1}}", "n".repeat(5_000));
    assert_eq!(fields_of(&deep), "a=1");
}

/// A string as JSON, each of its bytes perhaps as an escape.
fn spelled(text: &str, random: &mut Random) -> String {
    let mut quoted = "\"".to_owned();
    for byte in text.bytes() {
        match (byte, random.below(4)) {
            (b'/', 0) => quoted.push_str("\\/"),
            (_, 1) => quoted.push_str(&format!("\\u{byte:04x}")),
            _ => quoted.push(char::from(byte)),
        }
    }
    quoted + "\""
}

fn blanks(random: &mut Random) -> &'static str {
    ["", "", " ", "\t", "  "][random.below(5)]
}

#[test]
fn the_spelling_of_json_changes_neither_text_nor_fields() {
    let members =
        [("status", "500"), ("state", "\"a/b\""), ("ok", "true"), ("n", "null"), ("took", "7"), ("z", "[1]")];
    let inner = [("code", "\"H12\""), ("method", "\"GET\""), ("deep", "{\"x\":\"y\"}")];
    let expected = "http.code=H12 http.deep.x=y http.method=GET ok=true state=a/b status=500";
    let mut random = Random(11);
    let mut object = |members: &[(&str, String)], plain: &[&str]| {
        let mut members = members.to_vec();
        for at in (1..members.len()).rev() {
            members.swap(at, random.below(at + 1));
        }
        let mut text = format!("{{{}", blanks(&mut random));
        for (index, (name, value)) in members.iter().enumerate() {
            let name = if plain.contains(name) { format!("\"{name}\"") } else { spelled(name, &mut random) };
            let value = match value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
                Some(text) => spelled(text, &mut random),
                None => value.clone(),
            };
            let comma = if index > 0 { "," } else { "" };
            text += &format!(
                "{comma}{}{name}{}:{}{value}{}",
                blanks(&mut random),
                blanks(&mut random),
                blanks(&mut random),
                blanks(&mut random)
            );
        }
        text + "}"
    };
    for _ in 0..300 {
        let owned = |members: &[(&'static str, &str)]| -> Vec<(&str, String)> {
            members.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
        };
        let http = object(&owned(&inner), &[]);
        let mut outer = owned(&members);
        outer.extend([("msg", "\"request done\"".to_owned()), ("level", "30".to_owned()), ("http", http)]);
        let line = object(&outer, &["msg", "level"]);
        let fields = fields_of(&line);
        let mut sorted: Vec<&str> = fields.split(' ').collect();
        sorted.sort_unstable();
        assert_eq!(sorted.join(" "), expected, "{line}");
        assert_eq!(text_of(&line), "INFO request done", "{line}");
    }
}
