//! Publishing, approving and going back.

use async_graphql::Value;
use async_graphql::parser::types::Field;
use serde_json::{Value as Json, json};

use super::contract::PAYLOAD;
use super::desk::{Deed, Trouble};
use super::plain::{Shapes, below};
use super::{draft_of, shapes, told, unknown};
use crate::graphql::arguments::Arguments;
use crate::graphql::error::GraphError;
use crate::graphql::mutate::Input;
use crate::graphql::plan::Planner;
use crate::graphql::scope::Scope;

/// Carries out a deed of the workshop and shows its payload.
pub async fn act<'a>(
    scope: &'a Scope,
    planner: &Planner<'a>,
    fields: &[&'a Field],
    name: &str,
) -> Result<Value, GraphError> {
    let arguments = fields
        .first()
        .map(|field| Arguments::of(field, planner.request));
    let input = arguments.as_ref().and_then(|given| given.get("input"));
    let Some(Value::Object(input)) = input else {
        return Err(GraphError::Input("`input` is missing".into()));
    };
    let Some(officer) = scope.officer().filter(|_| scope.may_act(name)) else {
        tracing::info!(action = name, "a deed was refused");
        return Err(GraphError::Forbidden(Vec::new()));
    };
    let deed = deed(name, input)?;
    let mut told = match scope.desk()?.act(&officer, deed).await {
        Ok(done) => {
            if done.in_force {
                scope.in_force.publish(done.number, &done.policies);
            }
            told::done(&done)
        }
        Err(Trouble::Told(found)) => told::refused(&found),
        Err(trouble) => return Err(trouble.into()),
    };
    if let (Json::Object(told), Some(Value::String(id))) =
        (&mut told, input.get("clientMutationId"))
    {
        told.insert("clientMutationId".to_owned(), json!(id));
    }
    let mut known = shapes();
    known.0.push(&shapes::USER_ERROR);
    Ok(Shapes::show(
        &known,
        planner,
        &below(fields),
        PAYLOAD,
        &told,
    ))
}

fn deed(name: &str, input: &Input) -> Result<Deed, GraphError> {
    let reason = || match input.get("reason") {
        Some(Value::String(text)) => Ok(text.clone()),
        _ => Err(unknown("reason")),
    };
    let number = || match input.get("number") {
        Some(Value::Number(number)) => number
            .as_i64()
            .and_then(|number| i32::try_from(number).ok())
            .ok_or_else(|| unknown("number")),
        _ => Err(unknown("number")),
    };
    Ok(match name {
        "publishPolicies" => {
            let changes = input.get("changes").ok_or_else(|| unknown("changes"))?;
            Deed::Publish(draft_of(changes)?, reason()?)
        }
        "approvePolicies" => Deed::Approve(number()?),
        _ => Deed::RollBack(number()?, reason()?),
    })
}
