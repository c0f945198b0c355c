//! What people consent to: the texts that they are shown, and the history of what they gave and
//! withdrew. Without an act there is no consent.

use crate::catalogue::define::{Type, attribute, creation, deed, derived, to_one, value};
use crate::catalogue::kind::{EnumKind, Kind, one};

pub static CONSENT_PURPOSE: EnumKind = EnumKind {
    name: "ConsentPurpose",
    doc: "What a person's data may be used for.",
    values: &[
        one("MATCHING", "Proposing shifts that suit the person."),
        one("SCORING", "Scoring the person by answers and attendance."),
        one("CHECK_IN_PLACE", "Keeping the place at check-in."),
        one(
            "DIRECT_MARKETING",
            "Direct marketing, such as asking for donations by name.",
        ),
        one("SHARING", "Sharing with a named partner."),
        one("PHOTOGRAPHS", "Taking and showing photographs."),
    ],
};

pub static CONSENT_TEXT_STATUS: EnumKind = EnumKind {
    name: "ConsentTextStatus",
    doc: "Where a text on consent stands.",
    values: &[
        one("DRAFT", "Being written."),
        one("PUBLISHED", "Shown to people; never changed again."),
        one(
            "RETIRED",
            "No longer shown; what was given under it stands.",
        ),
    ],
};

pub static CONSENT_ACT: EnumKind = EnumKind {
    name: "ConsentAct",
    doc: "What was done about a purpose.",
    values: &[
        one("GIVEN", "Consent was given."),
        one("WITHDRAWN", "Consent was withdrawn."),
    ],
};

pub static CONSENT_CAPACITY: EnumKind = EnumKind {
    name: "ConsentCapacity",
    doc: "As what somebody gives or withdraws consent.",
    values: &[
        one("SELF", "The person."),
        one("RELEVANT_PERSON", "A guardian, for a child."),
    ],
};

pub static CONSENT_CHANNEL: EnumKind = EnumKind {
    name: "ConsentChannel",
    doc: "How consent was given or withdrawn.",
    values: &[one("ONLINE", "By signing in and answering.")],
};

pub static CONSENT_TEXT: Type = Type {
    name: "ConsentText",
    plural: "consentTexts",
    singular: "consentText",
    entity: "ConsentText",
    table: "consent_text",
    doc: "What people are shown before they consent to a purpose.",
    person: false,
    fields: &[
        value(
            "purpose",
            "purpose",
            Kind::Enum(&CONSENT_PURPOSE),
            "What it asks consent for.",
        )
        .identity(),
        value("textEn", "text_en", Kind::Text, "The text in English.").required(),
        value("textZh", "text_zh", Kind::Text, "The text in Chinese.").required(),
        value(
            "status",
            "status",
            Kind::Enum(&CONSENT_TEXT_STATUS),
            "Where it stands.",
        ),
        derived(
            "edition",
            "(SELECT COUNT(*) FROM consent_text t WHERE t.organisation_id = {row}.organisation_id AND t.purpose = {row}.purpose AND (t.published_at < {row}.published_at OR (t.published_at = {row}.published_at AND t.id <= {row}.id)))",
            Kind::Int,
            "Counts the published texts of the organisation for this purpose; 0 of a draft.",
        ),
        value(
            "publishedAt",
            "published_at",
            Kind::Time,
            "When it was published.",
        ),
        to_one(
            "organisation",
            "organisation_id",
            "Organisation",
            "Whose text it is.",
        )
        .identity(),
    ],
    attributes: &[
        attribute::to("organisation", "organisation_id", "Organisation"),
        attribute::text("status", "status"),
    ],
    deeds: &[
        creation("Drafts a text on consent."),
        deed("change", "Changes a draft of a text on consent."),
        deed(
            "publish",
            "Publishes a text on consent; it is never changed again.",
        ),
        deed("retire", "Stops showing a text on consent."),
    ],
};

pub static CONSENT: Type = Type {
    name: "Consent",
    plural: "consents",
    singular: "consent",
    entity: "Consent",
    table: "consent",
    doc: "That consent was given or withdrawn; never changed and never taken away.",
    person: false,
    fields: &[
        value(
            "purpose",
            "purpose",
            Kind::Enum(&CONSENT_PURPOSE),
            "What for.",
        ),
        value("act", "act", Kind::Enum(&CONSENT_ACT), "What was done."),
        derived(
            "isLatest",
            "(NOT EXISTS (SELECT 1 FROM consent w WHERE w.id <> {row}.id AND w.number > {row}.number AND w.purpose = {row}.purpose AND w.receiver_id = {row}.receiver_id AND (w.volunteer_id = {row}.volunteer_id OR w.student_id = {row}.student_id)))",
            Kind::Bool,
            "Whether nothing came after it for the same purpose and receiver.",
        ),
        value(
            "capacity",
            "capacity",
            Kind::Enum(&CONSENT_CAPACITY),
            "As what it was done.",
        ),
        value(
            "channel",
            "channel",
            Kind::Enum(&CONSENT_CHANNEL),
            "How it was done.",
        ),
        value("at", "created_at", Kind::Time, "When it was done."),
        to_one(
            "receiver",
            "receiver_id",
            "Organisation",
            "Who may use the data for it.",
        ),
        to_one("text", "text_id", "ConsentText", "The text that was shown."),
        to_one("by", "account_id", "User", "Who did it."),
        to_one(
            "volunteer",
            "volunteer_id",
            "Volunteer",
            "Whose consent it is, if a volunteer's.",
        ),
        to_one(
            "student",
            "student_id",
            "Student",
            "Whose consent it is, if a student's.",
        ),
    ],
    attributes: &[
        attribute::to("organisation", "organisation_id", "Organisation"),
        attribute::maybe("volunteer", "volunteer_id", "Volunteer"),
        attribute::maybe("student", "student_id", "Student"),
    ],
    deeds: &[],
};

/// That a row of the history `c` is of a purpose, gives consent, and nothing came after it.
pub const SCORING: &str = "c.purpose = 'SCORING' AND c.act = 'GIVEN' AND NOT EXISTS (SELECT 1 FROM consent w WHERE w.volunteer_id = c.volunteer_id AND w.purpose = c.purpose AND w.receiver_id = c.receiver_id AND w.number > c.number)";
/// The same of direct marketing.
pub const MARKETING: &str = "c.purpose = 'DIRECT_MARKETING' AND c.act = 'GIVEN' AND NOT EXISTS (SELECT 1 FROM consent w WHERE w.volunteer_id = c.volunteer_id AND w.purpose = c.purpose AND w.receiver_id = c.receiver_id AND w.number > c.number)";
/// The same of sharing with a partner.
pub const SHARING: &str = "c.purpose = 'SHARING' AND c.act = 'GIVEN' AND NOT EXISTS (SELECT 1 FROM consent w WHERE w.volunteer_id = c.volunteer_id AND w.purpose = c.purpose AND w.receiver_id = c.receiver_id AND w.number > c.number)";
