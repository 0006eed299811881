//! A run that is cut into many by saving and loading says what one run would have said.

mod invented;
mod traces;
mod ways;

use invented::{Dice, Recipe, lines, log};
use logsurge::{Alert, Config, SavedSession, Session, Time};
use ways::{Verdict, assert_same, judged_at_once};

/// As a file keeps it.
fn reborn(config: &Config, session: Session) -> Session {
    let bytes = postcard::to_stdvec(&session.save()).unwrap();
    let saved: SavedSession = postcard::from_bytes(&bytes).unwrap();
    let again = postcard::to_stdvec(&saved).unwrap();
    assert!(bytes == again, "what is loaded is what was saved");
    let session = Session::load(config, saved);
    assert!(bytes == postcard::to_stdvec(&session.save()).unwrap(), "a loaded session is the saved one");
    session
}

/// Feeds the pieces; between two of them the session is saved and loaded where `stops` says so.
fn judged(config: &Config, pieces: &[Vec<u8>], stops: &dyn Fn(usize) -> bool) -> Verdict {
    let mut session = Session::new(config, None, "app");
    let mut alerts = Vec::new();
    for (index, piece) in pieces.iter().enumerate() {
        session.feed_lines(piece, 0);
        alerts.extend(std::iter::from_fn(|| session.next_alert()));
        session.take_notices();
        if stops(index) {
            session = reborn(config, session);
        }
    }
    session.finish();
    alerts.extend(std::iter::from_fn(|| session.next_alert()));
    alerts.iter_mut().for_each(forget);
    Verdict { alerts, report: session.report().clone() }
}

/// What rests on the lines of the last minutes, which are not kept.
fn forget(alert: &mut Alert) {
    alert.context.different.clear();
}

/// Pieces of whole lines.
fn pieces(text: &[u8], seed: u64, lines_max: u64) -> Vec<Vec<u8>> {
    let (mut dice, lines) = (Dice::new(seed), lines(text));
    let (mut pieces, mut at) = (Vec::new(), 0);
    while at < lines.len() {
        let end = (at + 1 + dice.roll(lines_max) as usize).min(lines.len());
        pieces.push(lines[at..end].concat());
        at = end;
    }
    pieces
}

fn check(config: &Config, text: &[u8], seed: u64, lines_max: u64, how: &str) -> Verdict {
    let pieces = pieces(text, seed, lines_max);
    let whole = judged(config, &pieces, &|_| false);
    let cut = judged(config, &pieces, &|_| true);
    assert_same(&whole, &cut, how);
    whole
}

#[test]
fn an_incident_goes_on_over_any_number_of_restarts() {
    for seed in 0..3 {
        let text = log(Recipe { seed, hours: 5, incident: true, late: true, ..Recipe::default() });
        for live in [false, true] {
            let verdict = check(&Config { live, ..judged_at_once() }, &text, seed, 400, "incident");
            assert!(verdict.alerts.len() > 3, "{}", verdict.alerts.len());
            check(&Config { live, ..ways::config() }, &text, seed, 400, "with a warm-up");
        }
    }
}

/// Two hours of requests, half an hour of more failures among all of them, and what comes after.
fn requests() -> Vec<u8> {
    let methods = ["GET", "POST", "PUT", "HEAD", "PATCH", "DELETE", "OPTIONS", "TRACE"];
    let (mut dice, mut text) = (Dice::new(3), String::new());
    for second in 0..4 * 3600 {
        for _ in 0..3 {
            let fails = dice.roll(1_000) < if (7_200..8_700).contains(&second) { 30 } else { 2 };
            text += &format!(
                "10.0.0.1 - - [01/Jan/2026:{:02}:{:02}:{:02} +0000] \"{} /{} HTTP/1.1\" {} {} \"-\" \"curl/8.0\"\n",
                second / 3600,
                second / 60 % 60,
                second % 60,
                methods[dice.roll(8) as usize],
                ["cart", "shop", "help", "news"][dice.roll(4) as usize],
                if fails { 500 } else { 200 },
                100 + dice.roll(900),
            );
        }
    }
    text.into_bytes()
}

#[test]
fn what_befalls_all_requests_is_over_after_a_restart_too() {
    let verdict = check(&judged_at_once(), &requests(), 5, 4_000, "requests");
    let is_over = |alert: &Alert| {
        alert.phase == logsurge::alert::Phase::Resolved && alert.reason.starts_with("all requests")
    };
    assert!(verdict.alerts.iter().any(is_over), "{:#?}", verdict.alerts);
}

#[test]
fn odd_logs_are_cut_anywhere() {
    let recipes = [
        Recipe { unstamped: true, ..Recipe::default() },
        Recipe { mixed: true, long: true, ..Recipe::default() },
        Recipe { yearless: true, late: true, ..Recipe::default() },
        Recipe { unstamped: true, yearless: true, mixed: true, late: true, ..Recipe::default() },
    ];
    for (index, recipe) in recipes.into_iter().enumerate() {
        let seed = index as u64;
        let text = log(Recipe { seed, hours: 1, incident: true, ..recipe });
        for live in [false, true] {
            check(&Config { live, ..judged_at_once() }, &text, seed, 60, &format!("recipe {index}, {live}"));
        }
    }
    for stamped in [false, true] {
        for seed in 0..6 {
            check(&judged_at_once(), &traces::traced(seed, stamped), seed, 3, "traces");
        }
    }
}

/// Twenty hours in which the clock jumps, and a past that is learned first.
#[test]
fn the_past_that_is_being_learned_is_gone_on_with() {
    let text = log(Recipe { seed: 9, hours: 4, incident: true, ..Recipe::default() });
    let since = Time::from_seconds(invented::START_SECONDS + 2 * 3_600);
    let config = Config { since: Some(since), live: true, ..ways::config() };
    check(&config, &text, 9, 700, "a past");
}

#[test]
fn no_secret_is_saved() {
    let mut session = Session::new(&judged_at_once(), None, "app");
    let text = b"2026-03-02T08:00:00Z ERROR login failed password=hunter2 for anna@example.org\n\
        2026-03-02T08:00:00Z INFO login token=abcdefgh\n  at password=hunter2\n";
    session.feed_lines(text, 0);
    while session.next_alert().is_some() {}
    let bytes = postcard::to_stdvec(&session.save()).unwrap();
    for secret in ["hunter2", "abcdefgh", "anna@example"] {
        assert!(!bytes.windows(secret.len()).any(|at| at == secret.as_bytes()), "{secret}");
    }
}
