//! A schema in two parts: the types of entities, and the actions.
//!
//! Entities that are checked by a whole schema come with a copy of each of its actions, some
//! hundreds. A single question is about one of them.

use std::collections::{BTreeMap, HashMap};

use cedar_policy::{Entities, Entity, Schema, SchemaError};
use serde_json::{Map, Value};

/// The parts of one schema.
pub struct Parts {
    types: Schema,
    actions: HashMap<String, Entity>,
    declared: HashMap<String, Declared>,
}

/// The attributes that a schema declares of an entity.
pub type Declared = BTreeMap<String, Attribute>;

/// An attribute as it is declared.
pub struct Attribute {
    /// Its type, `Set<Project>`; none where it is of a sort that no viewer and no row has.
    pub of: Option<String>,
    /// Whether it must be there.
    pub required: bool,
}

/// The schema cannot be taken apart.
#[derive(Debug, thiserror::Error)]
#[error("the schema cannot be taken apart: {0}")]
pub struct Whole(String);

impl Parts {
    /// The parts of a schema, which is also told as JSON.
    pub fn of(schema: &Schema, json: &Value) -> Result<Self, Whole> {
        let whole = |error: &dyn std::fmt::Display| Whole(error.to_string());
        let declared = declared(json);
        let types = without_actions(json).map_err(|e| whole(&e))?;
        let actions = schema.action_entities().map_err(|e| whole(&e))?;
        let named = |action: Entity| (action.uid().id().unescaped().to_owned(), action);
        Ok(Self {
            types,
            actions: actions.into_iter().map(named).collect(),
            declared,
        })
    }

    /// What the schema declares of an entity, if it knows it.
    pub fn declared(&self, entity: &str) -> Option<&Declared> {
        self.declared.get(entity)
    }

    /// Whether the schema knows an action.
    pub fn has_action(&self, action: &str) -> bool {
        self.actions.contains_key(action)
    }

    /// The types of entities alone.
    pub fn types(&self) -> &Schema {
        &self.types
    }

    /// Entities without any action, each as its type says.
    pub fn checked(&self, entities: impl IntoIterator<Item = Entity>) -> Result<Entities, String> {
        Entities::from_entities(entities, Some(&self.types)).map_err(|e| e.to_string())
    }

    /// Checked entities with the action that is asked about. One that is not in the schema brings
    /// nothing; the question itself is refused then.
    pub fn with_action(&self, action: &str, checked: &Entities) -> Result<Entities, String> {
        let action = self.actions.get(action).cloned();
        let with = checked.clone().add_entities(action, None);
        with.map_err(|e| e.to_string())
    }
}

/// What a schema declares of each entity.
fn declared(schema: &Value) -> HashMap<String, Declared> {
    let entities = schema[""]["entityTypes"].as_object().into_iter().flatten();
    let of_entity = |entity: &Value| -> Declared {
        let attributes = entity["shape"]["attributes"].as_object();
        let attributes = attributes.into_iter().flatten();
        let one = |attribute: &Value| Attribute {
            of: type_of(attribute),
            required: attribute["required"].as_bool().unwrap_or(true),
        };
        attributes
            .map(|(name, attribute)| (name.clone(), one(attribute)))
            .collect()
    };
    entities
        .map(|(name, entity)| (name.clone(), of_entity(entity)))
        .collect()
}

fn type_of(of: &Value) -> Option<String> {
    let named = |name: &str| {
        let last = name.rsplit("::").next().unwrap_or(name);
        match last {
            "Boolean" => "Bool".to_owned(),
            other => other.to_owned(),
        }
    };
    match of["type"].as_str()? {
        "Set" => Some(format!("Set<{}>", type_of(&of["element"])?)),
        "EntityOrCommon" | "Entity" => of["name"].as_str().map(named),
        word @ ("String" | "Boolean" | "Bool") => Some(named(word)),
        _ => None,
    }
}

fn without_actions(json: &Value) -> Result<Schema, Box<SchemaError>> {
    let spaces = json.as_object().into_iter().flatten();
    let types = spaces.map(|(name, space)| {
        let parts = space.as_object().into_iter().flatten();
        let mut parts: Map<String, Value> = parts
            .filter(|(part, _)| *part != "actions")
            .map(|(part, value)| (part.clone(), value.clone()))
            .collect();
        parts.insert("actions".to_owned(), Value::Object(Map::new()));
        (name.clone(), Value::Object(parts))
    });
    Ok(Schema::from_json_value(Value::Object(types.collect()))?)
}
