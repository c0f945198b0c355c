//! The people and partners of a file, and how they stand: what a viewer is made of.
//!
//! This is the [`Directory`] of the file's world. The viewers themselves are made by
//! [`assemble`], as those of real tokens are.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use chrono::{DateTime, Utc};
use toml::de::DeTable;
use uuid::Uuid;

use super::world::{Reader, World, id_of};
use crate::viewer::{Claimed, Directory, InForce, Role, Scope, Share, Standing, Viewer, assemble};

/// A person: the roles held.
#[derive(Default)]
pub struct Person {
    pub roles: Vec<Role>,
}

/// A partner under one share.
pub struct Partner {
    share: Share,
    in_force: bool,
    scope: Option<String>,
}

/// The roles as a file writes them, where they are held, and their names in the data.
const ROLES: [(&str, &str, &str); 7] = [
    ("administrator", "Organisation", "ADMINISTRATOR"),
    ("coordinator", "Organisation", "COORDINATOR"),
    ("privacy officer", "Organisation", "PRIVACY_OFFICER"),
    ("volunteer", "Organisation", "VOLUNTEER"),
    ("guardian", "Organisation", "GUARDIAN"),
    ("team leader", "Project", "TEAM_LEADER"),
    ("teacher", "Class", "TEACHER"),
];

/// Reads the roles of the people, and the shares of the partners.
pub fn read(reader: &mut Reader<'_>, table: &DeTable<'_>, world: &mut World) {
    if let Some(named) = table.get("people").and_then(|value| reader.table(value)) {
        for (name, said) in named {
            let mut roles = Vec::new();
            for (phrase, span) in reader.texts(said) {
                match role(reader, &phrase, &span, world) {
                    Some(role) => roles.push(role),
                    None => reader.fault(
                        &span,
                        format!("`{phrase}` is no role; write for example `coordinator of Harbour`, `team leader of Canteen` or `teacher of 1A`"),
                        format!("`{phrase}` 不是職務；請寫成例如 `coordinator of Harbour`、`team leader of Canteen` 或 `teacher of 1A`"),
                    ),
                }
            }
            world
                .people
                .insert(name.get_ref().to_string(), Person { roles });
        }
    }
    if let Some(named) = table.get("partners").and_then(|value| reader.table(value)) {
        for (name, said) in named {
            let Some(said) = reader.table(said) else {
                continue;
            };
            let partner = partner(reader, name.get_ref(), said, &name.span(), world);
            world.partners.insert(name.get_ref().to_string(), partner);
        }
    }
}

fn role(
    reader: &mut Reader<'_>,
    phrase: &str,
    span: &std::ops::Range<usize>,
    world: &World,
) -> Option<Role> {
    let (word, place) = phrase.split_once(" of ")?;
    let (_, entity, role) = ROLES.into_iter().find(|(known, ..)| *known == word)?;
    let id = reader.named(entity, place, span, world);
    let organisation = match entity {
        "Organisation" => id,
        _ => world
            .find(entity, place)
            .and_then(|row| row.one("organisation"))
            .unwrap_or(id),
    };
    Some(Role {
        role: role.to_owned(),
        organisation,
        project: (entity == "Project").then_some(id),
        class: (entity == "Class").then_some(id),
    })
}

fn partner(
    reader: &mut Reader<'_>,
    name: &str,
    said: &DeTable<'_>,
    span: &std::ops::Range<usize>,
    world: &World,
) -> Partner {
    let mut partner = Partner {
        share: Share {
            id: id_of("Partnership", name),
            lead: Uuid::nil(),
            partner: Uuid::nil(),
            level: "READ_ONLY".to_owned(),
            groups: Vec::new(),
            desensitised: true,
            scopes: Vec::new(),
        },
        in_force: true,
        scope: None,
    };
    let capitals = |text: &str| text.to_uppercase().replace(['-', ' '], "_");
    for (key, value) in said {
        let share = &mut partner.share;
        match key.get_ref().as_ref() {
            word @ ("lead" | "partner") => {
                if let Some(name) = reader.text(value) {
                    let id = reader.named("Organisation", &name, &value.span(), world);
                    let place = if word == "lead" {
                        &mut share.lead
                    } else {
                        &mut share.partner
                    };
                    *place = id;
                }
            }
            "level" => {
                let level = reader.text(value).map(|text| capitals(&text));
                share.level = level.unwrap_or_default();
                if !["READ_ONLY", "EDIT", "ADMIN"].contains(&share.level.as_str()) {
                    let (en, zh) = (
                        "a level is `read-only`, `edit` or `admin`",
                        "級別為 `read-only`、`edit` 或 `admin`",
                    );
                    reader.fault(&value.span(), en.to_owned(), zh.to_owned());
                }
            }
            "groups" => {
                for (text, span) in reader.texts(value) {
                    let group = capitals(&text);
                    let known = ["ROSTER", "NAMES", "CONTACTS", "NOTES", "HISTORY", "ORIGINS"];
                    if !known.contains(&group.as_str()) {
                        let list = known.join(", ").to_lowercase();
                        reader.fault(
                            &span,
                            format!("`{text}` is no group of a share; there are {list}"),
                            format!("`{text}` 不是分享的組別；只有 {list}"),
                        );
                    }
                    share.groups.push(group);
                }
            }
            "desensitised" => share.desensitised = reader.flag(value).unwrap_or(true),
            "in_force" => partner.in_force = reader.flag(value).unwrap_or_default(),
            "scope" => partner.scope = reader.text(value),
            "projects" => {
                for (name, span) in reader.texts(value) {
                    let id = reader.named("Project", &name, &span, world);
                    share.scopes.push(Scope::Project(id));
                }
            }
            "shifts" => {
                for (name, span) in reader.texts(value) {
                    let shift = reader.named("Shift", &name, &span, world);
                    let project = world.row(shift).and_then(|row| row.one("project"));
                    share.scopes.push(Scope::Shift {
                        project: project.unwrap_or_default(),
                        shift,
                    });
                }
            }
            other => reader.fault(
                &key.span(),
                format!("a partner has no `{other}`; it has lead, partner, level, groups, desensitised, projects, shifts, scope, in_force"),
                format!("合作機構沒有 `{other}`；只有 lead, partner, level, groups, desensitised, projects, shifts, scope, in_force"),
            ),
        }
    }
    if partner.share.lead.is_nil() || partner.share.partner.is_nil() {
        reader.fault(
            span,
            format!("`{name}` must say its `lead` and its `partner`"),
            format!("`{name}` 必須註明 `lead` 及 `partner`"),
        );
    }
    partner
}

impl World {
    /// The viewer of this name: a person, a partner, `nobody`, or `job` and the name of the work.
    pub fn viewer(&self, who: &str) -> Option<Viewer> {
        if who == "nobody" {
            return Some(Viewer::anonymous());
        }
        if let Some(role) = who.strip_prefix("job ") {
            return Some(Viewer::job(role));
        }
        let (subject, shares);
        let claimed = match self.partners.get(who) {
            Some(partner) => {
                shares = [partner.share.id.to_string()];
                Claimed::Partner {
                    subject: who,
                    shares: &shares,
                    scope: partner.scope.as_deref(),
                }
            }
            None if self.people.contains_key(who) => {
                subject = id_of("Account", who).to_string();
                Claimed::User { subject: &subject }
            }
            None => return None,
        };
        // nothing here waits: the first look has the answer
        let made = pin!(assemble(Some(claimed), self, DateTime::<Utc>::UNIX_EPOCH));
        match { made }
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
        {
            Poll::Ready(made) => made.ok(),
            Poll::Pending => None,
        }
    }

    fn below(&self, heads: &BTreeSet<Uuid>) -> Vec<Uuid> {
        let mut below: BTreeSet<Uuid> = BTreeSet::new();
        loop {
            let more = self.of("Organisation").filter(|row| {
                let parent = row.one("parent");
                parent.is_some_and(|p| heads.contains(&p) || below.contains(&p))
            });
            let more: Vec<Uuid> = more.map(|row| row.id).collect();
            let before = below.len();
            below.extend(more);
            if below.len() == before {
                return below.into_iter().collect();
            }
        }
    }

    fn stands(&self, name: &str, person: &Person) -> Standing {
        let held = |role: &'static str| person.roles.iter().filter(move |r| r.role == role);
        let heads = held("ADMINISTRATOR").map(|r| r.organisation).collect();
        let led: BTreeSet<Uuid> = held("TEAM_LEADER").filter_map(|r| r.project).collect();
        let own = |of| {
            let mine = |row: &&super::world::Row| row.person.as_deref() == Some(name);
            self.of(of).filter(mine)
        };
        let guardians: Vec<Uuid> = own("Guardian").map(|row| row.id).collect();
        let open = |row: &&super::world::Row| {
            let guardian = row.one("guardian");
            let access = crate::policy::entity::Value::Flag(true);
            guardian.is_some_and(|id| guardians.contains(&id))
                && row.values.get("hasAccess") == Some(&access)
        };
        let wards = self.of("Guardianship").filter(open);
        let wards: Vec<Uuid> = wards.filter_map(|row| row.one("student")).collect();
        let children = || wards.iter().filter_map(|id| self.row(*id));
        let today = self.of("Shift").filter(|row| row.today);
        let today = today.filter(|row| row.one("project").is_some_and(|p| led.contains(&p)));
        Standing {
            roles: person
                .roles
                .iter()
                .map(|r| Role {
                    role: r.role.clone(),
                    organisation: r.organisation,
                    project: r.project,
                    class: r.class,
                })
                .collect(),
            branches: self.below(&heads),
            shifts_today: today.map(|row| row.id).collect(),
            volunteers: own("Volunteer").map(|row| row.id).collect(),
            shifts: own("Volunteer")
                .flat_map(|row| row.many("rosteredShifts"))
                .collect(),
            ward_classes: children().flat_map(|row| row.many("classes")).collect(),
            ward_schools: children()
                .filter_map(|row| row.one("organisation"))
                .collect(),
            guardians,
            wards,
            until: None,
        }
    }
}

impl Directory for World {
    type Error = Infallible;

    async fn standing(
        &self,
        account: Uuid,
        _now: DateTime<Utc>,
    ) -> Result<Option<Standing>, Infallible> {
        let mut people = self.people.iter();
        let found = people.find(|(name, _)| id_of("Account", name) == account);
        Ok(found.map(|(name, person)| self.stands(name, person)))
    }

    async fn shares(&self, ids: &[Uuid], _now: DateTime<Utc>) -> Result<InForce, Infallible> {
        let alive = self.partners.values();
        let alive = alive.filter(|partner| partner.in_force && ids.contains(&partner.share.id));
        let shares = alive.map(|partner| {
            let share = &partner.share;
            let scopes = share.scopes.iter().map(|scope| match scope {
                Scope::Project(id) => Scope::Project(*id),
                Scope::Shift { project, shift } => Scope::Shift {
                    project: *project,
                    shift: *shift,
                },
            });
            Share {
                id: share.id,
                lead: share.lead,
                partner: share.partner,
                level: share.level.clone(),
                groups: share.groups.clone(),
                desensitised: share.desensitised,
                scopes: scopes.collect(),
            }
        });
        Ok(InForce {
            shares: shares.collect(),
            until: None,
        })
    }
}
