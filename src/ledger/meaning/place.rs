//! Where the value of a slot stands in a line, and what announces it there.

use super::announce::{announcing, answers_request};
use crate::id::SlotId;
use crate::ledger::Ledger;
use crate::shape::VARIABLE;
use crate::shape::candidates::LONG;
use crate::shape::values::{Counts, find_word};
use crate::template::{ShapeIx, TemplateIx, Variable};
use hashbrown::HashMap;

// limits
/// Lines of a message that are asked for the words before a value.
const EXAMPLES_MAX: usize = 16;
/// With fewer lines a message says itself what its values are.
const LINES_MIN: u64 = 2;

/// What a line announces a value with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    /// Its own words: `exit code `, `status=`; empty if none does.
    pub words: String,
    /// It answers a request that stands right before it.
    pub answers: bool,
}

impl Key {
    /// As it is told.
    pub fn told(&self) -> &str {
        if self.answers { "status " } else { &self.words }
    }
}

impl Ledger {
    /// What announces a value in a line of its message.
    pub(crate) fn key_of(&self, template: TemplateIx, slot: SlotId, line: &[u8], value: &[u8]) -> Key {
        self.field_key(slot).unwrap_or_else(|| {
            let place = self.place_of(template, slot, line, Some(value));
            place.map_or(Key::default(), |(text, start, _)| key_at(&text, start))
        })
    }

    /// What announces the values of a slot, by the lines that are known of its message.
    pub(super) fn usual_key(&self, template: TemplateIx, slot: SlotId) -> Key {
        let of_template = |shape: &ShapeIx| self.registry.template_of(*shape) == template;
        let shapes: Vec<ShapeIx> = self.registry.shapes().into_iter().filter(of_template).collect();
        self.field_key(slot).unwrap_or_else(|| {
            let place = self.usual_place(template, slot, &shapes);
            place.map_or(Key::default(), |(text, start, _)| key_at(&text, start))
        })
    }

    /// The same by its example alone.
    pub(crate) fn example_key(&self, template: TemplateIx, slot: SlotId) -> Key {
        self.field_key(slot).unwrap_or_else(|| {
            let place = self.place_of(template, slot, self.registry.example(template), None);
            place.map_or(Key::default(), |(text, start, _)| key_at(&text, start))
        })
    }

    /// A field is announced by its name.
    fn field_key(&self, slot: SlotId) -> Option<Key> {
        let name = self.said.field_names.get(&slot)?;
        Some(Key { words: format!("{}=", String::from_utf8_lossy(name)), answers: false })
    }

    /// The text of a line, and from where to where the value of a slot stands in it. Where that
    /// does not turn up, `value` is looked for.
    fn place_of(
        &self,
        template: TemplateIx,
        slot: SlotId,
        line: &[u8],
        value: Option<&[u8]>,
    ) -> Option<(Vec<u8>, usize, usize)> {
        let fits = |text: &[u8]| value.is_none_or(|value| value == LONG || value == text);
        let read = self.decisions.read(line)?;
        if let Some((count, index)) = slot.candidate_place() {
            let place = read.places.get(index).filter(|_| read.count == count);
            if let Some(&(start, end)) = place.filter(|&&(start, end)| fits(&read.text[start..end])) {
                return Some((read.text, start, end));
            }
        } else if let Some(place) = slot.place()
            && let Some((start, end)) = self.registry.masked_in(template, &read.message, place)
            && (value == Some(&[VARIABLE]) || fits(&read.message[start..end]))
        {
            return Some((read.message, start, end));
        }
        let (start, end) = find_word(&read.message, 0, value?)?;
        Some((read.message, start, end))
    }

    /// The same by the examples of a message's shapes.
    fn usual_place(
        &self,
        template: TemplateIx,
        slot: SlotId,
        shapes: &[ShapeIx],
    ) -> Option<(Vec<u8>, usize, usize)> {
        let lines = shapes.iter().take(EXAMPLES_MAX).map(|shape| self.registry.stored(*shape).1);
        lines.filter(|line| !line.is_empty()).find_map(|line| self.place_of(template, slot, line, None))
    }

    /// The text in a place where the template has a variable.
    pub(super) fn value_at(&self, template: TemplateIx, slot: SlotId, line: &[u8]) -> Option<Box<[u8]>> {
        let read = self.decisions.read(line)?;
        let (start, end) = self.registry.masked_in(template, &read.message, slot.place()?)?;
        Some(read.message[start..end].into())
    }

    /// The places of a message that show one of few values, and what they have shown.
    pub fn few_values(&self, template: TemplateIx) -> Vec<Variable> {
        let of_template = |shape: &ShapeIx| self.registry.template_of(*shape) == template;
        let shapes: Vec<ShapeIx> = self.registry.shapes().into_iter().filter(of_template).collect();
        self.few_values_by(template, &shapes)
    }

    /// The same of all messages.
    pub fn few_values_of_all(&self) -> HashMap<TemplateIx, Vec<Variable>> {
        let mut shapes: HashMap<TemplateIx, Vec<ShapeIx>> = HashMap::new();
        for shape in self.registry.shapes() {
            shapes.entry(self.registry.template_of(shape)).or_default().push(shape);
        }
        shapes.iter().map(|(template, shapes)| (*template, self.few_values_by(*template, shapes))).collect()
    }

    fn few_values_by(&self, template: TemplateIx, shapes: &[ShapeIx]) -> Vec<Variable> {
        let mut told = Vec::new();
        for (id, slot) in self.said.slots.closed(template) {
            let tells = slot.values.iter().any(|value| *value.text != [VARIABLE]);
            if !tells || slot.lines < LINES_MIN {
                continue;
            }
            let mut values = Counts::default();
            for value in &slot.values {
                let text = match &*value.text {
                    LONG => b"(longer)",
                    [VARIABLE] => &b"<*>"[..],
                    text => text,
                };
                values.add(text, value.lines);
            }
            let (before, word) = self.place_text(template, id, shapes);
            told.push(Variable { before, word, lines: slot.lines, values });
        }
        told
    }

    /// What stands before the values of a slot, and the values with what tells of them behind.
    fn place_text(&self, template: TemplateIx, slot: SlotId, shapes: &[ShapeIx]) -> (String, String) {
        if let Some(key) = self.field_key(slot) {
            return (key.words, "<*>".to_owned());
        }
        let Some((text, start, end)) = self.usual_place(template, slot, shapes) else {
            return (String::new(), "<*>".to_owned());
        };
        let key = key_at(&text, start);
        let behind = text[end..].strip_prefix(b" ").unwrap_or_default();
        let length = behind.iter().take_while(|b| b.is_ascii_alphabetic()).count();
        let word = match length {
            1.. if key.told().is_empty() => format!("<*> {}", String::from_utf8_lossy(&behind[..length])),
            _ => "<*>".to_owned(),
        };
        (key.told().to_owned(), word)
    }
}

fn key_at(text: &[u8], start: usize) -> Key {
    Key { words: announcing(text, start), answers: answers_request(text, start) }
}
