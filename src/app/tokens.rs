//! Tokens for people and partners whom the directory knows.

use std::time::Duration;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{AppError, database};
use crate::config::Config;
use crate::graphql::decode_id;
use crate::store::{NewToken, Store};
use crate::viewer::{Claims, Directory, Keys};

/// A token that says this.
///
/// # Errors
///
/// The claims do not fit in a token.
pub fn sign(keys: &Keys, claims: &Claims) -> Result<String, AppError> {
    Ok(keys.sign(claims)?)
}

/// Puts a partner's token on the list, without which it opens nothing.
///
/// # Errors
///
/// The directory cannot be asked or written.
pub async fn list(
    config: &Config,
    claims: &Claims,
    name: String,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let store = Store::new(database(config).await?).at(now);
    let ids = claims
        .shares
        .iter()
        .map(|share| id_of(share, "Partnership"));
    let ids = ids.collect::<Result<Vec<_>, _>>()?;
    let found = store.shares(&ids, now).await?.shares;
    let partner = found.first().map(|share| share.partner);
    let token = NewToken {
        id: id_of(&claims.sub, "PartnerToken")?,
        partner: partner.ok_or(AppError::Missing("a token is for one share or more"))?,
        name,
        purpose: claims.purpose.clone(),
        scopes: claims.scopes().map(str::to_owned).collect(),
        audience: config.audience.clone(),
        expires: claims.expires(),
        shares: found.iter().map(|share| (share.id, share.lead)).collect(),
    };
    Ok(store.list_token(token, now).await?)
}

/// For whom a token is.
pub enum Holder {
    /// A person.
    User(String),
    /// A partner, under these shares.
    Partner(Vec<String>),
}

/// The claims of a holder whom the directory knows.
///
/// # Errors
///
/// The directory cannot be asked, or knows no such holder.
pub async fn claims(
    config: &Config,
    holder: Holder,
    now: DateTime<Utc>,
    lifetime: Duration,
) -> Result<Claims, AppError> {
    let store = Store::new(database(config).await?).at(now);
    match holder {
        Holder::User(user) => {
            let account = id_of(&user, "User")?;
            let standing = store.standing(account, now).await?;
            standing.ok_or_else(|| AppError::Unknown("person", user))?;
            Ok(Claims::of_user(&account.to_string(), now, lifetime))
        }
        Holder::Partner(shares) => {
            let ids = shares
                .iter()
                .map(|share| id_of(share, "Partnership"))
                .collect::<Result<Vec<_>, _>>()?;
            let found = store.shares(&ids, now).await?.shares;
            for (text, id) in shares.iter().zip(&ids) {
                if !found.iter().any(|share| share.id == *id) {
                    return Err(AppError::Unknown("share", text.clone()));
                }
            }
            let partner = found.first().map(|share| share.partner);
            if found.iter().any(|share| Some(share.partner) != partner) {
                return Err(AppError::Missing(
                    "one token is for the shares of one partner",
                ));
            }
            let ids = ids.iter().map(Uuid::to_string).collect();
            let mut claims = Claims::of_partner(Uuid::new_v4(), ids, now, lifetime);
            claims.org = partner.map(|id| id.to_string());
            Ok(claims)
        }
    }
}

/// An id as people write it: a uuid, or an identifier of the graph.
pub(super) fn id_of(text: &str, of: &'static str) -> Result<Uuid, AppError> {
    Uuid::parse_str(text)
        .ok()
        .or_else(|| {
            decode_id(text)
                .filter(|(name, _)| *name == of)
                .map(|(_, id)| id)
        })
        .ok_or_else(|| AppError::Id(text.to_owned(), of))
}
