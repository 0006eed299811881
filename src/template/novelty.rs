//! Whether a shape says something new.
//!
//! It does if storing it would put it into a template of its own. That is found
//! out without storing it: an active key that covers it, an entry that it would
//! complete, and the same for the shape with its instances masked, since what a
//! known message says is nothing new from a new speaker.

use super::holes::Cut;
use super::registry::Registry;
use crate::id::ShapeId;
use crate::shape::Shape;

// limits
/// Forms of one shape, with more or fewer of its instances masked, that are
/// looked at. A line has one or two; more than six only on purpose.
const FORMS_MAX: usize = 64;

impl Registry {
    /// Whether no shape or active key known says the same as this one, nor would
    /// once it is inserted.
    pub fn is_new(&self, shape: &Shape) -> bool {
        let mut cut = self.cut.take().unwrap_or_default();
        cut.begin(&shape.text);
        let is_new = match self.look_near(&mut cut) {
            // It is not stored, and has no instance.
            true => !self.is_hole_known(&cut),
            false => self.is_new_wherever(&mut cut),
        };
        debug_assert!({
            let mut cut = Cut::default();
            cut.begin(&shape.text);
            is_new == self.is_new_wherever(&mut cut)
        });
        self.cut.replace(Some(cut));
        is_new
    }

    /// The same by all that there is.
    fn is_new_wherever(&self, cut: &mut Cut) -> bool {
        cut.fill();
        !self.says_the_same(cut) && !self.is_known_masked(cut)
    }

    /// Whether the shape in `cut` with instances masked says what is known.
    fn is_known_masked(&self, cut: &mut Cut) -> bool {
        let mut forms = Vec::new();
        self.push_masked(cut, &mut forms);
        let mut at = 0;
        while at < forms.len() {
            cut.load(&forms[at]);
            // A form with an instance masked would be active, and cover who waits for it.
            if self.says_the_same(cut) || self.entries.contains(ShapeId::of(&cut.text).0) {
                return true;
            }
            self.push_masked(cut, &mut forms);
            at += 1;
        }
        false
    }

    /// Whether something known says what the shape in `cut` says, or will once
    /// its words have arrived.
    fn says_the_same(&self, cut: &Cut) -> bool {
        self.by_id.contains_key(&ShapeId::of(&cut.text).0)
            || cut.speakers.iter().any(|s| self.columns.would_activate(s, &cut.holes[s.hole as usize]))
            || self.is_hole_known(cut)
    }

    /// Whether the key of a hole is active, or will be once its word has arrived.
    fn is_hole_known(&self, cut: &Cut) -> bool {
        cut.holes.iter().any(|hole| self.active.contains_key(&hole.key))
            || cut.holes.iter().any(|hole| self.entries.would_pass(hole.key, &hole.arrival))
    }

    /// Adds the shape in `cut` with one instance masked, for each it has.
    fn push_masked(&self, cut: &mut Cut, forms: &mut Vec<Vec<u8>>) {
        for index in 0..cut.speakers.len() {
            let speaker = cut.speakers[index];
            if !self.columns.is_active(speaker.column) {
                continue;
            }
            for at in [Some(speaker.hole), speaker.echo].into_iter().flatten() {
                let places = cut.holes[at as usize].places;
                cut.key_of(places, places);
                if forms.len() < FORMS_MAX && forms.iter().all(|form| form != cut.masked()) {
                    forms.push(cut.masked().to_vec());
                }
            }
        }
    }

    /// The shape in `cut` with an instance masked wherever it stands, if it has one.
    pub(super) fn instance_masked(&self, cut: &mut Cut) -> Option<Vec<u8>> {
        let speaker = cut.speakers.iter().find(|speaker| self.columns.is_active(speaker.column))?;
        let places = cut.holes[speaker.echo.unwrap_or(speaker.hole) as usize].places;
        cut.key_of(places, places);
        Some(cut.masked().to_vec())
    }
}
