//! What a viewer sees of a record, field by field, as the server decides it. No value is looked at.

use std::collections::{BTreeSet, HashMap, HashSet};

use cedar_policy::EntityUid;

use super::entity::Record;
use super::lens::Lens;
use super::load::Policies;
use crate::catalogue::Kind;

/// The fields of a record that a viewer sees, or that several see together.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Sights {
    there: bool,
    full: BTreeSet<&'static str>,
    masked: BTreeSet<&'static str>,
}

impl Sights {
    /// What the viewer of a lens sees of a record.
    #[must_use]
    pub fn of(lens: &Lens, record: &Record) -> Self {
        let of = record.of();
        let mut sights = Self::default();
        // What is not there for the viewer is not seen.
        if !lens.allows(&format!("{}.list", of.name), record) {
            return sights;
        }
        sights.there = true;
        for field in of.fields {
            let action = field.action(of);
            if lens.allows(&action, record) {
                sights.full.insert(field.name);
            } else if field.kind().is_some_and(Kind::maskable)
                && lens.allows(&format!("{action}:masked"), record)
            {
                sights.masked.insert(field.name);
            }
        }
        sights
    }

    /// Both together, the fuller view of each field.
    pub fn widen(&mut self, other: Self) {
        self.there |= other.there;
        self.full.extend(other.full);
        self.masked.extend(other.masked);
        self.masked.retain(|field| !self.full.contains(field));
    }

    /// Whether the record is there at all.
    #[must_use]
    pub fn there(&self) -> bool {
        self.there
    }

    /// The fields that are seen in full.
    #[must_use]
    pub fn full(&self) -> &BTreeSet<&'static str> {
        &self.full
    }

    /// The fields that are seen masked.
    #[must_use]
    pub fn masked(&self) -> &BTreeSet<&'static str> {
        &self.masked
    }
}

impl Policies {
    /// The group of the schema that each action is in by its own name; several have commas between.
    #[must_use]
    pub fn groups(&self) -> HashMap<String, String> {
        let name = |uid: &EntityUid| uid.id().unescaped().to_owned();
        let Ok(actions) = self.schema.action_entities() else {
            return HashMap::new();
        };
        let above = |uid: &EntityUid| -> HashSet<EntityUid> {
            let above = actions.ancestors(uid).into_iter().flatten();
            above.cloned().collect()
        };
        let mut groups = HashMap::new();
        for action in actions.iter() {
            let all = above(&action.uid());
            let farther: HashSet<EntityUid> = all.iter().flat_map(above).collect();
            let mut own: Vec<String> = all.difference(&farther).map(name).collect();
            own.sort();
            groups.insert(name(&action.uid()), own.join(", "));
        }
        groups
    }
}
