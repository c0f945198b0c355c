//! Arguments of lists: filters, orders, pages.

use async_graphql::registry::{MetaInputValue, Registry};

use super::describe::{constant_case, enumeration, input, input_object, input_or};
use crate::catalogue::{Kind, Sealing, Shape, Type};

/// The arguments of a list of this type.
pub fn list(target: &str) -> Vec<MetaInputValue> {
    let mut args = vec![
        input(
            "first",
            "Int",
            "At most so many rows from the front; 20 where nothing is asked for.",
        ),
        input("after", "String", "Only rows after this cursor."),
        input("last", "Int", "At most so many rows from the end."),
        input("before", "String", "Only rows before this cursor."),
        input(
            "offset",
            "Int",
            "Pass over so many rows; not together with a cursor.",
        ),
        input(
            "where",
            &format!("{target}Where"),
            "Only rows that are so, as the viewer sees them.",
        ),
    ];
    let target_type = crate::catalogue::find(target);
    if target_type.is_some_and(Type::sortable) {
        let doc = "The order; rows that tie are in the order of their ids.";
        args.push(input("orderBy", &format!("[{target}Order!]"), doc));
    }
    if target_type.is_some_and(Type::searchable) {
        args.push(input(
            "search",
            "String",
            "Only rows in whose names or texts each of these words is found.",
        ));
    }
    args.push(input_or(
        "includeArchived",
        "Boolean",
        "false",
        "Whether archived rows are listed too.",
    ));
    args
}

/// The name of the filter for values of a kind.
pub fn filter_name(kind: Kind) -> String {
    match kind {
        Kind::Enum(kind) => format!("{}Filter", kind.name),
        Kind::Words => "WordsFilter".to_owned(),
        kind => format!("{}Filter", kind.graphql()),
    }
}

/// Adds the filters and orders that all types share.
pub fn shared(registry: &mut Registry) {
    enumeration(
        registry,
        "OrderDirection",
        "Which way an order goes; records without a value come last either way.",
        [
            ("ASC", "The smallest first."),
            ("DESC", "The greatest first."),
        ],
    );
    let null = || {
        input(
            "isNull",
            "Boolean",
            "Whether there is no value, or none that the viewer sees.",
        )
    };
    let equal = |ty: &str| {
        vec![
            input("eq", ty, "Equal to this."),
            input("in", &format!("[{ty}!]"), "Equal to one of these."),
        ]
    };
    let ranged = |ty: &str| {
        let mut fields = equal(ty);
        fields.push(input("lt", ty, "Less than this."));
        fields.push(input("lte", ty, "Less than this or equal."));
        fields.push(input("gt", ty, "Greater than this."));
        fields.push(input("gte", ty, "Greater than this or equal."));
        fields.push(null());
        fields
    };
    input_object(
        registry,
        "IDFilter",
        "Which identifiers are wanted.",
        equal("ID"),
    );
    let mut text = equal("String");
    text.push(input(
        "contains",
        "String",
        "Has this in it; A to Z regardless of case.",
    ));
    text.push(input(
        "startsWith",
        "String",
        "Begins with this; A to Z regardless of case.",
    ));
    text.push(null());
    input_object(registry, "StringFilter", "How a text must be.", text);
    let mut whole = equal("String");
    whole.push(null());
    input_object(
        registry,
        "WholeTextFilter",
        "How a text must be that is found whole or not at all.",
        whole,
    );
    input_object(
        registry,
        "PresenceFilter",
        "Whether there must be a value; what it says cannot be asked for.",
        vec![null()],
    );
    for ty in ["Int", "Float", "DateTime", "Date"] {
        input_object(
            registry,
            &format!("{ty}Filter"),
            "How a value must be.",
            ranged(ty),
        );
    }
    input_object(
        registry,
        "BooleanFilter",
        "How a truth value must be.",
        vec![input("eq", "Boolean", "Equal to this."), null()],
    );
    input_object(
        registry,
        "WordsFilter",
        "How a list of words must be.",
        vec![input("has", "String", "Has this word."), null()],
    );
}

/// Adds the filters and orders of a type.
pub fn of(registry: &mut Registry, of: &'static Type) {
    let name = format!("{}Where", of.name);
    let mut fields = vec![
        input("and", &format!("[{name}!]"), "All of these."),
        input("or", &format!("[{name}!]"), "Any of these."),
        input("not", &name, "Not this."),
        input("id", "IDFilter", "The identifier."),
    ];
    let mut orders: Vec<(String, &str)> = Vec::new();
    for field in of.fields {
        match field.shape {
            Shape::Value { kind, .. } => {
                let filter = match field.sealing {
                    Sealing::Open => filter_name(kind),
                    Sealing::Sealed => "PresenceFilter".to_owned(),
                    Sealing::Found(_) => "WholeTextFilter".to_owned(),
                };
                fields.push(input(field.name, &filter, field.doc));
                if let Kind::Enum(kind) = kind {
                    enum_filter(registry, kind.name);
                }
                if field.sortable() {
                    orders.push((constant_case(field.name), field.doc));
                }
            }
            Shape::One { target, .. } => {
                fields.push(input(field.name, &format!("{target}Where"), field.doc));
            }
            Shape::Many { target, .. } => {
                let list = format!("{target}ListWhere");
                fields.push(input(field.name, &list, field.doc));
            }
        }
    }
    input_object(
        registry,
        &name,
        &format!("Which {} are wanted.", of.plural),
        fields,
    );
    input_object(
        registry,
        &format!("{}ListWhere", of.name),
        &format!("Which related {} are wanted.", of.plural),
        vec![
            input("some", &name, "At least one is so."),
            input("none", &name, "None is so."),
        ],
    );
    if orders.is_empty() {
        return;
    }
    let field = format!("{}OrderField", of.name);
    let doc = format!("By what {} are ordered.", of.plural);
    enumeration(
        registry,
        &field,
        &doc,
        orders.iter().map(|(name, doc)| (name.as_str(), *doc)),
    );
    input_object(
        registry,
        &format!("{}Order", of.name),
        &format!("A term of the order of {}.", of.plural),
        vec![
            input("field", &format!("{field}!"), "By what."),
            input_or("direction", "OrderDirection!", "ASC", "Which way."),
        ],
    );
}

fn enum_filter(registry: &mut Registry, name: &str) {
    input_object(
        registry,
        &format!("{name}Filter"),
        "How a value must be.",
        vec![
            input("eq", name, "Equal to this."),
            input("in", &format!("[{name}!]"), "Equal to one of these."),
            input(
                "isNull",
                "Boolean",
                "Whether there is no value, or none that the viewer sees.",
            ),
        ],
    );
}
