//! To whom the data went: what the log of disclosures says of the person's records, the newest first
//! and only so much of it. Who it was is told as far as the copy's readers know them, as everywhere.

use uuid::Uuid;

use super::copy::SOME;
use super::eyes::Eyes;
use super::related::{Related, Wanted};
use crate::audit::{CHANGES, COPY, DISCLOSURES, EXPLAINED, Seen};
use crate::catalogue::about::Person;
use crate::catalogue::{self, Type};
use crate::graphql::error::GraphError;
use crate::policy::difference::{field_in_words, type_in_words};
use crate::rights::copy::{Known, Says, Words};
use crate::rights::given::{Given, MOST};
use crate::store::Store;
use crate::store::log::{Found, Sought};

/// What of a record was read beside its fields, in words.
const READ: [(&str, &str, &str); 4] = [
    (
        COPY,
        "a copy of everything that is held",
        "所持有全部資料的副本",
    ),
    (DISCLOSURES, "to whom it was shown", "披露紀錄"),
    (CHANGES, "how it was changed", "更改紀錄"),
    (
        EXPLAINED,
        "why somebody sees something of it",
        "可見與否的理由",
    ),
];

/// What the log says of a person, as far as it was not told yet.
pub struct Disclosed {
    store: Store,
    persons: Vec<(Person, Uuid)>,
    records: Vec<(&'static Type, Uuid)>,
    withheld: Vec<String>,
    /// Only entries with a lower number.
    before: u64,
    /// How many were told.
    read: usize,
    /// Whether there are more than are told.
    pub cut: bool,
    ended: bool,
}

impl Disclosed {
    /// What the log says of these up to this entry; of the account only where the reader is its
    /// owner, since it is used with other organisations too.
    pub fn of(
        store: Store,
        persons: &[(Person, Uuid)],
        own: bool,
        withheld: &[String],
        last: u64,
    ) -> Self {
        let told = persons
            .iter()
            .filter(|(person, _)| own || *person != Person::User);
        let records = told.filter_map(|(person, id)| Some((person.of()?, *id)));
        Self {
            store,
            persons: persons.to_vec(),
            records: records.collect(),
            withheld: withheld.to_vec(),
            before: last.saturating_add(1),
            read: 0,
            cut: false,
            ended: false,
        }
    }

    /// The next answers; none at the end.
    pub async fn next(
        &mut self,
        eyes: &Eyes,
        seen: &mut Seen,
    ) -> Result<Option<Vec<Given>>, GraphError> {
        while !self.ended && !self.records.is_empty() {
            let most = (SOME as usize).min(MOST - self.read.min(MOST));
            let sought = Sought {
                records: self.records.clone(),
                from: None,
                to: None,
                before: Some(self.before),
                // One more than is told tells whether there are more.
                first: most + 1,
            };
            let mut found = self.store.log_of(&sought).await?;
            let more = found.len() > most;
            found.truncate(most);
            self.read += found.len();
            self.cut = more && self.read >= MOST;
            self.ended = !more || self.cut;
            if let Some(last) = found.last() {
                self.before = last.number;
            }
            for (of, id) in &self.records {
                seen.log(of, *id);
            }
            let given = self.told(&found, eyes, seen).await?;
            if !given.is_empty() {
                return Ok(Some(given));
            }
        }
        Ok(None)
    }

    async fn told(
        &self,
        found: &[Found],
        eyes: &Eyes,
        seen: &mut Seen,
    ) -> Result<Vec<Given>, GraphError> {
        let mut wanted = Wanted::new();
        for found in found {
            let persons = found.person.filter(|person| !self.is_the_person(*person));
            wanted.entry("User").or_default().extend(persons);
            let organisations = wanted.entry("Organisation").or_default();
            organisations.extend(&found.entry.who.organisations);
        }
        let related = Related::of(eyes, &wanted).await?;
        let told = found.iter();
        let told = told.filter_map(|found| self.given(found, &related, seen));
        Ok(told.collect())
    }

    fn is_the_person(&self, account: Uuid) -> bool {
        self.persons.contains(&(Person::User, account))
    }

    /// What is told of an entry; nothing where all of it is left out.
    fn given(&self, found: &Found, related: &Related, seen: &mut Seen) -> Option<Given> {
        let entry = &found.entry;
        let (mut full, mut masked, mut any) = (Vec::new(), Vec::new(), false);
        for part in entry.parts() {
            let here = |pseudonym: &u64| part.records.binary_search(pseudonym).is_ok();
            if !found.rows.keys().any(here) || self.withheld.iter().any(|name| *name == part.of) {
                continue;
            }
            let of = catalogue::find(&part.of);
            for (names, shown) in [(&part.full, &mut full), (&part.masked, &mut masked)] {
                for name in names {
                    let whole = format!("{}.{name}", part.of);
                    let told = (whole, in_words(of, name));
                    if !self.withheld.contains(&told.0) && !shown.contains(&told) {
                        shown.push(told);
                        any = true;
                    }
                }
            }
            any |= part.full.is_empty() && part.masked.is_empty();
        }
        if !any {
            return None;
        }
        let by = found
            .person
            .map(|account| match self.is_the_person(account) {
                true => Says::You,
                false => related.says("User", account, seen),
            });
        // For whom else the person acts is told to nobody else.
        let oneself = matches!(by, Some(Says::You));
        let acts = entry.who.organisations.iter().filter(|_| !oneself);
        let organisations = acts.map(|id| related.says("Organisation", *id, seen));
        let roles = entry.who.roles.iter().filter(|_| !oneself);
        Some(Given {
            at: chrono::DateTime::from_timestamp_micros(entry.at).unwrap_or_default(),
            kind: entry.who.kind.to_uppercase(),
            roles: roles.map(ToString::to_string).collect(),
            by,
            organisations: organisations.filter(is_known).collect(),
            purpose: entry.purpose.clone(),
            full,
            masked,
        })
    }
}

fn is_known(says: &Says) -> bool {
    !matches!(
        says,
        Says::Row {
            known: Known::Hidden,
            ..
        }
    )
}

/// A field of a type, or what else was read of it, in words.
fn in_words(of: Option<&'static Type>, name: &str) -> Words {
    let Some(of) = of else {
        return (name.to_owned(), name.to_owned());
    };
    let read = READ.iter().find(|(read, ..)| *read == name);
    let (en, zh) = match (read, of.field(name)) {
        (Some((_, en, zh)), _) => (*en, *zh),
        (None, Some(field)) => field_in_words(field.name),
        (None, None) => (name, name),
    };
    let (one, _, its) = type_in_words(of);
    // The first character is the measure word.
    let its: String = its.chars().skip(1).collect();
    (format!("{one}: {en}"), format!("{its}：{zh}"))
}
