//! One socket, from its opening to its end.

use std::{net::IpAddr, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use axum::extract::ws::{Message, WebSocket};
use futures_util::FutureExt;
use serde_json::{Map, Value};
use tokio::time::timeout;

use super::{
    close::Close,
    deadlines::Deadlines,
    message::{self, Asked, Told},
    operations::{Event, Operations},
};
use crate::{
    server::{
        Server, bearer,
        gate::Gate,
        metrics::{Open, Transport},
        operation::{self, Outcome},
        record::Record,
        refusal::Refusal,
        request::Parameters,
        stop::Listener,
        visitors::{Pass, Visit},
    },
    viewer::Claims,
};

/// How long the client has to take the close frame, and to answer it.
const FAREWELL: Duration = Duration::from_secs(3);

/// How a conversation ends.
enum End {
    /// The server closes.
    Close(Close),
    /// The client has closed, or is gone.
    Gone,
}

impl From<Close> for End {
    fn from(close: Close) -> Self {
        Self::Close(close)
    }
}

/// A socket with what is known of the client.
pub(super) struct Conversation {
    socket: WebSocket,
    server: Arc<Server>,
    listener: Listener,
    deadlines: Deadlines,
    operations: Operations,
    caller: Caller,
    begun: bool,
    _open: Open,
}

/// Who is at the other end.
pub(super) struct Caller {
    /// What the token says, if one was shown.
    pub claims: Option<Claims>,
    /// From where.
    pub address: Option<IpAddr>,
    /// Leave to hold a socket.
    pub pass: Pass,
}

impl Conversation {
    /// A conversation with a client who may have shown a token at the door.
    pub(super) fn new(
        socket: WebSocket,
        server: Arc<Server>,
        listener: Listener,
        caller: Caller,
    ) -> Self {
        let limits = server.limits.sockets;
        Self {
            deadlines: Deadlines::new(server.clock.clone(), limits, caller.claims.as_ref()),
            operations: Operations::default(),
            begun: false,
            _open: server.metrics.socket(),
            socket,
            server,
            listener,
            caller,
        }
    }

    /// Holds the conversation.
    pub(super) async fn held(mut self) {
        let end = match AssertUnwindSafe(self.talk()).catch_unwind().await {
            Ok(end) => end,
            Err(_) => {
                tracing::error!("a socket panicked; the panic itself is on standard error");
                Close::failed().into()
            }
        };
        self.operations = Operations::default();
        let close = match end {
            End::Close(close) => Some(close),
            End::Gone => None,
        };
        tracing::info!(
            code = close.as_ref().map(|close| close.code),
            "socket closed"
        );
        timeout(FAREWELL, self.leave(close)).await.ok();
    }

    /// Closes; leaving before the client has closed too would take the close frame from it.
    async fn leave(&mut self, close: Option<Close>) {
        if let Some(close) = close {
            let frame = Message::Close(Some(close.frame()));
            self.socket.send(frame).await.ok();
        }
        while let Some(Ok(_)) = self.socket.recv().await {}
    }

    async fn talk(&mut self) -> End {
        if self.socket.protocol().is_none() {
            return Close::subprotocol().into();
        }
        loop {
            let running = self.operations.count() > 0;
            // First what ends the socket, then the client's word, which may end an
            // operation, then what comes of the operations.
            let step = tokio::select! {
                biased;
                close = self.deadlines.ended() => Err(close.into()),
                () = self.listener.told() => Err(Close::stopping().into()),
                said = self.socket.recv() => self.hear(said).await,
                Some(event) = self.operations.next() => self.report(event).await,
                () = self.deadlines.silent(), if running => {
                    self.deadlines.ask();
                    self.tell(&Told::Ping).await
                }
            };
            if let Err(end) = step {
                return end;
            }
        }
    }

    async fn hear(&mut self, said: Option<Result<Message, axum::Error>>) -> Result<(), End> {
        let message = match said {
            None => return Err(End::Gone),
            Some(Err(cause)) => {
                let longest = self.server.limits.sockets.message_bytes;
                return Err(Close::unreadable(cause, longest).map_or(End::Gone, End::Close));
            }
            Some(Ok(message)) => message,
        };
        self.deadlines.hear();
        match message {
            Message::Text(text) => match message::read(&text) {
                Ok(asked) => self.follow(asked).await,
                Err(why) => Err(Close::invalid(&why).into()),
            },
            Message::Binary(_) => Err(Close::not_text().into()),
            Message::Close(_) => Err(End::Gone),
            Message::Ping(_) | Message::Pong(_) => Ok(()),
        }
    }

    async fn follow(&mut self, asked: Asked) -> Result<(), End> {
        match asked {
            Asked::Init(payload) => self.begin(&payload).await,
            Asked::Ping(payload) => self.tell(&Told::Pong { payload }).await,
            Asked::Pong => Ok(()),
            Asked::Subscribe(id, parameters) => self.subscribe(&id, parameters).await,
            Asked::Complete(id) => {
                self.operations.end(&id);
                Ok(())
            }
        }
    }

    async fn begin(&mut self, payload: &Map<String, Value>) -> Result<(), End> {
        if self.begun {
            return Err(Close::second_init().into());
        }
        let now = self.server.clock.now();
        match bearer::claims_of_payload(payload, self.caller.address, &self.server.keys, now) {
            Ok(Some(claims)) => self.is(claims)?,
            Ok(None) => {}
            Err(refusal) => return Err(Close::forbidden(&refusal).into()),
        }
        self.begun = true;
        self.deadlines.begin(self.caller.claims.as_ref());
        self.tell(&Told::ConnectionAck).await
    }

    /// The client is somebody, who may not have too many sockets either.
    fn is(&mut self, claims: Claims) -> Result<(), End> {
        let (visitors, address) = (&self.server.visitors, self.caller.address);
        // The socket counts once: the place that it has is given up for the new one.
        self.caller.pass.give_up();
        match visitors.begin(Visit::Socket, Some(&claims), address) {
            Ok(pass) => self.caller.pass = pass,
            Err(refusal) => return Err(Close::crowded(&refusal).into()),
        }
        self.caller.claims = Some(claims);
        Ok(())
    }

    async fn subscribe(&mut self, id: &str, parameters: Parameters) -> Result<(), End> {
        if !self.begun {
            return Err(Close::unauthorized().into());
        }
        if self.operations.has(id) {
            return Err(Close::duplicate(id).into());
        }
        let most = self.server.limits.sockets.operations;
        let admitted = match self.operations.count() < most {
            true => parameters.admitted(&Gate::new(&self.server.limits), &self.server.trusted),
            false => Err(Refusal::TooManyOperations(most)),
        };
        match admitted {
            Ok(request) => {
                let outcomes = operation::run(
                    &self.server,
                    request,
                    self.caller.claims.clone(),
                    self.caller.address,
                    Transport::Socket,
                );
                self.operations.start(id, outcomes);
                Ok(())
            }
            Err(refusal) => {
                let mut record = Record::begin(&self.server.metrics, Transport::Socket);
                let payload = &operation::refused(&mut record, &refusal);
                self.tell(&Told::Error { id, payload }).await
            }
        }
    }

    async fn report(&mut self, (id, outcome): Event) -> Result<(), End> {
        let id = &*id;
        match outcome {
            Some(Outcome::Answer(answer)) => {
                let payload = &answer;
                self.tell(&Told::Next { id, payload }).await
            }
            Some(Outcome::Failed(errors)) => {
                self.operations.end(id);
                let payload = &errors;
                self.tell(&Told::Error { id, payload }).await
            }
            None => {
                self.operations.end(id);
                self.tell(&Told::Complete { id }).await
            }
        }
    }

    /// Sends a message, unless the socket has to end before the client has taken it.
    async fn tell(&mut self, told: &Told<'_>) -> Result<(), End> {
        let text = serde_json::to_string(told).map_err(|cause| {
            tracing::error!(%cause, "an answer cannot be written as JSON");
            Close::failed()
        })?;
        tokio::select! {
            biased;
            close = self.deadlines.ended() => Err(close.into()),
            () = self.listener.told() => Err(Close::stopping().into()),
            sent = self.socket.send(Message::text(text)) => sent.map_err(|_| End::Gone),
        }
    }
}
