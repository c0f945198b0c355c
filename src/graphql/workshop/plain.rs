//! Types whose values are plain data: described in tables, and shown as far as they are selected.

use async_graphql::parser::types::{Field, SelectionSet};
use async_graphql::registry::Registry;
use async_graphql::{Name, Value};
use serde_json::Value as Json;

use crate::graphql::error::object;
use crate::graphql::plan::Planner;
use crate::graphql::schema::describe::{self, field};

/// An object: its name, its sentence, and its fields, each with its type and its sentence.
pub struct Plain {
    /// Its name.
    pub name: &'static str,
    /// Its sentence.
    pub doc: &'static str,
    /// Its fields.
    pub fields: &'static [(&'static str, &'static str, &'static str)],
}

/// An enumeration.
pub struct Words {
    /// Its name.
    pub name: &'static str,
    /// Its sentence.
    pub doc: &'static str,
    /// Its values, each with its sentence.
    pub values: &'static [(&'static str, &'static str)],
}

/// Adds the types of a table.
pub fn register(registry: &mut Registry, types: &[&Plain], words: &[&Words]) {
    for of in types {
        let fields = of.fields.iter().map(|(name, ty, doc)| field(name, ty, doc));
        describe::object(registry, of.name, of.doc, fields.collect());
    }
    for of in words {
        describe::enumeration(registry, of.name, of.doc, of.values.iter().copied());
    }
}

/// The types that plain data may have.
pub struct Shapes(pub Vec<&'static Plain>);

impl Shapes {
    fn find(&self, name: &str) -> Option<&'static Plain> {
        self.0.iter().copied().find(|of| of.name == name)
    }

    /// What is selected of a value of this type.
    pub fn show<'a>(
        &self,
        planner: &Planner<'a>,
        sets: &[&'a SelectionSet],
        of: &str,
        value: &Json,
    ) -> Value {
        match value {
            Json::Array(items) => {
                let items = items.iter().map(|item| self.show(planner, sets, of, item));
                Value::List(items.collect())
            }
            Json::Object(entries) => {
                let shape = self.find(of);
                let fields = planner.collect(sets.iter().copied(), &|on| on == of);
                let shown = fields.into_iter().filter_map(|(key, merged)| {
                    let name = merged.first()?.name.node.as_str();
                    if name == "__typename" {
                        return Some((key.clone(), Value::from(of)));
                    }
                    let fields = shape.map(|shape| shape.fields).unwrap_or_default();
                    let (_, ty, _) = fields.iter().find(|(known, ..)| *known == name)?;
                    let value = entries.get(name).unwrap_or(&Json::Null);
                    Some((
                        key.clone(),
                        self.show(planner, &below(&merged), bare(ty), value),
                    ))
                });
                object(shown.collect::<Vec<(Name, Value)>>())
            }
            plain => Value::from_json(plain.clone()).unwrap_or_default(),
        }
    }
}

/// What is selected below some fields.
pub fn below<'a>(fields: &[&'a Field]) -> Vec<&'a SelectionSet> {
    let sets = fields.iter().map(|field| &field.selection_set.node);
    sets.collect()
}

/// `[Step!]!` as `Step`.
fn bare(ty: &str) -> &str {
    ty.trim_matches(['[', ']', '!'])
}
