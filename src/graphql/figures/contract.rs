//! The part of the contract about counts.

use async_graphql::registry::{MetaField, Registry};

use crate::catalogue::{FIGURES, Figures};
use crate::graphql::schema::describe::{enumeration, field_with, input, input_or};
use crate::graphql::workshop::{Plain, Shapes, register_plain};

/// The type of a group.
pub const GROUP: &str = "GroupCount";
/// The type of a sum of groups.
pub const MARGIN: &str = "MarginCount";

/// The fields of the query root.
pub fn query() -> Vec<MetaField> {
    let of = |figures: &Figures| {
        let doc = format!(
            "How many {}s of an organisation there are for the viewer; archived ones are not \
             counted.",
            figures.of.to_lowercase()
        );
        let by = format!("[{}!]", figures.words);
        let arguments = vec![
            input("organisationId", "ID!", "The organisation."),
            input_or(
                "groupBy",
                &by,
                "[]",
                "By what they are counted: one dimension or two, each of which the viewer must see \
                 in full.",
            ),
        ];
        field_with(figures.root, figures.answer, &doc, arguments)
    };
    FIGURES.iter().map(of).collect()
}

/// Adds the types.
pub fn register(registry: &mut Registry) {
    register_plain(registry, &shapes().0, &[]);
    for figures in &FIGURES {
        let words = figures.dimensions.iter().map(|one| (one.name, one.doc));
        let doc = format!("By what {}s are counted.", figures.of.to_lowercase());
        enumeration(registry, figures.words, &doc, words);
    }
}

/// The types.
pub fn shapes() -> Shapes {
    Shapes(TYPES.iter().collect())
}

const COUNT: (&str, &str, &str) = ("count", "Int", "How many; null where it is left out.");
const LEFT_OUT: (&str, &str, &str) = (
    "suppressed",
    "Boolean!",
    "Whether the number is left out for the sake of a small group.",
);
const STATS: &[(&str, &str, &str)] = &[
    (
        "total",
        "Int",
        "How many there are; null where they are fewer than the threshold.",
    ),
    (
        "threshold",
        "Int!",
        "From how many on a group is not small.",
    ),
    (
        "suppressed",
        "Boolean!",
        "Whether anything was left out; where the groups cannot even be listed, `groups` is empty.",
    ),
    (
        "groups",
        "[GroupCount!]!",
        "The groups with anybody in them.",
    ),
    (
        "margins",
        "[MarginCount!]!",
        "Where there are two dimensions, the sums for each value of either.",
    ),
];

static TYPES: [Plain; 4] = [
    Plain {
        name: "VolunteerStats",
        doc: "Counts of volunteers. Small groups are left out, and with them what would give them \
              away, unless the viewer has the right to them.",
        fields: STATS,
    },
    Plain {
        name: "StudentStats",
        doc: "Counts of students. Small groups are left out, and with them what would give them \
              away, unless the viewer has the right to them.",
        fields: STATS,
    },
    Plain {
        name: GROUP,
        doc: "How many people are alike in something.",
        fields: &[
            (
                "keys",
                "[String]!",
                "In what they are alike, in the order of `groupBy`; null where nothing is known, \
                 or seen.",
            ),
            COUNT,
            LEFT_OUT,
        ],
    },
    Plain {
        name: MARGIN,
        doc: "How many people are alike in one of two dimensions.",
        fields: &[
            ("by", "String!", "The dimension."),
            (
                "key",
                "String",
                "In what they are alike; null where nothing is known, or seen.",
            ),
            COUNT,
            LEFT_OUT,
        ],
    },
];
