//! `/auth/recover` and `/auth/recover/password`: a lost password, and a password set by a link.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::Response,
};
use serde::Deserialize;
use serde_json::Value;

use super::answer::answered;
use crate::server::Server;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Lost {
    email: String,
}

/// Asks for a link by a letter. The answer is the same whether or not there is anybody.
pub(super) async fn ask(State(server): State<Arc<Server>>, request: Request) -> Response {
    answered::<Lost, _>(server, request, async |asked| {
        let entrance = &asked.entrance;
        entrance
            .ask_recovery(&asked.body.email, asked.caller)
            .await?;
        Ok(Value::Null)
    })
    .await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct New {
    token: String,
    password: String,
}

/// Sets a password by what is in a link.
pub(super) async fn set(State(server): State<Arc<Server>>, request: Request) -> Response {
    answered::<New, _>(server, request, async |asked| {
        let New { token, password } = &asked.body;
        let entrance = &asked.entrance;
        entrance.set_by_link(token, password, asked.caller).await?;
        Ok(Value::Null)
    })
    .await
}
