//! `/auth/sign-in` and `/auth/password`.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::Response,
};
use serde::Deserialize;
use serde_json::Value;

use super::answer::{admitted, answered};
use crate::server::Server;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignIn {
    email: String,
    password: String,
    code: Option<String>,
}

/// In with an e-mail address, a password and, where the account has an authenticator, a code.
pub(super) async fn sign_in(State(server): State<Arc<Server>>, request: Request) -> Response {
    answered::<SignIn, _>(server, request, async |asked| {
        let SignIn {
            email,
            password,
            code,
        } = &asked.body;
        let entrance = &asked.entrance;
        let came = entrance.sign_in(email, password, code.as_deref(), asked.caller);
        Ok(admitted(&came.await?))
    })
    .await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    password: String,
    new: String,
}

/// Another password in the place of one's own; one's other sessions end.
pub(super) async fn change(State(server): State<Arc<Server>>, request: Request) -> Response {
    answered::<Change, _>(server, request, async |asked| {
        let seat = asked.seat().await?;
        let Change { password, new } = &asked.body;
        let entrance = &asked.entrance;
        let changed = entrance.change_password(&seat, password, new, asked.caller);
        changed.await?;
        Ok(Value::Null)
    })
    .await
}
