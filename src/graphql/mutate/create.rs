//! A record is made.

use std::collections::BTreeMap;

use super::super::error::GraphError;
use super::super::schema::Mutate;
use super::super::scope::Scope;
use super::payload::{Outcome, UserError};
use super::{Input, action, change, given, share, space, template};
use crate::catalogue::{self, Cell, Type};
use crate::policy::{Permit, Record, Value as Attribute};
use crate::store::Draft;

/// Values that a record has where nothing is given.
const DEFAULTS: &[(&str, &str, &str)] = &[
    ("volunteer", "status", "ACTIVE"),
    ("project", "status", "PLANNED"),
    ("shift", "progress", "PLANNED"),
    ("partnership", "state", "PROPOSED"),
    ("notice", "status", "DRAFT"),
    ("consent_text", "status", "DRAFT"),
    ("notice", "urgency", "NORMAL"),
];

/// Truth values that a record has where nothing is given.
const FLAGS: &[(&str, &str, bool)] = &[
    ("notice", "forwardable", true),
    ("shift_template", "forwardable", true),
    ("partnership", "desensitised", true),
];

/// A record that may be made.
pub struct Prepared {
    /// That it may.
    pub permit: Permit,
    /// Its row, and what is made with it.
    pub drafts: Vec<Draft>,
}

/// Makes a record.
pub async fn create(scope: &Scope, mutate: Mutate, input: &Input) -> Result<Outcome, GraphError> {
    let Prepared { permit, drafts } = match prepare(scope, mutate, input).await? {
        Ok(prepared) => prepared,
        Err(errors) => return Ok(Outcome::refused(errors)),
    };
    let Some(id) = drafts.first().map(|draft| draft.id) else {
        return Ok(Outcome::refused(Vec::new()));
    };
    let action = action(mutate.of, "create");
    let made = scope.store.insert(&permit, &action, id, drafts, scope.now);
    made.await?;
    Ok(Outcome::done(id))
}

/// What is to be made, and that it may be; or what stands in the way.
pub async fn prepare(
    scope: &Scope,
    mutate: Mutate,
    input: &Input,
) -> Result<Result<Prepared, Vec<UserError>>, GraphError> {
    let of = mutate.of;
    let (mut values, mut errors) = given::read(scope, mutate, input).await?;
    errors.extend(template::fill(scope, of, input, &mut values).await?);
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
        return Ok(Err(errors));
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
    let mut more = Vec::new();
    if of.table == "partnership" {
        match share::offer(scope, draft.id, input, &values, &mut columns).await? {
            Ok(drafts) => more = drafts,
            Err(missing) => errors.extend(missing),
        }
    }
    if of.table == "space" {
        more = space::opened(scope, draft.id, &mut columns);
    }
    if !errors.is_empty() {
        return Ok(Err(errors));
    }
    for (column, cell) in columns {
        draft.put(column, &cell);
    }
    let drafts = std::iter::once(draft).chain(more).collect();
    Ok(Ok(Prepared { permit, drafts }))
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
