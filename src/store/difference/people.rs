//! The people who can sign in, by the roles they hold; the shares that are alive.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use uuid::Uuid;

use super::visits::{Ids, Number, Pairs};
use crate::catalogue::CellRef;
use crate::store::cells::Holds;
use crate::store::raw::Raw;
use crate::store::readers::Visit;
use crate::store::sql::Sql;
use crate::store::{Store, StoreError};

/// A role that matters, and what of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoleAsked {
    /// The role.
    pub role: &'static str,
    /// Whether the project matters.
    pub project: bool,
    /// Whether the class matters.
    pub class: bool,
}

/// A role as a class of people holds it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Held {
    /// The role.
    pub role: String,
    /// In which organisation.
    pub organisation: Uuid,
    /// In which project, where that matters.
    pub project: Option<Uuid>,
    /// In which class, where that matters.
    pub class: Option<Uuid>,
}

/// People who hold the same roles.
#[derive(Clone, Debug)]
pub struct People {
    /// The roles.
    pub held: Vec<Held>,
    /// How many people.
    pub count: u64,
    /// Their ids, as many as were asked for.
    pub members: Vec<Uuid>,
}

/// A share that is in force.
pub struct Live {
    /// The share.
    pub share: Uuid,
    /// With whom.
    pub partner: Uuid,
}

/// Roles in force of people who can sign in; the membership is `m`, the person `who`.
fn in_force(sql: &mut Sql) {
    sql.push("m.archived_at IS NULL AND (").timed(
        "m.valid_from IS NULL OR m.valid_from <= {now}) AND (m.valid_to IS NULL OR m.valid_to > {now}",
    );
    sql.push(")");
}

const SIGNS_IN: &str = "who.status = 'ACTIVE' AND who.archived_at IS NULL";

impl Store {
    /// Everybody who can sign in, by the roles that matter. Where `needed` names roles, only those
    /// who hold one of them. Of each class so many are named.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn people(
        &self,
        asked: &[RoleAsked],
        needed: Option<&[&'static str]>,
        apart: &BTreeSet<Uuid>,
        most: usize,
    ) -> Result<Vec<People>, StoreError> {
        let mut classes = Classes {
            asked: asked.to_vec(),
            apart: apart.clone(),
            most,
            current: None,
            found: BTreeMap::new(),
        };
        if !asked.is_empty() {
            let mut sql = self.sql();
            sql.push("SELECT m.account_id, m.role, m.organisation_id, m.project_id, m.class_id ");
            sql.push("FROM membership m JOIN account who ON who.id = m.account_id WHERE ");
            sql.push(SIGNS_IN).push(" AND ");
            in_force(&mut sql);
            sql.push(" AND m.role")
                .among(asked.iter().map(|asked| asked.role));
            if let Some(needed) = needed {
                sql.push(" AND m.account_id IN (SELECT m.account_id FROM membership m WHERE ");
                in_force(&mut sql);
                sql.push(" AND m.role")
                    .among(needed.iter().copied())
                    .push(")");
            }
            sql.push(" ORDER BY m.account_id");
            classes = self.read(sql.finish(), classes).await?;
            classes.close();
        }
        let mut all: Vec<People> = classes
            .found
            .into_iter()
            .map(|(held, (count, members))| People {
                held: held.into_iter().collect(),
                count,
                members,
            })
            .collect();
        if needed.is_none() {
            all.extend(self.others(asked, apart, most).await?);
        }
        Ok(all)
    }

    /// Those who hold none of these roles.
    async fn others(
        &self,
        asked: &[RoleAsked],
        apart: &BTreeSet<Uuid>,
        most: usize,
    ) -> Result<Option<People>, StoreError> {
        let such = |sql: &mut Sql| {
            sql.push(" FROM account who WHERE ").push(SIGNS_IN);
            if !asked.is_empty() {
                sql.push(" AND NOT ").exists();
                sql.push("SELECT 1 FROM membership m WHERE m.account_id = who.id AND ");
                in_force(sql);
                sql.push(" AND m.role")
                    .among(asked.iter().map(|asked| asked.role))
                    .push(")");
            }
            if !apart.is_empty() {
                sql.push(" AND NOT (who.id")
                    .among(apart.iter().copied())
                    .push(")");
            }
        };
        let mut sql = self.sql();
        sql.push("SELECT COUNT(*)");
        such(&mut sql);
        let count = self.read(sql.finish(), Number::default()).await?.0;
        if count == 0 {
            return Ok(None);
        }
        let mut sql = self.sql();
        sql.push("SELECT who.id");
        such(&mut sql);
        sql.push(&format!(" ORDER BY who.id LIMIT {most}"));
        let members = self.read(sql.finish(), Ids::default()).await?.0;
        Ok(Some(People {
            held: Vec::new(),
            count,
            members,
        }))
    }

    /// The shares that are in force.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn live_shares(&self) -> Result<Vec<Live>, StoreError> {
        let mut sql = self.sql();
        sql.push("SELECT p.id, p.partner_id FROM partnership p WHERE p.archived_at IS NULL ");
        sql.push("AND p.state = 'ACTIVE' AND ").timed(
            "(p.valid_from IS NULL OR p.valid_from <= {now}) AND (p.valid_to IS NULL OR p.valid_to > {now})",
        );
        sql.push(" ORDER BY p.id");
        let pairs = self.read(sql.finish(), Pairs::default()).await?.0;
        let live = |(share, partner)| Live { share, partner };
        Ok(pairs.into_iter().map(live).collect())
    }

    /// What these organisations are called, in English and in Chinese.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn organisation_names(
        &self,
        ids: &BTreeSet<Uuid>,
    ) -> Result<HashMap<Uuid, (String, String)>, StoreError> {
        let mut names = Names::default();
        if !ids.is_empty() {
            let mut sql = self.sql();
            sql.push("SELECT o.id, o.name_en, o.name_zh FROM organisation o WHERE o.id")
                .among(ids.iter().copied());
            names = self.read(sql.finish(), names).await?;
        }
        Ok(names.0)
    }
}

type Found = BTreeMap<BTreeSet<Held>, (u64, Vec<Uuid>)>;

/// Takes roles in the order of the people who hold them.
#[derive(Clone)]
struct Classes {
    asked: Vec<RoleAsked>,
    apart: BTreeSet<Uuid>,
    most: usize,
    current: Option<(Uuid, BTreeSet<Held>)>,
    found: Found,
}

impl Classes {
    fn close(&mut self) {
        let Some((who, held)) = self.current.take() else {
            return;
        };
        if self.apart.contains(&who) {
            return;
        }
        let (count, members) = self.found.entry(held).or_default();
        *count += 1;
        if members.len() < self.most {
            members.push(who);
        }
    }
}

impl Visit for Classes {
    fn row(&mut self, row: &impl Raw) -> Result<(), StoreError> {
        let who = row.id(0)?;
        let CellRef::Text(role) = row.cell(1, Holds::Text)? else {
            return Err(StoreError::Type("membership.role"));
        };
        let Some(asked) = self.asked.iter().find(|asked| asked.role == role) else {
            return Ok(());
        };
        let (project, class) = (asked.project, asked.class);
        let id = |at| match row.cell(at, Holds::Id)? {
            CellRef::Id(id) => Ok::<_, StoreError>(Some(id)),
            _ => Ok(None),
        };
        let held = Held {
            role: role.to_owned(),
            organisation: row.id(2)?,
            project: id(3)?.filter(|_| project),
            class: id(4)?.filter(|_| class),
        };
        if self
            .current
            .as_ref()
            .is_some_and(|(known, _)| *known != who)
        {
            self.close();
        }
        let current = self.current.get_or_insert_with(|| (who, BTreeSet::new()));
        current.1.insert(held);
        Ok(())
    }
}

/// Takes names.
#[derive(Clone, Default)]
struct Names(HashMap<Uuid, (String, String)>);

impl Visit for Names {
    fn row(&mut self, row: &impl Raw) -> Result<(), StoreError> {
        let text = |at| match row.cell(at, Holds::Text)? {
            CellRef::Text(text) => Ok::<_, StoreError>(text.to_owned()),
            _ => Ok(String::new()),
        };
        let (en, zh) = (text(1)?, text(2)?);
        let known = |one: &str, other: &str| if one.is_empty() { other } else { one }.to_owned();
        let names = (known(&en, &zh), known(&zh, &en));
        self.0.insert(row.id(0)?, names);
        Ok(())
    }
}
