//! `/auth/code`: one-time codes.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::Response,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::answered;
use crate::server::Server;
use crate::signin::RecoveryCode;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Code {
    code: String,
}

/// Shows a code in a session that began without one.
pub(super) async fn show(State(server): State<Arc<Server>>, request: Request) -> Response {
    answered::<Code, _>(server, request, async |asked| {
        let seat = asked.seat().await?;
        let raised = asked.entrance.raise(&seat, &asked.body.code, asked.caller);
        raised.await?;
        Ok(Value::Null)
    })
    .await
}

/// A new authenticator, to be confirmed. What is answered is shown once.
pub(super) async fn enrol(State(server): State<Arc<Server>>, request: Request) -> Response {
    answered::<Nothing, _>(server, request, async |asked| {
        let seat = asked.seat().await?;
        let enrolment = asked.entrance.enrol(&seat, asked.caller).await?;
        Ok(json!({ "secret": enrolment.secret, "uri": enrolment.uri }))
    })
    .await
}

/// The first code of a new authenticator. The recovery codes are shown once.
pub(super) async fn confirm(State(server): State<Arc<Server>>, request: Request) -> Response {
    answered::<Code, _>(server, request, async |asked| {
        let seat = asked.seat().await?;
        let confirmed = asked
            .entrance
            .confirm(&seat, &asked.body.code, asked.caller);
        let codes = confirmed.await?;
        let shown: Vec<&str> = codes.iter().map(RecoveryCode::show).collect();
        Ok(json!({ "recoveryCodes": shown }))
    })
    .await
}
