//! Colours, on a terminal that wants them, and nowhere else.

use std::env;
use std::io::{IsTerminal, stdout};

/// A colour with a meaning.
#[derive(Clone, Copy)]
pub(super) enum Ink {
    /// As it should be.
    Good,
    /// Wrong.
    Bad,
    /// In between.
    Middling,
    /// Beside the point.
    Faint,
}

/// Paints texts, or leaves them.
#[derive(Clone, Copy)]
pub(super) struct Paint(bool);

impl Paint {
    /// Colours only where standard output is a terminal and `NO_COLOR` is not set.
    pub(super) fn of_terminal() -> Self {
        let unwanted = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || env::var("TERM").is_ok_and(|term| term == "dumb");
        Self(stdout().is_terminal() && !unwanted)
    }

    pub(super) fn text(self, ink: Ink, text: &str) -> String {
        let code = match ink {
            Ink::Good => 32,
            Ink::Bad => 31,
            Ink::Middling => 33,
            Ink::Faint => 2,
        };
        if self.0 {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}
