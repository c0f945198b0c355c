//! What an answer showed about persons is logged before the answer is given.
//!
//! `show` says of each row what it wrote of it; here that becomes a disclosure: by whom, under which
//! token and policies. Where it cannot be logged, the answer is not given.

use std::sync::{MutexGuard, PoisonError};

use async_graphql::{Request, Response, Value};
use uuid::Uuid;

use super::error::failed;
use super::scope::Scope;
use crate::audit::{Actor, Bearer, Disclosure, Seen};
use crate::catalogue::Type;
use crate::store::StoreError;
use crate::viewer::{Claims, Held, PrincipalKind, Viewer};

/// What a viewer holds, and the role that it has by it.
const ROLES: [(&str, &str); 7] = [
    ("administers", "ADMINISTRATOR"),
    ("coordinates", "COORDINATOR"),
    ("leads", "TEAM_LEADER"),
    ("ownVolunteers", "VOLUNTEER"),
    ("teaches", "TEACHER"),
    ("ownGuardians", "GUARDIAN"),
    ("officerOf", "PRIVACY_OFFICER"),
];

/// What a viewer holds, and that names the organisations for which it acts.
const ORGANISATIONS: [&str; 4] = ["organisation", "memberOf", "officerOf", "wardSchools"];

/// The bit of a field of a type in the log; none for what is no field.
pub fn bit(of: &Type, name: &str) -> u64 {
    let at = of.fields.iter().position(|field| field.name == name);
    // A test holds every type to fewer fields than there are bits.
    at.and_then(|at| 1_u64.checked_shl(u32::try_from(at).ok()?))
        .unwrap_or(0)
}

/// Under which token a request comes.
pub fn bearer(claims: Option<&Claims>) -> Bearer {
    let Some(claims) = claims else {
        return Bearer::default();
    };
    let shares = claims.shares.iter().filter_map(|share| share.parse().ok());
    Bearer {
        token: Some(claims.jti.clone()),
        session: claims.sid.clone(),
        purpose: claims.purpose.clone(),
        shares: shares.collect(),
    }
}

/// Why something is changed, if the request says so: a text of at most this many characters.
pub fn reason(request: &Request) -> Option<String> {
    match request.extensions.get("reason") {
        Some(Value::String(text)) => Some(text.chars().take(REASON).collect()),
        _ => None,
    }
}

/// How much of a reason is kept.
const REASON: usize = 500;

impl Scope {
    /// What was shown so far, to be added to.
    pub fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The answer, once what it shows about persons is logged; otherwise an error in its place.
    pub async fn disclosed(&self, response: Response) -> Response {
        let seen = std::mem::take(&mut *self.seen());
        match self.logged(seen).await {
            Ok(()) => response,
            Err(error) => Response::from_errors(vec![failed(&error, None)]),
        }
    }

    /// Logs what is about to be shown.
    ///
    /// # Errors
    /// Where it cannot be logged; then it must not be shown.
    pub async fn logged(&self, seen: Seen) -> Result<(), StoreError> {
        match seen.is_empty() {
            true => Ok(()),
            false => self.store.log().put(self.disclosure(seen)).await,
        }
    }

    /// The same scope, whose changes are made in the viewer's name, and for this reason.
    pub fn acting(mut self, reason: Option<String>) -> Self {
        let viewer = self.lens.viewer();
        let account = viewer.account();
        let actor = Actor {
            kind: viewer.kind().entity(),
            account,
            id: account.is_none().then(|| viewer.id().to_owned()),
            roles: roles(viewer),
            organisations: organisations(viewer),
            bearer: self.bearer.clone(),
            policy: self.lens.version().to_owned(),
            reason,
        };
        self.store = self.store.by(actor);
        self
    }

    fn disclosure(&self, seen: Seen) -> Disclosure {
        let viewer = self.lens.viewer();
        let account = viewer.account();
        Disclosure {
            at: self.now.timestamp_micros(),
            kind: viewer.kind().entity(),
            account,
            id: account.is_none().then(|| viewer.id().to_owned()),
            roles: roles(viewer),
            organisations: organisations(viewer),
            bearer: self.bearer.clone(),
            policy: self.lens.version().to_owned(),
            sections: seen.sections(),
        }
    }
}

/// The roles that a person holds.
pub fn roles(viewer: &Viewer) -> Vec<&'static str> {
    if viewer.kind() != PrincipalKind::User {
        return Vec::new();
    }
    let holds = |name: &str| match viewer.held().get(name) {
        Some(Held::Many(_, held)) => !held.is_empty(),
        _ => false,
    };
    let held = ROLES.iter().filter(|(name, _)| holds(name));
    held.map(|(_, role)| *role).collect()
}

/// The organisations for which somebody acts, each once.
fn organisations(viewer: &Viewer) -> Vec<Uuid> {
    let mut all = Vec::new();
    for name in ORGANISATIONS {
        match viewer.held().get(name) {
            Some(Held::One(_, id)) => all.push(*id),
            Some(Held::Many(_, ids)) => all.extend(ids),
            _ => {}
        }
    }
    all.sort_unstable();
    all.dedup();
    all
}
