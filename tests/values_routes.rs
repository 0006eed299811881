//! One route of many that fails: it is one part in a hundred of the traffic, and is told by name.

mod invented;
mod random;
mod traffic;
mod ways;

use logsurge::Alert;
use traffic::{Format, HOUR, MINUTE, START, Traffic};
use ways::{check, config, judged_at_once, oracle};

const FORMATS: [Format; 6] =
    [Format::Clf, Format::Combined, Format::Nginx, Format::Json, Format::Haproxy, Format::Alb];
/// The route as it is told.
const ROUTE: &str = "/api/v*/checkout: ";

/// An hour, perhaps with a scan at its end, and five minutes of failures.
fn log(format: Format, rate: f64, with_scan: bool) -> Vec<u8> {
    let mut traffic = Traffic::new(format, 11);
    traffic.rate = rate;
    let mut text = traffic.between(START, START + HOUR - 5 * MINUTE);
    traffic.scanner = if with_scan { 10.0 } else { 0.0 };
    text += &traffic.between(START + HOUR - 5 * MINUTE, START + HOUR);
    traffic.scanner = 0.0;
    traffic.broken_checkout = true;
    text += &traffic.between(START + HOUR, START + HOUR + 5 * MINUTE);
    text.into_bytes()
}

fn names_route(alert: &Alert) -> bool {
    let reason = &alert.reason;
    alert.is_alarm() && (reason.starts_with(ROUTE) || reason.ends_with("nearly all of /api/v*/checkout"))
}

#[track_caller]
fn check_all(with_scan: bool) {
    for format in FORMATS {
        let mut alerts = oracle(&judged_at_once(), None, &log(format, 20.0, with_scan)).alerts;
        alerts.retain(|alert| alert.kind.word() == "value");
        let reasons: Vec<_> = alerts.iter().map(|alert| (alert.is_alarm(), &alert.reason)).collect();
        assert!(alerts.iter().any(names_route), "{format:?}: {reasons:#?}");
    }
}

#[test]
fn a_route_that_fails_is_told_by_name_in_every_format() {
    check_all(false);
}

#[test]
fn a_scan_does_not_hide_a_route() {
    check_all(true);
}

#[test]
fn however_the_log_is_cut_the_same_routes_are_told() {
    for format in [Format::Clf, Format::Json] {
        let verdict = check(&config(), None, &log(format, 4.0, true));
        assert!(format == Format::Json || verdict.alerts.iter().any(names_route), "{format:?}");
    }
}
