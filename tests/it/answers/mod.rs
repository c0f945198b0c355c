//! What an answer is like: what it says of privacy, where it is null, what an error tells, and how
//! documents are read.

mod documents;
mod errors;
mod privacy;
mod variables;
mod viewer_can;
