//! What a viewer sees, by plain Cedar: each row and each cell is a question of its own.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use kaifong::catalogue::{AttributeShape, Field, TYPES, Type, Write};
use kaifong::policy::{Lens, Policies, Record, Rule, Test};
use kaifong::store::Store;
use kaifong::viewer::Viewer;
use uuid::Uuid;

use super::rows::Rows;

/// What a viewer sees of a cell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sees {
    All,
    Mask,
    Nothing,
}

/// Plain Cedar over one database, for one viewer.
pub struct Oracle {
    pub lens: Lens,
    records: HashMap<&'static str, BTreeMap<Uuid, Record>>,
    listed: HashMap<&'static str, BTreeSet<Uuid>>,
}

impl Oracle {
    pub async fn over(store: &Store, rows: &Rows, policies: Arc<Policies>, viewer: Viewer) -> Self {
        let lens = Lens::new(policies, viewer).unwrap();
        let mut records = HashMap::new();
        let mut listed = HashMap::new();
        for of in TYPES {
            let ids: Vec<Uuid> = rows[of.name].keys().copied().collect();
            let mut known = BTreeMap::new();
            for some in ids.chunks(400) {
                known.extend(store.records(of, some).await.unwrap());
            }
            let action = format!("{}.list", of.name);
            let there = known
                .iter()
                .filter(|(_, record)| lens.allows(&action, record));
            listed.insert(of.name, there.map(|(id, _)| *id).collect());
            records.insert(of.name, known);
        }
        Self {
            lens,
            records,
            listed,
        }
    }

    pub fn listed(&self, of: &Type) -> &BTreeSet<Uuid> {
        &self.listed[of.name]
    }

    pub fn lists(&self, of: &Type, id: Uuid) -> bool {
        self.listed[of.name].contains(&id)
    }

    pub fn sees(&self, of: &Type, field: &Field, id: Uuid) -> Sees {
        let record = &self.records[of.name][&id];
        let action = field.action(of);
        let maskable = field.kind().is_some_and(|kind| kind.maskable());
        if self.lens.allows(&action, record) {
            Sees::All
        } else if maskable && self.lens.allows(&format!("{action}:masked"), record) {
            Sees::Mask
        } else {
            Sees::Nothing
        }
    }

    /// The columns of a type that some decision about it reads for this viewer.
    pub fn read(&self, of: &'static Type) -> BTreeSet<&'static str> {
        let mut actions = vec![format!("{}.list", of.name)];
        for field in of.fields {
            let action = field.action(of);
            if field.kind().is_some_and(|kind| kind.maskable()) {
                actions.push(format!("{action}:masked"));
            }
            if field.write != Write::Never {
                actions.push(format!("{action}:edit"));
            }
            actions.push(action);
        }
        actions.extend(
            of.deeds
                .iter()
                .map(|deed| format!("{}.{}", of.name, deed.name)),
        );
        let mut columns = BTreeSet::new();
        for action in actions {
            match &*self.lens.rule(of, &action) {
                Rule::Condition(condition) => columns.extend(condition.tests().filter_map(column)),
                Rule::Opaque => columns.extend(of.attributes.iter().filter_map(|a| kept(&a.shape))),
            }
        }
        columns
    }
}

fn column(test: &Test) -> Option<&'static str> {
    match test {
        Test::Is(attribute, _)
        | Test::Has(attribute)
        | Test::Word(attribute, _)
        | Test::Flag(attribute)
        | Test::Meets(attribute, _) => kept(&attribute.shape),
    }
}

fn kept(shape: &AttributeShape) -> Option<&'static str> {
    match shape {
        AttributeShape::Ref { column, .. }
        | AttributeShape::Text(column)
        | AttributeShape::Bool(column)
        | AttributeShape::Words(column) => Some(column),
        AttributeShape::Itself { .. } | AttributeShape::Set { .. } => None,
    }
}
