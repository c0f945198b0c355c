//! Who could have seen the record: everybody as they stood, decided at each instant at which
//! something about them, or the policies, became something else.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Asked;
use super::sets::InForce;
use crate::graphql::disclose::roles;
use crate::graphql::error::GraphError;
use crate::policy::{Lens, Sights};
use crate::store::past::Past;
use crate::viewer::{Claimed, Unrecognised, Viewer, assemble};

/// How many views of one viewer are decided.
const VIEWS: usize = 100;

/// Who sees, or saw.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Who {
    /// A person, by the account.
    Person(Uuid),
    /// A partner's token.
    Token(Uuid),
    /// Nobody in particular.
    Anonymous,
    /// Anything else of a kind, by the name that the log has for it.
    Other(String, String),
}

impl Who {
    /// What kind of viewer it is.
    pub fn kind(&self) -> &str {
        match self {
            Self::Person(_) => "User",
            Self::Token(_) => "Partner",
            Self::Anonymous => "Anonymous",
            Self::Other(kind, _) => kind,
        }
    }
}

/// Somebody who could have seen the record.
pub struct Could {
    /// Who.
    pub who: Who,
    /// For which shares a token was made.
    pub shares: BTreeSet<Uuid>,
    /// The roles that a person held while the record was there for the person.
    pub roles: BTreeSet<&'static str>,
    /// What could be seen.
    pub sights: Sights,
}

/// All who could, those who could see most first, and whether some view was not decided.
#[derive(Default)]
pub struct AllWhoCould {
    /// Who.
    pub all: Vec<Could>,
    /// Whether there are more.
    pub more: bool,
}

/// Who could have seen the record.
pub async fn could(
    asked: &Asked,
    past: &Past,
    in_force: &InForce,
) -> Result<AllWhoCould, GraphError> {
    let mut found = AllWhoCould {
        all: Vec::new(),
        more: past.more() || in_force.more,
    };
    let mut everybody: Vec<(Who, Vec<DateTime<Utc>>)> = Vec::new();
    for person in past.people() {
        everybody.push((Who::Person(*person), past.instants_of(*person)));
    }
    for (token, _) in past.tokens() {
        everybody.push((Who::Token(token), past.instants_of_token(token)));
    }
    everybody.push((Who::Anonymous, vec![asked.from]));
    for (who, mut instants) in everybody {
        let within = |at: &DateTime<Utc>| asked.from < *at && *at < asked.until;
        instants.extend(in_force.turns().filter(within));
        instants.sort_unstable();
        instants.dedup();
        let mut could = Could {
            shares: match &who {
                Who::Token(token) => past.shares_of(*token),
                _ => BTreeSet::new(),
            },
            who,
            roles: BTreeSet::new(),
            sights: Sights::default(),
        };
        let mut decided = HashSet::new();
        for at in instants {
            let Some(viewer) = viewer(&could, past, at).await? else {
                continue;
            };
            let Some(set) = in_force.at(at) else {
                continue;
            };
            if !decided.insert((viewer.fingerprint(), set.version())) {
                continue;
            }
            if decided.len() > VIEWS {
                found.more = true;
                break;
            }
            let held = roles(&viewer);
            let Ok(lens) = Lens::new(Arc::clone(set), viewer) else {
                // Whom the set does not know, it gives nothing.
                continue;
            };
            let sights = Sights::of(&lens, &asked.record);
            if sights.there() {
                could.roles.extend(held);
                could.sights.widen(sights);
            }
        }
        if could.sights.there() {
            found.all.push(could);
        }
        // Others are answered meanwhile.
        tokio::task::yield_now().await;
    }
    let most = |could: &Could| (could.sights.full().len(), could.sights.masked().len());
    found
        .all
        .sort_by(|a, b| most(b).cmp(&most(a)).then_with(|| a.who.cmp(&b.who)));
    found.more |= found.all.len() > asked.limit;
    Ok(found)
}

/// The viewer as it stood at an instant; none where it could not come in.
async fn viewer(
    could: &Could,
    past: &Past,
    at: DateTime<Utc>,
) -> Result<Option<Viewer>, GraphError> {
    let made = match &could.who {
        Who::Person(account) => {
            let subject = &account.to_string();
            assemble(Some(Claimed::User { subject }), past, at).await
        }
        Who::Token(token) => {
            let shares: Vec<String> = could.shares.iter().map(Uuid::to_string).collect();
            let subject = &token.to_string();
            let claimed = Claimed::Token {
                subject,
                jti: "",
                shares: &shares,
                projects: &[],
                scope: None,
            };
            assemble(Some(claimed), past, at).await
        }
        Who::Anonymous | Who::Other(..) => Ok(Viewer::anonymous()),
    };
    match made {
        Ok(viewer) => Ok(Some(viewer)),
        Err(Unrecognised::Directory(error)) => Err(error.into()),
        Err(_) => Ok(None),
    }
}
