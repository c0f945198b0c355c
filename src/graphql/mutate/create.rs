//! A record is made.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::super::arguments::items;
use super::super::error::GraphError;
use super::super::id;
use super::super::schema::Mutate;
use super::super::scope::Scope;
use super::payload::{Outcome, UserError};
use super::{Input, action, change, given};
use crate::catalogue::{self, Cell, Type};
use crate::policy::{Record, Value as Attribute};
use crate::store::Draft;

/// Values that a record has where nothing is given.
const DEFAULTS: &[(&str, &str, &str)] = &[
    ("volunteer", "status", "ACTIVE"),
    ("project", "status", "PLANNED"),
    ("shift", "progress", "PLANNED"),
    ("partnership", "state", "PROPOSED"),
    ("notice", "status", "DRAFT"),
    ("notice", "urgency", "NORMAL"),
];

/// Truth values that policies read and that a record has where nothing is given.
const FLAGS: &[(&str, &str, bool)] = &[("notice", "forwardable", true)];

/// Makes a record.
pub async fn create(scope: &Scope, mutate: Mutate, input: &Input) -> Result<Outcome, GraphError> {
    let of = mutate.of;
    let (values, mut errors) = given::read(scope, mutate, input).await?;
    let mut columns: BTreeMap<&'static str, Cell> = BTreeMap::new();
    for (_, column, value) in DEFAULTS.iter().filter(|(table, ..)| *table == of.table) {
        columns.insert(column, Cell::Text((*value).to_owned()));
    }
    for (_, column, flag) in FLAGS.iter().filter(|(table, ..)| *table == of.table) {
        columns.insert(column, Cell::Bool(*flag));
    }
    for (field, cell) in &values {
        if let Some(column) = field.column() {
            columns.insert(column, cell.clone());
        }
    }
    if !errors.is_empty() {
        return Ok(Outcome::refused(errors));
    }
    inherit(scope, of, &mut columns).await?;
    let mut draft = Draft::new(of);
    let record = Record::from_columns(of, draft.id, |c| columns.get(c).cloned(), &BTreeMap::new());
    let permit = scope.permit(mutate, &record)?;
    given::permitted(scope, of, &values, &record)?;
    // Only who may do it at all is told what does not go together.
    if let Some(Cell::Id(organisation)) = columns.get("organisation_id") {
        errors.extend(given::astray(scope, &values, Some(*organisation)).await?);
    }
    errors.extend(change::inconsistent(of, |column| {
        columns.get(column).cloned()
    }));
    let (scopes, missing) = scopes(scope, of, input, &columns).await?;
    errors.extend(missing);
    if !errors.is_empty() {
        return Ok(Outcome::refused(errors));
    }
    for (column, cell) in columns {
        draft.put(column, &cell);
    }
    let (id, action) = (draft.id, action(of, "create"));
    let mut drafts = vec![draft];
    drafts.extend(scopes.into_iter().map(|mut scope| {
        scope.put("partnership_id", &Cell::Id(id));
        scope
    }));
    scope
        .store
        .insert(&permit, &action, id, drafts, scope.now)
        .await?;
    Ok(Outcome::done(id))
}

/// Columns that follow from others: a shift is of the organisation of its project, a notice has the
/// one who writes it as its author.
async fn inherit(
    scope: &Scope,
    of: &'static Type,
    columns: &mut BTreeMap<&'static str, Cell>,
) -> Result<(), GraphError> {
    if let ("shift", Some(Cell::Id(project))) = (of.table, columns.get("project_id").cloned())
        && let Some(project_type) = catalogue::find("Project")
    {
        let records = scope.store.records(project_type, &[project]).await?;
        let theirs = records
            .get(&project)
            .and_then(|record| record.value("organisation"));
        if let Some(Attribute::Id(organisation)) = theirs {
            columns.insert("organisation_id", Cell::Id(*organisation));
        }
    }
    if of.table == "notice"
        && let Some(account) = scope.lens.viewer().account()
    {
        columns.insert("author_id", Cell::Id(account));
    }
    Ok(())
}

/// The projects that a new share covers.
async fn scopes(
    scope: &Scope,
    of: &'static Type,
    input: &Input,
    columns: &BTreeMap<&'static str, Cell>,
) -> Result<(Vec<Draft>, Vec<UserError>), GraphError> {
    let wanted = if of.table == "partnership" {
        input.get("projectIds")
    } else {
        None
    };
    let (Some(wanted), Some(project), Some(covered)) = (
        wanted,
        catalogue::find("Project"),
        catalogue::find("PartnershipScope"),
    ) else {
        return Ok((Vec::new(), Vec::new()));
    };
    let lead = columns.get("lead_id");
    let (mut drafts, mut errors) = (Vec::new(), Vec::new());
    for value in items(wanted) {
        let found = id::of_type(value, project);
        let records = match found {
            Some(id) if given::seen(scope, project, id).await? => {
                scope.store.records(project, &[id]).await?
            }
            _ => Default::default(),
        };
        let led = |id: &Uuid| match (records.get(id).and_then(|r| r.value("organisation")), lead) {
            (Some(Attribute::Id(theirs)), Some(Cell::Id(lead))) => theirs == lead,
            _ => false,
        };
        let Some(id) = found.filter(led) else {
            errors.push(UserError::not_found("projectIds"));
            continue;
        };
        let mut draft = Draft::new(covered);
        draft.put("project_id", &Cell::Id(id));
        for column in ["lead_id", "partner_id"] {
            draft.put(column, columns.get(column).unwrap_or(&Cell::Null));
        }
        drafts.push(draft);
    }
    Ok((drafts, errors))
}
