//! Mutations: subject first, one input, a payload with the object and what stands in the way.

use async_graphql::registry::{MetaField, MetaInputValue, Registry};

use super::describe::{field, field_with, input, input_object, object, pascal_case};
use crate::catalogue::{Deed, DeedScope, Field, Kind, Shape, TYPES, Type, Write};

/// One mutation: a deed on a type.
#[derive(Clone, Copy)]
pub struct Mutate {
    /// The subject.
    pub of: &'static Type,
    /// What is done.
    pub deed: &'static Deed,
}

/// Every mutation.
pub fn mutations() -> impl Iterator<Item = Mutate> {
    TYPES
        .iter()
        .flat_map(|of| of.deeds.iter().map(|deed| Mutate { of, deed }))
        .filter(|mutate| mutate.deed.scope != DeedScope::Bulk)
}

impl Mutate {
    /// The name of the field, `shiftAssign`.
    pub fn name(self) -> String {
        format!("{}{}", self.of.singular, pascal_case(self.deed.name))
    }

    /// The start of the names of its types, `ShiftAssign`.
    pub fn prefix(self) -> String {
        format!("{}{}", self.of.name, pascal_case(self.deed.name))
    }

    /// The type whose record it gives back.
    pub fn result(self) -> &'static Type {
        match (self.of.name, self.deed.name) {
            ("Shift", "assign") => crate::catalogue::find("Assignment").unwrap_or(self.of),
            _ => self.of,
        }
    }

    pub(super) fn described(self) -> MetaField {
        let argument = input(
            "input",
            &format!("{}Input!", self.prefix()),
            "What is to be done.",
        );
        let payload = format!("{}Payload", self.prefix());
        field_with(&self.name(), &payload, self.deed.doc, vec![argument])
    }

    /// The fields that its input sets.
    pub fn writes(self) -> impl Iterator<Item = &'static Field> {
        let create = self.deed.name == "create";
        let change = self.deed.name == "change";
        self.of
            .fields
            .iter()
            .filter(move |field| match field.write {
                Write::Never => false,
                Write::Identity | Write::Origin => create,
                Write::Required | Write::Free => create || change,
            })
    }

    fn inputs(self) -> Vec<MetaInputValue> {
        let mut fields = Vec::new();
        if self.deed.name != "create" {
            fields.push(input("id", "ID!", "The record."));
            fields.push(input(
                "version",
                "String",
                "The version that was read; a stale one is refused.",
            ));
        }
        for written in self.writes() {
            let ty = match written.shape {
                Shape::One { .. } => "ID",
                _ => written.kind().map_or("String", Kind::graphql),
            };
            let must = self.deed.name == "create"
                && matches!(written.write, Write::Identity | Write::Required);
            let ty = format!("{ty}{}", if must { "!" } else { "" });
            fields.push(input(&written.input_name(), &ty, written.doc));
        }
        if (self.of.name, self.deed.name) == ("Shift", "assign") {
            fields.push(input("volunteerId", "ID!", "The volunteer."));
            fields.push(input(
                "role",
                "String",
                "What the volunteer does in the shift.",
            ));
        }
        if (self.of.name, self.deed.name) == ("Partnership", "create") {
            fields.push(input(
                "projectIds",
                "[ID!]",
                "The projects of the lead organisation that it covers.",
            ));
        }
        if (self.of.name, self.deed.name) == ("NoticeReceipt", "confirm") {
            fields.push(input("sign", "Boolean", "Whether the recipient signs too."));
        }
        fields
    }
}

/// Adds the inputs and payloads of every mutation.
pub fn register(registry: &mut Registry) {
    for mutate in mutations() {
        let doc = format!("Input of {}.", mutate.name());
        input_object(
            registry,
            &format!("{}Input", mutate.prefix()),
            &doc,
            mutate.inputs(),
        );
        let result = mutate.result();
        let doc = format!("What became of {}.", mutate.name());
        object(
            registry,
            &format!("{}Payload", mutate.prefix()),
            &doc,
            vec![
                field(
                    result.singular,
                    result.name,
                    "The record as it is now, if the viewer sees it.",
                ),
                field(
                    "userErrors",
                    "[UserError!]!",
                    "What stands in the way; empty where it was done.",
                ),
            ],
        );
    }
}
