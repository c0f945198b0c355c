//! The steps of the gate, told one by one as they end.

use std::future::ready;
use std::pin::Pin;

use async_graphql::parser::types::Field;
use async_graphql::{Name, QueryEnv, Response, ServerError};
use futures_util::future::BoxFuture;
use futures_util::stream::{Stream, once, unfold};
use futures_util::{FutureExt as _, StreamExt as _};
use serde_json::{Value as Json, json};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::desk::Trouble;
use super::plain::below;
use super::shapes::shapes;
use super::{draft, told, unknown};
use crate::graphql::arguments::Arguments;
use crate::graphql::error::{GraphError, object};
use crate::graphql::plan::Planner;
use crate::graphql::scope::Scope;
use crate::graphql::subscribe::Live;
use crate::policy::gate::{self, Step};

/// The steps of the gate for a draft, by the holder of these claims; the report at the end.
pub fn watch<'a>(
    live: &'a Live,
    request: &'a QueryEnv,
    field: &'a Field,
) -> Pin<Box<dyn Stream<Item = Response> + Send + 'a>> {
    let begun = async move {
        let scope = live
            .graph
            .scope_of(live.claims.as_ref(), &live.asked)
            .await?;
        let watching = Watching {
            scope,
            request,
            field,
        };
        match watching.begin() {
            Ok(gating) => Ok((watching, gating)),
            Err(error) => Err(error.shown(field.name.pos)),
        }
    };
    let stream = begun.map(|begun: Result<_, ServerError>| match begun {
        Ok(begun) => unfold(Some(begun), |state| async {
            let (mut watching, mut gating) = state?;
            let (told, ended) = watching.next(&mut gating).await;
            Some((told, (!ended).then_some((watching, gating))))
        })
        .boxed(),
        Err(refusal) => once(ready(Response::from_errors(vec![refusal]))).boxed(),
    });
    stream.flatten_stream().boxed()
}

/// Who watches a draft on its way through the gate.
struct Watching<'a> {
    scope: Scope,
    request: &'a QueryEnv,
    field: &'a Field,
}

/// What is under way, or came of it.
struct Gating {
    steps: UnboundedReceiver<Step>,
    report: Report,
}

enum Report {
    Awaited(BoxFuture<'static, Ended>),
    Here(Option<Ended>),
}

type Ended = Result<gate::Report, Trouble>;

impl Watching<'_> {
    fn begin(&self) -> Result<Gating, GraphError> {
        let officer = self.scope.officer();
        let officer = officer.filter(|_| self.scope.keeps_policies());
        let officer = officer.ok_or_else(|| GraphError::Forbidden(Vec::new()))?;
        let arguments = Arguments::of(self.field, self.request);
        let draft = draft(&arguments)?.ok_or_else(|| unknown("changes"))?;
        let desk = self.scope.desk()?;
        let (tell, steps) = unbounded_channel();
        let report = async move { desk.gate(&officer, draft, tell).await };
        let report = Report::Awaited(report.boxed());
        Ok(Gating { steps, report })
    }

    /// What is told next, and whether nothing follows.
    async fn next(&mut self, gating: &mut Gating) -> (Response, bool) {
        loop {
            let report = match &mut gating.report {
                // The steps come first, even where the report is there.
                Report::Here(ended) => match (gating.steps.try_recv(), ended.take()) {
                    (Ok(step), there) => {
                        *ended = there;
                        return (self.told("step", told::step(&step)), false);
                    }
                    (Err(_), Some(Ok(report))) => {
                        return (self.told("report", told::report(&report)), true);
                    }
                    (Err(_), Some(Err(trouble))) => return (self.failed(trouble.into()), true),
                    (Err(_), None) => return (Response::default(), true),
                },
                Report::Awaited(report) => report,
            };
            tokio::select! {
                Some(step) = gating.steps.recv() => {
                    return (self.told("step", told::step(&step)), false);
                }
                ended = report => gating.report = Report::Here(Some(ended)),
            }
        }
    }

    fn told(&self, key: &str, told: Json) -> Response {
        let planner = Planner {
            request: self.request,
            scope: &self.scope,
        };
        let event = json!({ key: told });
        let sets = below(&[self.field]);
        let value = shapes().show(&planner, &sets, "PolicyGateEventResult", &event);
        let key: Name = self.field.response_key().node.clone();
        self.scope.finish(Response::new(object(vec![(key, value)])))
    }

    fn failed(&self, error: GraphError) -> Response {
        Response::from_errors(vec![error.shown(self.field.name.pos)])
    }
}
