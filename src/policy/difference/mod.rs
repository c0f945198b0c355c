//! What an edited set changes against another: for whom, of which rows.
//!
//! Of two sets it is seen first which questions may be answered otherwise at all, by the text of the
//! policies that decide them ([`Compared`]). For one viewer, or for the stand-in of a class of
//! people ([`Own`]), the rules of both sets are held against each other, which gives the rows whose
//! answer turns as a [`Condition`](super::Condition) ([`turns`]). Counting them is the store's, and
//! putting it together is done where sets go live. What comes of it is a [`Difference`], told in
//! sentences. Promises and scenarios decide nothing, and are held against each other by what
//! they say ([`promised`]).
//!
//! The room looks at no row.

mod beyond;
mod changed;
mod fields;
mod own;
mod possible;
mod promises;
mod reads;
mod sentence;
mod told;
mod turn;
mod words;

pub use changed::{Affected, Affecting, Compared};
pub use fields::field_in_words;
pub use own::{Own, asks_own, assuming, own_tests, separate};
pub use possible::possible;
pub use promises::{
    Promised, PromisedSort, PromisedTurn, promised, sentences as promise_sentences,
};
pub use sentence::{Number, Told, Whose, nobody};
pub use told::{Change, Difference, Example, Verdict, VerdictKind};
pub use turn::{Turn, Turned, Turns, asked, gives_more, turns};
pub use words::{Role, type_in_words};
