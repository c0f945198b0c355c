//! The page to which the links in letters lead where no other is named: a password is set there, or
//! an invitation accepted. Embedded, without a cookie.
//!
//! The page may run its own scripts only and talk to this server only. The secret stands behind the
//! `#` of its address, which no server is sent, and the page takes it out of there at once.

use axum::Router;

use super::pages::{self, File, PAGE, SCRIPT, STYLE};

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; \
     connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

static FILES: [File; 4] = [
    File::ours(
        "/account",
        PAGE,
        include_bytes!("../../assets/account/account.html"),
    ),
    File::ours(
        "/account/account.js",
        SCRIPT,
        include_bytes!("../../assets/account/account.js"),
    ),
    File::ours(
        "/account/words.js",
        SCRIPT,
        include_bytes!("../../assets/account/words.js"),
    ),
    File::ours(
        "/account/account.css",
        STYLE,
        include_bytes!("../../assets/account/account.css"),
    ),
];

/// The addresses of the page and its files.
pub(super) fn pages<S: Clone + Send + Sync + 'static>() -> Router<S> {
    pages::router(&FILES, POLICY)
}
