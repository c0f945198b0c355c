//! Rows and their relations: one table a file, and nothing else.
//!
//! A module is named as its table. Its `Model` is a row, its `Relation` the rows that a row
//! points to. What a row means, who may see it and how it is found is not known here.
//!
//! Every table has `id`, `created_at`, `updated_at`, `revision` and `archived_at`; those whose rows
//! nobody can change (`policy_set`, `policy_act`) have only the first two. Times are UTC. Enumerations are text in capitals, lists are JSON arrays of strings as text.
//!
//! A `Model` has no `Debug` that prints it: only the table's name and the row's id come out.
//! An `ActiveModel` has one (sea-orm derives it), so it stays where it is written.

/// Gives a row the `Debug` that sea-orm asks for, printing only the table's name and the id.
macro_rules! opaque {
    ($model:ty) => {
        impl std::fmt::Debug for $model {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter
                    .debug_struct(sea_orm::EntityName::table_name(&Entity))
                    .field("id", &self.id)
                    .finish_non_exhaustive()
            }
        }
    };
}

pub mod account;
pub mod assignment;
pub mod certificate;
pub mod department;
pub mod enrolment;
pub mod guardian;
pub mod guardianship;
pub mod holiday;
pub mod membership;
pub mod notice;
pub mod notice_receipt;
pub mod organisation;
pub mod partnership;
pub mod partnership_scope;
pub mod policy_act;
pub mod policy_set;
pub mod project;
pub mod school_class;
pub mod shift;
pub mod student;
pub mod tag;
pub mod volunteer;
