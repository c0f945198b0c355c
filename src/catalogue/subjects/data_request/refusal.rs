//! The log of refusals, which is kept for four years and names nobody (Cap. 486, section 27).

use super::{DATA_REQUEST_GROUND, DATA_REQUEST_KIND};
use crate::catalogue::define::{Type, attribute, to_one, value};
use crate::catalogue::kind::Kind;

pub static DATA_REQUEST_REFUSAL: Type = Type {
    name: "DataRequestRefusal",
    plural: "dataRequestRefusals",
    singular: "dataRequestRefusal",
    entity: "DataRequestRefusal",
    table: "data_request_refusal",
    doc: "That a request was refused; it names nobody and is kept for four years.",
    person: false,
    fields: &[
        value(
            "kind",
            "kind",
            Kind::Enum(&DATA_REQUEST_KIND),
            "What was asked for.",
        ),
        value(
            "ground",
            "ground",
            Kind::Enum(&DATA_REQUEST_GROUND),
            "On which ground it was refused.",
        ),
        value(
            "particulars",
            "particulars",
            Kind::Text,
            "What the officer noted for the log, in Chinese or English, without naming anybody.",
        ),
        value(
            "openedOn",
            "opened_on",
            Kind::Date,
            "The day on which the request came.",
        ),
        value(
            "refusedOn",
            "refused_on",
            Kind::Date,
            "The day on which it was refused.",
        ),
        value(
            "keptUntil",
            "kept_until",
            Kind::Date,
            "Until when it cannot be taken away.",
        ),
        to_one(
            "organisation",
            "organisation_id",
            "Organisation",
            "Who refused.",
        ),
    ],
    attributes: &[attribute::to(
        "organisation",
        "organisation_id",
        "Organisation",
    )],
    deeds: &[],
};
