//! How many viewers of which classes are concerned, and of how many rows.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use uuid::Uuid;

use super::viewers::{Class, Who};
use crate::catalogue::Type;
use crate::policy::Condition;
use crate::policy::difference::{assuming, own_tests, possible};
use crate::store::difference::{OwnRow, Part, Sampled};
use crate::store::{Store, StoreError};

/// How many people and rows are looked at to see whether one of them is enough.
const SAMPLE: usize = 64;
/// How many people one statement takes.
const PEOPLE: usize = 2_000;
/// How many examples are given.
pub const EXAMPLES: usize = 5;

/// Rows, and the classes for whose viewers their answer turns.
#[derive(Clone, PartialEq)]
pub struct Rows {
    /// The rows.
    pub rows: Condition,
    /// The classes, by their places.
    pub classes: Vec<usize>,
    /// Whose people or partners they are told as.
    pub organisations: BTreeSet<Option<Uuid>>,
}

/// What was counted.
#[derive(Default)]
pub struct Tally {
    /// How many viewers.
    pub viewers: u64,
    /// Whether there may be more.
    pub viewers_capped: bool,
    /// How many rows of each organisation; of none where the type has none.
    pub by: BTreeMap<Option<Uuid>, u64>,
    /// Whether there may be more.
    pub records_capped: bool,
    /// Whose people or partners they are; none is among them where it is not sure of all.
    pub organisations: BTreeSet<Option<Uuid>>,
    /// Whether somebody was not looked at who may be concerned.
    pub partial: bool,
    /// Viewers and rows to look at.
    pub examples: Vec<(Whose, Uuid)>,
}

/// The viewer of an example.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// A person.
    Person(Uuid),
    /// A share.
    Share(Uuid),
    /// Nobody in particular.
    Nobody,
}

impl Tally {
    /// How many rows.
    pub fn records(&self) -> u64 {
        self.by.values().sum()
    }
}

/// Counts over one store.
pub struct Counting<'a> {
    pub store: &'a Store,
    pub classes: &'a [Class],
    pub of: &'static Type,
    pub cap: u64,
    tally: Tally,
    /// Rows to be counted by condition.
    parts: Vec<Part>,
    /// Rows that are somebody's own, each with whose it is.
    own: HashMap<Uuid, Option<Uuid>>,
}

impl<'a> Counting<'a> {
    pub fn new(store: &'a Store, classes: &'a [Class], of: &'static Type, cap: u64) -> Self {
        Self {
            store,
            classes,
            of,
            cap,
            tally: Tally::default(),
            parts: Vec::new(),
            own: HashMap::new(),
        }
    }

    /// Counts the viewers and the rows of all these.
    pub async fn count(mut self, all: &[Rows]) -> Result<Tally, StoreError> {
        for Rows {
            rows,
            classes,
            organisations,
        } in all
        {
            let before = self.tally.viewers;
            let of = |at: &usize| self.classes.get(*at);
            let classes: Vec<&Class> = classes.iter().filter_map(of).collect();
            let own = !own_tests(rows).is_empty();
            if own {
                self.each_own(rows, &classes).await?;
            } else {
                self.alike(rows, &classes).await?;
            }
            if self.tally.viewers > before {
                self.tally.organisations.extend(organisations);
                // of people with their own each, some organisations may have none
                if own && organisations.len() > 1 {
                    self.tally.organisations.insert(None);
                }
            }
        }
        self.rows().await?;
        self.tally.examples.truncate(EXAMPLES);
        self.tally.viewers_capped |= self.tally.viewers > self.cap;
        self.tally.viewers = self.tally.viewers.min(self.cap);
        Ok(self.tally)
    }

    /// The same rows turn for everybody of these classes.
    async fn alike(&mut self, rows: &Condition, classes: &[&Class]) -> Result<(), StoreError> {
        let part = Part {
            rows: rows.clone(),
            own: None,
        };
        let parts = std::slice::from_ref(&part);
        let some = self.store.some_turned(self.of, parts, EXAMPLES).await?;
        if some.is_empty() {
            return Ok(());
        }
        for class in classes {
            self.tally.viewers += class.count;
            self.tally.viewers_capped |= class.more;
        }
        let viewers: Vec<Whose> = classes.iter().flat_map(|class| shown(class)).collect();
        if !viewers.is_empty() {
            let pairs = some.iter().enumerate();
            let pairs = pairs.filter_map(|(at, row)| {
                let viewer = viewers.get(at % viewers.len())?;
                Some((*viewer, *row))
            });
            self.tally.examples.extend(pairs);
        }
        self.parts.push(part);
        Ok(())
    }

    /// Which rows turn depends on what is each one's own.
    async fn each_own(&mut self, rows: &Condition, classes: &[&Class]) -> Result<(), StoreError> {
        let people: Vec<Uuid> = classes
            .iter()
            .flat_map(|class| match &class.who {
                Who::People(members) => members.as_slice(),
                _ => &[],
            })
            .take(usize::try_from(self.cap).unwrap_or(usize::MAX))
            .copied()
            .collect();
        let count: u64 = classes.iter().map(|class| class.count).sum();
        let all = count == people.len() as u64;
        if !all {
            self.tally.partial = true;
            self.tally.viewers_capped = true;
            self.tally.records_capped = true;
        }
        let mut concerned: HashSet<Uuid> = HashSet::new();
        for test in own_tests(rows) {
            if !possible(&[&assuming(rows, Some(&test), true)]) {
                continue;
            }
            for part in people.chunks(PEOPLE) {
                let room = usize::try_from(self.cap).unwrap_or(usize::MAX);
                let room = room.saturating_sub(self.own.len()) + 1;
                let found = self
                    .store
                    .own_turned(self.of, rows, &test, part, room)
                    .await?;
                if found.len() == room {
                    self.tally.viewers_capped = true;
                    self.tally.records_capped = true;
                }
                for OwnRow {
                    who,
                    row,
                    organisation,
                } in found
                {
                    if concerned.insert(who) && self.tally.examples.len() < EXAMPLES {
                        self.tally.examples.push((Whose::Person(who), row));
                    }
                    self.own.insert(row, organisation);
                }
                if room == 1 {
                    break;
                }
            }
        }
        let spared = self.not_own(rows, &people, all).await?;
        match spared {
            None => self.tally.viewers += concerned.len() as u64,
            Some(spared) => {
                let without = spared.iter().filter(|who| !concerned.contains(who));
                let without = without.count() as u64;
                self.tally.viewers += people.len() as u64 - without;
            }
        }
        Ok(())
    }

    /// Rows that turn without being anybody's own. If there are any, the people for whom none of
    /// them does.
    async fn not_own(
        &mut self,
        rows: &Condition,
        people: &[Uuid],
        all: bool,
    ) -> Result<Option<Vec<Uuid>>, StoreError> {
        let apart = assuming(rows, None, false);
        if people.is_empty() || !possible(&[&apart]) {
            return Ok(None);
        }
        let few: Vec<Uuid> = people.iter().take(SAMPLE).copied().collect();
        let whole = Part {
            rows: apart.clone(),
            own: None,
        };
        let part = Part {
            rows: rows.clone(),
            own: Some(Sampled {
                apart,
                people: few.clone(),
            }),
        };
        let (parts, whole) = (std::slice::from_ref(&part), std::slice::from_ref(&whole));
        let some = self.store.some_turned(self.of, parts, SAMPLE).await?;
        if !all || people.len() > few.len() {
            // a row that is the own of all of the few may be that of somebody else
            let of_few = self.store.count_turned(self.of, parts, self.cap).await?;
            let at_most = self.store.count_turned(self.of, whole, self.cap).await?;
            let sum = |by: &[(Option<Uuid>, u64)]| by.iter().map(|(_, n)| n).sum::<u64>();
            if sum(&of_few.by) < sum(&at_most.by) {
                self.tally.partial = true;
                self.tally.viewers_capped = true;
                self.tally.records_capped = true;
            }
        }
        if some.is_empty() {
            return Ok(None);
        }
        let first = few.get(..few.len().min(EXAMPLES)).unwrap_or_default();
        let shown = self
            .store
            .turned_for(self.of, rows, first, &some, EXAMPLES)
            .await?;
        let shown = shown.into_iter();
        let shown = shown.map(|(who, row)| (Whose::Person(who), row));
        self.tally.examples.extend(shown);
        let mut spared = Vec::new();
        for part in people.chunks(PEOPLE) {
            spared.extend(self.store.unturned(self.of, rows, part, &some).await?);
        }
        self.tally.viewers_capped |= some.len() == SAMPLE && !spared.is_empty();
        self.parts.push(part);
        Ok(Some(spared))
    }

    /// How many rows there are, each once.
    async fn rows(&mut self) -> Result<(), StoreError> {
        // one list of organisations is found sooner than many alternatives
        let (alike, mut parts): (Vec<Part>, Vec<Part>) = std::mem::take(&mut self.parts)
            .into_iter()
            .partition(|part| part.own.is_none());
        if !alike.is_empty() {
            parts.push(Part {
                rows: Condition::any(alike.into_iter().map(|part| part.rows)),
                own: None,
            });
        }
        self.parts = parts;
        if !self.parts.is_empty() {
            let found = self
                .store
                .count_turned(self.of, &self.parts, self.cap)
                .await?;
            self.tally.records_capped |= found.capped;
            self.tally.by.extend(found.by);
        }
        let rows: Vec<Uuid> = self.own.keys().copied().collect();
        for part in rows.chunks(PEOPLE) {
            let more = if self.parts.is_empty() {
                part.to_vec()
            } else {
                self.store.beside(self.of, &self.parts, part).await?
            };
            for row in more {
                let whose = self.own.get(&row).copied().flatten();
                *self.tally.by.entry(whose).or_default() += 1;
            }
        }
        let total = self.tally.records();
        if total > self.cap {
            self.tally.records_capped = true;
        }
        Ok(())
    }
}

/// The viewers of a class that can be shown in an example.
pub fn shown(class: &Class) -> Vec<Whose> {
    match &class.who {
        Who::People(members) => members
            .iter()
            .take(EXAMPLES)
            .map(|id| Whose::Person(*id))
            .collect(),
        Who::Share(share, _) => vec![Whose::Share(*share)],
        Who::Nobody => vec![Whose::Nobody],
        Who::Job(_) => Vec::new(),
    }
}
