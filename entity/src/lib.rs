//! Rows and their relations: one table a file, and nothing else.
//!
//! A module is named as its table. Its `Model` is a row, its `Relation` the rows that a row
//! points to. What a row means, who may see it and how it is found is not known here.
//!
//! Every table has `id`, `created_at`, `updated_at`, `revision` and `archived_at`; those whose rows
//! nobody can change (the acts on policies) and those of keys and sessions have fewer. Times are UTC.
//! Enumerations are text in capitals, lists are JSON arrays of strings as text.
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
pub mod authenticator;
pub mod certificate;
pub mod consent;
pub mod consent_text;
pub mod correction_note;
pub mod data_key;
pub mod data_request;
pub mod data_request_refusal;
pub mod data_request_step;
pub mod department;
pub mod enrolment;
pub mod erasure;
pub mod erasure_under_way;
pub mod guardian;
pub mod guardianship;
pub mod holiday;
pub mod invitation;
pub mod legal_hold;
pub mod letter;
pub mod login;
pub mod membership;
pub mod notice;
pub mod notice_receipt;
pub mod organisation;
pub mod outside_identity;
pub mod outside_sign_in;
pub mod partner_token;
pub mod partner_token_share;
pub mod partnership;
pub mod partnership_scope;
pub mod partnership_step;
pub mod policy_act;
pub mod policy_keeper_act;
pub mod policy_set;
pub mod project;
pub mod recovery_code;
pub mod retention_count;
pub mod retention_rule;
pub mod retention_run;
pub mod school_class;
pub mod session;
pub mod session_token;
pub mod shift;
pub mod shift_template;
pub mod sign_in_link;
pub mod sign_in_place;
pub mod sign_in_rate;
pub mod space;
pub mod space_member;
pub mod space_project;
pub mod space_step;
pub mod space_template;
pub mod student;
pub mod tag;
pub mod volunteer;
