//! Subscriptions: what changes, each event decided afresh for its viewer.
//!
//! An event reaches a viewer only if the row is there for the viewer and something changed that the
//! viewer sees in full: a hidden write does not show.

use std::borrow::Cow;
use std::pin::Pin;
use std::sync::Arc;

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{Context, Name, QueryEnv, Response, ServerError, SubscriptionType, Value};
use futures_util::stream::{Stream, unfold};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use uuid::Uuid;

use super::arguments::Arguments;
use super::error::object;
use super::error::{GraphError, coded};
use super::pairing::Asked;
use super::plan::{Place, Planner};
use super::root::described;
use super::schema;
use super::scope::Scope;
use super::show::RowAt;
use super::{Graph, id, workshop};
use crate::catalogue::{self, CellRef, Shape, Type};
use crate::policy::{Layout, Shown};
use crate::store::{Changes, Event, Heard, Underway};
use crate::viewer::Claims;

/// The subscription root.
pub struct Subscription;

/// The types whose changes can be listened to.
pub const LISTENED: [&str; 9] = [
    "Shift",
    "Assignment",
    "Notice",
    "NoticeReceipt",
    "Partnership",
    "PartnershipStep",
    "SpaceStep",
    "DataRequest",
    "DataRequestStep",
];

/// What a subscription carries: with whose eyes each event is looked at.
pub struct Live {
    /// The graph.
    pub graph: Arc<Graph>,
    /// Whose token it is.
    pub claims: Option<Claims>,
    /// The names and numbers that it asks for.
    pub asked: Asked,
}

impl SubscriptionType for Subscription {
    fn type_name() -> Cow<'static, str> {
        "Subscription".into()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_subscription_type::<Self, _>(|_| {
            let doc = "What can be listened to.";
            described("Subscription", doc, schema::subscription(), true)
        })
    }

    fn create_field_stream<'a>(
        &'a self,
        ctx: &'a Context<'_>,
    ) -> Option<Pin<Box<dyn Stream<Item = Response> + Send + 'a>>> {
        let live = ctx.data::<Live>().ok()?;
        let field = &ctx.item.node;
        if field.name.node.as_str() == workshop::GATE {
            return Some(workshop::watch(live, ctx.query_env, field));
        }
        let of = LISTENED
            .iter()
            .filter_map(|name| catalogue::find(name))
            .find(|of| field.name.node.as_str() == format!("{}Changed", of.singular))?;
        let arguments = Arguments::of(field, ctx.query_env);
        let only = arguments.get("id").map(|value| id::of_type(value, of));
        let listening = Listening {
            live,
            request: ctx.query_env,
            field,
            of,
            only,
            events: live.graph.store().events().listen(),
        };
        Some(Box::pin(unfold(Some(listening), |state| async {
            let mut listening = state?;
            match listening.next().await {
                Ok(Some(response)) => Some((response, Some(listening))),
                Ok(None) => None,
                // An error is the last that is heard.
                Err(error) => Some((Response::from_errors(vec![error]), None)),
            }
        })))
    }
}

struct Listening<'a> {
    live: &'a Live,
    request: &'a QueryEnv,
    field: &'a Field,
    of: &'static Type,
    /// The one row that is listened to, if any; an identifier of none hears nothing.
    only: Option<Option<Uuid>>,
    events: Receiver<Heard>,
}

impl Listening<'_> {
    /// The next event that the viewer sees; `None` where there will be none.
    async fn next(&mut self) -> Result<Option<Response>, ServerError> {
        loop {
            let event = match self.events.recv().await {
                Ok(Heard::Changed(event)) => event,
                Ok(Heard::Missed(Some(of))) if !std::ptr::eq(of, self.of) => continue,
                Ok(Heard::Missed(_)) | Err(RecvError::Lagged(_)) => match self.only {
                    None => return Err(missed()),
                    Some(None) => continue,
                    // One row is shown as it is now.
                    Some(Some(id)) => {
                        let (of, what) = (self.of, Changes::Made);
                        Event { of, id, what }
                    }
                },
                Err(RecvError::Closed) => return Ok(None),
            };
            let wanted = std::ptr::eq(event.of, self.of)
                && self.only.is_none_or(|only| only == Some(event.id));
            if !wanted {
                continue;
            }
            if let Some(response) = self.answer(&event).await? {
                return Ok(Some(response));
            }
        }
    }

    /// An event as the viewer sees it, who must still be what it was when it was looked at.
    async fn answer(&self, event: &Event) -> Result<Option<Response>, ServerError> {
        let (graph, claims) = (&self.live.graph, self.live.claims.as_ref());
        loop {
            let underway = Underway::begin();
            let moment = graph.moment(claims);
            let scope = graph.scope_of(claims, &self.live.asked).await?;
            let shown = self.show(&scope, event).await;
            let shown = shown.map_err(|error| error.shown(self.field.name.pos))?;
            let still = graph.still(claims, &scope.lens, moment, scope.now).await;
            underway.done();
            let Some(value) = shown else {
                return Ok(None);
            };
            if still {
                let key: Name = self.field.response_key().node.clone();
                let response = Response::new(object(vec![(key, value)]));
                let response = scope.disclosed(scope.finish(response)).await;
                if graph.still(claims, &scope.lens, moment, scope.now).await {
                    return Ok(Some(response));
                }
            }
        }
    }

    /// The row of an event, if the viewer sees it and something of what changed.
    async fn show(&self, scope: &Scope, event: &Event) -> Result<Option<Value>, GraphError> {
        if !sees_change(scope, event).await? {
            return Ok(None);
        }
        let planner = Planner {
            request: self.request,
            scope,
        };
        let at = Place::root(self.field.response_key().node.as_str());
        let plan = planner.rows(self.of, &[self.field], &at)?;
        let fetched = scope.by_ids(&plan, [event.id]).await?;
        let there = !fetched.rows.is_empty();
        Ok(there.then(|| scope.shown(false, &RowAt(&plan, &fetched, 0))))
    }
}

/// Nobody knows what else changed.
fn missed() -> ServerError {
    coded("EVENTS_MISSED", "events were missed; ask again", None)
}

/// Whether the row is there for the viewer, and something changed that the viewer sees in full.
async fn sees_change(scope: &Scope, event: &Event) -> Result<bool, GraphError> {
    let changed = |field: &&'static catalogue::Field| match &event.what {
        Changes::Made => true,
        Changes::Columns(columns) => field
            .column()
            .is_some_and(|column| columns.contains(&column)),
        Changes::Fields(names) => names.contains(&field.name),
    };
    let made = matches!(event.what, Changes::Made);
    let mut layout = Layout::new(event.of, &scope.lens);
    let mut slots = Vec::new();
    for field in event.of.fields.iter().filter(changed) {
        match field.shape {
            Shape::Many { .. } if made => {}
            // A relation that leads to a hidden row looks like one that leads to none: such a
            // change is not told.
            Shape::One { .. } if !made => slots.push((layout.target(field), true)),
            _ => slots.push((layout.field(field), false)),
        }
    }
    let rows = scope.store.by_ids(&Arc::new(layout), &[event.id]).await?;
    let Some(row) = rows.get(0) else {
        return Ok(false);
    };
    Ok(slots.iter().any(|(slot, relation)| match relation {
        true => matches!(row.show(*slot), Shown::Full(CellRef::Id(_))),
        false => row.allows(*slot),
    }))
}
