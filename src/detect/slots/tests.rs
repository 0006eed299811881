//! What the table of slots holds.

use super::*;
use crate::count::ANSWERED_WELL;
use crate::detect::Phase;
use std::time::{Duration, Instant};

fn waiting(text: &[u8]) -> Slot {
    let mut slot = Slot::of(text, 7);
    slot.pend(0, 3);
    slot.is_waiting = true;
    slot
}

/// Each of them looked through all before it.
#[test]
fn many_slots_that_wait_are_soon_loaded() {
    const TEMPLATES: u32 = 1_000;
    let mut slots = Slots::default();
    let begun = Instant::now();
    for _ in 0..2 {
        for template in (0..TEMPLATES).map(TemplateIx) {
            (0..64).for_each(|index| slots.put(template, SlotId::candidate(64, index), waiting(b"a")));
        }
    }
    let took = begun.elapsed();
    assert_eq!((slots.waiting.len(), slots.values()), (64_000, 64_000));
    assert!(took < Duration::from_secs(2), "{took:?}");
}

fn frame(pane: i64) -> ShareFrame {
    ShareFrame {
        pane,
        threshold: 5.0,
        judging: true,
        learning: true,
        age: 1.0,
        settling: false,
        from_nought: false,
    }
}

/// The answers of one of a message's routes in a pane.
fn answers<'a>(template: u32, pane: i64, asked: &'a [u8], given: &[(&'a [u8], u64)]) -> Vec<ValueCount<'a>> {
    let all = SlotId::candidate(1, 0);
    let time = Time::from_seconds(pane * crate::time::PANE_SECONDS);
    let mut counts = Vec::new();
    for &(value, count) in given {
        let short = if value == b"200" { ANSWERED_WELL } else { value };
        for (slot, value, route) in [(all, value, &b""[..]), (all.of_route(asked), short, asked)] {
            let template = TemplateIx(template);
            let mark = counts.len();
            counts.push(ValueCount { template, slot, value, route, count, late: 0, time, mark });
        }
    }
    counts
}

/// The end of one failure was told of the message that had another.
#[test]
fn each_failure_of_all_requests_is_told_of_its_own_message_to_the_end() {
    const MESSAGES: u32 = 40;
    let mut slots = Slots::default();
    let mut told: Vec<(Box<[u8]>, Phase, TemplateIx)> = Vec::new();
    for pane in 100_000..101_200_i64 {
        let mut counts = Vec::new();
        for message in 0..MESSAGES {
            let at = pane + i64::from(message) * 7;
            // Now and then one in each; then many, of each kind in other messages.
            let rises = |from: i64, first: u32| {
                (from..from + 60).contains(&pane) && (first..first + 15).contains(&message) && at % 3 == 0
            };
            let a = u64::from(at % 1_500 == 0 || rises(100_700, 0));
            let b = u64::from(at % 1_500 == 1_400 || rises(100_705, 20));
            counts.extend(answers(message, pane, b"/a", &[(b"200", 4), (b"500", a), (b"503", b)]));
        }
        counts.retain(|count| count.count > 0);
        let news = slots.close_pane(&frame(pane), counts.iter().copied(), |a, b| a.cmp(&b), |_| None, |_| ());
        let requests = news.shares.into_iter().filter(Slots::is_of_requests);
        told.extend(requests.map(|found| (found.value, found.share.phase, found.template)));
    }
    let of = |value: &[u8], phase| {
        let own = told.iter().filter(|(told, at, _)| **told == *value && *at == phase);
        own.map(|(.., template)| template.0).collect::<Vec<_>>()
    };
    for (value, messages) in [(b"500", 0..15), (b"503", 20..35)] {
        for phase in [Phase::Open, Phase::Resolved] {
            let [template] = of(value, phase)[..] else { panic!("{told:?}") };
            assert!(messages.contains(&template), "{told:?}");
        }
    }
}

/// Two routes whose slots have one id.
fn alike() -> [String; 2] {
    let mut known = hashbrown::HashMap::new();
    let all = SlotId::candidate(1, 0);
    for number in 0..2_000_000 {
        let route = format!("/{number}");
        if let Some(other) = known.insert(all.of_route(route.as_bytes()), route.clone()) {
            return [other, route];
        }
    }
    panic!("so many must have had the same");
}

/// They were one, of either name.
#[test]
fn of_two_routes_with_one_id_the_busier_is_judged_by_its_own_answers() {
    let [one, other] = alike();
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let counted = |turned: bool| {
        let mut slots = Slots::default();
        for pane in 0..10 {
            let mut counts = answers(0, pane, one, &[(b"200", 9), (b"500", 1)]);
            counts.extend(answers(0, pane, other, &[(b"200", 4), (b"503", 5)]));
            if turned {
                counts.reverse();
            }
            slots.close_pane(&frame(pane), counts.iter().copied(), |_, _| Ordering::Equal, |_| None, |_| ());
        }
        slots
    };
    let id = SlotId::candidate(1, 0).of_route(one);
    for turned in [false, true] {
        let slots = counted(turned);
        let slot = slots.get(TemplateIx(0), id).expect("it was answered well");
        let usual = slot.usual();
        assert_eq!((&*slot.route, slot.lines), (one, 100));
        assert_eq!(usual, [(b"500"[..].into(), 10)]);
    }
    let mut kept = counted(false);
    for (route, lines) in [(other, 101), (one, 100)] {
        kept.put(TemplateIx(0), id, Slot { route: route.into(), lines, ..Slot::default() });
        let slot = kept.get(TemplateIx(0), id).expect("it is closed");
        assert_eq!((&*slot.route, slot.lines), (other, 101));
    }
}

/// They were taken for a closed slot's, and looked at for each line.
#[test]
fn a_file_with_more_values_than_a_slot_has_is_refused() {
    let saved = |values: usize| {
        let value = |number: usize| Value::new(number.to_string().as_bytes());
        let slot = Slot { values: (0..values).map(value).collect(), ..Slot::default() };
        postcard::to_stdvec(&slot).expect("memory takes all")
    };
    assert!(postcard::from_bytes::<Slot>(&saved(SLOT_VALUES_MAX)).is_ok());
    assert!(postcard::from_bytes::<Slot>(&saved(SLOT_VALUES_MAX + 1)).is_err());
}

/// Sums of a file that was made up are wrong, and no more than that.
#[test]
fn numbers_that_were_made_up_are_no_trouble() {
    let mut slot = waiting(b"a");
    slot.join(Slot { lines: u64::MAX, pending: u32::MAX, ..waiting(b"a") });
    slot.values[0].lines = u64::MAX;
    let id = SlotId::candidate(1, 0);
    let mut slots = Slots::default();
    slots.put(TemplateIx(0), id, slot.clone());
    slots.put(TemplateIx(0), id, slot);
    slots.put(TemplateIx(0), id, waiting(b"b"));
    for pane in [5, 6, 11] {
        slots.close_pane(
            &frame(pane),
            answers(0, pane, b"/a", &[(b"a", 3)]).into_iter(),
            |_, _| Ordering::Equal,
            |_| None,
            |_| (),
        );
    }
    assert_eq!(slots.get(TemplateIx(0), id).map(|slot| slot.lines), Some(u64::MAX));
}
