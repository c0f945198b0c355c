//! Requests of people to see or correct the data held on them: asked, answered, refused, taken back.
//!
//! The policies say who may do it, and the store takes a step only if nobody was faster. Each step
//! leaves a row in the request's trail.

mod correction;
mod open;
mod settle;

pub use self::open::open;
pub use self::settle::settle;

use uuid::Uuid;

use super::payload::{UserError, UserErrorCode};
use crate::catalogue::about::{PERSONS, Person};
use crate::catalogue::{self, Cell};
use crate::graphql::scope::Scope;
use crate::store::Draft;

/// Whose data a request is about.
#[derive(Clone, Copy)]
struct Whose {
    organisation: Uuid,
    person: Person,
    id: Uuid,
}

impl Whose {
    /// What a row has that is about the same person.
    fn put(self, draft: &mut Draft) {
        draft.put("organisation_id", &Cell::Id(self.organisation));
        draft.put(self.person.column(), &Cell::Id(self.id));
    }

    /// Whose data it is, as the columns say.
    fn of<'a>(column: impl Fn(&str) -> Option<&'a Cell>) -> Option<Self> {
        let id = |name: &str| match column(name) {
            Some(Cell::Id(id)) => Some(*id),
            _ => None,
        };
        let mut persons = PERSONS
            .into_iter()
            .filter_map(|person| Some((person, id(person.column())?)));
        let ((person, found), organisation) = (persons.next()?, id("organisation_id")?);
        let only = persons.next().is_none();
        only.then_some(Self {
            organisation,
            person,
            id: found,
        })
    }
}

/// A step of a trail, without its number.
fn step(scope: &Scope, request: Uuid, whose: Whose, deed: &str) -> Option<Draft> {
    let mut step = Draft::new(catalogue::find("DataRequestStep")?);
    whose.put(&mut step);
    step.put("data_request_id", &Cell::Id(request));
    step.put("deed", &Cell::Text(deed.to_owned()));
    if let Some(account) = scope.lens.viewer().account() {
        step.put("actor_id", &Cell::Id(account));
    }
    Some(step)
}

fn conflict(en: &str, zh: &str, field: &str) -> UserError {
    UserError::new(UserErrorCode::Conflict, en, zh, Some(field))
}

fn unfit(en: &str, zh: &str, field: &str) -> UserError {
    UserError::new(UserErrorCode::Invalid, en, zh, Some(field))
}
