//! Where data about an organisation's people may go.

use async_graphql::Value;

use super::super::error::GraphError;
use super::super::schema::Mutate;
use super::super::scope::Scope;
use super::change::{current, overtaken};
use super::given::required;
use super::payload::{Outcome, UserError, UserErrorCode};
use super::{Input, action};
use crate::residency::{BadTag, Tag};
use crate::store::{Change, Changed};

/// Says where it may go.
pub async fn set(scope: &Scope, mutate: Mutate, input: &Input) -> Result<Outcome, GraphError> {
    for _ in 0..3 {
        let current = match current(scope, mutate.of, input).await? {
            Ok(current) => current,
            Err(error) => return Ok(Outcome::because(error)),
        };
        let permit = scope.permit(mutate, &current.record)?;
        let tag = match places(input) {
            Ok(tag) => tag,
            Err(error) => return Ok(Outcome::because(error)),
        };
        let words = serde_json::json!(tag.words()).to_string();
        let change = Change {
            of: mutate.of,
            id: current.id(),
            revision: current.revision,
            columns: vec![("residency", words.into())],
        };
        let action = action(mutate.of, mutate.deed.name);
        let done = scope.store.change(&permit, &action, change, scope.now);
        if done.await? == Changed::Done {
            return Ok(Outcome::done(current.id()));
        }
    }
    Ok(Outcome::because(overtaken()))
}

fn places(input: &Input) -> Result<Tag, UserError> {
    let Some(Value::List(given)) = input.get("places") else {
        return Err(required("places"));
    };
    let words = given.iter().filter_map(|word| match word {
        Value::String(word) => Some(word.as_str()),
        _ => None,
    });
    Tag::of(words).map_err(|bad| {
        let (en, zh) = match bad {
            BadTag::Place(_) => (
                "Places are written as the two letters of ISO 3166-1, such as HK.",
                "地點須以 ISO 3166-1 的兩個字母表示，例如 HK。",
            ),
            BadTag::Both => ("ANYWHERE stands alone.", "ANYWHERE（任何地點）須單獨使用。"),
        };
        UserError::new(UserErrorCode::Invalid, en, zh, Some("places"))
    })
}
