//! A service is deployed again: every name a machine makes up is another one,
//! and what the service says is the same. Nothing of that is new.

mod random;

use logsurge::alert::Kind;
use logsurge::{Baseline, Config, Session, Time};
use random::Random;
use std::fmt::Write;

const START: i64 = 1_700_000_000;
const LEARNED_SECONDS: i64 = 2 * 3600;
const JUDGED_SECONDS: i64 = 1800;

/// How one line of a format is built.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Format {
    /// The pod's name as a column before the level.
    Column,
    /// The pod's name in messages only.
    Inside,
    /// As `stern` prints: pod, container, line.
    Stern,
    /// As `kubectl logs --prefix` prints.
    Kubectl,
    Json,
}

/// All that a machine made up for one replica.
struct Replica {
    pod: String,
    host: String,
    container: String,
    short_container: String,
    address: String,
    thread: u64,
    process: u64,
    pointer: String,
}

/// What a build changed, and its replicas.
struct Deployment {
    build: String,
    shift: u64,
    replicas: Vec<Replica>,
}

const SUFFIX: &str = "bcdfghjklmnpqrstvwxz2456789";

impl Deployment {
    /// `sort` chooses among ordinary pod names and the unlikely ones.
    fn new(random: &mut Random, replicas: u64, sort: u64) -> Deployment {
        let (mixed, letters, digits) = (SUFFIX, &SUFFIX[..20], &SUFFIX[20..]);
        let (first, last) =
            [(mixed, mixed), (letters, mixed), (mixed, letters), (mixed, digits), (letters, letters)]
                [sort as usize % 5];
        let length = 8 + random.below(3);
        // All pods of a deployment share the first random part. It is mixed for sure.
        let hash = random.of(first, length - 3) + if first == mixed { "5x4" } else { "xwz" };
        let replica = |random: &mut Random| Replica {
            pod: format!("web-{hash}-{}", random.of(last, 5)),
            host: format!("ip-10-{}-{}-{}", random.below(256), random.below(256), random.below(256)),
            container: random.hex(64),
            short_container: random.hex(12),
            address: format!("10.{}.{}.{}", random.below(256), random.below(256), random.below(256)),
            thread: random.below(200),
            process: 2 + random.below(60_000),
            pointer: format!("0x7f{}", random.hex(10)),
        };
        Deployment {
            build: format!("v1.{}.{}-{}4c", random.below(40), random.below(9), random.hex(5)),
            shift: random.below(400),
            replicas: (0..replicas).map(|_| replica(random)).collect(),
        }
    }
}

const KINDS: u64 = 30;

/// Level and text of one of thirty kinds of message.
fn message(
    random: &mut Random,
    deployment: &Deployment,
    replica: &Replica,
    kind: u64,
    inside: bool,
) -> (&'static str, String) {
    let Replica { pod, host, container, short_container, address, thread, process, pointer } = replica;
    let (build, line) = (&deployment.build, 10 + deployment.shift);
    let (number, port) = (random.below(100_000), 32_768 + random.below(28_000));
    let pod = if inside { pod.as_str() } else { "itself" };
    let text = match kind {
        0 => format!("starting build {build} on {host}"),
        1 => format!("[http-nio-8080-exec-{thread}] request {number} served in {} ms", number % 900),
        2 => format!("[pool-3-thread-{thread}] job {number} queued"),
        3 => format!("[pid {process}] worker is ready"),
        4 => format!("accepted connection from {address}:{port}"),
        5 => format!("closed connection to {address}:{port} after {number} bytes"),
        6 => format!("container {container} is healthy"),
        7 => format!("container {short_container} joined the pool"),
        8 => format!("cache at {pointer} grown to {number} entries"),
        9 => format!("registered {pod} with the discovery service"),
        10 => format!("lease of {pod} renewed for {number} s"),
        11 => format!("peer {host} answered in {} ms", number % 90),
        12 => format!("handled by worker ThreadId({thread})"),
        13 => format!("slow query in Orders.java:{line}, {number} rows"),
        14 => "configuration reloaded".to_owned(),
        15 => format!("session {} opened", random.hex(32)),
        16 => format!("order {number} accepted"),
        17 => format!("charge accepted for order {number}"),
        18 => format!("GET /api/orders/{number} 200 {} ms", number % 300),
        19 => format!("health check of {host}:{port} passed"),
        20 => format!("retrying upstream {address}:8080 (attempt {})", 1 + number % 5),
        21 => format!("queue depth is {number}, high for {pod}"),
        22 => format!("response of {host} took {number} ms"),
        23 => format!("tokio-runtime-worker-{thread} parked"),
        24 => format!("flushed {number} spans to collector {address}:4317"),
        25 => format!("user u{number} logged in"),
        26 => format!("gc pause of {} ms", number % 70),
        27 => format!("charge refused for order {number}: gateway eu-3 returned 504"),
        28 => format!("cannot reach {address}:{port}: connection timed out"),
        _ => format!("handler panicked at src/order.rs:{line}:{}, build {build}", number % 80),
    };
    let level = match kind {
        20..=22 => "WARN",
        27.. => "ERROR",
        _ => "INFO",
    };
    (level, text)
}

fn push_line(out: &mut String, format: Format, replica: &Replica, time: Time, level: &str, text: &str) {
    let pod = &replica.pod;
    let written = match format {
        Format::Column => writeln!(out, "{time} {pod} {level} {text}"),
        Format::Inside => writeln!(out, "{time} {level} {text}"),
        Format::Stern => writeln!(out, "{pod} web {time} {level} {text}"),
        Format::Kubectl => writeln!(out, "[pod/{pod}/web] {time} {level} {text}"),
        Format::Json => {
            let (level, thread) = (level.to_lowercase(), replica.thread);
            writeln!(
                out,
                r#"{{"ts":"{time}","level":"{level}","pod":"{pod}","thread":"exec-{thread}","msg":"{text}"}}"#
            )
        }
    };
    written.expect("a string takes everything");
}

/// Some lines a second, each kind of message from each replica at least now and then.
fn log(random: &mut Random, deployment: &Deployment, format: Format, from: i64, seconds: i64) -> String {
    let mut out = String::new();
    let replicas = deployment.replicas.len() as u64;
    for second in 0..seconds {
        for part in 0..3 {
            let kind = if part == 0 { second as u64 % KINDS } else { random.below(27) };
            let replica = &deployment.replicas[random.below(replicas) as usize];
            let (level, text) =
                message(random, deployment, replica, kind, format != Format::Column || kind % 2 == 0);
            let time = Time::from_seconds(from + second);
            push_line(&mut out, format, replica, time, level, &text);
        }
    }
    out
}

fn learned(log: &str, config: &Config) -> Baseline {
    let config = Config { learn_only: true, ..config.clone() };
    let mut session = Session::new(&config, None, "web.log");
    session.feed(log.as_bytes());
    session.finish();
    session.ledger().to_baseline(&logsurge::baseline::Settings::default())
}

/// Alerts and notes on new messages after the deployment, and how many messages
/// there were before.
fn new_after(format: Format, replicas: u64, sort: u64) -> (Vec<String>, Vec<String>) {
    let mut random = Random(replicas * 31 + sort * 7 + format as u64);
    let config = Config { warmup: Some(0), ..Config::new(Time::from_seconds(START + 86_400)) };
    let (before, after) =
        (Deployment::new(&mut random, replicas, 0), Deployment::new(&mut random, replicas, sort));
    let baseline = learned(&log(&mut random, &before, format, START, LEARNED_SECONDS), &config);
    let mut session = Session::new(&config, Some(&baseline), "web.log");
    session.feed(log(&mut random, &after, format, START + LEARNED_SECONDS + 60, JUDGED_SECONDS).as_bytes());
    session.finish();
    let new = std::iter::from_fn(|| session.next_alert()).filter(|alert| alert.kind == Kind::New);
    let (notes, alerts): (Vec<_>, Vec<_>) = new.partition(|alert| alert.note);
    let texts = |list: Vec<logsurge::Alert>| list.into_iter().map(|alert| alert.template).collect();
    (texts(alerts), texts(notes))
}

fn check(format: Format) {
    for replicas in [1, 2, 20] {
        for sort in 0..5 {
            let (alerts, notes) = new_after(format, replicas, sort);
            assert!(alerts.is_empty(), "{format:?}, {replicas} replicas, names {sort}: {alerts:#?}");
            assert!(notes.len() <= 1, "{format:?}, {replicas} replicas, names {sort}: {notes:#?}");
        }
    }
}

#[test]
fn pods_of_other_names_before_the_level_say_nothing_new() {
    check(Format::Column);
}

#[test]
fn pods_of_other_names_in_messages_are_nothing_new() {
    check(Format::Inside);
}

#[test]
fn pods_of_other_names_in_the_prefix_of_stern_say_nothing_new() {
    check(Format::Stern);
}

#[test]
fn pods_of_other_names_in_the_prefix_of_kubectl_say_nothing_new() {
    check(Format::Kubectl);
}

#[test]
fn pods_of_other_names_in_json_say_nothing_new() {
    check(Format::Json);
}
