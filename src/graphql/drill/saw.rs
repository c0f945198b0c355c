//! Who saw the record: what the log of disclosures has of it, by viewer.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use uuid::Uuid;

use super::Asked;
use super::could::Who;
use crate::graphql::error::GraphError;
use crate::graphql::scope::Scope;
use crate::policy::{Lens, Sights};
use crate::store::log::{Found, Sought};
use crate::viewer::{Claimed, Directory as _, Unrecognised, Viewer, assemble};

/// How many entries are read at a time.
const STRETCH: usize = 500;
/// How many are read, the newest.
const MOST: usize = 10_000;

/// Somebody who saw the record.
pub struct Saw {
    /// Who.
    pub who: Who,
    /// Under which shares.
    pub shares: BTreeSet<Uuid>,
    /// The roles held.
    pub roles: BTreeSet<String>,
    /// What was seen in full, such as `Volunteer.phone`.
    pub full: BTreeSet<String>,
    /// What was seen masked.
    pub masked: BTreeSet<String>,
    /// When first, in microseconds since 1970.
    pub first: i64,
    /// When last.
    pub last: i64,
    /// In how many answers.
    pub answers: u64,
    /// Whether the record is there for the viewer now.
    pub has_access: bool,
}

/// All who saw it.
#[derive(Default)]
pub struct AllWhoSaw {
    /// Who, the last to see it first; no more than are told.
    pub all: Vec<Saw>,
    /// Everybody who saw it, as far as the log was read.
    pub everybody: BTreeSet<Who>,
    /// Whether there are more.
    pub more: bool,
    /// Whether the log has more entries than were read.
    pub cut: bool,
}

/// Who saw the record in the interval.
pub async fn saw(scope: &Scope, asked: &Asked) -> Result<AllWhoSaw, GraphError> {
    let mut by_viewer: BTreeMap<Who, Saw> = BTreeMap::new();
    let (mut before, mut read, mut cut) = (None, 0, false);
    loop {
        let sought = Sought {
            records: vec![(asked.of, asked.id)],
            from: Some(asked.from),
            to: Some(asked.until),
            before,
            first: STRETCH,
        };
        let found = scope.store.log_of(&sought).await?;
        let (all, oldest) = (found.len(), found.last().map(|found| found.number));
        for found in found {
            add(&mut by_viewer, &found);
        }
        read += all;
        if all < STRETCH {
            break;
        }
        if read >= MOST {
            cut = true;
            break;
        }
        before = oldest;
    }
    let everybody: BTreeSet<Who> = by_viewer.keys().cloned().collect();
    let mut all: Vec<Saw> = by_viewer.into_values().collect();
    all.sort_by(|a, b| b.last.cmp(&a.last).then_with(|| a.who.cmp(&b.who)));
    let more = cut || all.len() > asked.limit;
    all.truncate(asked.limit);
    for saw in &mut all {
        saw.has_access = has_access(scope, asked, &saw.who).await?;
        saw.masked.retain(|field| !saw.full.contains(field));
    }
    Ok(AllWhoSaw {
        all,
        everybody,
        more,
        cut,
    })
}

fn add(by_viewer: &mut BTreeMap<Who, Saw>, found: &Found) {
    let entry = &found.entry;
    let kind = entry.who.kind.as_ref();
    let name = entry.who.id.clone().unwrap_or_default();
    let token = || name.parse().ok().filter(|_| kind == "Partner");
    let who = match (found.person, token()) {
        (Some(person), _) => Who::Person(person),
        (None, Some(token)) => Who::Token(token),
        (None, None) if kind == "Anonymous" => Who::Anonymous,
        // Whose key was destroyed is told apart by the pseudonym.
        (None, None) => Who::Other(
            kind.to_owned(),
            entry.who.person.map_or(name, |person| person.to_string()),
        ),
    };
    let saw = by_viewer.entry(who.clone()).or_insert_with(|| Saw {
        who,
        shares: BTreeSet::new(),
        roles: BTreeSet::new(),
        full: BTreeSet::new(),
        masked: BTreeSet::new(),
        first: entry.at,
        last: entry.at,
        answers: 0,
        has_access: false,
    });
    saw.answers += 1;
    saw.first = saw.first.min(entry.at);
    saw.last = saw.last.max(entry.at);
    saw.shares.extend(&entry.shares);
    saw.roles
        .extend(entry.who.roles.iter().map(ToString::to_string));
    for part in entry.parts() {
        let here = |pseudonym: &u64| part.records.binary_search(pseudonym).is_ok();
        if found.rows.keys().any(here) {
            let named = |field| format!("{}.{field}", part.of);
            saw.full.extend(part.full.iter().map(named));
            saw.masked.extend(part.masked.iter().map(named));
        }
    }
}

/// Whether the record is there now for somebody who saw it.
async fn has_access(scope: &Scope, asked: &Asked, who: &Who) -> Result<bool, GraphError> {
    let (store, now) = (&scope.store, scope.now);
    let made = match who {
        Who::Person(account) => {
            let subject = &account.to_string();
            assemble(Some(Claimed::User { subject }), store, now).await
        }
        Who::Token(token) => {
            let Some(grant) = store.grant(*token, now).await? else {
                return Ok(false);
            };
            let shares: Vec<String> = grant.shares.keys().map(Uuid::to_string).collect();
            let subject = &token.to_string();
            let claimed = Claimed::Token {
                subject,
                jti: "",
                shares: &shares,
                projects: &[],
                scope: None,
            };
            assemble(Some(claimed), store, now).await
        }
        Who::Anonymous => Ok(Viewer::anonymous()),
        Who::Other(kind, name) if kind == "Job" => Ok(Viewer::job(name)),
        Who::Other(..) => return Ok(false),
    };
    let viewer = match made {
        Ok(viewer) => viewer,
        Err(Unrecognised::Directory(error)) => return Err(error.into()),
        Err(_) => return Ok(false),
    };
    let lens = Lens::new(Arc::clone(scope.lens.policies()), viewer);
    Ok(lens.is_ok_and(|lens| Sights::of(&lens, &asked.record).there()))
}
