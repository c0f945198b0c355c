//! When an answer that shows something about persons may be given.

use std::time::Duration;

use super::layers::Layers;
use super::{ConfigError, values as read};

/// When such an answer may be given. That it is logged cannot be switched off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audit {
    /// When its entry in the log is kept.
    Strict,
    /// When its entry waits to be written.
    Buffered {
        /// How many entries may wait.
        most: usize,
        /// How long, until they are being written.
        wait: Duration,
    },
}

impl Audit {
    pub(super) fn read(layers: &Layers) -> Result<Self, ConfigError> {
        let buffered = layers.required("audit", "`strict` or `buffered`", |value| {
            match value.as_str()? {
                "strict" => Some(false),
                "buffered" => Some(true),
                _ => None,
            }
        })?;
        let many = "a whole number from 1";
        let most = layers.required("audit_buffer_entries", many, read::count)?;
        let time = "a time such as `500ms`, `30s` or `2m`";
        let wait = layers.required("audit_buffer_time", time, read::positive_duration)?;
        Ok(match buffered {
            true => Self::Buffered { most, wait },
            false => Self::Strict,
        })
    }
}
