//! What a person has said about lines: which to keep, which to leave out, and
//! what in them is a value.
//!
//! `grep` and `ignore` see the whole line as it is shown, stamp included, as
//! grep(1) would. A mask sees what stands behind the stamp and writes one digit
//! in place of what matches, before anything else looks at the words. That is
//! the whole trick: a digit is a value to every later rule, and two lines that
//! differ only in what a mask matched are one line from then on. Glued to other
//! letters the rest of the word stays (`ORD-<*>`), as with digits of the log's
//! own. If a mask has groups, only what they matched is replaced.
//!
//! What it costs: the regular expressions' own time a line, and a copy of the
//! lines in which a mask matches; nothing is allocated once the buffers are
//! warm. The regex crate looks for the literals of a pattern itself, with SIMD,
//! so no search of our own stands before it.

use crate::error::Error;
use regex::bytes::{CaptureLocations, Regex, RegexSet};

/// What a masked value turns into.
const MASKED: u8 = b'0';

/// See the module. The default keeps every line as it is.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    grep: Option<RegexSet>,
    ignore: Option<RegexSet>,
    masks: Vec<Mask>,
    /// The line with values masked, and the room to mask it again.
    masked: Vec<u8>,
    spare: Vec<u8>,
}

#[derive(Clone, Debug)]
struct Mask {
    regex: Regex,
    /// Room for the groups, if it has any.
    groups: Option<CaptureLocations>,
}

impl Filter {
    /// Keeps only lines in which one of `patterns` matches.
    ///
    /// # Errors
    /// A pattern that is no regular expression, shown with the place.
    pub fn with_grep(mut self, patterns: &[String]) -> Result<Filter, Error> {
        self.grep = any_of(patterns, "--grep")?;
        Ok(self)
    }

    /// Leaves out lines in which one of `patterns` matches.
    ///
    /// # Errors
    /// As [`Filter::with_grep`].
    pub fn with_ignore(mut self, patterns: &[String]) -> Result<Filter, Error> {
        self.ignore = any_of(patterns, "--ignore")?;
        Ok(self)
    }

    /// Masks what `pattern` matches, after the masks given before.
    ///
    /// # Errors
    /// As [`Filter::with_grep`].
    pub fn with_mask(mut self, name: &str, pattern: &str) -> Result<Filter, Error> {
        let regex = compiled(pattern, &format!("--mask {name}"))?;
        let groups = (regex.captures_len() > 1).then(|| regex.capture_locations());
        self.masks.push(Mask { regex, groups });
        Ok(self)
    }

    /// Whether lines pass through it unseen.
    pub fn is_empty(&self) -> bool {
        self.grep.is_none() && self.ignore.is_none() && self.masks.is_empty()
    }

    /// Whether a line is left out.
    pub fn drops(&self, line: &[u8]) -> bool {
        self.grep.as_ref().is_some_and(|wanted| !wanted.is_match(line))
            || self.ignore.as_ref().is_some_and(|unwanted| unwanted.is_match(line))
    }

    /// `text` with its values masked; `None` where no mask matches.
    pub fn mask(&mut self, text: &[u8]) -> Option<&[u8]> {
        let mut found = false;
        for mask in &mut self.masks {
            let source = if found { &self.masked } else { text };
            if mask.write(source, &mut self.spare) {
                std::mem::swap(&mut self.masked, &mut self.spare);
                found = true;
            }
        }
        found.then_some(&self.masked)
    }
}

impl Mask {
    /// Writes `text` with what matches masked; false, and nothing to read, if nothing does.
    fn write(&mut self, text: &[u8], out: &mut Vec<u8>) -> bool {
        out.clear();
        let mut done = 0;
        match &mut self.groups {
            None => {
                for found in self.regex.find_iter(text) {
                    replace(text, found.range(), &mut done, out);
                }
            }
            Some(groups) => {
                let mut from = 0;
                while let Some(found) = self.regex.captures_read_at(groups, text, from) {
                    for (start, end) in (1..groups.len()).filter_map(|group| groups.get(group)) {
                        replace(text, start..end, &mut done, out);
                    }
                    from = found.end().max(found.start() + 1);
                    if from > text.len() {
                        break;
                    }
                }
            }
        }
        if done == 0 {
            return false;
        }
        out.extend_from_slice(&text[done..]);
        true
    }
}

/// Copies `text` up to `range` and masks that; an empty match is no value, and a
/// group within a group is masked with it.
fn replace(text: &[u8], range: std::ops::Range<usize>, done: &mut usize, out: &mut Vec<u8>) {
    if !range.is_empty() && range.start >= *done {
        out.extend_from_slice(&text[*done..range.start]);
        out.push(MASKED);
        *done = range.end;
    }
}

/// A regular expression that matches `text` and nothing else.
pub fn literal(text: &str) -> String {
    regex::escape(text)
}

/// One set of all patterns; none where there are none.
fn any_of(patterns: &[String], flag: &str) -> Result<Option<RegexSet>, Error> {
    if patterns.is_empty() {
        return Ok(None);
    }
    for pattern in patterns {
        compiled(pattern, flag)?;
    }
    let set = RegexSet::new(patterns)
        .map_err(|_| Error::usage(format!("{flag}: the patterns are too large together")))?;
    Ok(Some(set))
}

fn compiled(pattern: &str, flag: &str) -> Result<Regex, Error> {
    if pattern.is_empty() {
        return Err(Error::usage(format!("{flag}: the pattern is empty and would match every line")));
    }
    Regex::new(pattern).map_err(|err| {
        let why = err.to_string();
        let why = why.strip_prefix("regex parse error:\n").unwrap_or(&why);
        Error::usage(format!("{flag}: this is no regular expression:\n{}", why.replace("error: ", "")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(patterns: &[&str], text: &str) -> String {
        let with = |filter: Filter, pattern: &&str| filter.with_mask("x", pattern).unwrap();
        let mut filter = patterns.iter().fold(Filter::default(), with);
        let masked = filter.mask(text.as_bytes()).map(<[u8]>::to_vec);
        masked.map_or_else(|| text.to_owned(), |masked| String::from_utf8(masked).unwrap())
    }

    #[test]
    fn what_a_mask_matches_is_a_digit() {
        for (patterns, text, expected) in [
            (&[r"ORD-\w+"][..], "order ORD-ab12 paid, ORD-x not", "order 0 paid, 0 not"),
            (&[r"ORD-(\w+)"], "order ORD-ab12 paid", "order ORD-0 paid"),
            (&[r"user (\w+) from (\w+)"], "user anna from here", "user 0 from 0"),
            (&[r"(a(b))|(c)"], "ab c", "0 0"),
            (&["x*"], "axxb", "a0b"),
            (&["(x*)"], "axxb", "a0b"),
            (&[r"anna|bob", "0 and"], "anna and bob", "0 0"),
            (&["nothing"], "as it is", "as it is"),
            (&["ü(.)"], "grün", "grü0"),
            (&["$"], "end", "end"),
        ] {
            assert_eq!(masked(patterns, text), expected, "{patterns:?} in {text}");
        }
    }

    #[test]
    fn lines_are_kept_and_left_out() {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let filter = Filter::default().with_grep(&words(&["GET", "^a"])).unwrap();
        let filter = filter.with_ignore(&words(&["health"])).unwrap();
        for (line, drops) in
            [("GET /cart", false), ("a b", false), ("b a", true), ("GET /health", true), ("", true)]
        {
            assert_eq!(filter.drops(line.as_bytes()), drops, "{line}");
        }
        assert!(!Filter::default().drops(b"x") && Filter::default().is_empty());
    }

    #[test]
    fn a_bad_pattern_is_shown_with_the_place() {
        let err = Filter::default().with_mask("order", r"ORD-(\w+").unwrap_err();
        assert_eq!(
            err.to_string(),
            "--mask order: this is no regular expression:\n    ORD-(\\w+\n        ^\nunclosed group"
        );
        assert!(Filter::default().with_grep(&[String::new()]).is_err());
        assert!(Filter::default().with_ignore(&["a{1000}{1000}".into()]).is_err());
    }
}
