//! What a query can speak of: ids and values from both databases, seen or not.

use std::collections::{BTreeMap, HashMap, HashSet};

use kaifong::catalogue::{Cell, Field, Kind, TYPES, Type};
use kaifong::graphql::encode_id;
use uuid::Uuid;

use super::dice::Dice;
use super::oracle::Oracle;
use super::rows::{self, Rows};
use super::text::Literal;

pub struct World {
    listed: HashMap<&'static str, Vec<Uuid>>,
    others: HashMap<&'static str, Vec<Uuid>>,
    values: BTreeMap<(&'static str, &'static str), Vec<Cell>>,
    /// The fields that some listed row has masked or hidden, and rewritten.
    pub hidden: HashSet<(&'static str, &'static str)>,
}

impl World {
    pub fn of(
        databases: [&Rows; 2],
        oracle: &Oracle,
        hidden: HashSet<(&'static str, &'static str)>,
    ) -> Self {
        let (mut listed, mut others) = (HashMap::new(), HashMap::new());
        let mut values: BTreeMap<_, Vec<Cell>> = BTreeMap::new();
        for of in TYPES {
            let there = oracle.listed(of);
            listed.insert(of.name, there.iter().copied().collect());
            let every = databases.iter().flat_map(|rows| rows[of.name].keys());
            let mut rest: Vec<Uuid> = every.filter(|id| !there.contains(id)).copied().collect();
            rest.sort();
            rest.dedup();
            others.insert(of.name, rest);
            for (field, column, _) in rows::values(of) {
                let cells = databases.iter().flat_map(|rows| rows[of.name].values());
                let cells = cells.map(|row| row[column].clone());
                let cells = cells.filter(|cell| *cell != Cell::Null).collect();
                values.insert((of.name, field.name), cells);
            }
        }
        Self {
            listed,
            others,
            values,
            hidden,
        }
    }

    /// A type, more often one of which the viewer sees rows.
    pub fn some_type(&self, dice: &mut Dice) -> &'static Type {
        let every = TYPES.iter().copied();
        let seen = every.filter(|of| !self.listed[of.name].is_empty());
        let seen: Vec<&'static Type> = seen.collect();
        match seen.is_empty() || dice.chance(15) {
            true => TYPES[dice.below(TYPES.len())],
            false => seen[dice.below(seen.len())],
        }
    }

    /// The id of a row that is listed, of one that is not, or of none.
    pub fn id(&self, of: &'static Type, dice: &mut Dice) -> Literal {
        let from = match dice.below(100) {
            0..55 => &self.listed[of.name],
            55..90 => &self.others[of.name],
            _ => &Vec::new(),
        };
        let id = match from.is_empty() {
            true => dice.id(),
            false => *dice.pick(from),
        };
        Literal::text(&encode_id(of, id))
    }

    /// A value of a field, most often one that some row has.
    pub fn cell(&self, of: &Type, field: &Field, kind: Kind, dice: &mut Dice) -> Cell {
        match self.values.get(&(of.name, field.name)) {
            Some(known) if !known.is_empty() && dice.chance(90) => dice.pick(known).clone(),
            _ => dice.value(kind),
        }
    }

    /// A piece of a text that some row has.
    pub fn piece(&self, of: &Type, field: &Field, start: bool, dice: &mut Dice) -> String {
        let Cell::Text(text) = self.cell(of, field, Kind::Text, dice) else {
            return dice.text();
        };
        let letters: Vec<char> = text.chars().filter(|c| *c != '\0').collect();
        if letters.is_empty() {
            return dice.text();
        }
        let from = if start { 0 } else { dice.below(letters.len()) };
        let length = 1 + dice.below(3);
        letters[from..].iter().take(length).collect()
    }
}

/// A value as a query has it.
pub fn literal(kind: Kind, cell: &Cell) -> Literal {
    match (kind, cell) {
        (_, Cell::Null) => Literal::Plain("null".into()),
        (_, Cell::Bool(value)) => Literal::Plain(value.to_string()),
        (_, Cell::Int(value)) => Literal::Plain(value.to_string()),
        (_, Cell::Float(value)) => Literal::Plain(format!("{value:?}")),
        (Kind::Enum(_), Cell::Text(text)) => Literal::Plain(text.clone()),
        (_, Cell::Text(text)) => Literal::text(text),
        (_, Cell::Time(time)) => Literal::text(&time.to_rfc3339()),
        (_, Cell::Date(date)) => Literal::text(&date.to_string()),
        (_, Cell::Id(id)) => Literal::text(&id.to_string()),
    }
}
