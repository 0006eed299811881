//! A note when the whole log is far busier, or far quieter, than it ever was: one
//! line instead of one for each of its messages.

use super::Ledger;
use crate::alert::{Alert, Context, Kind, Phase, Spread};
use crate::detect::Volume;
use crate::id::{ShapeId, TemplateId};
use crate::line::Level;
use crate::time::Pane;

impl Ledger {
    /// The note. Its id is that of the word, the same in every log.
    pub(super) fn volume_alert(&self, pane: Pane, volume: &Volume) -> Alert {
        let shape = ShapeId::of(b"volume");
        let (least, most) = volume.usual;
        let text = format!("all traffic, as {} frequent messages show it", volume.messages);
        let reason = format!("traffic {:.1}x the average, usually {least:.1}x to {most:.1}x", volume.factor);
        let window = (volume.window.start.start(), volume.window.end.start());
        Alert {
            kind: Kind::Volume,
            phase: Phase::Open,
            note: true,
            provisional: false,
            id: TemplateId(shape.0),
            shape,
            incident: 0,
            time: pane.end(),
            started: window.0,
            level: Level::None,
            class: Level::None,
            sample: text.clone().into_bytes(),
            template: text,
            source: String::new(),
            line_number: 0,
            sources: Spread { seen: self.sources.len(), of: self.sources.len(), ..Spread::default() },
            window,
            count: 0,
            expected: 0.0,
            factor: Some(volume.factor),
            // Decided by the range of days, not by a probability.
            score: 0.0,
            tail: 0.0,
            first_seen: window.0,
            last_seen: window.1,
            baseline: self.learned_so_far(),
            nearest: None,
            value: None,
            usual_interval: None,
            history: Vec::new(),
            context: Context::default(),
            summary: format!("volume: {reason}"),
            reason,
            fingerprint: shape.0 ^ pane.0.unsigned_abs(),
        }
    }
}
