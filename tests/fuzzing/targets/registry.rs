//! Which messages shapes are, whatever the order they come in.

use super::super::{Seen, seeds};
use super::hash;
use crate::random::Random;
use logsurge::id::{ShapeId, TemplateId};
use logsurge::shape::{Scratch, Shape, canonical, cheap};
use logsurge::template::Registry;
use std::collections::BTreeMap;

/// Shapes of a case; a registry with more is the business of the tests of its bounds.
const SHAPES_MAX: usize = 300;

/// Families of messages that differ by a word or two, so that places become variables.
pub fn shapes() -> Vec<Vec<u8>> {
    let mut inputs = seeds::logs();
    let mut random = Random(11);
    let bodies = ["user X logged in from Y", "INFO [X] task Y done", "X: WARN: disk Y is full", "GET X Y ok"];
    for body in bodies {
        for words in [4, 9, 17, 40] {
            let mut text = String::new();
            for _ in 0..words * 2 {
                let (x, y) = (random.name(), random.name());
                let y = if words == 9 { "same".to_owned() } else { y };
                text += &body.replace('X', &x).replace('Y', &y);
                text.push('\n');
            }
            inputs.push(text.into_bytes());
        }
    }
    inputs
}

fn shapes_of(text: &[u8]) -> Vec<Shape> {
    let mut scratch = Scratch::default();
    let lines = text.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()).take(SHAPES_MAX);
    let shape = |line: &[u8]| {
        let (mut key, mut shape) = (Vec::new(), Shape::default());
        cheap::write(line, &mut key);
        canonical(&key, false, &mut scratch, &mut shape);
        shape
    };
    lines.map(shape).collect()
}

type Messages = BTreeMap<ShapeId, TemplateId>;

fn messages(registry: &Registry, shapes: &[Shape]) -> Messages {
    let found = shapes.iter().map(|shape| {
        let ix = registry.shape(shape.id()).expect("it was stored");
        (shape.id(), registry.template_id(registry.template_of(ix)))
    });
    found.collect()
}

fn inserted<'a>(shapes: impl Iterator<Item = &'a Shape>) -> Registry {
    let mut registry = Registry::new();
    for shape in shapes {
        registry.insert(shape, &shape.text);
    }
    registry
}

/// Any order, and halves that are joined, give the same messages; and what was one message
/// stays one.
pub fn closure(text: &[u8], seen: &mut Seen) {
    let shapes = shapes_of(text);
    let mut registry = Registry::new();
    let mut before = Messages::new();
    for (count, shape) in shapes.iter().enumerate() {
        registry.insert(shape, &shape.text);
        // Every insertion would cost the square of the shapes.
        if count % 7 == 0 {
            let now = messages(&registry, &shapes[..=count]);
            check_joined(&registry, &before, &now);
            before = now;
        }
    }
    let wanted = messages(&registry, &shapes);
    check_joined(&registry, &before, &wanted);
    let mut shuffled: Vec<&Shape> = shapes.iter().collect();
    let mut random = Random(hash(text));
    for at in (1..shuffled.len()).rev() {
        shuffled.swap(at, random.below(at as u64 + 1) as usize);
    }
    let other = inserted(shuffled.iter().copied());
    assert_eq!(wanted, messages(&other, &shapes), "another order");
    let (left, right) = shuffled.split_at(shuffled.len() / 2);
    let mut joined = Registry::load(&inserted(left.iter().copied()).save());
    joined.absorb(&inserted(right.iter().copied()).save());
    assert_eq!(wanted, messages(&joined, &shapes), "halves");
    let saved = registry.save();
    let loaded = Registry::load(&saved);
    assert_eq!(wanted, messages(&loaded, &shapes), "saved and loaded");
    assert_eq!(saved, loaded.save(), "saved twice");
    let kinds: std::collections::BTreeSet<_> = wanted.values().collect();
    seen.see(&[1, wanted.len() as u64, kinds.len() as u64]);
    for (shape, template) in &wanted {
        seen.see(&[2, u64::from(shape.0 != template.0), hash(&template.0.to_le_bytes()) % 1_024]);
    }
}

/// What had one id still has one, and the old id leads to it.
fn check_joined(registry: &Registry, before: &Messages, now: &Messages) {
    let mut became: BTreeMap<TemplateId, TemplateId> = BTreeMap::new();
    for (shape, old) in before {
        let new = now[shape];
        assert_eq!(*became.entry(*old).or_insert(new), new, "a message was split");
    }
    for (old, new) in became {
        let found = registry.find_id(&format!("{:016x}", old.0)).expect("an id once printed is found");
        assert_eq!(registry.template_id(found), new, "an id once printed leads elsewhere");
    }
}
