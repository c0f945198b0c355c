//! The IDE in the browser: GraphiQL, embedded, without a network or a cookie.
//!
//! The page may run its own scripts only and talk to this server only. Where
//! the files come from is said in `assets/ide/README.md`.

use axum::Router;

use super::pages::{self, File, PAGE, SCRIPT, STYLE};

/// `connect-src 'self'` is the WebSocket of the same origin too (CSP 3), and no other.
///
/// GraphiQL's dialogs would stop the page behind them from scrolling with a style
/// of their own; that is refused too, and nothing else is missed.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     font-src 'self' data:; img-src 'self' data:; connect-src 'self'; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'none'";

static FILES: [File; 8] = [
    File::ours("/ide", PAGE, include_bytes!("../../assets/ide/ide.html")),
    File::ours(
        "/ide/ide.js",
        SCRIPT,
        include_bytes!("../../assets/ide/ide.js"),
    ),
    File::ours(
        "/ide/live.js",
        SCRIPT,
        include_bytes!("../../assets/ide/live.js"),
    ),
    File::ours(
        "/ide/ide.css",
        STYLE,
        include_bytes!("../../assets/ide/ide.css"),
    ),
    File::others(
        "/ide/graphiql-4.1.2.min.js",
        SCRIPT,
        include_bytes!("../../assets/ide/graphiql-4.1.2.min.js.gz"),
    ),
    File::others(
        "/ide/graphiql-4.1.2.min.css",
        STYLE,
        include_bytes!("../../assets/ide/graphiql-4.1.2.min.css.gz"),
    ),
    File::others(
        "/ide/react-18.3.1.min.js",
        SCRIPT,
        include_bytes!("../../assets/ide/react-18.3.1.min.js.gz"),
    ),
    File::others(
        "/ide/react-dom-18.3.1.min.js",
        SCRIPT,
        include_bytes!("../../assets/ide/react-dom-18.3.1.min.js.gz"),
    ),
];

/// The addresses of the page and its files.
pub(super) fn pages<S: Clone + Send + Sync + 'static>() -> Router<S> {
    pages::router(&FILES, POLICY)
}
