//! Arguments of a field, with variables put in.

use async_graphql::Positioned;
use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::Field;
use async_graphql::{Name, QueryEnv, Value};

use super::error::GraphError;

/// The arguments that were given; one whose variable was not provided is as if not given.
pub struct Arguments(IndexMap<Name, Value>);

/// A value in a document.
type Input = async_graphql_value::Value;

impl Arguments {
    /// The arguments of a field.
    pub fn of(field: &Field, request: &QueryEnv) -> Self {
        let given = field.arguments.iter();
        Self(
            given
                .filter_map(|(n, v)| Some((n.node.clone(), resolve(&v.node, request)?)))
                .collect(),
        )
    }

    /// An argument that was given and is not null.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0
            .get(name)
            .filter(|value| !matches!(value, Value::Null))
    }

    /// A text.
    pub fn text(&self, name: &str) -> Result<Option<&str>, GraphError> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(GraphError::Input(format!("`{name}` is not a text"))),
        }
    }

    /// A count: a whole number that is not negative.
    pub fn count(&self, name: &str) -> Result<Option<u64>, GraphError> {
        match self.get(name) {
            None => Ok(None),
            Some(value) => match value.clone().into_json().ok().and_then(|v| v.as_u64()) {
                Some(count) => Ok(Some(count)),
                None => Err(GraphError::Input(format!("`{name}` must not be negative"))),
            },
        }
    }

    /// A truth value, false where it is not given.
    pub fn flag(&self, name: &str) -> bool {
        matches!(self.get(name), Some(Value::Boolean(true)))
    }

    /// A canonical text of some arguments, for binding cursors to them: the same however they are
    /// written, in the document or as variables.
    pub fn fingerprint(&self, names: &[&str]) -> String {
        let part = |name: &&str| match self.get(name)? {
            Value::Boolean(false) => None,
            value => Some(format!("{name}={}", canonical(value))),
        };
        names.iter().filter_map(part).collect::<Vec<_>>().join("&")
    }
}

/// A value with one spelling: an enumerated value as a text, a list of one as its item, the entries
/// of an object by name and without those that are null.
fn canonical(value: &Value) -> Value {
    match value {
        Value::Enum(name) => Value::String(name.to_string()),
        Value::List(items) => match items.as_slice() {
            [item] => canonical(item),
            items => Value::List(items.iter().map(canonical).collect()),
        },
        Value::Object(fields) => {
            let given = fields
                .iter()
                .filter(|(_, value)| !matches!(value, Value::Null));
            let mut given: IndexMap<Name, Value> = given
                .map(|(name, value)| (name.clone(), canonical(value)))
                .collect();
            given.sort_unstable_keys();
            Value::Object(given)
        }
        value => value.clone(),
    }
}

fn resolve(value: &Input, request: &QueryEnv) -> Option<Value> {
    Some(match value {
        Input::Variable(name) => return variable(name, request),
        Input::Null => Value::Null,
        Input::Number(number) => Value::Number(number.clone()),
        Input::String(text) => Value::String(text.clone()),
        Input::Boolean(flag) => Value::Boolean(*flag),
        Input::Binary(bytes) => Value::Binary(bytes.clone()),
        Input::Enum(name) => Value::Enum(name.clone()),
        Input::List(items) => {
            // A variable that was not provided is null in a list.
            let item = |item| resolve(item, request).unwrap_or(Value::Null);
            Value::List(items.iter().map(item).collect())
        }
        Input::Object(fields) => {
            let field =
                |(name, value): (&Name, &Input)| Some((name.clone(), resolve(value, request)?));
            Value::Object(fields.iter().filter_map(field).collect())
        }
    })
}

fn variable(name: &Name, request: &QueryEnv) -> Option<Value> {
    if let Some(value) = request.variables.get(name) {
        return Some(value.clone());
    }
    let definitions = &request.operation.node.variable_definitions;
    let defined = definitions.iter().find(|d| d.node.name.node == *name)?;
    defined
        .node
        .default_value
        .as_ref()
        .map(|Positioned { node, .. }| node.clone())
}

/// The items of a list; a single value counts as a list of one, as GraphQL has it.
pub fn items(value: &Value) -> &[Value] {
    match value {
        Value::List(items) => items,
        single => std::slice::from_ref(single),
    }
}

/// The text of a text or of an enumerated value.
pub fn word(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => Some(text),
        Value::Enum(name) => Some(name.as_str()),
        _ => None,
    }
}
