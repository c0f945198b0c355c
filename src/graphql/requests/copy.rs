//! The copy, part by part: the places of the inventory in their order, some rows at a time, so that no
//! more than these are held, however much there is of a person.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::disclosed::Disclosed;
use super::eyes::Eyes;
use super::related::{Related, Wanted, known};
use crate::audit::Seen;
use crate::catalogue::about::{PERSONS, Person, Place, Reads, Told, places};
use crate::catalogue::{self, Cell, Kind};
use crate::graphql::disclose::bit;
use crate::graphql::disclosures::ENTRY;
use crate::graphql::error::GraphError;
use crate::graphql::id;
use crate::graphql::values::shown;
use crate::policy::Permit;
use crate::policy::difference::{field_in_words, type_in_words};
use crate::rights::copy::{Entry, Item, Known, Says, Words};
use crate::rights::given::Given;
use crate::store::{HeldRow, Holdings, Store};

/// How many rows are read at a time.
pub const SOME: u32 = 200;

/// What is disputed of which field of which record: the words, and what it should be.
type Disputes = BTreeMap<(Person, Uuid, String), Vec<(String, String)>>;

/// A copy that is being made.
pub struct Copy {
    pub store: Store,
    /// What its readers may know of others.
    eyes: Eyes,
    pub permit: Permit,
    pub of: Holdings,
    /// Types and fields that are left out.
    pub withheld: Vec<String>,
    /// What was told since this was last taken, for the log.
    pub seen: Seen,
    /// To whom it was shown; nothing where that is left out.
    pub disclosed: Option<Disclosed>,
    parts: Vec<(&'static Place, bool)>,
    after: Option<Uuid>,
    disputes: Option<Disputes>,
}

impl Copy {
    /// A copy of which nothing is made yet.
    pub fn new(
        store: Store,
        (eyes, reader): (Eyes, Option<Uuid>),
        permit: Permit,
        of: Holdings,
        withheld: Vec<String>,
        last: u64,
    ) -> Self {
        // How somebody signs in, and with which other organisations, is told to nobody else.
        let own = |(person, id): &(Person, Uuid)| *person == Person::User && reader == Some(*id);
        let own = of.persons.iter().any(own);
        let about = places().filter(|place| own || !place.is_of_sign_in());
        let about = about.map(|place| (place, false));
        let mentions = places().filter(|place| !place.mentions.is_empty());
        let mut parts: Vec<_> = about.chain(mentions.map(|place| (place, true))).collect();
        parts.reverse();
        let disclosed = (!withheld.iter().any(|name| name == ENTRY))
            .then(|| Disclosed::of(store.clone(), &of.persons, own, &withheld, last));
        Self {
            seen: Seen::default(),
            disclosed,
            store,
            eyes,
            permit,
            of,
            withheld,
            parts,
            after: None,
            disputes: None,
        }
    }

    /// The next entries, of one place or of several; none at the end.
    pub async fn next(&mut self) -> Result<Option<Vec<Entry>>, GraphError> {
        if self.disputes.is_none() {
            let withheld = self
                .withheld
                .iter()
                .any(|name| name.starts_with("CorrectionNote"));
            self.disputes = Some(match withheld {
                true => Disputes::new(),
                false => self.disputed().await?,
            });
        }
        let mut entries = Vec::new();
        while let Some((place, mention)) = self.parts.last().copied() {
            let room = SOME - u32::try_from(entries.len()).unwrap_or(SOME).min(SOME);
            if room == 0 {
                break;
            }
            if self.withheld.iter().any(|name| name == place.name()) {
                self.parts.pop();
                continue;
            }
            let rows = self
                .store
                .holdings(&self.permit, &self.of, (place, mention), self.after, room)
                .await?;
            self.after = rows.last().map(|row| row.id);
            if rows.len() < room as usize {
                self.parts.pop();
                self.after = None;
            }
            entries.extend(self.entries(place, mention, &rows).await?);
        }
        if entries.is_empty() {
            return Ok(None);
        }
        for (person, id) in &self.of.persons {
            if let Some(of) = person.of() {
                self.seen.copy(of, *id);
            }
        }
        Ok(Some(entries))
    }

    /// To whom it was shown, some answers at a time; none at the end.
    pub async fn given(&mut self) -> Result<Option<Vec<Given>>, GraphError> {
        match &mut self.disclosed {
            Some(disclosed) => disclosed.next(&self.eyes, &mut self.seen).await,
            None => Ok(None),
        }
    }

    /// The notes on what is disputed.
    async fn disputed(&self) -> Result<Disputes, GraphError> {
        let mut disputes = Disputes::new();
        let Some(place) = places().find(|place| place.table == "correction_note") else {
            return Ok(disputes);
        };
        let told = place.told();
        let mut after = None;
        loop {
            let part = (place, false);
            let rows = self
                .store
                .holdings(&self.permit, &self.of, part, after, SOME);
            let rows = rows.await?;
            for row in &rows {
                let cell = |column: &str| {
                    let at = told.iter().position(|told| told.column == column)?;
                    row.cells.get(at)
                };
                let text = |column: &str| match cell(column) {
                    Some(Cell::Text(text)) => text.clone(),
                    _ => String::new(),
                };
                let whose = PERSONS
                    .into_iter()
                    .find_map(|person| match cell(person.column()) {
                        Some(Cell::Id(id)) => Some((person, *id)),
                        _ => None,
                    });
                if let Some((person, id)) = whose {
                    let notes = disputes.entry((person, id, text("disputed_field")));
                    let note = (text("statement"), text("proposed_value"));
                    notes.or_default().push(note);
                }
            }
            after = rows.last().map(|row| row.id);
            if rows.len() < SOME as usize {
                return Ok(disputes);
            }
        }
    }

    async fn entries(
        &mut self,
        place: &'static Place,
        mention: bool,
        rows: &[HeldRow],
    ) -> Result<Vec<Entry>, GraphError> {
        let told = place.told();
        let mut wanted = Wanted::new();
        for row in rows {
            for (told, cell) in told.iter().zip(&row.cells) {
                if let (Reads::Id(of), Cell::Id(id)) = (told.reads, cell)
                    && !self.is_the_person(of, *id)
                {
                    wanted.entry(of).or_default().insert(*id);
                }
            }
        }
        let related = Related::of(&self.eyes, &wanted).await?;
        let mut entries = Vec::with_capacity(rows.len());
        for row in rows {
            entries.push(self.entry(place, mention, &told, row, &related).await?);
        }
        Ok(entries)
    }

    /// Whether a row of a type is a record of the person whose copy it is.
    fn is_the_person(&self, of: &str, id: Uuid) -> bool {
        let mut records = self.of.persons.iter();
        records.any(|(person, own)| *own == id && person.of().is_some_and(|known| known.name == of))
    }

    async fn entry(
        &mut self,
        place: &'static Place,
        mention: bool,
        told: &[Told],
        row: &HeldRow,
        related: &Related,
    ) -> Result<Entry, GraphError> {
        let of = place.of();
        let thirds = told.iter().filter(|told| told.third);
        let thirds: Vec<_> = thirds.filter_map(|told| of?.field(told.name)).collect();
        let others = match of {
            Some(of) if !thirds.is_empty() => known(&self.eyes, of, row.id, &thirds).await?,
            _ => BTreeMap::new(),
        };
        let mut items = Vec::new();
        let (mut full, mut masked) = (0, 0);
        for (told, cell) in told.iter().zip(&row.cells) {
            let name = format!("{}.{}", place.name(), told.name);
            if self.withheld.contains(&name) {
                continue;
            }
            let says = match (told.reads, cell) {
                (Reads::Id(_), Cell::Null) => continue,
                (Reads::Id(of), Cell::Id(id)) if self.is_the_person(of, *id) => Says::You,
                (Reads::Id(of), Cell::Id(id)) => related.says(of, *id, &mut self.seen),
                _ if told.third => match others.get(told.name) {
                    Some((value, known)) => Says::Value(value.clone(), *known),
                    None => Says::Value(serde_json::Value::Null, Known::Hidden),
                },
                (Reads::Value(kind), cell) => Says::Value(json(kind, cell), Known::Full),
                (_, cell) => Says::Value(json(Kind::Text, cell), Known::Full),
            };
            let bit = of.map_or(0, |of| bit(of, told.name));
            match &says {
                Says::You | Says::Value(_, Known::Full) => full |= bit,
                Says::Value(_, Known::Masked) => masked |= bit,
                Says::Row { known, .. } if *known != Known::Hidden => full |= bit,
                Says::Value(_, Known::Hidden) | Says::Row { .. } => {}
            }
            items.push(Item {
                name: told.name.to_owned(),
                words: words_of(told),
                says,
                disputed: self.disputed_of(place, told, row.id),
            });
        }
        if let Some(of) = of {
            self.seen.row(of, row.id, full, masked);
        }
        Ok(Entry {
            of: place.name().to_owned(),
            words: words_of_place(place),
            id: of.map(|of| id::encode(of, row.id)),
            mention,
            made: row.made,
            items,
            secrets: place.secrets.len(),
        })
    }

    fn disputed_of(&self, place: &Place, told: &Told, row: Uuid) -> Vec<(String, String)> {
        let person = PERSONS.into_iter().find(|p| p.table() == place.table);
        let notes = person
            .zip(self.disputes.as_ref())
            .and_then(|(person, all)| all.get(&(person, row, told.name.to_owned())));
        notes.cloned().unwrap_or_default()
    }
}

fn json(kind: Kind, cell: &Cell) -> serde_json::Value {
    shown(kind, cell.lent()).into_json().unwrap_or_default()
}

fn words_of(told: &Told) -> Words {
    let (en, zh) = told.words.unwrap_or_else(|| field_in_words(told.name));
    (en.to_owned(), zh.to_owned())
}

fn words_of_place(place: &Place) -> Words {
    let (en, zh) = match (place.words, catalogue::find(place.name())) {
        (Some((en, zh)), _) => (en, zh.to_owned()),
        (None, Some(of)) => {
            let (en, _, zh) = type_in_words(of);
            // The first character is the measure word.
            (en, zh.chars().skip(1).collect())
        }
        (None, None) => (place.table, place.table.to_owned()),
    };
    (en.to_owned(), zh)
}
