//! Somebody asks: the person, a guardian for a child, or a privacy officer for either.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::super::super::error::GraphError;
use super::super::super::schema::Mutate;
use super::super::super::scope::Scope;
use super::super::given::{self, Given, required};
use super::super::payload::{Outcome, UserError};
use super::super::{Input, action};
use super::{Whose, correction, step, unfit};
use crate::catalogue::Cell;
use crate::catalogue::about::{PERSONS, Person};
use crate::policy::{Record, Value as Attribute};
use crate::rights::clock;
use crate::store::Draft;
use crate::viewer::{Held, Viewer};

/// Makes a request.
pub async fn open(scope: &Scope, mutate: Mutate, input: &Input) -> Result<Outcome, GraphError> {
    let (values, errors) = given::read(scope, mutate, input).await?;
    if !errors.is_empty() {
        return Ok(Outcome::refused(errors));
    }
    let (whose, holds) = match whose(scope, &values).await? {
        Ok(whose) => whose,
        Err(error) => return Ok(Outcome::because(error)),
    };
    let mut columns: BTreeMap<&'static str, Cell> = BTreeMap::new();
    for (field, cell) in &values {
        if let Some(column) = field.column() {
            columns.insert(column, cell.clone());
        }
    }
    columns.insert("organisation_id", Cell::Id(whose.organisation));
    columns.insert("state", Cell::Text("OPEN".to_owned()));
    let mut draft = Draft::new(mutate.of);
    let get = |column: &str| columns.get(column).cloned();
    let record = Record::from_columns(mutate.of, draft.id, get, &BTreeMap::new());
    let permit = scope.permit(mutate, &record)?;
    given::permitted(scope, mutate.of, &values, &record)?;
    // Only who may ask at all is told what does not go together, or who has whom.
    if !holds {
        return Ok(Outcome::because(UserError::not_found("organisationId")));
    }
    let errors = inconsistent(whose.person, &columns);
    if !errors.is_empty() {
        return Ok(Outcome::refused(errors));
    }
    let today = clock::day(scope.now);
    let capacity = capacity(scope.lens.viewer(), whose);
    columns.insert("capacity", Cell::Text(capacity.to_owned()));
    columns.insert("opened_on", Cell::Date(today));
    columns.insert("due_on", Cell::Date(clock::due(today)));
    if let Some(next) = clock::next(today, today) {
        columns.insert("next_reminder_on", Cell::Date(next));
    }
    if let Some(account) = scope.lens.viewer().account() {
        columns.insert("opened_by_id", Cell::Id(account));
    }
    for (column, cell) in columns.iter().filter(|(_, cell)| **cell != Cell::Null) {
        draft.put(column, cell);
    }
    let (id, name) = (draft.id, action(mutate.of, mutate.deed.name));
    let mut drafts = vec![draft];
    if let Some(mut step) = step(scope, id, whose, "OPEN") {
        step.put("number", &Cell::Int(1));
        drafts.push(step);
    }
    let made = scope.store.insert(&permit, &name, id, drafts, scope.now);
    made.await?;
    Ok(Outcome::done(id))
}

/// Whose data is asked for: one person of one organisation, and whether that one has the person.
async fn whose(
    scope: &Scope,
    values: &Given,
) -> Result<Result<(Whose, bool), UserError>, GraphError> {
    let given = |column: &str| {
        values.iter().find_map(|(field, cell)| match cell {
            Cell::Id(id) if field.column() == Some(column) => Some(*id),
            _ => None,
        })
    };
    let named: Vec<(Person, Uuid)> = PERSONS
        .into_iter()
        .filter_map(|person| Some((person, given(person.column())?)))
        .collect();
    let [(person, id)] = named.as_slice() else {
        let (en, zh) = (
            "Say whose data it is: one volunteer, student, guardian or user.",
            "請指明一名義工、學生、監護人或用戶。",
        );
        return Ok(Err(unfit(en, zh, "kind")));
    };
    let wanted = given("organisation_id");
    let Some(of) = person.of() else {
        return Ok(Err(UserError::not_found("kind")));
    };
    let records = scope.store.records(of, &[*id]).await?;
    let record = records.get(id);
    let (organisation, holds) = match record.and_then(|record| record.value("organisation")) {
        Some(Attribute::Id(theirs)) => {
            let organisation = wanted.unwrap_or(*theirs);
            (organisation, organisation == *theirs)
        }
        // A user is of many organisations, one of which holds what is asked for.
        _ => match (wanted, record.and_then(|r| r.value("organisations"))) {
            (Some(wanted), Some(Attribute::Ids(theirs))) => (wanted, theirs.contains(&wanted)),
            (Some(wanted), _) => (wanted, false),
            (None, _) => return Ok(Err(required("organisationId"))),
        },
    };
    let whose = Whose {
        organisation,
        person: *person,
        id: *id,
    };
    Ok(Ok((whose, holds)))
}

/// As what the viewer asks.
fn capacity(viewer: &Viewer, whose: Whose) -> &'static str {
    let holds = |name: &str| match viewer.held().get(name) {
        Some(Held::Many(_, ids)) => ids.contains(&whose.id),
        _ => false,
    };
    let own = match whose.person {
        Person::Volunteer => holds("ownVolunteers"),
        Person::Guardian => holds("ownGuardians"),
        Person::User => viewer.account() == Some(whose.id),
        Person::Student if holds("wards") => return "RELEVANT_PERSON",
        Person::Student => false,
    };
    if own { "SELF" } else { "OFFICER" }
}

/// What does not go together in a request.
fn inconsistent(person: Person, columns: &BTreeMap<&'static str, Cell>) -> Vec<UserError> {
    let text = |column: &str| match columns.get(column) {
        Some(Cell::Text(text)) => Some(text.as_str()),
        _ => None,
    };
    let (field, proposed) = (text("corrected_field"), text("proposed_value"));
    if text("kind") != Some("CORRECTION") {
        let (en, zh) = ("This is for a correction only.", "只適用於改正資料要求。");
        let named = [("correctedField", field), ("proposedValue", proposed)];
        let errors = named.into_iter().filter(|(_, given)| given.is_some());
        return errors.map(|(name, _)| unfit(en, zh, name)).collect();
    }
    let mut errors = Vec::new();
    // Refused, it becomes a note in these words.
    if text("statement").is_none() {
        errors.push(required("statement"));
    }
    match (field, proposed) {
        (None, _) => errors.push(required("correctedField")),
        (_, None) => errors.push(required("proposedValue")),
        (Some(field), Some(proposed)) => {
            errors.extend(correction::read(person, field, proposed).err());
        }
    }
    errors
}
