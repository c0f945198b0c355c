//! One request against a promise: a case, to be replayed through the real authorizer.

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
    pub(crate) context: Context,
    pub(crate) entities: BTreeMap<Reference, Thing>,
}

/// What is known of an entity.
#[derive(Clone, Default)]
pub(crate) struct Thing {
    pub(crate) attributes: Map<String, Value>,
    pub(crate) parents: Vec<Reference>,
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

    pub(crate) fn at(
        &mut self,
        reference: &Reference,
        change: impl FnOnce(&mut Map<String, Value>) -> Option<Value>,
    ) {
        if let Some(thing) = self.entities.get_mut(reference) {
            change(&mut thing.attributes);
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

    pub(crate) fn in_json(json: &Value) -> Option<Self> {
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

pub(crate) fn references(json: &Value, found: &mut BTreeSet<Reference>) {
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

pub(crate) fn rename(json: &mut Value, name: &impl Fn(&Reference) -> Reference) {
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

/// A value for people.
fn words(value: &Value) -> String {
    match value {
        Value::Array(members) => members.iter().map(words).collect::<Vec<_>>().join(", "),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        other => Reference::in_json(other).map_or_else(|| other.to_string(), |r| r.to_string()),
    }
}
