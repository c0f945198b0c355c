//! The whole graph over a fresh database with the demo's data, and its nine viewers.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::{Request, Variables};
use chrono::{DateTime, TimeZone, Utc};
use kaifong::demo::{self, DemoToken};
use kaifong::graphql::{Graph, Limits};
use kaifong::policy::Policies;
use kaifong::store::{Seal, Store, Vault, Wrapping};
use kaifong::viewer::{Claims, Keys, Mint};
use serde_json::Value;
use uuid::Uuid;

use crate::databases::TestDatabase;

/// The nine roles of the demo.
pub const ROLES: [&str; 9] = [
    "administrator",
    "coordinator",
    "team_leader",
    "volunteer",
    "partner",
    "partner_edit",
    "teacher",
    "guardian",
    "privacy_officer",
];

/// The key of the settings in all tests: 64 times the letter `w`.
pub const WRAPPING: &str =
    "d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3dw==";

/// The vault of a database under the keys of a file.
pub async fn vault(database: &TestDatabase, file: &str) -> Vault {
    let wrapping = Wrapping::read(file).unwrap();
    Vault::over(&database.db, wrapping, noon()).await.unwrap()
}

/// A graph over one database.
pub struct App {
    pub database: TestDatabase,
    pub graph: Arc<Graph>,
    pub now: DateTime<Utc>,
}

/// The instant at which all tests happen: noon in Hong Kong on a working day.
pub fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 18, 4, 0, 0).unwrap()
}

impl App {
    /// One on each database, under the shipped policies, with the demo's data.
    pub async fn each() -> Vec<Self> {
        let mut all = Vec::new();
        for database in TestDatabase::each().await {
            all.push(Self::over(database, Policies::shipped().unwrap()).await);
        }
        all
    }

    /// One on SQLite.
    pub async fn sqlite() -> Self {
        Self::over(TestDatabase::sqlite().await, Policies::shipped().unwrap()).await
    }

    /// One over this database under these policies, with the demo's data.
    pub async fn over(database: TestDatabase, policies: Arc<Policies>) -> Self {
        demo::load(&database.db, noon()).await.unwrap();
        let vault = vault(&database, WRAPPING).await;
        vault.sweep(&database.db, noon()).await.unwrap();
        Self::under(database, policies, vault)
    }

    /// One over this database as it is.
    pub fn around(database: TestDatabase, policies: Arc<Policies>) -> Self {
        Self::under(database, policies, Vault::default())
    }

    /// One over this database as it is, with what opens its sealed values.
    pub fn under(database: TestDatabase, policies: Arc<Policies>, vault: Vault) -> Self {
        let store = Store::new(database.db.clone()).with_vault(vault);
        let clock = Arc::new(noon);
        let graph = Graph::new(
            policies,
            store,
            Seal::new([7; 64]),
            Limits::default(),
            clock,
        );
        let keys = Arc::new(Keys::generate("kaifong", "kaifong").unwrap());
        let (life, limit) = (Duration::from_secs(900), Duration::from_secs(90 * 86_400));
        let mint = Mint::new(keys, life, limit, vec!["kaifong".to_owned()]);
        let graph = graph.with_mint(mint);
        Self {
            database,
            graph: Arc::new(graph),
            now: noon(),
        }
    }

    /// What the token of a role says; `anonymous` has none.
    pub fn claims(&self, role: &str) -> Option<Claims> {
        let holder = demo::holders()
            .into_iter()
            .find(|holder| holder.role == role)?;
        let hour = Duration::from_secs(3600);
        Some(match holder.kind {
            DemoToken::User { account_id, .. } => {
                Claims::of_user(&account_id.to_string(), self.now, hour)
            }
            DemoToken::Partner {
                token, share_ids, ..
            } => {
                let shares = share_ids.iter().map(Uuid::to_string).collect();
                let mut claims = Claims::of_partner(token, shares, self.now, hour);
                // The same token each time, so that it is known again.
                claims.jti = role.to_owned();
                claims
            }
        })
    }

    /// The whole answer to a request with variables.
    pub async fn ask_with(&self, role: &str, query: &str, variables: Value) -> Value {
        let request = Request::new(query).variables(Variables::from_json(variables));
        let claims = self.claims(role);
        let response = self.graph.execute(request, claims.as_ref(), self.now).await;
        serde_json::to_value(response).unwrap()
    }

    /// The whole answer to a request.
    pub async fn ask(&self, role: &str, query: &str) -> Value {
        self.ask_with(role, query, Value::Null).await
    }

    /// The data of an answer that has no errors.
    pub async fn data(&self, role: &str, query: &str) -> Value {
        self.data_with(role, query, Value::Null).await
    }

    /// The data of an answer, to a request with variables, that has no errors.
    pub async fn data_with(&self, role: &str, query: &str, variables: Value) -> Value {
        let mut answer = self.ask_with(role, query, variables).await;
        assert!(answer.get("errors").is_none(), "{role}: {query}: {answer}");
        answer["data"].take()
    }
}
