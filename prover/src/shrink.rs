//! A case cut down to what matters.
//!
//! A solver's example is full of chance: sets with members that nothing asks for, texts that
//! happen to be empty. Whatever can be taken away while the example stays one is.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::case::{Breach, Case, Reference, Thing, references, rename};
use crate::set::Set;

impl Case {
    /// The case without what does not matter and with plain names; nothing where it is no breach.
    pub(crate) fn plain(&self, set: &Set, breach: &Breach<'_>) -> Option<Self> {
        if !self.breaks(set, breach) {
            return None;
        }
        let mut case = self.clone();
        let mut still = |case: &Case| case.breaks(set, breach);
        case.leave_out_others(&mut still);
        case.know_themselves(&mut still);
        case.empty(&mut still);
        let mut first = BTreeSet::new();
        for of in [&case.principal, &case.resource] {
            let attributes = case.entities.get(of).map(|thing| &thing.attributes);
            for (name, _) in case.matters(of, set, breach) {
                let value = attributes.and_then(|attributes| attributes.get(&name));
                value.into_iter().for_each(|v| references(v, &mut first));
            }
        }
        let named = case.with_plain_names(&first);
        Some(if named.breaks(set, breach) {
            named
        } else {
            case
        })
    }

    /// Changes the case if it stays one; says whether it did.
    fn attempt(
        &mut self,
        still: &mut dyn FnMut(&Case) -> bool,
        change: impl FnOnce(&mut Case),
    ) -> bool {
        let mut other = self.clone();
        change(&mut other);
        let better = still(&other);
        if better {
            *self = other;
        }
        better
    }

    /// Without entities that nobody asks about.
    fn leave_out_others(&mut self, still: &mut dyn FnMut(&Case) -> bool) {
        let mut others: Vec<Reference> = self.entities.keys().cloned().collect();
        others.retain(|other| *other != self.principal && *other != self.resource);
        for other in others {
            self.attempt(still, |case| {
                case.entities.remove(&other);
            });
        }
    }

    /// A record knows itself under the name of its type, as every row does.
    fn know_themselves(&mut self, still: &mut dyn FnMut(&Case) -> bool) {
        for (reference, thing) in self.entities.clone() {
            let mut attributes = thing.attributes.iter();
            let itself = attributes.find(|(name, _)| name.eq_ignore_ascii_case(&reference.of));
            if let Some(other) = itself.and_then(|(_, value)| Reference::in_json(value))
                && other != reference
            {
                self.attempt(still, |case| case.take_for(&other, &reference));
            }
        }
    }

    /// Without attributes that can be missing, and with sets as small as they can be.
    fn empty(&mut self, still: &mut dyn FnMut(&Case) -> bool) {
        for (reference, thing) in self.entities.clone() {
            for (name, value) in thing.attributes {
                let gone = self.attempt(still, |case| {
                    case.at(&reference, |of| of.remove(&name));
                });
                let Value::Array(members) = value else {
                    continue;
                };
                let without = |case: &mut Case, some: &[Value]| {
                    case.at(&reference, |of| {
                        if let Some(Value::Array(left)) = of.get_mut(&name) {
                            left.retain(|member| !some.contains(member));
                        }
                        None
                    });
                };
                if gone || self.attempt(still, |case| without(case, &members)) {
                    continue;
                }
                for member in &members {
                    self.attempt(still, |case| without(case, std::slice::from_ref(member)));
                }
            }
        }
    }

    /// Takes one entity for another wherever it is named.
    fn take_for(&mut self, one: &Reference, other: &Reference) {
        self.entities.remove(one);
        let name = |r: &Reference| if r == one { other } else { r }.clone();
        for thing in self.entities.values_mut() {
            thing.attributes.values_mut().for_each(|v| rename(v, &name));
            thing
                .parents
                .iter_mut()
                .for_each(|parent| *parent = name(parent));
        }
    }

    /// The case with the ids A, B, C … of each type: who asks, for what, what matters, the rest.
    fn with_plain_names(&self, first: &BTreeSet<Reference>) -> Self {
        let mut met = BTreeMap::<String, Vec<String>>::new();
        let mut meet = |reference: &Reference| {
            let ids = met.entry(reference.of.clone()).or_default();
            if !ids.contains(&reference.id) {
                ids.push(reference.id.clone());
            }
        };
        meet(&self.principal);
        meet(&self.resource);
        first.iter().for_each(&mut meet);
        for (reference, thing) in &self.entities {
            meet(reference);
            let mut all = BTreeSet::from_iter(thing.parents.iter().cloned());
            let values = thing.attributes.values();
            values.for_each(|v| references(v, &mut all));
            all.iter().for_each(&mut meet);
        }
        let name = |reference: &Reference| {
            let place = met
                .get(&reference.of)
                .and_then(|ids| ids.iter().position(|id| *id == reference.id));
            Reference {
                of: reference.of.clone(),
                id: place.map_or_else(|| reference.id.clone(), letter),
            }
        };
        let entities = self.entities.iter().map(|(reference, thing)| {
            let mut attributes = thing.attributes.clone();
            attributes.values_mut().for_each(|v| rename(v, &name));
            let parents = thing.parents.iter().map(&name).collect();
            let thing = Thing {
                attributes,
                parents,
            };
            (name(reference), thing)
        });
        Self {
            principal: name(&self.principal),
            action: self.action.clone(),
            resource: name(&self.resource),
            context: self.context.clone(),
            entities: entities.collect(),
        }
    }
}

/// A, B … Z, A1, B1 …
fn letter(place: usize) -> String {
    let letter = char::from(b'A' + u8::try_from(place % 26).unwrap_or_default());
    match place / 26 {
        0 => letter.to_string(),
        round => format!("{letter}{round}"),
    }
}
