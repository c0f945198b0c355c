//! The IDE in the browser: GraphiQL, embedded, without a network or a cookie.
//!
//! The page may run its own scripts only and talk to this server only. Where
//! the files come from is said in `assets/ide/README.md`.

use axum::{
    Router,
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
    routing,
};

/// `connect-src 'self'` is the WebSocket of the same origin too (CSP 3), and no other.
///
/// GraphiQL's dialogs would stop the page behind them from scrolling with a style
/// of their own; that is refused too, and nothing else is missed.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     font-src 'self' data:; img-src 'self' data:; connect-src 'self'; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'none'";

/// One file of the page.
struct Page {
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

static PAGES: [Page; 8] = [
    Page {
        path: "/ide",
        media: "text/html; charset=utf-8",
        bytes: include_bytes!("../../assets/ide/ide.html"),
        kept: Kept::Fresh,
    },
    Page {
        path: "/ide/ide.js",
        media: SCRIPT,
        bytes: include_bytes!("../../assets/ide/ide.js"),
        kept: Kept::Fresh,
    },
    Page {
        path: "/ide/live.js",
        media: SCRIPT,
        bytes: include_bytes!("../../assets/ide/live.js"),
        kept: Kept::Fresh,
    },
    Page {
        path: "/ide/ide.css",
        media: STYLE,
        bytes: include_bytes!("../../assets/ide/ide.css"),
        kept: Kept::Fresh,
    },
    Page {
        path: "/ide/graphiql-4.1.2.min.js",
        media: SCRIPT,
        bytes: include_bytes!("../../assets/ide/graphiql-4.1.2.min.js.gz"),
        kept: Kept::Forever,
    },
    Page {
        path: "/ide/graphiql-4.1.2.min.css",
        media: STYLE,
        bytes: include_bytes!("../../assets/ide/graphiql-4.1.2.min.css.gz"),
        kept: Kept::Forever,
    },
    Page {
        path: "/ide/react-18.3.1.min.js",
        media: SCRIPT,
        bytes: include_bytes!("../../assets/ide/react-18.3.1.min.js.gz"),
        kept: Kept::Forever,
    },
    Page {
        path: "/ide/react-dom-18.3.1.min.js",
        media: SCRIPT,
        bytes: include_bytes!("../../assets/ide/react-dom-18.3.1.min.js.gz"),
        kept: Kept::Forever,
    },
];

const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

/// The addresses of the page and its files.
pub(super) fn pages<S: Clone + Send + Sync + 'static>() -> Router<S> {
    PAGES.iter().fold(Router::new(), |router, page| {
        router.route(page.path, routing::get(async || response(page)))
    })
}

fn response(page: &'static Page) -> Response {
    let mut response = page.bytes.into_response();
    let mut set = |name, value| {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    };
    set(header::CONTENT_TYPE, page.media);
    set(header::CONTENT_SECURITY_POLICY, POLICY);
    set(
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    );
    match page.kept {
        Kept::Fresh => set(header::CACHE_CONTROL, "no-cache"),
        Kept::Forever => {
            set(header::CACHE_CONTROL, "public, max-age=31536000, immutable");
            set(header::CONTENT_ENCODING, "gzip");
        }
    }
    response
}
