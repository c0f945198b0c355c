//! Keeps a running server at the policies that are in force.
//!
//! PostgreSQL tells every server when somebody publishes, and is asked now and then in case it did
//! not; of SQLite the file's count of commits is looked at. A set that cannot be taken up leaves
//! the old one where it is: the log says why, and so does the [`Remark`].

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::Utc;
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::{Instant, sleep, timeout};

use super::LiveError;
use super::files::Files;
use super::source::{Recorded, admitted};
use crate::graphql::Graph;
use crate::policy::Policies;
use crate::policy::gate::Proofs;
use crate::store::{Mark, Store};
use crate::viewer::PrincipalKind;

/// How often it is looked.
const TICK: Duration = Duration::from_secs(1);
/// How often the database is asked although nothing was heard of it.
const ROUND: Duration = Duration::from_secs(5);

/// The word of readiness for a set that could not be taken up.
const WORD: &str = "policies";

/// What readiness tells of the policies: a word while a set could not be taken up.
#[derive(Clone, Default)]
pub struct Remark(Arc<Mutex<Option<&'static str>>>);

impl Remark {
    /// The word, if there is one.
    #[must_use]
    pub fn word(&self) -> Option<&'static str> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, word: Option<&'static str>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = word;
    }
}

/// What keeps a server at the policies in force.
pub struct Keeper {
    /// The number of the published set under which the server began.
    pub number: Option<i32>,
    /// A folder to be watched while nothing is published.
    pub folder: Option<PathBuf>,
    /// Who knows of proofs of that folder.
    pub proofs: Arc<dyn Proofs + Send + Sync>,
}

impl Keeper {
    /// Begins, until the task is aborted.
    pub fn watch(self, graph: Arc<Graph>) -> (Remark, JoinHandle<()>) {
        let remark = Remark::default();
        let (number, proofs) = (self.number, self.proofs);
        if number.is_some() && self.folder.is_some() {
            tracing::warn!("the files of policies are not watched, since a set was published");
        }
        let watching = Watching {
            graph,
            proofs,
            remark: remark.clone(),
            tried: number,
            files: self.folder.map(Files::of),
            asked: None,
            complained: false,
        };
        (remark, tokio::spawn(watching.run()))
    }
}

struct Watching {
    graph: Arc<Graph>,
    proofs: Arc<dyn Proofs + Send + Sync>,
    remark: Remark,
    /// The number of the published set that was tried last.
    tried: Option<i32>,
    files: Option<Files>,
    /// When the database was asked last, and under which mark.
    asked: Option<(Instant, Option<Mark>)>,
    /// Whether it was said already that the database does not answer.
    complained: bool,
}

impl Watching {
    async fn run(mut self) {
        let mut told = self.graph.store().watch().policies();
        loop {
            let woken = match timeout(TICK, told.changed()).await {
                Ok(Ok(())) => true,
                Ok(Err(_)) => {
                    sleep(TICK).await;
                    false
                }
                Err(_) => false,
            };
            if woken || self.is_time() {
                self.ask().await;
            }
            if self.tried.is_none() {
                self.look().await;
            }
        }
    }

    /// Whether the database may know of another set.
    fn is_time(&mut self) -> bool {
        // It counts the commits of a file; of PostgreSQL, what concerns viewers.
        let mark = self.graph.store().watch().mark(PrincipalKind::User);
        match self.asked {
            Some((when, before)) => before != mark || when.elapsed() >= ROUND,
            None => true,
        }
    }

    /// Takes up the published set, if it is another.
    async fn ask(&mut self) {
        let store = self.graph.store().at(Utc::now());
        let mark = store.watch().mark(PrincipalKind::User);
        match self.published(&store).await {
            Ok(None) => {}
            Ok(Some((number, outcome))) => {
                self.tried = Some(number);
                self.take(outcome, "published", Some(number));
            }
            Err(error) => {
                // It is asked again at the next tick; readiness tells of the database itself.
                if !std::mem::replace(&mut self.complained, true) {
                    tracing::warn!(%error, "the published policies could not be read");
                }
                return;
            }
        }
        self.complained = false;
        self.asked = Some((Instant::now(), mark));
    }

    /// The published set that was not tried yet.
    async fn published(&self, store: &Store) -> Result<Option<(i32, Gated)>, LiveError> {
        let number = store.policies_in_force().await?;
        let Some(number) = number.filter(|number| Some(*number) != self.tried) else {
            return Ok(None);
        };
        let kept = match store.policy_set(number).await {
            Ok(kept) => kept.ok_or(LiveError::Unknown(number)),
            // What is kept is no set: asking again would not help.
            Err(error @ crate::store::StoreError::Type(_)) => Err(error.into()),
            Err(error) => return Err(error.into()),
        };
        let kept = match kept {
            Ok(kept) => kept,
            Err(error) => return Ok(Some((number, Err(error)))),
        };
        let proofs = Recorded::of(&kept, self.proofs.required());
        let gated = spawn_blocking(move || admitted(&kept.set, &proofs)).await;
        Ok(gated.ok().map(|gated| (number, gated)))
    }

    /// Looks at the files.
    async fn look(&mut self) {
        let Some(mut files) = self.files.take() else {
            return;
        };
        let proofs = Arc::clone(&self.proofs);
        let looked = spawn_blocking(move || (files.look(&*proofs), files)).await;
        let Ok((outcome, files)) = looked else {
            return;
        };
        self.files = Some(files);
        if let Some(outcome) = outcome {
            self.take(outcome, "files", None);
        }
    }

    /// Puts a set in force, or says why not.
    ///
    /// A set that was published here is in force already; what is older than it is not taken.
    fn take(&self, outcome: Gated, from: &str, number: Option<i32>) {
        match outcome {
            Ok(policies) => {
                let before = self.graph.policies();
                let version = policies.version().to_owned();
                self.remark.set(None);
                if before.version() == version {
                    return;
                }
                let began = Instant::now();
                match number {
                    Some(number) => self.graph.publish(number, &policies),
                    None => self.graph.swap(policies),
                }
                let microseconds = began.elapsed().as_micros();
                let before = before.version();
                tracing::info!(
                    from,
                    number,
                    before,
                    version,
                    microseconds,
                    "other policies are in force"
                );
            }
            Err(error) => {
                self.remark.set(Some(WORD));
                let version = self.graph.policies().version().to_owned();
                tracing::error!(from, number, version, %error, "policies could not be taken up; the old ones stay in force");
            }
        }
    }
}

type Gated = Result<Arc<Policies>, LiveError>;
