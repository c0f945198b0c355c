//! The types, by subject.

pub mod consent;
pub mod data_request;
pub mod invitation;
pub mod notice;
pub mod organisation;
pub mod partner_token;
pub mod partnership;
pub mod partnership_step;
pub mod people;
pub mod project;
pub mod reference;
pub mod school;
pub mod shift;
pub mod space;
pub mod template;
pub mod volunteer;
