//! The copy as JSON, for programs. Its shape is in README.md; it grows, and nothing of it changes its
//! meaning while the version stays.

use chrono::SecondsFormat;
use serde_json::{Map, Value, json};

use super::copy::{Entry, Head, Item, Known, PREVIEW, Says, Words};
use super::given::{Given, note};

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
        "answered": match (head.preview, head.partly) {
            (true, _) => Value::Null,
            (false, true) => "PARTLY".into(),
            (false, false) => "IN_WHOLE".into(),
        },
        "reasons": head.reasons,
        "withheld": head.withheld,
    });
    let preview = match head.preview {
        true => json!({ "en": PREVIEW.0, "zh": PREVIEW.1 }),
        false => Value::Null,
    };
    let organisation = json!(head.organisation);
    let made = time(head.made);
    format!(
        "{{\"format\":\"kaifong-personal-data\",\"version\":{VERSION},\"madeAt\":\"{made}\",\
         \"preview\":{preview},\"organisation\":{organisation},\"request\":{told},\"entries\":["
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

/// What comes after the entries, and before what is said of to whom they were shown.
#[must_use]
pub fn middle(entries: u64) -> String {
    format!("\n],\"count\":{entries},\"disclosures\":")
}

/// An answer that showed something, the first of all or a later one.
#[must_use]
pub fn given(given: &Given, first: bool) -> String {
    let names = |shown: &[(String, Words)]| -> Value {
        let names = shown.iter().map(|(name, _)| Value::from(name.as_str()));
        names.collect()
    };
    let who = |says: &Says| match says {
        Says::You => json!({ "you": true }),
        Says::Row { called, known, .. } => json!({ "called": called, "known": known.code() }),
        Says::Value(value, known) => json!({ "called": [value], "known": known.code() }),
    };
    let organisations: Vec<Value> = given.organisations.iter().map(who).collect();
    let told = json!({
        "at": given.at.to_rfc3339_opts(SecondsFormat::AutoSi, true),
        "viewerKind": given.kind,
        "roles": given.roles,
        "by": given.by.as_ref().map(who),
        "organisations": organisations,
        "purpose": given.purpose,
        "full": names(&given.full),
        "masked": names(&given.masked),
    });
    let begin = if first { "{\"entries\":[\n" } else { ",\n" };
    format!("{begin}{told}")
}

/// What comes after those; `None` where they were left out, else how many there are, and whether
/// the list is cut.
#[must_use]
pub fn tail(given: Option<(u64, bool)>) -> String {
    let Some((count, cut)) = given else {
        return "null}\n".to_owned();
    };
    let begin = if count == 0 { "{\"entries\":[" } else { "" };
    let (en, zh) = note(cut);
    let rest = json!({ "en": en, "zh": zh });
    let complete = !cut;
    format!("{begin}\n],\"count\":{count},\"complete\":{complete},\"note\":{rest}}}}}\n")
}
