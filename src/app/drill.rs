//! The drill of a breach, for whoever runs the server: asked in the name of a privacy officer.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::audit::record_of;
use super::tokens::id_of;
use super::{AppError, open};
use crate::config::Config;
use crate::graphql::encode_id;
use crate::viewer::Claims;

const DRILL: &str = "query($organisation: ID!, $record: ID!, $from: DateTime!, $until: DateTime!, $limit: Int) {
  privacyOffice(organisation: $organisation) {
    breachDrill(record: $record, from: $from, until: $until, limit: $limit) {
      record from until policyVersions
      saw { viewerKind user partnerToken shares roles full { group fields } masked { group fields }
        firstAt lastAt answers hasAccess }
      moreSaw
      could { viewerKind user partnerToken shares roles full { group fields } masked { group fields } saw }
      moreCould
      notes { code english chinese } } } }";

/// What is drilled, and who asks.
pub struct Drill<'a> {
    /// The organisation that has the record.
    pub organisation: &'a str,
    /// `Volunteer:` and an id, or an identifier of the graph.
    pub record: &'a str,
    /// The privacy officer.
    pub who: &'a str,
    /// From when.
    pub from: DateTime<Utc>,
    /// Until before when.
    pub until: DateTime<Utc>,
    /// At most so many viewers in each list.
    pub limit: usize,
}

/// Who could have seen a record between two instants, and who did. It is asked as any other question
/// of the officer, and is logged as a reading of the log.
///
/// # Errors
/// There is no such person, or the server cannot be put together.
pub async fn drill(
    config: &Config,
    drill: &Drill<'_>,
    now: DateTime<Utc>,
) -> Result<Value, AppError> {
    let account = id_of(drill.who, "User")?;
    let of = crate::catalogue::find("Organisation");
    let of = of.ok_or(AppError::Missing("there is no such type of record"))?;
    let variables = json!({
        "organisation": encode_id(of, id_of(drill.organisation, of.name)?),
        "record": record_of(drill.record)?,
        "from": drill.from, "until": drill.until, "limit": drill.limit,
    });
    let app = open(config).await?;
    let minute = Duration::from_secs(60);
    let claims = Claims::of_user(&account.to_string(), now, minute);
    let answer = app.graph.ask(DRILL, variables, &claims, now).await;
    app.graph.store().log().flush().await?;
    Ok(answer)
}
