//! Where what is shown goes, value by value.
//!
//! An answer is written once, by `show`, into one of two sinks: values as the library has them, or
//! JSON text. Both are told the same.

use std::sync::Arc;

use async_graphql::indexmap::IndexMap;
use async_graphql::{Name, Value};

/// A response key, ready for both sinks.
pub struct Key {
    /// The key.
    pub name: Name,
    /// As JSON text, with its colon. A name has nothing to escape.
    pub text: Arc<str>,
}

impl Key {
    /// A key with this name.
    pub fn new(name: &Name) -> Self {
        Self {
            name: name.clone(),
            text: format!("\"{name}\":").into(),
        }
    }
}

/// Takes what is shown.
pub trait Sink {
    /// A value that is made already.
    fn value(&mut self, value: &Value);
    /// Nothing.
    fn null(&mut self);
    /// A truth value.
    fn bool(&mut self, value: bool);
    /// A whole number.
    fn int(&mut self, value: i64);
    /// A decimal number.
    fn float(&mut self, value: f64);
    /// A text.
    fn text(&mut self, value: &str);
    /// A text without any character that JSON escapes.
    fn plain(&mut self, value: &str);
    /// The same of ASCII alone, written where it belongs.
    fn ascii(&mut self, write: &dyn Fn(&mut Vec<u8>));
    /// A list of texts, given as the JSON that is stored.
    fn words(&mut self, json: &str);
    /// An object begins; keys and values follow in turn.
    fn open_object(&mut self, entries: usize);
    /// The key of what comes next.
    fn key(&mut self, key: &Key);
    /// The object ends.
    fn close_object(&mut self);
    /// A list begins; values follow.
    fn open_list(&mut self, items: usize);
    /// Another item follows.
    fn item(&mut self);
    /// The list ends.
    fn close_list(&mut self);
}

/// The words of a list that is stored as JSON.
pub fn words(json: &str) -> Vec<String> {
    serde_json::from_str(json).unwrap_or_default()
}

/// Makes a value.
#[derive(Default)]
pub struct Values {
    open: Vec<Open>,
    done: Value,
}

enum Open {
    Object(IndexMap<Name, Value>, Option<Name>),
    List(Vec<Value>),
}

impl Values {
    /// What was told.
    pub fn done(self) -> Value {
        self.done
    }

    fn put(&mut self, value: Value) {
        match self.open.last_mut() {
            None => self.done = value,
            Some(Open::List(items)) => items.push(value),
            Some(Open::Object(entries, key)) => {
                if let Some(key) = key.take() {
                    entries.insert(key, value);
                }
            }
        }
    }
}

impl Sink for Values {
    fn value(&mut self, value: &Value) {
        self.put(value.clone());
    }

    fn null(&mut self) {
        self.put(Value::Null);
    }

    fn bool(&mut self, value: bool) {
        self.put(Value::Boolean(value));
    }

    fn int(&mut self, value: i64) {
        self.put(Value::from(value));
    }

    fn float(&mut self, value: f64) {
        self.put(Value::from(value));
    }

    fn text(&mut self, value: &str) {
        self.put(Value::String(value.to_owned()));
    }

    fn plain(&mut self, value: &str) {
        self.text(value);
    }

    fn ascii(&mut self, write: &dyn Fn(&mut Vec<u8>)) {
        let mut text = Vec::new();
        write(&mut text);
        self.put(Value::String(String::from_utf8(text).unwrap_or_default()));
    }

    fn words(&mut self, json: &str) {
        self.put(Value::from(words(json)));
    }

    fn open_object(&mut self, entries: usize) {
        self.open
            .push(Open::Object(IndexMap::with_capacity(entries), None));
    }

    fn key(&mut self, key: &Key) {
        if let Some(Open::Object(_, next)) = self.open.last_mut() {
            *next = Some(key.name.clone());
        }
    }

    fn close_object(&mut self) {
        if let Some(Open::Object(entries, _)) = self.open.pop() {
            self.put(Value::Object(entries));
        }
    }

    fn open_list(&mut self, items: usize) {
        self.open.push(Open::List(Vec::with_capacity(items)));
    }

    fn item(&mut self) {}

    fn close_list(&mut self) {
        if let Some(Open::List(items)) = self.open.pop() {
            self.put(Value::List(items));
        }
    }
}
