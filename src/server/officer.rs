//! The page of whoever keeps the policies: the workshop in the browser, embedded, without a cookie.
//!
//! The page may run its own scripts only, and Cedar's WebAssembly, and talk to this server only. It
//! shows nothing that its bearer could not ask the graph for. What its files are is said in
//! `assets/officer/README.md`.

use axum::Router;

use super::pages::{self, File, PAGE, PROGRAM, SCRIPT, STYLE};

/// `'wasm-unsafe-eval'` lets WebAssembly be compiled, and no text be run as a script; without it
/// Cedar could not check a rule while it is typed. The worker that does so comes from here.
/// The editor's marks are pictures in its style sheet (`data:`).
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; \
     worker-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A file of the folder, at its own name below the page's address.
macro_rules! ours {
    ($name:literal, $media:expr) => {
        File::ours(
            concat!("/officer/", $name),
            $media,
            include_bytes!(concat!("../../assets/officer/", $name)),
        )
    };
}

/// The same of somebody else's, which is compressed.
macro_rules! others {
    ($name:literal, $media:expr) => {
        File::others(
            concat!("/officer/", $name),
            $media,
            include_bytes!(concat!("../../assets/officer/", $name, ".gz")),
        )
    };
}

static FILES: [File; 33] = [
    File::ours(
        "/officer",
        PAGE,
        include_bytes!("../../assets/officer/officer.html"),
    ),
    ours!("cedar-worker.js", SCRIPT),
    ours!("cedar.js", SCRIPT),
    ours!("change.js", SCRIPT),
    ours!("chinese.js", SCRIPT),
    ours!("difference.js", SCRIPT),
    ours!("dom.js", SCRIPT),
    ours!("draft.js", SCRIPT),
    ours!("editor.css", STYLE),
    ours!("editor.js", SCRIPT),
    ours!("english.js", SCRIPT),
    ours!("faults.js", SCRIPT),
    ours!("files.js", SCRIPT),
    ours!("gate.js", SCRIPT),
    ours!("graph.js", SCRIPT),
    ours!("history.js", SCRIPT),
    ours!("identifiers.js", SCRIPT),
    ours!("matrix.js", SCRIPT),
    ours!("officer.css", STYLE),
    ours!("officer.js", SCRIPT),
    ours!("overtaken.js", SCRIPT),
    ours!("overview.js", SCRIPT),
    ours!("policies.js", SCRIPT),
    ours!("publish.js", SCRIPT),
    ours!("questions.js", SCRIPT),
    ours!("session.js", SCRIPT),
    ours!("sign-in.js", SCRIPT),
    ours!("told.js", SCRIPT),
    ours!("why.js", SCRIPT),
    ours!("words.js", SCRIPT),
    others!("cedar-4.13.0.js", SCRIPT),
    others!("cedar-4.13.0.wasm", PROGRAM),
    others!("codemirror-6.43.15.js", SCRIPT),
];

/// The addresses of the page and its files.
pub(super) fn pages<S: Clone + Send + Sync + 'static>() -> Router<S> {
    pages::router(&FILES, POLICY)
}
