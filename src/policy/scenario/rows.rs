//! Records as a file writes them, and what they need not write.
//!
//! A record says what policies read of it by the names of the schema. What it must have and does
//! not say, it takes from the records that it names: a shift has the organisation of its project.
//! A word has the first value of its list, a flag is false.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::world::{Reader, World};
use crate::catalogue::{self, Attribute, AttributeShape, Kind, Type};
use crate::policy::entity::Value;

/// Reads what each record says.
pub fn read(reader: &mut Reader<'_>, table: &DeTable<'_>, world: &mut World) {
    for (key, value) in table {
        let (Some(of), DeValue::Table(named)) = (catalogue::find(key.get_ref()), value.get_ref())
        else {
            continue;
        };
        for (name, said) in named {
            let Some(said) = reader.table(said) else {
                continue;
            };
            let mut values = Vec::new();
            let (mut person, mut today, mut keeps) = (None, false, false);
            for (key, value) in said {
                match (key.get_ref().as_ref(), of.name) {
                    ("person", "Volunteer" | "Guardian") => {
                        person = reader.text(value);
                        if let Some(name) = &person {
                            reader.named("Account", name, &value.span(), world);
                        }
                    }
                    ("keepsPolicies", "Organisation") => {
                        keeps = reader.flag(value).unwrap_or_default();
                    }
                    ("today", "Shift") => today = reader.flag(value).unwrap_or_default(),
                    (word, _) => match settable(of, word) {
                        Some(attribute) => {
                            let held = held(reader, of, attribute, value, world);
                            values.extend(held.map(|held| (attribute.name, held)));
                        }
                        None => unknown(reader, of, word, &key.span()),
                    },
                }
            }
            let same = |row: &&mut super::world::Row| {
                row.of.name == of.name && row.name == *name.get_ref()
            };
            if let Some(row) = world.rows.iter_mut().find(same) {
                row.values.extend(values);
                row.person = person;
                row.today = today;
                row.keeps_policies = keeps;
            }
        }
    }
    for row in &mut world.rows {
        for attribute in row.of.attributes {
            if let AttributeShape::Itself { .. } = attribute.shape {
                row.values.insert(attribute.name, Value::Id(row.id));
            }
        }
    }
    // a shift of a project of an organisation is two steps away; nothing is further than four
    for _ in 0..4 {
        inherit(world);
    }
}

fn settable(of: &'static Type, word: &str) -> Option<&'static Attribute> {
    of.attribute(word)
        .filter(|attribute| !matches!(attribute.shape, AttributeShape::Itself { .. }))
}

fn unknown(reader: &mut Reader<'_>, of: &'static Type, word: &str, span: &std::ops::Range<usize>) {
    let known = of.attributes.iter().map(|attribute| attribute.name);
    let mut known: Vec<&str> = known.filter(|name| settable(of, name).is_some()).collect();
    known.extend(
        ["Volunteer", "Guardian"]
            .contains(&of.name)
            .then_some("person"),
    );
    known.extend((of.name == "Shift").then_some("today"));
    known.extend((of.name == "Organisation").then_some("keepsPolicies"));
    let (name, list) = (of.name, known.join(", "));
    reader.fault(
        span,
        format!("a {name} has no `{word}` that policies read; it has {list}"),
        format!("{name} 沒有政策可讀取的 `{word}`；只有 {list}"),
    );
}

/// The value of an attribute.
fn held(
    reader: &mut Reader<'_>,
    of: &'static Type,
    attribute: &'static Attribute,
    value: &Spanned<DeValue<'_>>,
    world: &World,
) -> Option<Value> {
    match attribute.shape {
        AttributeShape::Itself { .. } => None,
        AttributeShape::Ref { entity, .. } => {
            let name = reader.text(value)?;
            Some(Value::Id(reader.named(entity, &name, &value.span(), world)))
        }
        AttributeShape::Bool(_) => reader.flag(value).map(Value::Flag),
        AttributeShape::Set { entity, .. } => {
            let names = reader.texts(value);
            let ids = names
                .iter()
                .map(|(name, span)| reader.named(entity, name, span, world));
            Some(Value::Ids(ids.collect()))
        }
        AttributeShape::Words(_) => {
            let words = reader.texts(value).into_iter().map(|(word, _)| word);
            Some(Value::Words(words.collect()))
        }
        AttributeShape::Text(column) => {
            let text = reader.text(value)?;
            let words = words(of, column);
            if !words.is_empty() && !words.contains(&text.as_str()) {
                let list = words.join(", ");
                reader.fault(
                    &value.span(),
                    format!("`{text}` is none of {list}"),
                    format!("`{text}` 不屬於 {list}"),
                );
            }
            Some(Value::Text(text))
        }
    }
}

/// The words that a column can hold, if they are a closed list.
fn words(of: &'static Type, column: &str) -> Vec<&'static str> {
    let field = of.fields.iter().find(|f| f.column() == Some(column));
    match field.and_then(catalogue::Field::kind) {
        Some(Kind::Enum(list)) => list.values.iter().map(|value| value.name).collect(),
        _ => Vec::new(),
    }
}

/// One step: what a record must have and does not say, it takes from a record that it names.
fn inherit(world: &mut World) {
    let mut found = Vec::new();
    for (at, row) in world.rows.iter().enumerate() {
        for attribute in row.of.attributes {
            let AttributeShape::Ref {
                optional: false, ..
            } = attribute.shape
            else {
                continue;
            };
            if row.values.contains_key(attribute.name) {
                continue;
            }
            let named = row.values.values().filter_map(|value| match value {
                Value::Id(id) if *id != row.id => world.row(*id),
                _ => None,
            });
            let taken = named.filter_map(|other| other.one(attribute.name)).next();
            found.extend(taken.map(|id| (at, attribute.name, id)));
        }
    }
    for (at, name, id) in found {
        if let Some(row) = world.rows.get_mut(at) {
            row.values.insert(name, Value::Id(id));
        }
    }
}

/// Fills in what has a default, and complains of what has none.
pub fn complete(reader: &mut Reader<'_>, world: &mut World) {
    for row in &mut world.rows {
        for attribute in row.of.attributes {
            if row.values.contains_key(attribute.name) {
                continue;
            }
            let value = match attribute.shape {
                AttributeShape::Ref { optional: true, .. } => continue,
                AttributeShape::Text(column) => {
                    let first = words(row.of, column).first().copied().unwrap_or_default();
                    Value::Text(first.to_owned())
                }
                AttributeShape::Bool(_) => Value::Flag(false),
                AttributeShape::Words(_) => Value::Words(Default::default()),
                AttributeShape::Set { .. } => Value::Ids(Default::default()),
                AttributeShape::Itself { .. } | AttributeShape::Ref { .. } => {
                    let (name, lacks) = (&row.name, attribute.name);
                    let file = &reader.document.name;
                    reader.faults.push(crate::policy::gate::Fault::new(
                        file,
                        row.line,
                        format!("`{name}` must say its `{lacks}`"),
                        format!("`{name}` 必須註明 `{lacks}`"),
                    ));
                    continue;
                }
            };
            row.values.insert(attribute.name, value);
        }
    }
}
