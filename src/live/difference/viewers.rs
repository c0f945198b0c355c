//! Everybody who may ask, in classes: what the policies read of two people of one class is the same,
//! but for what is each one's own.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::live::LiveError;
use crate::policy::difference::{Affecting, Own};
use crate::policy::{Lens, Policies};
use crate::store::difference::{Held, RoleAsked};
use crate::store::{Store, StoreError};
use crate::viewer::{
    Claimed, Directory, Grant, Held as Holds, InForce, InSession, PrincipalKind, Share, Standing,
    Viewer, assemble,
};

/// The internal work that there is.
const JOBS: [&str; 1] = ["import"];

/// How many people of a class are looked at one by one where the class cannot stand for them.
const ONE_BY_ONE: usize = 50;

/// A class of viewers.
pub struct Class {
    /// Who they are.
    pub who: Who,
    /// The roles that they hold.
    pub held: Vec<Held>,
    /// How many they are.
    pub count: u64,
    /// Whether there are more of them, who were not looked at.
    pub more: bool,
    /// Whether one of them stands for all, by stand-ins for what is their own.
    stands: bool,
}

/// Who the viewers of a class are.
pub enum Who {
    /// People, by their accounts; of a large class not all are named.
    People(Vec<Uuid>),
    /// A share, and the partner.
    Share(Uuid, Uuid),
    /// Internal work.
    Job(&'static str),
    /// Nobody in particular.
    Nobody,
}

/// The classes of viewers of a kind who may be concerned.
pub async fn classes(
    store: &Store,
    kind: PrincipalKind,
    affecting: &Affecting,
    most: usize,
) -> Result<Vec<Class>, StoreError> {
    let one = |who| Class {
        who,
        held: Vec::new(),
        count: 1,
        more: false,
        stands: false,
    };
    Ok(match kind {
        PrincipalKind::Anonymous => vec![one(Who::Nobody)],
        PrincipalKind::Job => JOBS.map(|name| one(Who::Job(name))).into(),
        PrincipalKind::Partner => {
            let shares = store.live_shares().await?.into_iter();
            shares
                .map(|live| one(Who::Share(live.share, live.partner)))
                .collect()
        }
        PrincipalKind::User => people(store, affecting, most).await?,
    })
}

async fn people(
    store: &Store,
    affecting: &Affecting,
    most: usize,
) -> Result<Vec<Class>, StoreError> {
    let asked = roles(&affecting.reads);
    let needed = needed(affecting);
    let named = affecting.named.clone();
    let needed: Option<Vec<&'static str>> = needed.filter(|_| named.is_empty());
    if needed.as_ref().is_some_and(Vec::is_empty) {
        return Ok(Vec::new());
    }
    let found = store
        .people(&asked, needed.as_deref(), &named, most)
        .await?;
    let mut all = Vec::new();
    for people in found {
        let (held, count, members) = (people.held, people.count, people.members);
        let class = |members, count, more, stands| Class {
            who: Who::People(members),
            held: held.clone(),
            count,
            more,
            stands,
        };
        if !affecting.odd {
            all.push(class(members, count, false, true));
            continue;
        }
        let more = count > ONE_BY_ONE as u64;
        let each = members.into_iter().take(ONE_BY_ONE);
        all.extend(each.map(|member| class(vec![member], 1, more, false)));
    }
    for account in named {
        // whoever cannot sign in asks nothing
        if let Some(standing) = store.standing(account, store.now()).await? {
            let held = standing.roles.into_iter().map(|role| Held {
                role: role.role,
                organisation: role.organisation,
                project: role.project,
                class: role.class,
            });
            all.push(Class {
                held: held.collect(),
                ..one_person(account)
            });
        }
    }
    Ok(all)
}

fn one_person(account: Uuid) -> Class {
    Class {
        who: Who::People(vec![account]),
        held: Vec::new(),
        count: 1,
        more: false,
        stands: false,
    }
}

/// The roles of which these attributes of a principal are made.
fn roles(attributes: &BTreeSet<String>) -> Vec<RoleAsked> {
    let mut all: Vec<RoleAsked> = Vec::new();
    for (role, project, class) in attributes.iter().flat_map(|name| made_of(name)) {
        match all.iter_mut().find(|asked| asked.role == *role) {
            Some(asked) => {
                asked.project |= project;
                asked.class |= class;
            }
            None => all.push(RoleAsked {
                role,
                project: *project,
                class: *class,
            }),
        }
    }
    all
}

/// A role, and whether the project and the class of it matter.
type MadeOf = &'static [(&'static str, bool, bool)];

/// Of which roles an attribute is made; of none where it is made of what is a person's own.
fn made_of(attribute: &str) -> MadeOf {
    match attribute {
        "administers" | "oversees" => &[("ADMINISTRATOR", false, false)],
        "coordinates" => &[("COORDINATOR", false, false)],
        "officerOf" | "keepsPoliciesOf" => &[("PRIVACY_OFFICER", false, false)],
        "leads" | "leadsToday" => &[("TEAM_LEADER", true, false)],
        "teachesAt" => &[("TEACHER", false, false)],
        "teaches" => &[("TEACHER", false, true)],
        "memberOf" => &[
            ("ADMINISTRATOR", false, false),
            ("COORDINATOR", false, false),
            ("TEAM_LEADER", false, false),
            ("TEACHER", false, false),
            ("VOLUNTEER", false, false),
        ],
        _ => &[],
    }
}

/// The roles of which a person must hold one to be concerned; `None` where anybody may be.
fn needed(affecting: &Affecting) -> Option<Vec<&'static str>> {
    let needs = affecting.needs.as_ref()?;
    if needs.iter().any(|name| Own::named(name).is_some()) {
        return None;
    }
    let asked = roles(needs);
    Some(asked.into_iter().map(|asked| asked.role).collect())
}

impl Class {
    /// How a class looks through both sets; nothing where its viewers hold nothing by which they
    /// could be concerned.
    pub async fn lenses(
        &self,
        store: &Store,
        sets: [&Arc<Policies>; 2],
        affecting: &Affecting,
    ) -> Result<Option<[Lens; 2]>, LiveError> {
        let viewer = self.viewer(store, self.stands).await?;
        if affecting.needs.as_ref().is_some_and(|needs| {
            let full = |name: &String| match viewer.held().get(name.as_str()) {
                Some(Holds::Many(_, ids)) => !ids.is_empty(),
                Some(_) => true,
                None => false,
            };
            !needs.iter().any(full)
        }) {
            return Ok(None);
        }
        look(viewer, sets).map(Some)
    }

    /// How one of the class looks through both sets, as they are.
    pub async fn one_of(
        &self,
        store: &Store,
        sets: [&Arc<Policies>; 2],
    ) -> Result<[Lens; 2], LiveError> {
        look(self.viewer(store, false).await?, sets)
    }

    async fn viewer(&self, store: &Store, stands: bool) -> Result<Viewer, LiveError> {
        let now = store.now();
        let failed = |error: &dyn std::fmt::Display| LiveError::Person(error.to_string());
        match &self.who {
            Who::Nobody => Ok(Viewer::anonymous()),
            Who::Job(name) => Ok(Viewer::job(name)),
            Who::Share(share, _) => {
                let subject = &share.to_string();
                let shares = std::slice::from_ref(subject);
                let claimed = Claimed::Partner {
                    subject,
                    shares,
                    scope: None,
                };
                let made = assemble(Some(claimed), store, now).await;
                made.map_err(|error| failed(&error))
            }
            Who::People(members) => {
                let member = members.first().copied().unwrap_or_default();
                if !stands {
                    let subject = &member.to_string();
                    let made = assemble(Some(Claimed::User { subject }), store, now).await;
                    return made.map_err(|error| failed(&error));
                }
                let standing = store.standing(member, now).await?.unwrap_or_default();
                let subject = &Own::Account.stand_in().to_string();
                let directory = StandIn(standing);
                let made = assemble(Some(Claimed::User { subject }), &directory, now).await;
                made.map_err(|error| failed(&error))
            }
        }
    }
}

fn look(viewer: Viewer, sets: [&Arc<Policies>; 2]) -> Result<[Lens; 2], LiveError> {
    let lens = |set: &Arc<Policies>, viewer| {
        let lens = Lens::new(Arc::clone(set), viewer);
        lens.map_err(|error| LiveError::Person(error.to_string()))
    };
    let [old, new] = sets;
    Ok([lens(old, viewer.clone())?, lens(new, viewer)?])
}

/// The standing of a class: the roles of one of it, and stand-ins for what is each one's own.
struct StandIn(Standing);

impl Directory for StandIn {
    type Error = StoreError;

    async fn standing(&self, _: Uuid, _: DateTime<Utc>) -> Result<Option<Standing>, StoreError> {
        let Self(one) = self;
        let own = |own: Own| vec![own.stand_in()];
        let roles = one.roles.iter().map(|role| crate::viewer::Role {
            role: role.role.clone(),
            organisation: role.organisation,
            project: role.project,
            class: role.class,
        });
        Ok(Some(Standing {
            roles: roles.collect(),
            branches: one.branches.clone(),
            shifts_today: one.shifts_today.clone(),
            policies_kept: one.policies_kept.clone(),
            volunteers: own(Own::Volunteers),
            shifts: own(Own::Shifts),
            guardians: own(Own::Guardians),
            wards: own(Own::Wards),
            ward_schools: own(Own::WardSchools),
            ward_classes: own(Own::WardClasses),
            until: None,
        }))
    }

    async fn session(
        &self,
        _: Uuid,
        _: Uuid,
        _: DateTime<Utc>,
    ) -> Result<Option<InSession>, StoreError> {
        Ok(None)
    }

    async fn grant(&self, _: Uuid, _: DateTime<Utc>) -> Result<Option<Grant>, StoreError> {
        Ok(None)
    }

    async fn shares(&self, _: &[Uuid], _: DateTime<Utc>) -> Result<InForce, StoreError> {
        Ok(InForce {
            shares: Vec::<Share>::new(),
            until: None,
        })
    }
}
