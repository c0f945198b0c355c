//! What an input asks of the terms of a share.

use std::collections::BTreeSet;

use async_graphql::Value;
use uuid::Uuid;

use super::super::super::arguments::items;
use super::super::super::error::GraphError;
use super::super::super::id;
use super::super::super::scope::Scope;
use super::super::given::{self, Given};
use super::super::payload::{UserError, UserErrorCode};
use super::super::{Input, change};
use super::agreed::Agreed;
use crate::catalogue::{self, Cell};
use crate::policy::Value as Attribute;
use crate::sharing::{Covers, GROUPS, Level, Terms};

/// How many parts of the lead's work a share covers at most.
const MOST_SCOPES: usize = 200;

/// Puts the values that were given into a share; what is wrong with them is told.
pub fn apply(share: &mut Agreed, values: &Given) -> Vec<UserError> {
    let mut errors = Vec::new();
    let terms = &mut share.terms;
    let time = |cell: &Cell| match cell {
        Cell::Time(time) => Some(*time),
        _ => None,
    };
    for (field, cell) in values {
        match (field.name, cell) {
            ("level", Cell::Text(name)) => {
                if let Some(level) = Level::named(name) {
                    terms.level = level;
                }
            }
            ("fieldGroups", Cell::Text(list)) => match groups(list) {
                Some(groups) => terms.groups = groups,
                None => errors.push(unknown_group()),
            },
            ("purpose", Cell::Text(purpose)) => terms.purpose = Some(purpose.clone()),
            ("purpose", _) => terms.purpose = None,
            ("validFrom", cell) => terms.from = time(cell),
            ("validTo", cell) => terms.to = time(cell),
            ("desensitised", Cell::Bool(flag)) => share.desensitised = *flag,
            _ => {}
        }
    }
    errors
}

/// That the end does not come after the beginning.
pub fn backwards(terms: &Terms) -> Vec<UserError> {
    let Some(of) = catalogue::find("Partnership") else {
        return Vec::new();
    };
    change::inconsistent(of, |column| match column {
        "valid_from" => terms.from.map(Cell::Time),
        "valid_to" => terms.to.map(Cell::Time),
        _ => None,
    })
}

/// Groups of fields as a column holds them; none where one is not known.
fn groups(list: &str) -> Option<BTreeSet<String>> {
    let groups: BTreeSet<String> = serde_json::from_str(list).ok()?;
    let known = groups.iter().all(|group| GROUPS.contains(&group.as_str()));
    known.then_some(groups)
}

fn unknown_group() -> UserError {
    UserError::new(
        UserErrorCode::Invalid,
        "The groups are ROSTER, CONTACTS, NOTES, HISTORY, ORIGINS.",
        "欄位組別只有 ROSTER、CONTACTS、NOTES、HISTORY、ORIGINS。",
        Some("fieldGroups"),
    )
}

/// The parts of the lead's work that an input names; nothing where it names none. What was known
/// to both sides before need not be seen; anything else must be, and must be the lead's own:
/// nobody shares onward what was shared.
pub async fn covers(
    scope: &Scope,
    input: &Input,
    lead: Uuid,
    known: &BTreeSet<Covers>,
) -> Result<Result<Option<BTreeSet<Covers>>, UserError>, GraphError> {
    let mut found = BTreeSet::new();
    let lists = [("projectIds", true), ("scopes", false)];
    let mut asked = false;
    for (name, whole) in lists {
        let Some(list) = input.get(name).filter(|list| **list != Value::Null) else {
            continue;
        };
        asked = true;
        if items(list).len() > MOST_SCOPES {
            return Ok(Err(UserError::new(
                UserErrorCode::Invalid,
                "A share covers at most 200 parts.",
                "一項分享最多涵蓋二百個部分。",
                Some(name),
            )));
        }
        for item in items(list) {
            let part = |key: &str| match item {
                Value::Object(fields) if !whole => fields.get(key).cloned(),
                item if whole && key == "projectId" => Some(item.clone()),
                _ => None,
            };
            match part_of(scope, part, lead, known).await? {
                Some(covers) => drop(found.insert(covers)),
                None => return Ok(Err(UserError::not_found(name))),
            }
        }
    }
    Ok(Ok(asked.then_some(found)))
}

async fn part_of(
    scope: &Scope,
    part: impl Fn(&str) -> Option<Value>,
    lead: Uuid,
    known: &BTreeSet<Covers>,
) -> Result<Option<Covers>, GraphError> {
    let seen = |pick: fn(&Covers) -> Option<Uuid>| known.iter().filter_map(pick).collect();
    let known: [BTreeSet<Uuid>; 3] = [
        seen(|covers| Some(covers.project)),
        seen(|covers| covers.department),
        seen(|covers| covers.shift),
    ];
    let wanted = [
        ("projectId", "Project"),
        ("departmentId", "Department"),
        ("shiftId", "Shift"),
    ];
    let mut ids = [None; 3];
    for (at, ((key, name), known)) in wanted.into_iter().zip(&known).enumerate() {
        let given = part(key).filter(|value| *value != Value::Null);
        let (Some(value), Some(of)) = (given, catalogue::find(name)) else {
            continue;
        };
        let Some(id) = id::of_type(&value, of) else {
            return Ok(None);
        };
        if !known.contains(&id) && !given::seen(scope, of, id).await? {
            return Ok(None);
        }
        let records = scope.store.records(of, &[id]).await?;
        let says = |attribute: &str, what: Option<Uuid>| {
            let value = records.get(&id).and_then(|record| record.value(attribute));
            value.is_some() && value == what.map(Attribute::Id).as_ref()
        };
        let project = ids.first().copied().flatten();
        let belongs =
            says("organisation", Some(lead)) && (name != "Shift" || says("project", project));
        if !belongs {
            return Ok(None);
        }
        if let Some(place) = ids.get_mut(at) {
            *place = Some(id);
        }
    }
    let [project, department, shift] = ids;
    Ok(project.map(|project| Covers {
        project,
        department,
        shift,
    }))
}
