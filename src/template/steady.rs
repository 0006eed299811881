//! A template shown along many of its lines: a word whose digits never vary is
//! part of the message (`ssh2`, `jk2_init`), though its shape says otherwise.

use hashbrown::HashMap;

use super::display::render;
use super::layout::{Part, Value, lay_out};
use super::registry::{Registry, TemplateIx};

// limits
/// From so many lines on a word that never varied is taken for constant.
const LINES_MIN: u64 = 2;

/// Lines of one template that differ in their digits only.
#[derive(Clone, Copy, Debug)]
pub struct Lines<'a> {
    /// One of them, without its stamp.
    pub line: &'a [u8],
    /// Where in it the stamp was cut out.
    pub stamp: Option<usize>,
    /// How many there are.
    pub count: u64,
    /// Places in `line` whose digits vary.
    pub varying: &'a [(usize, usize)],
}

/// A word of a layout: which variable or constant word of the template it belongs to,
/// which word of that it is, and of how many.
type Name = (bool, usize, usize, usize);

impl Registry {
    /// The text of a template along its lines, of which the commonest is shown.
    pub fn text_along(&self, template: TemplateIx, lines: &[Lines<'_>]) -> String {
        let root = &self.root(template).text;
        let Some(shown) = lines.iter().max_by_key(|lines| (lines.count, std::cmp::Reverse(lines.line)))
        else {
            return self.template_text(template);
        };
        let parts = lay_out(root, shown.line, false);
        let words = words_of(&parts);
        let mut varying: Vec<(usize, usize)> = shown.varying.to_vec();
        for other in lines {
            let layout = lay_out(root, other.line, false);
            let theirs: HashMap<Name, (&[u8], bool)> = words_of(&layout)
                .into_iter()
                .map(|(name, place)| (name, (&other.line[place.0..place.1], overlaps(other.varying, place))))
                .collect();
            let differs = |&&(name, place): &&(Name, (usize, usize))| {
                theirs
                    .get(&name)
                    .is_none_or(|(word, varies)| *varies || **word != shown.line[place.0..place.1])
            };
            varying.extend(words.iter().filter(differs).map(|word| word.1));
        }
        let total: u64 = lines.iter().map(|lines| lines.count).sum();
        let steady = |place: (usize, usize)| total >= LINES_MIN && !overlaps(&varying, place);
        render(&parts, shown.line, shown.stamp, steady)
    }
}

/// The words of a layout that are found in its line.
fn words_of(parts: &[Part<'_>]) -> Vec<(Name, (usize, usize))> {
    let mut constants = 0;
    let mut words = Vec::new();
    for part in parts {
        match part {
            Part::Constant { place, .. } => {
                constants += 1;
                words.extend(place.map(|place| ((true, constants, 0, 1), place)));
            }
            Part::Value(Value { place, token, nth, of, .. }) => {
                words.extend(place.map(|place| ((false, *token, *nth, *of), place)));
            }
            Part::Gap(_) => {}
        }
    }
    words
}

fn overlaps(places: &[(usize, usize)], place: (usize, usize)) -> bool {
    places.iter().any(|&(start, end)| start < place.1 && place.0 < end)
}
