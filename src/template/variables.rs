//! The values of a template's variables, put together from those of its shapes.
//!
//! A shape has each word of its template or a variable's value in its place: a
//! constant word where another shape has another one, or a place whose values
//! were counted. So the two are walked side by side.

use hashbrown::HashMap;

use super::display::shown_word;
use super::registry::{Registry, ShapeIx, TemplateIx};
use crate::id::ShapeId;
use crate::shape::values::{Counts, Reader, ShapeValues, has_values};
use crate::shape::{Token, tokens};

// limits
/// Variables of a template that are told of.
const VARIABLES_MAX: usize = 8;

/// One variable of a template.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Variable {
    /// The constant word before it and what separates them; empty at the front.
    pub before: String,
    /// The word itself with `<*>` for what varies.
    pub word: String,
    /// Lines whose value there is known, or known to be one of too many.
    pub lines: u64,
    /// Its values.
    pub values: Counts,
}

impl Registry {
    /// The variables of each template, from left to right, by the values of the shapes.
    pub fn variables(&self, values: &HashMap<ShapeId, ShapeValues>) -> HashMap<TemplateIx, Vec<Variable>> {
        let mut found: HashMap<TemplateIx, Vec<Variable>> = HashMap::new();
        for shape in self.shapes() {
            let Some(counted) = values.get(&self.shape_id(shape)) else { continue };
            let template = self.template_of(shape);
            let root: Vec<Token<'_>> = tokens(&self.root(template).text).collect();
            let variables = found.entry(template).or_insert_with(|| blank(&root));
            let shape: Vec<Token<'_>> = tokens(self.shape_text(shape)).collect();
            add_shape(&root, &shape, counted, variables);
        }
        found
    }
}

impl Registry {
    /// The values in a line of a template, each with the constant word before it and what
    /// separates them; of a line that was `cut` those that are there whole.
    pub fn values_in<'a>(&self, template: TemplateIx, line: &'a [u8], cut: bool) -> Vec<(String, &'a [u8])> {
        let text = &self.root(template).text;
        let Some(values) = Reader::new(text).values(line, cut) else { return Vec::new() };
        let root: Vec<Token<'_>> = tokens(text).collect();
        let places = (0..root.len()).filter(|index| has_values(root[*index].word));
        places.map(|index| before(&root, index)).zip(values).collect()
    }
}

impl Registry {
    /// From where to where the value stands in a line that is in the place of this number among
    /// those where the template has a variable.
    pub fn masked_in(&self, template: TemplateIx, line: &[u8], place: usize) -> Option<(usize, usize)> {
        let root: Vec<Token<'_>> = tokens(&self.root(template).text).collect();
        let masked = (0..root.len()).filter(|&at| root[at].kind.is_variable()).nth(place)?;
        let rank = root[..masked].iter().filter(|token| has_values(token.word)).count();
        let value = self.values_in(template, line, false).get(rank)?.1;
        let start = (value.as_ptr() as usize).checked_sub(line.as_ptr() as usize)?;
        (start + value.len() <= line.len()).then_some((start, start + value.len()))
    }

    /// Whether words of a template's lines were masked by the closure.
    pub fn has_masked(&self, template: TemplateIx) -> bool {
        self.root(template).active
    }

    /// The words of a shape in the places where its template has masked some, with the number
    /// of each place from the left; none if it has masked none.
    pub fn masked_words(&self, shape: ShapeIx) -> Vec<(usize, Box<[u8]>)> {
        let (text, root) = (self.shape_text(shape), self.root(self.template_of(shape)));
        if !root.active {
            return Vec::new();
        }
        let root = &root.text;
        let root: Vec<Token<'_>> = tokens(root).collect();
        let shape: Vec<Token<'_>> = tokens(text).collect();
        let Some(ends) = side_by_side(&root, &shape) else { return Vec::new() };
        let starts = std::iter::once(0).chain(ends.iter().copied());
        let spans = starts.zip(&ends).zip(&root).filter(|(_, token)| token.kind.is_variable());
        spans.enumerate().map(|(place, ((start, end), _))| (place, joined(&shape[start..*end]))).collect()
    }
}

/// Words with the gaps between them.
fn joined(words: &[Token<'_>]) -> Box<[u8]> {
    let text: Vec<u8> = words.iter().flat_map(|word| [word.gap, word.word].concat()).collect();
    text[words.first().map_or(0, |word| word.gap.len())..].into()
}

/// The constant word before a place and what separates them; empty at the front.
fn before(root: &[Token<'_>], index: usize) -> String {
    let word = index.checked_sub(1).map_or(&[][..], |before| root[before].word);
    let word = if has_values(word) { &[][..] } else { word };
    String::from_utf8_lossy(&[word, root[index].gap].concat()).into_owned()
}

/// The variables of a template without any values.
fn blank(root: &[Token<'_>]) -> Vec<Variable> {
    let places = root.iter().enumerate().filter(|(_, token)| has_values(token.word));
    let variable = |(index, token): (usize, &Token<'_>)| Variable {
        before: before(root, index),
        word: shown_word(token),
        ..Variable::default()
    };
    places.take(VARIABLES_MAX).map(variable).collect()
}

/// Adds one shape's values to the variables of its template.
fn add_shape(root: &[Token<'_>], shape: &[Token<'_>], counted: &ShapeValues, variables: &mut [Variable]) {
    let Some(ends) = side_by_side(root, shape) else { return };
    // Which place of the shape each of its words is.
    let mut place = 0;
    let places: Vec<usize> = shape
        .iter()
        .map(|token| {
            place += usize::from(has_values(token.word));
            place
        })
        .collect();
    let mut variables = variables.iter_mut();
    let mut start = 0;
    for (token, end) in root.iter().zip(ends) {
        let words = start..end;
        start = end;
        if !has_values(token.word) {
            continue;
        }
        let Some(variable) = variables.next() else { return };
        variable.lines += counted.lines;
        match &shape[words.clone()] {
            [word] if !has_values(word.word) => _ = variable.values.add(word.word, counted.lines),
            [_] => match counted.places.get(places[words.start] - 1) {
                Some(values) => _ = variable.values.merge(values),
                None => variable.lines -= counted.lines,
            },
            words if words.iter().all(|word| !has_values(word.word)) => {
                let text: Vec<u8> = words.iter().flat_map(|word| [word.gap, word.word].concat()).collect();
                variable.values.add(text.trim_ascii(), counted.lines);
            }
            _ => variable.lines -= counted.lines,
        }
    }
}

/// For each word of a template where in the shape it ends; none if they do not fit.
fn side_by_side(root: &[Token<'_>], shape: &[Token<'_>]) -> Option<Vec<usize>> {
    let mut ends = Vec::with_capacity(root.len());
    let mut at = 0;
    for (index, token) in root.iter().enumerate() {
        if !token.kind.is_variable() {
            (shape.get(at)?.word == token.word).then_some(())?;
            at += 1;
        } else {
            // A variable holds one word or more, up to the next that both have.
            let next = root.get(index + 1).filter(|next| !next.kind.is_variable());
            at += match next {
                Some(next) => 1 + shape.get(at + 1..)?.iter().position(|word| word.word == next.word)?,
                None if index + 1 == root.len() => shape.len().checked_sub(at).filter(|left| *left > 0)?,
                None => 1,
            };
        }
        ends.push(at);
    }
    (at == shape.len()).then_some(ends)
}
