//! The guarded graph: GraphQL over the catalogue, every field decided by policy.
//!
//! async-graphql parses, validates and executes the roots; below a root field a `plan` is made of
//! the whole selection (which columns, which deciders), and `fetch` carries it out, one statement
//! for each list or relation however many parents there are. A value leaves only through
//! [`Protected::show`](crate::policy::Protected::show).
//!
//! The room knows no Cedar, no SQL, no HTTP and no tokens.

mod arguments;
mod ask;
mod changes;
mod check;
mod cost;
mod disclose;
mod disclosures;
mod document;
mod documents;
mod drill;
mod ended;
mod error;
mod fetch;
mod figures;
mod filter;
mod id;
mod in_force;
mod introspection;
mod invitation;
mod json;
mod kept;
mod known;
mod measure;
mod mutate;
mod named;
mod office;
mod pairing;
mod plan;
mod privacy;
mod requests;
mod retention;
mod root;
mod schema;
mod scope;
mod show;
mod sink;
mod still;
mod subscribe;
mod time;
mod values;
mod version;
mod workshop;

pub use check::Checker;
pub use id::encode as encode_id;
pub use invitation::{Answer as InvitationAnswer, Unaccepted};
pub use json::written;
pub use measure::Extent;
pub use requests::{Export, Form as ExportForm, Unexported};
pub use retention::permit as retention_permit;
pub use scope::Limits;
pub use subscribe::LISTENED;
pub use workshop::{
    Act, Asker, Deed, Desk, Done, Kept, Officer, PolicyAnswer, PolicyChange, PolicyDifference,
    PolicyExample, PolicyPromise, PolicyPromiseSort, PolicyPromiseTurn, PolicyVerdict,
    PolicyVerdictKind, Told, Trouble, Why,
};

use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_graphql::Name;
use async_graphql::parser::types::OperationType;
use async_graphql::{Request, Response, Schema, SchemaBuilder, ServerError};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::stream::{BoxStream, once, unfold};
use futures_util::{FutureExt as _, StreamExt as _};
use tracing::Instrument as _;

use crate::audit::Bearer;
use crate::policy::{Lens, Policies};
use crate::store::{Seal, Store, Underway};
use crate::traces::span;
use crate::viewer::{self, Claimed, Claims, Mint, TokenKind, Unrecognised, Viewer};
use cost::{Cost, estimate};
use documents::Documents;
use error::{Over, coded, failed, with_code};
use in_force::InForce;
use measure::{Oversize, measure};
use pairing::Asked;
use privacy::Privacy;
use root::{Mutation, Query};
use scope::Scope;
use subscribe::{Live, Subscription};

/// The executable schema.
type Executable = Schema<Query, Mutation, Subscription>;

/// Tells the time.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// Answers requests as their viewers may see the data.
pub struct Graph {
    executable: Executable,
    in_force: Arc<in_force::Pointer>,
    desk: Option<Arc<dyn Desk>>,
    mint: Option<Mint>,
    invitations: Option<TimeDelta>,
    store: Store,
    seal: Seal,
    limits: Limits,
    clock: Clock,
    documents: Documents,
    introspection: bool,
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
        Self {
            executable: executable(),
            in_force: Arc::new(in_force::Pointer::to(policies, Duration::ZERO)),
            desk: None,
            mint: None,
            invitations: None,
            store,
            seal,
            limits,
            clock,
            documents: Documents::default(),
            introspection: true,
        }
    }

    /// The same graph, whose schema can be asked for, or not.
    #[must_use]
    pub fn with_introspection(self, introspection: bool) -> Self {
        Self {
            introspection,
            ..self
        }
    }

    /// The same graph, which knows a viewer again for so long, as far as the store is watched.
    #[must_use]
    pub fn knowing(self, age: Duration) -> Self {
        let in_force = Arc::new(in_force::Pointer::to(self.policies(), age));
        Self { in_force, ..self }
    }

    /// The same graph, where policies can be kept.
    #[must_use]
    pub fn with_desk(self, desk: Arc<dyn Desk>) -> Self {
        let desk = Some(desk);
        Self { desk, ..self }
    }

    /// The same graph, where tokens of partners are issued.
    #[must_use]
    pub fn with_mint(self, mint: Mint) -> Self {
        let mint = Some(mint);
        Self { mint, ..self }
    }

    /// The same graph, from which invitations are sent that can be accepted for so long.
    #[must_use]
    pub fn inviting(self, life: TimeDelta) -> Self {
        let invitations = Some(life);
        Self {
            invitations,
            ..self
        }
    }

    /// The policies that are in force.
    #[must_use]
    pub fn policies(&self) -> Arc<Policies> {
        Arc::clone(self.in_force.now().policies())
    }

    /// What tells which policies are in force, whenever it is asked.
    #[must_use]
    pub fn telling_policies(&self) -> Box<dyn Fn() -> Arc<Policies> + Send + Sync> {
        let in_force = Arc::clone(&self.in_force);
        Box::new(move || Arc::clone(in_force.now().policies()))
    }

    /// Puts another set of policies in force: for every request, and every event of a subscription,
    /// that begins from now on. What has begun ends under the set under which it began. What was
    /// published stays.
    pub fn swap(&self, policies: Arc<Policies>) {
        self.in_force.swap(policies);
    }

    /// Puts the published set of this number in force, unless a later one is.
    pub fn publish(&self, number: i32, policies: &Arc<Policies>) {
        self.in_force.publish(number, policies);
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

    /// What kind of operation a request asks for; nothing where its document does not parse or has
    /// no such operation, of which the answer will complain.
    pub fn operation_type(&self, request: &mut Request) -> Option<OperationType> {
        self.documents.operation_type(request)
    }

    /// The answer to a request by the holder of these claims (nobody in particular without any).
    pub async fn execute(
        &self,
        request: Request,
        claims: Option<&Claims>,
        now: DateTime<Utc>,
    ) -> Response {
        let asked = Asked::default();
        self.execute_under(&self.in_force.now(), request, &asked, claims, now)
            .await
    }

    /// The answers to requests that came as one, each in its turn, all of them under one set of
    /// policies.
    pub async fn execute_each(
        &self,
        mut requests: Vec<Request>,
        claims: Option<&Claims>,
        now: DateTime<Utc>,
    ) -> Vec<Response> {
        let in_force = self.in_force.now();
        let mut responses = Vec::with_capacity(requests.len());
        // The pair rule looks at all of them together.
        let each = requests.iter_mut().map(Asked::of);
        let asked = each.fold(Asked::default(), Asked::and);
        for request in requests {
            // Each at its own instant: what ended while those before it were answered is over.
            let now = now.max(self.now());
            let response = self.execute_under(&in_force, request, &asked, claims, now);
            responses.push(response.await);
        }
        responses
    }

    async fn execute_under(
        &self,
        in_force: &InForce,
        request: Request,
        beside: &Asked,
        claims: Option<&Claims>,
        now: DateTime<Utc>,
    ) -> Response {
        let underway = Underway::begin();
        let moment = self.moment(claims);
        let lens = self.lens_under(in_force, claims, now);
        let lens = lens.instrument(span!("viewer"));
        let response = match lens.await {
            Ok(lens) => {
                let bearer = disclose::bearer(claims);
                let response = self.answer_through(request, beside, Arc::clone(&lens), bearer, now);
                let response = response.await;
                match self.still(claims, &lens, moment, now).await {
                    true => response,
                    false => Response::from_errors(vec![expired()]),
                }
            }
            Err(error) => Response::from_errors(vec![error]),
        };
        underway.done();
        response
    }

    /// The answers to a request: one for a query or a mutation; for a subscription one for each
    /// event, each decided afresh.
    pub fn stream(
        self: &Arc<Self>,
        mut request: Request,
        claims: Option<Claims>,
    ) -> BoxStream<'static, Response> {
        let graph = Arc::clone(self);
        if let Err(refusal) = span!("parse").in_scope(|| self.admit(&mut request)) {
            return once(async move { Response::from_errors(vec![refusal]) }).boxed();
        }
        if self.operation_type(&mut request) != Some(OperationType::Subscription) {
            return once(async move {
                let now = graph.now();
                graph.execute(request, claims.as_ref(), now).await
            })
            .boxed();
        }
        let mut request = match document::complete(request) {
            Ok(request) => request,
            Err(missing) => {
                let missing = missing.iter().map(needed).collect();
                return once(async move { Response::from_errors(missing) }).boxed();
            }
        };
        let asked = Asked::of(&mut request);
        let request = request.data(Live {
            graph: Arc::clone(&graph),
            claims: claims.clone(),
            asked,
        });
        let most = self.limits.max_errors;
        let answers = self.executable.execute_stream(request);
        let answers = answers.map(move |answer| coded_errors(answer, most));
        // Whoever is nobody is told so at once, not at the first event.
        let held = claims.clone();
        let known = async move { graph.lens_of(claims.as_ref(), graph.now()).await };
        let graph = Arc::clone(self);
        let told = move |known: Result<Arc<Lens>, ServerError>| match known {
            Ok(_) => graph.until_ended(answers.boxed(), held),
            Err(error) => once(async move { Response::from_errors(vec![error]) }).boxed(),
        };
        driven(known.map(told).flatten_stream().boxed())
    }

    /// The lens of the viewer that these claims make at this instant.
    async fn lens_of(
        &self,
        claims: Option<&Claims>,
        now: DateTime<Utc>,
    ) -> Result<Arc<Lens>, ServerError> {
        self.lens_under(&self.in_force.now(), claims, now).await
    }

    /// The same under this set, by which all of the request is decided.
    async fn lens_under(
        &self,
        in_force: &InForce,
        claims: Option<&Claims>,
        now: DateTime<Utc>,
    ) -> Result<Arc<Lens>, ServerError> {
        let now = to_the_microsecond(now);
        let claimed = claims.map(claimed);
        if let Some(Claimed::Token { subject, .. }) = claimed
            && let Ok(token) = subject.parse()
        {
            self.store.token_used(token, now);
        }
        // The mark comes first: whatever changes while the viewer is made makes it another.
        let watched = claimed.filter(|_| in_force.known().keeps());
        let marked =
            watched.and_then(|holder| Some((holder, self.store.watch().mark(holder.kind())?)));
        let found = marked.and_then(|(holder, mark)| in_force.known().find(holder, mark, now));
        if let Some(lens) = found {
            return Ok(lens);
        }
        let viewer = viewer::assemble(claimed, &self.store, now).await;
        let viewer = viewer.map_err(|error| match error {
            Unrecognised::Directory(cause) => failed(&cause, None),
            // Why is nobody's business who has no good token.
            _ => unauthenticated(),
        })?;
        let lens = lens(in_force, viewer)?;
        if let Some((holder, mark)) = marked {
            in_force.known().keep(holder, &lens, mark, now);
        }
        Ok(lens)
    }

    /// A scope of these claims at this instant, for an answer to what was asked.
    async fn scope_of(&self, claims: Option<&Claims>, asked: &Asked) -> Result<Scope, ServerError> {
        let now = to_the_microsecond(self.now());
        let lens = self.lens_of(claims, now).await?;
        Ok(self.scope(asked.through(lens), disclose::bearer(claims), now))
    }

    fn scope(&self, lens: Arc<Lens>, bearer: Bearer, now: DateTime<Utc>) -> Scope {
        Scope {
            lens,
            store: self.store.at(now).for_at_most(self.limits.time),
            seal: self.seal.clone(),
            limits: self.limits,
            now,
            planned: AtomicU64::new(0),
            privacy: Privacy::default(),
            seen: Mutex::default(),
            bearer,
            desk: self.desk.clone(),
            mint: self.mint.clone(),
            invitations: self.invitations,
            in_force: Arc::clone(&self.in_force),
            begun: Mutex::default(),
        }
    }

    /// The answer to a request by this viewer, who was made at this instant.
    pub async fn answer(&self, request: Request, viewer: Viewer, now: DateTime<Utc>) -> Response {
        match lens(&self.in_force.now(), viewer) {
            Ok(lens) => {
                let bearer = Bearer::default();
                self.answer_through(request, &Asked::default(), lens, bearer, now)
                    .await
            }
            Err(error) => Response::from_errors(vec![error]),
        }
    }

    async fn answer_through(
        &self,
        mut request: Request,
        beside: &Asked,
        lens: Arc<Lens>,
        bearer: Bearer,
        now: DateTime<Utc>,
    ) -> Response {
        let now = to_the_microsecond(now);
        if let Err(refusal) = span!("parse").in_scope(|| self.admit(&mut request)) {
            return Response::from_errors(vec![refusal]);
        }
        let mut request = match document::complete(request) {
            Ok(request) => request,
            Err(missing) => return Response::from_errors(missing.iter().map(needed).collect()),
        };
        let lens = Asked::of(&mut request).beside(beside).through(lens);
        let scope = self.scope(lens, bearer, now);
        let kept = Arc::new(match self.operation_type(&mut request) {
            Some(OperationType::Mutation) => scope.acting(disclose::reason(&request)),
            _ => scope,
        });
        let request = request.data(Shared(Arc::clone(&kept)));
        let executed = self.executable.execute(request);
        let response = executed.instrument(span!("execute")).await;
        let response = coded_errors(response, self.limits.max_errors);
        // What was decided holds until the first of what the viewer holds ends: nothing that is not
        // given is logged, and nothing is given after that.
        let until = kept.lens.viewer().until();
        let over = || until.is_some_and(|until| until <= self.now());
        if over() {
            return Response::from_errors(vec![expired()]);
        }
        let response = kept.finish(response);
        let response = kept.disclosed(response).instrument(span!("log")).await;
        match over() {
            true => Response::from_errors(vec![expired()]),
            false => response,
        }
    }

    /// Refuses what does not parse, and what is too large before any pass that would expand it.
    fn admit(&self, request: &mut Request) -> Result<(), ServerError> {
        let asks_for_schema = match self.documents.take(request) {
            Some(known) => known.asks_for_schema,
            None => self.measured(request)?,
        };
        if asks_for_schema && !self.introspection {
            let message = "the schema cannot be asked for here";
            return Err(coded("INTROSPECTION_DISABLED", message, None));
        }
        self.afford(request)
    }

    /// Refuses a document that is too large, and keeps it otherwise; whether it asks for the schema.
    fn measured(&self, request: &mut Request) -> Result<bool, ServerError> {
        let text = request.query.clone();
        let document = documents::parsed(request)?;
        match measure(document, &self.limits.extent) {
            Ok(_) => {
                let asks_for_schema = introspection::asks_for_schema(document);
                self.documents.keep(&text, document, asks_for_schema);
                Ok(asks_for_schema)
            }
            Err(Oversize::More(over)) => Err(over.shown(None)),
            Err(Oversize::Cycle) => {
                let message = "a fragment of the document spreads itself";
                Err(coded("GRAPHQL_VALIDATION_FAILED", message, None))
            }
        }
    }

    /// Refuses what may come to more than is given.
    fn afford(&self, request: &mut Request) -> Result<(), ServerError> {
        let name = request.operation_name.take();
        let variables = std::mem::take(&mut request.variables);
        let estimated = match request.parsed_query() {
            Ok(document) => estimate(document, name.as_deref(), &variables, &self.limits),
            Err(_) => Ok(Cost::default()),
        };
        (request.operation_name, request.variables) = (name, variables);
        estimated.map(|_| ()).map_err(|over| over.shown(None))
    }
}

/// What claims say of their holder.
fn claimed(claims: &Claims) -> Claimed<'_> {
    if let (TokenKind::User, Some(session)) = (claims.typ, &claims.sid) {
        let subject = &claims.sub;
        return Claimed::Session { subject, session };
    }
    match claims.typ {
        TokenKind::User => Claimed::User {
            subject: &claims.sub,
        },
        TokenKind::Partner => Claimed::Token {
            subject: &claims.sub,
            jti: &claims.jti,
            shares: &claims.shares,
            projects: &claims.projects,
            scope: claims.scope.as_deref(),
        },
    }
}

/// One answer to every token that is not good.
fn unauthenticated() -> ServerError {
    let mut error = coded("UNAUTHENTICATED", "the token is not valid", None);
    if let Some(extensions) = &mut error.extensions {
        extensions.set("reason", "TOKEN_INVALID");
    }
    error
}

/// What the viewer held is over.
fn expired() -> ServerError {
    let message = "a role or share ended during the request; \
                   a change may have been made: look before you ask again";
    coded("EXPIRED", message, None)
}

/// The lens of a viewer under the set that is in force.
fn lens(in_force: &InForce, viewer: Viewer) -> Result<Arc<Lens>, ServerError> {
    in_force.lens(viewer).map_err(|error| {
        tracing::error!(%error, "a viewer does not fit the policies");
        coded("INTERNAL", "something went wrong on the server", None)
    })
}

/// In a request's data: its answer is for [`written`] alone, so that rows may be JSON text already.
pub struct AsText;

/// The scope as the executor carries it.
struct Shared(Arc<Scope>);

/// Our own errors have their codes; what has none is the library's complaint. Where there are more
/// than `most`, the last says how many more.
fn coded_errors(mut response: Response, most: usize) -> Response {
    // Roots are answered side by side: which of them failed first is nobody's business.
    response
        .errors
        .sort_by_key(|error| error.locations.first().map(|at| (at.line, at.column)));
    let asked = response.errors.len();
    if asked > most {
        response.errors.truncate(most);
        let over = Over {
            message: format!("there are {} more errors", asked - most),
            limit: "max_errors",
            asked: asked as u64,
            allowed: most as u64,
        };
        response.errors.push(over.shown(None));
    }
    for error in &mut response.errors {
        if error.extensions.is_none() {
            let complaint = with_code("GRAPHQL_VALIDATION_FAILED", error.clone());
            *error = complaint;
        }
    }
    response
}

/// The same answers, from a task of their own: whoever is slow to take them holds up nothing, and
/// no statement waits half done, with its connection, until they are asked for.
fn driven(mut answers: BoxStream<'static, Response>) -> BoxStream<'static, Response> {
    let (sender, receiver) = tokio::sync::mpsc::channel(1);
    let driving = async move {
        loop {
            let next = tokio::select! {
                () = sender.closed() => break,
                next = answers.next() => next,
            };
            let Some(response) = next else { break };
            if sender.send(response).await.is_err() {
                break;
            }
        }
    };
    tokio::spawn(driving.in_current_span());
    let next = |mut receiver: tokio::sync::mpsc::Receiver<Response>| async move {
        receiver.recv().await.map(|response| (response, receiver))
    };
    unfold(receiver, next).boxed()
}

/// An instant as both databases keep it, so that what is written is found by what is shown.
fn to_the_microsecond(now: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(now.timestamp_micros()).unwrap_or(now)
}

/// A variable must be given and is not.
fn needed(name: &Name) -> ServerError {
    let message = format!("the variable `${name}` must be given");
    coded("GRAPHQL_VALIDATION_FAILED", message, None)
}

fn executable() -> Executable {
    builder().finish()
}

fn builder() -> SchemaBuilder<Query, Mutation, Subscription> {
    Schema::build(Query, Mutation, Subscription).disable_suggestions()
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
