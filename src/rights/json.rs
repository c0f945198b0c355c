//! The copy as JSON, for programs. Its shape is in README.md; it grows, and nothing of it changes its
//! meaning while the version stays.

use chrono::SecondsFormat;
use serde_json::{Map, Value, json};

use super::copy::{Entry, Head, Item, Known, Says, Words};

/// The version of the shape.
pub const VERSION: u32 = 1;

fn words((en, zh): &Words) -> Value {
    json!({ "en": en, "zh": zh })
}

/// What comes before the entries.
#[must_use]
pub fn head(head: &Head) -> String {
    let time = |at: chrono::DateTime<chrono::Utc>| at.to_rfc3339_opts(SecondsFormat::AutoSi, true);
    let told = json!({
        "id": head.request,
        "openedOn": head.opened.to_string(),
        "answeredAt": head.answered.map(time),
        "answered": if head.partly { "PARTLY" } else { "IN_WHOLE" },
        "reasons": head.reasons,
        "withheld": head.withheld,
    });
    let organisation = json!(head.organisation);
    let made = time(head.made);
    format!(
        "{{\"format\":\"kaifong-personal-data\",\"version\":{VERSION},\"madeAt\":\"{made}\",\
         \"organisation\":{organisation},\"request\":{told},\"entries\":["
    )
}

/// An entry, the first of all or a later one.
#[must_use]
pub fn entry(entry: &Entry, first: bool) -> String {
    let items: Vec<Value> = entry.items.iter().map(item).collect();
    let mut told = Map::new();
    told.insert("type".into(), entry.of.as_str().into());
    told.insert("label".into(), words(&entry.words));
    told.insert("id".into(), json!(entry.id));
    told.insert(
        "about".into(),
        if entry.mention { "MENTION" } else { "YOU" }.into(),
    );
    let made = entry.made.to_rfc3339_opts(SecondsFormat::AutoSi, true);
    told.insert("recordedAt".into(), made.into());
    told.insert("fields".into(), items.into());
    if entry.secrets > 0 {
        told.insert("secretsNotTold".into(), entry.secrets.into());
    }
    let comma = if first { "\n" } else { ",\n" };
    format!("{comma}{}", Value::Object(told))
}

fn item(item: &Item) -> Value {
    let mut told = Map::new();
    told.insert("name".into(), item.name.as_str().into());
    told.insert("label".into(), words(&item.words));
    let known = match &item.says {
        Says::Value(value, known) => {
            told.insert("value".into(), value.clone());
            *known
        }
        Says::You => {
            told.insert("you".into(), true.into());
            Known::Full
        }
        Says::Row { of, called, known } => {
            told.insert("leadsTo".into(), json!({ "type": of, "called": called }));
            *known
        }
    };
    told.insert("known".into(), known.code().into());
    if !item.disputed.is_empty() {
        let notes = item.disputed.iter();
        let notes = notes.map(|(words, value)| json!({ "statement": words, "shouldBe": value }));
        told.insert("accuracyDisputed".into(), notes.collect());
    }
    Value::Object(told)
}

/// What comes after the entries.
#[must_use]
pub fn tail(entries: u64) -> String {
    format!("\n],\"count\":{entries}}}\n")
}
