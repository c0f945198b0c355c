//! `kaifong token`

use std::time::Duration;

use chrono::Utc;
use clap::Args;

use super::{CliError, print, settings::SettingFlags};
use crate::{
    app::{self, Holder},
    config::duration,
    viewer,
};

/// Print a token: for a person, or for a partner under one or more shares
#[derive(Args)]
#[command(after_help = "\
Examples:
  kaifong token --as 7d9f6a0e-… --expires 8h
  kaifong token --share 0198f0c2-… --scope 'frame roster names:masked' --expires 30d
  curl -H \"authorization: Bearer $(kaifong token --as 7d9f6a0e-…)\" …

Scopes narrow a token to some of what its shares grant: frame, roster, names:masked,
names, contacts, notes, history, origins, progress:edit, roster:edit, plan. Without any it
is as wide as its shares.

A partner's token is listed in the database, where its name, its last use and its end are seen,
and where it is revoked. Only the token is printed. Whoever holds it is that person or partner until it
expires, so pass it on as you would a key.")]
pub(super) struct Token {
    /// The user who will bear it
    #[arg(
        long = "as",
        value_name = "USER",
        required_unless_present = "shares",
        conflicts_with = "shares"
    )]
    user: Option<String>,
    /// A share that it covers; can be given more than once
    #[arg(long = "share", value_name = "ID")]
    shares: Vec<String>,
    /// Narrow it to these scopes, separated by spaces; can be given more than once
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<String>,
    /// What the data may be used for
    #[arg(long)]
    purpose: Option<String>,
    /// By which name it is listed; for partners
    #[arg(long, value_name = "NAME", default_value = "command line")]
    name: String,
    /// How long it is good for: a number with s, m, h or d, at most 366d
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = lifetime)]
    expires: Duration,
}

const LONGEST: Duration = Duration::from_secs(366 * 24 * 60 * 60);

impl Token {
    pub(super) async fn run(self, settings: SettingFlags) -> Result<(), CliError> {
        let config = settings.load()?;
        let holder = match self.user {
            Some(user) => Holder::User(user),
            None => Holder::Partner(self.shares),
        };
        let now = Utc::now();
        let partner = matches!(holder, Holder::Partner(_));
        let mut claims = app::claims(&config, holder, now, self.expires).await?;
        let scopes: Vec<&str> = self
            .scopes
            .iter()
            .flat_map(|text| text.split_whitespace())
            .collect();
        if let Some(unknown) = scopes
            .iter()
            .find(|name| viewer::scopes().all(|s| s != **name))
        {
            return Err(CliError::Scope((*unknown).to_owned()));
        }
        claims.scope = (!scopes.is_empty()).then(|| scopes.join(" "));
        claims.purpose = self.purpose.or(claims.purpose);
        let token = app::sign(&app::keys(&config)?, &claims)?;
        if partner {
            app::list(&config, &claims, self.name, now).await?;
        }
        print(&token)
    }
}

fn lifetime(text: &str) -> Result<Duration, String> {
    duration(text)
        .filter(|time| time.as_secs() > 0 && *time <= LONGEST)
        .ok_or_else(|| "should be a time such as `30m`, `1h` or `7d`, at most `366d`".to_owned())
}
