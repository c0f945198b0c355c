//! Notices and who received them.

use crate::catalogue::define::{Type, attribute, creation, deed, derived, to_many, to_one, value};
use crate::catalogue::kind::{EnumKind, Kind, one};

pub static URGENCY: EnumKind = EnumKind {
    name: "NoticeUrgency",
    doc: "How soon a notice must be read.",
    values: &[
        one("NORMAL", "In the usual time."),
        one("IMPORTANT", "Soon."),
        one("URGENT", "At once, such as a sudden closure."),
    ],
};

pub static NOTICE_STATUS: EnumKind = EnumKind {
    name: "NoticeStatus",
    doc: "Where a notice is in its life.",
    values: &[
        one("DRAFT", "Being written."),
        one("PUBLISHED", "Sent to its recipients."),
        one("WITHDRAWN", "Taken back."),
    ],
};

pub static NOTICE: Type = Type {
    name: "Notice",
    plural: "notices",
    singular: "notice",
    entity: "Notice",
    table: "notice",
    doc: "A message to an organisation, a project or a class.",
    person: false,
    fields: &[
        value("titleEn", "title_en", Kind::Text, "Title in English.")
            .search()
            .free(),
        value("titleZh", "title_zh", Kind::Text, "Title in Chinese.")
            .search()
            .free(),
        value("bodyEn", "body_en", Kind::Text, "Text in English.")
            .search()
            .free(),
        value("bodyZh", "body_zh", Kind::Text, "Text in Chinese.")
            .search()
            .free(),
        value(
            "urgency",
            "urgency",
            Kind::Enum(&URGENCY),
            "How soon it must be read.",
        )
        .free(),
        value(
            "status",
            "status",
            Kind::Enum(&NOTICE_STATUS),
            "Where it is in its life.",
        ),
        value(
            "edition",
            "version",
            Kind::Int,
            "Which edition of the text this is.",
        ),
        value(
            "publishedAt",
            "published_at",
            Kind::Time,
            "When it was published.",
        ),
        value(
            "requiresSignature",
            "requires_signature",
            Kind::Bool,
            "Whether recipients must sign.",
        )
        .free(),
        value(
            "forwardable",
            "forwardable",
            Kind::Bool,
            "Whether it may be passed on.",
        )
        .free(),
        value(
            "archivedAt",
            "archived_at",
            Kind::Time,
            "When it was archived.",
        ),
        derived(
            "readCount",
            "(SELECT COUNT(*) FROM notice_receipt r WHERE r.notice_id = {row}.id AND r.read_at IS NOT NULL)",
            Kind::Int,
            "How many recipients have read it.",
        ),
        derived(
            "recipientCount",
            "(SELECT COUNT(*) FROM notice_receipt r WHERE r.notice_id = {row}.id)",
            Kind::Int,
            "How many recipients it was sent to.",
        ),
        to_one(
            "organisation",
            "organisation_id",
            "Organisation",
            "Who sends it.",
        )
        .identity(),
        to_one(
            "project",
            "project_id",
            "Project",
            "The project it is for, if for one.",
        )
        .origin(),
        to_one(
            "class",
            "class_id",
            "Class",
            "The class it is for, if for one.",
        )
        .origin(),
        to_one("author", "author_id", "User", "Who wrote it."),
        to_many("receipts", "NoticeReceipt", "notice_id", "Its recipients."),
    ],
    attributes: &[
        attribute::to("organisation", "organisation_id", "Organisation"),
        attribute::maybe("project", "project_id", "Project"),
        attribute::maybe("class", "class_id", "Class"),
        attribute::text("status", "status"),
        attribute::flag("forwardable", "forwardable"),
        attribute::set(
            "recipients",
            "Account",
            "notice_receipt r",
            "r.notice_id",
            "r.recipient_id",
            "r.archived_at IS NULL",
        ),
    ],
    deeds: &[
        creation("Writes a notice."),
        deed("change", "Changes a notice."),
        deed("archive", "Archives a notice."),
        deed("publish", "Sends a notice to its recipients."),
    ],
};

pub static NOTICE_RECEIPT: Type = Type {
    name: "NoticeReceipt",
    plural: "noticeReceipts",
    singular: "noticeReceipt",
    entity: "NoticeReceipt",
    table: "notice_receipt",
    doc: "What became of a notice with one recipient; a guardian has one for each child it concerns.",
    person: false,
    fields: &[
        value(
            "edition",
            "notice_version",
            Kind::Int,
            "The edition that was delivered.",
        ),
        value(
            "deliveredAt",
            "delivered_at",
            Kind::Time,
            "When it was delivered.",
        ),
        value("readAt", "read_at", Kind::Time, "When it was read."),
        value("signedAt", "signed_at", Kind::Time, "When it was signed."),
        to_one("notice", "notice_id", "Notice", "The notice."),
        to_one("recipient", "recipient_id", "User", "Who received it."),
        to_one(
            "student",
            "student_id",
            "Student",
            "The child it concerns, if one.",
        ),
    ],
    attributes: &[
        attribute::to("organisation", "organisation_id", "Organisation"),
        attribute::to("recipient", "recipient_id", "Account"),
        attribute::maybe("student", "student_id", "Student"),
        attribute::set(
            "classes",
            "Class",
            "notice_receipt q JOIN notice n ON n.id = q.notice_id",
            "q.id",
            "n.class_id",
            "n.class_id IS NOT NULL",
        ),
    ],
    deeds: &[deed("confirm", "Confirms having read a notice.")],
};
