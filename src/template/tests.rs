//! Behaviours of stage 2, above all that order never matters.

use std::collections::BTreeMap;

use super::column::WAITING_MAX;
use super::holes::Cut;
use super::registry::{KEY_SHAPES_MAX, NONE, TEXT_BYTES_MAX};
use super::*;
use crate::shape::{Scratch, Shape, canonical};

/// Cases of the targeted fuzz in an ordinary run and in the ignored long one.
const CASES: u64 = 600;
const CASES_LONG: u64 = 30_000;

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }
    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
    fn shuffle<T>(&mut self, list: &mut [T]) {
        for index in (1..list.len()).rev() {
            list.swap(index, self.below(index + 1));
        }
    }
}

fn shape(cheap: &str) -> Shape {
    let mut shape = Shape::default();
    canonical(cheap.as_bytes(), false, &mut Scratch::default(), &mut shape);
    shape
}

const CONSTANTS: &[&str] = &[
    "alpha",
    "beta",
    "gamma",
    "delta",
    "alpha",
    "x",
    "\u{1}",
    "node\u{3}",
    "a.b",
    "ms",
    "error",
    "INFO",
    "\u{1}",
    "V",
    "user",
];
const SEPARATORS: &[&str] = &[
    " ", " ", " ", " ", ":", ", ", "=", "=", "(", ") ", " - ", "[", "] ", ". ", "\"", "/", " (", "()", "=\"",
];
const VALUES: &[&str] = &[
    "\u{1}",
    "\u{1}",
    "\u{2}",
    "host\u{3}",
    "name\u{3}",
    "disk\u{3}",
    "web\u{3}",
    "eins",
    "zwei",
    "drei",
    "vier",
    "fuenf",
    "sechs",
    "sieben",
    "acht",
    "neun",
    "zehn",
    "elf",
    "zwoelf",
    "alpha",
    "beta",
    "ms",
    "bytes",
    "a.b",
    "c_d",
    "e-f",
    "g/h",
    "i.j",
    "k_l",
    "m$n",
    "failed",
    "info",
    "o-p",
    "q_r",
    "eins(\u{1})",
    "LOCAL(\u{1})",
    "opened",
];

/// Cheap keys that vary in one to three of four to eight places.
fn related_keys(random: &mut Random) -> Vec<String> {
    let length = 4 + random.below(5);
    let mut words: Vec<&str> = (0..length).map(|_| random.pick(CONSTANTS)).collect();
    let pairs = random.below(4) == 0;
    let separator = |random: &mut Random, index: usize| match pairs {
        true => ["=", " "][index % 2],
        false => random.pick(SEPARATORS),
    };
    let separators: Vec<&str> = (0..length).map(|index| separator(random, index)).collect();
    let varying: Vec<usize> = (0..1 + random.below(3)).map(|_| random.below(length)).collect();
    let pools: Vec<(usize, usize)> =
        varying.iter().map(|_| (random.below(VALUES.len()), 1 + random.below(16))).collect();
    let count = 4 + random.below(30);
    let mut keys = Vec::new();
    for _ in 0..count {
        for (&place, &(from, size)) in varying.iter().zip(&pools) {
            words[place] = VALUES[(from + random.below(size)) % VALUES.len()];
        }
        let mut key = String::new();
        for (word, separator) in words.iter().zip(&separators) {
            key.push_str(word);
            key.push_str(separator);
        }
        keys.push(key);
    }
    keys
}

/// Cheap keys with one or two words before a level, under which up to sixteen
/// messages speak: enough for columns, and for words that repeat in the message.
fn spoken_keys(random: &mut Random) -> Vec<String> {
    const BODIES: &[&str] = &[
        "started",
        "stopped now",
        "ready to go",
        "gone",
        "has failed",
        "reads a file",
        "writes it",
        "beta of \u{1}",
        "a.b closed",
        "took \u{1} ms",
        "cannot bind",
        "eins joined",
        "zwei joined",
        "pool is empty",
        "pool is full",
        "warm",
    ];
    const LEVELS: &[&str] = &["INFO", "INFO", "WARN", "ERROR"];
    const GAPS: &[&str] = &[" ", " [", ": ", " - ", "(", "=", ") "];
    let bodies = 6 + random.below(BODIES.len() - 5);
    let gaps: Vec<&str> = (0..3).map(|_| random.pick(GAPS)).collect();
    let front = random.pick(&["", "", "alpha ", "\u{1} ", "["]);
    let pools: Vec<(usize, usize)> =
        (0..2).map(|_| (random.below(VALUES.len()), 1 + random.below(3))).collect();
    let (two, echoes, mixed) = (random.below(2) == 0, random.below(3) == 0, random.below(4) == 0);
    let mut keys = Vec::new();
    for _ in 0..20 + random.below(80) {
        let word = |random: &mut Random, place: usize| {
            let (from, size) = pools[place];
            VALUES[(from + random.below(size)) % VALUES.len()]
        };
        let body = random.below(bodies);
        let level = if mixed { random.pick(LEVELS) } else { LEVELS[body % LEVELS.len()] };
        let one = word(random, 0);
        let mut key = format!("{front}{one}{}", gaps[0]);
        if two {
            key.push_str(word(random, 1));
            key.push_str(gaps[1]);
        }
        key.push_str(&format!("{level}{} {}", gaps[2], BODIES[body]));
        if echoes && random.below(2) == 0 {
            key.push_str(&format!(" for {one} now"));
        }
        keys.push(key);
    }
    keys
}

/// Which shapes share a template, and its id.
fn partition(registry: &Registry) -> BTreeMap<u64, u64> {
    let ids = registry.shapes().into_iter().map(|ix| {
        let template = registry.template_of(ix);
        (registry.shape_id(ix).0, registry.template_id(template).0)
    });
    ids.collect()
}

/// Whatever active key is followed first, the normal form is the same.
fn assert_confluent(registry: &Registry) {
    let mut cut = Cut::default();
    for (index, record) in registry.records.iter().enumerate() {
        let root = registry.root(registry.template_of(ShapeIx(index as u32)));
        assert_eq!((root.level, root.alarm), (record.level, record.alarm));
        let read = Shape::from_text(&record.text);
        assert_eq!((read.level, read.alarm), (record.level, record.alarm));
        let root = root.id;
        cut.load(&record.text);
        let mut covered = false;
        for hole in &cut.holes {
            if let Some(&key) = registry.active.get(&hole.key)
                && hole.key != record.id
            {
                covered = true;
                let through = registry.template_of(ShapeIx(key));
                assert_eq!(registry.root(through).id, root);
            }
        }
        assert_eq!(covered, registry.outlines[index].next != NONE);
    }
    assert!(registry.entries.words_seen().all(|words| words <= 11));
}

/// Inserts one by one; ids never split, joins say all that happens, `is_new` is true.
fn insert_watched(shapes: &[Shape]) -> Registry {
    let mut registry = Registry::new();
    let mut before: BTreeMap<u64, u64> = BTreeMap::new();
    let mut survivors: BTreeMap<u32, u32> = BTreeMap::new();
    for shape in shapes {
        let known = registry.shape(shape.id()).is_some();
        let new = registry.is_new(shape);
        let records = registry.records.len();
        let ix = registry.insert_with_example(shape);
        let first = registry.template_of(ix);
        let after = partition(&registry);
        let same = |older: usize| registry.template_of(ShapeIx(older as u32)) == first;
        assert_eq!(new, !known && !(0..records).any(same), "{:?}", String::from_utf8_lossy(&shape.text));
        let mut moved: BTreeMap<u64, u64> = BTreeMap::new();
        for (id, template) in &before {
            let now = after[id];
            assert_eq!(*moved.entry(*template).or_insert(now), now, "an id split");
            let by_id = registry.shape(crate::id::ShapeId(*template)).unwrap();
            assert_eq!(registry.template_id(registry.template_of(by_id)).0, now);
        }
        for (gone, survivor) in registry.take_joins() {
            survivors.insert(gone.0, survivor.0);
        }
        let mut told = first.0;
        while let Some(&next) = survivors.get(&told) {
            told = next;
        }
        assert_eq!(told, registry.template_of(ix).0);
        before = after;
    }
    assert_confluent(&registry);
    registry
}

impl Registry {
    fn insert_with_example(&mut self, shape: &Shape) -> ShapeIx {
        let text = format!("example {:?}", shape.text);
        self.insert(shape, text.as_bytes())
    }
}

/// Checks one case; whether a column became active in it.
fn check_case(seed: u64) -> bool {
    let mut random = Random(seed);
    let mut keys = match seed % 3 {
        0 => spoken_keys(&mut random),
        _ => related_keys(&mut random),
    };
    if random.below(3) == 0 {
        keys.extend(related_keys(&mut random));
    }
    let mut shapes: Vec<Shape> = keys.iter().map(|key| shape(key)).collect();
    let registry = insert_watched(&shapes);
    let expected = partition(&registry);
    let saved = registry.save();
    random.shuffle(&mut shapes);
    let shuffled = insert_watched(&shapes);
    assert_eq!(partition(&shuffled), expected, "order matters, seed {seed}");
    assert_eq!(shuffled.save(), saved, "order shows, seed {seed}");
    let mut halves = [Registry::new(), Registry::new()];
    for shape in &shapes {
        halves[random.below(2)].insert_with_example(shape);
    }
    let mut joined = Registry::load(&halves[0].save());
    joined.absorb(&halves[1].save());
    assert_eq!(joined.save(), saved, "halves differ, seed {seed}");
    assert_eq!(partition(&joined), expected, "halves differ, seed {seed}");
    assert_confluent(&joined);
    let loaded = Registry::load(&saved);
    assert_eq!(loaded.save(), saved, "saving changes, seed {seed}");
    for template in loaded.templates() {
        let same = shuffled.find_id(&format!("{:x}", loaded.template_id(template)));
        assert_eq!(shuffled.example(same.unwrap()), loaded.example(template));
    }
    !saved.columns.is_empty()
}

#[test]
fn neither_order_nor_halves_nor_saving_matter_and_ids_never_split() {
    let with_columns = (0..CASES).filter(|&seed| check_case(seed)).count();
    assert!(with_columns as u64 > CASES / 20, "only {with_columns} cases have an active column");
}

#[test]
#[ignore = "30,000 cases: cargo test --release --lib -- --ignored"]
fn neither_order_nor_halves_nor_saving_matter_in_many_cases() {
    for seed in CASES..CASES + CASES_LONG {
        check_case(seed);
    }
}

fn learned(cheap_keys: &[&str]) -> Registry {
    let mut registry = Registry::new();
    for key in cheap_keys {
        registry.insert(&shape(key), key.as_bytes());
    }
    registry
}

fn check_templates(cheap_keys: &[&str], expected: &[&str]) {
    let registry = learned(cheap_keys);
    let mut shown: Vec<String> =
        registry.templates().into_iter().map(|template| registry.template_text(template)).collect();
    shown.sort();
    assert_eq!(shown, expected);
}

#[test]
fn how_many_words_make_a_variable_depends_on_what_they_are() {
    check_templates(
        &["the mode of it is mode=fast", "the mode of it is mode=slow"],
        &["the mode of it is mode=<*>"],
    );
    check_templates(&["mode=fast", "mode=slow"], &["mode=fast", "mode=slow"]);
    check_templates(&["disk node\u{3} is now up", "disk shelf\u{3} is now up"], &["disk <*> is now up"]);
    let names = ["unit a.b is now up", "unit c_d is now up", "unit e-f is now up"];
    check_templates(&names[..2], &["unit a.b is now up", "unit c_d is now up"]);
    check_templates(&names, &["unit <*> is now up"]);
    let words = ["eins", "zwei", "drei", "vier", "fuenf", "sechs", "sieben", "acht"];
    let lines: Vec<String> = words.iter().map(|w| format!("shift {w} has begun now")).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    assert_eq!(learned(&lines[..7]).len(), 7);
    check_templates(&lines, &["shift <*> has begun now"]);
    let names = ["user ann has now gone", "user bob has now gone", "user eve has now gone"];
    check_templates(&names[..2], &names[..2]);
    check_templates(&names, &["user <*> has now gone"]);
    let beside = ["the state of it is \u{1}", "the state of it is eins", "the state of it is zwei"];
    check_templates(
        &beside,
        &["the state of it is <*>", "the state of it is eins", "the state of it is zwei"],
    );
    let mut beside = beside.to_vec();
    beside.extend(["the state of it is drei", "the state of it is vier"]);
    check_templates(&beside, &["the state of it is <*>"]);
    assert_eq!(learned(&["in step with clock \u{1}", "in step with clock LOCAL(\u{1})"]).len(), 1);
}

/// One word makes another message, as long as few have been seen in its place.
#[test]
fn messages_that_differ_in_one_word_stay_apart() {
    for words in [
        &["session opened for user \u{1}", "session closed for user \u{1}"][..],
        &["[instance: \u{2}] VM Started (Lifecycle Event)", "[instance: \u{2}] VM Paused (Lifecycle Event)"],
        &["charge accepted for order \u{1}", "charge failed for order \u{1}"],
        &[
            "user created by \u{1} in \u{1} ms",
            "user deleted by \u{1} in \u{1} ms",
            "user renamed by \u{1} in \u{1} ms",
        ],
        &[
            "node joined the ring at \u{1}",
            "node leaving the ring at \u{1}",
            "node blocked the ring at \u{1}",
        ],
        &["replica is primary since \u{1}", "replica is secondary since \u{1}"],
        &["door open", "door closed", "door locked", "door unlocked", "door ajar"],
        &["health check passed", "health check failed", "health check skipped"],
        &["transaction commit of \u{1}", "transaction rollback of \u{1}"],
        &["link up on eth\u{3}", "link down on eth\u{3}"],
        &["valve start(\u{1}) done", "valve stop(\u{1}) done"],
    ] {
        let registry = learned(words);
        assert_eq!(registry.len(), words.len(), "{words:?}");
    }
}

#[test]
fn words_of_alarm_and_levels_are_never_masked() {
    let words =
        ["eins", "zwei", "drei", "vier", "fuenf", "sechs", "sieben", "acht", "failed", "error", "warn"];
    let lines: Vec<String> = words.iter().map(|w| format!("the job at hand {w}")).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    check_templates(
        &lines,
        &["the job at hand <*>", "the job at hand error", "the job at hand failed", "the job at hand warn"],
    );
}

const BODIES: &[&str] = &[
    "started",
    "stopped after \u{1} ms",
    "took a job",
    "has no work left",
    "pool is full",
    "reads \u{1} bytes",
    "closed the pool",
    "waits for \u{1}",
    "cannot bind",
    "disk has failed",
];

#[test]
fn a_name_before_the_level_of_many_messages_is_nothing_new() {
    let line = |name: &str, body: usize| format!("{name} worker - INFO {}", BODIES[body]);
    let mut registry = Registry::new();
    for body in 0..7 {
        registry.insert(&shape(&line("blue", body)), b"");
        registry.insert(&shape(&line("green", body)), b"");
    }
    assert_eq!(registry.len(), 14, "seven messages are no evidence");
    registry.insert(&shape(&line("blue", 7)), b"");
    let eighth = shape(&line("green", 7));
    assert!(!registry.is_new(&eighth));
    registry.insert(&eighth, b"");
    assert_eq!(registry.len(), 8);
    assert!(!registry.is_new(&shape(&line("red", 7))));
    assert!(registry.is_new(&shape(&line("red", 8))), "what it says is new");
    assert!(registry.is_new(&shape("red worker - ERROR started")), "a level is part of what is said");
    assert!(registry.is_new(&shape("red writer - INFO started")), "another word");
    let failed = registry.nearest(&shape("red worker - INFO stopped before \u{1} ms")).unwrap();
    assert_eq!(registry.template_text(failed.template), "<*> worker - INFO stopped after <*>");
    assert_eq!(failed.differs, Some(("before".to_string(), "after".to_string())));
    let loaded = Registry::load(&registry.save());
    assert!(!loaded.is_new(&shape(&line("red", 7))));
}

#[test]
fn names_beyond_the_bound_are_said_and_columns_stay() {
    let mut registry = Registry::new();
    registry.columns.waiting = WAITING_MAX;
    for body in BODIES {
        registry.insert(&shape(&format!("blue - INFO {body}")), b"");
        registry.insert(&shape(&format!("green - INFO {body}")), b"");
    }
    assert_eq!(registry.len(), 2 * BODIES.len());
    assert_eq!(registry.limits_hit(), 1);
}

#[test]
fn messages_of_an_instance_are_bounded_as_messages_not_as_places() {
    let mut registry = Registry::new();
    for body in BODIES {
        registry.insert(&shape(&format!("blue - INFO {body}")), b"");
        registry.insert(&shape(&format!("green - INFO {body}")), b"");
    }
    assert_eq!(registry.len(), BODIES.len());
    assert_eq!((registry.uncovered, registry.active_by_words()), (BODIES.len(), 0));
    registry.insert(&shape("green - INFO never heard of"), b"");
    assert_eq!(registry.uncovered, BODIES.len() + 1);
}

#[test]
fn one_message_of_many_values_is_no_evidence_for_a_column() {
    let mut registry = Registry::new();
    for user in ["eins", "zwei", "drei", "vier", "fuenf", "sechs", "sieben", "acht", "neun"] {
        for program in ["su", "login"] {
            registry.insert(&shape(&format!("{program}: INFO session opened for {user}")), b"");
        }
    }
    assert_eq!(registry.len(), 2);
}

#[test]
fn a_word_of_alarm_or_a_level_is_no_instance() {
    let mut registry = Registry::new();
    for word in ["failed", "error"] {
        for body in BODIES {
            registry.insert(&shape(&format!("{word} - INFO {body}")), b"");
        }
    }
    assert_eq!(registry.len(), 2 * BODIES.len());
    assert!(registry.is_new(&shape("lost - INFO started")));
}

#[test]
fn many_pairs_vary_together() {
    let mut random = Random(1);
    let mut registry = Registry::new();
    for _ in 0..5_000 {
        let mut key = String::from("request done");
        for name in ["a", "b", "c", "d", "e", "f", "g", "h"] {
            key.push_str(&format!(" {name}={}", random.pick(&["get", "put", "hit", "miss", "gold"])));
        }
        registry.insert(&shape(&key), b"");
    }
    assert_eq!(registry.len(), 1);
    assert_eq!(registry.active.len(), 1);
    assert!(registry.shapes_end() <= KEY_SHAPES_MAX as usize + 1);
    assert_eq!(registry.limits_hit(), 1);
}

#[test]
fn an_old_id_leads_to_the_template_it_was_joined_into() {
    let mut registry = learned(&["disk node\u{3} is now up"]);
    let old = registry.template_id(registry.templates()[0]);
    registry.insert(&shape("disk shelf\u{3} is now up"), b"");
    let now = registry.templates()[0];
    assert_ne!(registry.template_id(now), old);
    assert_eq!(registry.find_id(&format!("{old}")), Ok(now));
    assert_eq!(registry.find_id(&format!("{old}")[..6]), Ok(now));
    assert_eq!(registry.find_id("xyz"), Err(FindError::NotHex));
    assert_eq!(registry.find_id(""), Err(FindError::NotHex));
    assert_eq!(registry.find_id("0123456789abcdef"), Err(FindError::Unknown));
}

#[test]
fn the_nearest_message_tells_the_word_that_differs() {
    let registry = learned(&[
        "charge accepted for order \u{1}",
        "nothing alike at all",
        "\u{1} of \u{1} workers are idle",
    ]);
    let nearest = registry.nearest(&shape("charge refused for order \u{1}")).unwrap();
    assert_eq!(registry.template_text(nearest.template), "charge accepted for order <*>");
    assert_eq!(nearest.differs, Some(("refused".to_string(), "accepted".to_string())));
    let nearest = registry.nearest(&shape("charge pending for order \u{1}")).unwrap();
    let differs = Some(("pending".to_string(), "accepted".to_string()));
    assert_eq!((nearest.differs, nearest.constants), (differs, 3));
    assert_eq!(registry.nearest(&shape("unheard of")), None);
}

#[test]
fn a_closed_registry_keeps_room_for_failures() {
    let mut registry = Registry::new();
    registry.text_bytes = TEXT_BYTES_MAX - TEXT_BYTES_MAX / 32;
    let harmless = registry.insert(&shape("all is well here"), b"x");
    let failure = registry.insert(&shape("all has failed here"), b"x");
    let overflow = registry.overflow_template();
    assert_eq!(Some(registry.template_of(harmless)), overflow);
    assert_ne!(Some(registry.template_of(failure)), overflow);
    assert_eq!(registry.limits_hit(), 1);
    assert!(Registry::load(&registry.save()).overflow_template().is_some());
}

#[test]
fn a_template_is_shown_with_the_blanks_of_its_sample() {
    let mut registry = Registry::new();
    let sample = b"2024-01-02 INFO  [main] - copied  (5 of 7) , rest: none.";
    registry.insert(&shape("INFO  [main] - copied  (\u{1} of \u{1}) , rest: none."), sample);
    let shown = registry.template_text(registry.templates()[0]);
    assert_eq!(shown, "INFO [main] - copied (<*> of <*>) , rest: none.");
}
