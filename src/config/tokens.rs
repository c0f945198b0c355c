//! The settings of partners' tokens: how long they last, and for whom they can be.

use std::time::Duration;

use super::{ConfigError, layers::Layers, values as read};

/// How long tokens of partners last, and for whom they can be.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// How long a token is good before it must be refreshed.
    pub life: Duration,
    /// How long it can be refreshed, or be good by itself where it is long-lived.
    pub limit: Duration,
    /// The services beside this one for which tokens can be.
    pub audiences: Vec<String>,
}

impl Tokens {
    pub(super) fn read(layers: &Layers) -> Result<Self, ConfigError> {
        let time = |name| layers.required(name, super::DURATION, read::positive_duration);
        Ok(Self {
            life: time("partner_token_life")?,
            limit: time("partner_token_limit")?,
            audiences: layers.required("token_audiences", AUDIENCES, read::names)?,
        })
    }
}

const AUDIENCES: &str = "a list of names without spaces";
