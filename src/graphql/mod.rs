//! The guarded graph: GraphQL over the catalogue, every field decided by policy.
//!
//! async-graphql parses, validates and executes the roots; below a root field a `plan` is made of
//! the whole selection (which columns, which deciders), and `fetch` carries it out, one statement
//! for each list or relation however many parents there are. A value leaves only through
//! [`Protected::show`](crate::policy::Protected::show).
//!
//! The room knows no Cedar, no SQL, no HTTP and no tokens.

mod arguments;
mod error;
mod fetch;
mod filter;
mod id;
mod measure;
mod mutate;
mod plan;
mod privacy;
mod root;
mod schema;
mod scope;
mod values;
mod version;

pub use id::encode as encode_id;
pub use measure::Extent;
pub use scope::Limits;

use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::{EmptySubscription, Request, Response, Schema, ServerError};
use chrono::{DateTime, Utc};
use futures_util::stream::{self, BoxStream, StreamExt};

use crate::policy::{Lens, NotAnEntity, Policies};
use crate::store::{Seal, Store};
use crate::viewer::{self, Claimed, Claims, TokenKind, Unrecognised, Viewer};
use error::{coded, with_code};
use measure::{Oversize, measure};
use privacy::Privacy;
use root::{Mutation, Query};
use scope::Scope;

/// The executable schema.
type Executable = Schema<Query, Mutation, EmptySubscription>;

/// Tells the time.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// How many lenses are kept.
const KEPT: usize = 256;

/// Answers requests as their viewers may see the data.
pub struct Graph {
    executable: Executable,
    policies: Arc<Policies>,
    store: Store,
    seal: Seal,
    limits: Limits,
    clock: Clock,
    lenses: Mutex<Vec<(String, Arc<Lens>)>>,
}

impl Graph {
    /// A graph over this store under these policies.
    #[must_use]
    pub fn new(
        policies: Arc<Policies>,
        store: Store,
        seal: Seal,
        limits: Limits,
        clock: Clock,
    ) -> Self {
        let lenses = Mutex::default();
        Self {
            executable: executable(),
            policies,
            store,
            seal,
            limits,
            clock,
            lenses,
        }
    }

    /// Where its rows are kept.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The time as the graph has it.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        (self.clock)()
    }

    /// Whether the database answers.
    pub async fn ready(&self) -> bool {
        self.store.ready().await
    }

    /// The answer to a request by the holder of these claims (nobody in particular without any).
    pub async fn execute(
        &self,
        request: Request,
        claims: Option<&Claims>,
        now: DateTime<Utc>,
    ) -> Response {
        let claimed = claims.map(|claims| match claims.typ {
            TokenKind::User => Claimed::User {
                subject: &claims.sub,
            },
            TokenKind::Partner => Claimed::Partner {
                subject: &claims.sub,
                shares: &claims.shares,
                scope: claims.scope.as_deref(),
            },
        });
        match viewer::assemble(claimed, &self.store, now).await {
            Ok(viewer) => self.answer(request, viewer, now).await,
            Err(Unrecognised::Directory(error)) => {
                tracing::error!(%error, "the directory could not be asked");
                failed("INTERNAL", "something went wrong on the server")
            }
            Err(error) => failed("UNAUTHENTICATED", &error.to_string()),
        }
    }

    /// The answers to a request: one to a query or a mutation.
    #[must_use]
    pub fn stream(
        self: &Arc<Self>,
        request: Request,
        claims: Option<Claims>,
        clock: Clock,
    ) -> BoxStream<'static, Response> {
        let graph = Arc::clone(self);
        let answer = async move { graph.execute(request, claims.as_ref(), clock()).await };
        stream::once(answer).boxed()
    }

    /// The answer to a request by this viewer, who was made at this instant.
    pub async fn answer(
        &self,
        mut request: Request,
        viewer: Viewer,
        now: DateTime<Utc>,
    ) -> Response {
        if let Err(refusal) = self.admit(&mut request) {
            return Response::from_errors(vec![refusal]);
        }
        let lens = match self.lens(viewer) {
            Ok(lens) => lens,
            Err(error) => {
                tracing::error!(%error, "a viewer does not fit the policies");
                return failed("INTERNAL", "something went wrong on the server");
            }
        };
        let scope = Scope {
            lens: Arc::clone(&lens),
            store: self.store.at(now),
            seal: self.seal.clone(),
            limits: self.limits,
            now,
            planned: AtomicU64::new(0),
            privacy: Privacy::default(),
        };
        let kept = Arc::new(scope);
        let request = request.data(Shared(Arc::clone(&kept)));
        let mut response = self.executable.execute(request).await;
        for error in &mut response.errors {
            // Our own errors have their codes; what has none is the library's complaint.
            if error.extensions.is_none() {
                let complaint = with_code("GRAPHQL_VALIDATION_FAILED", error.clone());
                *error = complaint;
            }
        }
        // What was decided holds until the first of what the viewer holds ends.
        if lens
            .viewer()
            .until()
            .is_some_and(|until| until <= self.now())
        {
            return failed(
                "EXPIRED",
                "a role or share ended during the request; ask again",
            );
        }
        let privacy = kept.privacy.value(lens.version());
        response.extension("privacy", privacy)
    }

    /// Refuses what does not parse, and what is too large before any pass that would expand it.
    fn admit(&self, request: &mut Request) -> Result<(), ServerError> {
        let document = request.parsed_query();
        let document = document.map_err(|error| with_code("GRAPHQL_PARSE_FAILED", error))?;
        match measure(document, &self.limits.extent) {
            Ok(_) => Ok(()),
            Err(Oversize::More(what, count, limit)) => {
                let message = format!("the document has {count} {what}; at most {limit} are taken");
                Err(coded("LIMIT_EXCEEDED", message, None))
            }
            Err(Oversize::Cycle) => {
                let message = "a fragment of the document spreads itself";
                Err(coded("GRAPHQL_VALIDATION_FAILED", message, None))
            }
        }
    }

    /// The lens of a viewer; viewers that hold the same share it.
    fn lens(&self, viewer: Viewer) -> Result<Arc<Lens>, NotAnEntity> {
        let key = viewer.fingerprint();
        let kept = || self.lenses.lock().unwrap_or_else(PoisonError::into_inner);
        // What ends is part of the request, not of the lens; such viewers are not kept.
        let lasting = viewer.until().is_none();
        if lasting && let Some((_, lens)) = kept().iter().find(|(k, _)| *k == key) {
            return Ok(Arc::clone(lens));
        }
        let lens = Arc::new(Lens::new(Arc::clone(&self.policies), viewer)?);
        if lasting {
            let mut lenses = kept();
            lenses.truncate(KEPT - 1);
            lenses.insert(0, (key, Arc::clone(&lens)));
        }
        Ok(lens)
    }
}

/// The scope as the executor carries it.
struct Shared(Arc<Scope>);

/// An answer that is only an error.
fn failed(code: &str, message: &str) -> Response {
    Response::from_errors(vec![coded(code, message, None)])
}

fn executable() -> Executable {
    Schema::build(Query, Mutation, EmptySubscription)
        .disable_suggestions()
        .finish()
}

/// The type's name and the row of an identifier of the graph.
#[must_use]
pub fn decode_id(text: &str) -> Option<(&'static str, uuid::Uuid)> {
    id::decode(text).map(|(of, id)| (of.name, id))
}

/// The schema as text.
#[must_use]
pub fn sdl() -> String {
    let options = async_graphql::SDLExportOptions::new()
        .sorted_fields()
        .prefer_single_line_descriptions();
    let _ = options;
    executable().sdl()
}
