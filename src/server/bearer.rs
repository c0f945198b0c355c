//! Whose token a request carries.

use std::net::IpAddr;

use axum::http::{HeaderMap, Uri, header};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::{Server, refusal::Refusal};
use crate::viewer::{Claims, Keys, Network, TokenError};

/// The claims of the bearer token: nothing without one, a refusal where it is not good.
///
/// A token is taken from the `Authorization` header (or a payload, below) only; one
/// in an address would end in logs and histories.
pub(super) fn claims(
    headers: &HeaderMap,
    uri: &Uri,
    address: Option<IpAddr>,
    keys: &Keys,
    now: DateTime<Utc>,
) -> Result<Option<Claims>, Refusal> {
    match only(headers, uri)? {
        None => Ok(None),
        Some(text) => Ok(Some(good(token(text)?, address, keys, now)?)),
    }
}

/// The only `Authorization` of a request.
fn only<'a>(headers: &'a HeaderMap, uri: &Uri) -> Result<Option<&'a str>, Refusal> {
    if names_a_token(uri) {
        return Err(Refusal::Authorization);
    }
    let mut given = headers.get_all(header::AUTHORIZATION).iter();
    let value = match (given.next(), given.next()) {
        (None, _) => return Ok(None),
        (Some(value), None) => value,
        _ => return Err(Refusal::Authorization),
    };
    value.to_str().map(Some).map_err(|_| Refusal::Authorization)
}

/// The same, where an outside provider's token is taken as well.
pub(super) async fn of_anybody(
    headers: &HeaderMap,
    uri: &Uri,
    address: Option<IpAddr>,
    server: &Server,
    now: DateTime<Utc>,
) -> Result<Option<Claims>, Refusal> {
    if let Some(entrance) = &server.entrance
        && let Some(text) = only(headers, uri)?
        && let token = token(text)?
        && entrance.is_outside(token)
    {
        let outside = entrance.outside(token, now).await;
        return outside.map(Some).map_err(Refusal::outside);
    }
    claims(headers, uri, address, &server.keys, now)
}

/// The claims of the token with which a client begins a WebSocket, where a browser
/// lets it set no header.
pub(super) fn claims_of_payload(
    payload: &Map<String, Value>,
    address: Option<IpAddr>,
    keys: &Keys,
    now: DateTime<Utc>,
) -> Result<Option<Claims>, Refusal> {
    let given = |name| payload.get(name).filter(|value| !value.is_null());
    let mut all = ["authorization", "Authorization", "token"]
        .into_iter()
        .filter_map(|name| Some((name, given(name)?)));
    let token = match (all.next(), all.next()) {
        (None, _) => return Ok(None),
        (Some(("token", Value::String(text))), None) if !text.contains(' ') => text.as_str(),
        (Some((_, Value::String(text))), None) => token(text)?,
        _ => return Err(Refusal::Authorization),
    };
    Ok(Some(good(token, address, keys, now)?))
}

/// What a token says that is good here, from there.
pub(super) fn good(
    token: &str,
    address: Option<IpAddr>,
    keys: &Keys,
    now: DateTime<Utc>,
) -> Result<Claims, TokenError> {
    let claims = keys.verify(token, now)?;
    // Without a network it is good from everywhere; where nobody knows from where one asks, nowhere.
    let within = |network: &String| {
        let network = network.parse::<Network>();
        network.is_ok_and(|network| address.is_some_and(|address| network.contains(address)))
    };
    match claims.net.is_empty() || claims.net.iter().any(within) {
        true => Ok(claims),
        false => Err(TokenError::Network),
    }
}

/// Whether an address holds a token: it would end in logs and histories, and whoever puts one there
/// is told at once.
fn names_a_token(uri: &Uri) -> bool {
    let pairs = uri.query().unwrap_or_default().split('&');
    let mut names = pairs.map(|pair| pair.split('=').next().unwrap_or_default());
    names.any(|name| {
        let named = |known: &&str| name.eq_ignore_ascii_case(known);
        ["access_token", "token", "authorization", "refresh_token"]
            .iter()
            .any(named)
    })
}

/// The token after the word `Bearer`.
fn token(authorization: &str) -> Result<&str, Refusal> {
    match authorization.trim().split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(token.trim()),
        _ => Err(Refusal::Authorization),
    }
}
