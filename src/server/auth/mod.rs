//! Where people sign in: small POST endpoints with JSON bodies, beside the graph.
//!
//! Not mutations, since a client without a session is not yet anybody to the graph: its limits, its
//! policies, its cache of viewers and its trusted documents are about viewers, and what is sent here
//! must not come near a document, a variable or an error with a path. Servers of this kind have the
//! same shape (Directus `POST /auth/login`, `/auth/refresh`, `/auth/logout`; Hasura's and Supabase's
//! auth are services of their own with such endpoints), so clients and proxies know what to do with
//! it: a rule for `/auth/` in front of the server is one line.
//!
//! There are no cookies: tokens go in bodies and in `authorization`, so no other site's page can
//! make a browser send them, and nothing here is open to forgery across sites. Bodies must be
//! `application/json`. All answers are `no-store`. What is refused has the form of the graph's
//! refusals, `errors` with a `message` and `extensions.code`.

mod answer;
mod codes;
mod invitations;
mod outside;
mod passwords;
mod recovery;
mod sessions;

use std::sync::Arc;

use axum::{Router, routing};

use super::Server;

/// The addresses.
pub(super) fn routes() -> Router<Arc<Server>> {
    Router::new()
        .route("/auth/sign-in", routing::post(passwords::sign_in))
        .route("/auth/password", routing::post(passwords::change))
        .route("/auth/recover", routing::post(recovery::ask))
        .route("/auth/recover/password", routing::post(recovery::set))
        .route("/auth/invitation", routing::post(invitations::read))
        .route(
            "/auth/invitation/accept",
            routing::post(invitations::accept),
        )
        .route("/auth/refresh", routing::post(sessions::refresh))
        .route("/auth/sign-out", routing::post(sessions::sign_out))
        .route(
            "/auth/sign-out-everywhere",
            routing::post(sessions::sign_out_everywhere),
        )
        .route("/auth/sessions", routing::get(sessions::list))
        .route("/auth/sessions/end", routing::post(sessions::end))
        .route("/auth/code", routing::post(codes::show))
        .route("/auth/code/enrol", routing::post(codes::enrol))
        .route("/auth/code/confirm", routing::post(codes::confirm))
        .route("/auth/oidc/{name}/start", routing::get(outside::start))
        .route(
            "/auth/oidc/{name}/callback",
            routing::get(outside::callback),
        )
        .route("/auth/oidc/session", routing::post(outside::session))
}
