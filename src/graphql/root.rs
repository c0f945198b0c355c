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
use uuid::Uuid;

use super::arguments::{Arguments, items};
use super::error::{GraphError, Over};
use super::fetch::object;
use super::id;
use super::mutate::mutate;
use super::plan::{Merged, Place, Planner};
use super::schema::{self, ROOT_MUTATION, ROOT_QUERY};
use super::scope::Scope;
use crate::catalogue::{self, TYPES, Type};
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
            Some(fields) => answer(ctx, query(scope, &planner, &fields).await),
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
        let Some(found) = schema::mutations().find(|m| m.name() == name) else {
            return Ok(None);
        };
        match merged(ctx, &planner, ROOT_MUTATION) {
            Some(fields) => {
                let done = mutate(scope, &planner, &fields, found).await;
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
) -> Result<Option<Value>, GraphError> {
    let Some(field) = fields.first() else {
        return Ok(None);
    };
    let at = Place::root(field.response_key().node.as_str());
    let name = field.name.node.as_str();
    match name {
        "viewer" => return viewer(scope, planner, fields).await.map(Some),
        "node" => {
            let arguments = Arguments::of(field, planner.request);
            let text = arguments.get("id").and_then(id::text).unwrap_or_default();
            let mut found = nodes(scope, planner, fields, &at, &[text]).await?;
            return Ok(Some(found.pop().unwrap_or(Value::Null)));
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
            return nodes(scope, planner, fields, &at, &texts)
                .await
                .map(|f| Some(Value::List(f)));
        }
        _ => {}
    }
    if let Some(of) = TYPES.iter().find(|of| of.plural == name) {
        let plan = planner.list(of, fields, &at, None)?;
        return Ok(scope.list(&plan, &[]).await?.pop());
    }
    let Some(of) = TYPES.iter().find(|of| of.singular == name) else {
        return Ok(None);
    };
    let plan = planner.rows(of, fields, &at)?;
    let arguments = Arguments::of(field, planner.request);
    let id = arguments.get("id").and_then(|value| id::of_type(value, of));
    let ids: Vec<(Uuid, u64)> = id.map(|id| (id, 1)).into_iter().collect();
    let mut found = scope.by_ids(&plan, &ids).await?;
    Ok(Some(
        id.and_then(|id| found.remove(&id)).unwrap_or(Value::Null),
    ))
}

/// The records with these identifiers, null where the viewer sees none.
async fn nodes<'a>(
    scope: &'a Scope,
    planner: &Planner<'a>,
    fields: &[&'a Field],
    at: &Place,
    texts: &[String],
) -> Result<Vec<Value>, GraphError> {
    let wanted: Vec<Option<(&'static Type, Uuid)>> = texts.iter().map(|t| id::decode(t)).collect();
    // Whoever asks is a node too, but only for itself.
    let own = own_id(scope);
    let own = match texts.contains(&own) {
        true => Some((own, viewer(scope, planner, fields).await?)),
        false => None,
    };
    let mut found: HashMap<(&'static str, Uuid), Value> = HashMap::new();
    for of in TYPES {
        let ids: Vec<(Uuid, u64)> = wanted
            .iter()
            .flatten()
            .filter(|(ty, _)| std::ptr::eq(*ty, *of))
            .map(|(_, id)| (*id, 1))
            .collect();
        if ids.is_empty() {
            continue;
        }
        let plan = planner.rows(of, fields, at)?;
        let rows = scope.by_ids(&plan, &ids).await?;
        found.extend(rows.into_iter().map(|(id, value)| ((of.name, id), value)));
    }
    let one = |(text, wanted): (&String, &Option<(&'static Type, Uuid)>)| match (&own, wanted) {
        (Some((id, viewer)), _) if id == text => viewer.clone(),
        (_, Some((of, id))) => found.get(&(of.name, *id)).cloned().unwrap_or(Value::Null),
        _ => Value::Null,
    };
    Ok(texts.iter().zip(&wanted).map(one).collect())
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
                    let mut found = scope.by_ids(&plan, &[(account, 1)]).await?;
                    found.remove(&account).unwrap_or(Value::Null)
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
