//! The catalogue holds nothing that is not so: its columns are the entities', its attributes the
//! Cedar schema's.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use cedar_policy::SchemaFragment;
use kaifong::catalogue::{AttributeShape, Kind, Shape, Source, TYPES, Type, find, of_entity};
use kaifong::viewer::PrincipalKind;
use sea_orm::ColumnType;
use serde_json::Value;

use crate::entities::{Table, tables};

/// The one namespace of the Cedar schema, as JSON.
fn cedar() -> Value {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies/schema.cedarschema");
    let text = std::fs::read_to_string(file).unwrap();
    let (fragment, warnings) = SchemaFragment::from_cedarschema_str(&text).unwrap();
    let warnings: Vec<String> = warnings.map(|warning| warning.to_string()).collect();
    assert_eq!(warnings, Vec::<String>::new());
    fragment.to_json_value().unwrap()[""].take()
}

/// An attribute in one word: `Project`, `Project?`, `Set<Project>`, `String`, `Bool`.
fn declared(attribute: &Value) -> String {
    let name = |ty: &Value| ty["name"].as_str().unwrap_or("?").to_owned();
    let word = if attribute["type"] == "Set" {
        format!("Set<{}>", name(&attribute["element"]))
    } else {
        name(attribute)
    };
    let optional = attribute["required"] == Value::Bool(false);
    format!("{word}{}", if optional { "?" } else { "" })
}

fn catalogued(shape: &AttributeShape) -> String {
    match shape {
        AttributeShape::Itself { entity } => (*entity).to_owned(),
        AttributeShape::Ref {
            entity, optional, ..
        } => {
            format!("{entity}{}", if *optional { "?" } else { "" })
        }
        AttributeShape::Text(_) => "String".to_owned(),
        AttributeShape::Bool(_) => "Bool".to_owned(),
        AttributeShape::Words(_) => "Set<String>".to_owned(),
        AttributeShape::Set { entity, .. } => format!("Set<{entity}>"),
    }
}

#[test]
fn policies_read_the_attributes_that_the_catalogue_fetches() {
    let cedar = cedar();
    let entities = cedar["entityTypes"].as_object().unwrap();
    let kinds = PrincipalKind::ALL.iter().map(|kind| kind.entity());
    let wanted: BTreeSet<&str> = TYPES.iter().map(|of| of.entity).chain(kinds).collect();
    let there: BTreeSet<&str> = entities.keys().map(String::as_str).collect();
    assert_eq!(there, wanted);
    for of in TYPES {
        let entity = &entities[of.entity];
        let attributes = entity["shape"]["attributes"].as_object();
        let attributes = attributes.into_iter().flatten();
        let there: BTreeMap<&str, String> = attributes
            .map(|(name, attribute)| (name.as_str(), declared(attribute)))
            .collect();
        let wanted = of.attributes.iter();
        let wanted = wanted.map(|attribute| (attribute.name, catalogued(&attribute.shape)));
        assert_eq!(there, wanted.collect(), "{}", of.name);
        // rows have no parents: `in` on a resource would find nothing
        let parents = entity["memberOfTypes"].as_array();
        assert!(parents.is_none_or(Vec::is_empty), "{}", of.name);
    }
}

#[test]
fn every_action_is_about_its_own_type_and_can_be_asked_by_all() {
    let cedar = cedar();
    let everybody: Vec<&str> = PrincipalKind::ALL
        .iter()
        .map(|kind| kind.entity())
        .collect();
    for (name, action) in cedar["actions"].as_object().unwrap() {
        let Some((of, _)) = name.split_once('.') else {
            assert!(
                action["appliesTo"]["resourceTypes"]
                    .as_array()
                    .is_none_or(Vec::is_empty)
            );
            continue;
        };
        let of = find(of).unwrap_or_else(|| panic!("`{name}` is of no type"));
        let applies = &action["appliesTo"];
        assert_eq!(
            applies["principalTypes"],
            serde_json::json!(everybody),
            "{name}"
        );
        assert_eq!(
            applies["resourceTypes"],
            serde_json::json!([of.entity]),
            "{name}"
        );
    }
}

fn table<'a>(tables: &'a [Table], name: &str) -> &'a Table {
    let found = tables.iter().find(|table| table.name == name);
    found.unwrap_or_else(|| panic!("no entity has the table `{name}`"))
}

fn holds(kind: Kind, ty: &ColumnType) -> bool {
    match kind {
        Kind::Int => matches!(ty, ColumnType::Integer),
        Kind::Float => matches!(ty, ColumnType::Double),
        Kind::Bool => matches!(ty, ColumnType::Boolean),
        Kind::Time => matches!(ty, ColumnType::TimestampWithTimeZone),
        Kind::Date => matches!(ty, ColumnType::Date),
        Kind::Words => is_text(ty),
        _ => kind.is_text() && is_text(ty),
    }
}

fn is_text(ty: &ColumnType) -> bool {
    matches!(ty, ColumnType::String(_) | ColumnType::Text)
}

/// Asserts that a column is the id of a row of that type.
fn leads(table: &Table, column: &str, to: &Type) -> bool {
    let found = table
        .column(column)
        .unwrap_or_else(|| panic!("{}.{column}", table.name));
    assert!(
        matches!(found.ty, ColumnType::Uuid),
        "{}.{column}",
        table.name
    );
    assert_eq!(
        table.target(column),
        Some(to.table),
        "{}.{column}",
        table.name
    );
    found.nullable
}

#[test]
fn every_field_is_a_column_of_its_entity() {
    let tables = tables();
    let mut seen = 0;
    for of in TYPES {
        let own = table(&tables, of.table);
        for field in of.fields {
            seen += 1;
            let place = format!("{}.{}", of.name, field.name);
            match field.shape {
                Shape::Value {
                    source: Source::Column(column),
                    kind,
                    ..
                } => {
                    let found = own.column(column).unwrap_or_else(|| panic!("{place}"));
                    assert!(holds(kind, &found.ty), "{place} is {:?}", found.ty);
                    // a list that is not there would be no JSON
                    assert!(
                        kind != Kind::Words || !found.nullable,
                        "{place} may be null"
                    );
                }
                Shape::Value {
                    source: Source::Derived(sql),
                    ..
                } => {
                    assert!(sql.contains("{row}.id"), "{place} is not about its row");
                }
                Shape::One { column, target } => drop(leads(own, column, find(target).unwrap())),
                Shape::Many { target, foreign } => {
                    let target = find(target).unwrap_or_else(|| panic!("{place}"));
                    leads(table(&tables, target.table), foreign, of);
                }
            }
        }
    }
    assert!(seen > 200, "only {seen} fields");
}

#[test]
fn every_attribute_is_a_column_of_its_entity() {
    let tables = tables();
    for of in TYPES {
        let own = table(&tables, of.table);
        for attribute in of.attributes {
            let place = format!("{}.{}", of.name, attribute.name);
            let plain = |column: &str| {
                let found = own.column(column).unwrap_or_else(|| panic!("{place}"));
                assert!(
                    !found.nullable,
                    "{place} may be null, and Cedar would not know"
                );
                &found.ty
            };
            match attribute.shape {
                AttributeShape::Itself { entity } => assert_eq!(entity, of.entity, "{place}"),
                AttributeShape::Ref {
                    column,
                    entity,
                    optional,
                } => {
                    let nullable = leads(own, column, of_entity(entity).unwrap());
                    assert_eq!(nullable, optional, "{place}");
                }
                AttributeShape::Text(column) | AttributeShape::Words(column) => {
                    assert!(is_text(plain(column)), "{place}");
                }
                AttributeShape::Bool(column) => {
                    assert!(matches!(plain(column), ColumnType::Boolean), "{place}");
                }
                AttributeShape::Set {
                    entity,
                    from,
                    own: this,
                    value,
                    ..
                } => {
                    let member = of_entity(entity).unwrap_or_else(|| panic!("{place}"));
                    // `own` is this row's id, by a reference or as the row itself
                    assert_eq!(meant(&tables, from, this), of.table, "{place}: {this}");
                    assert_eq!(
                        meant(&tables, from, value),
                        member.table,
                        "{place}: {value}"
                    );
                }
            }
        }
    }
}

/// The table whose id `alias.column` holds, where `from` reads `table alias JOIN table alias ON …`.
fn meant(tables: &[Table], from: &str, name: &str) -> String {
    let (alias, column) = name.split_once('.').unwrap();
    let words: Vec<&str> = from.split_whitespace().collect();
    let at = words.iter().position(|word| *word == alias).unwrap();
    let table = table(tables, words[at - 1]);
    match column {
        "id" => table.name.to_owned(),
        _ => table
            .target(column)
            .unwrap_or_else(|| panic!("{name}"))
            .to_owned(),
    }
}
