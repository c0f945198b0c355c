//! What people may ask of those who hold their data: the clock of an answer, and the copy of all that is
//! held on a person, with to whom it was shown, as JSON for programs and as a page to read.
//!
//! Pure functions on values. The room knows no policy, no SQL and no GraphQL; who may ask, answer and
//! fetch is for the policies to say.

pub mod clock;
pub mod copy;
pub mod given;
pub mod html;
pub mod json;
