//! Somebody fetches the copy of a request that was answered, or looks at it before they answer. That
//! this was done is in the request's trail before the first byte leaves, and what a part of the copy
//! tells is in the log of disclosures before that part leaves.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::copy::Copy;
use crate::audit::Seen;
use crate::catalogue::about::PERSONS;
use crate::catalogue::{self, Cell, Type};
use crate::graphql::disclose::bit;
use crate::graphql::error::GraphError;
use crate::graphql::pairing::Asked;
use crate::graphql::scope::Scope;
use crate::graphql::{Graph, id};
use crate::policy::{Layout, Permit, Shown};
use crate::rights::copy::{Head, Says};
use crate::rights::html::{self, Language};
use crate::rights::json;
use crate::store::{Change, Changed, DataRequestStep, Draft, EXPORT, Holdings, PREVIEW};
use crate::viewer::Claims;

use super::eyes::Eyes;
use super::related::{Related, Wanted};

/// The fields of the request of which the copy's head tells.
const HEAD: [&str; 5] = ["openedOn", "settledAt", "state", "reasons", "withheld"];

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
    scope: Scope,
    form: Form,
    head: Option<Head>,
    /// The part that is made already.
    made: Option<String>,
    copy: Copy,
    at: At,
    entries: u64,
    given: u64,
    until: Option<DateTime<Utc>>,
}

/// What comes next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Entries,
    Disclosures,
    End,
}

/// A request as its reader sees it.
struct Requested {
    revision: i32,
    cells: Vec<(&'static str, Cell)>,
    permit: Permit,
    /// By which deed.
    deed: &'static str,
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
                return self.begun(scope, of, request, asked, form).await;
            }
        }
        Err(Unexported::Failed)
    }

    async fn begun(
        self: &Arc<Self>,
        scope: Scope,
        of: &'static Type,
        request: Uuid,
        asked: Requested,
        form: Form,
    ) -> Result<Export, Unexported> {
        let last = scope.store.log_head().await.map_err(GraphError::from)?;
        let holdings = holdings(&scope, request, &asked).await?;
        let reader = scope.lens.viewer().account();
        // Whom an officer wrote in for is no account; any other reads along.
        let by = match (asked.text("capacity"), asked.cell("opened_by_id")) {
            (Some("OFFICER"), _) => None,
            (_, Some(Cell::Id(account))) => Some(*account),
            _ => Some(Uuid::nil()),
        };
        let eyes = Eyes::of(&scope, by).await.ok_or(Unexported::Failed)?;
        let mut wanted = Wanted::new();
        let held_by = wanted.entry("Organisation").or_default();
        held_by.insert(holdings.organisation);
        let related = Related::of(&eyes, &wanted).await?;
        let mut seen = Seen::default();
        let organisation = match related.says("Organisation", holdings.organisation, &mut seen) {
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
        let told = HEAD.into_iter();
        let told = told.fold(0, |all, name| all | bit(of, name));
        seen.row(of, request, told, 0);
        let head = Head {
            preview: asked.deed == PREVIEW,
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
        let (eyes, last) = ((eyes, reader), last.chain.number);
        let mut copy = Copy::new(store, eyes, asked.permit, holdings, withheld, last);
        copy.seen = seen;
        let mut export = Export {
            graph: Arc::clone(self),
            until: scope.lens.viewer().until(),
            scope,
            form,
            head: Some(head),
            made: None,
            copy,
            at: At::Entries,
            entries: 0,
            given: 0,
        };
        // What cannot be logged is not even begun.
        export.made = Some(export.part().await?);
        Ok(export)
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
    let deeds = [EXPORT, PREVIEW].into_iter();
    let mut permits = deeds.filter_map(|deed| Some((deed, scope.lens.permit(deed, &record).ok()?)));
    let (deed, permit) = permits.next().ok_or(Unexported::Unanswered)?;
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
        deed,
    })
}

/// Notes in the trail that the copy is fetched, or looked at; whether nobody was faster.
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
    let deed = if asked.deed == PREVIEW {
        "PREVIEW"
    } else {
        "EXPORT"
    };
    step.put("deed", &Cell::Text(deed.to_owned()));
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
        .data_request_step(&asked.permit, asked.deed, step, scope.now);
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
    /// Where it breaks off: the database fails, the log cannot be written, or what its reader may see
    /// has ended.
    pub async fn next(&mut self) -> Result<Option<String>, Unexported> {
        if self.made.is_none() && self.at == At::End {
            return Ok(None);
        }
        if self.until.is_some_and(|until| until <= self.graph.now()) {
            return Err(Unexported::Nobody);
        }
        match self.made.take() {
            Some(made) => Ok(Some(made)),
            None => self.part().await.map(Some),
        }
    }

    /// Makes the next part, and logs what it tells.
    async fn part(&mut self) -> Result<String, Unexported> {
        let mut part = String::new();
        if let Some(head) = self.head.take() {
            part.push_str(&match self.form {
                Form::Json => json::head(&head),
                Form::Html(language) => html::head(&head, language),
            });
        }
        if self.at == At::Entries && !self.add_entries(&mut part).await? {
            self.at = At::Disclosures;
        }
        if self.at == At::Disclosures && !self.add_given(&mut part).await? {
            self.at = At::End;
        }
        let seen = std::mem::take(&mut self.copy.seen);
        let logged = self.scope.logged(seen).await;
        logged.map_err(GraphError::from)?;
        Ok(part)
    }

    /// Adds the next entries, or what comes after them; whether there were any.
    async fn add_entries(&mut self, part: &mut String) -> Result<bool, Unexported> {
        let Some(entries) = self.copy.next().await? else {
            part.push_str(&match self.form {
                Form::Json => json::middle(self.entries),
                Form::Html(language) => html::middle(self.entries, language),
            });
            return Ok(false);
        };
        for entry in &entries {
            part.push_str(&match self.form {
                Form::Json => json::entry(entry, self.entries == 0),
                Form::Html(language) => html::entry(entry, language),
            });
            self.entries += 1;
        }
        Ok(true)
    }

    /// Adds the next answers that showed something, or what comes after them; whether there were any.
    async fn add_given(&mut self, part: &mut String) -> Result<bool, Unexported> {
        let Some(given) = self.copy.given().await? else {
            let cut = self.copy.disclosed.as_ref().map(|disclosed| disclosed.cut);
            let told = cut.map(|cut| (self.given, cut));
            part.push_str(&match self.form {
                Form::Json => json::tail(told),
                Form::Html(language) => html::tail(told, language),
            });
            return Ok(false);
        };
        for given in &given {
            let first = self.given == 0;
            part.push_str(&match self.form {
                Form::Json => json::given(given, first),
                Form::Html(language) => html::given(given, first, language),
            });
            self.given += 1;
        }
        Ok(true)
    }
}
