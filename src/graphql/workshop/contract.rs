//! The workshop's part of the contract: its fields with arguments, its inputs, its roots.

use async_graphql::registry::{MetaField, MetaInputValue, Registry};

use super::{plain, shapes};
use crate::graphql::schema::describe::{field, field_with, input, input_object, input_or, object};

/// The mutations, with what each is for.
pub const DEEDS: [(&str, &str, &str); 3] = [
    (
        "publishPolicies",
        "PublishPoliciesInput",
        "Publishes the set in force with these changes, through the gate.",
    ),
    (
        "approvePolicies",
        "ApprovePoliciesInput",
        "Puts a set in force that another person published.",
    ),
    (
        "rollBackPolicies",
        "RollBackPoliciesInput",
        "Publishes an earlier set again, through the gate.",
    ),
];

/// The name of the workshop's type, and of its field of the query root.
pub const WORKSHOP: &str = "PolicyWorkshopResult";
/// The field of the query root that leads to it.
pub const WORKSHOP_FIELD: &str = "policyWorkshop";
/// The field of the query root that explains one's own answers.
pub const EXPLAIN: &str = "explain";
/// The subscription to the steps of the gate.
pub const GATE: &str = "policyGate";
/// The payload of every mutation.
pub const PAYLOAD: &str = "PublishPoliciesPayload";

/// The workshop's fields of the query root.
pub fn query() -> Vec<MetaField> {
    vec![
        field(
            WORKSHOP_FIELD,
            WORKSHOP,
            "Where the policies are kept; null unless the policies in force let the viewer keep them.",
        ),
        field_with(
            EXPLAIN,
            "ExplanationResult",
            "Why the viewer sees a field of a record, may set it, or may do something to it, as far \
             as the viewer may know; null where the record is not there for the viewer.",
            vec![
                input("record", "ID!", "The record."),
                input("field", "String!", SUBJECT),
            ],
        ),
    ]
}

const SUBJECT: &str = "A field, `edit` and a field, a deed, or `there`; with its type before it, as \
                       `extensions.privacy` has it, too.";

/// The workshop's mutations.
pub fn mutation() -> Vec<MetaField> {
    let described = |(name, given, doc): &(&str, &str, &str)| {
        let argument = input("input", &format!("{given}!"), "What is to be done.");
        field_with(name, PAYLOAD, doc, vec![argument])
    };
    DEEDS.iter().map(described).collect()
}

/// The workshop's subscription.
pub fn subscription() -> MetaField {
    field_with(
        GATE,
        "PolicyGateEventResult!",
        "The steps of the gate as they end, for the set in force with these changes; at the end the \
         whole report.",
        vec![changes(true)],
    )
}

/// Adds the types of the workshop.
pub fn register(registry: &mut Registry) {
    let types = shapes::shapes();
    plain::register(registry, &types.0, &shapes::words());
    object(
        registry,
        WORKSHOP,
        "Where the policies are kept: for those whom the policies in force let keep them.",
        workshop(),
    );
    for (name, doc, fields) in inputs() {
        input_object(registry, name, doc, fields);
    }
}

fn changes(must: bool) -> MetaInputValue {
    let ty = format!("PolicyChangesInput{}", if must { "!" } else { "" });
    let doc = match must {
        true => "The changes of the set in force.",
        false => "The changes of the set in force; without any, that set itself.",
    };
    input("changes", &ty, doc)
}

fn workshop() -> Vec<MetaField> {
    vec![
        field("inForce", "PolicySetResult!", "The set in force."),
        field_with(
            "set",
            "PolicySetResult",
            "A published set, with its files.",
            vec![input("number", "Int!", "Its number.")],
        ),
        field_with(
            "history",
            "[PolicyActResult!]!",
            "What was done, the newest first.",
            vec![
                input_or(
                    "first",
                    "Int",
                    "50",
                    "At most so many, and never more than 200.",
                ),
                input(
                    "before",
                    "Int",
                    "Only what was done before the act of this number.",
                ),
            ],
        ),
        field_with(
            "keeperHistory",
            "[PolicyKeeperActResult!]!",
            "Who named an organisation to look after the policies, or let it go, the newest first.",
            vec![input_or(
                "first",
                "Int",
                "50",
                "At most so many, and never more than 200.",
            )],
        ),
        field(
            "approvalNeeded",
            "Boolean!",
            "Whether another person must approve what is published.",
        ),
        field_with(
            "gate",
            "PolicyReportResult!",
            "What the gate says of the set in force with these changes; nothing is published.",
            vec![changes(true)],
        ),
        field_with(
            "difference",
            "PolicyDifferenceResult!",
            "Who would gain and lose what by these changes, over the live data.",
            vec![changes(true)],
        ),
        field_with(
            "matrix",
            "PolicyMatrixResult!",
            "Who sees and does what.",
            vec![
                changes(false),
                input(
                    "viewers",
                    "[ID!]",
                    "Users, partnerships, or `nobody`, at most 20; without any, representatives \
                     of the roles.",
                ),
                input("type", "String", "Only lines of this type."),
            ],
        ),
        field_with(
            "explain",
            "ExplanationResult",
            "Why somebody sees or may do something, told whole; null where one of them is not there.",
            vec![
                input("viewer", "ID!", "A user or a partnership, or `nobody`."),
                input("record", "ID!", "The record."),
                input("field", "String!", SUBJECT),
                changes(false),
            ],
        ),
    ]
}

fn inputs() -> [(&'static str, &'static str, Vec<MetaInputValue>); 5] {
    let mutation = || input("clientMutationId", "String", "Comes back with the answer.");
    let reason = || input("reason", "String!", "Why.");
    [
        (
            "PolicyChangesInput",
            "A set as it would be after these changes of the set in force.",
            vec![
                input(
                    "base",
                    "String!",
                    "The version from which the editor started; where another is in force now, the answer is `OVERTAKEN`.",
                ),
                input(
                    "baseSet",
                    "Int",
                    "The number of the set from which the editor started, null where it has none; left out, only the version counts, which says nothing of promises and scenarios.",
                ),
                input("files", "[PolicyFileInput!]!", "The files that change."),
            ],
        ),
        (
            "PolicyFileInput",
            "A file that changes.",
            vec![
                input(
                    "name",
                    "String!",
                    "Its name, such as `volunteers.cedar` or `scenarios/people.toml`.",
                ),
                input("text", "String", "Its text; null where the file goes."),
            ],
        ),
        (
            "PublishPoliciesInput",
            "Input of publishPolicies.",
            vec![
                mutation(),
                input("changes", "PolicyChangesInput!", "What changes."),
                reason(),
            ],
        ),
        (
            "ApprovePoliciesInput",
            "Input of approvePolicies.",
            vec![
                mutation(),
                input("number", "Int!", "The number of the set."),
            ],
        ),
        (
            "RollBackPoliciesInput",
            "Input of rollBackPolicies.",
            vec![
                mutation(),
                input("number", "Int!", "The number of the set."),
                reason(),
            ],
        ),
    ]
}

/// The user errors that only the workshop has, with their sentences.
pub const CODES: [(&str, &str); 13] = [
    (
        "FAULTS",
        "The set does not pass the gate; the report says why.",
    ),
    (
        "UNFIT",
        "The published set does not pass the gate of this program.",
    ),
    ("UNKNOWN_SET", "No published set has this number."),
    ("NOT_WAITING", "The set does not wait for approval."),
    (
        "SUPERSEDED",
        "Another set came into force after the set was published.",
    ),
    ("SAME_PERSON", "Another person must approve the set."),
    (
        "OVERTAKEN",
        "Another set is in force than the one from which the editor started.",
    ),
    (
        "LOCKED_OUT",
        "Under these policies the person could publish no more.",
    ),
    ("NO_REASON", "A reason is missing."),
    ("SOURCE", "The policies of the settings cannot be used."),
    (
        "BUSY",
        "The person has something under way that must end first.",
    ),
    ("REPORT", "What the gate said cannot be kept."),
    ("UNAVAILABLE", "It cannot be done now, or not here."),
];
