//! The tokens of the demo's partners, as they are listed.

use chrono::TimeDelta;
use entity::{partner_token, partner_token_share};
use uuid::Uuid;

use super::accounts::account_id;
use super::calendar::Calendar;
use super::holders::{DemoToken, holders};
use super::members::LEAD;
use super::organisations::organisation_id;
use super::partnerships::{EXPIRING, share_id};
use super::seed::id;
use super::{Demo, list};

/// How long a token of the demo is good.
const YEARS: i64 = 10;

/// A token of the demo.
struct Token {
    id: Uuid,
    name: String,
    organisation: Uuid,
    issuer: Uuid,
    shares: Vec<Uuid>,
    scopes: &'static [&'static str],
    networks: &'static [&'static str],
}

pub(super) fn build(demo: &mut Demo, calendar: Calendar) {
    // What the demo's lead received itself, and handed on: narrower, and from one network only.
    let received = Token {
        id: id("token/received"),
        name: "the outings on the board in the lobby".to_owned(),
        organisation: organisation_id(LEAD),
        issuer: account_id("administrator"),
        shares: vec![share_id(EXPIRING)],
        scopes: &["frame"],
        networks: &["192.0.2.0/24"],
    };
    let held = holders()
        .into_iter()
        .filter_map(|holder| match holder.kind {
            DemoToken::Partner {
                token,
                organisation_id,
                share_ids,
                issuer,
            } => Some(Token {
                id: token,
                name: format!("demo: {}", holder.role.replace('_', " ")),
                organisation: organisation_id,
                issuer,
                shares: share_ids,
                scopes: &[],
                networks: &[],
            }),
            DemoToken::User { .. } => None,
        });
    for token in held.chain([received]) {
        put(demo, calendar, &token);
    }
}

fn put(demo: &mut Demo, calendar: Calendar, token: &Token) {
    let at = calendar.founded();
    let mut purpose = None;
    for share in demo
        .partnerships
        .iter()
        .filter(|p| token.shares.contains(&p.id))
    {
        purpose = purpose.or_else(|| share.purpose.clone());
        demo.partner_token_shares.push(partner_token_share::Model {
            id: id(&format!("token share/{}/{}", token.id, share.id)),
            partner_token_id: token.id,
            partnership_id: share.id,
            project_id: None,
            lead_id: share.lead_id,
            partner_id: token.organisation,
            created_at: at,
            updated_at: at,
            revision: 1,
            archived_at: None,
        });
    }
    demo.partner_tokens.push(partner_token::Model {
        id: token.id,
        organisation_id: token.organisation,
        issuer_id: Some(token.issuer),
        name: token.name.clone(),
        purpose,
        scopes: list(token.scopes),
        networks: list(token.networks),
        audience: "kaifong".to_owned(),
        long_lived: true,
        expires_at: at + TimeDelta::days(365 * YEARS),
        last_used_at: None,
        revoked_at: None,
        revoked_by_id: None,
        refreshes: 0,
        created_at: at,
        updated_at: at,
        revision: 1,
        archived_at: None,
    });
}
