//! Where people sign in, as the settings have it; and what whoever runs the server does for them.

use std::fs;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{AppError, database, keys, letters, tokens::id_of};
use crate::config::{Config, OidcProvider};
use crate::entrance::{Caller, Entrance, Terms};
use crate::oidc::{Provider, ProviderSettings};
use crate::private_file;
use crate::signin::Vault;
use crate::store::{Named, Store};
use crate::viewer::Keys;

pub(super) fn open(config: &Config, store: Store, keys: Keys) -> Result<Arc<Entrance>, AppError> {
    let settings = &config.sign_in;
    let vault = Vault::open(&config.data_dir, settings.key_file.as_deref())?;
    let terms = Terms {
        access: settings.access,
        idle: settings.idle,
        life: settings.life,
        memory: settings.hash_memory,
        passes: settings.hash_passes,
        at_once: settings.hashes_at_once,
        issuer: config.issuer.clone(),
    };
    let providers = settings.providers.iter().map(provider);
    let providers = providers.collect::<Result<Vec<_>, _>>()?;
    let entrance = Entrance::new(store, keys, vault, terms, providers)?;
    if let Some(mail) = &config.letters.mail {
        entrance.write_by(letters::mailer(mail)?);
    }
    Ok(entrance)
}

/// A provider of the settings, with its secret.
fn provider(of: &OidcProvider) -> Result<Provider, AppError> {
    let client_secret = match &of.client_secret_file {
        None => None,
        Some(path) => {
            let failed = |cause| AppError::File {
                path: path.clone(),
                cause,
            };
            if private_file::is_open_to_others(path).map_err(failed)? {
                return Err(AppError::Missing(
                    "a `client_secret_file` can be read by others; make it `chmod 600`",
                ));
            }
            let text = fs::read_to_string(path).map_err(failed)?;
            Some(text.trim().to_owned())
        }
    };
    Ok(Provider::new(ProviderSettings {
        name: of.name.clone(),
        issuer: of.issuer.clone(),
        client_id: of.client_id.clone(),
        client_secret,
        audiences: of.audiences.clone(),
        algorithms: of.algorithms.clone(),
        redirect_uri: of.redirect_uri.clone(),
        second_factor: of.second_factor_amr.clone(),
        links_by_email: of.link_by_email,
        return_to: of.return_to.clone(),
        place: of.place,
    }))
}

/// Says who a person is to an outside provider.
///
/// # Errors
///
/// There is no such person, or the provider's subject is another's.
pub async fn link_identity(
    config: &Config,
    user: &str,
    provider: &str,
    subject: &str,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let account = id_of(user, "User")?;
    let mut found = config.sign_in.providers.iter();
    let found = found.find(|one| one.name == provider);
    let found = found.ok_or(AppError::Missing("the settings have no such provider"))?;
    let store = Store::new(database(config).await?).at(now);
    match store.link_identity(account, &found.issuer, subject).await? {
        Named::Done => Ok(()),
        Named::Taken => Err(AppError::Missing("the subject is another account's")),
        Named::Nobody => Err(AppError::Unknown("person", user.to_owned())),
    }
}

/// Gives a person an e-mail address and a password to sign in with, and ends the person's sessions.
///
/// # Errors
///
/// There is no such person, the address or the password cannot be, or the address is another's.
pub async fn set_password(
    config: &Config,
    user: &str,
    email: &str,
    password: &str,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let account = id_of(user, "User")?;
    let entrance = open(config, Store::new(database(config).await?), keys(config)?)?;
    let set = entrance.set_password(account, email, password, caller(now));
    match set.await? {
        Named::Done => Ok(()),
        Named::Taken => Err(AppError::Missing("the address is another account's")),
        Named::Nobody => Err(AppError::Unknown("person", user.to_owned())),
    }
}

/// Takes a person's authenticator and recovery codes away, and ends the person's sessions; whether
/// there were any.
///
/// # Errors
///
/// The id is none, or the database fails.
pub async fn forget_codes(
    config: &Config,
    user: &str,
    now: DateTime<Utc>,
) -> Result<bool, AppError> {
    let account = id_of(user, "User")?;
    let entrance = open(config, Store::new(database(config).await?), keys(config)?)?;
    Ok(entrance.forget_codes(account, caller(now)).await?)
}

fn caller(now: DateTime<Utc>) -> Caller {
    let address = None;
    Caller { address, now }
}
