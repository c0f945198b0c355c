//! The difference by brute force: every viewer, every record, every question, one at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kaifong::catalogue::{Type, Write};
use kaifong::graphql::encode_id;
use kaifong::policy::scenario::{Answer, Question};
use kaifong::policy::{Condition, Lens, Policies, Record, Rule, Test, Value};
use kaifong::store::Store;
use kaifong::viewer::{Claimed, Directory, Viewer, assemble};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use uuid::Uuid;

use crate::app::noon;

/// Somebody who can ask, and what is known of them.
pub struct Asker {
    /// As an example names them; a job has no such name.
    pub name: Option<String>,
    pub lenses: [Arc<Lens>; 2],
    pub roles: Vec<(String, Uuid)>,
    pub partner: Option<Uuid>,
    pub other: Option<&'static str>,
}

/// Who turns, of what.
#[derive(Default, Debug)]
pub struct Turned {
    pub viewers: BTreeSet<String>,
    pub records: BTreeSet<Uuid>,
    pub pairs: BTreeSet<(String, String)>,
    pub organisations: BTreeSet<Option<Uuid>>,
    /// Whose people the viewers are.
    pub of: BTreeSet<Option<Uuid>>,
}

/// What is asked, how it turns, and as whom: role and organisation.
pub type Key = (
    String,
    String,
    &'static str,
    &'static str,
    String,
    Option<Uuid>,
);

async fn ids(db: &DatabaseConnection, sql: String) -> Vec<Uuid> {
    let rows = db
        .query_all_raw(Statement::from_string(db.get_database_backend(), sql))
        .await
        .unwrap();
    rows.iter()
        .map(|row| row.try_get_by_index(0).unwrap())
        .collect()
}

fn lens(set: &Arc<Policies>, viewer: Viewer) -> Arc<Lens> {
    Arc::new(Lens::new(Arc::clone(set), viewer).unwrap())
}

/// The same people, under another new set; what the old one answers is known already.
pub fn under(askers: &[Asker], new: &Arc<Policies>) -> Vec<Asker> {
    let again = askers.iter().map(|asker| {
        let old = &asker.lenses[0];
        Asker {
            name: asker.name.clone(),
            lenses: [Arc::clone(old), lens(new, old.viewer().clone())],
            roles: asker.roles.clone(),
            partner: asker.partner,
            other: asker.other,
        }
    });
    again.collect()
}

/// Everybody who can ask, under both sets.
pub async fn askers(store: &Store, sets: [&Arc<Policies>; 2]) -> Vec<Asker> {
    let db = store.database();
    let now = noon();
    let look = |viewer: Viewer| sets.map(|set| lens(set, viewer.clone()));
    let mut all = Vec::new();
    for account in ids(db, "SELECT id FROM account".to_owned()).await {
        let Some(standing) = store.standing(account, now).await.unwrap() else {
            continue;
        };
        let subject = &account.to_string();
        let viewer = assemble(Some(Claimed::User { subject }), store, now).await;
        let user = kaifong::catalogue::find("User").unwrap();
        let roles = standing.roles.into_iter();
        all.push(Asker {
            name: Some(encode_id(user, account)),
            lenses: look(viewer.unwrap()),
            roles: roles.map(|role| (role.role, role.organisation)).collect(),
            partner: None,
            other: None,
        });
    }
    for id in ids(db, "SELECT id FROM partnership".to_owned()).await {
        let shares = store.shares(&[id], now).await.unwrap().shares;
        let Some(share) = shares.first() else {
            continue;
        };
        let claimed = Claimed::Partner {
            subject: "anybody",
            shares: &[id.to_string()],
            scope: None,
        };
        let viewer = assemble(Some(claimed), store, now).await.unwrap();
        let partnership = kaifong::catalogue::find("Partnership").unwrap();
        all.push(Asker {
            name: Some(encode_id(partnership, id)),
            lenses: look(viewer),
            roles: Vec::new(),
            partner: Some(share.partner),
            other: None,
        });
    }
    for (name, viewer, other) in [
        (Some("nobody".to_owned()), Viewer::anonymous(), "NOBODY"),
        (None, Viewer::job("import"), "JOB import"),
    ] {
        all.push(Asker {
            name,
            lenses: look(viewer),
            roles: Vec::new(),
            partner: None,
            other: Some(other),
        });
    }
    all
}

/// Everything that turns in these types; `called` names the roles by which people are called, in
/// their order, and what they are called otherwise.
pub async fn brute_force(
    store: &Store,
    askers: &[Asker],
    types: &[&'static Type],
    called: (&[&str], &str),
) -> BTreeMap<Key, Turned> {
    let mut found: BTreeMap<Key, Turned> = BTreeMap::new();
    for of in types {
        let all = ids(store.database(), format!("SELECT id FROM {}", of.table)).await;
        let records = store.records(of, &all).await.unwrap();
        assert_eq!(records.len(), all.len());
        for (asker, question) in askers
            .iter()
            .flat_map(|asker| questions(of).map(move |question| (asker, question)))
        {
            if let Question::Do(deed) = question
                && !deed.scope.of_a_row()
            {
                continue;
            }
            let [old, new] = asker
                .lenses
                .each_ref()
                .map(|lens| Rules::of(lens, of, question));
            if old.same_as(&new) {
                continue;
            }
            for record in records.values() {
                let (before, after) = (old.answer(record), new.answer(record));
                if before == after {
                    continue;
                }
                let (role, organisation) = label(asker, called);
                let word = question.word();
                let (name, before, after) = (of.name.to_owned(), before.en(), after.en());
                let key = (name, word, before, after, role, organisation);
                let turned = found.entry(key).or_default();
                let viewer = asker.name.clone().unwrap_or_default();
                turned.viewers.insert(viewer.clone());
                turned.records.insert(record.id());
                turned.organisations.insert(organisation_of(record));
                turned.pairs.insert((viewer, encode_id(of, record.id())));
            }
        }
    }
    found
}

pub fn questions(of: &'static Type) -> impl Iterator<Item = Question> {
    let edits = of.fields.iter().filter(|field| field.write != Write::Never);
    [Question::There]
        .into_iter()
        .chain(of.fields.iter().map(Question::See))
        .chain(edits.map(Question::Edit))
        .chain(of.deeds.iter().map(Question::Do))
}

fn label(asker: &Asker, (called, otherwise): (&[&str], &str)) -> (String, Option<Uuid>) {
    if let Some(other) = asker.other {
        return (other.to_owned(), None);
    }
    if let Some(partner) = asker.partner {
        return ("SHARE".to_owned(), Some(partner));
    }
    for role in called {
        let of: BTreeSet<Uuid> = asker
            .roles
            .iter()
            .filter(|(held, _)| held == role)
            .map(|(_, organisation)| *organisation)
            .collect();
        if !of.is_empty() {
            let only = of.first().copied().filter(|_| of.len() == 1);
            return ((*role).to_owned(), only);
        }
    }
    (otherwise.to_owned(), None)
}

fn organisation_of(record: &Record) -> Option<Uuid> {
    let value = record.value("organisation").or(record.value("lead"));
    match value {
        Some(Value::Id(id)) => Some(*id),
        _ => None,
    }
}

/// The rules that answer one question, and how they are asked.
struct Rules<'a> {
    lens: &'a Lens,
    of: &'static Type,
    question: Question,
    known: BTreeMap<String, Option<Condition>>,
}

impl<'a> Rules<'a> {
    fn of(lens: &'a Lens, of: &'static Type, question: Question) -> Self {
        let mut known = BTreeMap::new();
        let action = question.action(of);
        for action in [
            format!("{}.list", of.name),
            format!("{action}:masked"),
            action,
        ] {
            let rule = match &*lens.rule(of, &action) {
                Rule::Condition(condition) => Some(condition.clone()),
                Rule::Opaque => None,
            };
            known.insert(action, rule);
        }
        Self {
            lens,
            of,
            question,
            known,
        }
    }

    fn same_as(&self, other: &Self) -> bool {
        self.known == other.known && self.known.values().all(Option::is_some)
    }

    fn answer(&self, record: &Record) -> Answer {
        self.question
            .answer(self.of, &mut |action| match self.known.get(action) {
                Some(Some(condition)) => holds(condition, record),
                _ => self.lens.allows(action, record),
            })
    }
}

/// Whether a condition holds of a record, by its definition.
fn holds(condition: &Condition, record: &Record) -> bool {
    match condition {
        Condition::Always => true,
        Condition::Never => false,
        Condition::Not(inner) => !holds(inner, record),
        Condition::All(parts) => parts.iter().all(|part| holds(part, record)),
        Condition::Any(parts) => parts.iter().any(|part| holds(part, record)),
        Condition::Test(test) => match test {
            Test::Is(attribute, ids) => {
                matches!(record.value(attribute.name), Some(Value::Id(id)) if ids.contains(id))
            }
            Test::Has(attribute) => record.value(attribute.name).is_some(),
            Test::Word(attribute, words) => {
                matches!(record.value(attribute.name), Some(Value::Text(text)) if words.contains(text))
            }
            Test::Flag(attribute) => record.value(attribute.name) == Some(&Value::Flag(true)),
            Test::Meets(attribute, ids) => {
                matches!(record.value(attribute.name), Some(Value::Ids(held)) if ids.iter().any(|id| held.contains(id)))
            }
        },
    }
}
