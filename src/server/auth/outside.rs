//! `/auth/oidc/NAME/start`, `/auth/oidc/NAME/callback` and `/auth/oidc/session`: a browser signs in at
//! an outside provider.
//!
//! The page sends the browser to `start` with `return_to` and `code_challenge` (the SHA-256 of a
//! secret of its own, in base64url). The browser comes back to the page with `#ticket=` or
//! `#error=` behind its address, where no server sees it, and the page takes its session with
//! `ticket` and `verifier`, the secret.

use std::{collections::HashMap, sync::Arc};

use axum::{
    extract::{Path, Query, Request, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;

use super::answer::{Fault, admitted, answered, refused};
use crate::{
    entrance::{Caller, Entrance, Refused},
    server::{Server, connections, refusal::Refusal, visitors},
};

type Parameters = Query<HashMap<String, String>>;

/// Sends the browser to the provider.
pub(super) async fn start(
    State(server): State<Arc<Server>>,
    Path(name): Path<String>,
    Query(parameters): Parameters,
    request: Request,
) -> Response {
    let given = |name: &str| parameters.get(name).map_or("", String::as_str);
    let (page, challenge) = (given("return_to"), given("code_challenge"));
    let begun = match caller(&server, &request) {
        Ok((entrance, caller)) => entrance
            .begin(&name, page, challenge, caller)
            .await
            .map_err(Fault::from),
        Err(fault) => Err(fault),
    };
    match begun {
        Ok(address) => sent_to(&address),
        Err(fault) => refused(&fault),
    }
}

/// Takes the browser back, and sends it on to the page that began.
pub(super) async fn callback(
    State(server): State<Arc<Server>>,
    Path(name): Path<String>,
    Query(mut parameters): Parameters,
    request: Request,
) -> Response {
    let state = parameters.remove("state").unwrap_or_default();
    let (code, issuer) = (parameters.remove("code"), parameters.remove("iss"));
    let came = match caller(&server, &request) {
        Ok((entrance, caller)) => entrance
            .came_back(&name, &state, code, issuer.as_deref(), caller)
            .await
            .map_err(Fault::from),
        Err(fault) => Err(fault),
    };
    match came {
        Ok(returned) => {
            let page = returned.page;
            sent_to(&match returned.outcome {
                Ok(ticket) => format!("{page}#ticket={}", ticket.show()),
                Err(why) => format!("{page}#error={}", why.code()),
            })
        }
        Err(fault) => refused(&fault),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ticket {
    ticket: String,
    verifier: String,
}

/// A session for a ticket.
pub(super) async fn session(State(server): State<Arc<Server>>, request: Request) -> Response {
    answered::<Ticket, _>(server, request, async |asked| {
        let Ticket { ticket, verifier } = &asked.body;
        let redeemed = asked.entrance.redeem(ticket, verifier, asked.caller);
        Ok(admitted(&redeemed.await?))
    })
    .await
}

fn caller(server: &Server, request: &Request) -> Result<(Arc<Entrance>, Caller), Fault> {
    let entrance = server.entrance.clone();
    let entrance = entrance.ok_or(Fault::Request(Refusal::Internal))?;
    let address = connections::address(request, server.limits.visitors.proxies);
    let address = address.map(visitors::one_of_many);
    let now = server.clock.now();
    Ok((entrance, Caller { address, now }))
}

fn sent_to(address: &str) -> Response {
    match HeaderValue::from_str(address) {
        Ok(address) => (StatusCode::SEE_OTHER, [(header::LOCATION, address)]).into_response(),
        Err(_) => refused(&Fault::Entrance(Refused::Internal)),
    }
}
