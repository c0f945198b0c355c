//! Tokens of partners.

use crate::catalogue::define::{Deed, DeedScope, Type, attribute, deed, to_many, to_one, value};
use crate::catalogue::kind::Kind;

pub static PARTNER_TOKEN: Type = Type {
    name: "PartnerToken",
    plural: "partnerTokens",
    singular: "partnerToken",
    entity: "PartnerToken",
    table: "partner_token",
    doc: "A token that lets a partner organisation in under its shares; the token itself is shown once, when it is issued.",
    person: false,
    fields: &[
        value(
            "name",
            "name",
            Kind::Text,
            "By which name its issuer knows it.",
        )
        .required(),
        value(
            "purpose",
            "purpose",
            Kind::Text,
            "What the data may be used for.",
        )
        .identity(),
        value(
            "scopes",
            "scopes",
            Kind::Words,
            "The scopes that it was narrowed to; none where it is as wide as its shares.",
        )
        .origin(),
        value(
            "networks",
            "networks",
            Kind::Words,
            "The networks from which it may be used, as 192.0.2.0/24; none where from everywhere.",
        )
        .origin(),
        value(
            "audience",
            "audience",
            Kind::Text,
            "For which service it is.",
        )
        .origin(),
        value(
            "longLived",
            "long_lived",
            Kind::Bool,
            "Whether it holds to its end by itself, rather than for a short while at a time.",
        )
        .origin(),
        value("issuedAt", "created_at", Kind::Time, "When it was issued."),
        value(
            "expiresAt",
            "expires_at",
            Kind::Time,
            "From when it is no longer good, however often it is refreshed.",
        )
        .origin(),
        value(
            "lastUsedAt",
            "last_used_at",
            Kind::Time,
            "When it was used last, to some minutes.",
        ),
        value(
            "revokedAt",
            "revoked_at",
            Kind::Time,
            "When it was revoked.",
        ),
        to_one(
            "organisation",
            "organisation_id",
            "Organisation",
            "The partner that bears it.",
        )
        .identity(),
        to_one(
            "issuer",
            "issuer_id",
            "User",
            "Who issued it, and whose rights it cannot exceed; nobody where the server's keeper did.",
        ),
        to_one("revokedBy", "revoked_by_id", "User", "Who revoked it."),
        to_many(
            "shares",
            "PartnerTokenShare",
            "partner_token_id",
            "The shares that it is for.",
        ),
    ],
    attributes: &[
        attribute::to("partner", "organisation_id", "Organisation"),
        attribute::set(
            "leads",
            "Organisation",
            "partner_token_share s",
            "s.partner_token_id",
            "s.lead_id",
            "TRUE",
        ),
    ],
    deeds: &[
        Deed {
            name: "issue",
            doc: "Issues a token for shares of one's own organisation; it is shown once, here.",
            scope: DeedScope::New,
            looks: false,
        },
        deed("rename", "Gives a token another name."),
        deed("revoke", "Ends a token at once and for good."),
    ],
};

pub static PARTNER_TOKEN_SHARE: Type = Type {
    name: "PartnerTokenShare",
    plural: "partnerTokenShares",
    singular: "partnerTokenShare",
    entity: "PartnerTokenShare",
    table: "partner_token_share",
    doc: "A share that a partner's token is for, whole or only one project of it.",
    person: false,
    fields: &[
        to_one(
            "partnerToken",
            "partner_token_id",
            "PartnerToken",
            "The token.",
        ),
        to_one("partnership", "partnership_id", "Partnership", "The share."),
        to_one(
            "project",
            "project_id",
            "Project",
            "The project, if it is for only one of the share.",
        ),
    ],
    attributes: &[
        attribute::to("lead", "lead_id", "Organisation"),
        attribute::to("partner", "partner_id", "Organisation"),
    ],
    deeds: &[],
};
