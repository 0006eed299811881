//! What stood in the places of each message, on one side.
//!
//! Places that the workers read are the same in both logs. Where words were masked follows from
//! what both logs say together, so these are read off the shapes anew.

use crate::detect::slots::{Slot, Slots, Value};
use crate::id::SlotId;
use crate::ledger::Ledger;
use crate::limits::SLOTS_CLOSED_MAX;
use crate::shape::VARIABLE;
use crate::template::{Registry, ShapeIx, TemplateIx};
use hashbrown::{HashMap, HashSet};

/// The slots of one log by the templates of both.
pub(super) fn places_of(ledger: &Ledger, union: &Registry) -> Slots {
    let registry = ledger.registry();
    let mut shapes: HashMap<TemplateIx, Vec<ShapeIx>> = HashMap::new();
    for shape in registry.shapes() {
        shapes.entry(registry.template_of(shape)).or_default().push(shape);
    }
    let mut templates: Vec<(&TemplateIx, &Vec<ShapeIx>)> = shapes.iter().collect();
    templates.sort_unstable_by_key(|(template, _)| registry.template_id(**template));
    let mut places = Slots::default();
    // Templates whose masked places have too many words.
    let mut open: HashSet<TemplateIx> = HashSet::new();
    for (&own, shapes) in templates {
        let in_union = |shape: ShapeIx| union.shape(registry.shape_id(shape));
        let Some(template) = shapes.iter().find_map(|shape| in_union(*shape)).map(|ix| union.template_of(ix))
        else {
            continue;
        };
        for (id, slot) in ledger.slots().of(own).filter(|(id, _)| !id.is_word()) {
            places.put(template, id, slot.clone());
        }
        if !union.has_masked(template) {
            continue;
        }
        for &shape in shapes {
            let Some(known) = in_union(shape) else {
                open.insert(template);
                break;
            };
            for (place, word) in union.masked_words(known) {
                let line = ledger.first_line_of(shape).map(Box::new);
                places.put(
                    template,
                    SlotId::word(place),
                    Slot::of(&word, ledger.lines_of(shape)).with_line(line),
                );
            }
        }
        if registry.template_id(own) == union.template_id(template) {
            add_unstored(ledger, own, template, &mut places);
        }
    }
    for template in open {
        places.forget_words(template);
    }
    places
}

/// Adds the lines of shapes that were not stored, since their words are masked already: which words
/// they have only their lines tell. Both logs have the same places.
fn add_unstored(ledger: &Ledger, own: TemplateIx, template: TemplateIx, places: &mut Slots) {
    let is_unstored = |value: &&Value| *value.text == [VARIABLE];
    for (id, slot) in ledger.slots().closed(own).filter(|(id, _)| id.is_word()) {
        let Some(value) = slot.values.iter().find(is_unstored) else { continue };
        // In other places all shapes have a variable.
        if places.get(template, id).is_some_and(|known| !known.values.iter().any(|value| is_unstored(&value)))
        {
            places.put(template, id, Slot::of(&value.text, value.lines).with_line(value.line.clone()));
        }
    }
}

/// The closed places of a message on both sides, before and after.
pub(super) fn both(sides: &[Slots; 2], template: TemplateIx) -> impl Iterator<Item = (SlotId, &Slot, &Slot)> {
    let mut words = 0;
    let both = sides[1].closed(template).filter_map(move |(id, after)| {
        let before = sides[0].get(template, id)?;
        Some((id, before, after))
    });
    both.filter(move |(id, ..)| {
        words += usize::from(id.is_word());
        !id.is_word() || words <= SLOTS_CLOSED_MAX
    })
}
