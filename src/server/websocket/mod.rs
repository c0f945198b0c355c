//! GraphQL over a WebSocket: the subprotocol graphql-transport-ws, and no other.
//!
//! Here the socket is opened. `message` is what the two sides say, `close` how
//! the server takes its leave, `deadlines` when it does so by itself,
//! `operations` what runs meanwhile, and `conversation` is all of it in order.
//! A socket is one task: a client that does not read what it asked for holds up
//! its own operations and nobody else's. From which site a page comes does not
//! matter: there is no cookie, and a page has only the tokens that it was given.
//!
//! Written here, since the transport of the GraphQL library says `error` and
//! `next` where the protocol says the other, and closes with other codes.

mod close;
mod conversation;
mod deadlines;
mod message;
mod operations;

use std::sync::Arc;

use axum::{
    RequestExt,
    extract::{Request, WebSocketUpgrade},
    http::{Method, header},
    response::Response,
};
use tracing::Instrument;

use self::conversation::{Caller, Conversation};
use super::{
    Server, accept::Media, answer, bearer, connections, refusal::Refusal, visitors::Visit,
};

/// The subprotocol.
const PROTOCOL: &str = "graphql-transport-ws";

/// What is read at once. A socket that is idle should cost little.
const READ_BUFFER: usize = 4 * 1024;

/// Whether a request is for a WebSocket.
pub(super) fn is_wanted(request: &Request) -> bool {
    let names_it = |value: &str| {
        let mut names = value.split(',');
        names.any(|name| name.trim().eq_ignore_ascii_case("websocket"))
    };
    // HTTP/2 has a method of its own for it.
    request.method() == Method::CONNECT
        || request.method() == Method::GET
            && request
                .headers()
                .get_all(header::UPGRADE)
                .iter()
                .any(|value| value.to_str().is_ok_and(names_it))
}

/// Opens the WebSocket, unless the request's token is not good.
pub(super) async fn opened(server: Arc<Server>, request: Request) -> Response {
    let now = server.clock.now();
    let address = connections::address(&request, server.limits.visitors.proxies);
    let claims = bearer::of_anybody(request.headers(), request.uri(), address, &server, now).await;
    let claims = match claims {
        Ok(claims) => claims,
        Err(refusal) => return answer::refused(Media::Json, &refusal),
    };
    let visitors = &server.visitors;
    let pass = match visitors.begin(Visit::Socket, claims.as_ref(), address) {
        Ok(pass) => pass,
        Err(refusal) => return answer::refused(Media::Json, &refusal),
    };
    let upgrade = match request.extract::<WebSocketUpgrade, _>().await {
        Ok(upgrade) => upgrade.protocols([PROTOCOL]),
        Err(rejection) => {
            let refusal = Refusal::Upgrade(rejection.body_text());
            return answer::refused(Media::Json, &refusal);
        }
    };
    let longest = server.limits.sockets.message_bytes;
    let listener = server.stop.listener();
    let span = tracing::Span::current();
    upgrade
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(0)
        .max_message_size(longest)
        .max_frame_size(longest)
        .on_upgrade(move |socket| {
            Conversation::new(
                socket,
                server,
                listener,
                Caller {
                    claims,
                    address,
                    pass,
                },
            )
            .held()
            .instrument(span)
        })
}
