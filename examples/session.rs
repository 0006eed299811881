use logsurge::{Config, Session, Time};

fn main() {
    // The library reads no clock: now is an argument.
    let mut config = Config::new(Time::from_seconds(1_800_000_000));
    config.warmup = Some(0);
    let mut session = Session::new(&config, None, "app.log");
    session.feed(b"2026-03-02T14:02:31Z ERROR charge failed for order 8812\n");
    session.finish();
    while let Some(alert) = session.next_alert() {
        println!("{} {} {}", alert.kind.word(), alert.id, alert.summary);
    }
}
