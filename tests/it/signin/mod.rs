//! People sign in: each step through the real server, on both databases.

mod browser;
mod codes;
mod invited;
mod logs;
mod outside;
mod passwords;
mod post_office;
mod recovery;
mod residency;
mod sessions;
mod stand_in;
mod tries;

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use chrono::{DateTime, TimeDelta, Utc};
use http_body_util::BodyExt;
use kaifong::border::Border;
use kaifong::config::{Config, Limits as ServerLimits, Sources};
use kaifong::demo::{self, DemoToken};
use kaifong::entrance::{Caller, Entrance, Terms};
use kaifong::graphql::{Graph, Limits};
use kaifong::oidc::Provider;
use kaifong::policy::Policies;
use kaifong::residency::Place;
use kaifong::server::{Clock, Server};
use kaifong::signin::Vault;
use kaifong::store::{Named, Seal, Store};
use kaifong::viewer::{Keys, PrincipalKind};
use sea_orm::DatabaseConnection;
use serde_json::{Value, json};
use tower::ServiceExt;
use uuid::Uuid;

use crate::app::noon;
use crate::databases::TestDatabase;

pub const ANN: &str = "ann@example.org";
pub const PASSWORD: &str = "correct horse battery";

/// What a coordinator and an administrator may ask and others see nothing of.
pub const VOLUNTEERS: &str = "{ volunteers(first: 1) { totalCount } }";

/// A server of the demo's data over one database.
pub struct Door {
    pub database: TestDatabase,
    pub graph: Arc<Graph>,
    pub keys: Keys,
    pub vault: Vault,
    pub limits: ServerLimits,
    pub providers: Vec<Provider>,
    pub post: Option<post_office::PostOffice>,
    pub mail_place: Option<Place>,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: axum::http::HeaderMap,
    pub body: Value,
}

impl Reply {
    pub fn text(&self, name: &str) -> String {
        let text = self.body[name].as_str();
        text.unwrap_or_else(|| panic!("`{name}` in {}", self.body))
            .to_owned()
    }

    /// The status and the code of the only error.
    pub fn refusal(&self) -> (u16, String) {
        assert_eq!(self.body["errors"].as_array().map(Vec::len), Some(1));
        let code = &self.body["errors"][0]["extensions"]["code"];
        let code = code.as_str().unwrap_or_else(|| panic!("{}", self.body));
        (self.status.as_u16(), code.to_owned())
    }

    pub fn access(&self) -> String {
        self.text("accessToken")
    }

    pub fn refresh(&self) -> String {
        self.text("refreshToken")
    }
}

pub fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

/// Terms as the settings have them, with hashes that cost nothing.
pub fn terms() -> Terms {
    Terms {
        access: Duration::from_secs(15 * 60),
        idle: Duration::from_secs(14 * 24 * 3600),
        life: Duration::from_secs(90 * 24 * 3600),
        memory: 64,
        passes: 1,
        at_once: 2,
        issuer: "kaifong".into(),
    }
}

/// Who has this role in the demo.
pub fn account_of(role: &str) -> Uuid {
    let holder = demo::holders().into_iter().find(|h| h.role == role);
    match holder.unwrap().kind {
        DemoToken::User { account_id, .. } => account_id,
        DemoToken::Partner { .. } => panic!("{role} is no person"),
    }
}

pub async fn graph(database: &DatabaseConnection) -> Arc<Graph> {
    let store = Store::new(database.clone()).watched().await.unwrap();
    while store.watch().mark(PrincipalKind::User).is_none() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let policies = Policies::shipped().unwrap();
    let (seal, limits) = (Seal::new([7; 64]), Limits::default());
    let graph = Graph::new(policies, store, seal, limits, Arc::new(noon));
    Arc::new(graph.knowing(Duration::from_secs(3600)))
}

impl Door {
    /// One on each database.
    pub async fn each() -> Vec<Self> {
        let mut all = Vec::new();
        for database in TestDatabase::each().await {
            demo::load(&database.db, noon()).await.unwrap();
            let config = Config::load(Sources {
                folder: env!("CARGO_TARGET_TMPDIR").into(),
                file: None,
                environment: vec![("KAIFONG_TRUSTED_PROXIES".into(), "1".into())],
                flags: vec![],
            });
            all.push(Self {
                graph: graph(&database.db).await,
                database,
                keys: Keys::generate("kaifong", "kaifong").unwrap(),
                vault: Vault::generate().unwrap(),
                limits: config.unwrap().limits,
                providers: Vec::new(),
                post: None,
                mail_place: None,
            });
        }
        all
    }

    pub fn entrance_of(&self, graph: &Graph, terms: Terms) -> Arc<Entrance> {
        let (keys, vault) = (self.keys.clone(), self.vault.clone());
        let providers = self.providers.clone();
        let store = graph.store().clone();
        let entrance = Entrance::new(store, keys, vault, terms, providers).unwrap();
        let border = Border::new(graph.store().clone(), graph.telling_policies());
        entrance.guard_by(border);
        if let Some(post) = &self.post {
            entrance.write_by(post.mailer_in(self.mail_place));
        }
        entrance
    }

    /// Gives a person of the demo a password.
    pub async fn person(&self, role: &str, email: &str) -> Uuid {
        let account = account_of(role);
        let caller = Caller {
            address: None,
            now: noon(),
        };
        let entrance = self.entrance_of(&self.graph, terms());
        let set = entrance.set_password(account, email, PASSWORD, caller);
        assert_eq!(set.await.unwrap(), Named::Done);
        account
    }

    /// What a server of this graph answers at an instant to somebody at an address.
    pub async fn send_to(
        &self,
        graph: &Arc<Graph>,
        now: DateTime<Utc>,
        address: &str,
        request: Request<Body>,
    ) -> Reply {
        let entrance = self.entrance_of(graph, terms());
        let keys = Arc::new(self.keys.clone());
        let server = Server::new(graph.clone(), keys, self.limits, Clock::stopped_at(now));
        let router = server.with_entrance(entrance).router();
        let (mut head, body) = request.into_parts();
        head.headers
            .insert("x-forwarded-for", address.parse().unwrap());
        let response = router.oneshot(Request::from_parts(head, body)).await;
        let (head, body) = response.unwrap().into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Reply {
            status: head.status,
            headers: head.headers,
            body: serde_json::from_slice(&bytes).unwrap_or_default(),
        }
    }

    pub async fn post_at(
        &self,
        later: TimeDelta,
        address: &str,
        path: &str,
        token: Option<&str>,
        body: Value,
    ) -> Reply {
        let request = posted(path, token, &body);
        self.send_to(&self.graph, noon() + later, address, request)
            .await
    }

    pub async fn post(&self, path: &str, token: Option<&str>, body: Value) -> Reply {
        self.post_at(TimeDelta::zero(), "192.0.2.1", path, token, body)
            .await
    }

    pub async fn get(&self, path: &str, token: &str) -> Reply {
        let request = Request::get(path).header(header::AUTHORIZATION, format!("Bearer {token}"));
        let request = request.body(Body::empty()).unwrap();
        self.send_to(&self.graph, noon(), "192.0.2.1", request)
            .await
    }

    pub async fn sign_in(&self, email: &str, password: &str) -> Reply {
        let body = json!({ "email": email, "password": password });
        self.post("/auth/sign-in", None, body).await
    }

    /// What the graph answers to a token.
    pub async fn ask(&self, token: &str, query: &str) -> Reply {
        self.post("/graphql", Some(token), json!({ "query": query }))
            .await
    }

    /// How many volunteers a token sees; none where it is good for nobody.
    pub async fn volunteers(&self, token: &str) -> Option<u64> {
        let reply = self.ask(token, VOLUNTEERS).await;
        counted(&reply)
    }

    pub async fn close(self) {
        drop(self.graph);
        self.database.close().await;
    }
}

pub fn counted(reply: &Reply) -> Option<u64> {
    let count = reply.body["data"]["volunteers"]["totalCount"].as_u64();
    if count.is_none() {
        assert_eq!(reply.refusal().1, "UNAUTHENTICATED", "{}", reply.body);
    }
    count
}

pub fn posted(path: &str, token: Option<&str>, body: &Value) -> Request<Body> {
    let mut request = Request::post(path).header(header::CONTENT_TYPE, "application/json");
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    request.body(Body::from(body.to_string())).unwrap()
}
