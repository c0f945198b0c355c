//! The people and partners of a file, as it writes them.

use toml::de::DeTable;
use uuid::Uuid;

use super::world::{Reader, World, id_of};
use crate::viewer::{Role, Scope, Share};

/// A person: the roles held.
#[derive(Default)]
pub struct Person {
    pub roles: Vec<Role>,
}

/// A partner under one share.
pub struct Partner {
    pub share: Share,
    pub in_force: bool,
    pub scope: Option<String>,
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
            purpose: None,
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
                    let known = ["ROSTER", "CONTACTS", "NOTES", "HISTORY", "ORIGINS"];
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
            "share" => {
                if let Some(name) = reader.text(value) {
                    share.id = reader.named("Partnership", &name, &value.span(), world);
                }
            }
            "desensitised" => share.desensitised = reader.flag(value).unwrap_or(true),
            "purpose" => share.purpose = reader.text(value),
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
                format!("a partner has no `{other}`; it has share, lead, partner, level, groups, desensitised, purpose, projects, shifts, scope, in_force"),
                format!("合作機構沒有 `{other}`；只有 share, lead, partner, level, groups, desensitised, purpose, projects, shifts, scope, in_force"),
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
