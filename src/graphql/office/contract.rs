//! The office's part of the contract: its root, its types, and what its deeds take.

use async_graphql::registry::{MetaField, MetaInputValue, Registry};

use super::shapes;
use crate::graphql::drill;
use crate::graphql::schema::Mutate;
use crate::graphql::schema::describe::{field, field_with, input, object};
use crate::graphql::workshop::plain;

/// The field of the query root.
pub const FIELD: &str = "privacyOffice";
/// Its type.
pub const OFFICE: &str = "PrivacyOfficeResult";

/// The office's field of the query root.
pub fn query() -> MetaField {
    field_with(
        FIELD,
        OFFICE,
        "The privacy office of an organisation; null unless the policies let the viewer in.",
        vec![input("organisation", "ID!", "The organisation.")],
    )
}

/// Adds the types of the office.
pub fn register(registry: &mut Registry) {
    let types: Vec<_> = shapes::TYPES.iter().chain(&drill::TYPES).collect();
    let words: Vec<_> = shapes::WORDS.iter().collect();
    plain::register(registry, &types, &words);
    object(
        registry,
        OFFICE,
        "How long an organisation keeps data, what it holds and what was erased.",
        vec![
            field_with(
                "erasurePreview",
                "ErasurePreviewResult",
                "What erasing a person of the organisation would do; null where there is no such record.",
                vec![input("record", "ID!", "The record of the person.")],
            ),
            field_with(
                drill::FIELD,
                drill::RESULT,
                "Who could have seen a record of the organisation between two instants, and who did; null where there is no such record. Running it is logged as a reading of the log.",
                drill::inputs(),
            ),
            field(
                "holds",
                "[HoldResult!]!",
                "The holds, the newest first, at most 200.",
            ),
            field(
                "erasures",
                "[ErasureResult!]!",
                "The erasures, the newest first, at most 200.",
            ),
            field(
                "retention",
                "[RetentionResult!]!",
                "How long each kind of data is kept.",
            ),
            field(
                "retentionDue",
                "[RetentionDueResult!]!",
                "What the nightly job would erase, were it to run now.",
            ),
            field(
                "residency",
                "ResidencyResult!",
                "Where data about the organisation's people may go.",
            ),
            field(
                "retentionRuns",
                "[RetentionRunResult!]!",
                "What the job did, the newest first, at most 200.",
            ),
        ],
    );
}

/// What the deeds of the office take besides the record.
pub fn inputs(mutate: Mutate) -> Vec<MetaInputValue> {
    let reason = || input("reason", "String", "Why; it must be said.");
    match mutate.deed.name {
        "erase" => vec![input("ground", "ErasureGround", "Why; it must be said.")],
        "placeHold" => vec![
            input(
                "recordId",
                "ID",
                "A volunteer, student, guardian, user, notice or shift of the organisation.",
            ),
            reason(),
            input(
                "until",
                "DateTime",
                "When it ends by itself; never unless said.",
            ),
        ],
        "releaseHold" => vec![input("holdId", "ID", "The hold."), reason()],
        "setRetention" => vec![
            input("subject", "RetentionSubject", "The kind of data."),
            input(
                "months",
                "Int",
                "For how many months; as the server has it unless said.",
            ),
            reason(),
        ],
        "setResidency" => vec![input(
            "places",
            "[String!]",
            "Codes of ISO 3166-1 such as HK; ANYWHERE alone for any place, none at all for no place.",
        )],
        _ => Vec::new(),
    }
}
