//! What the server does for requests for data beside answering questions: their clock, and the copy of
//! everything that is held on a person.

mod clock;
mod copy;
mod disclosed;
mod export;
mod eyes;
mod related;

pub use self::export::{Export, Form, Unexported};
