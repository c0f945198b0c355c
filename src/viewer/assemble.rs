//! Roles and shares become sets by right.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Directory, Held, InForce, PrincipalKind, Scope, Share, Standing, Viewer};

/// Why a genuine token makes no viewer.
#[derive(Debug, thiserror::Error)]
pub enum Unrecognised<E: std::error::Error> {
    /// The subject is not a person who may sign in.
    #[error("the subject of the token may not sign in")]
    Subject,
    /// The token names no share, or a share by something that is no id.
    #[error("the shares of the token cannot be read")]
    Shares,
    /// The directory could not be asked.
    #[error("the directory could not be asked")]
    Directory(#[source] E),
}

/// What a verified token says of its holder.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum Claimed<'a> {
    /// A person.
    User {
        /// The account.
        subject: &'a str,
    },
    /// A partner's token.
    Partner {
        /// The id of the token or of its holder.
        subject: &'a str,
        /// The shares it covers.
        shares: &'a [String],
        /// Scopes, if it is narrower than the shares.
        scope: Option<&'a str>,
    },
}

impl Claimed<'_> {
    /// What kind of viewer it makes.
    #[must_use]
    pub const fn kind(&self) -> PrincipalKind {
        match self {
            Self::User { .. } => PrincipalKind::User,
            Self::Partner { .. } => PrincipalKind::Partner,
        }
    }
}

/// The viewer that a token makes at this instant.
///
/// # Errors
/// Where the subject is unknown or may not sign in, and where the directory cannot be asked.
pub async fn assemble<D: Directory>(
    claimed: Option<Claimed<'_>>,
    directory: &D,
    now: DateTime<Utc>,
) -> Result<Viewer, Unrecognised<D::Error>> {
    match claimed {
        None => Ok(Viewer::anonymous()),
        Some(Claimed::User { subject }) => {
            let account = Uuid::parse_str(subject).map_err(|_| Unrecognised::Subject)?;
            let standing = directory
                .standing(account, now)
                .await
                .map_err(Unrecognised::Directory)?;
            Ok(user(account, standing.ok_or(Unrecognised::Subject)?))
        }
        Some(Claimed::Partner {
            subject,
            shares,
            scope,
        }) => {
            let ids = shares
                .iter()
                .map(|s| Uuid::parse_str(s))
                .collect::<Result<Vec<_>, _>>();
            let ids = ids.map_err(|_| Unrecognised::Shares)?;
            let in_force = directory
                .shares(&ids, now)
                .await
                .map_err(Unrecognised::Directory)?;
            Ok(partner(subject, &in_force, scope))
        }
    }
}

fn user(account: Uuid, standing: Standing) -> Viewer {
    let organisations = |role: &str| -> BTreeSet<Uuid> {
        standing
            .roles
            .iter()
            .filter(|r| r.role == role)
            .map(|r| r.organisation)
            .collect()
    };
    let members = [
        "ADMINISTRATOR",
        "COORDINATOR",
        "TEAM_LEADER",
        "VOLUNTEER",
        "TEACHER",
    ];
    let member_of = members
        .iter()
        .flat_map(|role| organisations(role))
        .collect();
    let leads = standing
        .roles
        .iter()
        .filter(|r| r.role == "TEAM_LEADER")
        .filter_map(|r| r.project);
    let teaches = standing
        .roles
        .iter()
        .filter(|r| r.role == "TEACHER")
        .filter_map(|r| r.class);
    let many = |entity, ids: Vec<Uuid>| Held::Many(entity, ids.into_iter().collect());
    let held = BTreeMap::from([
        ("account", Held::One("Account", account)),
        (
            "administers",
            Held::Many("Organisation", organisations("ADMINISTRATOR")),
        ),
        ("oversees", many("Organisation", standing.branches)),
        (
            "coordinates",
            Held::Many("Organisation", organisations("COORDINATOR")),
        ),
        (
            "officerOf",
            Held::Many("Organisation", organisations("PRIVACY_OFFICER")),
        ),
        ("memberOf", Held::Many("Organisation", member_of)),
        (
            "teachesAt",
            Held::Many("Organisation", organisations("TEACHER")),
        ),
        ("wardSchools", many("Organisation", standing.ward_schools)),
        ("leads", Held::Many("Project", leads.collect())),
        ("leadsToday", many("Shift", standing.shifts_today)),
        ("ownVolunteers", many("Volunteer", standing.volunteers)),
        ("ownShifts", many("Shift", standing.shifts)),
        ("teaches", Held::Many("Class", teaches.collect())),
        ("ownGuardians", many("Guardian", standing.guardians)),
        ("wards", many("Student", standing.wards)),
        ("wardClasses", many("Class", standing.ward_classes)),
    ]);
    Viewer::new(
        PrincipalKind::User,
        account.to_string(),
        Some(account),
        held,
        standing.until,
    )
}

/// The scopes to which a partner's token can be narrowed: the rights of a share.
pub fn scopes() -> impl Iterator<Item = &'static str> {
    RIGHTS.iter().map(|(right, ..)| *right)
}

/// The rights of a share, each a pair of attributes: by project and by shift.
const RIGHTS: [(&str, &str, &str); 11] = [
    ("frame", "seesFrameOf", "seesFrameOfShifts"),
    ("roster", "seesRosterOf", "seesRosterOfShifts"),
    (
        "names:masked",
        "seesNamesMaskedOf",
        "seesNamesMaskedOfShifts",
    ),
    ("names", "seesNamesOf", "seesNamesOfShifts"),
    ("contacts", "seesContactsOf", "seesContactsOfShifts"),
    ("notes", "seesNotesOf", "seesNotesOfShifts"),
    ("history", "seesHistoryOf", "seesHistoryOfShifts"),
    ("origins", "seesOriginsOf", "seesOriginsOfShifts"),
    ("progress:edit", "editsProgressOf", "editsProgressOfShifts"),
    ("roster:edit", "editsRosterOf", "editsRosterOfShifts"),
    ("plan", "plansOf", "plansOfShifts"),
];

/// What a share grants, by its level, its groups and its display.
fn granted(share: &Share) -> Vec<&'static str> {
    let group = |name: &str| share.groups.iter().any(|g| g == name);
    let edits = share.level == "EDIT" || share.level == "ADMIN";
    let mut rights = vec!["frame"];
    if group("ROSTER") {
        rights.extend(["roster", "names:masked"]);
        rights.extend(group("HISTORY").then_some("history"));
        if !share.desensitised {
            rights.push("names");
            rights.extend(group("CONTACTS").then_some("contacts"));
            rights.extend(group("NOTES").then_some("notes"));
        }
        rights.extend(edits.then_some("roster:edit"));
    }
    rights.extend(group("ORIGINS").then_some("origins"));
    rights.extend(edits.then_some("progress:edit"));
    rights.extend((share.level == "ADMIN").then_some("plan"));
    rights
}

fn partner(subject: &str, in_force: &InForce, scope: Option<&str>) -> Viewer {
    let shares = &in_force.shares;
    // A token without a scope claim is as wide as its shares; with one, it is what both grant.
    let wanted: Option<BTreeSet<&str>> = scope.map(|s| s.split_ascii_whitespace().collect());
    let mut projects: BTreeMap<&str, BTreeSet<Uuid>> = BTreeMap::new();
    let mut shifts: BTreeMap<&str, BTreeSet<Uuid>> = BTreeMap::new();
    for share in shares {
        for right in granted(share) {
            if wanted.as_ref().is_some_and(|w| !w.contains(right)) {
                continue;
            }
            for covered in &share.scopes {
                let _ = match covered {
                    Scope::Project(id) => projects.entry(right).or_default().insert(*id),
                    Scope::Shift { shift, .. } => shifts.entry(right).or_default().insert(*shift),
                };
            }
        }
    }
    let leads = shares.iter().map(|s| s.lead).collect();
    let mut held = BTreeMap::from([("leadOrganisations", Held::Many("Organisation", leads))]);
    // The partner is one organisation; a token over shares of several is refused where it is made.
    let organisation = shares.first().map_or(Uuid::nil(), |s| s.partner);
    held.insert("organisation", Held::One("Organisation", organisation));
    for (right, by_project, by_shift) in RIGHTS {
        held.insert(
            by_project,
            Held::Many("Project", projects.remove(right).unwrap_or_default()),
        );
        held.insert(
            by_shift,
            Held::Many("Shift", shifts.remove(right).unwrap_or_default()),
        );
    }
    Viewer::new(
        PrincipalKind::Partner,
        subject.to_owned(),
        None,
        held,
        in_force.until,
    )
}
