//! Whose token a request carries.

use axum::http::{HeaderMap, header};
use chrono::{DateTime, Utc};

use super::refusal::Refusal;
use crate::viewer::{Claims, Keys};

/// The claims of the bearer token: nothing without one, a refusal where it is not good.
///
/// A token is taken from the `Authorization` header only; one in an address
/// would end in logs and histories.
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
    let (scheme, token) = value
        .to_str()
        .ok()
        .and_then(|value| value.trim().split_once(' '))
        .ok_or(Refusal::Authorization)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Refusal::Authorization);
    }
    Ok(Some(keys.verify(token.trim(), now)?))
}
