//! The life of a space: organisations are asked to join and do or do not, bring projects and take them
//! out again, and offer shares to one another.
//!
//! The policies say who may do a deed in the space, `sharing` says whether there is such a step, and
//! the store takes it only if nobody was faster. Each step leaves a row in the space's trail; a share
//! has a trail of its own, which is its two sides' alone.

mod named;
mod offers;
mod projects;
mod templates;
mod trail;

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};
use uuid::Uuid;

use self::named::{acts_in, named, no_step, not_yours};
use self::trail::Trail;
use super::super::error::GraphError;
use super::super::schema::Mutate;
use super::super::scope::Scope;
use super::change::{Current, current, overtaken};
use super::given::{self, Given};
use super::payload::{Outcome, UserError};
use super::{Input, action};
use crate::catalogue::{self, Cell};
use crate::sharing::{Place, Turn, turn};
use crate::store::{Change, Changed, Draft, SpaceRow, SpaceStep};

/// How often a step is decided again when another came in between.
const TRIES: usize = 5;

/// The deeds that change how organisations stand, by their names and those in the trail.
const TURNS: [(&str, &str, Turn); 5] = [
    ("invite", "INVITE", Turn::Invite),
    ("remove", "REMOVE", Turn::Remove),
    ("join", "JOIN", Turn::Join),
    ("decline", "DECLINE", Turn::Decline),
    ("leave", "LEAVE", Turn::Leave),
];

/// What becomes of a deed: a step, none where nothing would change, or what stands in the way.
type Decided = Result<Result<Option<SpaceStep>, Vec<UserError>>, GraphError>;

/// A space in which something is to be done.
struct Work<'a> {
    scope: &'a Scope,
    current: &'a Current,
    row: SpaceRow,
}

/// Takes a step in a space.
pub async fn act(scope: &Scope, mutate: Mutate, input: &Input) -> Result<Outcome, GraphError> {
    let (of, deed) = (mutate.of, mutate.deed.name);
    let (values, errors) = given::read(scope, mutate, input).await?;
    for _ in 0..TRIES {
        let current = match current(scope, of, input).await? {
            Ok(current) => current,
            Err(error) => return Ok(Outcome::because(error)),
        };
        let permit = scope.permit(mutate, &current.record)?;
        given::permitted(scope, of, &values, &current.record)?;
        let Some(row) = scope.store.space(current.id()).await? else {
            return Ok(Outcome::because(UserError::not_found("id")));
        };
        if current.archived {
            return Ok(match deed {
                "archive" => Outcome::done(current.id()),
                _ => Outcome::because(UserError::archived()),
            });
        }
        if !errors.is_empty() {
            return Ok(Outcome::refused(
                errors.iter().map(UserError::again).collect(),
            ));
        }
        let work = Work {
            scope,
            current: &current,
            row,
        };
        let decided = match deed {
            "change" => work.changed(&values),
            "archive" => work.closed(),
            "bring" => work.brought(input).await,
            "takeOut" => work.taken_out(input),
            "bringTemplates" => work.templates_brought(input).await,
            "takeOutTemplates" => work.templates_taken_out(input).await,
            "share" => work.offered(input).await,
            deed => work.turned(deed, input).await,
        };
        let step = match decided? {
            Ok(Some(step)) => step,
            Ok(None) => return Ok(Outcome::done(current.id())),
            Err(errors) => return Ok(Outcome::refused(errors)),
        };
        let name = action(of, deed);
        let done = scope.store.space_step(&permit, &name, step, scope.now);
        if done.await? == Changed::Done {
            return Ok(Outcome::done(current.id()));
        }
    }
    Ok(Outcome::because(overtaken()))
}

/// What is made with a space: the lead's place in it, and the first step of its trail.
pub fn opened(scope: &Scope, id: Uuid, columns: &mut BTreeMap<&'static str, Cell>) -> Vec<Draft> {
    let Some(Cell::Id(lead)) = columns.get("lead_id").cloned() else {
        return Vec::new();
    };
    columns.insert("last_step", Cell::Int(1));
    let told = |(column, name)| {
        let text = match columns.get(column) {
            Some(Cell::Text(text)) => Json::from(text.as_str()),
            _ => Json::Null,
        };
        (String::from(name), text)
    };
    let after: Map<String, Json> = NAMED.into_iter().map(told).collect();
    let mut trail = Trail::of(scope, id, lead, 0);
    trail.say("CREATE", lead, Map::new(), after);
    let mut drafts = trail.drafts;
    drafts.extend(place(id, lead, lead, Place::Joined));
    drafts
}

/// The columns of a space that its lead names, and their fields.
const NAMED: [(&str, &str); 3] = [
    ("name_en", "nameEn"),
    ("name_zh", "nameZh"),
    ("purpose", "purpose"),
];

/// A row that says how an organisation stands in a space.
fn place(space: Uuid, lead: Uuid, organisation: Uuid, place: Place) -> Option<Draft> {
    let mut draft = Draft::new(catalogue::find("SpaceMember")?);
    for (column, cell) in [
        ("space_id", Cell::Id(space)),
        ("lead_id", Cell::Id(lead)),
        ("organisation_id", Cell::Id(organisation)),
        ("state", Cell::Text(place.name().to_owned())),
    ] {
        draft.put(column, &cell);
    }
    Some(draft)
}

impl Work<'_> {
    /// How an organisation stands.
    fn stands(&self, organisation: Uuid) -> Option<Place> {
        let mut places = self.row.places.iter();
        let place = places.find(|place| place.organisation == organisation)?;
        Place::named(&place.state)
    }

    /// Whether an organisation is in the space, and the viewer administers it.
    fn works_for(&self, organisation: Uuid) -> bool {
        self.stands(organisation) == Some(Place::Joined) && acts_in(self.scope, organisation)
    }

    fn trail(&self) -> Trail {
        let (id, row) = (self.current.id(), &self.row);
        Trail::of(self.scope, id, row.lead, row.last_step)
    }

    /// A step that says this in the trail, and changes nothing else.
    fn step(&self, trail: Trail) -> SpaceStep {
        SpaceStep {
            change: Change {
                of: self.current.record.of(),
                id: self.current.id(),
                revision: self.current.revision,
                columns: vec![("last_step", trail.number.into())],
            },
            places: Vec::new(),
            leaves: Vec::new(),
            template_leaves: Vec::new(),
            gains: trail.drafts,
            offers: Vec::new(),
        }
    }

    fn changed(&self, values: &Given) -> Decided {
        let (mut before, mut after) = (Map::new(), Map::new());
        let mut changed = Vec::new();
        for (field, cell) in values {
            let old = field.column().and_then(|column| self.current.shown(column));
            if old.is_some_and(|old| old == cell) {
                continue;
            }
            let told = |cell: Option<&Cell>| match cell {
                Some(Cell::Text(text)) => Json::from(text.as_str()),
                _ => Json::Null,
            };
            before.insert(field.name.to_owned(), told(old));
            after.insert(field.name.to_owned(), told(Some(cell)));
            changed.push((*field, cell));
        }
        if changed.is_empty() {
            return Ok(Ok(None));
        }
        let mut trail = self.trail();
        trail.say("CHANGE", self.row.lead, before, after);
        let mut step = self.step(trail);
        for (field, cell) in changed {
            step.change.set(field, cell);
        }
        Ok(Ok(Some(step)))
    }

    fn closed(&self) -> Decided {
        let mut trail = self.trail();
        trail.say("ARCHIVE", self.row.lead, Map::new(), Map::new());
        let mut step = self.step(trail);
        let at = ("archived_at", self.scope.now.into());
        step.change.columns.push(at);
        Ok(Ok(Some(step)))
    }

    /// How organisations stand after a deed.
    async fn turned(&self, deed: &str, input: &Input) -> Decided {
        let Some((_, word, what)) = TURNS.iter().find(|(name, ..)| *name == deed) else {
            return Err(GraphError::Input(format!("`{deed}` cannot be done")));
        };
        let name = match what {
            Turn::Invite => "organisationIds",
            _ => "organisationId",
        };
        let named = match self.organisations(input, name).await? {
            Ok(named) => named,
            Err(error) => return Ok(Err(vec![error])),
        };
        let mut trail = self.trail();
        let (mut places, mut gains) = (Vec::new(), Vec::new());
        let (mut leaves, mut template_leaves) = (Vec::new(), Vec::new());
        for organisation in named {
            let own = matches!(what, Turn::Join | Turn::Decline | Turn::Leave);
            if own && !acts_in(self.scope, organisation) {
                return Ok(Err(vec![not_yours(name)]));
            }
            let lead = organisation == self.row.lead;
            let then = match turn(self.stands(organisation), *what, lead) {
                Ok(then) => then,
                Err(none) => return Ok(Err(vec![no_step(none, name)])),
            };
            trail.say(word, organisation, Map::new(), Map::new());
            let mut rows = self.row.places.iter();
            match rows.find(|place| place.organisation == organisation) {
                Some(row) => places.push((row.id, then.name())),
                None => gains.extend(place(self.current.id(), self.row.lead, organisation, then)),
            }
            if matches!(then, Place::Left | Place::Removed) {
                leaves.extend(self.withdrawn(organisation, &mut trail));
                template_leaves.extend(self.templates_withdrawn(organisation, &mut trail));
            }
        }
        let mut step = self.step(trail);
        step.places = places;
        step.leaves = leaves;
        step.template_leaves = template_leaves;
        step.gains.extend(gains);
        Ok(Ok(Some(step)))
    }

    /// The organisations that an input names, each once; the directory shows them to everybody.
    async fn organisations(
        &self,
        input: &Input,
        name: &str,
    ) -> Result<Result<Vec<Uuid>, UserError>, GraphError> {
        let Some(of) = catalogue::find("Organisation") else {
            return Ok(Err(UserError::not_found(name)));
        };
        let ids = match named(input, name, of) {
            Ok(ids) => ids,
            Err(error) => return Ok(Err(error)),
        };
        for id in &ids {
            if !given::seen(self.scope, of, *id).await? {
                return Ok(Err(UserError::not_found(name)));
            }
        }
        Ok(Ok(ids))
    }
}
