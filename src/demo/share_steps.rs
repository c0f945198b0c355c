//! What became of the demo's shares: offered, answered, held and ended by administrators.

use chrono::{DateTime, TimeDelta, Utc};
use entity::{partnership, partnership_step};
use serde_json::{Value, json};
use uuid::Uuid;

use super::Demo;
use super::seed::id;

/// Who administers an organisation.
pub(super) fn administrator(demo: &Demo, organisation: Uuid) -> Option<Uuid> {
    let posts = demo.memberships.iter();
    let mut heads =
        posts.filter(|m| m.role == "ADMINISTRATOR" && m.organisation_id == organisation);
    heads.next().map(|m| m.account_id)
}

/// The steps by which a share came to the state in which it is: what was done, by which side, and
/// the state before and after.
fn steps(state: &str) -> &'static [(&'static str, &'static str, &'static str, &'static str)] {
    match state {
        "ACTIVE" => &[("ACCEPT", "PARTNER", "PROPOSED", "ACTIVE")],
        "SUSPENDED" => &[
            ("ACCEPT", "PARTNER", "PROPOSED", "ACTIVE"),
            ("SUSPEND", "LEAD", "ACTIVE", "SUSPENDED"),
        ],
        "ENDED" => &[
            ("ACCEPT", "PARTNER", "PROPOSED", "ACTIVE"),
            ("REVOKE", "PARTNER", "ACTIVE", "ENDED"),
        ],
        _ => &[],
    }
}

/// The trail of a share; its last step is counted in the share.
pub(super) fn build(demo: &mut Demo, share: &mut partnership::Model, now: DateTime<Utc>) {
    let offered = json!({
        "state": "PROPOSED",
        "level": share.level,
        "fieldGroups": serde_json::from_str::<Value>(&share.field_groups).unwrap_or_default(),
        "desensitised": share.desensitised,
        "purpose": share.purpose,
    });
    let mut told = vec![("PROPOSE", "LEAD", json!({}), offered)];
    for (deed, side, before, after) in steps(&share.state) {
        let (mut before, mut after) = (json!({ "state": before }), json!({ "state": after }));
        if *deed == "SUSPEND" {
            before["suspendedBy"] = Value::Null;
            after["suspendedBy"] = json!(side);
        }
        told.push((deed, side, before, after));
    }
    // A step an hour; then what time did to what was agreed on.
    let mut dated = Vec::new();
    let mut at = share.created_at;
    for (deed, side, before, after) in told {
        dated.push((at, deed, side, before, after));
        at += TimeDelta::hours(1);
    }
    if share.state == "ACTIVE" {
        for (deed, turn, force) in [
            ("BEGIN", share.valid_from, true),
            ("EXPIRE", share.valid_to, false),
        ] {
            if let Some(turn) = turn.filter(|turn| *turn > at && *turn <= now) {
                let said = |force| json!({ "inForce": force });
                dated.push((turn, deed, "NEITHER", said(!force), said(force)));
            }
        }
    }
    for (at, deed, side, before, after) in dated {
        share.last_step += 1;
        let account_id = match side {
            "LEAD" => administrator(demo, share.lead_id),
            "PARTNER" => administrator(demo, share.partner_id),
            _ => None,
        };
        demo.partnership_steps.push(partnership_step::Model {
            id: id(&format!("step/{}/{}", share.id, share.last_step)),
            partnership_id: share.id,
            lead_id: share.lead_id,
            partner_id: share.partner_id,
            number: share.last_step,
            deed: deed.to_owned(),
            side: side.to_owned(),
            account_id,
            before_values: before.to_string(),
            after_values: after.to_string(),
            created_at: at,
            updated_at: at,
            revision: 1,
            archived_at: None,
        });
    }
}
