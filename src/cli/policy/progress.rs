//! What is shown while a step takes its time: on a terminal only, beside the output and never in it.

use std::io::{IsTerminal as _, stderr};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// How far something has come.
pub(super) fn bar() -> ProgressBar {
    styled("{spinner} {pos} of {len} {msg}")
}

/// That something is being done, and for how long.
pub(super) fn waiting(what: &'static str) -> ProgressBar {
    let bar = styled("{spinner} {msg}, {elapsed}").with_message(what);
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

fn styled(template: &str) -> ProgressBar {
    if !stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template(template);
    ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
