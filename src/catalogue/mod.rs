//! What there is to ask for: every type, its fields, and the attributes that policies read.
//!
//! One list from which the graph, the deciders, the SQL, the masks and the coverage tests are
//! made. It is plain data: it knows no SQL library, no Cedar and no GraphQL library. A new column
//! is one line here (and its migration, its entity and its action in the Cedar schema).

pub mod about;
mod cell;
mod define;
mod figures;
mod kind;
mod subjects;

pub use cell::{Cell, CellRef};
pub use define::{
    Attribute, AttributeShape, Deed, DeedScope, Field, PAIR, Sealing, Shape, Source, Type, Write,
    attribute,
};
pub use figures::{AGE_BANDS, Dimension, FIGURES, Facet, Figures, SMALL_GROUPS};
pub use kind::{EnumKind, EnumValue, Kind};
pub use subjects::data_request::{GROUNDS, Ground};
pub use subjects::volunteer::VOLUNTEER;

/// Every type of the graph, in the order in which the schema lists them.
pub static TYPES: &[&Type] = &[
    &subjects::organisation::ORGANISATION,
    &subjects::organisation::DEPARTMENT,
    &subjects::people::USER,
    &subjects::people::MEMBERSHIP,
    &subjects::invitation::INVITATION,
    &subjects::partnership::PARTNERSHIP,
    &subjects::partnership::PARTNERSHIP_SCOPE,
    &subjects::partnership_step::PARTNERSHIP_STEP,
    &subjects::partner_token::PARTNER_TOKEN,
    &subjects::partner_token::PARTNER_TOKEN_SHARE,
    &subjects::space::SPACE,
    &subjects::space::SPACE_MEMBER,
    &subjects::space::SPACE_PROJECT,
    &subjects::space::SPACE_STEP,
    &subjects::template::SPACE_TEMPLATE,
    &subjects::template::SHIFT_TEMPLATE,
    &subjects::project::PROJECT,
    &subjects::volunteer::VOLUNTEER,
    &subjects::volunteer::CERTIFICATE,
    &subjects::shift::SHIFT,
    &subjects::shift::ASSIGNMENT,
    &subjects::school::CLASS,
    &subjects::school::STUDENT,
    &subjects::school::GUARDIAN,
    &subjects::school::GUARDIANSHIP,
    &subjects::school::ENROLMENT,
    &subjects::notice::NOTICE,
    &subjects::notice::NOTICE_RECEIPT,
    &subjects::consent::CONSENT_TEXT,
    &subjects::consent::CONSENT,
    &subjects::data_request::DATA_REQUEST,
    &subjects::data_request::DATA_REQUEST_STEP,
    &subjects::data_request::DATA_REQUEST_REFUSAL,
    &subjects::data_request::CORRECTION_NOTE,
    &subjects::reference::TAG,
    &subjects::reference::HOLIDAY,
];

/// The type with this GraphQL name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Type> {
    TYPES.iter().copied().find(|t| t.name == name)
}

/// The type whose rows are this Cedar entity type.
#[must_use]
pub fn of_entity(entity: &str) -> Option<&'static Type> {
    TYPES.iter().copied().find(|t| t.entity == entity)
}
