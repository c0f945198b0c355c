//! The demo: its database and its bearers.

use std::time::Duration;

use chrono::{DateTime, Utc};
use migration::{Migrator, MigratorTrait};
use uuid::Uuid;

use super::vault::vault;
use super::{AppError, database};
use crate::config::Config;
use crate::demo::{self, DemoHolder, DemoToken};
use crate::viewer::Claims;

/// One of the demo's people and partners.
pub struct Bearer {
    /// The key in the token file.
    pub role: &'static str,
    /// Who it is, in a line.
    pub description: String,
    /// What its token says.
    pub claims: Claims,
}

/// Brings the database up to date, loads the demo's data unless it is there, and
/// answers its bearers, whose claims hold from now on for this long.
///
/// # Errors
///
/// The database cannot be opened, changed or filled.
pub async fn prepare_demo(
    config: &Config,
    now: DateTime<Utc>,
    lifetime: Duration,
) -> Result<Vec<Bearer>, AppError> {
    let database = database(config).await?;
    Migrator::up(&database, None).await?;
    let vault = vault(config, &database).await?;
    let loaded = demo::load(&database, now).await?;
    vault.seal_all(&database, now).await?;
    database.close().await?;
    let bearers = loaded
        .holders
        .iter()
        .map(|holder| bearer(holder, now, lifetime));
    Ok(bearers.collect())
}

fn bearer(holder: &DemoHolder, now: DateTime<Utc>, lifetime: Duration) -> Bearer {
    let (mut claims, organisation) = match &holder.kind {
        DemoToken::User {
            account_id,
            organisation_id,
        } => {
            let user = account_id.to_string();
            (Claims::of_user(&user, now, lifetime), organisation_id)
        }
        DemoToken::Partner {
            token,
            organisation_id,
            share_ids,
            ..
        } => {
            let shares = share_ids.iter().map(Uuid::to_string).collect();
            let claims = Claims::of_partner(*token, shares, now, lifetime);
            (claims, organisation_id)
        }
    };
    claims.org = Some(organisation.to_string());
    Bearer {
        role: holder.role,
        description: holder.label.to_owned(),
        claims,
    }
}
