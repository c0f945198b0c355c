//! Tokens of partners are issued and revoked.
//!
//! A token can be for no more than the shares that its issuer's organisation received; what its
//! issuer and its shares come to later is asked at each request.

use std::collections::BTreeMap;

use async_graphql::Value;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::super::arguments::items;
use super::super::error::GraphError;
use super::super::id;
use super::super::schema::Mutate;
use super::super::scope::Scope;
use super::change::{current, overtaken};
use super::given::{Given, invalid, permitted, read, required, seen};
use super::payload::{Outcome, UserError, UserErrorCode};
use super::{Input, action};
use crate::catalogue::{self, Cell};
use crate::policy::Record;
use crate::store::{Change, Changed, Draft};
use crate::values::Unfit;
use crate::viewer::{self, Grant, Mint, Network, Parts};

/// How many shares a token is for at most, how many projects, and how many networks it may name.
const MOST: usize = 50;

/// The deepest that a change is decided again when another came in between.
const TRIES: usize = 5;

/// Issues a token.
pub async fn issue(scope: &Scope, mutate: Mutate, input: &Input) -> Result<Outcome, GraphError> {
    let (values, mut errors) = read(scope, mutate, input).await?;
    if !errors.is_empty() {
        return Ok(Outcome::refused(errors));
    }
    let mut columns: BTreeMap<&'static str, Cell> = BTreeMap::new();
    for (field, cell) in &values {
        if let Some(column) = field.column() {
            columns.insert(column, cell.clone());
        }
    }
    let Some(Cell::Id(partner)) = columns.get("organisation_id").cloned() else {
        return Ok(Outcome::because(required("organisationId")));
    };
    let mut draft = Draft::new(mutate.of);
    let record = Record::from_columns(
        mutate.of,
        draft.id,
        |column| columns.get(column).cloned(),
        &BTreeMap::new(),
    );
    let permit = scope.permit(mutate, &record)?;
    permitted(scope, mutate.of, &values, &record)?;
    let Some(mint) = &scope.mint else {
        return Ok(Outcome::because(conflict(
            "No tokens are issued here.",
            "此處不發出權杖。",
        )));
    };
    let (asked, wrong) = asked(mint, &values, scope.now);
    errors.extend(wrong);
    let shares = match covered(scope, input, partner).await? {
        Ok(shares) => shares,
        Err(error) => {
            errors.push(error);
            BTreeMap::new()
        }
    };
    if !errors.is_empty() {
        return Ok(Outcome::refused(errors));
    }
    let grant = Grant {
        id: draft.id,
        partner,
        purpose: asked.purpose,
        scopes: asked.scopes,
        networks: asked.networks,
        audience: asked.audience,
        long_lived: asked.long_lived,
        expires: asked.expires,
        shares: shares
            .iter()
            .map(|(id, share)| (*id, share.parts.clone()))
            .collect(),
        issuer_holds: true,
        until: None,
    };
    // It is signed first: what cannot be signed is not listed.
    let issued = match mint.issue(&grant, 0, scope.now) {
        Ok(issued) => issued,
        Err(error) => {
            tracing::warn!(%error, "a token could not be signed");
            return Ok(Outcome::because(conflict(
                "The token would be too long; name fewer shares, projects or networks.",
                "權杖過長，請減少分享、計劃或網絡。",
            )));
        }
    };
    columns.insert("audience", Cell::Text(grant.audience.clone()));
    columns.insert("expires_at", Cell::Time(grant.expires));
    let issuer = scope.lens.viewer().account();
    columns.insert("issuer_id", issuer.map_or(Cell::Null, Cell::Id));
    for (column, cell) in columns {
        draft.put(column, &cell);
    }
    let (id, action) = (draft.id, action(mutate.of, mutate.deed.name));
    let mut drafts = vec![draft];
    drafts.extend(share_drafts(id, partner, &shares));
    let store = &scope.store;
    store
        .insert(&permit, &action, id, drafts, scope.now)
        .await?;
    Ok(Outcome {
        issued: Some(issued),
        ..Outcome::done(id)
    })
}

/// What is asked of a token, checked.
struct Asked {
    purpose: Option<String>,
    scopes: Vec<String>,
    networks: Vec<String>,
    audience: String,
    long_lived: bool,
    expires: DateTime<Utc>,
}

fn asked(mint: &Mint, values: &Given, now: DateTime<Utc>) -> (Asked, Vec<UserError>) {
    let cell = |name: &str| {
        let mut all = values.iter();
        all.find(|(field, _)| field.name == name)
            .map(|(_, cell)| cell)
    };
    let text = |name: &str| match cell(name) {
        Some(Cell::Text(text)) => Some(text.clone()),
        _ => None,
    };
    let words = |name: &str| -> Vec<String> {
        let text = text(name).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    };
    let latest = mint.latest(now);
    let asked = Asked {
        purpose: text("purpose"),
        scopes: words("scopes"),
        networks: words("networks"),
        audience: text("audience")
            .or_else(|| mint.audiences().first().cloned())
            .unwrap_or_default(),
        long_lived: matches!(cell("longLived"), Some(Cell::Bool(true))),
        expires: match cell("expiresAt") {
            Some(Cell::Time(time)) => *time,
            _ => latest,
        },
    };
    let mut errors = Vec::new();
    let mut refuse = |wrong: bool, name: &str, en: &'static str, zh: &'static str| {
        if wrong {
            errors.push(invalid(Unfit { en, zh }, name));
        }
    };
    let unknown = |scope: &String| viewer::scopes().all(|known| known != scope);
    refuse(
        asked.scopes.iter().any(unknown),
        "scopes",
        "There is no such scope.",
        "沒有此範圍。",
    );
    let strange = |network: &String| network.parse::<Network>().is_err();
    refuse(
        asked.networks.iter().any(strange) || asked.networks.len() > MOST,
        "networks",
        "A network is written as 192.0.2.0/24 or 2001:db8::/32.",
        "網絡須寫成 192.0.2.0/24 或 2001:db8::/32。",
    );
    refuse(
        !mint.audiences().contains(&asked.audience),
        "audience",
        "Tokens for this service are not issued here.",
        "此處不為該服務發出權杖。",
    );
    refuse(
        asked.expires <= now || asked.expires > latest,
        "expiresAt",
        "It is over already, or later than a token may last.",
        "有效期已過，或超出權杖的最長期限。",
    );
    (asked, errors)
}

/// A share that a token is to be for.
struct Covered {
    lead: Uuid,
    parts: Parts,
}

/// The shares that an input names: those that the organisation received and that stand.
async fn covered(
    scope: &Scope,
    input: &Input,
    partner: Uuid,
) -> Result<Result<BTreeMap<Uuid, Covered>, UserError>, GraphError> {
    let mut shares = BTreeMap::new();
    let given = input.get("shares").map(items).unwrap_or_default();
    if given.is_empty() {
        return Ok(Err(required("shares")));
    }
    let wrong = || Ok(Err(UserError::not_found("shares")));
    let many = Unfit {
        en: "That is more than a token may be for.",
        zh: "超出權杖可涉及的數目。",
    };
    if given.len() > MOST {
        return Ok(Err(invalid(many, "shares")));
    }
    let Some(of) = catalogue::find("Partnership") else {
        return wrong();
    };
    for one in given {
        let Value::Object(one) = one else {
            return wrong();
        };
        let id = one
            .get("partnershipId")
            .and_then(|value| id::of_type(value, of));
        let Some(id) = id else {
            return wrong();
        };
        let there = seen(scope, of, id).await?;
        let Some(row) = scope.store.share(id).await?.filter(|_| there) else {
            return wrong();
        };
        if row.partner != partner || shares.contains_key(&id) {
            return wrong();
        }
        if row.state != "ACTIVE" {
            return Ok(Err(UserError::new(
                UserErrorCode::Conflict,
                "The share is not in force.",
                "分享並未生效。",
                Some("shares"),
            )));
        }
        let only = one
            .get("projectIds")
            .filter(|value| !matches!(value, Value::Null));
        let parts = match only.map(items) {
            None => Parts::Whole,
            Some(projects) => {
                let project = catalogue::find("Project");
                let ids = projects.iter().map(|value| id::of_type(value, project?));
                let known = |id: &Uuid| row.scopes.iter().any(|part| part.project == *id);
                let ids: Option<Vec<Uuid>> = ids.map(|id| id.filter(known)).collect();
                match ids {
                    Some(ids) if !ids.is_empty() && ids.len() <= MOST => {
                        Parts::Projects(ids.into_iter().collect())
                    }
                    _ => return wrong(),
                }
            }
        };
        let lead = row.lead;
        shares.insert(id, Covered { lead, parts });
    }
    Ok(Ok(shares))
}

/// The rows that say for which shares a token is.
fn share_drafts(token: Uuid, partner: Uuid, shares: &BTreeMap<Uuid, Covered>) -> Vec<Draft> {
    let Some(of) = catalogue::find("PartnerTokenShare") else {
        return Vec::new();
    };
    let mut drafts = Vec::new();
    for (share, covered) in shares {
        let projects: Vec<Cell> = match &covered.parts {
            Parts::Whole => vec![Cell::Null],
            Parts::Projects(projects) => projects.iter().copied().map(Cell::Id).collect(),
        };
        for project in projects {
            let mut draft = Draft::new(of);
            for (column, cell) in [
                ("partner_token_id", Cell::Id(token)),
                ("partnership_id", Cell::Id(*share)),
                ("project_id", project),
                ("lead_id", Cell::Id(covered.lead)),
                ("partner_id", Cell::Id(partner)),
            ] {
                draft.put(column, &cell);
            }
            drafts.push(draft);
        }
    }
    drafts
}

/// Revokes a token; one that is revoked stays as it is.
pub async fn revoke(scope: &Scope, mutate: Mutate, input: &Input) -> Result<Outcome, GraphError> {
    let of = mutate.of;
    for _ in 0..TRIES {
        let current = match current(scope, of, input).await? {
            Ok(current) => current,
            Err(error) => return Ok(Outcome::because(error)),
        };
        let permit = scope.permit(mutate, &current.record)?;
        let revoked = matches!(current.shown("revoked_at"), Some(Cell::Time(_)));
        if revoked {
            return Ok(Outcome::done(current.id()));
        }
        let mut columns = vec![("revoked_at", scope.now.into())];
        if let Some(account) = scope.lens.viewer().account() {
            columns.push(("revoked_by_id", account.into()));
        }
        let change = Change {
            of,
            id: current.id(),
            revision: current.revision,
            columns,
        };
        let name = action(of, mutate.deed.name);
        let done = scope.store.change(&permit, &name, change, scope.now);
        if done.await? == Changed::Done {
            return Ok(Outcome::done(current.id()));
        }
    }
    Ok(Outcome::because(overtaken()))
}

fn conflict(en: &str, zh: &str) -> UserError {
    UserError::new(UserErrorCode::Conflict, en, zh, None)
}
