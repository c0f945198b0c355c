//! A server on a port of this machine, whose answers count down, and its clients.

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use async_graphql::{Context, Object, Request, Response, Schema, ServerError, Subscription};
use chrono::Utc;
use futures_util::{
    SinkExt, Stream, StreamExt,
    stream::{self, BoxStream},
};
use kaifong::{
    config::{Config, Sources},
    server::{Answers, Clock, Server, Stop},
    store::Store,
    viewer::{Claims, Keys},
};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{self, ClientRequestBuilder, Message},
};

use crate::scratch::Scratch;

/// The subprotocol.
pub const PROTOCOL: &str = "graphql-transport-ws";

/// Answers by counting: what the transports do is tested without the graph.
pub struct Countdown(Schema<Query, Mutation, Subscriptions>);

pub struct Query;
pub struct Mutation;
pub struct Subscriptions;

#[Object]
impl Query {
    /// Whose token the request came with.
    async fn bearer(&self, context: &Context<'_>) -> Option<String> {
        let claims = context.data_unchecked::<Option<Claims>>().as_ref();
        claims.map(|claims| claims.sub.clone())
    }

    async fn fails(&self) -> async_graphql::Result<Option<bool>> {
        Err("it fails".into())
    }

    async fn panics(&self) -> bool {
        "no truth".parse().expect("secret")
    }

    async fn takes_forever(&self) -> bool {
        std::future::pending().await
    }

    async fn long(&self, bytes: usize) -> String {
        "x".repeat(bytes)
    }
}

#[Object]
impl Mutation {
    async fn change(&self) -> bool {
        true
    }
}

#[Subscription]
impl Subscriptions {
    async fn countdown(&self, from: u32, delay_ms: u64) -> impl Stream<Item = u32> {
        stream::iter((0..=from).rev()).then(move |count| async move {
            tokio::time::sleep(Duration::from_millis(delay_ms)).await;
            count
        })
    }

    async fn silence(&self) -> impl Stream<Item = u32> {
        stream::pending()
    }

    async fn panics_later(&self) -> impl Stream<Item = u32> {
        stream::iter([1, 0]).map(|count| {
            assert!(count > 0, "secret");
            count
        })
    }
}

impl Countdown {
    pub fn new() -> Self {
        Self(Schema::new(Query, Mutation, Subscriptions))
    }
}

impl Answers for Countdown {
    fn answers(&self, request: Request, claims: Option<Claims>) -> BoxStream<'static, Response> {
        let last = request.query.contains("# until refused").then(|| {
            let refusal = ServerError::new("no longer", None);
            Response::from_errors(vec![refusal])
        });
        let answers = self.0.execute_stream(request.data(claims));
        answers.chain(stream::iter(last)).boxed()
    }
}

/// A server that listens.
pub struct Rig {
    pub address: SocketAddr,
    pub keys: Arc<Keys>,
    pub stop: Stop,
    /// Where the rows are.
    pub store: Store,
    _scratch: Scratch,
}

impl Rig {
    /// One whose answers count down.
    pub async fn counting(settings: &str) -> Self {
        Self::start(settings, false, |server| {
            server.with_answers(Arc::new(Countdown::new()))
        })
        .await
    }

    /// One whose answers are the graph's.
    pub async fn real(settings: &str) -> Self {
        Self::start(settings, false, |server| server).await
    }

    /// The same, with the demo's data.
    pub async fn demo(settings: &str) -> Self {
        Self::start(settings, true, |server| server).await
    }

    /// Where its settings and its data are.
    pub fn folder(&self) -> PathBuf {
        self._scratch.path("")
    }

    async fn start(settings: &str, demo: bool, change: impl FnOnce(Server) -> Server) -> Self {
        crate::secrets::listen();
        let scratch = Scratch::new();
        let data_dir = format!("data_dir = {:?}\n", scratch.path("data"));
        scratch.file("kaifong.toml", &(data_dir + settings));
        let config = Config::load(Sources {
            folder: scratch.path(""),
            file: None,
            environment: vec![],
            flags: vec![],
        })
        .unwrap();
        kaifong::app::migrate(&config, kaifong::app::Move::Up)
            .await
            .unwrap();
        if demo {
            let hour = Duration::from_secs(3600);
            kaifong::app::prepare_demo(&config, Utc::now(), hour)
                .await
                .unwrap();
        }
        let app = kaifong::app::open(&config).await.unwrap();
        crate::secrets::used_key(&scratch.path("data/signing-key.pem"));
        let store = app.graph.store().clone();
        let (graph, keys) = (Arc::new(app.graph), Arc::new(app.keys));
        let clock = Clock::of_machine();
        let server = change(Server::new(graph, keys.clone(), config.limits, clock));
        let server = crate::http_rig::wired(server, &config).await;
        let stop = server.stop();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(server.serve_always(listener));
        Self {
            address,
            keys,
            stop,
            store,
            _scratch: scratch,
        }
    }

    /// Waits until no socket and no event stream is open, without telling any to end.
    pub async fn alone(&self) {
        self.stop.obeyed().await;
    }

    /// A token of this person, good for so many seconds.
    pub fn token(&self, person: &str, seconds: u64) -> String {
        let claims = Claims::of_user(person, Utc::now(), Duration::from_secs(seconds));
        let token = self.keys.sign(&claims).unwrap();
        crate::secrets::used(&token);
        token
    }

    /// A client that has opened a socket and said nothing yet.
    pub async fn client(&self) -> Client {
        let address = self.address.to_string();
        Client::connect(&address, &[PROTOCOL], None).await.unwrap()
    }

    /// A client whose socket is acknowledged.
    pub async fn begun(&self) -> Client {
        let mut client = self.client().await;
        client.begin(json!({})).await;
        client
    }

    pub async fn client_with(
        &self,
        protocols: &[&str],
        authorization: Option<&str>,
    ) -> Result<Client, tungstenite::Error> {
        Client::connect(&self.address.to_string(), protocols, authorization).await
    }
}

/// A client of one socket.
pub struct Client {
    pub protocol: Option<String>,
    pub socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Client {
    /// Opens a socket, offering these protocols and showing this header.
    pub async fn connect(
        address: &str,
        protocols: &[&str],
        authorization: Option<&str>,
    ) -> Result<Self, tungstenite::Error> {
        let uri = format!("ws://{address}/graphql");
        let mut request = ClientRequestBuilder::new(uri.parse().unwrap());
        for protocol in protocols {
            request = request.with_sub_protocol(*protocol);
        }
        if let Some(authorization) = authorization {
            request = request.with_header("authorization", authorization);
        }
        let (socket, response) = connect_async(request).await?;
        let protocol = response.headers().get("sec-websocket-protocol");
        Ok(Self {
            protocol: protocol.map(|name| name.to_str().unwrap().to_owned()),
            socket,
        })
    }

    pub async fn say(&mut self, message: Value) {
        self.say_text(&message.to_string()).await;
    }

    pub async fn say_text(&mut self, text: &str) {
        self.socket.send(Message::text(text)).await.unwrap();
    }

    pub async fn begin(&mut self, payload: Value) {
        self.say(json!({ "type": "connection_init", "payload": payload }))
            .await;
        assert_eq!(self.hear().await, json!({ "type": "connection_ack" }));
    }

    pub async fn ask(&mut self, id: &str, query: &str) {
        self.say(subscribe(id, query)).await;
    }

    /// The next message that says something; a server that asks for a sign of life gets one.
    pub async fn hear(&mut self) -> Value {
        loop {
            let message = self.hear_even_pings().await;
            if message["type"] != "ping" {
                return message;
            }
            self.say(json!({ "type": "pong" })).await;
        }
    }

    /// The next message; `ping` is one too, and is not answered.
    pub async fn hear_even_pings(&mut self) -> Value {
        match self.socket.next().await.expect("open").expect("readable") {
            Message::Text(text) => serde_json::from_str(&text).unwrap(),
            other => panic!("not a message but {other:?}"),
        }
    }

    /// The code and the reason with which the server closes, whatever it says before.
    pub async fn closed(&mut self) -> (u16, String) {
        loop {
            match self.socket.next().await.expect("a close frame").unwrap() {
                Message::Close(Some(frame)) => {
                    // The server's last word; then the connection ends.
                    while self.socket.next().await.is_some() {}
                    return (frame.code.into(), frame.reason.to_string());
                }
                Message::Close(None) => panic!("closed without a code"),
                _ => {}
            }
        }
    }

    /// Asserts that the socket still works.
    pub async fn is_well(&mut self) {
        self.ask("well", "{ __typename }").await;
        let next = self.hear().await;
        assert_eq!(next["payload"]["data"]["__typename"], "Query", "{next}");
        assert_eq!(self.hear().await, complete("well"));
    }
}

pub fn subscribe(id: &str, query: &str) -> Value {
    json!({ "id": id, "type": "subscribe", "payload": { "query": query } })
}

pub fn complete(id: &str) -> Value {
    json!({ "type": "complete", "id": id })
}

pub fn next(id: &str, data: Value) -> Value {
    json!({ "type": "next", "id": id, "payload": { "data": data } })
}
