//! What targets are tried with first.

use crate::invented::{Recipe, log};
use std::fs;
use std::path::Path;

/// Lines taken of each sample.
const SAMPLE_LINES: usize = 24;

/// Stamps in front of a message, and lines that are more than text.
const LINES: &[&str] = &[
    "2026-03-02T14:02:31Z INFO started in 12 ms",
    "2026-03-02 14:02:31,123 [main] ERROR c.e.Shop - charge failed for order 8812",
    "2026-03-02T14:02:31.123456789+02:00 host app: a",
    "Mar  2 14:02:31 web-1 sshd[240]: Failed password for root from 10.0.0.1 port 22 ssh2",
    "<34>1 2026-03-02T14:02:31.003Z web-1 app 12 ID47 [x@32473 a=\"b\" c=\"d\\\"e\"] BOM text",
    "<13>Feb 29 23:59:60 web-1 kernel: [12345.678901] eth0: link down",
    "10.0.0.1 - bob [02/Mar/2026:14:02:31 +0000] \"GET /a?b=1 HTTP/1.1\" 500 12 \"-\" \"curl/8\" 0.003",
    "2026/03/02 14:02:31 [error] 12#12: *3 connect() failed (111: Connection refused)",
    "081109 203615 148 INFO dfs.DataNode: block blk_38865049064139660 terminating",
    "- 1117838570 2005.06.03 R02-M1 2005-06-03-15.42.50.363779 R02-M1 RAS KERNEL INFO cache parity",
    "03-17 16:13:38.811  1702  2395 D WindowManager: printFreezing",
    "I0302 14:02:31.000000    1234 server.go:12] started",
    "[Sun Dec 04 04:47:44 2005] [notice] workerEnv.init() ok",
    "20171223-22:15:29:606|Step_LSC|30002312|onStandStepChanged 3579",
    "[10.30 16:49:06] chrome.exe - proxy.cse.cuhk.edu.hk:5070 open",
    "1772460151.123 94 10.1.1.1 TCP_MISS/200 1024 GET http://a/ - DIRECT/10.2.2.2 text/html",
    "1772460151123 tick",
    "2026-03-02T14:02:31.5Z stdout P first half ",
    "2026-03-02T14:02:31.6Z stdout F and the rest",
    "{\"time\":\"2026-03-02T14:02:31Z\",\"level\":\"error\",\"msg\":\"charge failed: \\u00e9 \\\"x\\\"\",\"order\":8812,\"err\":{\"type\":\"E\",\"stack\":\"a\\nb\"}}",
    "{\"log\":\"Mar 2 14:02:31 inner: text\\n\",\"stream\":\"stderr\",\"time\":\"2026-03-02T14:02:31.1Z\"}",
    "{\"__REALTIME_TIMESTAMP\":\"1772460151123456\",\"PRIORITY\":\"3\",\"SYSLOG_IDENTIFIER\":\"app\",\"MESSAGE\":[104,105,10]}",
    "{\"name\":\"shop\",\"level\":50,\"time\":1772460151123,\"msg\":\"down\",\"v\":0}",
    "web-1 app[1]: {\"ts\":1772460151.12,\"severity\":\"WARNING\",\"message\":{\"a\":[1,2,{\"b\":null}]}}",
    "time=2026-03-02T14:02:31Z level=warn msg=\"retry \\\"eu\\\"\" attempt=3 took=1.5ms empty= x",
    "ts=1772460151 lvl=info logger=a.b event=login user=bob@example.org password=hunter2",
    "java.lang.IllegalStateException: odd",
    "\tat com.example.Shop.charge(Shop.java:112)",
    "Caused by: java.net.ConnectException: refused",
    "\t... 12 more",
    "Traceback (most recent call last):",
    "  File \"/app/x.py\", line 3, in <module>",
    "ValueError: bad 0x7ffe12",
    "thread 'main' panicked at src/main.rs:1:2:",
    "goroutine 1 [running]:",
    "token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc Authorization: Bearer abcdefghijklmnop 4111 1111 1111 1111",
    "progress 10%\r20%\r100%",
    "\u{1b}[31mERROR\u{1b}[0m disk /dev/sda1 is 99% full",
    "no stamp, no level, nothing",
    "",
];

fn sample(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(name)).unwrap()
}

fn samples() -> Vec<Vec<u8>> {
    let names = [
        "loglike/android.log",
        "loglike/apache-error.log",
        "loglike/cluster.log",
        "loglike/klog.log",
        "loglike/log4j.log",
        "loglike/nginx-access.log",
        "loglike/nginx-error.log",
        "loglike/syslog.log",
        "odd/ansi.log",
        "odd/invalid-utf8.log",
        "odd/mixed-stamps.log",
        "odd/nul-bytes.log",
        "odd/new-year.log",
        "shop/incident.log",
    ];
    names.iter().map(|name| first_lines(&sample(name))).collect()
}

fn first_lines(text: &[u8]) -> Vec<u8> {
    text.split_inclusive(|&byte| byte == b'\n').take(SAMPLE_LINES).collect::<Vec<_>>().concat()
}

/// Single lines of all kinds.
pub fn lines() -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> = LINES.iter().map(|line| line.as_bytes().to_vec()).collect();
    for text in samples() {
        seeds.extend(text.split(|&byte| byte == b'\n').take(4).map(<[u8]>::to_vec));
    }
    seeds
}

/// Whole logs.
pub fn logs() -> Vec<Vec<u8>> {
    let mut seeds = samples();
    seeds.push(LINES.join("\n").into_bytes());
    for seed in 0..4 {
        let all = log(Recipe {
            seed,
            hours: 1,
            incident: true,
            late: true,
            unstamped: true,
            mixed: seed % 2 == 0,
            yearless: seed == 3,
            ..Recipe::default()
        });
        seeds.push(first_lines(&all));
        let end = &all[all.len() - all.len() / 50..];
        seeds.push(end.to_vec());
    }
    seeds
}

/// A log long enough for a baseline that holds some of everything.
pub fn long_log() -> Vec<u8> {
    log(Recipe { seed: 9, hours: 2, ..Recipe::default() })
}
