//! What the deeds on a space take besides the values of its fields.

use async_graphql::registry::MetaInputValue;

use super::describe::{input, input_or};

/// The inputs of a deed.
pub fn inputs(deed: &str) -> Vec<MetaInputValue> {
    match deed {
        "invite" => vec![input(
            "organisationIds",
            "[ID!]!",
            "The organisations that are asked.",
        )],
        "remove" => vec![input("organisationId", "ID!", "The organisation.")],
        "join" | "decline" | "leave" => vec![input(
            "organisationId",
            "ID!",
            "The organisation for which the viewer acts.",
        )],
        "bring" | "takeOut" => vec![input(
            "projectIds",
            "[ID!]!",
            "Projects of organisations for which the viewer acts.",
        )],
        "bringTemplates" | "takeOutTemplates" => vec![input(
            "templateIds",
            "[ID!]!",
            "Templates of organisations for which the viewer acts.",
        )],
        "share" => terms(),
        _ => Vec::new(),
    }
}

/// The terms on which a share is offered to several members.
fn terms() -> Vec<MetaInputValue> {
    vec![
        input("organisationId", "ID!", "Who shares."),
        input(
            "partnerIds",
            "[ID!]!",
            "With whom: each is offered a share of its own.",
        ),
        input("level", "PartnershipLevel!", "What the partners may do."),
        input(
            "fieldGroups",
            "[String!]",
            "Groups of fields beyond the frame: ROSTER, CONTACTS, NOTES, HISTORY, ORIGINS.",
        ),
        input_or(
            "desensitised",
            "Boolean",
            "true",
            "Whether people are shown as first character and XX.",
        ),
        input(
            "purpose",
            "String",
            "What the partners may use the data for.",
        ),
        input("validFrom", "DateTime", "From when they are in force."),
        input("validTo", "DateTime", "Until when they are in force."),
        input(
            "projectIds",
            "[ID!]",
            "The projects in the space that they cover whole.",
        ),
        input(
            "scopes",
            "[PartnershipScopeInput!]",
            "Parts of the projects in the space that they cover.",
        ),
    ]
}
