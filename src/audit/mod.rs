//! The record of disclosures and changes: what an entry says, how it is written down, and how
//! entries hang together so that nothing can be altered, taken out or put in unseen.
//!
//! An entry is written once, as bytes, and only ever read from them: its hash covers exactly what is
//! kept. Each hash covers the one before it, so that the last one stands for the whole log. Records
//! are named by pseudonyms, which a key outside of the log makes and links; without the key nobody
//! can tell whose entry it is, and the chain still holds.
//!
//! The room knows no SQL, no policy and no GraphQL. It keeps no entry and no key.

mod bytes;
mod chain;
mod checkpoint;
mod entry;
mod filter;
mod person;
mod seen;
mod subject;

pub use chain::{Break, Broken, Chain, HASH, Hash, Link};
pub use checkpoint::{Checkpoint, NoCheckpoint};
pub use entry::{Cut, Entry, Malformed, Part, Said, Turned, Who};
pub use filter::Filter;
pub use person::{is_personal, subjects};
pub use seen::{Actor, Bearer, CHANGES, COPY, DISCLOSURES, Disclosure, EXPLAINED, Section, Seen};
pub use subject::{NoRandom, Subject};
