//! The exit status, in the sense of diff(1).

use std::process::ExitCode;

/// How a command ended. The order is the precedence: trouble wins.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Outcome {
    /// Nothing to report: 0.
    Calm,
    /// At least one alert: 1. Notes do not count.
    Alerts,
    /// Something failed: 2.
    Trouble,
}

impl Outcome {
    /// The outcome of a run that printed so many alerts and met so much trouble.
    pub fn of(alerts: u64, trouble: bool, exit_zero: bool) -> Outcome {
        if trouble {
            Outcome::Trouble
        } else if alerts > 0 && !exit_zero {
            Outcome::Alerts
        } else {
            Outcome::Calm
        }
    }

    /// The number the shell sees.
    pub fn code(self) -> ExitCode {
        ExitCode::from(match self {
            Outcome::Calm => 0,
            Outcome::Alerts => 1,
            Outcome::Trouble => 2,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trouble_wins_over_alerts_and_exit_zero_hides_alerts_only() {
        assert_eq!(Outcome::of(0, false, false), Outcome::Calm);
        assert_eq!(Outcome::of(3, false, false), Outcome::Alerts);
        assert_eq!(Outcome::of(3, false, true), Outcome::Calm);
        assert_eq!(Outcome::of(3, true, true), Outcome::Trouble);
        assert_eq!(Outcome::of(0, true, false), Outcome::Trouble);
    }
}
