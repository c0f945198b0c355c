//! Objects, edges and connections.

use async_graphql::indexmap::{IndexMap, IndexSet};
use async_graphql::registry::{MetaField, MetaType, Registry};

use super::describe::{enumeration, field, field_with, object, pascal_case};
use super::inputs;
use crate::catalogue::{DeedScope, Field, Kind, Shape, TYPES, Type};
use crate::graphql::workshop;

/// Adds what all types share: `Node`, `PageInfo`, `UserError`, `Viewer`.
pub fn shared(registry: &mut Registry) {
    let id = field("id", "ID!", "Opaque identifier.");
    let node = MetaType::Interface {
        name: "Node".to_owned(),
        description: Some("Something with an identifier.".to_owned()),
        fields: IndexMap::from([("id".to_owned(), id)]),
        possible_types: TYPES
            .iter()
            .map(|of| of.name.to_owned())
            .chain(["Viewer".to_owned()])
            .collect::<IndexSet<_>>(),
        extends: false,
        keys: None,
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        rust_typename: None,
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    };
    registry.types.insert("Node".to_owned(), node);
    object(
        registry,
        "PageInfo",
        "Where a page is in its list.",
        vec![
            field(
                "hasNextPage",
                "Boolean!",
                "Whether there are rows after this page.",
            ),
            field(
                "hasPreviousPage",
                "Boolean!",
                "Whether there are rows before this page.",
            ),
            field("startCursor", "String", "Cursor of the first row."),
            field("endCursor", "String", "Cursor of the last row."),
        ],
    );
    enumeration(
        registry,
        "UserErrorCode",
        "What stands in the way of a mutation.",
        [
            (
                "NOT_FOUND",
                "There is no such record, or none that the viewer sees.",
            ),
            ("STALE", "The record changed since the viewer read it."),
            ("REQUIRED", "A value is missing."),
            ("INVALID", "A value is not of the right form."),
            (
                "CONFLICT",
                "The record is not in a state in which this can be done.",
            ),
            (
                "HELD",
                "The record is held; nothing erases it until it is released.",
            ),
            (
                "NOT_FORWARDABLE",
                "The record may not be handed on to other organisations.",
            ),
        ]
        .into_iter()
        .chain(workshop::CODES),
    );
    object(
        registry,
        "UserError",
        "Something that the user can put right.",
        vec![
            field("code", "UserErrorCode!", "Stable code."),
            field("message", "String!", "One sentence in English."),
            field(
                "messageZh",
                "String!",
                "One sentence in traditional Chinese.",
            ),
            field("field", "[String!]", "The input that it is about."),
        ],
    );
    enumeration(
        registry,
        "ViewerKind",
        "What kind of principal asks.",
        [
            ("USER", "A person."),
            ("PARTNER", "A scoped token of a partner organisation."),
            ("JOB", "Internal work."),
            ("ANONYMOUS", "Nobody in particular."),
        ],
    );
    object(
        registry,
        "Viewer",
        "The one who asks.",
        vec![
            field("id", "ID!", "Opaque identifier."),
            field("kind", "ViewerKind!", "What kind of principal asks."),
            field("user", "User", "The person, if a person asks."),
            field(
                "policyVersion",
                "String!",
                "Version of the policies that decided this answer.",
            ),
        ],
    );
    registry.add_implements("Viewer", "Node");
}

/// Adds a type with its edge, its connection and its enumerations.
pub fn of(registry: &mut Registry, of: &'static Type) {
    for field in of.fields {
        if let Some(Kind::Enum(kind)) = field.kind() {
            enumeration(
                registry,
                kind.name,
                kind.doc,
                kind.values.iter().map(|value| (value.name, value.doc)),
            );
        }
    }
    let mut fields = vec![field("id", "ID!", "Opaque identifier.")];
    fields.extend(of.fields.iter().map(described));
    for deed in of
        .deeds
        .iter()
        .filter(|deed| deed.scope == DeedScope::Existing)
    {
        let name = format!("viewerCan{}", pascal_case(deed.name));
        fields.push(field(
            &name,
            "Boolean!",
            &format!("Whether the viewer may do this: {}", lower(deed.doc)),
        ));
    }
    fields.push(field(
        "version",
        "String!",
        "What the viewer sees of the record, as a short text; a change sends it back.",
    ));
    object(registry, of.name, of.doc, fields);
    registry.add_implements(of.name, "Node");
    object(
        registry,
        &format!("{}Edge", of.name),
        &format!("A {} in a list.", of.name),
        vec![
            field("cursor", "String!", "Its place in the list."),
            field("node", &format!("{}!", of.name), "The record."),
        ],
    );
    object(
        registry,
        &format!("{}Connection", of.name),
        &format!("A page of a list of {}.", of.name),
        vec![
            field(
                "edges",
                &format!("[{}Edge!]!", of.name),
                "The rows with their cursors.",
            ),
            field(
                "nodes",
                &format!("[{}!]!", of.name),
                "The rows without their cursors.",
            ),
            field("pageInfo", "PageInfo!", "Where the page is in the list."),
            field(
                "totalCount",
                "Int!",
                "How many rows the whole list has, up to a limit.",
            ),
            field(
                "totalCountIsExact",
                "Boolean!",
                "False where the list has more rows than were counted.",
            ),
        ],
    );
}

fn lower(sentence: &str) -> String {
    let mut chars = sentence.chars();
    chars
        .next()
        .map(|c| c.to_ascii_lowercase())
        .into_iter()
        .chain(chars)
        .collect()
}

fn described(of: &'static Field) -> MetaField {
    match of.shape {
        // Every policed field can be withheld, and so is nullable.
        Shape::Value { kind, .. } => field(of.name, kind.graphql(), of.doc),
        Shape::One { target, .. } => field(of.name, target, of.doc),
        Shape::Many { target, .. } => field_with(
            of.name,
            &format!("{target}Connection"),
            of.doc,
            inputs::list(target),
        ),
    }
}
