//! Whose token a request carries.

use axum::http::{HeaderMap, header};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::refusal::Refusal;
use crate::viewer::{Claims, Keys};

/// The claims of the bearer token: nothing without one, a refusal where it is not good.
///
/// A token is taken from the `Authorization` header (or a payload, below) only; one
/// in an address would end in logs and histories.
pub(super) fn claims(
    headers: &HeaderMap,
    keys: &Keys,
    now: DateTime<Utc>,
) -> Result<Option<Claims>, Refusal> {
    let mut given = headers.get_all(header::AUTHORIZATION).iter();
    let value = match (given.next(), given.next()) {
        (None, _) => return Ok(None),
        (Some(value), None) => value,
        _ => return Err(Refusal::Authorization),
    };
    let text = value.to_str().map_err(|_| Refusal::Authorization)?;
    Ok(Some(keys.verify(token(text)?, now)?))
}

/// The claims of the token with which a client begins a WebSocket, where a browser
/// lets it set no header.
pub(super) fn claims_of_payload(
    payload: &Map<String, Value>,
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
    Ok(Some(keys.verify(token, now)?))
}

/// The token after the word `Bearer`.
fn token(authorization: &str) -> Result<&str, Refusal> {
    match authorization.trim().split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(token.trim()),
        _ => Err(Refusal::Authorization),
    }
}
