//! A page of changes is shown, as far as it is selected.

use std::collections::BTreeSet;

use async_graphql::parser::types::Field;
use async_graphql::{Name, Value};
use chrono::{DateTime, SecondsFormat};
use uuid::Uuid;

use super::contract::{CHANGE, CHANGED, PAGE};
use super::told::{Changed, Told};
use crate::catalogue::Type;
use crate::graphql::error::{GraphError, object};
use crate::graphql::id;
use crate::graphql::named::{Ends, Named, below, sealed};
use crate::graphql::plan::{Merged, Place, Planner};
use crate::graphql::scope::Scope;

/// What is shown, and to whom.
pub struct Shown<'a, 'r> {
    /// Of which request.
    pub scope: &'a Scope,
    /// What plans its records.
    pub planner: &'r Planner<'a>,
    /// Where in the answer.
    pub at: &'r Place,
    /// Of which type the record is.
    pub of: &'static Type,
    /// The changes.
    pub found: &'r [Told],
    /// Whether there are more.
    pub more: bool,
    /// Whether there are some before.
    pub behind: bool,
    /// What cursors are bound to.
    pub context: Vec<u8>,
}

/// A selected field of a change.
enum Part<'a> {
    /// A value of the entry.
    Value(String),
    /// The fields that have another value since.
    Fields(Merged<'a>),
    /// Records that it names.
    Records(String, Box<Named>),
}

impl<'a> Shown<'a, '_> {
    /// The page.
    pub async fn page(&self, fields: &[&'a Field]) -> Result<Value, GraphError> {
        let mut entries = Vec::new();
        for (key, merged) in self.planner.collect(below(fields), &|on| on == PAGE) {
            let Some(first) = merged.first() else {
                continue;
            };
            let at = self.at.under(key);
            let value = match first.name.node.as_str() {
                "nodes" => Value::List(self.nodes(&merged, &at).await?),
                "pageInfo" => self.ends().page_info(self.planner, &merged),
                _ => Value::from(PAGE),
            };
            entries.push((key.clone(), value));
        }
        Ok(object(entries))
    }

    async fn nodes(&self, fields: &[&'a Field], at: &Place) -> Result<Vec<Value>, GraphError> {
        let mut parts = Vec::new();
        for (key, merged) in self.planner.collect(below(fields), &|on| on == CHANGE) {
            let Some(first) = merged.first() else {
                continue;
            };
            let name = first.name.node.to_string();
            let of = match name.as_str() {
                "by" => "User",
                "organisations" => "Organisation",
                "shares" => "Partnership",
                "fields" => {
                    parts.push((key.clone(), Part::Fields(merged)));
                    continue;
                }
                _ => {
                    parts.push((key.clone(), Part::Value(name)));
                    continue;
                }
            };
            let wanted = self.found.iter().flat_map(|told| names(told, &name));
            let (wanted, at) = (wanted.collect::<BTreeSet<Uuid>>(), at.under(key));
            let named = Named::of(self.scope, self.planner, of, (&merged, &at), wanted);
            parts.push((key.clone(), Part::Records(name, Box::new(named.await?))));
        }
        let node = |told: &Told| {
            let value = |(key, part): &(Name, Part<'a>)| {
                let value = match part {
                    Part::Value(name) => self.value(told, name),
                    Part::Fields(merged) => self.fields(told, merged),
                    Part::Records(name, named) => {
                        let mut shown = named.shown(self.scope, &names(told, name));
                        match name.as_str() {
                            "by" => shown.pop().unwrap_or_default(),
                            _ => Value::List(shown),
                        }
                    }
                };
                (key.clone(), value)
            };
            object(parts.iter().map(value).collect())
        };
        Ok(self.found.iter().map(node).collect())
    }

    fn fields(&self, told: &Told, fields: &[&'a Field]) -> Value {
        let selected = self.planner.collect(below(fields), &|on| on == CHANGED);
        let text = |text: &Option<String>| text.as_deref().map_or(Value::Null, Value::from);
        let one = |changed: &Changed| {
            let part = |(key, merged): (&&'a Name, &Merged<'a>)| {
                let name = merged.first().map(|field| field.name.node.as_str());
                let value = match name {
                    Some("field") => Value::from(format!("{}.{}", self.of.name, changed.name)),
                    Some("before") => text(&changed.before),
                    Some("after") => text(&changed.after),
                    Some("values") => Value::Enum(Name::new(changed.values)),
                    _ => Value::from(CHANGED),
                };
                ((*key).clone(), value)
            };
            object(selected.iter().map(part).collect())
        };
        Value::List(told.fields.iter().map(one).collect())
    }

    fn value(&self, told: &Told, name: &str) -> Value {
        let entry = &told.turn.entry;
        let text = |text: Option<&str>| text.map_or(Value::Null, Value::from);
        let turned = told.turn.turned();
        match name {
            "id" => Value::from(id::named(CHANGE, &self.sealed(told))),
            "at" => {
                let at = DateTime::from_timestamp_micros(entry.at).unwrap_or_default();
                Value::from(at.to_rfc3339_opts(SecondsFormat::AutoSi, true))
            }
            "deed" => Value::from(turned.map_or("", |turned| &turned.deed)),
            "made" => Value::Boolean(turned.is_some_and(|turned| turned.made)),
            // It may speak of what is withheld.
            "reason" => {
                let values = told.turn.values.as_ref().filter(|_| told.whole);
                text(values.and_then(|values| values.reason.as_deref()))
            }
            "viewerKind" => Value::Enum(Name::new(entry.who.kind.to_uppercase())),
            "roles" => {
                let roles = entry.who.roles.iter().map(Name::new);
                Value::List(roles.map(Value::Enum).collect())
            }
            "purpose" => text(entry.purpose.as_deref()),
            "token" => text(entry.token.as_deref()),
            "session" => text(entry.session.as_deref()),
            "policyVersion" => text(Some(&*entry.policy).filter(|version| !version.is_empty())),
            _ => Value::from(CHANGE),
        }
    }

    fn ends(&self) -> Ends {
        let cursors = self.found.first().zip(self.found.last());
        Ends {
            more: self.more,
            behind: self.behind,
            cursors: cursors.map(|(first, last)| (self.sealed(first), self.sealed(last))),
        }
    }

    fn sealed(&self, told: &Told) -> String {
        sealed(self.scope, told.turn.number, &self.context)
    }
}

/// What an entry names.
fn names(told: &Told, name: &str) -> Vec<Uuid> {
    let entry = &told.turn.entry;
    match name {
        "by" => told.turn.person.into_iter().collect(),
        "organisations" => entry.who.organisations.clone(),
        _ => entry.shares.clone(),
    }
}
