//! The bounded warm-up of a run that has no past.
//!
//! In event time: at least ten minutes, then until new messages have become
//! rare, at most half an hour. Meanwhile errors are shown as they come,
//! provisional; at the end one line says what was learned and which errors are
//! about to be taken for normal.

use super::Ledger;
use crate::limits::{WARMUP_MAX_SECONDS, WARMUP_MIN_SECONDS, WARMUP_TYPES_PER_HOUR};
use crate::line::Level;
use crate::template::TemplateIx;
use crate::time::format_duration;
use serde::{Deserialize, Serialize};

/// Errors listed at the end of a warm-up.
const ERRORS_LISTED_MAX: usize = 5;

/// A warm-up that is going on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Warmup {
    exactly: Option<i64>,
}

impl Warmup {
    pub fn new(exactly: Option<i64>) -> Warmup {
        Warmup { exactly }
    }

    /// Whether it is over at this age of the stream.
    fn is_over(&self, age_micros: i64, types_seen_once: u64) -> bool {
        if let Some(exactly) = self.exactly {
            return age_micros >= exactly;
        }
        let hours = age_micros as f64 / 3_600e6;
        age_micros >= WARMUP_MAX_SECONDS * 1_000_000
            || (age_micros >= WARMUP_MIN_SECONDS * 1_000_000
                && types_seen_once as f64 / hours <= WARMUP_TYPES_PER_HOUR)
    }
}

impl Ledger {
    /// Begins to judge at once where no warm-up is wanted.
    pub(super) fn skip_empty_warmup(&mut self) {
        if self.warmup.as_ref().is_some_and(|warmup| warmup.exactly == Some(0)) {
            self.warmup = None;
        }
    }

    pub(super) fn end_warmup_if_due(&mut self) {
        let Some(warmup) = &self.warmup else { return };
        let age = self.age_micros();
        if !warmup.is_over(age, self.messages.single_or_worse(Level::None)) {
            return;
        }
        self.warmup = None;
        self.begin_to_judge();
        // What a past has taught is said when it ends.
        if !self.is_in_past() {
            let notice = self.inventory(age, "errors taken for normal from now on");
            self.notices.push(notice);
        }
    }

    /// A log that ends before its warm-up was over was not judged: what was in it is said.
    pub(super) fn say_unfinished_warmup(&mut self) {
        if self.learn_only || self.warmup.is_none() || self.lines_closed == 0 {
            return;
        }
        let seen = self.inventory(self.age_micros(), "the errors were");
        self.notices.push(format!(
            "the log ended before there was enough of it to judge more than errors (--warmup 0 judges from its \
             first line): {seen}"
        ));
    }

    /// One line: what was learned, and the errors that are now normal.
    fn inventory(&self, age_micros: i64, of_errors: &str) -> String {
        let mut errors: Vec<(u64, TemplateIx)> = self
            .registry
            .templates()
            .into_iter()
            .filter(|&template| self.class_of_template(template) >= Level::Error)
            .filter_map(|template| Some((self.messages.get(template)?.lines, template)))
            .collect();
        errors.sort_by_key(|&(lines, template)| {
            (std::cmp::Reverse(lines), self.registry.template_id(template))
        });
        // Live, errors of panes that are still open are in the registry, too.
        let templates = self.registry.templates().into_iter();
        let learned = templates.filter(|&template| self.messages.get(template).is_some()).count();
        let mut text = format!(
            "learned {} message{} from {} lines in {}",
            learned,
            if learned == 1 { "" } else { "s" },
            self.lines_closed,
            format_duration(age_micros)
        );
        if errors.is_empty() {
            return text + "; no errors among them";
        }
        text += &format!("; {of_errors}:");
        for (lines, template) in errors.iter().take(ERRORS_LISTED_MAX) {
            let shown = self.shown_text(&self.registry.template_text(*template));
            text += &format!("\n  {lines} x {}", shorten(&shown));
        }
        if errors.len() > ERRORS_LISTED_MAX {
            text += &format!("\n  and {} more", errors.len() - ERRORS_LISTED_MAX);
        }
        text
    }
}

/// At most a terminal line of text.
fn shorten(text: &str) -> String {
    const SHOWN_CHARS: usize = 70;
    if text.chars().count() <= SHOWN_CHARS {
        return text.to_owned();
    }
    text.chars().take(SHOWN_CHARS - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warm_up_is_bounded_on_both_sides() {
        let minutes = |n: i64| n * 60_000_000;
        let free = Warmup::new(None);
        assert!(!free.is_over(minutes(9), 0));
        assert!(free.is_over(minutes(10), 10));
        assert!(!free.is_over(minutes(10), 11));
        assert!(free.is_over(minutes(30), 10_000));
        assert!(Warmup::new(Some(minutes(3))).is_over(minutes(3), 10_000));
    }
}
