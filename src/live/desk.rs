//! The desk of the workshop: drafts against the set in force, the gate with the prover, the trail.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;
use tokio::task::spawn_blocking;

use super::Source;
use super::asked::viewer_of;
use super::prover::Prover;
use super::trouble::{broken_off, loaded, nobody, short};
use super::turns::Turns;
use crate::graphql::{Asker, Desk as _, Kept, Officer, Trouble};
use crate::policy::Policies;
use crate::policy::gate::{Draft, Fault, Set};
use crate::store::Store;
use crate::viewer::Viewer;

/// Makes the viewers that stand for the roles, by name.
pub type Representatives = Box<
    dyn Fn() -> Pin<Box<dyn Future<Output = Result<Vec<(String, Viewer)>, String>> + Send>>
        + Send
        + Sync,
>;

/// The desk of a server.
pub struct Desk {
    pub(super) store: Store,
    pub(super) source: Source,
    pub(super) terms: Terms,
    pub(super) prover: Arc<Prover>,
    representatives: Representatives,
    made: OnceCell<Vec<(String, Viewer)>>,
    pub(super) turns: Turns,
    /// The set of the settings, as it was when it was read last.
    files: Mutex<Option<(String, Arc<Set>)>>,
}

/// A set that was made from the one in force.
pub(super) struct Drafted {
    /// The number of that one, if it was published.
    pub(super) upon: Option<i32>,
    /// The set, or why it cannot be made.
    pub(super) set: Result<Set, Vec<Fault>>,
}

/// On what terms policies go live.
#[derive(Clone, Copy)]
pub struct Terms {
    /// Whether they need a proof.
    pub proof: bool,
    /// Whether another person must approve.
    pub two_persons: bool,
}

impl Desk {
    /// The desk over a store, and over a source for as long as nothing was published.
    #[must_use]
    pub fn new(
        store: Store,
        source: Source,
        terms: Terms,
        prover: Prover,
        representatives: Representatives,
    ) -> Self {
        let desk = Self {
            store,
            source,
            terms,
            prover: Arc::new(prover),
            representatives,
            made: OnceCell::new(),
            turns: Turns::default(),
            files: Mutex::default(),
        };
        desk.read();
        desk
    }

    /// The set of the settings as it is now, with its version; none where it cannot be read.
    fn read(&self) -> Option<(String, Arc<Set>)> {
        let set = match &self.source {
            Source::Shipped => Set::shipped(),
            Source::Folder(folder) => Set::read(folder).ok()?,
        };
        let found = (set.version(), Arc::new(set.named()));
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        *files = Some(found.clone());
        Some(found)
    }

    /// The set of the settings that has this version: as it was read last, or as it is now.
    pub(super) fn source_set(&self, version: &str) -> Result<Kept, Trouble> {
        let files = || self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let known = files().clone().filter(|(known, _)| known == version);
        let found = known.or_else(|| self.read().filter(|(found, _)| found == version));
        let (version, set) = found.ok_or_else(|| {
            Trouble::told(
                "SOURCE",
                "the files of the policies are no longer those that are in force; whoever runs the \
                 server puts them right or starts it again",
                "政策檔案已與現行政策不同；請管理員更正檔案或重新啟動伺服器",
            )
        })?;
        let number = None;
        Ok(Kept {
            number,
            version,
            set,
        })
    }

    /// The set in force with the changes of a draft, or why they cannot be made.
    pub(super) async fn drafted(
        &self,
        officer: &Officer,
        draft: &Draft,
    ) -> Result<Drafted, Trouble> {
        let kept = self.in_force(officer.policies.version()).await?;
        if kept.version != draft.base {
            return Err(Trouble::told(
                "OVERTAKEN",
                format!(
                    "the changes start from version `{}`, but version `{}` is in force; look at \
                     what changed and start from there",
                    short(&draft.base),
                    kept.version
                ),
                format!(
                    "你的修改以版本 `{}` 為基礎，但現行版本為 `{}`；請先查看有何改變，再由此開始",
                    short(&draft.base),
                    kept.version
                ),
            ));
        }
        if draft.number.is_some_and(|number| number != kept.number) {
            return Err(Trouble::told(
                "OVERTAKEN",
                "the changes start from another set than the one in force, whose policies are the \
                 same but not all that is promised; look at what changed and start from there",
                "你的修改所依據的並非現行政策集：兩者政策相同，但承諾或情境不同；請先查看有何改變，再由此開始",
            ));
        }
        Ok(Drafted {
            upon: kept.number,
            set: Set::clone(&kept.set).changed(&draft.changes),
        })
    }

    /// The policies of a draft that is only to be looked through, or those in force.
    pub(super) async fn policies(
        &self,
        officer: &Officer,
        draft: Option<Draft>,
    ) -> Result<Arc<Policies>, Trouble> {
        let Some(draft) = draft else {
            return Ok(Arc::clone(&officer.policies));
        };
        let set = self.drafted(officer, &draft).await?.set;
        let read = spawn_blocking(move || loaded(set)).await;
        let (_, policies) = read.map_err(|_| broken_off())??;
        Ok(policies)
    }

    pub(super) async fn viewers(
        &self,
        of: Option<Vec<(String, Asker)>>,
        officer: &Officer,
    ) -> Result<Vec<(String, Viewer)>, Trouble> {
        let Some(of) = of else {
            let made = self.made.get_or_try_init(|| (self.representatives)()).await;
            return made.cloned().map_err(|error| {
                tracing::error!(%error, "the representatives of the roles could not be made");
                broken_off()
            });
        };
        let store = self.store.at(officer.now);
        let mut viewers = Vec::new();
        for (name, asker) in of {
            let viewer = viewer_of(&store, asker, &name, officer.now).await;
            viewers.push((name, viewer.map_err(nobody)?));
        }
        Ok(viewers)
    }
}
