//! Mutations: subject first, one input, a payload with the object and what stands in the way.

use async_graphql::registry::{MetaField, MetaInputValue, Registry};

use super::describe::{field, field_with, input, input_object, object, pascal_case};
use super::spaces;
use crate::catalogue::{Deed, DeedScope, Field, Kind, Shape, TYPES, Type, Write};
use crate::graphql::office;

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
        .filter(|mutate| !matches!(mutate.deed.scope, DeedScope::Bulk | DeedScope::Right))
        .filter(|mutate| !mutate.deed.looks)
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
            (_, "giveConsent" | "withdrawConsent") => {
                crate::catalogue::find("Consent").unwrap_or(self.of)
            }
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

    /// Whether it makes a record.
    fn makes(self) -> bool {
        self.deed.scope == DeedScope::New
    }

    /// The fields that its input sets.
    pub fn writes(self) -> impl Iterator<Item = &'static Field> {
        let create = self.makes();
        let change = ["change", "proposeChange", "rename"].contains(&self.deed.name);
        // How people are shown is not for the two to agree on: the lead switches it.
        let agreed = self.deed.name == "proposeChange";
        self.of
            .fields
            .iter()
            .filter(move |field| !(agreed && field.name == "desensitised"))
            .filter(move |field| match field.write {
                Write::Never => false,
                Write::Identity | Write::Origin => create,
                Write::Required | Write::Free => create || change,
            })
    }

    fn inputs(self) -> Vec<MetaInputValue> {
        let mut fields = Vec::new();
        if !self.makes() {
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
            let must = self.makes()
                && matches!(written.write, Write::Identity | Write::Required)
                && !self.left_to_a_template(written);
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
        if self.takes_a_template() {
            let doc = "A template that the viewer sees: what is not given here comes from it.";
            fields.push(input("templateId", "ID", doc));
        }
        if (self.of.name, self.deed.name) == ("PartnerToken", "issue") {
            fields.push(input(
                "shares",
                "[PartnerTokenShareInput!]!",
                "The shares that it is for.",
            ));
        }
        if (self.of.name, self.deed.name) == ("Partnership", "create") {
            fields.push(input(
                "projectIds",
                "[ID!]",
                "The projects of the lead organisation that it covers whole.",
            ));
        }
        if self.of.name == "Partnership"
            && ["create", "change", "proposeChange"].contains(&self.deed.name)
        {
            fields.push(input(
                "scopes",
                "[PartnershipScopeInput!]",
                "All that it is to cover of the lead organisation's work.",
            ));
        }
        match (self.of.name, self.deed.name) {
            ("DataRequest", "answerPartly") => {
                let doc = "What is left out: types such as `Assignment`, or fields such as `Assignment.remark`.";
                fields.push(input("withheld", "[String!]", doc));
                fields.push(input("reasons", "String", "Why, in writing to the person."));
            }
            ("DataRequest", "refuse") => {
                fields.push(input("ground", "DataRequestGround", "On which ground."));
                fields.push(input("reasons", "String", "Why, in writing to the person."));
                let doc =
                    "What the log of refusals is to say, in Chinese or English; it names nobody.";
                fields.push(input("particulars", "String", doc));
            }
            _ => {}
        }
        if self.of.name == "Space" {
            fields.extend(spaces::inputs(self.deed.name));
        }
        fields.extend(office::inputs(self));
        match self.deed.name {
            "giveConsent" => fields.push(input("textId", "ID!", "The text that was shown.")),
            "withdrawConsent" => fields.push(input("purpose", "ConsentPurpose!", "What for.")),
            _ => {}
        }
        if self.deed.name.ends_with("Consent") {
            let doc =
                "Who may use the data for it; the organisation that holds the record, unless said.";
            fields.push(input("receiverId", "ID", doc));
        }
        if (self.of.name, self.deed.name) == ("NoticeReceipt", "confirm") {
            fields.push(input("sign", "Boolean", "Whether the recipient signs too."));
        }
        fields
    }
}

/// Adds the inputs and payloads of every mutation.
pub fn register(registry: &mut Registry) {
    input_object(
        registry,
        "PartnershipScopeInput",
        "A project that a share is to cover, whole or only one department or shift of it.",
        vec![
            input("projectId", "ID!", "The project."),
            input("departmentId", "ID", "Only what this department does."),
            input("shiftId", "ID", "Only this shift."),
        ],
    );
    input_object(
        registry,
        "PartnerTokenShareInput",
        "A share that a token is to be for, whole or only some projects of it.",
        vec![
            input("partnershipId", "ID!", "The share."),
            input("projectIds", "[ID!]", "Only these projects of it."),
        ],
    );
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
        let mut fields = vec![
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
        ];
        if (mutate.of.name, mutate.deed.name) == ("PartnerToken", "issue") {
            let doc = "The token itself; it is shown here and never again.";
            fields.push(field("token", "String", doc));
            let doc = "By which the next is had; without one, the token holds to its end.";
            fields.push(field("refreshToken", "String", doc));
            let doc = "From when the token itself is no longer good.";
            fields.push(field("tokenExpiresAt", "DateTime", doc));
        }
        object(
            registry,
            &format!("{}Payload", mutate.prefix()),
            &doc,
            fields,
        );
    }
}
