//! What the office shows, as plain data.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::catalogue;
use crate::graphql::id;
use crate::retention::{NEVER, Rule};
use crate::store::erasure::{ErasureRow, HeldRow, Obstacle, Preview};
use crate::store::retention::{RuleRow, RunRow};

/// The identifier of a hold.
pub fn hold_id(hold: Uuid) -> String {
    id::named("Hold", &hold.simple().to_string())
}

/// The hold that an identifier names.
pub fn held(text: &str) -> Option<Uuid> {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let plain = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
    Uuid::try_parse(plain.strip_prefix("Hold:")?).ok()
}

fn record(of: &str, row: Uuid) -> Json {
    catalogue::find(of).map_or(Json::Null, |of| json!(id::encode(of, row)))
}

fn user(account: Option<Uuid>) -> Json {
    account.map_or(Json::Null, |account| record("User", account))
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

pub fn hold(hold: &HeldRow) -> Json {
    json!({
        "id": hold_id(hold.id),
        "record": record(&hold.of, hold.subject),
        "reason": hold.reason,
        "at": time(hold.placed),
        "by": user(hold.by),
        "until": hold.until.map(time),
        "releasedAt": hold.released.map(time),
        "releasedBy": user(hold.released_by),
        "releaseReason": hold.release_reason,
    })
}

pub fn erasure(row: &ErasureRow) -> Json {
    let counts: Json = serde_json::from_str(&row.counts).unwrap_or_default();
    let tables = counts.as_object().into_iter().flatten();
    let tables = tables.map(|(table, rows)| json!({ "table": table, "rows": rows }));
    json!({
        "at": time(row.at),
        "kind": row.kind,
        "pseudonym": row.pseudonym,
        "ground": row.ground,
        "way": row.way,
        "by": user(row.by),
        "counts": tables.collect::<Vec<Json>>(),
    })
}

pub fn preview(preview: &Preview) -> Json {
    let lines = preview.lines.iter().map(|line| {
        json!({
            "table": line.table,
            "column": line.column,
            "treatment": line.treatment.code(),
            "rows": line.count,
            "english": line.en,
            "chinese": line.zh,
        })
    });
    let obstacle = preview.obstacle.map(|obstacle| match obstacle {
        Obstacle::Held => "HELD",
        Obstacle::Elsewhere => "ELSEWHERE",
    });
    json!({
        "possible": preview.obstacle.is_none(),
        "obstacle": obstacle,
        "lines": lines.collect::<Vec<Json>>(),
    })
}

pub fn retention(in_force: &[(&'static Rule, i32)], said: &[RuleRow]) -> Json {
    let kept = in_force.iter().map(|(rule, months)| {
        let history = said.iter().filter(|row| row.subject == rule.code);
        let history = history.map(|row| {
            json!({
                "number": row.number,
                "months": row.months,
                "reason": row.reason,
                "by": user(row.by),
                "at": time(row.at),
            })
        });
        json!({
            "subject": rule.code,
            "months": months,
            "shipped": rule.months,
            "least": rule.least,
            "most": rule.most,
            "end": rule.end.code(),
            "fromEnglish": rule.from_en,
            "fromChinese": rule.from_zh,
            "english": rule.why_en,
            "chinese": rule.why_zh,
            "history": history.collect::<Vec<Json>>(),
        })
    });
    let never = NEVER.iter().map(|(code, en, zh)| {
        json!({
            "subject": code,
            "end": "NEVER",
            "english": en,
            "chinese": zh,
            "history": [],
        })
    });
    Json::Array(kept.chain(never).collect())
}

pub fn run(row: &RunRow) -> Json {
    json!({
        "began": time(row.began),
        "ended": row.ended.map(time),
        "dryRun": row.dry,
        "subject": row.count.subject,
        "months": row.count.months,
        "done": row.count.done,
        "held": row.count.held,
    })
}
