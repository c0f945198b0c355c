//! The difference of two sets over data, against brute force.
//!
//! The demo's data is asked by every viewer that there is, about every record, under both sets; what
//! turns must be what the difference tells, viewer by viewer and record by record.

mod cases;
mod command;
mod oracle;
mod promises;
mod random;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use kaifong::catalogue::{self, Type};
use kaifong::graphql::decode_id;
use kaifong::live::{Asking, difference};
use kaifong::policy::difference::{Change, Difference};
use kaifong::policy::{Document, Policies};
use kaifong::store::Store;
use uuid::Uuid;

use self::oracle::{Asker, Key, Turned, askers, brute_force, under};

/// Above which number of organisations viewers are told together.
const MANY: usize = 8;

fn shipped() -> (Document, Vec<Document>) {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("policies");
    let document = |name: &str| Document {
        name: name.to_owned(),
        text: std::fs::read_to_string(folder.join(name)).unwrap(),
    };
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".cedar"))
        .collect();
    names.sort();
    let documents = names.iter().map(|name| document(name)).collect();
    (document("schema.cedarschema"), documents)
}

/// The shipped set after an edit of its text.
fn edited(edit: impl Fn(String) -> String) -> Arc<Policies> {
    let (schema, documents) = shipped();
    let before: String = documents.iter().map(|d| d.text.clone() + "\n").collect();
    let text = edit(before.clone());
    let document = Document {
        name: "all.cedar".to_owned(),
        text,
    };
    Policies::load(&schema, &[document]).unwrap_or_else(|error| panic!("{error}"))
}

async fn told(store: &Store, old: &Arc<Policies>, new: &Arc<Policies>, cap: u64) -> Difference {
    let asking = Asking {
        store,
        old,
        new,
        cap,
        time: Duration::from_secs(600),
        told: &|_| {},
    };
    // a server asks it from a task that may move between threads
    fn sent<F: Future + Send>(future: F) -> F {
        future
    }
    sent(difference(&asking)).await.unwrap()
}

/// What was found by brute force, as it is to be told: viewers of many organisations together.
fn together(found: BTreeMap<Key, Turned>) -> BTreeMap<Key, Turned> {
    let mut wide: BTreeMap<Key, BTreeSet<Option<Uuid>>> = BTreeMap::new();
    let anywhere = |key: &Key| {
        let mut key = key.clone();
        key.5 = None;
        key
    };
    for key in found.keys() {
        wide.entry(anywhere(key)).or_default().insert(key.5);
    }
    let mut all: BTreeMap<Key, Turned> = BTreeMap::new();
    for (key, mut turned) in found {
        turned.of.insert(key.5);
        let key = match wide[&anywhere(&key)].len() > MANY {
            true => anywhere(&key),
            false => key,
        };
        let known = all.entry(key).or_default();
        known.viewers.extend(turned.viewers);
        known.records.extend(turned.records);
        known.pairs.extend(turned.pairs);
        known.organisations.extend(turned.organisations);
        known.of.extend(turned.of);
    }
    all
}

/// Holds what is told of these types against what was found.
async fn compare(
    store: &Store,
    name: &str,
    difference: &Difference,
    types: &[&'static Type],
    found: BTreeMap<Key, Turned>,
) -> usize {
    assert!(difference.complete, "{name}");
    let organisations: BTreeSet<Uuid> = found
        .values()
        .flat_map(|turned| turned.organisations.iter().flatten())
        .chain(found.keys().filter_map(|key| key.5.as_ref()))
        .copied()
        .collect();
    let names = store.organisation_names(&organisations).await.unwrap();
    let mut expected = together(found);
    let mut told = 0;
    for change in &difference.changes {
        let of = catalogue::find(&change.of).unwrap();
        let deed = of.deed(&change.subject);
        if !types.iter().any(|known| known.name == of.name)
            || deed.is_some_and(|deed| !deed.scope.of_a_row())
        {
            continue;
        }
        told += 1;
        let place = expected.keys().find(|key| {
            let organisation = key.5.map(|id| names[&id].0.clone());
            (&key.0, &key.1, &key.4, organisation)
                == (
                    &change.of,
                    &change.subject,
                    &change.role,
                    change.organisation.clone(),
                )
                && (key.2, key.3) == (change.before.en(), change.after.en())
        });
        let place = place
            .unwrap_or_else(|| panic!("{name}: told but not so: {change:#?}"))
            .clone();
        let turned = expected.remove(&place).unwrap();
        exact(name, change, &turned, &names);
    }
    assert!(
        expected.is_empty(),
        "{name}: not told: {:?}",
        expected.keys()
    );
    told
}

fn exact(
    name: &str,
    change: &Change,
    turned: &Turned,
    names: &std::collections::HashMap<Uuid, (String, String)>,
) {
    let counts = (change.viewers, change.records);
    let expected = (turned.viewers.len() as u64, turned.records.len() as u64);
    assert!(
        !change.viewers_capped && !change.records_capped,
        "{name}: {change:?}"
    );
    assert_eq!(counts, expected, "{name}: {change:?}");
    let whose: Vec<_> = turned.organisations.iter().collect();
    let whose = match whose[..] {
        [Some(one)] => Some(names[one].0.clone()),
        _ => None,
    };
    assert_eq!(change.records_organisation, whose, "{name}: {change:?}");
    // the sentence says of how many organisations the viewers are, or of which
    let several = format!(" of {} organisations ", turned.of.len());
    if turned.of.len() > 1 && !turned.of.contains(&None) && change.organisation.is_none() {
        let told = change.english.contains(&several) || !change.english.contains(" organisations ");
        assert!(told, "{name}: {} is not{several}", change.english);
    }
    let asked = turned.pairs.iter().any(|(viewer, _)| !viewer.is_empty());
    let most = turned.pairs.len().min(5);
    assert!(change.examples.len() <= most, "{name}: {change:?}");
    assert_eq!(!change.examples.is_empty(), asked, "{name}: {change:?}");
    for example in &change.examples {
        let pair = (example.viewer.clone(), example.record.clone());
        assert!(
            turned.pairs.contains(&pair),
            "{name}: {example:?} does not turn"
        );
        assert_eq!(example.field, change.subject);
        assert!(decode_id(&example.record).is_some());
    }
}

/// Holds the difference of two sets against brute force; how many changes there were. The people are
/// those under the old set.
async fn check(
    store: &Store,
    name: &str,
    (people, new): (&[Asker], &Arc<Policies>),
    types: &[&'static Type],
    called: (&[&str], &str),
) -> (usize, Difference) {
    let found = brute_force(store, &under(people, new), types, called).await;
    let old = people[0].lenses[0].policies();
    let difference = told(store, old, new, 100_000).await;
    let told = compare(store, name, &difference, types, found).await;
    (told, difference)
}
