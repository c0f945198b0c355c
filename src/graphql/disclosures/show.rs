//! A page of the log is shown, as far as it is selected.

use std::collections::BTreeSet;

use async_graphql::parser::types::Field;
use async_graphql::{Name, Value};
use chrono::{DateTime, SecondsFormat};
use uuid::Uuid;

use super::contract::{ENTRY, PAGE};
use crate::graphql::error::{GraphError, object};
use crate::graphql::id;
use crate::graphql::named::{Ends, Named, below, sealed};
use crate::graphql::plan::{Merged, Place, Planner};
use crate::graphql::scope::Scope;
use crate::store::log::Found;

/// What is shown, and to whom.
pub struct Shown<'a, 'r> {
    /// Of which request.
    pub scope: &'a Scope,
    /// What plans its records.
    pub planner: &'r Planner<'a>,
    /// Where in the answer.
    pub at: &'r Place,
    /// The entries.
    pub found: &'r [Found],
    /// Whether there are more.
    pub more: bool,
    /// Whether there are some before.
    pub behind: bool,
    /// What cursors are bound to.
    pub context: Vec<u8>,
}

/// A selected field of an entry.
enum Part {
    /// A value of the entry.
    Value(String),
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
                "pageInfo" => self.page_info(&merged),
                _ => Value::from(PAGE),
            };
            entries.push((key.clone(), value));
        }
        Ok(object(entries))
    }

    async fn nodes(&self, fields: &[&'a Field], at: &Place) -> Result<Vec<Value>, GraphError> {
        let mut parts = Vec::new();
        for (key, merged) in self.planner.collect(below(fields), &|on| on == ENTRY) {
            let Some(first) = merged.first() else {
                continue;
            };
            let name = first.name.node.to_string();
            let of = match name.as_str() {
                "by" => "User",
                "organisations" => "Organisation",
                "shares" => "Partnership",
                _ => {
                    parts.push((key.clone(), Part::Value(name)));
                    continue;
                }
            };
            let records = self.records(of, &name, &merged, &at.under(key)).await?;
            parts.push((key.clone(), Part::Records(name, records)));
        }
        let node = |found: &Found| {
            let value = |(key, part): &(Name, Part)| {
                let value = match part {
                    Part::Value(name) => self.value(found, name),
                    Part::Records(name, records) => self.named(found, name, records),
                };
                (key.clone(), value)
            };
            object(parts.iter().map(value).collect())
        };
        Ok(self.found.iter().map(node).collect())
    }

    /// The records of one kind that the entries name.
    async fn records(
        &self,
        of: &str,
        name: &str,
        merged: &Merged<'a>,
        at: &Place,
    ) -> Result<Box<Named>, GraphError> {
        let wanted = self.found.iter().flat_map(|found| names(found, name));
        let wanted: BTreeSet<Uuid> = wanted.collect();
        let named = Named::of(self.scope, self.planner, of, (merged, at), wanted).await?;
        Ok(Box::new(named))
    }

    fn named(&self, found: &Found, name: &str, records: &Named) -> Value {
        let mut shown = records.shown(self.scope, &names(found, name));
        match name {
            "by" => shown.pop().unwrap_or_default(),
            _ => Value::List(shown),
        }
    }

    fn value(&self, found: &Found, name: &str) -> Value {
        let entry = &found.entry;
        let text = |text: &Option<String>| text.as_deref().map_or(Value::Null, Value::from);
        match name {
            "id" => Value::from(id::named(ENTRY, &self.sealed(found))),
            "at" => {
                let at = DateTime::from_timestamp_micros(entry.at).unwrap_or_default();
                Value::from(at.to_rfc3339_opts(SecondsFormat::AutoSi, true))
            }
            "records" => {
                let ids: BTreeSet<String> = found
                    .rows
                    .values()
                    .map(|(of, row)| id::encode(of, *row))
                    .collect();
                Value::from(ids.into_iter().collect::<Vec<_>>())
            }
            "full" | "masked" => Value::from(self.fields(found, name == "full")),
            "viewerKind" => Value::Enum(Name::new(entry.who.kind.to_uppercase())),
            "roles" => {
                let roles = entry.who.roles.iter().map(Name::new);
                Value::List(roles.map(Value::Enum).collect())
            }
            "purpose" => text(&entry.purpose),
            "token" => text(&entry.token),
            "session" => text(&entry.session),
            "policyVersion" => Value::from(entry.policy.as_str()),
            _ => Value::from(ENTRY),
        }
    }

    /// The fields of the record and of rows about it that were shown so.
    fn fields(&self, found: &Found, full: bool) -> Vec<String> {
        let mut names = BTreeSet::new();
        for part in found.entry.parts() {
            let here = |pseudonym: &u64| part.records.binary_search(pseudonym).is_ok();
            if found.rows.keys().any(here) {
                let fields = if full { &part.full } else { &part.masked };
                names.extend(fields.iter().map(|field| format!("{}.{field}", part.of)));
            }
        }
        names.into_iter().collect()
    }

    fn page_info(&self, fields: &[&'a Field]) -> Value {
        let cursors = self.found.first().zip(self.found.last());
        let ends = Ends {
            more: self.more,
            behind: self.behind,
            cursors: cursors.map(|(first, last)| (self.sealed(first), self.sealed(last))),
        };
        ends.page_info(self.planner, fields)
    }

    fn sealed(&self, found: &Found) -> String {
        sealed(self.scope, found.number, &self.context)
    }
}

/// What an entry names.
fn names(found: &Found, name: &str) -> Vec<Uuid> {
    match name {
        "by" => found.person.into_iter().collect(),
        "organisations" => found.entry.who.organisations.clone(),
        _ => found.entry.shares.clone(),
    }
}
