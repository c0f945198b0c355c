//! A server behind no port, and what it answers.

use std::{path::PathBuf, sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, Bytes},
    http::{HeaderMap, Request, StatusCode, header},
};
use chrono::{DateTime, Utc};
use http_body_util::BodyExt;
use kaifong::{
    config::{Config, Sources},
    server::{Clock, Server, Trusted},
    viewer::Keys,
};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::scratch::Scratch;

/// A server whose clock stands still, with its key.
pub struct Rig {
    pub router: Router,
    pub keys: Arc<Keys>,
    pub now: DateTime<Utc>,
    _scratch: Scratch,
}

/// What came back.
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// The same server with the settings of the wire, as the command line would give it.
pub async fn wired(server: Server, config: &Config) -> Server {
    let server = server.with_wire(config.wire.clone());
    let Some(path) = &config.wire.trusted_documents else {
        return server;
    };
    let text = std::fs::read_to_string(path).unwrap();
    let trusted = Trusted::read("documents.json", &text, config.wire.trusted_only).unwrap();
    server.trusting(trusted).await.unwrap()
}

impl Rig {
    pub async fn new(settings: &str) -> Self {
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
        let now = Utc::now();
        kaifong::app::prepare_demo(&config, now, Duration::from_secs(60))
            .await
            .unwrap();
        let app = kaifong::app::open(&config).await.unwrap();
        crate::secrets::used_key(&scratch.path("data/signing-key.pem"));
        let (graph, keys) = (Arc::new(app.graph), Arc::new(app.keys));
        let clock = Clock::stopped_at(now);
        let server = Server::new(graph, keys.clone(), config.limits, clock).with_tokens(app.tokens);
        let server = wired(server.with_readiness(app.ready), &config).await;
        let router = server.router();
        Self {
            router,
            keys,
            now,
            _scratch: scratch,
        }
    }

    /// Where its settings and its data are.
    pub fn folder(&self) -> PathBuf {
        self._scratch.path("")
    }

    pub async fn send(&self, request: Request<Body>) -> Reply {
        for value in request.headers().get_all(header::AUTHORIZATION) {
            let shown = value.to_str().unwrap_or_default();
            shown.split(' ').for_each(crate::secrets::used);
        }
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        Reply {
            status: head.status,
            headers: head.headers,
            body: body.collect().await.unwrap().to_bytes(),
        }
    }

    pub async fn get(&self, address: &str) -> Reply {
        self.send(Request::get(address).body(Body::empty()).unwrap())
            .await
    }

    pub async fn post(&self, body: impl Into<Body>) -> Reply {
        self.send(post().body(body.into()).unwrap()).await
    }

    pub async fn ask(&self, query: &str) -> Reply {
        self.post(json!({ "query": query }).to_string()).await
    }

    pub async fn ask_with(&self, authorization: &str) -> Reply {
        let request = post().header(header::AUTHORIZATION, authorization);
        self.send(
            request
                .body(Body::from(r#"{"query":"{__typename}"}"#))
                .unwrap(),
        )
        .await
    }
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// The status and the code of the only error.
    pub fn refusal(&self) -> (u16, String) {
        let body = self.json();
        assert_eq!(body["errors"].as_array().map(Vec::len), Some(1), "{body}");
        assert!(body.get("data").is_none(), "{body}");
        let code = body["errors"][0]["extensions"]["code"]
            .as_str()
            .unwrap_or("none");
        (self.status.as_u16(), code.to_owned())
    }
}

pub fn post() -> axum::http::request::Builder {
    Request::post("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "application/graphql-response+json")
}

pub fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}
