//! The roots: where a request enters the guarded graph.

use std::borrow::Cow;
use std::collections::HashMap;

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{Field, SelectionSet};
use async_graphql::registry::{MetaField, MetaType, MetaTypeId, ObjectBuilder, Registry};
use async_graphql::resolver_utils::resolve_container;
use async_graphql::{
    ContainerType, Context, ContextSelectionSet, Name, ObjectType, OutputType, Positioned,
    ServerResult, Value,
};
use tracing::Instrument as _;
use uuid::Uuid;

use super::AsText;
use super::arguments::{Arguments, items};
use super::changes;
use super::disclosures;
use super::error::{GraphError, Over, object};
use super::fetch::Fetched;
use super::figures;
use super::id;
use super::mutate::mutate;
use super::plan::{Merged, Place, Planner, RowPlan};
use super::schema::{self, ROOT_MUTATION, ROOT_QUERY};
use super::scope::Scope;
use super::show::{ListAt, Made, Node, RowAt};
use super::{office, workshop};
use crate::catalogue::{self, TYPES, Type};
use crate::traces::span;
use crate::viewer::PrincipalKind;

/// The query root.
pub struct Query;

/// The mutation root.
pub struct Mutation;

/// The most identifiers of one `nodes`.
const MOST_NODES: usize = 100;

/// A root as the registry has it.
pub fn described(name: &str, doc: &str, fields: Vec<MetaField>, live: bool) -> MetaType {
    let fields: IndexMap<String, MetaField> = fields
        .into_iter()
        .map(|field| (field.name.clone(), field))
        .collect();
    ObjectBuilder::new(name, fields)
        .description(Some(doc.to_owned()))
        .is_subscription(live)
        .build()
}

impl OutputType for Query {
    fn type_name() -> Cow<'static, str> {
        ROOT_QUERY.into()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_output_type::<Self, _>(MetaTypeId::Object, |registry| {
            schema::register(registry);
            described(ROOT_QUERY, "What can be asked.", schema::query(), false)
        })
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        _field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        resolve_container(ctx, self).await
    }
}

impl OutputType for Mutation {
    fn type_name() -> Cow<'static, str> {
        ROOT_MUTATION.into()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_output_type::<Self, _>(MetaTypeId::Object, |_| {
            described(
                ROOT_MUTATION,
                "What can be done.",
                schema::mutation(),
                false,
            )
        })
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        _field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        resolve_container(ctx, self).await
    }
}

impl ObjectType for Query {}
impl ObjectType for Mutation {}

impl ContainerType for Query {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        let scope = scope(ctx)?;
        let planner = Planner {
            request: ctx.query_env,
            scope,
        };
        match merged(ctx, &planner, ROOT_QUERY) {
            Some(fields) => {
                // Text cannot be merged with what the same key selects elsewhere.
                let as_text = fields.len() == 1 && ctx.data_opt::<AsText>().is_some();
                answer(ctx, query(scope, &planner, &fields, as_text).await)
            }
            None => Ok(Some(object(Vec::new()))),
        }
    }
}

impl ContainerType for Mutation {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        let scope = scope(ctx)?;
        let planner = Planner {
            request: ctx.query_env,
            scope,
        };
        let name = ctx.item.node.name.node.as_str();
        if workshop::DEEDS.iter().any(|(deed, ..)| *deed == name) {
            return match merged(ctx, &planner, ROOT_MUTATION) {
                Some(fields) => {
                    let done = workshop::act(scope, &planner, &fields, name);
                    let done = done.instrument(span!("write", kaifong.deed = name)).await;
                    answer(ctx, done.map(Some))
                }
                None => Ok(Some(object(Vec::new()))),
            };
        }
        let Some(found) = schema::mutations().find(|m| m.name() == name) else {
            return Ok(None);
        };
        match merged(ctx, &planner, ROOT_MUTATION) {
            Some(fields) => {
                let done = mutate(scope, &planner, &fields, found);
                let done = done.instrument(span!("write", kaifong.deed = name)).await;
                answer(ctx, done.map(Some))
            }
            None => Ok(Some(object(Vec::new()))),
        }
    }
}

/// All fields of the operation with this response key, the first time; nothing after that.
///
/// The library answers each of them by itself and merges the answers; the specification merges the
/// fields, so that a mutation written twice under one key is done once.
fn merged<'a>(ctx: &Context<'a>, planner: &Planner<'a>, root: &str) -> Option<Merged<'a>> {
    let key = ctx.item.node.response_key();
    if !planner.scope.begins(key.node.as_str()) {
        return None;
    }
    let operation = &ctx.query_env.operation.node.selection_set.node;
    let mut fields = planner.collect([operation], &|on| on == root);
    fields.swap_remove(&key.node)
}

/// A failed root field is null, with an error at its path; the others are not touched. (An error
/// that is returned would cancel them, in the middle of their statements.)
fn answer(
    ctx: &Context<'_>,
    result: Result<Option<Value>, GraphError>,
) -> ServerResult<Option<Value>> {
    match result {
        Ok(value) => Ok(value),
        Err(error) => {
            let error = ctx.set_error_path(error.shown(ctx.item.pos));
            ctx.query_env
                .errors
                .lock()
                .map(|mut errors| errors.push(error))
                .ok();
            Ok(Some(Value::Null))
        }
    }
}

async fn query<'a>(
    scope: &'a Scope,
    planner: &Planner<'a>,
    fields: &[&'a Field],
    as_text: bool,
) -> Result<Option<Value>, GraphError> {
    let Some(field) = fields.first() else {
        return Ok(None);
    };
    let at = Place::root(field.response_key().node.as_str());
    let name = field.name.node.as_str();
    match name {
        workshop::WORKSHOP_FIELD => {
            return workshop::workshop(scope, planner, fields).await.map(Some);
        }
        office::FIELD => return office::office(scope, planner, fields).await.map(Some),
        workshop::EXPLAIN => return workshop::explain(scope, planner, fields).await.map(Some),
        changes::FIELD => {
            let read = changes::changes(scope, planner, fields, &at);
            return read.await.map(Some);
        }
        disclosures::FIELD => {
            let read = disclosures::disclosures(scope, planner, fields, &at);
            return read.await.map(Some);
        }
        "viewer" => return viewer(scope, planner, fields).await.map(Some),
        "node" => {
            let arguments = Arguments::of(field, planner.request);
            let text = arguments.get("id").and_then(id::text).unwrap_or_default();
            let found = nodes(scope, planner, fields, &at, &[text]).await?;
            return Ok(Some(scope.shown(as_text, &found.each().pop().flatten())));
        }
        "nodes" => {
            let arguments = Arguments::of(field, planner.request);
            let wanted = arguments.get("ids").map(items).unwrap_or_default();
            if wanted.len() > MOST_NODES {
                return Err(GraphError::Over(Over {
                    message: format!("`ids` has more than {MOST_NODES} items"),
                    limit: "ids",
                    asked: wanted.len() as u64,
                    allowed: MOST_NODES as u64,
                }));
            }
            let texts: Vec<String> = wanted
                .iter()
                .map(|value| id::text(value).unwrap_or_default())
                .collect();
            let found = nodes(scope, planner, fields, &at, &texts).await?;
            return Ok(Some(scope.shown(as_text, found.each().as_slice())));
        }
        _ => {}
    }
    if let Some(counts) = figures::named(name) {
        let counted = figures::figures(scope, planner, counts, fields);
        let counted = counted.instrument(span!("fetch", kaifong.of = counts.of));
        return counted.await.map(Some);
    }
    if let Some(of) = TYPES.iter().find(|of| of.plural == name) {
        let plan = span!("plan", kaifong.of = of.name);
        let plan = plan.in_scope(|| planner.list(of, fields, &at, None))?;
        let lists = scope.list(&plan, &[]);
        let lists = lists.instrument(span!("fetch", kaifong.of = of.name));
        let lists = lists.await?;
        return Ok(Some(scope.shown(as_text, &ListAt(&plan, &lists, 0))));
    }
    let Some(of) = TYPES.iter().find(|of| of.singular == name) else {
        return Ok(None);
    };
    let plan = span!("plan", kaifong.of = of.name);
    let plan = plan.in_scope(|| planner.rows(of, fields, &at))?;
    let arguments = Arguments::of(field, planner.request);
    let id = arguments.get("id").and_then(|value| id::of_type(value, of));
    let found = scope.by_ids(&plan, id);
    let found = found.instrument(span!("fetch", kaifong.of = of.name));
    let found = found.await?;
    Ok(Some(scope.shown(as_text, &RowAt(&plan, &found, 0))))
}

/// Records that were asked for by their identifiers.
struct Nodes {
    wanted: Vec<Wanted>,
    own: Value,
    found: Vec<(RowPlan, Fetched)>,
}

/// What one identifier leads to.
enum Wanted {
    /// The one who asks.
    Own,
    /// A row: which of the plans, and which of its rows.
    Row(usize, usize),
    /// Nothing that the viewer sees.
    Nothing,
}

impl Nodes {
    /// Each of them, in the order in which they were asked for.
    fn each(&self) -> Vec<Option<Node<'_>>> {
        let one = |wanted: &Wanted| match wanted {
            Wanted::Own => Some(Node::Value(Made(&self.own))),
            Wanted::Row(plan, at) => {
                let (plan, fetched) = self.found.get(*plan)?;
                Some(Node::Row(RowAt(plan, fetched, *at)))
            }
            Wanted::Nothing => None,
        };
        self.wanted.iter().map(one).collect()
    }
}

/// The records with these identifiers, as far as the viewer sees them.
async fn nodes<'a>(
    scope: &'a Scope,
    planner: &Planner<'a>,
    fields: &[&'a Field],
    at: &Place,
    texts: &[String],
) -> Result<Nodes, GraphError> {
    let named: Vec<Option<(&'static Type, Uuid)>> = texts.iter().map(|t| id::decode(t)).collect();
    // Whoever asks is a node too, but only for itself.
    let own_id = own_id(scope);
    let own = match texts.contains(&own_id) {
        true => viewer(scope, planner, fields).await?,
        false => Value::Null,
    };
    let mut found = Vec::new();
    let mut places: HashMap<(&'static str, Uuid), (usize, usize)> = HashMap::new();
    for of in TYPES {
        let of_this = |(ty, _): &&(&'static Type, Uuid)| std::ptr::eq(*ty, *of);
        let ids: Vec<Uuid> = named
            .iter()
            .flatten()
            .filter(of_this)
            .map(|(_, id)| *id)
            .collect();
        if ids.is_empty() {
            continue;
        }
        let plan = planner.rows(of, fields, at)?;
        let fetched = scope.by_ids(&plan, ids);
        let fetched = fetched.instrument(span!("fetch", kaifong.of = of.name));
        let fetched = fetched.await?;
        for (place, row) in fetched.rows.iter().enumerate() {
            places.insert((of.name, row.id()), (found.len(), place));
        }
        found.push((plan, fetched));
    }
    let one = |(text, named): (&String, &Option<(&'static Type, Uuid)>)| {
        let place = named.and_then(|(of, id)| places.get(&(of.name, id)));
        match place {
            _ if *text == own_id => Wanted::Own,
            Some((plan, at)) => Wanted::Row(*plan, *at),
            None => Wanted::Nothing,
        }
    };
    let wanted = texts.iter().zip(&named).map(one).collect();
    Ok(Nodes { wanted, own, found })
}

/// The identifier of the one who asks.
fn own_id(scope: &Scope) -> String {
    let viewer = scope.lens.viewer();
    id::named(
        "Viewer",
        &format!("{}/{}", viewer.kind().entity(), viewer.id()),
    )
}

/// The one who asks.
async fn viewer<'a>(
    scope: &'a Scope,
    planner: &Planner<'a>,
    fields: &[&'a Field],
) -> Result<Value, GraphError> {
    let viewer = scope.lens.viewer();
    let path = fields
        .first()
        .map_or("", |field| field.response_key().node.as_str());
    let at = Place::root(path);
    let applies = |name: &str| name == "Viewer" || name == "Node";
    let mut entries: Vec<(Name, Value)> = Vec::new();
    for (key, merged) in planner.collect(selections(fields), &applies) {
        let Some(first) = merged.first() else {
            continue;
        };
        let value = match first.name.node.as_str() {
            "id" => Value::from(own_id(scope)),
            "kind" => Value::from(kind_name(viewer.kind())),
            "policyVersion" => Value::from(scope.lens.version()),
            "user" => match (viewer.account(), catalogue::find("User")) {
                (Some(account), Some(users)) => {
                    let plan = planner.rows(users, &merged, &at.under(key))?;
                    let found = scope.by_ids(&plan, [account]).await?;
                    scope.shown(false, &RowAt(&plan, &found, 0))
                }
                _ => Value::Null,
            },
            _ => Value::from("Viewer"),
        };
        entries.push((key.clone(), value));
    }
    Ok(object(entries))
}

fn selections<'a>(fields: &[&'a Field]) -> impl Iterator<Item = &'a SelectionSet> {
    fields.iter().map(|field| &field.selection_set.node)
}

fn kind_name(kind: PrincipalKind) -> &'static str {
    match kind {
        PrincipalKind::User => "USER",
        PrincipalKind::Partner => "PARTNER",
        PrincipalKind::Job => "JOB",
        PrincipalKind::Anonymous => "ANONYMOUS",
    }
}

/// What the request carries.
fn scope<'a>(ctx: &Context<'a>) -> ServerResult<&'a Scope> {
    let shared = ctx
        .data::<super::Shared>()
        .map_err(|e| e.into_server_error(ctx.item.pos))?;
    Ok(&shared.0)
}
