//! What a line says, and when: the one way that the tally, the labels and the
//! carry all see a line.

use crate::line::filter::Filter;
use crate::line::split::{Cleaner, Text, is_blank};
use crate::line::stamp::{Anchor, Clock, Reading};
use crate::line::structured::{Beside, Field, Format, Part, Seen, Unwrapper, cut_stream, join_parts};
use crate::shape::alarm;
use crate::shape::candidates::Candidates;
use crate::shape::{Scratch, Shape, canonical_with_host, cheap};

/// Opens the lines of a chunk, one after another. Each thread has its own.
#[derive(Clone, Debug)]
pub struct Opener {
    clock: Clock,
    cleaner: Cleaner,
    unwrapper: Unwrapper,
    /// A line put together from its parts.
    joined: Vec<u8>,
    /// None where no line would be changed or left out.
    filter: Option<Box<Filter>>,
}

/// A line that says something.
#[derive(Debug)]
pub struct Opened<'a> {
    text: Text<'a>,
    /// Its stamp, if it has one.
    pub reading: Option<Reading>,
    /// It is a record of its own, whatever it looks like.
    pub whole: bool,
    /// It came through a container's runtime, which cuts lines.
    pub part: Option<Part>,
    filter: Option<&'a mut Filter>,
    /// What a structured line says beside its text.
    beside: Option<Beside<'a>>,
}

impl Opener {
    /// An opener that reads stamps by `clock`.
    pub fn new(clock: Clock) -> Opener {
        Opener {
            clock,
            cleaner: Cleaner::default(),
            unwrapper: Unwrapper::new(Format::Auto, alarm::any),
            joined: Vec::new(),
            filter: None,
        }
    }

    /// The same opener with a filter for its lines.
    #[must_use]
    pub fn with_filter(self, filter: Filter) -> Opener {
        Opener { filter: (!filter.is_empty()).then(|| Box::new(filter)), ..self }
    }

    /// The same opener for lines of one format.
    #[must_use]
    pub fn with_format(self, format: Format) -> Opener {
        Opener { unwrapper: Unwrapper::new(format, alarm::any), ..self }
    }

    /// Looks a chunk over before its lines are opened.
    pub fn look(&mut self, chunk: &[u8]) {
        self.cleaner.look(chunk);
    }

    /// Hot: opens the line `chunk[start..end]`; `None` if there is nothing to see.
    #[inline(always)]
    pub fn open<'a>(
        &'a mut self,
        chunk: &'a [u8],
        start: usize,
        end: usize,
        anchor: Anchor,
    ) -> Option<Opened<'a>> {
        let Opener { clock, cleaner, unwrapper, joined, filter } = self;
        let mut text = cleaner.clean_at(chunk, start, end);
        if is_blank(text.line()) {
            return None;
        }
        let (mut whole, mut part, mut beside) = (false, None, None);
        if unwrapper.concerns(text.line()) {
            let mut line = text.line();
            if let Some(is_error) = cut_stream(&chunk[start..end]) {
                joined.clear();
                joined.extend_from_slice(line);
                join_parts(chunk, start, end + 1, is_error, joined);
                line = joined;
            }
            match unwrapper.unwrap(line) {
                Seen::Text => {}
                Seen::Blank => return None,
                Seen::Line(inner) => {
                    text = Text { around: inner.text, start: 0, end: inner.text.len() };
                    (whole, part, beside) = (inner.whole, inner.part, inner.beside);
                }
            }
        }
        // The one place that reads a stamp: a second would not be inlined.
        let reading = clock.read(text.line(), anchor);
        Some(Opened { text, reading, whole, part, filter: filter.as_deref_mut(), beside })
    }
}

impl<'a> Opened<'a> {
    /// The line as a person would see it; a structured one as the text it stands for.
    pub fn line(&self) -> &'a [u8] {
        self.text.line()
    }

    /// Whether there may be any such fields as [`Opened::fields`] gives.
    #[inline]
    pub fn has_fields(&self) -> bool {
        self.beside.is_some()
    }

    /// The fields of a structured line that its text does not show the values of and that may be
    /// news; none of a text line. They are read anew each time.
    pub fn fields(&mut self) -> impl Iterator<Item = Field<'_>> {
        self.beside.as_mut().map(Beside::read).into_iter().flatten()
    }

    /// What the request asked for that a structured line tells of, once its fields were read.
    pub fn target(&self) -> Option<&[u8]> {
        self.beside.as_ref().and_then(Beside::target)
    }

    /// Whether the line only goes on with one that a container's runtime cut. Such
    /// lines have stamps.
    pub fn goes_on_with(&self, before: Option<Part>) -> bool {
        let same = |part: Part| self.part.is_some_and(|own| own.is_error == part.is_error);
        self.reading.is_some() && before.is_some_and(|before| before.goes_on && same(before))
    }

    /// Whether a filter leaves the line out. Its stamp counts all the same.
    #[inline]
    pub fn is_dropped(&self) -> bool {
        self.filter.as_ref().is_some_and(|filter| filter.drops(self.line()))
    }

    /// What counts for the message: its place in front of the stamp, and the text
    /// behind it with its values masked.
    #[inline]
    fn parts(&mut self) -> (Text<'a>, Text<'_>) {
        let Text { around, start, end } = self.text;
        let (before, behind) = match &self.reading {
            Some(reading) => (start + reading.start, start + reading.end),
            None => (start, start),
        };
        let before = Text { around, start, end: before };
        let masked = match &mut self.filter {
            Some(filter) => filter.mask(&around[behind..end]),
            None => None,
        };
        match masked {
            Some(masked) => (before, Text { around: masked, start: 0, end: masked.len() }),
            None => (before, Text { around, start: behind, end }),
        }
    }

    /// The text behind the stamp, its values masked: what candidates are read off.
    #[inline]
    pub fn message(&mut self) -> &[u8] {
        self.parts().1.line()
    }

    /// The text behind the stamp, how many candidates it has, and where in it they stand.
    pub(crate) fn candidates(&mut self) -> (Vec<u8>, usize, Vec<(usize, usize)>) {
        let (mut key, mut scratch) = (Vec::new(), Scratch::default());
        let cut = self.shape(&mut key, &mut scratch, &mut Shape::default());
        let candidates = Candidates::of(&key, cut, &mut scratch);
        let text = self.message().to_vec();
        let places = candidates.places(&text);
        (text, candidates.count, places)
    }

    /// Writes the line without its stamp, and without the host that follows it.
    pub fn write_message(&self, message: &mut Vec<u8>) {
        message.clear();
        let line = self.line();
        let Some(reading) = &self.reading else { return message.extend_from_slice(line) };
        message.extend_from_slice(&line[..reading.start]);
        let mut behind = line[reading.end..].trim_ascii_start();
        if reading.host_follows {
            let end = behind.iter().position(u8::is_ascii_whitespace).unwrap_or(behind.len());
            // A program's tag is no host.
            if !behind[..end].ends_with(b":") && !behind[..end].contains(&b'[') {
                behind = &behind[end..];
            }
        }
        message.push(b' ');
        message.extend_from_slice(behind);
    }

    fn host_follows(&self) -> bool {
        self.reading.as_ref().is_some_and(|reading| reading.host_follows)
    }

    /// Hot: the seeded hash of the cheap key and of what else decides the shape; `runs` then has the
    /// runs with digits of the message.
    #[inline]
    pub fn hash(&mut self, seed: &cheap::Seed, runs: &mut cheap::Runs) -> u64 {
        let mut key = seed.start(u64::from(self.host_follows()));
        let (before, behind) = self.parts();
        if before.start < before.end {
            key = cheap::hash(seed, key, before.around, before.start, before.end, runs);
        }
        cheap::hash(seed, key, behind.around, behind.start, behind.end, runs)
    }

    /// Writes the cheap key to `key`, which is emptied first; the place in it from
    /// which on the next word is the line's host, if one is.
    pub fn write_key(&mut self, key: &mut Vec<u8>) -> Option<usize> {
        let host_follows = self.host_follows();
        let cut = self.write_parts(key, cheap::write);
        host_follows.then_some(cut)
    }

    /// Writes the cheap key, of the text behind the stamp by `write`; where in it that begins.
    fn write_parts(&mut self, key: &mut Vec<u8>, write: impl FnOnce(&[u8], &mut Vec<u8>)) -> usize {
        let (before, behind) = self.parts();
        key.clear();
        cheap::write(before.line(), key);
        let cut = key.len();
        write(behind.line(), key);
        cut
    }

    /// Writes the line without its stamp to `text`, which is emptied first; the place of the cut.
    pub fn write_text(&mut self, text: &mut Vec<u8>) -> Option<usize> {
        text.clear();
        let (before, behind) = self.parts();
        text.extend_from_slice(before.line());
        let cut = text.len();
        text.extend_from_slice(behind.line());
        self.reading.as_ref().map(|_| cut)
    }

    /// Writes the shape of the line to `shape` and its cheap key to `key`; where in this the text
    /// behind the stamp begins.
    pub fn shape(&mut self, key: &mut Vec<u8>, scratch: &mut Scratch, shape: &mut Shape) -> usize {
        let host_follows = self.host_follows();
        let cut = self.write_parts(key, |behind, key| scratch.write_key_behind(behind, key));
        canonical_with_host(key, host_follows.then_some(cut), scratch, shape);
        cut
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Config;
    use crate::count::{Carry, Job, Worker};
    use crate::id::SlotId;
    use crate::shape::candidates::{LONG, is_long};
    use crate::time::Time;
    use std::path::Path;

    /// What a worker counts of a line alone.
    fn counted(config: &Config, line: &[u8]) -> Vec<(SlotId, Vec<u8>)> {
        counted_by(&mut Worker::new(config.opener(), 7), config, line)
    }

    fn counted_by(worker: &mut Worker, config: &Config, line: &[u8]) -> Vec<(SlotId, Vec<u8>)> {
        let carry = Carry::start(config.latest);
        let delta = worker.tally(&Job { source: 0, index: 0, bytes: line, carry, overlong: 0, live: false });
        let value = |(from, len): (u32, u32)| delta.samples[from as usize..][..len as usize].to_vec();
        let entries = delta.segments.iter().flat_map(|segment| &segment.values);
        let mut values: Vec<_> = entries.map(|entry| (entry.slot, value(entry.value))).collect();
        values.retain(|(slot, _)| slot.candidate_place().is_some() && !slot.has_route());
        values.sort();
        values
    }

    /// Where candidates are said to stand is where the worker reads them.
    #[test]
    fn candidates_stand_where_the_worker_reads_them() {
        let config = Config::new(Time::from_seconds(1_800_000_000));
        let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/loglike");
        let logs = std::fs::read_dir(samples).expect("the samples are there");
        let mut text: Vec<u8> =
            logs.flat_map(|log| std::fs::read(log.expect("a file").path())).flatten().collect();
        text.extend(b"exited 1 with code 1 by root, true is 0x1f and ORA-00600 in 9/KILL of 123456789\n");
        let mut found = 0;
        for line in text.split_inclusive(|b| *b == b'\n') {
            let mut opener = config.opener();
            opener.look(line);
            let anchor = Carry::start(config.latest).anchor();
            let end = line.len() - usize::from(line.ends_with(b"\n"));
            let Some(mut opened) = opener.open(line, 0, end, anchor) else { continue };
            let (text, count, places) = opened.candidates();
            let value = |&(start, end): &(usize, usize)| match &text[start..end] {
                long if is_long(long) => LONG.to_vec(),
                value => value.to_vec(),
            };
            let slots = (0..).map(|index| SlotId::candidate(count, index));
            let expected: Vec<_> = slots.zip(places.iter().map(value)).collect();
            found += expected.len();
            let counted = counted(&config, line);
            // A line that goes on with another is no message.
            assert!(counted == expected || counted.is_empty(), "{}", String::from_utf8_lossy(line));
        }
        assert!(found > 1_000, "{found}");
    }

    /// However many words a worker has met, each stays what it is.
    #[test]
    fn a_word_is_told_apart_from_hundreds_before() {
        let config = Config::new(Time::from_seconds(1_800_000_000));
        let mut worker = Worker::new(config.opener(), 7);
        let letter = |number: usize| char::from(b'a' + (number % 26) as u8);
        for number in 0..600 {
            let (one, two) = (letter(number / 26), letter(number));
            let line = format!("2026-01-01T00:00:00Z session K{one}S{two}G{one}D{two}EcUwVcZyRx opened\n");
            let word = line.split(' ').nth(2).map(|word| word.as_bytes().to_vec());
            let counted = counted_by(&mut worker, &config, line.as_bytes());
            assert_eq!(counted.into_iter().map(|(_, value)| value).next(), word);
        }
        let counted = counted_by(&mut worker, &config, b"2026-01-01T00:00:00Z enabled true by root now\n");
        assert_eq!(counted.iter().map(|(_, value)| &value[..]).collect::<Vec<_>>(), [b"true", b"root"]);
    }

    /// What would be blanked in a line is not counted beside it either.
    #[test]
    fn a_secret_is_no_value() {
        let config = Config::new(Time::from_seconds(1_800_000_000));
        let line =
            br#"{"time":"2026-01-01T00:00:00Z","msg":"a b","pwd":"hunter0","apikey":"K-0Q","door":"shut"}"#;
        let mut worker = Worker::new(config.opener(), 7);
        let carry = Carry::start(config.latest);
        for _ in 0..2 {
            let job = Job { source: 0, index: 0, bytes: line, carry, overlong: 0, live: false };
            let delta = worker.tally(&job);
            let entries: Vec<_> = delta.segments.iter().flat_map(|segment| &segment.values).collect();
            let values: Vec<&[u8]> = entries
                .iter()
                .map(|entry| &delta.samples[entry.value.0 as usize..][..entry.value.1 as usize])
                .collect();
            assert_eq!(values, [b"shut"]);
        }
    }
}
