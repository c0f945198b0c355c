//! The types, by subject.

pub mod notice;
pub mod organisation;
pub mod partnership;
pub mod people;
pub mod project;
pub mod reference;
pub mod school;
pub mod shift;
pub mod volunteer;
