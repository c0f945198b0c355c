//! Viewers and rows as Cedar entities.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::str::FromStr;

use cedar_policy::{Entity, EntityId, EntityTypeName, EntityUid, RestrictedExpression};
use uuid::Uuid;

use crate::catalogue::{AttributeShape, Cell, Type};
use crate::viewer::{Held, Viewer};

/// Everything that policies may read of one row. It has no `Debug`.
#[derive(Clone)]
pub struct Record {
    of: &'static Type,
    id: Uuid,
    values: BTreeMap<&'static str, Value>,
}

/// The value of one attribute.
#[derive(Clone, PartialEq)]
pub enum Value {
    /// Another row.
    Id(Uuid),
    /// A text.
    Text(String),
    /// A flag.
    Flag(bool),
    /// A set of words.
    Words(BTreeSet<String>),
    /// A set of rows.
    Ids(BTreeSet<Uuid>),
}

impl Record {
    /// A row with these attributes.
    #[must_use]
    pub fn new(of: &'static Type, id: Uuid, values: BTreeMap<&'static str, Value>) -> Self {
        Self { of, id, values }
    }

    /// A row as its columns make it; its sets are those given, or empty.
    #[must_use]
    pub fn from_columns(
        of: &'static Type,
        id: Uuid,
        column: impl Fn(&str) -> Option<Cell>,
        sets: &BTreeMap<&'static str, BTreeSet<Uuid>>,
    ) -> Self {
        let mut values = BTreeMap::new();
        for attribute in of.attributes {
            let value = match attribute.shape {
                AttributeShape::Itself { .. } => Some(Value::Id(id)),
                AttributeShape::Ref { column: name, .. } => match column(name) {
                    Some(Cell::Id(id)) => Some(Value::Id(id)),
                    _ => None,
                },
                AttributeShape::Text(name) => match column(name) {
                    Some(Cell::Text(text)) => Some(Value::Text(text)),
                    _ => None,
                },
                AttributeShape::Bool(name) => match column(name) {
                    Some(Cell::Bool(flag)) => Some(Value::Flag(flag)),
                    _ => None,
                },
                // What is no list of words is none of them.
                AttributeShape::Words(name) => Some(Value::Words(match column(name) {
                    Some(Cell::Text(json)) => serde_json::from_str(&json).unwrap_or_default(),
                    _ => BTreeSet::new(),
                })),
                AttributeShape::Set { .. } => Some(Value::Ids(
                    sets.get(attribute.name).cloned().unwrap_or_default(),
                )),
            };
            if let Some(value) = value {
                values.insert(attribute.name, value);
            }
        }
        Self { of, id, values }
    }

    /// The type of the row.
    #[must_use]
    pub fn of(&self) -> &'static Type {
        self.of
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// The value of an attribute.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.values.get(name)
    }
}

/// Cedar would not take a viewer or a row.
#[derive(Debug, thiserror::Error)]
#[error("cedar refused an entity: {0}")]
pub struct NotAnEntity(pub(super) String);

fn refused(error: impl std::fmt::Display) -> NotAnEntity {
    NotAnEntity(error.to_string())
}

thread_local! {
    /// The names of types that were parsed: those of the catalogue, and `Action`.
    static NAMES: RefCell<HashMap<String, EntityTypeName>> = RefCell::default();
}

/// The name of a type. Cedar makes a parser for each, so each is parsed once.
pub(super) fn type_name(entity: &str) -> Result<EntityTypeName, NotAnEntity> {
    if let Some(known) = NAMES.with_borrow(|names| names.get(entity).cloned()) {
        return Ok(known);
    }
    let name = EntityTypeName::from_str(entity).map_err(refused)?;
    NAMES.with_borrow_mut(|names| names.insert(entity.to_owned(), name.clone()));
    Ok(name)
}

pub(super) fn uid(entity: &str, id: &str) -> Result<EntityUid, NotAnEntity> {
    let ty = type_name(entity)?;
    Ok(EntityUid::from_type_name_and_id(ty, EntityId::new(id)))
}

fn reference(entity: &str, id: Uuid) -> Result<RestrictedExpression, NotAnEntity> {
    Ok(RestrictedExpression::new_entity_uid(uid(
        entity,
        &id.to_string(),
    )?))
}

fn references(entity: &str, ids: &BTreeSet<Uuid>) -> Result<RestrictedExpression, NotAnEntity> {
    let members = ids
        .iter()
        .map(|id| reference(entity, *id))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(RestrictedExpression::new_set(members))
}

/// The viewer as a principal.
pub(super) fn principal(viewer: &Viewer) -> Result<Entity, NotAnEntity> {
    let mut attributes = HashMap::new();
    for (name, held) in viewer.held() {
        let value = match held {
            Held::One(entity, id) => reference(entity, *id)?,
            Held::Many(entity, ids) => references(entity, ids)?,
            Held::Word(word) => RestrictedExpression::new_string(word.clone()),
        };
        attributes.insert((*name).to_owned(), value);
    }
    let uid = uid(viewer.kind().entity(), viewer.id())?;
    Entity::new(uid, attributes, HashSet::new()).map_err(refused)
}

/// The row as a resource.
pub(super) fn resource(record: &Record) -> Result<Entity, NotAnEntity> {
    let mut attributes = HashMap::new();
    for attribute in record.of.attributes {
        let Some(value) = record.values.get(attribute.name) else {
            continue;
        };
        let value = match (&attribute.shape, value) {
            (
                AttributeShape::Itself { entity } | AttributeShape::Ref { entity, .. },
                Value::Id(id),
            ) => reference(entity, *id)?,
            (AttributeShape::Set { entity, .. }, Value::Ids(ids)) => references(entity, ids)?,
            (AttributeShape::Text(_), Value::Text(text)) => {
                RestrictedExpression::new_string(text.clone())
            }
            (AttributeShape::Words(_), Value::Words(words)) => {
                let words = words.iter().cloned();
                RestrictedExpression::new_set(words.map(RestrictedExpression::new_string))
            }
            (AttributeShape::Bool(_), Value::Flag(flag)) => RestrictedExpression::new_bool(*flag),
            _ => {
                return Err(NotAnEntity(format!(
                    "`{}` has another type",
                    attribute.name
                )));
            }
        };
        attributes.insert(attribute.name.to_owned(), value);
    }
    Entity::new(
        uid(record.of.entity, &record.id.to_string())?,
        attributes,
        HashSet::new(),
    )
    .map_err(refused)
}
