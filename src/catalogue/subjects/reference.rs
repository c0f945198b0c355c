//! What everybody shares: tags and holidays.

use crate::catalogue::define::{Type, import, value};
use crate::catalogue::kind::Kind;

pub static TAG: Type = Type {
    name: "Tag",
    plural: "tags",
    singular: "tag",
    entity: "Tag",
    table: "tag",
    doc: "A word of a shared vocabulary, such as a skill or an interest.",
    person: false,
    fields: &[
        value(
            "vocabulary",
            "vocabulary",
            Kind::Text,
            "The vocabulary it belongs to.",
        ),
        value(
            "code",
            "code",
            Kind::Text,
            "Its code, unique in the vocabulary.",
        ),
        value("nameEn", "name_en", Kind::Text, "Name in English.").search(),
        value("nameZh", "name_zh", Kind::Text, "Name in Chinese.").search(),
        value("nameFr", "name_fr", Kind::Text, "Name in French.").search(),
        value(
            "parentCode",
            "parent_code",
            Kind::Text,
            "Code of the group it belongs to.",
        ),
    ],
    attributes: &[],
    deeds: &[import("Loads tags from a file.")],
};

pub static HOLIDAY: Type = Type {
    name: "Holiday",
    plural: "holidays",
    singular: "holiday",
    entity: "Holiday",
    table: "holiday",
    doc: "A general holiday of Hong Kong.",
    person: false,
    fields: &[
        value("date", "date", Kind::Date, "The day."),
        value("nameEn", "name_en", Kind::Text, "Name in English.").search(),
        value(
            "nameZh",
            "name_zh",
            Kind::Text,
            "Name in traditional Chinese.",
        )
        .search(),
        value(
            "nameZhHans",
            "name_zh_hans",
            Kind::Text,
            "Name in simplified Chinese.",
        )
        .search(),
    ],
    attributes: &[],
    deeds: &[import("Loads holidays from a file.")],
};
