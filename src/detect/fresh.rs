//! How surprising a new message is.
//!
//! New kinds of message turn up in any log, ever more slowly but without end.
//! Their rate is estimated in the manner of Good and Turing: from the number of
//! types seen in one 5-minute cell only, over the age of the stream. A new
//! message weighs as much as its level makes it rare.

use crate::line::Level;
use crate::template::TemplateIx;
use crate::time::{Pane, Time};
use serde::{Deserialize, Serialize};

/// Panes of the cell in which a type counts as seen once.
const CELL_PANES: i64 = 30;
const DAY_MICROS: f64 = 86_400e6;
/// A stream younger than this is judged as if it had this age.
const AGE_MIN_MICROS: f64 = 60e6;

/// What is known of one message beyond its windows.
#[derive(Copy, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// All its lines.
    pub lines: u64,
    /// First stamp.
    pub first_seen: Time,
    /// Last stamp.
    pub last_seen: Time,
    /// Level, error at least where it holds a word of alarm.
    pub class: Level,
    /// The 5-minute cell of its first line.
    pub first_cell: i64,
    /// It was seen in another cell, too.
    pub recurring: bool,
}

/// All messages by template, and how many were seen in one cell only.
#[derive(Debug, Default)]
pub struct Messages {
    by_template: Vec<Option<Message>>,
    single: [u64; Level::COUNT],
}

impl Messages {
    /// What is known of a template.
    pub fn get(&self, template: TemplateIx) -> Option<&Message> {
        self.by_template.get(template.0 as usize)?.as_ref()
    }

    /// Adds lines of one pane.
    pub fn see(&mut self, template: TemplateIx, class: Level, lines: u64, pane: Pane, times: (Time, Time)) {
        let cell = pane.0.div_euclid(CELL_PANES);
        let new = Message {
            lines,
            first_seen: times.0,
            last_seen: times.1,
            class,
            first_cell: cell,
            recurring: false,
        };
        self.put(template, new);
    }

    /// Adds or joins what is known of a template.
    pub fn put(&mut self, template: TemplateIx, new: Message) {
        let at = template.0 as usize;
        if at >= self.by_template.len() {
            self.by_template.resize(at + 1, None);
        }
        let joined = match self.by_template[at] {
            None => new,
            Some(old) => {
                self.uncount(&old);
                Message {
                    lines: old.lines + new.lines,
                    first_seen: old.first_seen.min(new.first_seen),
                    last_seen: old.last_seen.max(new.last_seen),
                    class: old.class.max(new.class),
                    first_cell: old.first_cell.min(new.first_cell),
                    recurring: old.recurring || new.recurring || old.first_cell != new.first_cell,
                }
            }
        };
        if !joined.recurring {
            self.single[joined.class as usize] += 1;
        }
        self.by_template[at] = Some(joined);
    }

    /// Two templates have become one.
    pub fn join(&mut self, gone: TemplateIx, survivor: TemplateIx) {
        if let Some(message) = self.by_template.get_mut(gone.0 as usize).and_then(Option::take) {
            self.uncount(&message);
            self.put(survivor, message);
        }
    }

    fn uncount(&mut self, message: &Message) {
        if !message.recurring {
            self.single[message.class as usize] -= 1;
        }
    }

    /// Types of this class or worse that were seen in one cell only.
    pub fn single_or_worse(&self, class: Level) -> u64 {
        self.single[class as usize..].iter().sum()
    }

    /// New messages of this class or worse to expect a day, for a stream of this age.
    pub fn rate_per_day(&self, class: Level, age_micros: i64) -> f64 {
        let age = (age_micros as f64).max(AGE_MIN_MICROS);
        (self.single_or_worse(class) as f64 + 0.5) * DAY_MICROS / age
    }
}

/// −log10 of the probability of a new message of this rate within a minute.
pub fn surprise(rate_per_day: f64) -> f64 {
    -(rate_per_day / 1440.0).log10()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn see(messages: &mut Messages, template: u32, class: Level, pane: i64) {
        let time = Pane(pane).start();
        messages.see(TemplateIx(template), class, 1, Pane(pane), (time, time));
    }

    #[test]
    fn the_rate_of_new_messages_falls_as_types_recur() {
        let mut messages = Messages::default();
        see(&mut messages, 0, Level::Error, 0);
        see(&mut messages, 1, Level::Info, 0);
        assert_eq!(messages.single_or_worse(Level::None), 2);
        assert_eq!(messages.single_or_worse(Level::Warn), 1);
        see(&mut messages, 0, Level::Error, 29);
        assert_eq!(messages.single_or_worse(Level::Warn), 1, "the same cell");
        see(&mut messages, 0, Level::Error, 30);
        assert_eq!(messages.single_or_worse(Level::Warn), 0);
        let day = 86_400_000_000;
        assert_eq!(messages.rate_per_day(Level::None, day), 1.5);
        messages.join(TemplateIx(1), TemplateIx(0));
        assert_eq!(messages.single_or_worse(Level::None), 0);
        assert_eq!(messages.get(TemplateIx(0)).unwrap().lines, 4);
        assert!(surprise(1.0) > 3.0);
    }
}
