//! What can be wrong with the settings.

use std::{fmt, io, path::PathBuf};

use super::layers::Source;

/// Why the settings were refused; the text is for the person who starts the server.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The settings file cannot be read.
    #[error("settings file `{}` cannot be read: {cause}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
    /// The settings file is not TOML.
    #[error("settings file `{}`, line {line}: {reason}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What the parser said.
        reason: String,
    },
    /// No setting has this name.
    #[error("setting `{key}` from {source_of_value} is unknown{}", Nearest(*.nearest))]
    Unknown {
        /// The name given.
        key: String,
        /// Where it was given.
        source_of_value: Source,
        /// A setting with a name like it.
        nearest: Option<&'static str>,
    },
    /// The value cannot be used.
    #[error("setting `{key}` from {source_of_value} is {}; it should be {expected}", Given(.given))]
    Wrong {
        /// The setting.
        key: &'static str,
        /// Where its value came from.
        source_of_value: Source,
        /// The value, unless it may hold a secret.
        given: Option<String>,
        /// What would be right.
        expected: &'static str,
    },
    /// Nothing gives the setting a value.
    #[error("setting `{key}` is missing; it should be {expected}")]
    Missing {
        /// The setting.
        key: &'static str,
        /// What would be right.
        expected: &'static str,
    },
}

struct Nearest(Option<&'static str>);

impl fmt::Display for Nearest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(name) => write!(f, "; did you mean `{name}`?"),
            None => f.write_str("; the default file lists all settings"),
        }
    }
}

struct Given<'a>(&'a Option<String>);

impl fmt::Display for Given<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(value) => write!(f, "`{value}`"),
            None => f.write_str("wrong (not shown, since it may hold a password)"),
        }
    }
}
