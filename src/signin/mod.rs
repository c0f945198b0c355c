//! The rules by which people sign in: names, passwords, one-time codes, secrets, how often one may
//! try. Pure logic on values.
//!
//! The room knows no rows, no HTTP and no clock: time is a parameter. What it is given in clear (a
//! password, a code, a secret) it never prints and never keeps.

mod name;
mod password;
mod rate;
mod secret;
mod totp;
mod vault;

pub use name::login_name;
pub use password::{Hashing, Password, PasswordFault};
pub use rate::Rate;
pub use secret::{NoRandom, RecoveryCode, Secret, digest};
pub use totp::Authenticator;
pub use vault::{Vault, VaultError};
