//! The values behind a shape's variables, counted while they are few.
//!
//! A shape forgets its values on purpose. Whoever wants to know them again reads
//! the line beside the shape: the constant words are looked up in it from left to
//! right, and what stands between two of them is the value. A place is counted
//! value by value until it has shown too many; from then on it is open for ever.
//! Both only ever grow, so neither the order of lines nor who counted which part
//! changes the result. Where it fails: a value that holds the constant word behind
//! it is cut there; a line whose words do not all turn up is not counted.

use hashbrown::HashMap;

use super::tokens::{Piece, gap_before, parse};
use super::{LEVEL_MARK, VARIABLE};

// limits
/// Places with values that are counted of a shape.
pub const PLACES_MAX: usize = 8;
/// Places with values that are read of a line to say what is different.
pub const PLACES_TOLD_MAX: usize = 16;
/// Different values of a place; with more it is open.
pub const VALUES_MAX: usize = 64;
/// A longer value is counted by its beginning.
const VALUE_BYTES_MAX: usize = 64;

/// How often each value came in one place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    values: HashMap<Box<[u8]>, u64>,
    open: bool,
}

impl Counts {
    /// Counts a value so many times; how many values are known by it.
    pub fn add(&mut self, value: &[u8], lines: u64) -> usize {
        let value = &value[..value.len().min(VALUE_BYTES_MAX)];
        if self.open {
            return 0;
        }
        if let Some(known) = self.values.get_mut(value) {
            *known += lines;
            return 0;
        }
        if self.values.len() >= VALUES_MAX {
            self.open();
            return 0;
        }
        self.values.insert(value.into(), lines);
        1
    }

    /// Takes in what was counted elsewhere; how many values became known.
    pub fn merge(&mut self, other: &Counts) -> usize {
        if other.open {
            self.open();
        }
        other.values.iter().map(|(value, lines)| self.add(value, *lines)).sum()
    }

    /// Forgets the values: there are too many.
    pub fn open(&mut self) {
        self.open = true;
        self.values = HashMap::new();
    }

    /// Whether there were too many values to tell.
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// The values with their lines, the commonest first.
    pub fn sorted(&self) -> Vec<(&[u8], u64)> {
        let mut sorted: Vec<_> = self.values.iter().map(|(value, lines)| (&**value, *lines)).collect();
        sorted.sort_by_key(|(value, lines)| (std::cmp::Reverse(*lines), *value));
        sorted
    }
}

/// The values of one shape's lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShapeValues {
    /// Lines whose values were found.
    pub lines: u64,
    /// By place, from left to right.
    pub places: Vec<Counts>,
}

impl ShapeValues {
    /// Takes in what was counted elsewhere; how many values became known.
    pub fn merge(&mut self, other: &ShapeValues) -> usize {
        self.lines += other.lines;
        if self.places.len() < other.places.len() {
            self.places.resize_with(other.places.len(), Counts::default);
        }
        self.places.iter_mut().zip(&other.places).map(|(mine, its)| mine.merge(its)).sum()
    }
}

/// A shape, ready to have its values read from lines.
#[derive(Clone, Debug)]
pub struct Reader {
    text: Box<[u8]>,
    pieces: Vec<Piece>,
}

impl Reader {
    /// A reader for the shape with this text.
    pub fn new(text: &[u8]) -> Reader {
        let mut pieces = Vec::new();
        parse(text, &mut pieces);
        Reader { text: text.into(), pieces }
    }

    /// Adds the values of a line, without its stamp; false if it does not fit.
    pub fn count(&self, line: &[u8], counts: &mut ShapeValues) -> bool {
        let mut values = [&line[..0]; PLACES_MAX];
        let Some(found) = self.read(line, &mut values) else { return false };
        counts.lines += 1;
        counts.places.resize_with(found.max(counts.places.len()), Counts::default);
        for (place, value) in counts.places.iter_mut().zip(values) {
            place.add(value, 1);
        }
        true
    }

    /// The values of a line; how many there are.
    fn read<'a>(&self, line: &'a [u8], values: &mut [&'a [u8]]) -> Option<usize> {
        self.read_part(line, false, values)
    }

    /// The values of a line, of one that was `cut` those that are there whole; none if the
    /// line does not fit.
    pub fn values<'a>(&self, line: &'a [u8], cut: bool) -> Option<Vec<&'a [u8]>> {
        let mut values = vec![&line[..0]; PLACES_TOLD_MAX];
        let found = self.read_part(line, cut, &mut values)?;
        values.truncate(found);
        Some(values)
    }

    fn read_part<'a>(&self, line: &'a [u8], cut: bool, values: &mut [&'a [u8]]) -> Option<usize> {
        let (mut from, mut found) = (0, 0);
        let mut put = |value: &'a [u8], found: &mut usize| {
            if let Some(place) = values.get_mut(*found) {
                *place = value;
                *found += 1;
            }
        };
        let mut index = 0;
        while index < self.pieces.len() {
            let run = self.pieces[index..].iter().take_while(|piece| piece.kind.is_variable()).count();
            let next = index + run;
            let constant = self.pieces.get(next).map(|piece| self.word(piece));
            let (start, end) = match constant {
                Some(word) => match find_word(line, from, word) {
                    Some(place) => place,
                    None => return cut.then_some(found),
                },
                None if cut => return Some(found),
                None => (line.len(), line.len()),
            };
            let mut rest = &line[from..start];
            for variable in index..next {
                let behind = match variable + 1 < next {
                    true => self.sign_before(variable + 1),
                    false => None,
                };
                let (value, after) = cut_value(rest, self.gap(variable), behind);
                put(without_gap(value, self.gap(variable + 1)), &mut found);
                rest = after;
            }
            if constant.is_some_and(|word| word.contains(&b'#')) {
                put(&line[start..end], &mut found);
            }
            from = end;
            index = next + 1;
        }
        Some(found)
    }

    fn word(&self, piece: &Piece) -> &[u8] {
        let word = piece.word(&self.text);
        word.strip_prefix(&[LEVEL_MARK]).unwrap_or(word)
    }

    fn gap(&self, index: usize) -> &[u8] {
        match self.pieces.get(index) {
            Some(_) => gap_before(&self.text, &self.pieces, index),
            None => self.pieces.last().map_or(&[], |piece| piece.gap(&self.text)),
        }
    }

    /// The first sign between this word and the one before.
    fn sign_before(&self, index: usize) -> Option<u8> {
        self.gap(index).iter().copied().find(|byte| !byte.is_ascii_whitespace()).or(Some(b' '))
    }
}

/// Cuts a value off the front of `rest`, behind the signs of `gap`, up to the sign
/// `end` where another value follows; what is left behind it.
fn cut_value<'a>(rest: &'a [u8], gap: &[u8], end: Option<u8>) -> (&'a [u8], &'a [u8]) {
    let mut from = 0;
    for sign in gap.iter().filter(|byte| !byte.is_ascii_whitespace()) {
        let at = from + blanks(&rest[from..]);
        if rest.get(at) == Some(sign) {
            from = at + 1;
        }
    }
    let rest = rest[from..].trim_ascii_start();
    match end.and_then(|sign| rest.iter().position(|byte| *byte == sign)) {
        Some(at) => (&rest[..at], &rest[at..]),
        None => (rest, &rest[rest.len()..]),
    }
}

/// `value` without the signs of the gap behind it.
fn without_gap<'a>(mut value: &'a [u8], gap: &[u8]) -> &'a [u8] {
    for sign in gap.iter().rev().filter(|byte| !byte.is_ascii_whitespace()) {
        value = value.trim_ascii_end();
        value = value.strip_suffix(&[*sign]).unwrap_or(value);
    }
    value.trim_ascii()
}

fn blanks(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| byte.is_ascii_whitespace()).count()
}

/// A longer word is not looked for: each of its runs of digits costs a step of the stack.
const WORD_BYTES_MAX: usize = 512;

/// Where a constant word of a shape stands in a line, from `from` on: start and end.
pub(crate) fn find_word(line: &[u8], from: usize, word: &[u8]) -> Option<(usize, usize)> {
    if word.len() > WORD_BYTES_MAX {
        return None;
    }
    (from..line.len()).find_map(|at| {
        let fresh = at == 0 || !is_word_byte(line[at - 1]);
        let end = fresh.then(|| match_at(line, at, word)).flatten()?;
        Some((at, end))
    })
}

/// Where `word` ends in `line` if it stands at `at`; `#` fits digits, or digits and
/// letters of hex.
fn match_at(line: &[u8], at: usize, word: &[u8]) -> Option<usize> {
    let mut end = at;
    for (done, &byte) in word.iter().enumerate() {
        if byte == b'#' && line.get(end) != Some(&b'#') {
            let rest = &word[done + 1..];
            let digits = line[end..].iter().take_while(|b| b.is_ascii_digit()).count();
            let hex = line[end..].iter().take_while(|b| b.is_ascii_hexdigit()).count();
            let has_digit = line[end..end + hex].iter().any(u8::is_ascii_digit);
            let fits = |length: usize| match_at(line, end + length, rest);
            return (digits > 0)
                .then(|| fits(digits))
                .flatten()
                .or_else(|| (hex > digits && has_digit).then(|| fits(hex)).flatten());
        }
        if line.get(end) != Some(&byte) {
            return None;
        }
        end += 1;
    }
    let stops = line.get(end).is_none_or(|&b| !is_word_byte(b));
    stops.then_some(end)
}

fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80
}

/// Whether a word of a shape's text is a place with values.
pub(crate) fn has_values(word: &[u8]) -> bool {
    word == [VARIABLE] || word.contains(&b'#')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape::{Scratch, Shape, canonical, cheap};

    fn check(line: &str, expected: &[&str]) {
        let (mut key, mut shape) = (Vec::new(), Shape::default());
        cheap::write(line.as_bytes(), &mut key);
        canonical(&key, false, &mut Scratch::default(), &mut shape);
        let mut values = [&b""[..]; PLACES_MAX];
        let found = Reader::new(&shape.text).read(line.as_bytes(), &mut values).expect("it fits");
        let found: Vec<_> = values[..found].iter().map(|value| String::from_utf8_lossy(value)).collect();
        assert_eq!(found, expected, "{line}: {}", String::from_utf8_lossy(&shape.text));
    }

    #[test]
    fn values_are_read_beside_the_shape() {
        check("link eth0 up", &["eth0"]);
        check("took 15 ms in all", &["15 ms"]);
        check("GET /a/b status=200, size = 17;", &["/a/b", "200", "17"]);
        check("user 'root' (uid=0) from 10.0.0.1 port 22", &["root", "0", "10.0.0.1", "22"]);
        check("no values here", &[]);
        check("7", &["7"]);
        check("[1] a=2 (3)", &["1", "2 (3)"]);
    }

    #[test]
    fn a_place_with_too_many_values_is_open_whatever_the_order() {
        let counted = |numbers: &mut dyn Iterator<Item = u32>| {
            let mut counts = Counts::default();
            numbers.for_each(|n| _ = counts.add(n.to_string().as_bytes(), 1));
            counts
        };
        let few = counted(&mut (0..64).chain(0..10));
        assert!(!few.is_open() && few.sorted()[0] == (b"0", 2));
        let mut one = counted(&mut (0..40));
        let mut other = counted(&mut (30..70));
        let copy = one.clone();
        one.merge(&other);
        other.merge(&copy);
        assert!(one.is_open() && one == other && one.sorted().is_empty());
    }
}
