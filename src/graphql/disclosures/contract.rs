//! The log of disclosures in the contract.

use async_graphql::registry::{MetaField, Registry};

use crate::graphql::schema::describe::{field, field_with, input, object};

/// The field of the query root.
pub const FIELD: &str = "disclosures";
/// An entry.
pub const ENTRY: &str = "Disclosure";
/// A page of entries. It is read in one direction, and only of a record that is named: no connection.
pub const PAGE: &str = "DisclosuresResult";

/// Its field of the query root.
pub fn query() -> MetaField {
    field_with(
        FIELD,
        PAGE,
        "To whom a person's record, or a row about the person, was shown, the newest first; null \
         where the record is not there for the viewer. Reading it is a disclosure too.",
        vec![
            input(
                "record",
                "ID!",
                "The record: of a user, volunteer, student or guardian.",
            ),
            input("first", "Int", "At most so many."),
            input("after", "String", "Only what is older than this cursor."),
            input("from", "DateTime", "Only what was shown then or later."),
            input("to", "DateTime", "Only what was shown before then."),
        ],
    )
}

/// Adds its types.
pub fn register(registry: &mut Registry) {
    object(
        registry,
        ENTRY,
        "An answer that showed a person's record, or a row about the person.",
        vec![
            field("id", "ID!", "Opaque identifier."),
            field("at", "DateTime!", "When it was given."),
            field(
                "records",
                "[ID!]!",
                "What was shown: the record, and rows about the person.",
            ),
            field(
                "full",
                "[String!]!",
                "The fields that were shown in full, such as `Volunteer.phone`; as `Volunteer.copy` that \
                 it was in a copy of everything that is held on the person, as `disclosures`, \
                 `changes` or `explain` of a type that this was read of it.",
            ),
            field("masked", "[String!]!", "The fields that were shown masked."),
            field(
                "viewerKind",
                "ViewerKind!",
                "What kind of viewer it was given to.",
            ),
            field("roles", "[Role!]!", "The roles that a person held."),
            field("by", "User", "The person, as far as the viewer sees users."),
            field(
                "organisations",
                "[Organisation!]!",
                "The organisations for which the other acted, as far as the viewer sees them.",
            ),
            field(
                "shares",
                "[Partnership!]!",
                "The shares under which a partner asked, as far as the viewer sees them.",
            ),
            field(
                "purpose",
                "String",
                "What the data was to be used for, if the token said so.",
            ),
            field("token", "String", "The id of the token."),
            field("session", "String", "The id of the session of a person."),
            field(
                "policyVersion",
                "String!",
                "The version of the policies that decided it.",
            ),
        ],
    );
    object(
        registry,
        PAGE,
        "A page of disclosures.",
        vec![
            field("nodes", "[Disclosure!]!", "The entries."),
            field("pageInfo", "PageInfo!", "Where the page is in the list."),
        ],
    );
}
