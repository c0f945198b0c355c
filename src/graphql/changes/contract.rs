//! The trail of changes in the contract.

use async_graphql::registry::{MetaField, Registry};

use crate::graphql::schema::describe::{enumeration, field, field_with, input, object};

/// The field of the query root.
pub const FIELD: &str = "changes";
/// A change.
pub const CHANGE: &str = "Change";
/// A field that has another value since.
pub const CHANGED: &str = "ChangedFieldResult";
/// A page of changes. It is read in one direction, and only of a record that is named: no connection.
pub const PAGE: &str = "ChangesResult";
/// How the values of a field are there.
const VALUES: &str = "ChangedValues";

/// Its field of the query root.
pub fn query() -> MetaField {
    field_with(
        FIELD,
        PAGE,
        "How a person's record was changed, by whom and by which deed, the newest first; null where \
         the record is not there for the viewer. Of each value as much is told as the viewer sees of \
         the field now, and of a field that is withheld nothing. Reading it is a disclosure too.",
        vec![
            input(
                "record",
                "ID!",
                "The record: of a user, volunteer, student or guardian.",
            ),
            input("first", "Int", "At most so many."),
            input("after", "String", "Only what is older than this cursor."),
        ],
    )
}

/// Adds its types.
pub fn register(registry: &mut Registry) {
    enumeration(
        registry,
        VALUES,
        "How the values of a changed field are there.",
        [
            ("FULL", "As they were and are."),
            ("MASKED", "Masked, as the field is."),
            ("NOT_KEPT", "Only that they changed was kept."),
            ("ERASED", "They can be read no more: somebody was erased."),
        ],
    );
    object(
        registry,
        CHANGED,
        "A field that has another value since a change.",
        vec![
            field("field", "String!", "The field, such as `Volunteer.phone`."),
            field("before", "String", "The value before, as text."),
            field("after", "String", "The value after, as text."),
            field("values", "ChangedValues!", "How the values are there."),
        ],
    );
    object(registry, CHANGE, "A change of a person's record.", change());
    object(
        registry,
        PAGE,
        "A page of changes.",
        vec![
            field("nodes", "[Change!]!", "The changes."),
            field("pageInfo", "PageInfo!", "Where the page is in the list."),
        ],
    );
}

fn change() -> Vec<MetaField> {
    vec![
        field("id", "ID!", "Opaque identifier."),
        field("at", "DateTime!", "When it was made."),
        field(
            "deed",
            "String!",
            "By which deed, such as `Volunteer.change`.",
        ),
        field("made", "Boolean!", "Whether the record was made by it."),
        field(
            "fields",
            "[ChangedFieldResult!]!",
            "The fields that have another value since, as far as the viewer sees them.",
        ),
        field(
            "reason",
            "String",
            "Why, in the words of whoever made it; told to those who see all that was changed.",
        ),
        field(
            "viewerKind",
            "ViewerKind!",
            "What kind of viewer made it; `JOB` is the server itself.",
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
            "The shares under which a partner acted, as far as the viewer sees them.",
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
            "String",
            "The version of the policies that let it be made; the server's own work has none.",
        ),
    ]
}
