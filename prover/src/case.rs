//! One request against a promise: replayed through the real authorizer, cut down to what matters.
//!
//! A solver's example is full of chance: sets with members that nothing asks for, texts that
//! happen to be empty. Whatever can be taken away or changed while the example stays one is.

use std::collections::{BTreeMap, BTreeSet};

use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityUid, PolicySet, Request, Response,
};
use cedar_policy_symcc::Env;
use serde_json::{Map, Value};

use crate::set::Set;

/// A request with the entities that it needs, as JSON.
#[derive(Clone)]
pub(crate) struct Case {
    pub(crate) principal: Reference,
    pub(crate) action: EntityUid,
    pub(crate) resource: Reference,
    context: Context,
    entities: BTreeMap<Reference, Thing>,
}

/// What is known of an entity.
#[derive(Clone, Default)]
struct Thing {
    attributes: Map<String, Value>,
    parents: Vec<Reference>,
}

/// An entity by type and id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Reference {
    pub(crate) of: String,
    pub(crate) id: String,
}

/// Whether a request, as it is answered, is against the promise.
pub(crate) type Breach<'a> = dyn Fn(&Replay<'_>) -> bool + 'a;

/// A case, ready to be asked.
pub(crate) struct Replay<'a> {
    set: &'a Set,
    pub(crate) case: &'a Case,
    entities: Entities,
}

impl Replay<'_> {
    /// What the authorizer says of an action by these policies; nothing where the request or the
    /// entities do not fit the schema.
    pub(crate) fn ask(&self, policies: &PolicySet, action: &EntityUid) -> Option<Response> {
        let request = Request::new(
            self.case.principal.uid()?,
            action.clone(),
            self.case.resource.uid()?,
            self.case.context.clone(),
            Some(&self.set.schema),
        )
        .ok()?;
        Some(Authorizer::new().is_authorized(&request, policies, &self.entities))
    }

    /// Whether the policies allow an action.
    pub(crate) fn allows(&self, policies: &PolicySet, action: &EntityUid) -> bool {
        self.ask(policies, action)
            .is_some_and(|answer| answer.decision() == Decision::Allow)
    }

    /// Whether the policies refuse an action.
    pub(crate) fn refuses(&self, policies: &PolicySet, action: &EntityUid) -> bool {
        self.ask(policies, action)
            .is_some_and(|answer| answer.decision() == Decision::Deny)
    }
}

impl Case {
    /// The solver's example, without the actions, which the schema has.
    pub(crate) fn of(env: &Env) -> Option<Self> {
        let request = &env.request;
        let action = request.action()?.clone();
        let plain = |entity: &Entity| {
            let json = entity.to_json_value().ok()?;
            let attributes = json.get("attrs")?.as_object()?.clone();
            let parents = json
                .get("parents")?
                .as_array()?
                .iter()
                .map(Reference::plain);
            let parents = parents.collect::<Option<_>>()?;
            let thing = Thing {
                attributes,
                parents,
            };
            Some((Reference::to(&entity.uid()), thing))
        };
        let others = env
            .entities
            .iter()
            .filter(|e| e.uid().type_name() != action.type_name());
        Some(Self {
            principal: Reference::to(request.principal()?),
            resource: Reference::to(request.resource()?),
            context: request.context().cloned().unwrap_or_else(Context::empty),
            entities: others.map(plain).collect::<Option<_>>()?,
            action,
        })
    }

    /// The case as the authorizer takes it, checked against the schema.
    pub(crate) fn replay<'a>(&'a self, set: &'a Set) -> Option<Replay<'a>> {
        let plain = |r: &Reference| serde_json::json!({ "type": r.of, "id": r.id });
        let list = self.entities.iter().map(|(reference, thing)| {
            serde_json::json!({
                "uid": plain(reference),
                "attrs": thing.attributes,
                "parents": thing.parents.iter().map(plain).collect::<Vec<_>>(),
            })
        });
        let entities = Entities::from_json_value(list.collect(), Some(&set.schema)).ok()?;
        Some(Replay {
            set,
            case: self,
            entities,
        })
    }

    /// Whether the case is against the promise.
    pub(crate) fn breaks(&self, set: &Set, breach: &Breach<'_>) -> bool {
        self.replay(set).is_some_and(|replay| breach(&replay))
    }

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

    fn at(
        &mut self,
        reference: &Reference,
        change: impl FnOnce(&mut Map<String, Value>) -> Option<Value>,
    ) {
        if let Some(thing) = self.entities.get_mut(reference) {
            change(&mut thing.attributes);
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

    /// The attributes without which the case would be none, of one entity: what the sets hold,
    /// and single values that cannot be others.
    pub(crate) fn matters(
        &self,
        of: &Reference,
        set: &Set,
        breach: &Breach<'_>,
    ) -> Vec<(String, String)> {
        let Some(thing) = self.entities.get(of) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for (name, value) in &thing.attributes {
            let other = match value {
                Value::Array(members) if members.is_empty() => continue,
                _ if Reference::in_json(value).as_ref() == Some(of) => continue,
                Value::Array(_) => None,
                Value::Bool(yes) => Some(Value::Bool(!yes)),
                Value::String(_) => Some(Value::String("something else".to_owned())),
                Value::Object(_) => Reference::in_json(value).map(|r| r.other().json()),
                _ => None,
            };
            let any = other.is_some_and(|other| {
                let mut changed = self.clone();
                changed.at(of, |attributes| attributes.insert(name.clone(), other));
                changed.breaks(set, breach)
            });
            if !any {
                found.push((name.clone(), words(value)));
            }
        }
        found
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

impl Reference {
    fn to(uid: &EntityUid) -> Self {
        Self {
            of: uid.type_name().to_string(),
            id: uid.id().unescaped().to_owned(),
        }
    }

    fn uid(&self) -> Option<EntityUid> {
        let of = self.of.parse().ok()?;
        let id = cedar_policy::EntityId::new(&self.id);
        Some(EntityUid::from_type_name_and_id(of, id))
    }

    /// An entity that nothing else names.
    fn other(&self) -> Self {
        Self {
            of: self.of.clone(),
            id: "somebody or something else".to_owned(),
        }
    }

    fn json(&self) -> Value {
        serde_json::json!({ "__entity": { "type": self.of, "id": self.id } })
    }

    fn in_json(json: &Value) -> Option<Self> {
        Self::plain(json.get("__entity")?)
    }

    fn plain(entity: &Value) -> Option<Self> {
        Some(Self {
            of: entity.get("type")?.as_str()?.to_owned(),
            id: entity.get("id")?.as_str()?.to_owned(),
        })
    }
}

impl std::fmt::Display for Reference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.of, self.id)
    }
}

fn references(json: &Value, found: &mut BTreeSet<Reference>) {
    if let Some(reference) = Reference::in_json(json) {
        found.insert(reference);
        return;
    }
    match json {
        Value::Array(list) => list.iter().for_each(|v| references(v, found)),
        Value::Object(map) => map.values().for_each(|v| references(v, found)),
        _ => {}
    }
}

fn rename(json: &mut Value, name: &impl Fn(&Reference) -> Reference) {
    if let Some(reference) = Reference::in_json(json) {
        *json = name(&reference).json();
        return;
    }
    match json {
        Value::Array(list) => list.iter_mut().for_each(|v| rename(v, name)),
        Value::Object(map) => map.values_mut().for_each(|v| rename(v, name)),
        _ => {}
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

/// A value for people.
fn words(value: &Value) -> String {
    match value {
        Value::Array(members) => members.iter().map(words).collect::<Vec<_>>().join(", "),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        other => Reference::in_json(other).map_or_else(|| other.to_string(), |r| r.to_string()),
    }
}
