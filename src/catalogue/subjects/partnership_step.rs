//! The trail of shares.

use super::partnership::PARTNERSHIP_SIDE;
use crate::catalogue::define::{Type, attribute, to_one, value};
use crate::catalogue::kind::{EnumKind, Kind, one};

pub static PARTNERSHIP_DEED: EnumKind = EnumKind {
    name: "PartnershipDeed",
    doc: "What was done with a share.",
    values: &[
        one("PROPOSE", "The lead offered it."),
        one("ACCEPT", "The partner accepted the offer."),
        one("DECLINE", "The partner refused the offer."),
        one(
            "CHANGE",
            "The lead changed the offer, took something away, or switched the desensitised display.",
        ),
        one("PROPOSE_CHANGE", "A side proposed other terms."),
        one(
            "ACCEPT_CHANGE",
            "The other side agreed to what was proposed.",
        ),
        one(
            "DECLINE_CHANGE",
            "What was proposed was refused, or taken back.",
        ),
        one("SUSPEND", "A side stopped it for the moment."),
        one("RESUME", "A side let go of it."),
        one("REVOKE", "A side ended it."),
        one("ARCHIVE", "The lead put it away."),
        one("BEGIN", "Its time began."),
        one("EXPIRE", "Its time ended."),
        one("IMPORT", "It was loaded from a file, as agreed elsewhere."),
    ],
};

pub static PARTNERSHIP_STEP: Type = Type {
    name: "PartnershipStep",
    plural: "partnershipSteps",
    singular: "partnershipStep",
    entity: "PartnershipStep",
    table: "partnership_step",
    doc: "Something that a side or time did with a share; never changed and never taken away.",
    person: false,
    fields: &[
        value(
            "number",
            "number",
            Kind::Int,
            "Counts the steps of a share, from 1.",
        ),
        value(
            "deed",
            "deed",
            Kind::Enum(&PARTNERSHIP_DEED),
            "What was done.",
        ),
        value(
            "side",
            "side",
            Kind::Enum(&PARTNERSHIP_SIDE),
            "Which side did it.",
        ),
        value("at", "created_at", Kind::Time, "When it was done."),
        value(
            "before",
            "before_values",
            Kind::Text,
            "What the changed values were: a JSON object.",
        ),
        value(
            "after",
            "after_values",
            Kind::Text,
            "What the changed values became: a JSON object.",
        ),
        to_one("partnership", "partnership_id", "Partnership", "The share."),
        to_one("by", "account_id", "User", "Who did it."),
    ],
    attributes: &[
        attribute::to("lead", "lead_id", "Organisation"),
        attribute::to("partner", "partner_id", "Organisation"),
    ],
    deeds: &[],
};
