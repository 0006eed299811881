//! Access logs of a healthy site: few messages, and a later day says nothing new.

mod random;

use logsurge::alert::Kind;
use logsurge::{Baseline, Config, Session, Time};
use random::Random;

const START: i64 = 1_700_000_000;
const LINES: i64 = 20_000;

const COMPUTERS: &[&str] = &[
    "Windows NT 10.0; Win64; x64",
    "Macintosh; Intel Mac OS X 10_15_7",
    "X11; Linux x86_64",
    "X11; Ubuntu; Linux x86_64; rv:109.0",
    "iPhone; CPU iPhone OS 17_1 like Mac OS X",
    "Linux; Android 13; SM-S901B",
    "Linux; Android 12; Pixel 6 Build/SD1A.210817.023",
    "compatible; Googlebot/2.1; +http://www.google.com/bot.html",
    "compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm",
    "compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/",
];

const ENGINES: &[&str] = &[
    "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.0.0 Safari/537.36",
    "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Mobile/15E148 Safari/604.1",
    "Gecko/20100101 Firefox/119.0",
    "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.0.0 Safari/537.36 Edg/119.0.2151.72",
    "AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/23.0 Chrome/115.0.0.0 Mobile Safari/537.36",
];

const PROGRAMS: &[&str] = &[
    "curl/7.88.1",
    "Wget/1.21.3",
    "python-requests/2.31.0",
    "Go-http-client/1.1",
    "okhttp/4.12.0",
    "kube-probe/1.27",
    "Prometheus/2.47.0",
    "ELB-HealthChecker/2.0",
    "-",
];

fn agent(random: &mut Random) -> String {
    if random.below(5) == 0 {
        return random.pick(PROGRAMS).to_owned();
    }
    format!("Mozilla/5.0 ({}) {}", random.pick(COMPUTERS), random.pick(ENGINES))
}

/// A route with its values.
fn route(random: &mut Random) -> String {
    let (id, name) = (random.below(1_000_000), random.name());
    match random.below(22) {
        0 => "/".to_owned(),
        1 => format!("/api/v1/users/{id}"),
        2 => format!("/api/v1/users/{id}/orders?page={}&sort=date", random.below(40)),
        3 => format!("/api/v2/orders/{}", random.hex(24)),
        4 => format!("/static/js/main.{}.js", random.hex(8)),
        5 => format!("/static/css/app.{}.css", random.hex(20)),
        6 => {
            format!("/assets/{name}-{}.png", random.of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJ0123456789_", 8))
        }
        7 => format!("/search?q={name}+{}&lang=en", random.name()),
        8 => format!("/search?q=%C3%A9t%C3%A9+{name}"),
        9 => format!("/products/{name}-{}", random.name()),
        10 => format!("/blog/2023/11/{name}/"),
        11 => format!("/@{name}"),
        12 => "/favicon.ico".to_owned(),
        13 => "/robots.txt".to_owned(),
        14 => "/healthz".to_owned(),
        15 => format!("/login?next=%2Faccount%2F{name}"),
        16 => format!("/img/{name}_{}x{}.webp", random.below(2000), random.below(2000)),
        17 => format!("/wp-login.php?redirect_to={name}"),
        18 => format!("/files/{name}%20{}.pdf", random.name()),
        19 => format!("/api/v1/items?ids={id},{},{}", id + 1, id + 7),
        20 => format!("/oauth/callback?code={}&state={}", random.hex(30), random.hex(16)),
        _ => format!("/~{name}/index.html"),
    }
}

fn referer(random: &mut Random) -> String {
    match random.below(4) {
        0 => "-".to_owned(),
        1 => format!("https://www.google.com/search?q={}", random.name()),
        2 => format!("https://shop.example.com{}", route(random)),
        _ => "https://shop.example.com/".to_owned(),
    }
}

/// Answers of one kind of host or another, in the format of Apache and nginx.
fn access_line(random: &mut Random, second: i64, vhost: bool) -> String {
    let time = clf(second);
    let method =
        random.pick(&["GET", "GET", "GET", "GET", "GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS"]);
    let status = random.pick(&["200", "200", "200", "200", "301", "304", "404"]);
    let bytes = match status {
        "304" => "-".to_owned(),
        _ => random.below(200_000).to_string(),
    };
    let user = if random.below(10) == 0 { random.name() } else { "-".to_owned() };
    let address = match random.below(10) {
        0 => format!("2001:db8:{}::{}", random.hex(4), random.hex(3)),
        _ => format!(
            "{}.{}.{}.{}",
            1 + random.below(220),
            random.below(256),
            random.below(256),
            random.below(256)
        ),
    };
    let front = match vhost {
        true => format!("{}:443 ", random.pick(&["shop.example.com", "www.example.com", "api.example.com"])),
        false => String::new(),
    };
    let (version, route) = (random.pick(&["1.1", "1.1", "2.0", "1.0"]), route(random));
    let (referer, agent) = (referer(random), agent(random));
    format!(
        "{front}{address} - {user} [{time}] \"{method} {route} HTTP/{version}\" {status} {bytes} \"{referer}\" \"{agent}\"\n"
    )
}

fn error_line(random: &mut Random, second: i64) -> String {
    let name = random.name();
    let (process, connection) = (1 + random.below(4000), random.below(10_000_000));
    let client = format!(
        "client: {}.{}.{}.{}",
        1 + random.below(220),
        random.below(256),
        random.below(256),
        random.below(256)
    );
    let (route, host) = (route(random), random.pick(&["shop.example.com", "www.example.com", "10.0.0.7"]));
    let rest = format!("{client}, server: example.com, request: \"GET {route} HTTP/1.1\", host: \"{host}\"");
    let what = match random.below(4) {
        0 => format!(
            "[error] {process}#{process}: *{connection} open() \"/var/www/{name}.html\" failed (2: No such file or directory), {rest}"
        ),
        1 => format!(
            "[warn] {process}#{process}: *{connection} an upstream response is buffered to a temporary file /var/cache/nginx/{} while reading upstream, {rest}, upstream: \"http://10.0.0.{}:8080{route}\"",
            random.below(999),
            random.below(200)
        ),
        2 => format!(
            "[error] {process}#{process}: *{connection} access forbidden by rule, {rest}, referrer: \"{}\"",
            referer(random)
        ),
        _ => format!(
            "[info] {process}#{process}: *{connection} client closed connection while waiting for request, {client}, server: 0.0.0.0:443"
        ),
    };
    let time = Time::from_seconds(second).to_string();
    format!("{} {what}\n", time.replace('-', "/").replace('T', " ").trim_end_matches('Z'))
}

/// `14/Nov/2023:22:13:20 +0000`
fn clf(second: i64) -> String {
    let time = Time::from_seconds(second).to_string();
    let (year, month, day) = (&time[..4], &time[5..7], &time[8..10]);
    let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = names[month.parse::<usize>().expect("a month") - 1];
    format!("{day}/{month}/{year}:{} +0000", &time[11..19])
}

fn log(seed: u64, from: i64, line: impl Fn(&mut Random, i64) -> String) -> String {
    let mut random = Random(seed);
    (0..LINES).map(|number| line(&mut random, from + number / 3)).collect()
}

fn learned(log: &str, config: &Config) -> (Baseline, Vec<String>) {
    let config = Config { learn_only: true, ..config.clone() };
    let mut session = Session::new(&config, None, "access.log");
    session.feed(log.as_bytes());
    session.finish();
    let registry = session.ledger().registry();
    let mut templates: Vec<String> =
        registry.templates().into_iter().map(|t| registry.template_text(t)).collect();
    templates.sort();
    (session.ledger().to_baseline(&logsurge::baseline::Settings::default()), templates)
}

fn check(line: impl Fn(&mut Random, i64) -> String) {
    let config = Config { warmup: Some(0), ..Config::new(Time::from_seconds(START + 86_400)) };
    let (baseline, templates) = learned(&log(1, START, &line), &config);
    assert!(templates.len() <= 30, "{} templates: {templates:#?}", templates.len());
    let mut session = Session::new(&config, Some(&baseline), "access.log");
    session.feed(log(2, START + LINES, &line).as_bytes());
    session.finish();
    let new: Vec<_> = std::iter::from_fn(|| session.next_alert())
        .filter(|alert| alert.kind == Kind::New)
        .map(|alert| alert.template)
        .collect();
    assert!(new.len() <= 1, "{} new: {new:#?}", new.len());
}

#[test]
fn the_access_log_of_a_healthy_day_says_nothing_new() {
    check(|random, second| access_line(random, second, false));
}

#[test]
fn the_access_log_of_many_hosts_says_nothing_new() {
    check(|random, second| access_line(random, second, true));
}

#[test]
fn the_error_log_of_a_web_server_says_nothing_new() {
    check(error_line);
}
