//! Somebody fetches the copy of a request that was answered. That it was fetched is in the request's
//! trail before the first byte leaves.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::copy::Copy;
use crate::catalogue::about::PERSONS;
use crate::catalogue::{self, Cell, Type};
use crate::graphql::error::GraphError;
use crate::graphql::pairing::Asked;
use crate::graphql::scope::Scope;
use crate::graphql::{Graph, id};
use crate::policy::{Layout, Permit, Shown};
use crate::rights::copy::{Head, Says};
use crate::rights::html::{self, Language};
use crate::rights::json;
use crate::store::{Change, Changed, DataRequestStep, Draft, EXPORT, Holdings};
use crate::viewer::Claims;

use super::eyes::Eyes;
use super::related::{Related, Wanted};

/// How often the step is tried again when another came in between.
const TRIES: usize = 5;

/// In what form the copy is wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// JSON, for programs.
    Json,
    /// A page to read, in which this language comes first.
    Html(Language),
}

/// Why there is no copy.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unexported {
    /// The token is good for nobody.
    Nobody,
    /// There is no such request, or none that the viewer sees.
    Missing,
    /// It was not answered, or there is no copy of such a request.
    Unanswered,
    /// The server failed.
    Failed,
}

impl Unexported {
    /// Its stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Nobody => "UNAUTHENTICATED",
            Self::Missing => "NOT_FOUND",
            Self::Unanswered => "NOT_ANSWERED",
            Self::Failed => "INTERNAL",
        }
    }
}

impl std::fmt::Display for Unexported {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Nobody => "sign in first",
            Self::Missing => "there is no such request",
            Self::Unanswered => "the request has no copy to fetch",
            Self::Failed => "the copy could not be made",
        })
    }
}

impl From<GraphError> for Unexported {
    fn from(error: GraphError) -> Self {
        tracing::error!(?error, "a copy could not be made");
        Self::Failed
    }
}

/// A copy on its way.
pub struct Export {
    graph: Arc<Graph>,
    form: Form,
    head: Option<Head>,
    copy: Copy,
    entries: u64,
    until: Option<DateTime<Utc>>,
    ended: bool,
}

/// A request as its reader sees it.
struct Requested {
    revision: i32,
    cells: Vec<(&'static str, Cell)>,
    permit: Permit,
}

impl Graph {
    /// The copy of a request, for the holder of these claims.
    ///
    /// # Errors
    /// Where there is none for that one.
    pub async fn export(
        self: &Arc<Self>,
        claims: Option<&Claims>,
        request: &str,
        form: Form,
    ) -> Result<Export, Unexported> {
        let scope = self.scope_of(claims, &Asked::default()).await;
        let scope = scope.map_err(|_| Unexported::Nobody)?;
        if scope.lens.viewer().account().is_none() {
            return Err(match claims {
                None => Unexported::Nobody,
                Some(_) => Unexported::Missing,
            });
        }
        let of = catalogue::find("DataRequest").ok_or(Unexported::Failed)?;
        let request = id::decode(request).filter(|(named, _)| std::ptr::eq(*named, of));
        let (_, request) = request.ok_or(Unexported::Missing)?;
        for _ in 0..TRIES {
            let asked = asked(&scope, of, request).await?;
            if noted(&scope, of, request, &asked).await? {
                return self.begun(&scope, of, request, asked, form).await;
            }
        }
        Err(Unexported::Failed)
    }

    async fn begun(
        self: &Arc<Self>,
        scope: &Scope,
        of: &'static Type,
        request: Uuid,
        asked: Requested,
        form: Form,
    ) -> Result<Export, Unexported> {
        let holdings = holdings(scope, request, &asked).await?;
        let reader = scope.lens.viewer().account();
        // Whom an officer wrote in for is no account; any other reads along.
        let by = match (asked.text("capacity"), asked.cell("opened_by_id")) {
            (Some("OFFICER"), _) => None,
            (_, Some(Cell::Id(account))) => Some(*account),
            _ => Some(Uuid::nil()),
        };
        let eyes = Eyes::of(scope, by).await.ok_or(Unexported::Failed)?;
        let mut wanted = Wanted::new();
        let held_by = wanted.entry("Organisation").or_default();
        held_by.insert(holdings.organisation);
        let related = Related::of(&eyes, &wanted).await?;
        let organisation = match related.says("Organisation", holdings.organisation) {
            Says::Row { called, .. } => called,
            _ => Vec::new(),
        };
        let withheld = match asked.text("withheld") {
            Some(list) => serde_json::from_str(list).unwrap_or_default(),
            None => Vec::new(),
        };
        let Some(Cell::Date(opened)) = asked.cell("opened_on").cloned() else {
            return Err(Unexported::Failed);
        };
        let answered = match asked.cell("settled_at") {
            Some(Cell::Time(at)) => Some(*at),
            _ => None,
        };
        let head = Head {
            request: id::encode(of, request),
            organisation,
            opened,
            answered,
            partly: asked.text("state") == Some("PARTLY_ANSWERED"),
            reasons: asked.text("reasons").map(str::to_owned),
            withheld,
            made: scope.now,
        };
        let withheld = head.withheld.clone();
        let store = scope.store.clone();
        Ok(Export {
            graph: Arc::clone(self),
            form,
            head: Some(head),
            until: scope.lens.viewer().until(),
            copy: Copy::new(store, (eyes, reader), asked.permit, holdings, withheld),
            entries: 0,
            ended: false,
        })
    }
}

impl Requested {
    fn cell(&self, column: &str) -> Option<&Cell> {
        let found = self.cells.iter().find(|(name, _)| *name == column);
        found.map(|(_, cell)| cell)
    }

    fn text(&self, column: &str) -> Option<&str> {
        match self.cell(column) {
            Some(Cell::Text(text)) => Some(text),
            _ => None,
        }
    }
}

/// The request, where the viewer sees it and may fetch its copy.
async fn asked(scope: &Scope, of: &'static Type, request: Uuid) -> Result<Requested, Unexported> {
    let failed = |error: crate::store::StoreError| Unexported::from(GraphError::from(error));
    let revision = scope.store.revision(of, request).await.map_err(failed)?;
    let (revision, _) = revision.ok_or(Unexported::Missing)?;
    let mut layout = Layout::new(of, &scope.lens);
    let fields = of
        .fields
        .iter()
        .filter_map(|field| Some((field.column()?, field)));
    let slots: Vec<_> = fields
        .map(|(column, field)| (column, layout.field(field)))
        .collect();
    let rows = scope.store.by_ids(&Arc::new(layout), &[request]).await;
    let rows = rows.map_err(failed)?;
    let row = rows.find(request).ok_or(Unexported::Missing)?;
    let mut records = scope.store.records(of, &[request]).await.map_err(failed)?;
    let record = records.remove(&request).ok_or(Unexported::Missing)?;
    let permit = scope.lens.permit(EXPORT, &record);
    let permit = permit.map_err(|_| Unexported::Unanswered)?;
    let mut cells = Vec::new();
    for (column, slot) in slots {
        if let Shown::Full(cell) = row.show(slot) {
            cells.push((column, cell.kept()));
        }
    }
    Ok(Requested {
        revision,
        cells,
        permit,
    })
}

/// Notes in the trail that the copy is fetched; whether nobody was faster.
async fn noted(
    scope: &Scope,
    of: &'static Type,
    request: Uuid,
    asked: &Requested,
) -> Result<bool, Unexported> {
    let steps = catalogue::find("DataRequestStep").ok_or(Unexported::Failed)?;
    let mut step = Draft::new(steps);
    for column in ["organisation_id"]
        .into_iter()
        .chain(PERSONS.map(|person| person.column()))
    {
        if let Some(cell @ Cell::Id(_)) = asked.cell(column) {
            step.put(column, cell);
        }
    }
    step.put("data_request_id", &Cell::Id(request));
    step.put("deed", &Cell::Text("EXPORT".to_owned()));
    if let Some(account) = scope.lens.viewer().account() {
        step.put("actor_id", &Cell::Id(account));
    }
    let step = DataRequestStep {
        change: Change {
            of,
            id: request,
            revision: asked.revision,
            columns: Vec::new(),
        },
        trail: vec![step],
        more: Vec::new(),
        correction: None,
    };
    let done = scope
        .store
        .data_request_step(&asked.permit, EXPORT, step, scope.now);
    let done = done.await.map_err(GraphError::from)?;
    Ok(done == Changed::Done)
}

/// Whose data it is, with all records of the same person.
async fn holdings(scope: &Scope, request: Uuid, asked: &Requested) -> Result<Holdings, Unexported> {
    let id = |column: &str| match asked.cell(column) {
        Some(Cell::Id(id)) => Some(*id),
        _ => None,
    };
    let named = PERSONS.into_iter();
    let mut named = named.filter_map(|person| Some((person, id(person.column())?)));
    let (Some((person, own)), Some(organisation)) = (named.next(), id("organisation_id")) else {
        return Err(Unexported::Failed);
    };
    let persons = scope.store.same_person(person, own, organisation).await;
    Ok(Holdings {
        request,
        persons: persons.map_err(GraphError::from)?,
        organisation,
    })
}

impl Export {
    /// In what form it is.
    #[must_use]
    pub fn form(&self) -> Form {
        self.form
    }

    /// The next part of it; nothing after its end.
    ///
    /// # Errors
    /// Where it breaks off: the database fails, or what its reader may see has ended.
    pub async fn next(&mut self) -> Result<Option<String>, Unexported> {
        if self.ended {
            return Ok(None);
        }
        if self.until.is_some_and(|until| until <= self.graph.now()) {
            return Err(Unexported::Nobody);
        }
        if let Some(head) = self.head.take() {
            return Ok(Some(match self.form {
                Form::Json => json::head(&head),
                Form::Html(language) => html::head(&head, language),
            }));
        }
        let Some(entries) = self.copy.next().await? else {
            self.ended = true;
            return Ok(Some(match self.form {
                Form::Json => json::tail(self.entries),
                Form::Html(language) => html::tail(self.entries, language),
            }));
        };
        let mut part = String::new();
        for entry in &entries {
            part.push_str(&match self.form {
                Form::Json => json::entry(entry, self.entries == 0),
                Form::Html(language) => html::entry(entry, language),
            });
            self.entries += 1;
        }
        Ok(Some(part))
    }
}
