//! The people, partners and records that a file of scenarios names.
//!
//! Names stand for rows: a name and a type make an id, so that no id is ever written down.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};
use uuid::Uuid;

use super::people::{Partner, Person};
use super::{people, rows, sets};
use crate::catalogue::{self, Type};
use crate::policy::entity::{Record, Value};
use crate::policy::gate::{Fault, line_of};
use crate::policy::load::Document;

/// A row of the world.
pub struct Row {
    pub of: &'static Type,
    pub name: String,
    pub id: Uuid,
    pub line: usize,
    pub values: BTreeMap<&'static str, Value>,
    /// Whose own record it is.
    pub person: Option<String>,
    /// Whether a shift is today.
    pub today: bool,
    /// Whether an organisation looks after the policies.
    pub keeps_policies: bool,
}

/// Everything that a file names.
#[derive(Default)]
pub struct World {
    pub rows: Vec<Row>,
    pub people: BTreeMap<String, Person>,
    pub partners: BTreeMap<String, Partner>,
}

/// Reads one file, and collects what is wrong with it.
pub struct Reader<'a> {
    pub document: &'a Document,
    pub faults: Vec<Fault>,
}

impl Reader<'_> {
    pub fn line(&self, span: &Range<usize>) -> usize {
        line_of(&self.document.text, span.start)
    }

    pub fn fault(&mut self, span: &Range<usize>, en: String, zh: String) {
        let line = self.line(span);
        self.faults
            .push(Fault::new(&self.document.name, line, en, zh));
    }

    /// A text, or a fault.
    pub fn text(&mut self, value: &Spanned<DeValue<'_>>) -> Option<String> {
        if let DeValue::String(text) = value.get_ref() {
            return Some(text.to_string());
        }
        self.fault(
            &value.span(),
            "a text in quotes should stand here".to_owned(),
            "此處應為引號內的文字".to_owned(),
        );
        None
    }

    /// A truth value, or a fault.
    pub fn flag(&mut self, value: &Spanned<DeValue<'_>>) -> Option<bool> {
        if let DeValue::Boolean(flag) = value.get_ref() {
            return Some(*flag);
        }
        self.fault(
            &value.span(),
            "`true` or `false` should stand here".to_owned(),
            "此處應為 `true` 或 `false`".to_owned(),
        );
        None
    }

    /// One text or a list of texts, each with its place.
    pub fn texts(&mut self, value: &Spanned<DeValue<'_>>) -> Vec<(String, Range<usize>)> {
        match value.get_ref() {
            DeValue::Array(list) => list
                .iter()
                .filter_map(|one| Some((self.text(one)?, one.span())))
                .collect(),
            _ => self
                .text(value)
                .into_iter()
                .map(|text| (text, value.span()))
                .collect(),
        }
    }

    /// A table, or a fault.
    pub fn table<'v, 'i>(&mut self, value: &'v Spanned<DeValue<'i>>) -> Option<&'v DeTable<'i>> {
        if let DeValue::Table(table) = value.get_ref() {
            return Some(table);
        }
        self.fault(
            &value.span(),
            "a table such as `{ organisation = \"Harbour\" }` should stand here".to_owned(),
            "此處應為表格，例如 `{ organisation = \"Harbour\" }`".to_owned(),
        );
        None
    }

    /// The row of this name whose Cedar entity type this is, or a fault.
    pub fn named(&mut self, entity: &str, name: &str, span: &Range<usize>, world: &World) -> Uuid {
        if entity != "Account" && world.find(entity, name).is_none()
            || entity == "Account" && !world.people.contains_key(name)
        {
            let table = match entity {
                "Account" => "people",
                other => other,
            };
            self.fault(
                span,
                format!("there is no `{name}` in [{table}] of this file"),
                format!("本檔案的 [{table}] 沒有 `{name}`"),
            );
        }
        id_of(entity, name)
    }
}

/// The id that a name stands for.
pub fn id_of(entity: &str, name: &str) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{entity}/{name}").as_bytes())
}

impl World {
    /// The world of a file.
    pub fn read(reader: &mut Reader<'_>, table: &DeTable<'_>) -> Self {
        let mut world = Self::default();
        // names first, since tables stand in any order
        for (key, value) in table {
            let Some(of) = catalogue::find(key.get_ref()) else {
                continue;
            };
            let Some(named) = reader.table(value) else {
                continue;
            };
            for name in named.keys() {
                world.rows.push(Row {
                    of,
                    name: name.get_ref().to_string(),
                    id: id_of(of.entity, name.get_ref()),
                    line: reader.line(&name.span()),
                    values: BTreeMap::new(),
                    person: None,
                    today: false,
                    keeps_policies: false,
                });
            }
        }
        if let Some(named) = table.get("people").and_then(|value| reader.table(value)) {
            for name in named.keys() {
                let name = name.get_ref().to_string();
                world.people.insert(name, Person::default());
            }
        }
        rows::read(reader, table, &mut world);
        people::read(reader, table, &mut world);
        sets::derive(&mut world);
        rows::complete(reader, &mut world);
        world
    }

    /// The row with this name whose Cedar entity type this is.
    pub fn find(&self, entity: &str, name: &str) -> Option<&Row> {
        let same = |row: &&Row| row.of.entity == entity && row.name == name;
        self.rows.iter().find(same)
    }

    /// The row with this id.
    pub fn row(&self, id: Uuid) -> Option<&Row> {
        self.rows.iter().find(|row| row.id == id)
    }

    /// The rows of a type.
    pub fn of<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Row> {
        self.rows.iter().filter(move |row| row.of.name == name)
    }
}

impl Row {
    /// The row that an attribute names.
    pub fn one(&self, attribute: &str) -> Option<Uuid> {
        match self.values.get(attribute) {
            Some(Value::Id(id)) => Some(*id),
            _ => None,
        }
    }

    /// The rows that an attribute names.
    pub fn many(&self, attribute: &str) -> Vec<Uuid> {
        match self.values.get(attribute) {
            Some(Value::Ids(ids)) => ids.iter().copied().collect(),
            _ => Vec::new(),
        }
    }

    /// Whether an attribute is this text.
    pub fn is(&self, attribute: &str, words: &[&str]) -> bool {
        matches!(self.values.get(attribute), Some(Value::Text(text)) if words.contains(&text.as_str()))
    }

    /// What policies read of it.
    pub fn record(&self) -> Record {
        Record::new(self.of, self.id, self.values.clone())
    }

    /// The same before anything points to it.
    pub fn fresh(&self) -> Record {
        let mut values = self.values.clone();
        for value in values.values_mut() {
            if let Value::Ids(ids) = value {
                ids.clear();
            }
        }
        Record::new(self.of, self.id, values)
    }
}
