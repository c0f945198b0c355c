//! Invitations to take a role in an organisation.

use super::people::ROLE;
use crate::catalogue::define::{
    Deed, DeedScope, Sealing, Type, attribute, deed, derived, to_one, value,
};
use crate::catalogue::kind::{EnumKind, Kind, one};

pub static INVITATION_STATE: EnumKind = EnumKind {
    name: "InvitationState",
    doc: "What became of an invitation.",
    values: &[
        one("SENT", "It can be accepted."),
        one("ACCEPTED", "It was accepted."),
        one("REVOKED", "It was taken back before anybody accepted it."),
        one("EXPIRED", "Its time is over; nobody accepted it."),
    ],
};

pub static INVITATION: Type = Type {
    name: "Invitation",
    plural: "invitations",
    singular: "invitation",
    entity: "Invitation",
    table: "invitation",
    doc: "An invitation to take a role in an organisation; whether the address has an account is told to nobody.",
    person: true,
    fields: &[
        value(
            "email",
            "email",
            Kind::Email,
            "The address to which the letter goes.",
        )
        .identity()
        .sealed(Sealing::Found("email_hash")),
        value(
            "role",
            "role",
            Kind::Enum(&ROLE),
            "The role that whoever accepts it is given.",
        )
        .identity(),
        derived(
            "state",
            "(SELECT CASE WHEN i.state = 'SENT' AND i.ends_at <= {now} THEN 'EXPIRED' ELSE i.state END FROM invitation i WHERE i.id = {row}.id)",
            Kind::Enum(&INVITATION_STATE),
            "What became of it.",
        ),
        value("sentAt", "created_at", Kind::Time, "When it was made."),
        value(
            "endsAt",
            "ends_at",
            Kind::Time,
            "From when it cannot be accepted any more.",
        ),
        value(
            "acceptedAt",
            "accepted_at",
            Kind::Time,
            "When it was accepted.",
        ),
        value(
            "revokedAt",
            "revoked_at",
            Kind::Time,
            "When it was taken back.",
        ),
        to_one(
            "organisation",
            "organisation_id",
            "Organisation",
            "Into which organisation.",
        )
        .identity(),
        to_one(
            "project",
            "project_id",
            "Project",
            "The project to be led, of a team leader.",
        )
        .origin(),
        to_one(
            "class",
            "class_id",
            "Class",
            "The class to be taught, of a teacher of one.",
        )
        .origin(),
        to_one("invitedBy", "invited_by_id", "User", "Who invited."),
        to_one("user", "account_id", "User", "Who accepted it."),
    ],
    attributes: &[
        attribute::to("organisation", "organisation_id", "Organisation"),
        attribute::text("role", "role"),
    ],
    deeds: &[
        Deed {
            name: "send",
            doc: "Invites somebody to take a role, by a letter with a link that is good once.",
            scope: DeedScope::New,
            looks: false,
        },
        deed("revoke", "Takes an invitation back at once and for good."),
    ],
};
