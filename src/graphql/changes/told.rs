//! What of a change a viewer is told: of each value as much as the viewer sees of the field now.
//!
//! A field that is withheld leaves no trace: not its name, not its values, not that there was a
//! change where nothing else changed. Nor does presence show where a field is masked: a record that
//! was made has all of its masked fields.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use serde_json::Value as Json;
use uuid::Uuid;

use crate::catalogue::{self, CellRef, Field, Shape, Type};
use crate::graphql::disclose::bit;
use crate::graphql::error::GraphError;
use crate::graphql::id;
use crate::graphql::scope::Scope;
use crate::policy::{Layout, Protected, Rows, Shown, Slot};
use crate::store::trail::{Turn, Values};

/// A change, as far as the viewer is told of it.
pub struct Told {
    /// The entry.
    pub turn: Turn,
    /// The fields.
    pub fields: Vec<Changed>,
    /// Whether all that was changed is told in full.
    pub whole: bool,
}

/// A field that was changed.
pub struct Changed {
    /// The field.
    pub name: &'static str,
    /// The value before, as text.
    pub before: Option<String>,
    /// The value after, as text.
    pub after: Option<String>,
    /// How the values are there.
    pub values: &'static str,
}

/// What the viewer sees of a record now.
pub struct Sight {
    of: &'static Type,
    record: Uuid,
    slots: Vec<(&'static Field, Slot)>,
    rows: Rows,
}

/// Rows to which relations led and lead, and that are there for the viewer.
type There = HashSet<(&'static str, Uuid)>;

impl Sight {
    /// What the viewer sees of this record.
    pub async fn of(scope: &Scope, of: &'static Type, record: Uuid) -> Result<Self, GraphError> {
        let mut layout = Layout::new(of, &scope.lens);
        let kept = of.fields.iter().filter(|field| field.column().is_some());
        let slots = kept.map(|field| (field, layout.field(field))).collect();
        let rows = scope.store.by_ids(&Arc::new(layout), &[record]).await?;
        Ok(Self {
            of,
            record,
            slots,
            rows,
        })
    }

    /// What the viewer is told of these changes; of some nothing.
    pub async fn told(&self, scope: &Scope, turns: Vec<Turn>) -> Result<Vec<Told>, GraphError> {
        let Some(row) = self.rows.find(self.record) else {
            return Ok(Vec::new());
        };
        let there = self.there(scope, &turns).await?;
        let each = turns.into_iter().filter_map(|turn| {
            let (fields, whole) = self.fields(row, &turn, &there);
            let told = Told {
                turn,
                fields,
                whole,
            };
            (!told.fields.is_empty()).then_some(told)
        });
        Ok(each.collect())
    }

    /// The bits of the fields that were told of, in full and masked, for the log.
    pub fn bits(&self, told: &[Told]) -> (u64, u64) {
        let (mut full, mut masked) = (0, 0);
        for changed in told.iter().flat_map(|told| &told.fields) {
            match changed.values {
                MASKED => masked |= bit(self.of, changed.name),
                FULL => full |= bit(self.of, changed.name),
                _ => {}
            }
        }
        (full, masked)
    }

    fn fields(&self, row: Protected<'_>, turn: &Turn, there: &There) -> (Vec<Changed>, bool) {
        let Some(turned) = turn.turned() else {
            return (Vec::new(), false);
        };
        let (mut fields, mut whole) = (Vec::new(), true);
        for (field, slot) in &self.slots {
            let listed = turned.fields.iter().any(|name| name == field.name);
            let old = Old {
                field,
                values: turn.values.as_ref(),
                made: turned.made,
            };
            let shown = row.show_other(*slot, CellRef::Null);
            let changed = match shown {
                Shown::Masked(..) if listed || turned.made => Some(old.masked(row, *slot)),
                Shown::Full(_) if listed => old.full(there),
                _ => None,
            };
            if listed || turned.made {
                whole &= matches!(shown, Shown::Full(_)) && changed.is_some() == listed;
            }
            fields.extend(changed);
        }
        let known = |name: &str| self.slots.iter().any(|(field, _)| field.name == name);
        whole &= turned.fields.iter().all(|name| known(name));
        (fields, whole)
    }

    /// Which rows that the relations named are there for the viewer.
    async fn there(&self, scope: &Scope, turns: &[Turn]) -> Result<There, GraphError> {
        let mut wanted: BTreeMap<&'static str, Vec<Uuid>> = BTreeMap::new();
        for (field, _) in &self.slots {
            let Shape::One { target, .. } = field.shape else {
                continue;
            };
            let values = turns.iter().filter_map(|turn| turn.values.as_ref());
            let named = values.flat_map(|values| {
                let each = [&values.before, &values.after].into_iter();
                each.filter_map(|side| uuid(side.get(field.name)?))
            });
            wanted.entry(target).or_default().extend(named);
        }
        let mut there = There::new();
        for (target, mut ids) in wanted {
            ids.sort_unstable();
            ids.dedup();
            let Some(of) = catalogue::find(target).filter(|_| !ids.is_empty()) else {
                continue;
            };
            let layout = Arc::new(Layout::new(of, &scope.lens));
            let rows = scope.store.by_ids(&layout, &ids).await?;
            there.extend(rows.iter().map(|row| (of.name, row.id())));
        }
        Ok(there)
    }
}

/// As they were and are.
pub const FULL: &str = "FULL";
/// Masked.
pub const MASKED: &str = "MASKED";
const NOT_KEPT: &str = "NOT_KEPT";
const ERASED: &str = "ERASED";

/// A field of an entry.
struct Old<'a> {
    field: &'static Field,
    values: Option<&'a Values>,
    made: bool,
}

impl Old<'_> {
    /// What is told where it is masked: the same whether there was a value or none.
    fn masked(&self, row: Protected<'_>, slot: Slot) -> Changed {
        let mask = |side: Option<&Json>| {
            let text = side.and_then(Json::as_str);
            let cell = text.map_or(CellRef::Null, CellRef::Text);
            match row.show_other(slot, cell) {
                Shown::Masked(_, mask) => Some(mask.into_owned()),
                Shown::Full(_) | Shown::Hidden => None,
            }
        };
        let Some(values) = self.values else {
            return self.without(ERASED);
        };
        let name = self.field.name;
        Changed {
            name,
            before: (!self.made)
                .then(|| mask(values.before.get(name)))
                .flatten(),
            after: mask(values.after.get(name)),
            values: MASKED,
        }
    }

    /// What is told where it is shown in full; nothing where both were rows that are not there.
    fn full(&self, there: &There) -> Option<Changed> {
        let Some(values) = self.values else {
            return Some(self.without(ERASED));
        };
        let name = self.field.name;
        let (before, after) = (values.before.get(name), values.after.get(name));
        // A change has a value on one side at least.
        if before.is_none() && after.is_none() {
            return Some(self.without(NOT_KEPT));
        }
        let (before, after) = match self.field.shape {
            Shape::One { target, .. } => {
                let of = catalogue::find(target)?;
                let node = |side: Option<&Json>| {
                    let row = uuid(side?).filter(|row| there.contains(&(of.name, *row)));
                    Some(id::encode(of, row?))
                };
                let (before, after) = (node(before), node(after));
                if before == after {
                    return None;
                }
                (before, after)
            }
            _ => (before.map(text), after.map(text)),
        };
        Some(Changed {
            name,
            before,
            after,
            values: FULL,
        })
    }

    fn without(&self, values: &'static str) -> Changed {
        Changed {
            name: self.field.name,
            before: None,
            after: None,
            values,
        }
    }
}

fn uuid(value: &Json) -> Option<Uuid> {
    value.as_str()?.parse().ok()
}

fn text(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}
