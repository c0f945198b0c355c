//! A share as two sides have it: what it is, what a step changes of it, and what the trail says.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use crate::catalogue::{self, Cell, Kind, Type};
use crate::graphql::id;
use crate::graphql::values::shown;
use crate::sharing::{Covers, GROUPS, Level, Side, Standing, State, Terms};
use crate::store::{Change, Draft, ScopeRow, ShareRow, ShareStep, StoreError};

/// A share, with what waits to be agreed on.
#[derive(Clone)]
pub struct Agreed {
    /// How it stands.
    pub standing: Standing,
    /// What was agreed.
    pub terms: Terms,
    /// Whether people are shown as first character and `XX`.
    pub desensitised: bool,
    /// What would change, by the names of the input.
    pub proposed: Option<Map<String, Json>>,
}

/// Who takes a step.
#[derive(Clone, Copy)]
pub struct Actor {
    /// For which side.
    pub side: Side,
    /// The person.
    pub account: Option<Uuid>,
}

/// Where a step is taken.
pub struct Place<'a> {
    /// The share.
    pub id: Uuid,
    /// At this revision.
    pub revision: i32,
    /// As it was read.
    pub row: &'a ShareRow,
    /// When it is put away, if it is.
    pub archived: Option<DateTime<Utc>>,
}

impl Agreed {
    /// The share of a row.
    pub fn of(row: &ShareRow) -> Result<Self, StoreError> {
        let strange = |column| move || StoreError::Type(column);
        let hold = row.suspended_by.as_deref();
        let state = State::named(&row.state, hold);
        let groups = serde_json::from_str(&row.field_groups);
        let proposed = row.proposed_change.as_deref().map(serde_json::from_str);
        Ok(Self {
            standing: Standing {
                state: state.ok_or_else(strange("partnership.state"))?,
                proposed_by: row.proposed_by.as_deref().and_then(Side::named),
            },
            terms: Terms {
                level: Level::named(&row.level).ok_or_else(strange("partnership.level"))?,
                groups: groups.map_err(|_| StoreError::Type("partnership.field_groups"))?,
                purpose: row.purpose.clone(),
                from: row.valid_from,
                to: row.valid_to,
                covers: row.scopes.iter().map(ScopeRow::covers).collect(),
            },
            desensitised: row.desensitised,
            proposed: proposed
                .transpose()
                .map_err(|_| StoreError::Type("partnership.proposed_change"))?,
        })
    }

    /// Its values by the names of its fields.
    fn cells(&self) -> Vec<(&'static str, Cell)> {
        let text = |text: Option<&str>| text.map_or(Cell::Null, |text| Cell::Text(text.to_owned()));
        let terms = &self.terms;
        let known = GROUPS.iter().filter(|group| terms.groups.contains(**group));
        let other = terms.groups.iter().map(String::as_str);
        let other = other.filter(|group| !GROUPS.contains(group));
        let groups: Vec<&str> = known.copied().chain(other).collect();
        let proposed = self
            .proposed
            .as_ref()
            .map(|change| json!(change).to_string());
        vec![
            ("state", text(Some(self.standing.state.name()))),
            (
                "suspendedBy",
                text(self.standing.state.hold().map(|hold| hold.name())),
            ),
            ("level", text(Some(terms.level.name()))),
            ("fieldGroups", text(Some(&json!(groups).to_string()))),
            ("desensitised", Cell::Bool(self.desensitised)),
            ("purpose", text(terms.purpose.as_deref())),
            ("validFrom", terms.from.map_or(Cell::Null, Cell::Time)),
            ("validTo", terms.to.map_or(Cell::Null, Cell::Time)),
            (
                "proposedBy",
                text(self.standing.proposed_by.map(Side::name)),
            ),
            ("proposedChange", text(proposed.as_deref())),
        ]
    }

    /// The same as clients are told: a JSON object by the names of the fields.
    pub fn told(&self) -> Map<String, Json> {
        let of = catalogue::find("Partnership");
        let mut told = Map::new();
        for (name, cell) in self.cells() {
            let kind = of.and_then(|of| of.field(name)?.kind());
            let value = shown(kind.unwrap_or(Kind::Text), cell.lent());
            told.insert(name.to_owned(), value.into_json().unwrap_or_default());
        }
        if let Some(proposed) = &self.proposed {
            told.insert("proposedChange".to_owned(), json!(proposed));
        }
        let covers: Vec<Json> = self.terms.covers.iter().map(covers_told).collect();
        told.insert("scopes".to_owned(), json!(covers));
        told
    }

    /// What of the terms is otherwise than in another share.
    pub fn terms_unlike(&self, other: &Self) -> Map<String, Json> {
        let (mut new, old) = (self.told(), other.told());
        new.retain(|name, value| TERMS.contains(&name.as_str()) && old.get(name) != Some(value));
        new
    }
}

/// What two sides agree on, by the names of the input.
const TERMS: [&str; 6] = [
    "level",
    "fieldGroups",
    "purpose",
    "validFrom",
    "validTo",
    "scopes",
];

fn encoded(name: &str, id: Option<Uuid>) -> Json {
    let of = catalogue::find(name);
    of.zip(id)
        .map_or(Json::Null, |(of, id)| json!(id::encode(of, id)))
}

fn covers_told(covers: &Covers) -> Json {
    let mut told = Map::new();
    told.insert("projectId".into(), encoded("Project", Some(covers.project)));
    if covers.department.is_some() {
        told.insert(
            "departmentId".into(),
            encoded("Department", covers.department),
        );
    }
    if covers.shift.is_some() {
        told.insert("shiftId".into(), encoded("Shift", covers.shift));
    }
    Json::Object(told)
}

/// The terms with a change that was proposed; nothing where it cannot be read.
pub fn with_proposed(terms: &Terms, change: &Map<String, Json>) -> Option<Terms> {
    let mut terms = terms.clone();
    let time = |value: &Json| match value {
        Json::Null => Some(None),
        value => Some(Some(value.as_str()?.parse().ok()?)),
    };
    for (name, value) in change {
        match name.as_str() {
            "level" => terms.level = Level::named(value.as_str()?)?,
            "fieldGroups" => terms.groups = serde_json::from_value(value.clone()).ok()?,
            "purpose" => terms.purpose = value.as_str().map(str::to_owned),
            "validFrom" => terms.from = time(value)?,
            "validTo" => terms.to = time(value)?,
            "scopes" => {
                let covers = value.as_array()?.iter().map(covers_read);
                terms.covers = covers.collect::<Option<BTreeSet<_>>>()?;
            }
            _ => return None,
        }
    }
    Some(terms)
}

fn covers_read(value: &Json) -> Option<Covers> {
    let row = |key: &str, name: &str| {
        let (of, id) = id::decode(value.get(key)?.as_str()?)?;
        (of.name == name).then_some(id)
    };
    Some(Covers {
        project: row("projectId", "Project")?,
        department: row("departmentId", "Department"),
        shift: row("shiftId", "Shift"),
    })
}

impl ScopeRow {
    fn covers(&self) -> Covers {
        Covers {
            project: self.project,
            department: self.department,
            shift: self.shift,
        }
    }
}

/// The rows that say that a share covers these parts of the work.
pub fn scope_drafts<'a>(
    share: Uuid,
    lead: Uuid,
    partner: Uuid,
    covers: impl IntoIterator<Item = &'a Covers>,
) -> Vec<Draft> {
    let Some(of) = catalogue::find("PartnershipScope") else {
        return Vec::new();
    };
    let draft = |covers: &Covers| {
        let mut draft = Draft::new(of);
        let maybe = |id: Option<Uuid>| id.map_or(Cell::Null, Cell::Id);
        for (column, cell) in [
            ("partnership_id", Cell::Id(share)),
            ("lead_id", Cell::Id(lead)),
            ("partner_id", Cell::Id(partner)),
            ("project_id", Cell::Id(covers.project)),
            ("department_id", maybe(covers.department)),
            ("shift_id", maybe(covers.shift)),
        ] {
            draft.put(column, &cell);
        }
        draft
    };
    covers.into_iter().map(draft).collect()
}

/// What a trail says of a step.
pub struct Said<'a> {
    /// The share, its lead and its partner.
    pub share: [Uuid; 3],
    /// The number of the step.
    pub number: i32,
    /// What was done.
    pub deed: &'a str,
    /// By whom.
    pub actor: Actor,
    /// What the changed values were.
    pub before: Map<String, Json>,
    /// What they became.
    pub after: Map<String, Json>,
}

/// The row of a trail.
pub fn trail(of: &'static Type, said: Said<'_>) -> Draft {
    let [share, lead, partner] = said.share;
    let mut draft = Draft::new(of);
    for (column, cell) in [
        ("partnership_id", Cell::Id(share)),
        ("lead_id", Cell::Id(lead)),
        ("partner_id", Cell::Id(partner)),
        ("number", Cell::Int(said.number.into())),
        ("deed", Cell::Text(said.deed.to_owned())),
        ("side", Cell::Text(said.actor.side.name().to_owned())),
        (
            "account_id",
            said.actor.account.map_or(Cell::Null, Cell::Id),
        ),
        ("before_values", Cell::Text(json!(said.before).to_string())),
        ("after_values", Cell::Text(json!(said.after).to_string())),
    ] {
        draft.put(column, &cell);
    }
    draft
}

/// The step from one share to another; none where they are the same.
pub fn step(
    of: &'static Type,
    place: &Place<'_>,
    [old, new]: [&Agreed; 2],
    deed: &str,
    actor: Actor,
) -> Option<ShareStep> {
    let (mut before, mut after) = (old.told(), new.told());
    if let Some(at) = place.archived {
        let at = shown(Kind::Time, Cell::Time(at).lent());
        before.insert("archivedAt".to_owned(), Json::Null);
        after.insert("archivedAt".to_owned(), at.into_json().unwrap_or_default());
    }
    let changed: BTreeSet<String> = after
        .iter()
        .filter(|(name, value)| before.get(*name) != Some(value))
        .map(|(name, _)| name.clone())
        .collect();
    if changed.is_empty() {
        return None;
    }
    before.retain(|name, _| changed.contains(name));
    after.retain(|name, _| changed.contains(name));
    let mut change = Change {
        of,
        id: place.id,
        revision: place.revision,
        columns: Vec::new(),
    };
    let number = place.row.last_step + 1;
    let cells = new.cells().into_iter();
    let written = cells.filter(|(name, _)| changed.contains(*name));
    let archived = place.archived.map(|at| ("archivedAt", Cell::Time(at)));
    let counted = ("lastStep", Cell::Int(number.into()));
    for (name, cell) in written.chain(archived).chain([counted]) {
        if let Some(field) = of.field(name) {
            change.set(field, &cell);
        }
    }
    let row = place.row;
    let stays = |scope: &&ScopeRow| !new.terms.covers.contains(&scope.covers());
    let said = Said {
        share: [place.id, row.lead, row.partner],
        number,
        deed,
        actor,
        before,
        after,
    };
    Some(ShareStep {
        change,
        leaves: row.scopes.iter().filter(stays).map(|s| s.id).collect(),
        gains: scope_drafts(
            place.id,
            row.lead,
            row.partner,
            new.terms.covers.difference(&old.terms.covers),
        ),
        trail: trail(catalogue::find("PartnershipStep")?, said),
    })
}
