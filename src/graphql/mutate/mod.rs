//! Mutations: the input is read, the policies are asked, the store is told, the payload is shown.
//!
//! A deed is decided by Cedar itself on the record as it is and, for a change, on the record as it
//! would be; and so is every field that it sets.

mod archive;
mod change;
mod consent;
mod create;
mod erase;
mod given;
mod hold;
mod invitation;
mod notice;
mod payload;
mod request;
mod residency;
mod roster;
mod share;
mod space;
mod template;
mod token;

pub use given::seen;

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::Field;
use async_graphql::{Name, Value};

use super::arguments::Arguments;
use super::error::GraphError;
use super::plan::Planner;
use super::schema::Mutate;
use super::scope::Scope;
use crate::catalogue::Type;
use crate::policy::{Permit, Record};

/// The input of a mutation.
pub type Input = IndexMap<Name, Value>;

/// Carries out a mutation and shows its payload.
pub async fn mutate<'a>(
    scope: &'a Scope,
    planner: &Planner<'a>,
    fields: &[&'a Field],
    mutate: Mutate,
) -> Result<Value, GraphError> {
    // The payload is planned first: what cannot be answered is not done.
    let payload = payload::plan(planner, fields, mutate)?;
    let arguments = fields
        .first()
        .map(|field| Arguments::of(field, planner.request));
    let input = arguments.as_ref().and_then(|given| given.get("input"));
    let Some(Value::Object(input)) = input else {
        return Err(GraphError::Input("`input` is missing".into()));
    };
    let outcome = match (mutate.of.name, mutate.deed.name) {
        ("PartnerToken", "issue") => token::issue(scope, mutate, input).await?,
        ("PartnerToken", "revoke") => token::revoke(scope, mutate, input).await?,
        ("PartnerToken", "rename") => change::change(scope, mutate, input).await?,
        ("Invitation", "send") => invitation::send(scope, mutate, input).await?,
        ("Invitation", "revoke") => invitation::revoke(scope, mutate, input).await?,
        ("DataRequest", "open") => request::open(scope, mutate, input).await?,
        ("DataRequest", _) => request::settle(scope, mutate, input).await?,
        ("Partnership", deed) if deed != "create" => share::act(scope, mutate, input).await?,
        ("Space", deed) if deed != "create" => space::act(scope, mutate, input).await?,
        (_, "create") => create::create(scope, mutate, input).await?,
        (_, "change") => change::change(scope, mutate, input).await?,
        (_, "archive") => archive::archive(scope, mutate, input).await?,
        ("Shift", "assign") => roster::assign(scope, mutate, input).await?,
        ("Assignment", "unassign") => roster::unassign(scope, mutate, input).await?,
        (_, "giveConsent" | "withdrawConsent") => consent::answer(scope, mutate, input).await?,
        ("ConsentText", "publish" | "retire") => consent::place(scope, mutate, input).await?,
        (_, "erase") => erase::erase(scope, mutate, input).await?,
        ("Organisation", "placeHold") => hold::place(scope, mutate, input).await?,
        ("Organisation", "releaseHold") => hold::release(scope, mutate, input).await?,
        ("Organisation", "setRetention") => hold::set_retention(scope, mutate, input).await?,
        ("Organisation", "setResidency") => residency::set(scope, mutate, input).await?,
        ("Notice", "publish") => notice::publish(scope, mutate, input).await?,
        ("NoticeReceipt", "confirm") => notice::confirm(scope, mutate, input).await?,
        _ => {
            return Err(GraphError::Input(format!(
                "`{}` cannot be done",
                mutate.name()
            )));
        }
    };
    payload::show(scope, &payload, outcome).await
}

impl Scope {
    /// A permit for a deed on a record, or the refusal as the client sees it.
    fn permit(&self, mutate: Mutate, record: &Record) -> Result<Permit, GraphError> {
        let action = action(mutate.of, mutate.deed.name);
        self.lens.permit(&action, record).map_err(|refusal| {
            tracing::info!(action = %refusal.action, "a deed was refused");
            GraphError::Forbidden(refusal.reasons)
        })
    }
}

fn action(of: &Type, deed: &str) -> String {
    format!("{}.{deed}", of.name)
}
