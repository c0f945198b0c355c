//! `/auth/invitation` and `/auth/invitation/accept`: what an invitation is to, and its acceptance by
//! somebody new or somebody who has signed in.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::Response,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Fault, answered};
use crate::entrance::{Called, Refused};
use crate::graphql::{InvitationAnswer, Unaccepted};
use crate::server::Server;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Link {
    token: String,
}

/// What a link invites to.
pub(super) async fn read(State(server): State<Arc<Server>>, request: Request) -> Response {
    let graph = Arc::clone(&server.graph);
    answered::<Link, _>(server, request, async |asked| {
        let (entrance, caller) = (&asked.entrance, asked.caller);
        let invited = entrance.invitation(&asked.body.token, caller).await?;
        let good = graph.is_invitation_good(invited.id, caller.now).await;
        if !good.map_err(failed)? {
            return Err(Refused::Link.into());
        }
        let (english, chinese) = &invited.organisation;
        Ok(json!({
            "email": invited.email,
            "role": invited.role,
            "organisation": { "nameEn": english, "nameZh": chinese },
            "endsAt": invited.ends_at,
        }))
    })
    .await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Acceptance {
    token: String,
    password: Option<String>,
    name_en: Option<String>,
    name_zh: Option<String>,
    language: Option<Language>,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
enum Language {
    #[serde(rename = "en")]
    English,
    #[serde(rename = "zh-HK")]
    Chinese,
}

/// Accepts an invitation: with a password of somebody new, or in a session.
pub(super) async fn accept(State(server): State<Arc<Server>>, request: Request) -> Response {
    let graph = Arc::clone(&server.graph);
    answered::<Acceptance, _>(server, request, async |asked| {
        let (entrance, caller, body) = (&asked.entrance, asked.caller, &asked.body);
        let arrival = match &body.password {
            Some(password) => {
                let called = Called {
                    name_en: body.name_en.as_deref(),
                    name_zh: body.name_zh.as_deref(),
                    chinese: body.language != Some(Language::English),
                };
                let arrival = entrance.arrive(&body.token, password, called, caller);
                arrival.await?
            }
            None => {
                let seat = asked.seat().await?;
                let arrival = entrance.arrive_signed_in(&body.token, &seat, caller);
                arrival.await?
            }
        };
        let answer = graph.accept_invitation(&arrival, caller.now).await;
        match answer.map_err(failed)? {
            InvitationAnswer::Joined => Ok(Value::Null),
            InvitationAnswer::Over => Err(Refused::Link.into()),
            InvitationAnswer::SignIn => Err(Refused::HasAccount.into()),
        }
    })
    .await
}

fn failed(Unaccepted: Unaccepted) -> Fault {
    Refused::Internal.into()
}
