//! A request as those who log it write it.

use super::Request;
use crate::random::Random;
use logsurge::Time;
use std::fmt::Write;

/// Who writes the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Clf,
    Combined,
    Nginx,
    Json,
    Haproxy,
    Alb,
}

impl Format {
    pub fn write(self, random: &mut Random, request: &Request, out: &mut String) {
        let Request { client, user, method, path, status, bytes, referer, agent, .. } = request;
        let (time, taken) = (request.millis, request.taken);
        let clf = clf(time);
        let asked = format!("\"{method} {path} HTTP/{}\"", ["1.1", "2.0", "1.1"][client.len() % 3]);
        let seconds = format!("{}.{:03}", taken / 1_000, taken % 1_000);
        let server = 3 + random.below(6);
        let port = 1_024 + random.below(64_000);
        let line = match self {
            Format::Clf => format!("{client} - {user} [{clf} +0000] {asked} {status} {bytes}"),
            Format::Combined => {
                format!("{client} - {user} [{clf} +0000] {asked} {status} {bytes} \"{referer}\" \"{agent}\"")
            }
            Format::Nginx => format!(
                "{client} [{clf} +0000] shop.example.com {asked} {status} {bytes} rt={seconds} ups=10.4.0.{server}:8080 us={status} cache={} id={} \"{agent}\"",
                random.pick(&["MISS", "MISS", "HIT", "-"]),
                random.hex(32)
            ),
            Format::Json => format!(
                "{{\"time\":\"{}\",\"remote_addr\":\"{client}\",\"method\":\"{method}\",\"uri\":\"{path}\",\"status\":{status},\"bytes\":{bytes},\"request_time\":{seconds},\"referer\":\"{referer}\",\"agent\":\"{agent}\"}}",
                iso(time)
            ),
            Format::Haproxy => {
                let (open, queue) = (random.below(900), random.below(4));
                format!(
                    "{} lb-1 haproxy[2217]: {client}:{port} [{clf}.{:03}] fe_main be_shop/web{server} {queue}/0/{}/{taken}/{} {status} {bytes} - - ---- {}/{open}/{}/{queue}/0 0/0 {asked}",
                    syslog(time),
                    time % 1_000,
                    random.below(3),
                    taken + queue,
                    open + 3,
                    random.below(40)
                )
            }
            Format::Alb => format!(
                "https {} app/shop/50dc6c495c0c9188 {client}:{port} 10.4.0.{server}:8080 0.00{} {seconds} 0.000 {status} {status} {} {bytes} \"{method} https://shop.example.com:443{path} HTTP/2.0\" \"{agent}\" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/shop/73e2d6bc24d8a067 \"Root=1-{}-{}\" \"shop.example.com\" \"-\" 0 {} \"forward\" \"-\" \"-\"",
                iso(time),
                random.below(10),
                80 + random.below(3_000),
                random.hex(8),
                random.hex(24),
                iso(time - taken as i64)
            ),
        };
        writeln!(out, "{line}").expect("a String takes all");
    }

    /// The answer in a line of this format.
    pub fn status(self, line: &str) -> Option<&str> {
        match self {
            Format::Clf | Format::Combined | Format::Nginx => line.split("HTTP/").nth(1)?.split(' ').nth(1),
            Format::Json => line.split("\"status\":").nth(1)?.split(',').next(),
            Format::Haproxy => line.split(" - - ----").next()?.rsplit(' ').nth(1),
            Format::Alb => line.split(" 0.000 ").nth(1)?.split(' ').next(),
        }
    }
}

fn iso(millis: i64) -> String {
    let time = Time::from_seconds(millis.div_euclid(1_000)).to_string();
    format!("{}.{:03}Z", &time[..19], millis.rem_euclid(1_000))
}

/// `14/Nov/2023:22:13:20`
fn clf(millis: i64) -> String {
    let time = Time::from_seconds(millis.div_euclid(1_000)).to_string();
    format!("{}/{}/{}:{}", &time[8..10], month(&time), &time[..4], &time[11..19])
}

fn syslog(millis: i64) -> String {
    let time = Time::from_seconds(millis.div_euclid(1_000)).to_string();
    format!("{} {:>2} {}", month(&time), time[8..10].trim_start_matches('0'), &time[11..19])
}

fn month(time: &str) -> &'static str {
    let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    names[time[5..7].parse::<usize>().expect("a month") - 1]
}
