//! Classes, students, guardians and what ties them together.

use crate::catalogue::define::{
    Sealing, Type, attribute, creation, deed, look, pair, right, small_groups, to_many, to_one,
    value,
};
use crate::catalogue::kind::{EnumKind, Kind, one};

pub static STUDENT_STATUS: EnumKind = EnumKind {
    name: "StudentStatus",
    doc: "Whether a student is at the school.",
    values: &[one("ENROLLED", "At the school."), one("LEFT", "Has left.")],
};

pub static RELATION: EnumKind = EnumKind {
    name: "GuardianRelation",
    doc: "What a guardian is to a student.",
    values: &[
        one("MOTHER", "Mother."),
        one("FATHER", "Father."),
        one("GRANDPARENT", "Grandparent."),
        one("GUARDIAN", "Another holder of parental responsibility."),
        one("OTHER", "Somebody else."),
    ],
};

pub static CLASS: Type = Type {
    name: "Class",
    plural: "classes",
    singular: "class",
    entity: "Class",
    table: "school_class",
    doc: "A class of a school in one school year.",
    person: false,
    fields: &[
        value(
            "nameEn",
            "name_en",
            Kind::Text,
            "Name in English, such as 3A.",
        )
        .search()
        .free(),
        value(
            "nameZh",
            "name_zh",
            Kind::Text,
            "Name in Chinese, such as 三甲班.",
        )
        .search()
        .free(),
        value("grade", "grade", Kind::Text, "Grade, such as P3.").free(),
        value(
            "academicYear",
            "academic_year",
            Kind::Int,
            "The year in which the school year begins.",
        )
        .required(),
        value("room", "room", Kind::Text, "Home room.").free(),
        value(
            "archivedAt",
            "archived_at",
            Kind::Time,
            "When it was archived.",
        ),
        to_one(
            "organisation",
            "organisation_id",
            "Organisation",
            "The school.",
        )
        .identity(),
        to_many(
            "enrolments",
            "Enrolment",
            "class_id",
            "Who is in the class.",
        ),
        to_many("memberships", "Membership", "class_id", "Who teaches it."),
        to_many("notices", "Notice", "class_id", "Notices to the class."),
    ],
    attributes: &[
        attribute::itself("class", "Class"),
        attribute::to("organisation", "organisation_id", "Organisation"),
    ],
    deeds: &[
        creation("Adds a class to a school."),
        deed("change", "Changes a class."),
        deed("archive", "Archives a class."),
    ],
};

pub static STUDENT: Type = Type {
    name: "Student",
    plural: "students",
    singular: "student",
    entity: "Student",
    table: "student",
    doc: "A student of a school.",
    person: true,
    fields: &[
        value("nameZh", "name_zh", Kind::PersonName, "Name in Chinese.").search(),
        value("nameEn", "name_en", Kind::PersonName, "Name in English.").search(),
        value(
            "number",
            "student_number",
            Kind::Text,
            "Number given by the school.",
        ),
        value("birthDate", "birth_date", Kind::Date, "Date of birth."),
        value(
            "identityNumber",
            "identity_number",
            Kind::Hkid,
            "Hong Kong identity card number, where it is needed.",
        )
        .sealed(Sealing::Found("identity_number_hash")),
        value(
            "healthRemark",
            "health_remark",
            Kind::Text,
            "What teachers must know about the child's health.",
        )
        .sealed(Sealing::Sealed),
        value(
            "internalNotes",
            "internal_notes",
            Kind::Text,
            "Notes of the school.",
        ),
        value(
            "status",
            "status",
            Kind::Enum(&STUDENT_STATUS),
            "Whether the student is at the school.",
        ),
        to_one(
            "organisation",
            "organisation_id",
            "Organisation",
            "The school.",
        ),
        to_many(
            "enrolments",
            "Enrolment",
            "student_id",
            "The classes the student is or was in.",
        ),
        to_many(
            "guardianships",
            "Guardianship",
            "student_id",
            "Who is responsible for the student.",
        ),
        to_many(
            "consents",
            "Consent",
            "student_id",
            "What was consented to for the student, and withdrawn.",
        ),
        to_many(
            "correctionNotes",
            "CorrectionNote",
            "student_id",
            "What of the record the person disputes.",
        ),
    ],
    attributes: &[
        attribute::itself("student", "Student"),
        attribute::to("organisation", "organisation_id", "Organisation"),
        attribute::set(
            "classes",
            "Class",
            "enrolment e",
            "e.student_id",
            "e.class_id",
            "e.archived_at IS NULL AND (e.ends_on IS NULL OR e.ends_on >= {today})",
        ),
    ],
    deeds: &[
        look("readDisclosures", "Reads to whom the record was shown."),
        right(
            "drillBreach",
            "Reads who could have seen the record between two instants, and who did.",
        ),
        look(
            "readChanges",
            "Reads how the record was changed, and by whom.",
        ),
        pair(),
        small_groups(),
        deed("giveConsent", "Consents for a child to what a text says."),
        deed("withdrawConsent", "Withdraws a consent for a child."),
        deed("erase", "Erases all that is kept of a student."),
    ],
};

pub static GUARDIAN: Type = Type {
    name: "Guardian",
    plural: "guardians",
    singular: "guardian",
    entity: "Guardian",
    table: "guardian",
    doc: "A person responsible for one or more students.",
    person: true,
    fields: &[
        value("nameZh", "name_zh", Kind::PersonName, "Name in Chinese.").search(),
        value("nameEn", "name_en", Kind::PersonName, "Name in English.").search(),
        value(
            "phone",
            "phone",
            Kind::Phone,
            "Telephone number, +852 and eight digits.",
        ),
        value("email", "email", Kind::Email, "E-mail address."),
        to_one(
            "organisation",
            "organisation_id",
            "Organisation",
            "The school that holds the record.",
        ),
        to_one(
            "user",
            "account_id",
            "User",
            "The person's sign-in, if any.",
        ),
        to_many(
            "wards",
            "Guardianship",
            "guardian_id",
            "The students the person is responsible for.",
        ),
        to_many(
            "correctionNotes",
            "CorrectionNote",
            "guardian_id",
            "What of the record the person disputes.",
        ),
    ],
    attributes: &[
        attribute::itself("guardian", "Guardian"),
        attribute::to("organisation", "organisation_id", "Organisation"),
        attribute::set(
            "classes",
            "Class",
            "guardianship g JOIN enrolment e ON e.student_id = g.student_id AND e.archived_at IS NULL",
            "g.guardian_id",
            "e.class_id",
            "g.archived_at IS NULL AND (e.ends_on IS NULL OR e.ends_on >= {today})",
        ),
    ],
    deeds: &[
        look("readDisclosures", "Reads to whom the record was shown."),
        right(
            "drillBreach",
            "Reads who could have seen the record between two instants, and who did.",
        ),
        look(
            "readChanges",
            "Reads how the record was changed, and by whom.",
        ),
        deed("erase", "Erases all that is kept of a guardian."),
    ],
};

pub static GUARDIANSHIP: Type = Type {
    name: "Guardianship",
    plural: "guardianships",
    singular: "guardianship",
    entity: "Guardianship",
    table: "guardianship",
    doc: "What a guardian is to a student, and what the guardian may do.",
    person: false,
    fields: &[
        value(
            "relation",
            "relation",
            Kind::Enum(&RELATION),
            "What the guardian is to the student.",
        ),
        value(
            "hasAccess",
            "has_access",
            Kind::Bool,
            "Whether the guardian may see the student's record.",
        ),
        value(
            "receivesNotices",
            "receives_notices",
            Kind::Bool,
            "Whether notices go to the guardian.",
        ),
        value(
            "maySign",
            "may_sign",
            Kind::Bool,
            "Whether the guardian may sign for the student.",
        ),
        value(
            "mayCollect",
            "may_collect",
            Kind::Bool,
            "Whether the guardian may fetch the student from school.",
        ),
        to_one("student", "student_id", "Student", "The student."),
        to_one("guardian", "guardian_id", "Guardian", "The guardian."),
    ],
    attributes: &[
        attribute::to("organisation", "organisation_id", "Organisation"),
        attribute::to("student", "student_id", "Student"),
        attribute::to("guardian", "guardian_id", "Guardian"),
        attribute::flag("hasAccess", "has_access"),
        attribute::set(
            "classes",
            "Class",
            "guardianship g JOIN enrolment e ON e.student_id = g.student_id AND e.archived_at IS NULL",
            "g.id",
            "e.class_id",
            "e.ends_on IS NULL OR e.ends_on >= {today}",
        ),
    ],
    deeds: &[],
};

pub static ENROLMENT: Type = Type {
    name: "Enrolment",
    plural: "enrolments",
    singular: "enrolment",
    entity: "Enrolment",
    table: "enrolment",
    doc: "A student in a class, for a time.",
    person: false,
    fields: &[
        value(
            "classNumber",
            "class_number",
            Kind::Int,
            "Number in the class.",
        ),
        value(
            "startsOn",
            "starts_on",
            Kind::Date,
            "First day in the class.",
        ),
        value("endsOn", "ends_on", Kind::Date, "Last day in the class."),
        to_one("class", "class_id", "Class", "The class."),
        to_one("student", "student_id", "Student", "The student."),
    ],
    attributes: &[
        attribute::to("organisation", "organisation_id", "Organisation"),
        attribute::to("class", "class_id", "Class"),
        attribute::to("student", "student_id", "Student"),
    ],
    deeds: &[],
};
