//! Random policies over random principals, and the rows on which they are tried.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;

use kaifong::catalogue::{self, AttributeShape, TYPES, Type};
use kaifong::policy::Policies;
use kaifong::viewer::{Held, PrincipalKind, Viewer};
use proptest::prelude::*;
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use uuid::Uuid;

use super::policies::{Rule, rules};

/// The ids of all rows, by type and by entity.
pub struct Population {
    pub rows: HashMap<&'static str, Vec<Uuid>>,
    pub words: BTreeMap<(&'static str, &'static str), Vec<String>>,
}

impl Population {
    pub async fn read(db: &DatabaseConnection) -> Self {
        let (mut rows, mut words) = (HashMap::new(), BTreeMap::new());
        for of in TYPES {
            let all = |sql: String| async move {
                db.query_all_raw(Statement::from_string(db.get_database_backend(), sql))
                    .await
                    .unwrap()
            };
            let found = all(format!("SELECT id FROM {} ORDER BY id", of.table)).await;
            // At most so many, so that a case is cheap.
            let ids: Vec<Uuid> = found
                .iter()
                .map(|row| row.try_get_by_index(0).unwrap())
                .collect();
            rows.insert(of.name, ids);
            for attribute in of.attributes {
                if let AttributeShape::Text(column) = attribute.shape {
                    let found = all(format!(
                        "SELECT DISTINCT {column} FROM {} ORDER BY 1",
                        of.table
                    ))
                    .await;
                    let found = found
                        .iter()
                        .map(|row| row.try_get_by_index(0).unwrap())
                        .collect();
                    words.insert((of.name, attribute.name), found);
                }
            }
        }
        Self { rows, words }
    }

    pub fn of_entity(&self, entity: &str) -> Vec<Uuid> {
        catalogue::of_entity(entity)
            .map(|of| self.rows[of.name].clone())
            .unwrap_or_default()
    }
}

/// The principal's attributes that are sets, with the entity of their members.
pub const HELD: [(&str, &str); 16] = [
    ("administers", "Organisation"),
    ("oversees", "Organisation"),
    ("coordinates", "Organisation"),
    ("officerOf", "Organisation"),
    ("keepsPoliciesOf", "Organisation"),
    ("memberOf", "Organisation"),
    ("teachesAt", "Organisation"),
    ("wardSchools", "Organisation"),
    ("leads", "Project"),
    ("leadsToday", "Shift"),
    ("ownVolunteers", "Volunteer"),
    ("ownShifts", "Shift"),
    ("teaches", "Class"),
    ("ownGuardians", "Guardian"),
    ("wards", "Student"),
    ("wardClasses", "Class"),
];

/// A random set of policies, and a random principal.
#[derive(Clone, Debug)]
pub struct Case {
    pub of: &'static Type,
    account: Uuid,
    held: BTreeMap<&'static str, (&'static str, Vec<Uuid>)>,
    list: Vec<Rule>,
    cell: Vec<Rule>,
}

impl Case {
    pub fn viewer(&self) -> Viewer {
        let mut held: BTreeMap<&'static str, Held> = self
            .held
            .iter()
            .map(|(name, (entity, ids))| (*name, Held::Many(entity, ids.iter().copied().collect())))
            .collect();
        held.insert("account", Held::One("Account", self.account));
        Viewer::new(
            PrincipalKind::User,
            self.account.to_string(),
            Some(self.account),
            held,
            None,
        )
    }

    pub fn policies(&self) -> Arc<Policies> {
        super::policies::load(
            self.of,
            super::check::probe(self.of),
            &self.list,
            &self.cell,
        )
        .unwrap_or_else(|error| panic!("{error}\n{self}"))
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "account {}", self.account)?;
        for (name, (_, ids)) in &self.held {
            writeln!(f, "{name} {ids:?}")?;
        }
        for rule in self.list.iter().chain(&self.cell) {
            writeln!(f, "{}", rule.text())?;
        }
        Ok(())
    }
}

/// A type, with rules for its rows and for one of its cells.
type Rules = (&'static Type, Vec<Rule>, Vec<Rule>);

/// A random case over a population.
pub fn case(population: &Population) -> impl Strategy<Value = Case> + use<> {
    let accounts = population.of_entity("Account");
    let sets: Vec<BoxedStrategy<(&'static str, &'static str, Vec<Uuid>)>> = HELD
        .iter()
        .map(|(name, entity)| {
            let all = population.of_entity(entity);
            let most = all.len().min(12);
            proptest::sample::subsequence(all, 0..=most)
                .prop_map(move |ids| (*name, *entity, ids))
                .boxed()
        })
        .collect();
    let by_type: Vec<BoxedStrategy<Rules>> = TYPES
        .iter()
        .filter(|of| !of.attributes.is_empty())
        .map(|of| {
            let list = rules(population, of, false);
            let cell = rules(population, of, true);
            (Just(*of), list, cell).boxed()
        })
        .collect();
    let chosen = proptest::sample::select(by_type).prop_flat_map(|strategy| strategy);
    (proptest::sample::select(accounts), sets, chosen).prop_map(
        |(account, sets, (of, list, cell))| {
            let held = sets
                .into_iter()
                .map(|(name, entity, ids)| (name, (entity, ids)))
                .collect();
            Case {
                of,
                account,
                held,
                list,
                cell,
            }
        },
    )
}
