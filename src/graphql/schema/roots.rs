//! The roots' fields.

use async_graphql::registry::MetaField;

use super::describe::{field_with, input};
use super::inputs;
use super::mutations;
use crate::catalogue::TYPES;
use crate::graphql::subscribe::LISTENED;
use crate::graphql::{changes, disclosures, figures, office, workshop};

/// The name of the query root.
pub const ROOT_QUERY: &str = "Query";
/// The name of the mutation root.
pub const ROOT_MUTATION: &str = "Mutation";

/// The fields of the query root.
pub fn query() -> Vec<MetaField> {
    let id = |doc: &str| vec![input("id", "ID!", doc)];
    let mut fields = vec![
        field_with("viewer", "Viewer", "The one who asks.", Vec::new()),
        field_with(
            "node",
            "Node",
            "The record with this identifier, if the viewer sees it.",
            id("The identifier."),
        ),
        field_with(
            "nodes",
            "[Node]",
            "The records with these identifiers, null where the viewer sees none.",
            vec![input("ids", "[ID!]!", "The identifiers, at most 100.")],
        ),
    ];
    for of in TYPES {
        let doc = format!(
            "The {} with this identifier, if the viewer sees it.",
            of.name
        );
        fields.push(field_with(
            of.singular,
            of.name,
            &doc,
            id("The identifier."),
        ));
        let doc = format!("The {} that the viewer sees.", of.plural);
        fields.push(field_with(
            of.plural,
            &format!("{}Connection", of.name),
            &doc,
            inputs::list(of.name),
        ));
    }
    fields.extend(figures::query());
    fields.push(disclosures::query());
    fields.push(changes::query());
    fields.extend(workshop::query());
    fields.push(office::query());
    fields
}

/// The fields of the mutation root.
pub fn mutation() -> Vec<MetaField> {
    let deeds = mutations::mutations().map(|mutate| mutate.described());
    deeds.chain(workshop::mutation()).collect()
}

/// The fields of the subscription root.
pub fn subscription() -> Vec<MetaField> {
    let types = LISTENED
        .iter()
        .filter_map(|name| crate::catalogue::find(name));
    let field = |of: &crate::catalogue::Type| {
        let doc = format!(
            "A {} of which something changed that the viewer sees.",
            of.name
        );
        let only = input("id", "ID", "Only this one.");
        let name = format!("{}Changed", of.singular);
        field_with(&name, &format!("{}!", of.name), &doc, vec![only])
    };
    types.map(field).chain([workshop::subscription()]).collect()
}
