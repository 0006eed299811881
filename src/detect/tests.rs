//! Whole stretches of time through the door of the room.

use super::*;

const START: i64 = 176_757_120; // a Monday, 00:00 UTC
const STEADY: TemplateIx = TemplateIx(0);
const WATCHED: TemplateIx = TemplateIx(1);

/// A source whose first type is steady, with time passing in panes.
struct Source {
    detector: Detector,
    pane: i64,
    random: u64,
    /// Findings with the pane that closed, counted from the start.
    found: Vec<(i64, Finding)>,
}

impl Source {
    fn new() -> Self {
        let detector = Detector::new(Settings::default());
        Source { detector, pane: 0, random: 1, found: Vec::new() }
    }

    /// One that has learned `panes` of `mean` lines a pane of the watched type.
    fn learned(panes: i64, mean: f64) -> Self {
        let mut source = Source::new();
        source.detector.set_judging(false);
        source.run(panes, mean);
        source.detector.set_judging(true);
        assert!(source.found.is_empty());
        source
    }

    fn run(&mut self, panes: i64, mean: f64) {
        for _ in 0..panes {
            let lines = self.poisson(mean);
            self.close(lines);
        }
    }

    fn close(&mut self, lines: u32) {
        let steady = self.poisson(10.0).max(1);
        self.close_all(&[(STEADY, steady), (WATCHED, lines)]);
    }

    fn close_all(&mut self, counts: &[(TemplateIx, u32)]) {
        for finding in self.detector.close_pane(Pane(START + self.pane), counts) {
            self.found.push((self.pane, finding));
        }
        self.pane += 1;
    }

    fn poisson(&mut self, mean: f64) -> u32 {
        let (limit, mut product, mut lines) = ((-mean.min(500.0)).exp(), 1.0, 0);
        loop {
            self.random = self.random.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            product *= ((self.random >> 11) as f64 + 0.5) / (1u64 << 53) as f64;
            if product < limit {
                return lines;
            }
            lines += 1;
        }
    }

    /// Panes and phases of what was found since the last look, surges only or not.
    fn phases(&mut self) -> Vec<(i64, &'static str, Phase)> {
        let kind = |finding: &Finding| match finding {
            Finding::Surge(_) => "surge",
            Finding::Gone(_) => "gone",
        };
        self.found.drain(..).map(|(pane, found)| (pane, kind(&found), found.phase())).collect()
    }
}

#[test]
fn a_tenfold_surge_of_six_minutes_opens_once_within_three_panes() {
    let mut source = Source::learned(DAY, 10.0);
    source.run(HOUR, 10.0);
    let start = source.pane;
    source.run(36, 100.0);
    source.run(2 * HOUR, 10.0);
    let (at, Finding::Surge(surge)) = source.found[0].clone() else { panic!("no surge") };
    assert!((start..start + 3).contains(&at), "started {start}, found {at}");
    assert_eq!((surge.template, surge.started), (WATCHED, Pane(START + start)));
    assert_eq!(surge.window.end, Pane(START + at + 1));
    assert!(surge.score >= 5.0 && surge.tail > surge.score && !surge.provisional && !surge.returned);
    let phases = source.phases();
    assert_eq!(phases.iter().map(|found| found.2).collect::<Vec<_>>(), [Phase::Open, Phase::Resolved]);
    // The hour's window lets go an hour after the surge, and half an hour is calm.
    assert!((start + 36 + 180..start + 36 + 360 + 182).contains(&phases[1].0), "{phases:?}");
}

#[test]
fn a_healthy_day_finds_nothing() {
    let mut source = Source::new();
    let means: Vec<f64> = (0..30).map(|rank| 20.0 * 0.7f64.powi(rank)).collect();
    for _ in 0..2 * DAY {
        let mut counts = Vec::new();
        for (index, &mean) in means.iter().enumerate() {
            let lines = source.poisson(mean);
            counts.push((TemplateIx(index as u32), lines));
        }
        source.close_all(&counts);
    }
    assert_eq!(source.phases(), []);
}

#[test]
fn a_heartbeat_that_stops_is_gone_after_six_and_returns() {
    let mut source = Source::new();
    source.detector.set_judging(false);
    for pane in 0..DAY {
        source.close(u32::from(pane % 3 != 2)); // every 15 s
    }
    source.detector.set_judging(true);
    let stopped = source.pane;
    source.run(100, 0.0);
    source.close(1);
    let Finding::Gone(gone) = source.found[0].1.clone() else { panic!("not gone") };
    assert_eq!((gone.template, gone.last_seen.0), (WATCHED, START + stopped - 2));
    assert!((gone.usual_interval_seconds - 15.0).abs() < 0.1, "{gone:?}");
    let phases = source.phases();
    assert!((stopped + 4..stopped + 12).contains(&phases[0].0), "{phases:?}");
    assert_eq!(phases[1..], [(stopped + 100, "gone", Phase::Resolved)]);
    assert!(!source.detector.is_gone(WATCHED));
}

#[test]
fn a_steady_type_that_stops_is_gone_and_a_rare_one_is_not() {
    for (mean, is_gone) in [(0.5, true), (0.001, false)] {
        let mut source = Source::learned(DAY, mean);
        source.run(HOUR, 0.0);
        assert_eq!(source.detector.is_gone(WATCHED), is_gone, "{mean} lines a pane");
    }
}

#[test]
fn an_outage_of_the_source_makes_nothing_gone() {
    let mut source = Source::learned(DAY, 10.0);
    source.pane += 6 * HOUR;
    assert_eq!(source.detector.skip_to(Pane(START + source.pane)), []);
    source.run(HOUR, 10.0);
    assert_eq!(source.phases(), []);
    assert_eq!(source.detector.age_panes(), (DAY + HOUR) as u64);
}

#[test]
fn a_type_is_judged_only_in_panes_in_which_it_has_lines() {
    let mut source = Source::learned(DAY, 0.01);
    source.close(40);
    source.run(100, 0.0);
    assert_eq!(source.phases(), [(DAY, "surge", Phase::Open)]);
    let found = source.detector.skip_to(Pane(START + DAY + 181));
    assert_eq!(found.iter().map(Finding::phase).collect::<Vec<_>>(), [Phase::Resolved]);
    assert!(!source.detector.is_open(WATCHED));
}

#[test]
fn the_same_surge_is_seen_a_day_later_but_learned_at_its_second_repeat() {
    let mut source = Source::learned(3 * DAY, 2.0);
    for seen in [true, true, true, false, false] {
        source.run(DAY - 30, 2.0);
        for _ in 0..30 {
            source.close(25);
        }
        let opened = source.phases().iter().any(|&(_, _, phase)| phase == Phase::Open);
        assert_eq!(opened, seen, "at pane {}", source.pane);
    }
}

#[test]
fn an_alert_speaks_again_only_when_ten_times_worse_or_back_within_hours() {
    let mut source = Source::learned(2 * DAY, 1.0);
    for (panes, lines) in [(30, 20), (30, 40), (30, 400), (3 * HOUR, 1), (30, 400)] {
        for _ in 0..panes {
            source.close(lines);
        }
    }
    let phases: Vec<Phase> = source.phases().iter().map(|found| found.2).collect();
    assert_eq!(phases[0], Phase::Open);
    assert!(phases[1..].iter().all(|&phase| phase != Phase::Open), "{phases:?}");
    assert_eq!(phases.iter().filter(|&&phase| phase == Phase::Resolved).count(), 1, "{phases:?}");
    assert!((2..=4).contains(&phases.iter().filter(|&&phase| phase == Phase::Ongoing).count()), "{phases:?}");
}

#[test]
fn a_level_that_stays_is_normal_after_a_day_and_says_so_once() {
    let mut source = Source::learned(DAY, 2.0);
    source.run(3 * DAY, 12.0);
    let normal: Vec<bool> = source
        .found
        .iter()
        .map(|(_, found)| matches!(found, Finding::Surge(surge) if surge.now_normal))
        .collect();
    assert_eq!(normal, [false, true], "{:?}", source.found);
    let after = source.found[1].0 - source.found[0].0;
    assert!((DAY..DAY + 10).contains(&after), "after {after} panes");
}

#[test]
fn what_returns_after_the_longest_silence_says_since_when() {
    let mut source = Source::learned(DAY, 0.02);
    let last_seen = source.detector.last_seen(WATCHED);
    source.run(6 * HOUR, 0.0);
    source.run(3, 20.0);
    let Finding::Surge(surge) = source.found.last().expect("found").1.clone() else { panic!("no surge") };
    assert_eq!((surge.returned, surge.last_seen_before), (true, last_seen));
}

#[test]
fn after_an_outage_no_surge_starts_from_nought() {
    for (outage, opened) in [(0, true), (2 * HOUR, false)] {
        let mut source = Source::learned(DAY, 0.001);
        source.pane += outage;
        source.close(9);
        assert_eq!(source.detector.is_open(WATCHED), opened);
    }
}

#[test]
fn the_time_between_a_baseline_and_its_stream_is_nobodys_silence() {
    for expected in [true, false] {
        let mut source = Source::new();
        source.detector.set_judging(false);
        (0..DAY).for_each(|_| source.close(1));
        source.detector.set_judging(true);
        source.pane += 20;
        if expected {
            source.detector.expect_gap();
        }
        source.close(1);
        let longest = source.detector.longest_gap_panes(WATCHED);
        assert_eq!(longest, 1, "the log has ten lines a pane, so this is an outage either way");
        source.pane += 3;
        if expected {
            source.detector.expect_gap();
        }
        source.close(1);
        assert_eq!(source.detector.longest_gap_panes(WATCHED), if expected { 1 } else { 4 });
    }
}

/// A log of many messages, in which `busy` says how busy each pane is.
fn traffic(source: &mut Source, panes: i64, busy: impl Fn(i64) -> f64) -> usize {
    for _ in 0..panes {
        let factor = busy(source.pane);
        let counts: Vec<_> =
            (0..20).map(|n| (TemplateIx(n), source.poisson(factor * (0.4 + 0.1 * f64::from(n))))).collect();
        source.close_all(&counts);
    }
    source.found.iter().filter(|(_, found)| found.phase() == Phase::Open).count()
}

/// Half as busy in the night as at noon.
fn day_and_night(pane: i64) -> f64 {
    1.0 - 0.5 * (pane as f64 / DAY as f64 * std::f64::consts::TAU).cos()
}

#[test]
fn what_all_messages_do_at_once_is_one_note_of_the_volume() {
    let mut source = Source::new();
    source.detector.set_judging(false);
    traffic(&mut source, 2 * DAY, day_and_night);
    source.detector.set_judging(true);
    assert_eq!(traffic(&mut source, DAY / 2, day_and_night), 0);
    assert_eq!(source.detector.volume(), None);
    let mut volumes = Vec::new();
    for _ in 0..HOUR {
        assert_eq!(traffic(&mut source, 1, |pane| 3.0 * day_and_night(pane)), 0, "{:?}", source.found);
        volumes.extend(source.detector.volume());
    }
    assert_eq!(volumes.len(), 1);
    let volume = volumes[0];
    assert!((2.0..6.0).contains(&volume.factor) && volume.usual.1 < 2.0, "{volume:?}");
}

#[test]
fn the_night_hides_nothing_that_the_day_would() {
    let mut source = Source::new();
    source.detector.set_judging(false);
    traffic(&mut source, 3 * DAY, day_and_night);
    source.detector.set_judging(true);
    assert_eq!(traffic(&mut source, HOUR, day_and_night), 0);
    // Two and a half times its night, which is hardly more than its noon.
    for _ in 0..HOUR / 2 {
        let mut counts: Vec<_> = (0..20)
            .map(|n| (TemplateIx(n), source.poisson(day_and_night(source.pane) * (0.4 + 0.1 * f64::from(n)))))
            .collect();
        counts[19].1 = source.poisson(2.5 * 2.3 * day_and_night(source.pane));
        source.close_all(&counts);
    }
    assert_eq!(source.found.len(), 1, "{:?}", source.found);
    assert_eq!(source.found[0].1.template(), TemplateIx(19));
}

#[test]
fn a_new_message_that_stays_is_no_surge() {
    let mut source = Source::learned(2 * DAY, 0.0);
    source.run(3 * HOUR, 1.0);
    assert_eq!(source.phases(), []);
}

#[test]
fn a_nightly_job_that_stays_away_is_gone_and_a_session_is_not() {
    for regular in [true, false] {
        let mut source = Source::new();
        source.detector.set_judging(false);
        for day in 0..10 {
            let shift = if regular { 0 } else { (day * 7919 % 13 - 6) * HOUR };
            source.run(DAY / 2 + shift, 0.0);
            (0..20).for_each(|_| source.close(4));
            source.run(DAY / 2 - 20 - shift, 0.0);
        }
        source.detector.set_judging(true);
        source.run(3 * DAY, 0.0);
        assert_eq!(source.detector.is_gone(WATCHED), regular);
    }
}

#[test]
fn nothing_is_found_while_learning_or_in_a_types_first_hour() {
    let mut source = Source::learned(DAY, 0.0);
    source.run(HOUR - 30, 1.0);
    source.run(29, 500.0);
    assert_eq!(source.phases(), []);
}

#[test]
fn two_types_that_become_one_keep_their_sums() {
    let mut source = Source::new();
    let other = TemplateIx(7);
    source.detector.set_judging(false);
    for _ in 0..DAY {
        let lines = [source.poisson(4.0), source.poisson(6.0)];
        source.close_all(&[(STEADY, 10), (WATCHED, lines[0]), (other, lines[1])]);
    }
    source.detector.set_judging(true);
    let told = |source: &Source, template| {
        let detector = &source.detector;
        let bars = detector.sparkline(template, 10, 30);
        (detector.lines(template), detector.expected(template, 30), bars)
    };
    let (one, two) = (told(&source, WATCHED), told(&source, other));
    source.detector.join(other, WATCHED);
    let both = told(&source, WATCHED);
    assert_eq!(both.0, one.0 + two.0);
    assert!((both.1 - one.1 - two.1).abs() < 1e-6);
    let bars: Vec<u64> = one.2.iter().zip(&two.2).map(|(one, two)| one + two).collect();
    assert_eq!(both.2, bars);
    assert_eq!((source.detector.lines(other), source.detector.templates_active()), (0, 2));
    source.run(HOUR, 10.0);
    assert_eq!(source.phases(), []);
    source.run(HOUR, 0.0);
    assert!(source.detector.is_gone(WATCHED));
}

#[test]
fn a_saved_detector_goes_on_as_if_nothing_had_happened() {
    let mut source = Source::learned(DAY, 3.0);
    source.run(40, 30.0);
    source.run(10, 3.0);
    let key_of = |template: TemplateIx| Some(1000 - u64::from(template.0));
    let bytes = postcard::to_stdvec(&source.detector.save(key_of)).expect("writes");
    let saved: Saved = postcard::from_bytes(&bytes).expect("reads");
    let index_of = |key: u64| Some(TemplateIx((1000 - key) as u32));
    let loaded = Detector::load(Settings::default(), &saved, index_of);
    let mut other = Source { detector: loaded, pane: source.pane, random: source.random, found: Vec::new() };
    for one in [&mut source, &mut other] {
        one.found.clear();
        one.run(2 * HOUR, 3.0);
        one.run(HOUR, 0.0);
        one.run(DAY, 3.0);
        one.run(20, 60.0);
    }
    assert!(source.found.len() >= 4);
    assert_eq!(source.found, other.found);
    assert_eq!(source.detector.save(key_of), other.detector.save(key_of));
}

#[test]
fn a_template_costs_little() {
    let source = Source::learned(DAY, 0.01);
    let bytes = |key_of: fn(TemplateIx) -> Option<u64>| {
        postcard::to_stdvec(&source.detector.save(key_of)).expect("writes").len()
    };
    let own = bytes(|template| (template == WATCHED).then_some(1)) - bytes(|_| None);
    assert!(own < 300, "{own}");
    assert!(size_of::<series::Series>() <= 600, "{}", size_of::<series::Series>());
}

/// A message that grows to twenty times its rate, over so many hours, by the same factor each pane.
fn rises_over(hours: i64) -> Vec<(i64, &'static str, Phase)> {
    let mut source = Source::learned(7 * DAY, 0.3);
    let panes = hours * HOUR;
    for pane in 0..panes {
        let lines = source.poisson(0.3 * 20f64.powf(pane as f64 / panes as f64));
        source.close(lines);
    }
    source.run(HOUR, 6.0);
    source.phases()
}

/// Each window is hardly larger than the one before, and none of them is what is usual.
#[test]
fn a_slow_rise_is_told_before_it_is_learned() {
    for hours in [1, 3, 6, 12, 24, 48] {
        let (pane, kind, phase) = rises_over(hours)[0];
        assert_eq!((kind, phase), ("surge", Phase::Open), "{hours} h");
        // Before it has come to five times its rate.
        assert!((pane - 7 * DAY) * 9 < hours * HOUR * 5, "{hours} h: {} panes", pane - 7 * DAY);
    }
}

#[test]
fn without_learning_what_is_usual_stays() {
    let mut source = Source::learned(2 * DAY, 0.5);
    let before = source.detector.rate(WATCHED);
    source.detector.set_learning(false);
    source.run(3 * DAY, 0.2);
    assert_eq!(source.detector.rate(WATCHED), before);
    assert_eq!(source.phases(), []);
    source.run(HOUR / 2, 8.0);
    assert_eq!(source.phases()[0].1, "surge");
    assert_eq!(source.detector.rate(WATCHED), before);
}
