//! The settings of sign-in: how long sessions last, what a password costs, who needs a code.

use std::{path::PathBuf, time::Duration};

use toml::Value;

use super::{
    ConfigError,
    layers::Layers,
    providers::{EXPECTED, OidcProvider, providers},
    values as read,
};

/// How people sign in.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// How long an access token is good.
    pub access: Duration,
    /// How long a session may lie unused.
    pub idle: Duration,
    /// How long a session lasts at the most.
    pub life: Duration,
    /// The memory of one hash of a password, in KiB.
    pub hash_memory: u32,
    /// Its passes.
    pub hash_passes: u32,
    /// How many are worked out at a time.
    pub hashes_at_once: usize,
    /// The roles that count only in sessions with a second factor.
    pub second_factor: Vec<String>,
    /// The outside providers of identity.
    pub providers: Vec<OidcProvider>,
    /// The key that seals authenticators, where it is not the data folder's own.
    pub key_file: Option<PathBuf>,
}

impl SignIn {
    pub(super) fn read(layers: &Layers) -> Result<Self, ConfigError> {
        let time = |name| layers.required(name, DURATION, read::positive_duration);
        let settings = Self {
            access: time("access_token_life")?,
            idle: time("session_idle_life")?,
            life: time("session_life")?,
            hash_memory: layers.required("password_hash_memory", MEMORY, memory)?,
            hash_passes: layers.required("password_hash_passes", PASSES, passes)?,
            hashes_at_once: layers.required("password_hashes_at_once", COUNT, read::count)?,
            second_factor: layers.required("second_factor_roles", ROLES, roles)?,
            providers: layers
                .optional("oidc", EXPECTED, providers)?
                .unwrap_or_default(),
            key_file: layers.optional("sign_in_key_file", "a path of a file", read::path)?,
        };
        if settings.access > settings.life {
            return Err(layers.at_odds("access_token_life", "at most `session_life`"));
        }
        Ok(settings)
    }
}

/// What a person can be.
const NAMES: [&str; 7] = [
    "ADMINISTRATOR",
    "COORDINATOR",
    "GUARDIAN",
    "PRIVACY_OFFICER",
    "TEACHER",
    "TEAM_LEADER",
    "VOLUNTEER",
];

/// A list; in a variable, with commas.
fn roles(value: &Value) -> Option<Vec<String>> {
    let known = |name: &str| NAMES.contains(&name).then(|| name.to_owned());
    match value {
        Value::Array(items) => items.iter().map(|item| known(item.as_str()?)).collect(),
        Value::String(text) if text.trim().is_empty() => Some(Vec::new()),
        Value::String(text) => text.split(',').map(|item| known(item.trim())).collect(),
        _ => None,
    }
}

fn memory(value: &Value) -> Option<u32> {
    read::count(value).filter(|kib| (7_168..=1_048_576).contains(kib))
}

fn passes(value: &Value) -> Option<u32> {
    read::count(value).filter(|passes| *passes <= 100)
}

const COUNT: &str = "a whole number from 1";
const DURATION: &str = "a time such as `15m`, `12h` or `14d`";
const MEMORY: &str = "a whole number of KiB from 7168 to 1048576";
const PASSES: &str = "a whole number from 1 to 100";
const ROLES: &str = "a list of roles such as `ADMINISTRATOR` and `PRIVACY_OFFICER`";
