//! What is left of a token when it is narrowed.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{ACCESS, JWT, Refused};
use crate::viewer::{self, Claims};

/// What is asked of an exchange.
pub(super) struct Asked<'a> {
    pub(super) subject: &'a str,
    pub(super) audience: Option<&'a str>,
    scope: Option<&'a str>,
    shares: Option<&'a str>,
    projects: Option<&'a str>,
    seconds: Option<i64>,
}

impl<'a> Asked<'a> {
    /// The parameters of RFC 8693, and three of ours: `shares` and `projects`, ids with spaces
    /// between, and `expires_in`, seconds.
    pub(super) fn read(parameters: &'a BTreeMap<String, String>) -> Result<Self, Refused> {
        let get = |name: &str| parameters.get(name).map(String::as_str);
        let token_type = |name: &str| get(name).is_none_or(|named| [ACCESS, JWT].contains(&named));
        if get("actor_token").is_some() || get("actor_token_type").is_some() {
            return Err(Refused::Request("nobody acts for another here"));
        }
        if get("subject_token_type").is_none() || !token_type("subject_token_type") {
            return Err(Refused::Request("`subject_token_type` is an access token"));
        }
        if !token_type("requested_token_type") {
            return Err(Refused::Request(
                "`requested_token_type` is an access token",
            ));
        }
        if get("resource").is_some() {
            return Err(Refused::Target);
        }
        let seconds = get("expires_in").map(|text| {
            let seconds: Option<i64> = text.parse().ok();
            let wrong = Refused::Request("`expires_in` is a number of seconds");
            seconds.filter(|seconds| *seconds > 0).ok_or(wrong)
        });
        let subject = get("subject_token");
        Ok(Self {
            subject: subject.ok_or(Refused::Request("`subject_token` is missing"))?,
            audience: get("audience"),
            scope: get("scope"),
            shares: get("shares"),
            projects: get("projects"),
            seconds: seconds.transpose()?,
        })
    }
}

/// The claims with less: whatever is asked for must be in what is there.
pub(super) fn narrowed(
    claims: Claims,
    asked: &Asked<'_>,
    now: DateTime<Utc>,
) -> Result<Claims, Refused> {
    let mut narrow = claims.clone();
    if let Some(scope) = asked.scope {
        let wanted: BTreeSet<&str> = scope.split_ascii_whitespace().collect();
        let known = |scope: &&str| viewer::scopes().any(|known| known == *scope);
        let held: BTreeSet<&str> = claims.scopes().collect();
        let within = claims.scope.is_none() || wanted.is_subset(&held);
        if wanted.is_empty() || !within || !wanted.iter().all(known) {
            return Err(Refused::Scope);
        }
        narrow.scope = Some(wanted.into_iter().collect::<Vec<_>>().join(" "));
    }
    if let Some(shares) = asked.shares {
        let held = claims.shares.iter().map(String::as_str).collect();
        narrow.shares = fewer(shares, Some(held))?;
    }
    if let Some(projects) = asked.projects {
        let held = claims.projects.iter().map(String::as_str).collect();
        let held = (!claims.projects.is_empty()).then_some(held);
        narrow.projects = fewer(projects, held)?;
    }
    if let Some(seconds) = asked.seconds {
        narrow.exp = narrow.exp.min(now.timestamp().saturating_add(seconds));
    }
    narrow.jti = Uuid::new_v4().to_string();
    narrow.iat = now.timestamp();
    narrow.nbf = now.timestamp();
    narrow.narrowed = true;
    Ok(narrow)
}

/// Ids, all of them among those that are held where these are not all.
fn fewer(asked: &str, held: Option<BTreeSet<&str>>) -> Result<Vec<String>, Refused> {
    let ids = asked.split_ascii_whitespace().map(Uuid::parse_str);
    let ids: Result<BTreeSet<Uuid>, _> = ids.collect();
    let ids = ids.map_err(|_| Refused::Request("`shares` and `projects` are ids"))?;
    let ids: Vec<String> = ids.iter().map(Uuid::to_string).collect();
    let within = |id: &String| held.as_ref().is_none_or(|held| held.contains(id.as_str()));
    match !ids.is_empty() && ids.iter().all(within) {
        true => Ok(ids),
        false => Err(Refused::Scope),
    }
}
