//! `/auth/refresh`, `/auth/sign-out`, `/auth/sign-out-everywhere`, `/auth/sessions`.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::Response,
};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::answer::{admitted, answered};
use crate::server::Server;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Refresh {
    refresh_token: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct End {
    session: Uuid,
}

/// New tokens for a token that is good once.
pub(super) async fn refresh(State(server): State<Arc<Server>>, request: Request) -> Response {
    answered::<Refresh, _>(server, request, async |asked| {
        let renewed = asked
            .entrance
            .renew(&asked.body.refresh_token, asked.caller);
        Ok(admitted(&renewed.await?))
    })
    .await
}

/// The session of a refresh token ends.
pub(super) async fn sign_out(State(server): State<Arc<Server>>, request: Request) -> Response {
    answered::<Refresh, _>(server, request, async |asked| {
        let left = asked
            .entrance
            .leave(&asked.body.refresh_token, asked.caller);
        left.await?;
        Ok(Value::Null)
    })
    .await
}

/// All of one's own sessions end, the one in which it is asked as well.
pub(super) async fn sign_out_everywhere(
    State(server): State<Arc<Server>>,
    request: Request,
) -> Response {
    answered::<Nothing, _>(server, request, async |asked| {
        let seat = asked.seat().await?;
        let ended = asked.entrance.end_all(&seat, asked.caller).await?;
        Ok(json!({ "ended": ended }))
    })
    .await
}

/// One's own sessions that go on.
pub(super) async fn list(State(server): State<Arc<Server>>, request: Request) -> Response {
    answered::<Nothing, _>(server, request, async |asked| {
        let seat = asked.seat().await?;
        let found = asked.entrance.sessions(&seat, asked.caller).await?;
        let each = found.iter().map(|session| {
            json!({
                "session": session.id,
                "current": session.id == seat.session.id,
                "way": session.way,
                "secondFactor": session.second_factor,
                "began": session.began,
                "renewed": session.renewed,
                "endsAt": session.ends_at,
            })
        });
        Ok(json!({ "sessions": each.collect::<Vec<_>>() }))
    })
    .await
}

/// One of one's own sessions ends.
pub(super) async fn end(State(server): State<Arc<Server>>, request: Request) -> Response {
    answered::<End, _>(server, request, async |asked| {
        let seat = asked.seat().await?;
        let ended = asked.entrance.end(&seat, asked.body.session, asked.caller);
        Ok(json!({ "ended": ended.await? }))
    })
    .await
}
