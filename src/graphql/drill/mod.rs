//! The breach drill: between two instants, who could have seen a record, and who did.
//!
//! Who did stands in the log of disclosures. Who could have follows from what people and partners
//! held then, under each set of policies that was in force: viewers are made, and decided, by the
//! code that does so for those who ask today. Running it is logged as a reading of the log.

mod could;
mod saw;
mod sets;
mod shapes;
mod told;

pub use shapes::TYPES;

use async_graphql::registry::MetaInputValue;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value as Json;
use uuid::Uuid;

use self::could::could;
use self::saw::saw;
use self::sets::sets;
use super::arguments::Arguments;
use super::error::{GraphError, Over};
use super::id;
use super::mutate::seen;
use super::schema::describe::input;
use super::scope::Scope;
use super::values::given;
use crate::catalogue::{Cell, Kind, Type};
use crate::policy::Record;
use crate::store::past;

/// The field of the privacy office.
pub const FIELD: &str = "breachDrill";
/// Its type.
pub const RESULT: &str = "BreachDrillResult";
/// The deed that lets it be read.
const DEED: &str = "drillBreach";

/// How many viewers of each list are told unless said.
const LIMIT: usize = 100;
/// How many at most.
const MOST: usize = 1_000;
/// How many people are looked at, those of the organisation first.
const PEOPLE: usize = 2_000;

/// How much heavy work on policies it is, in steps.
pub const WORK: u64 = 1;

/// As how many times the values of the office its own count: what is listed over what the office
/// lists.
pub fn values(limit: Option<u64>) -> u64 {
    limit.unwrap_or(LIMIT as u64).div_ceil(50).max(1)
}

/// What the field takes.
pub fn inputs() -> Vec<MetaInputValue> {
    vec![
        input(
            "record",
            "ID!",
            "The record: of a user, volunteer, student or guardian.",
        ),
        input("from", "DateTime!", "From when."),
        input("until", "DateTime!", "Until before when."),
        input(
            "limit",
            "Int",
            "At most so many viewers in each of the two lists; 100 unless said, 1,000 at most.",
        ),
    ]
}

/// What is asked.
struct Asked {
    organisation: Uuid,
    of: &'static Type,
    id: Uuid,
    record: Record,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    limit: usize,
}

/// The drill of a record of the organisation; none for one that is not there, not its own, not
/// seen, or of which the policies do not let the viewer run it.
pub async fn drill(
    scope: &Scope,
    organisation: Uuid,
    arguments: &Arguments,
) -> Result<Option<Json>, GraphError> {
    let Some(asked) = asked(scope, organisation, arguments).await? else {
        return Ok(None);
    };
    scope.seen().log(asked.of, asked.id);
    let in_force = sets(scope, asked.from, asked.until).await?;
    // Nobody could have seen anything yet of what is to come.
    let past = scope
        .store
        .past(past::Asked {
            organisation,
            from: asked.from,
            until: asked.until.min(scope.now + TimeDelta::microseconds(1)),
            most: PEOPLE,
        })
        .await?;
    let could = could(&asked, &past, &in_force).await?;
    let saw = saw(scope, &asked).await?;
    told::told(scope, &asked, (&past, &in_force), could, saw)
        .await
        .map(Some)
}

async fn asked(
    scope: &Scope,
    organisation: Uuid,
    arguments: &Arguments,
) -> Result<Option<Asked>, GraphError> {
    let (from, until) = (time(arguments, "from")?, time(arguments, "until")?);
    if from >= until || from > scope.now {
        let message = "`from` must be before `until`, and not in the future";
        return Err(GraphError::Input(message.into()));
    }
    let limit = arguments.count("limit")?.unwrap_or(LIMIT as u64);
    if limit > MOST as u64 {
        return Err(GraphError::Over(Over {
            message: format!("each list of a drill has at most {MOST} viewers, not {limit}"),
            limit: "max_drill_viewers",
            asked: limit,
            allowed: MOST as u64,
        }));
    }
    let named = arguments.get("record").and_then(id::text);
    let Some((of, id)) = named.and_then(|text| id::decode(&text)) else {
        return Ok(None);
    };
    if of.deed(DEED).is_none()
        || !seen(scope, of, id).await?
        || !scope.store.belongs(of, id, organisation).await?
    {
        return Ok(None);
    }
    let record = scope.store.records(of, &[id]).await?.remove(&id);
    let action = format!("{}.{DEED}", of.name);
    let record = record.filter(|record| scope.lens.permit(&action, record).is_ok());
    Ok(record.map(|record| Asked {
        organisation,
        of,
        id,
        record,
        from,
        until,
        limit: usize::try_from(limit).unwrap_or(MOST),
    }))
}

fn time(arguments: &Arguments, name: &str) -> Result<DateTime<Utc>, GraphError> {
    match arguments
        .get(name)
        .and_then(|value| given(Kind::Time, value))
    {
        Some(Cell::Time(time)) => Ok(time),
        _ => Err(GraphError::Input(format!("`{name}` is no instant"))),
    }
}
