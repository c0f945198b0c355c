//! Roles and shares become sets by right.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{
    Bearing, Directory, Grant, Held, InForce, Parts, PrincipalKind, Scope, Share, Standing, Viewer,
};

/// Why a genuine token makes no viewer.
#[derive(Debug, thiserror::Error)]
pub enum Unrecognised<E: std::error::Error> {
    /// The subject is not a person who may sign in.
    #[error("the subject of the token may not sign in")]
    Subject,
    /// The session in which the token was given is over.
    #[error("the session of the token is over; sign in again")]
    Session,
    /// The token names no share, or a share by something that is no id.
    #[error("the shares of the token cannot be read")]
    Shares,
    /// The token is not listed, has ended or was revoked.
    #[error("the token is not listed")]
    Token,
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
    /// A person, for as long as a session lasts.
    Session {
        /// The account.
        subject: &'a str,
        /// The session.
        session: &'a str,
    },
    /// A partner's token, as it is listed and as it was narrowed since.
    Token {
        /// The id under which it is listed.
        subject: &'a str,
        /// Its own id.
        jti: &'a str,
        /// The shares that it names.
        shares: &'a [String],
        /// The projects to which it was narrowed, if to some.
        projects: &'a [String],
        /// Scopes, if it was narrowed to some.
        scope: Option<&'a str>,
    },
    /// A partner under shares, without a token: for telling what one would see.
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
            Self::User { .. } | Self::Session { .. } => PrincipalKind::User,
            Self::Token { .. } | Self::Partner { .. } => PrincipalKind::Partner,
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
        Some(Claimed::Session { subject, session }) => {
            let account = Uuid::parse_str(subject).map_err(|_| Unrecognised::Subject)?;
            let session = Uuid::parse_str(session).map_err(|_| Unrecognised::Session)?;
            let found = directory.session(session, account, now).await;
            let found = found.map_err(Unrecognised::Directory)?;
            let in_session = found.ok_or(Unrecognised::Session)?;
            let standing = directory.standing(account, now).await;
            let standing = standing.map_err(Unrecognised::Directory)?;
            let mut standing = standing
                .ok_or(Unrecognised::Subject)?
                .without(&in_session.withheld);
            standing.until = standing.until.into_iter().chain([in_session.until]).min();
            Ok(user(account, standing))
        }
        Some(Claimed::Token {
            subject,
            jti,
            shares,
            projects,
            scope,
        }) => {
            let id = Uuid::parse_str(subject).map_err(|_| Unrecognised::Token)?;
            let grant = directory.grant(id, now).await;
            let grant = grant.map_err(Unrecognised::Directory)?;
            let grant = grant.ok_or(Unrecognised::Token)?;
            let mut named: Vec<Uuid> = ids(shares).ok_or(Unrecognised::Shares)?;
            named.retain(|share| grant.issuer_holds && grant.shares.contains_key(share));
            let only = ids(projects).ok_or(Unrecognised::Shares)?;
            let in_force = directory.shares(&named, now).await;
            let mut in_force = in_force.map_err(Unrecognised::Directory)?;
            in_force.until = [in_force.until, grant.until, Some(grant.expires)]
                .into_iter()
                .flatten()
                .min();
            let bearing = Bearing {
                token: id,
                jti: jti.to_owned(),
                purpose: grant.purpose.clone(),
                shares: in_force.shares.iter().map(|share| share.id).collect(),
            };
            let within = Within::of(&grant, scope, (!projects.is_empty()).then_some(only));
            Ok(partner(subject, &in_force, &within).bearing_token(bearing))
        }
        Some(Claimed::Partner {
            subject,
            shares,
            scope,
        }) => {
            let ids: Vec<Uuid> = ids(shares).ok_or(Unrecognised::Shares)?;
            let in_force = directory.shares(&ids, now).await;
            let in_force = in_force.map_err(Unrecognised::Directory)?;
            Ok(partner(subject, &in_force, &Within::scope(scope)))
        }
    }
}

/// Somebody of a kind who holds nothing: what is said of each viewer of that kind.
pub(super) fn bare(kind: PrincipalKind) -> Viewer {
    match kind {
        PrincipalKind::User => user(Uuid::nil(), Standing::default()),
        PrincipalKind::Partner => {
            let (shares, until) = (Vec::new(), None);
            partner("", &InForce { shares, until }, &Within::scope(None))
        }
        PrincipalKind::Job => Viewer::job(""),
        PrincipalKind::Anonymous => Viewer::anonymous(),
    }
}

fn ids<I: FromIterator<Uuid>>(texts: &[String]) -> Option<I> {
    texts
        .iter()
        .map(|text| Uuid::parse_str(text).ok())
        .collect()
}

/// What a viewer stays within, whatever its shares grant.
struct Within<'a> {
    partner: Option<Uuid>,
    /// What its data may be used for, beside the purposes of the shares.
    purpose: Option<&'a str>,
    /// A right must be in each of these lists.
    scopes: Vec<BTreeSet<&'a str>>,
    /// A part of a share must be among these.
    parts: Option<&'a BTreeMap<Uuid, Parts>>,
    /// And of one of these projects.
    projects: Option<BTreeSet<Uuid>>,
}

impl<'a> Within<'a> {
    /// A scope claim; without one, all that the shares grant.
    fn scope(scope: Option<&'a str>) -> Self {
        let scopes = scope.map(|scope| scope.split_ascii_whitespace().collect());
        Self {
            partner: None,
            purpose: None,
            scopes: scopes.into_iter().collect(),
            parts: None,
            projects: None,
        }
    }

    /// What a token was issued for, and what was left of it since.
    fn of(grant: &'a Grant, scope: Option<&'a str>, projects: Option<BTreeSet<Uuid>>) -> Self {
        let mut within = Self::scope(scope);
        if !grant.scopes.is_empty() {
            let listed = grant.scopes.iter().map(String::as_str).collect();
            within.scopes.push(listed);
        }
        Self {
            partner: Some(grant.partner),
            purpose: grant.purpose.as_deref(),
            parts: Some(&grant.shares),
            projects,
            ..within
        }
    }

    fn right(&self, right: &str) -> bool {
        self.scopes.iter().all(|scopes| scopes.contains(right))
    }

    fn part(&self, share: &Share, part: &Scope) -> bool {
        let (Scope::Project(project) | Scope::Shift { project, .. }) = part;
        let parts = self.parts.is_none_or(|parts| {
            let parts = parts.get(&share.id);
            parts.is_some_and(|parts| parts.cover(*project))
        });
        parts
            && self
                .projects
                .as_ref()
                .is_none_or(|only| only.contains(project))
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
        (
            "keepsPoliciesOf",
            many("Organisation", standing.policies_kept),
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

/// Whether a purpose is direct marketing, in whichever of the words for it.
fn is_marketing(purpose: Option<&str>) -> bool {
    let purpose = purpose.unwrap_or_default().to_lowercase();
    let plain = purpose.replace(['_', '-'], " ");
    ["direct marketing", "直接促銷", "募捐"]
        .iter()
        .any(|word| plain.contains(word))
}

fn partner(subject: &str, in_force: &InForce, within: &Within<'_>) -> Viewer {
    let mine = |share: &&Share| {
        within
            .partner
            .is_none_or(|partner| share.partner == partner)
    };
    let shares: Vec<&Share> = in_force.shares.iter().filter(mine).collect();
    let mut projects: BTreeMap<&str, BTreeSet<Uuid>> = BTreeMap::new();
    let mut shifts: BTreeMap<&str, BTreeSet<Uuid>> = BTreeMap::new();
    for share in &shares {
        for right in granted(share) {
            if !within.right(right) {
                continue;
            }
            for covered in share.scopes.iter().filter(|part| within.part(share, part)) {
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
    let ids = shares.iter().map(|share| share.id).collect();
    held.insert("shares", Held::Many("Partnership", ids));
    // A token is for direct marketing where it says so, or one of its shares does.
    let purposes = shares.iter().map(|share| share.purpose.as_deref());
    let markets = purposes.chain([within.purpose]).any(is_marketing);
    let markets = markets.then_some(organisation).into_iter().collect();
    held.insert("marketsFor", Held::Many("Organisation", markets));
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
