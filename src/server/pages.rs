//! Pages in the browser that are compiled into the binary: their files, and what a browser is told
//! with each of them.
//!
//! Which pages there are is for `ide` and `officer` to say. This file knows nothing of what they do.

use axum::{
    Router,
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
    routing,
};

pub(super) const PAGE: &str = "text/html; charset=utf-8";
pub(super) const SCRIPT: &str = "text/javascript; charset=utf-8";
pub(super) const STYLE: &str = "text/css; charset=utf-8";
pub(super) const PROGRAM: &str = "application/wasm";

/// One file of a page.
pub(super) struct File {
    path: &'static str,
    media: &'static str,
    bytes: &'static [u8],
    kept: Kept,
}

/// Whether a file has its version in its name, and so never changes.
#[derive(Clone, Copy)]
enum Kept {
    /// Ours: asked for each time.
    Fresh,
    /// Another's, compressed: kept by the browser.
    Forever,
}

impl File {
    /// A file of ours, at this address.
    pub(super) const fn ours(
        path: &'static str,
        media: &'static str,
        bytes: &'static [u8],
    ) -> Self {
        let kept = Kept::Fresh;
        Self {
            path,
            media,
            bytes,
            kept,
        }
    }

    /// A file of somebody else's, compressed with gzip, whose address has its version in it.
    pub(super) const fn others(
        path: &'static str,
        media: &'static str,
        bytes: &'static [u8],
    ) -> Self {
        let kept = Kept::Forever;
        Self {
            path,
            media,
            bytes,
            kept,
        }
    }

    fn response(&self, policy: &'static str) -> Response {
        let mut response = self.bytes.into_response();
        let mut set = |name, value| {
            response
                .headers_mut()
                .insert(name, HeaderValue::from_static(value));
        };
        set(header::CONTENT_TYPE, self.media);
        set(header::CONTENT_SECURITY_POLICY, policy);
        set(
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        );
        match self.kept {
            Kept::Fresh => set(header::CACHE_CONTROL, "no-cache"),
            Kept::Forever => {
                set(header::CACHE_CONTROL, "public, max-age=31536000, immutable");
                set(header::CONTENT_ENCODING, "gzip");
            }
        }
        response
    }
}

/// The addresses of these files, each with this content security policy.
pub(super) fn router<S: Clone + Send + Sync + 'static>(
    files: &'static [File],
    policy: &'static str,
) -> Router<S> {
    files.iter().fold(Router::new(), |router, file| {
        router.route(file.path, routing::get(async move || file.response(policy)))
    })
}
