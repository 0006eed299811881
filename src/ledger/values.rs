//! The values of all lines, by shape, while there is room.

use crate::id::ShapeId;
use crate::shape::values::ShapeValues;
use hashbrown::HashMap;

// limits
/// Shapes whose values are kept.
const SHAPES_MAX: usize = 1 << 16;
/// Values of all shapes; beyond, a place that shows another one is open.
const VALUES_ALL_MAX: usize = 1 << 18;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Values {
    pub by_shape: HashMap<ShapeId, ShapeValues>,
    known: usize,
    full: bool,
}

impl Values {
    /// Takes in what one chunk has shown; what to say if that is too much for the first time.
    pub fn add(&mut self, counted: Vec<(ShapeId, ShapeValues)>) -> Option<String> {
        let was_full = self.full;
        for (shape, values) in counted {
            let room = self.by_shape.len() < SHAPES_MAX;
            let Some(known) = self.by_shape.get_mut(&shape) else {
                self.full |= !room;
                if room {
                    self.known += values.places.iter().map(|place| place.sorted().len()).sum::<usize>();
                    self.by_shape.insert(shape, values);
                }
                continue;
            };
            self.known += known.merge(&values);
            if self.known > VALUES_ALL_MAX {
                self.full = true;
                known.places.iter_mut().for_each(|place| place.open());
            }
        }
        let said = || "limit reached: too many values; those of some messages are not shown".to_owned();
        (self.full && !was_full).then(said)
    }
}
