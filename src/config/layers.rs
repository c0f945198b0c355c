//! Where values come from, and which of them counts.

use std::{
    collections::BTreeMap,
    fmt, fs, io,
    path::{Path, PathBuf},
};

use toml::{Table, Value};

use super::{ConfigError, DEFAULTS};

/// The file that is read from the starting folder when none is named.
const FILE: &str = "kaifong.toml";
const PREFIX: &str = "KAIFONG_";

/// Settings that the default file shows but gives no value.
const WITHOUT_DEFAULT: [&str; 21] = [
    "mail_place",
    "otlp_place",
    "mail_server",
    "mail_roots_file",
    "mail_user",
    "mail_password_file",
    "mail_from",
    "mail_page",
    "public_address",
    "database_url",
    "postgres_synchronous_commit",
    "signing_key_file",
    "encryption_key_file",
    "sign_in_key_file",
    "oidc",
    "policies_dir",
    "prover",
    "retention_hour",
    "trusted_documents",
    "metrics_listen",
    "otlp_endpoint",
];

/// Settings whose value may hold a password.
const SECRET: [&str; 2] = ["database_url", "otlp_endpoint"];

/// Variables with our prefix that are no settings: the name of the file itself,
/// those of the tests and benchmarks, the prover's solver, and those that Kubernetes
/// sets in every container for a service named `kaifong`.
const NOT_SETTINGS: [&str; 6] = ["CONFIG", "TEST_", "SHARED", "CVC5", "SERVICE_", "PORT"];

/// A setting given on the command line.
pub struct Flag {
    /// The flag as it was written, such as `--listen`.
    pub name: &'static str,
    /// The setting it gives.
    pub key: &'static str,
    /// The value given.
    pub value: String,
}

/// Everything settings are read from.
pub struct Sources {
    /// The folder in which `kaifong.toml` is looked for.
    pub folder: PathBuf,
    /// The settings file, where one is named; it must exist.
    pub file: Option<PathBuf>,
    /// Environment variables; those without the prefix are ignored.
    pub environment: Vec<(String, String)>,
    /// Flags of the command line.
    pub flags: Vec<Flag>,
}

impl Sources {
    /// The environment and folder of this process, with the flags given.
    #[must_use]
    pub fn of_process(file: Option<PathBuf>, flags: Vec<Flag>) -> Self {
        Self {
            folder: PathBuf::new(),
            file,
            environment: std::env::vars_os()
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
                .map(|(name, value)| (name, value.to_string_lossy().into_owned()))
                .collect(),
            flags,
        }
    }
}

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The built-in defaults.
    Default,
    /// A settings file.
    File(PathBuf),
    /// An environment variable.
    Variable(String),
    /// A flag of the command line.
    Flag(&'static str),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("the built-in defaults"),
            Self::File(path) => write!(f, "file `{}`", path.display()),
            Self::Variable(name) => write!(f, "variable {name}"),
            Self::Flag(name) => write!(f, "flag {name}"),
        }
    }
}

/// The value that counts for each setting, with its source.
pub(super) struct Layers(BTreeMap<String, (Value, Source)>);

impl Layers {
    pub(super) fn read(sources: Sources) -> Result<Self, ConfigError> {
        let mut layers = Self(BTreeMap::new());
        layers.lay(
            parse(DEFAULTS, Path::new("default.toml"))?,
            &Source::Default,
        )?;
        let variables: Vec<_> = sources
            .environment
            .into_iter()
            .filter_map(|(name, value)| {
                let rest = name.strip_prefix(PREFIX)?.to_owned();
                Some((name, rest, value))
            })
            .collect();
        let named = sources.file.or_else(|| {
            let config = variables.iter().find(|(_, rest, _)| rest == "CONFIG");
            config.map(|(_, _, path)| PathBuf::from(path))
        });
        if let Some((path, text)) = settings_file(&sources.folder, named)? {
            layers.lay(parse(&text, &path)?, &Source::File(path))?;
        }
        for (name, rest, value) in variables {
            if !NOT_SETTINGS.iter().any(|other| rest.starts_with(other)) {
                layers.set(
                    rest.to_ascii_lowercase(),
                    Value::String(value),
                    Source::Variable(name),
                )?;
            }
        }
        for flag in sources.flags {
            layers.set(
                flag.key.to_owned(),
                Value::String(flag.value),
                Source::Flag(flag.name),
            )?;
        }
        Ok(layers)
    }

    /// The value of a setting that has none by default.
    pub(super) fn optional<T>(
        &self,
        key: &'static str,
        expected: &'static str,
        read: impl Fn(&Value) -> Option<T>,
    ) -> Result<Option<T>, ConfigError> {
        let Some((value, source)) = self.0.get(key) else {
            return Ok(None);
        };
        match read(value) {
            Some(value) => Ok(Some(value)),
            None => Err(wrong(key, value, source, expected)),
        }
    }

    /// The value of a setting that has one by default.
    pub(super) fn required<T>(
        &self,
        key: &'static str,
        expected: &'static str,
        read: impl Fn(&Value) -> Option<T>,
    ) -> Result<T, ConfigError> {
        self.optional(key, expected, read)?
            .ok_or(ConfigError::Missing { key, expected })
    }

    /// The complaint about a value that is right alone but not beside another.
    pub(super) fn at_odds(&self, key: &'static str, expected: &'static str) -> ConfigError {
        match self.0.get(key) {
            Some((value, source)) => wrong(key, value, source, expected),
            None => ConfigError::Missing { key, expected },
        }
    }

    fn lay(&mut self, table: Table, source: &Source) -> Result<(), ConfigError> {
        for (key, value) in table {
            self.set(key, value, source.clone())?;
        }
        Ok(())
    }

    fn set(&mut self, key: String, value: Value, source: Source) -> Result<(), ConfigError> {
        let known = source == Source::Default
            || self.0.contains_key(&key)
            || WITHOUT_DEFAULT.contains(&key.as_str());
        if !known {
            return Err(ConfigError::Unknown {
                nearest: nearest(
                    &key,
                    WITHOUT_DEFAULT.into_iter().chain(names_with_default()),
                ),
                key,
                source_of_value: source,
            });
        }
        self.0.insert(key, (value, source));
        Ok(())
    }
}

fn settings_file(
    folder: &Path,
    named: Option<PathBuf>,
) -> Result<Option<(PathBuf, String)>, ConfigError> {
    let must_exist = named.is_some();
    let path = named.unwrap_or_else(|| folder.join(FILE));
    match fs::read_to_string(&path) {
        Ok(text) => Ok(Some((path, text))),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound && !must_exist => Ok(None),
        Err(cause) => Err(ConfigError::Unreadable { path, cause }),
    }
}

fn parse(text: &str, path: &Path) -> Result<Table, ConfigError> {
    text.parse::<Table>().map_err(|cause| {
        let start = cause.span().map_or(0, |span| span.start);
        let before = text.get(..start).unwrap_or_default();
        ConfigError::Syntax {
            path: path.to_owned(),
            line: before.matches('\n').count() + 1,
            reason: cause.message().lines().collect::<Vec<_>>().join(" "),
        }
    })
}

/// A value that may hold a password is not repeated.
fn wrong(key: &'static str, value: &Value, source: &Source, expected: &'static str) -> ConfigError {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    ConfigError::Wrong {
        key,
        source_of_value: source.clone(),
        given: (!SECRET.contains(&key)).then_some(text),
        expected,
    }
}

/// The names that the default file gives a value, read from its lines.
fn names_with_default() -> impl Iterator<Item = &'static str> {
    DEFAULTS
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(" = "))
        .map(|(name, _)| name)
}

/// The known name that differs least, if it is close enough to be meant.
fn nearest(given: &str, known: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    known
        .map(|name| (edits(given, name), name))
        .min()
        .filter(|(edits, _)| *edits <= 3)
        .map(|(_, name)| name)
}

/// Levenshtein's distance: how many letters to insert, drop or replace.
fn edits(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (line, from) in left.bytes().enumerate() {
        let mut next = vec![line + 1];
        for ((to, above), pair) in right.bytes().zip(row.iter().skip(1)).zip(row.iter()) {
            let left_of = next.last().copied().unwrap_or_default();
            next.push(
                (pair + usize::from(from != to))
                    .min(above + 1)
                    .min(left_of + 1),
            );
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}
