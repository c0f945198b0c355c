//! The nine people and partners through whose eyes the demo can be seen.

use uuid::Uuid;

use super::accounts::account_id;
use super::members::{EDITOR, LEAD, PARTNER};
use super::organisations::organisation_id;
use super::partnerships::{EDIT, READ_ONLY, share_id};
use super::schools::PRIMARY;
use super::seed::id;

/// One of the nine, with what its token is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoHolder {
    /// The key in the file of tokens.
    pub role: &'static str,
    /// What the token says.
    pub kind: DemoToken,
    /// Who that is, in a few words.
    pub label: &'static str,
}

/// What a token of the demo says of its holder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DemoToken {
    /// A person.
    User {
        /// The account.
        account_id: Uuid,
        /// The organisation for which the person acts.
        organisation_id: Uuid,
    },
    /// A partner organisation under shares.
    Partner {
        /// The token, as it is listed.
        token: Uuid,
        /// The partner.
        organisation_id: Uuid,
        /// The shares that the token covers.
        share_ids: Vec<Uuid>,
        /// The administrator of the partner who handed it out.
        issuer: Uuid,
    },
}

/// The nine holders, in the order in which they are shown.
pub fn holders() -> [DemoHolder; 9] {
    let user = |role: &'static str, organisation: &str, label| DemoHolder {
        role,
        kind: DemoToken::User {
            account_id: account_id(role),
            organisation_id: organisation_id(organisation),
        },
        label,
    };
    let partner = |role: &'static str, organisation: &str, share, label| DemoHolder {
        role,
        kind: DemoToken::Partner {
            token: id(&format!("token/{role}")),
            organisation_id: organisation_id(organisation),
            share_ids: vec![share_id(share)],
            issuer: account_id(&format!("{organisation}/administrator")),
        },
        label,
    };
    [
        user(
            "administrator",
            LEAD,
            "administrator of Ming Wan Neighbourhood Association 明灣街坊會",
        ),
        user(
            "coordinator",
            LEAD,
            "coordinator of Ming Wan Neighbourhood Association 明灣街坊會",
        ),
        user(
            "team_leader",
            LEAD,
            "team leader of the Community Canteen 社區飯堂",
        ),
        user(
            "volunteer",
            LEAD,
            "volunteer, on today's roster of the Community Canteen 社區飯堂",
        ),
        partner(
            "partner",
            PARTNER,
            READ_ONLY,
            "Bamboo Shade Elderly Services 竹影長者服務社: read-only, desensitised",
        ),
        partner(
            "partner_edit",
            EDITOR,
            EDIT,
            "Three Lanterns Youth Society 三燈青年社: edit, with names and contacts",
        ),
        user(
            "teacher",
            PRIMARY,
            "teacher of class P1A at Spruce Hill Primary School 雲杉山小學",
        ),
        user(
            "guardian",
            PRIMARY,
            "guardian of two children at Spruce Hill Primary School 雲杉山小學",
        ),
        user(
            "privacy_officer",
            LEAD,
            "privacy officer of Ming Wan Neighbourhood Association 明灣街坊會",
        ),
    ]
}
