//! The life of a share: it is offered, answered, changed by agreement, held and ended.
//!
//! The policies say who may do a deed, `sharing` says whether there is such a step, and the store
//! takes it only if nobody was faster. Each step leaves a row in the share's trail.

mod agreed;
mod asked;

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::Value;
use uuid::Uuid;

use self::agreed::{Actor, Agreed, Place, Said, scope_drafts, step, trail, with_proposed};
use super::super::error::GraphError;
use super::super::id;
use super::super::schema::Mutate;
use super::super::scope::Scope;
use super::change::{current, overtaken};
use super::given::Given;
use super::payload::{Outcome, UserError, UserErrorCode};
use super::{Input, action, given};
use crate::catalogue::{self, Cell};
use crate::sharing::{self, Deed, Level, NoStep, Side, Standing, State, Terms, takes_only_away};
use crate::store::{Changed, Draft, ShareRow, StoreError};
use crate::viewer::Held;

/// How often a step is decided again when another came in between.
const TRIES: usize = 5;

/// The deeds, by the names of their mutations and of the trail.
const DEEDS: [(&str, &str, Deed); 10] = [
    ("accept", "ACCEPT", Deed::Accept),
    ("decline", "DECLINE", Deed::Decline),
    ("change", "CHANGE", Deed::Change),
    ("proposeChange", "PROPOSE_CHANGE", Deed::ProposeChange),
    ("acceptChange", "ACCEPT_CHANGE", Deed::AcceptChange),
    ("declineChange", "DECLINE_CHANGE", Deed::DeclineChange),
    ("suspend", "SUSPEND", Deed::Suspend),
    ("resume", "RESUME", Deed::Resume),
    ("revoke", "REVOKE", Deed::Revoke),
    ("archive", "ARCHIVE", Deed::Archive),
];

/// Takes a step in the life of a share.
pub async fn act(scope: &Scope, mutate: Mutate, input: &Input) -> Result<Outcome, GraphError> {
    let of = mutate.of;
    let named = DEEDS.iter().find(|(name, ..)| *name == mutate.deed.name);
    let Some((_, word, deed)) = named else {
        let name = mutate.name();
        return Err(GraphError::Input(format!("`{name}` cannot be done")));
    };
    let (values, errors) = given::read(scope, mutate, input).await?;
    if let Some(share) = input.get("id").and_then(|value| id::of_type(value, of)) {
        scope.record_times_of(share).await?;
    }
    for _ in 0..TRIES {
        let current = match current(scope, of, input).await? {
            Ok(current) => current,
            Err(error) => return Ok(Outcome::because(error)),
        };
        let permit = scope.permit(mutate, &current.record)?;
        if *deed == Deed::Change {
            given::permitted(scope, of, &values, &current.record)?;
        }
        let Some(row) = scope.store.share(current.id()).await? else {
            return Ok(Outcome::because(UserError::not_found("id")));
        };
        if current.archived {
            return Ok(match deed {
                Deed::Archive => Outcome::done(current.id()),
                _ => Outcome::because(UserError::archived()),
            });
        }
        let old = Agreed::of(&row)?;
        let (side, standing) = match taken(scope, &row, old.standing, *deed) {
            Ok(taken) => taken,
            Err(none) => return Ok(Outcome::because(no_step(none))),
        };
        if !errors.is_empty() {
            return Ok(Outcome::refused(
                errors.iter().map(UserError::again).collect(),
            ));
        }
        let wanted = Wanted {
            deed: *deed,
            values: &values,
            input,
        };
        let new = match wanted.after(scope, &row, &old, standing).await? {
            Ok(new) => new,
            Err(errors) => return Ok(Outcome::refused(errors)),
        };
        let place = Place {
            id: current.id(),
            revision: current.revision,
            row: &row,
            archived: (*deed == Deed::Archive).then_some(scope.now),
        };
        let account = scope.lens.viewer().account();
        let Some(step) = step(of, &place, [&old, &new], word, Actor { side, account }) else {
            return Ok(Outcome::done(current.id()));
        };
        let name = action(of, mutate.deed.name);
        let done = scope.store.share_step(&permit, &name, step, scope.now);
        if done.await? == Changed::Done {
            return Ok(Outcome::done(current.id()));
        }
    }
    Ok(Outcome::because(overtaken()))
}

/// What is wanted of a share.
struct Wanted<'a> {
    deed: Deed,
    values: &'a Given,
    input: &'a Input,
}

impl Wanted<'_> {
    /// The share as it would be.
    async fn after(
        &self,
        scope: &Scope,
        row: &ShareRow,
        old: &Agreed,
        standing: Standing,
    ) -> Result<Result<Agreed, Vec<UserError>>, GraphError> {
        let mut new = Agreed {
            standing,
            ..old.clone()
        };
        // One agrees to what one has read, and to nothing else.
        let agrees = matches!(self.deed, Deed::Accept | Deed::AcceptChange);
        if agrees && !matches!(self.input.get("version"), Some(Value::String(_))) {
            return Ok(Err(vec![given::required("version")]));
        }
        if matches!(self.deed, Deed::Change | Deed::ProposeChange) {
            let mut errors = asked::apply(&mut new, self.values);
            errors.extend(asked::backwards(&new.terms));
            let known = &old.terms.covers;
            match asked::covers(scope, self.input, row.lead, known).await? {
                Ok(Some(covers)) => new.terms.covers = covers,
                Ok(None) => {}
                Err(error) => errors.push(error),
            }
            if !errors.is_empty() {
                return Ok(Err(errors));
            }
        }
        if new.standing.proposed_by.is_none() {
            new.proposed = None;
        }
        let refused = |error| Ok(Err(vec![error]));
        match self.deed {
            Deed::Accept if old.terms.to.is_some_and(|to| to <= scope.now) => {
                return refused(conflict("Its time is over.", "此分享的有效期已過。"));
            }
            Deed::Change => {
                let agreed = old.standing.state != State::Proposed;
                if agreed && !takes_only_away(&old.terms, &new.terms) {
                    return refused(conflict(
                        "This gives more than was agreed; propose it to the partner.",
                        "此更改超出已協議的範圍，須向合作機構提出。",
                    ));
                }
                if new.terms == old.terms {
                    // How people are shown is apart from what waits to be agreed on.
                    new.standing.proposed_by = old.standing.proposed_by;
                    new.proposed = old.proposed.clone();
                }
            }
            Deed::ProposeChange => {
                let change = new.terms_unlike(old);
                if change.is_empty() {
                    return refused(conflict(
                        "Nothing would change.",
                        "此提議不會帶來任何更改。",
                    ));
                }
                new.terms = old.terms.clone();
                new.proposed = Some(change);
            }
            Deed::AcceptChange => {
                let change = old.proposed.clone().unwrap_or_default();
                let strange = || StoreError::Type("partnership.proposed_change");
                new.terms = with_proposed(&old.terms, &change).ok_or_else(strange)?;
            }
            _ => {}
        }
        Ok(Ok(new))
    }
}

/// For which side the viewer takes this step, and how the share stands then. Whoever acts in both
/// organisations acts for the one that can take it.
fn taken(
    scope: &Scope,
    row: &ShareRow,
    now: Standing,
    deed: Deed,
) -> Result<(Side, Standing), Option<NoStep>> {
    let mut reason = None;
    for (side, organisation) in [(Side::Lead, row.lead), (Side::Partner, row.partner)] {
        if !acts_in(scope, organisation) {
            continue;
        }
        match sharing::step(now, deed, side) {
            Ok(then) => return Ok((side, then)),
            Err(none) => reason = reason.or(Some(none)),
        }
    }
    Err(reason)
}

/// Whether the viewer acts for an organisation: who administers it does, and nobody else, whatever
/// the policies allow on account of the other side. A member of the lead who administers the partner
/// would otherwise agree with themselves.
fn acts_in(scope: &Scope, organisation: Uuid) -> bool {
    let held = scope.lens.viewer().held();
    matches!(held.get("administers"), Some(Held::Many(_, places)) if places.contains(&organisation))
}

fn conflict(en: &str, zh: &str) -> UserError {
    UserError::new(UserErrorCode::Conflict, en, zh, Some("id"))
}

fn no_step(reason: Option<NoStep>) -> UserError {
    let (en, zh) = match reason {
        None => (
            "You act for neither side of the share.",
            "你並非代表分享的任何一方。",
        ),
        Some(NoStep::State) => (
            "The share is not in a state in which this can be done.",
            "分享現時的狀態不容許此操作。",
        ),
        Some(NoStep::Side) => ("This is for the other side to do.", "此操作須由對方進行。"),
        Some(NoStep::Waiting) => (
            "The other side has proposed a change; answer that first.",
            "對方已提出更改，請先回覆。",
        ),
        Some(NoStep::NothingWaits) => ("No change has been proposed.", "現時沒有待回覆的更改。"),
    };
    conflict(en, zh)
}

/// Nobody needs leave to see what is their own.
fn to_oneself() -> UserError {
    UserError::new(
        UserErrorCode::Invalid,
        "An organisation shares with another one, not with itself.",
        "機構只可與其他機構分享，不可與自己分享。",
        Some("partnerId"),
    )
}

/// What is made with an offer: what it covers, and the first step of its trail.
pub async fn offer(
    scope: &Scope,
    id: Uuid,
    input: &Input,
    values: &Given,
    columns: &mut BTreeMap<&'static str, Cell>,
) -> Result<Result<Vec<Draft>, Vec<UserError>>, GraphError> {
    let (Some(Cell::Id(lead)), Some(Cell::Id(partner)), Some(of)) = (
        columns.get("lead_id").cloned(),
        columns.get("partner_id").cloned(),
        catalogue::find("PartnershipStep"),
    ) else {
        return Ok(Err(Vec::new()));
    };
    let mut offered = Agreed {
        standing: Standing {
            state: State::Proposed,
            proposed_by: None,
        },
        terms: Terms {
            level: Level::ReadOnly,
            groups: BTreeSet::new(),
            purpose: None,
            from: None,
            to: None,
            covers: BTreeSet::new(),
        },
        desensitised: true,
        proposed: None,
    };
    let mut errors = asked::apply(&mut offered, values);
    if lead == partner {
        errors.push(to_oneself());
    }
    match asked::covers(scope, input, lead, &BTreeSet::new()).await? {
        Ok(covers) => offered.terms.covers = covers.unwrap_or_default(),
        Err(error) => errors.push(error),
    }
    if !errors.is_empty() {
        return Ok(Err(errors));
    }
    columns.insert("last_step", Cell::Int(1));
    let said = Said {
        share: [id, lead, partner],
        number: 1,
        deed: "PROPOSE",
        actor: Actor {
            side: Side::Lead,
            account: scope.lens.viewer().account(),
        },
        before: serde_json::Map::new(),
        after: offered.told(),
    };
    let mut drafts = scope_drafts(id, lead, partner, &offered.terms.covers);
    drafts.push(trail(of, said));
    Ok(Ok(drafts))
}
