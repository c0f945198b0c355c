//! The trail of requests.

use super::DATA_REQUEST_GROUND;
use crate::catalogue::define::{Type, attribute, to_one, value};
use crate::catalogue::kind::{EnumKind, Kind, one};

pub static DATA_REQUEST_DEED: EnumKind = EnumKind {
    name: "DataRequestDeed",
    doc: "What became of a request.",
    values: &[
        one("OPEN", "It came."),
        one("REMIND", "The officer was reminded of its last day."),
        one("OVERDUE", "Its last day was over, and it was not answered."),
        one("ANSWER", "It was answered in whole."),
        one("ANSWER_PARTLY", "It was answered in part."),
        one("REFUSE", "It was refused."),
        one("WITHDRAW", "It was taken back."),
        one("EXPORT", "The copy was fetched."),
        one("PREVIEW", "Who answers looked at the copy before that."),
    ],
};

pub static DATA_REQUEST_STEP: Type = Type {
    name: "DataRequestStep",
    plural: "dataRequestSteps",
    singular: "dataRequestStep",
    entity: "DataRequestStep",
    table: "data_request_step",
    doc: "Something that became of a request; never changed and never taken away.",
    person: false,
    fields: &[
        value(
            "number",
            "number",
            Kind::Int,
            "Counts the steps of a request, from 1.",
        ),
        value(
            "deed",
            "deed",
            Kind::Enum(&DATA_REQUEST_DEED),
            "What was done.",
        ),
        value(
            "day",
            "day",
            Kind::Int,
            "Of a reminder: how many days after the request came.",
        ),
        value(
            "ground",
            "ground",
            Kind::Enum(&DATA_REQUEST_GROUND),
            "Of a refusal: its ground.",
        ),
        value("at", "created_at", Kind::Time, "When it was done."),
        to_one("request", "data_request_id", "DataRequest", "The request."),
        to_one("by", "actor_id", "User", "Who did it."),
    ],
    attributes: &[
        attribute::to("organisation", "organisation_id", "Organisation"),
        attribute::maybe("volunteer", "volunteer_id", "Volunteer"),
        attribute::maybe("student", "student_id", "Student"),
        attribute::maybe("guardian", "guardian_id", "Guardian"),
        attribute::maybe("account", "account_id", "Account"),
        attribute::set(
            "wasVolunteer",
            "Account",
            "data_request_step q JOIN volunteer v ON v.id = q.volunteer_id",
            "q.id",
            "v.account_id",
            "v.account_id IS NOT NULL AND v.archived_at IS NOT NULL",
        ),
        attribute::set(
            "wasGuardian",
            "Account",
            "data_request_step q JOIN guardian g ON g.id = q.guardian_id",
            "q.id",
            "g.account_id",
            "g.account_id IS NOT NULL AND g.archived_at IS NOT NULL",
        ),
    ],
    deeds: &[],
};
