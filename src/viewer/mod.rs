//! Who asks: tokens in, claims out.

pub mod keys;
pub mod token;

pub use self::{
    keys::{KeyError, Keys},
    token::{Claims, TokenError, TokenKind},
};
