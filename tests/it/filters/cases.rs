//! Filters with what each should find: every operator on every field, relations, and both joined.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use kaifong::catalogue::{self, Kind, Sealing, Shape, Type};
use serde_json::{Value, json};

use super::{World, lower};
use crate::asking::masked;

/// Whether a row satisfies a filter.
pub type Holds = Rc<dyn Fn(&World, &Value) -> bool>;

/// A filter, and whether a row satisfies it.
#[derive(Clone)]
pub struct Case {
    pub filter: Value,
    pub holds: Holds,
}

impl Case {
    fn new(filter: Value, holds: impl Fn(&World, &Value) -> bool + 'static) -> Self {
        Self {
            filter,
            holds: Rc::new(holds),
        }
    }

    /// About one field: null satisfies nothing but `isNull`.
    fn field(
        name: &'static str,
        kind: Kind,
        test: Value,
        holds: impl Fn(&Value) -> bool + 'static,
    ) -> Self {
        Self::new(json!({ name: test }), move |_, row| {
            let value = &row[name];
            !value.is_null() && !masked(kind, value) && holds(value)
        })
    }

    fn not(&self) -> Self {
        let holds = Rc::clone(&self.holds);
        Self::new(json!({ "not": self.filter }), move |world, row| {
            !holds(world, row)
        })
    }

    fn all(cases: Vec<Self>) -> Self {
        let filters: Vec<&Value> = cases.iter().map(|case| &case.filter).collect();
        Self::new(json!({ "and": filters }), move |world, row| {
            cases.iter().all(|case| (case.holds)(world, row))
        })
    }

    fn any(cases: Vec<Self>) -> Self {
        let filters: Vec<&Value> = cases.iter().map(|case| &case.filter).collect();
        Self::new(json!({ "or": filters }), move |world, row| {
            cases.iter().any(|case| (case.holds)(world, row))
        })
    }
}

/// Some values that a field has, and one that it has not.
fn samples(world: &World, of: &'static Type, name: &str, kind: Kind) -> Vec<Value> {
    let seen = world.rows[of.name].iter().map(|row| &row[name]);
    let seen = seen.filter(|value| !value.is_null() && !masked(kind, value));
    let distinct: BTreeSet<String> = seen.map(Value::to_string).collect();
    let distinct: Vec<Value> = distinct
        .iter()
        .map(|text| serde_json::from_str(text).unwrap())
        .collect();
    let mut some: Vec<Value> = [0, distinct.len() / 2, distinct.len().saturating_sub(1)]
        .iter()
        .filter_map(|at| distinct.get(*at).cloned())
        .collect();
    some.dedup();
    some.push(match kind {
        Kind::Int => json!(-3),
        Kind::Float => json!(0.25),
        Kind::Bool => json!(true),
        Kind::Time => json!("2026-11-18T12:00:00.5+08:00"),
        Kind::Date => json!("2012-02-29"),
        Kind::Enum(kind) => json!(kind.values[0].name),
        _ => json!("沒有"),
    });
    some
}

/// Every operator on every field of a type.
pub fn cases(world: &World, of: &'static Type) -> Vec<Case> {
    let mut cases = Vec::new();
    for field in of.fields {
        let (Some(kind), name) = (field.kind(), field.name) else {
            continue;
        };
        let null = Case::new(json!({ name: { "isNull": true } }), move |_, row| {
            row[name].is_null() || masked(kind, &row[name])
        });
        let mut not_null = null.not();
        not_null.filter = json!({ name: { "isNull": false } });
        cases.extend([null, not_null]);
        // What is sealed is only found whole, or not at all; there is no other operator on it.
        if field.sealing == Sealing::Sealed {
            continue;
        }
        for sample in samples(world, of, name, kind) {
            let add = &mut |test: Value, holds: Holds| {
                let case = Case::field(name, kind, test, {
                    let world = World {
                        rows: HashMap::new(),
                        by_id: HashMap::new(),
                    };
                    move |value| holds(&world, value)
                });
                cases.extend([case.not(), case]);
            };
            let s = sample.clone();
            match kind {
                Kind::Words => {
                    let words = s.as_array().cloned().unwrap_or(vec![s]);
                    for word in words {
                        let w = word.clone();
                        add(
                            json!({ "has": word }),
                            Rc::new(move |_, v| v.as_array().unwrap().contains(&w)),
                        );
                    }
                    continue;
                }
                Kind::Int | Kind::Float | Kind::Time | Kind::Date => {
                    type Compare = fn(&Value, &Value, Kind) -> bool;
                    let compare: [(&str, Compare); 4] = [
                        ("lt", |a, b, k| key(a, k) < key(b, k)),
                        ("lte", |a, b, k| key(a, k) <= key(b, k)),
                        ("gt", |a, b, k| key(a, k) > key(b, k)),
                        ("gte", |a, b, k| key(a, k) >= key(b, k)),
                    ];
                    for (operator, compare) in compare {
                        let s = s.clone();
                        add(
                            json!({ operator: sample }),
                            Rc::new(move |_, v| compare(v, &s, kind)),
                        );
                    }
                }
                Kind::Bool => {}
                Kind::Enum(_) => {}
                _ if field.sealing != Sealing::Open => {}
                _ => {
                    let text = s.as_str().unwrap().to_owned();
                    let part: String = text.chars().skip(1).take(4).collect();
                    let front: String = text.chars().take(2).collect();
                    for (operator, part) in [
                        ("contains", part.to_uppercase()),
                        ("contains", front.clone()),
                        ("startsWith", front.to_lowercase()),
                    ] {
                        // Beyond A to Z nothing is folded, so only such parts are turned about.
                        if !part.is_ascii()
                            && part.chars().any(|c| {
                                c.is_alphabetic()
                                    && c.is_lowercase() != c.is_uppercase()
                                    && !c.is_ascii()
                            })
                        {
                            continue;
                        }
                        let wanted = part.clone();
                        let holds: Holds = match operator {
                            "contains" => Rc::new(move |_, v| {
                                lower(v.as_str().unwrap()).contains(&lower(&wanted))
                            }),
                            _ => Rc::new(move |_, v| {
                                lower(v.as_str().unwrap()).starts_with(&lower(&wanted))
                            }),
                        };
                        add(json!({ operator: part }), holds);
                    }
                }
            }
            let equal = sample.clone();
            add(
                json!({ "eq": sample }),
                Rc::new(move |_, v| key(v, kind) == key(&equal, kind)),
            );
            if kind != Kind::Bool {
                let equal = sample.clone();
                add(
                    json!({ "in": [sample, sample] }),
                    Rc::new(move |_, v| key(v, kind) == key(&equal, kind)),
                );
                add(json!({ "in": [] }), Rc::new(|_, _| false));
                // Two operators at once are both wanted.
                let equal = sample.clone();
                add(json!({ "eq": sample, "in": [] }), Rc::new(|_, _| false));
                add(
                    json!({ "eq": sample, "isNull": false, "in": null }),
                    Rc::new(move |_, v| key(v, kind) == key(&equal, kind)),
                );
            }
        }
    }
    cases
}

/// Something that compares as values of the kind do.
fn key(value: &Value, kind: Kind) -> (i64, f64, String) {
    match kind {
        Kind::Int | Kind::Float => (0, value.as_f64().unwrap(), String::new()),
        Kind::Time => {
            let time = chrono::DateTime::parse_from_rfc3339(value.as_str().unwrap()).unwrap();
            (time.timestamp_micros(), 0.0, String::new())
        }
        _ => (0, 0.0, value.to_string()),
    }
}

/// Filters by what rows lead to, made of filters on the related rows.
pub fn related(world: &World, of: &'static Type) -> Vec<Case> {
    let mut cases = Vec::new();
    for field in of.fields {
        let name = field.name;
        match field.shape {
            Shape::Value { .. } => {}
            Shape::One { target, .. } => {
                let target = catalogue::find(target).unwrap();
                let inner = self::cases(world, target);
                let step = inner.len() / 5 + 1;
                let always = Case::new(json!({}), |_, _| true);
                for case in inner.into_iter().step_by(step).chain([always]) {
                    let holds = Rc::clone(&case.holds);
                    let case = Case::new(json!({ name: case.filter }), move |world, row| {
                        let target = row[name]["id"].as_str().and_then(|id| world.by_id.get(id));
                        target.is_some_and(|target| holds(world, target))
                    });
                    cases.extend([case.not(), case]);
                }
            }
            Shape::Many { target, foreign } => {
                let target = catalogue::find(target).unwrap();
                let back = target
                    .fields
                    .iter()
                    .find(|back| back.column() == Some(foreign));
                let Some(back) = back.map(|back| back.name) else {
                    continue;
                };
                let inner = self::cases(world, target);
                let step = inner.len() / 4 + 1;
                let always = Case::new(json!({}), |_, _| true);
                for case in inner.into_iter().step_by(step).chain([always]) {
                    let holds = Rc::clone(&case.holds);
                    let some: Holds = Rc::new(move |world, row| {
                        let mut rows = world.rows[target.name].iter();
                        !row[name].is_null()
                            && rows
                                .any(|other| other[back]["id"] == row["id"] && holds(world, other))
                    });
                    let none = Rc::clone(&some);
                    cases.push(Case {
                        filter: json!({ name: { "some": case.filter } }),
                        holds: some,
                    });
                    cases.push(Case::new(
                        json!({ name: { "none": case.filter } }),
                        move |world, row| !none(world, row),
                    ));
                }
            }
        }
    }
    cases
}

/// Cases joined by `and`, `or` and `not`, two deep.
pub fn joined(cases: &[Case]) -> Vec<Case> {
    if cases.is_empty() {
        return Vec::new();
    }
    let at = |n: usize| cases[(n * 7919) % cases.len()].clone();
    let mut joined = vec![
        Case::all(vec![]),
        Case::any(vec![]),
        Case::all(vec![]).not(),
        Case::new(json!({ "or": [{}] }), |_, _| true),
        Case::new(json!({ "and": null, "or": null, "not": null }), |_, _| true),
    ];
    for n in 0..12 {
        let any = Case::any(vec![at(n), at(n + 100), at(n + 200).not()]);
        joined.push(Case::all(vec![any.clone(), at(n + 300).not()]));
        joined.push(Case::any(vec![any.not(), at(n + 400)]).not());
        // Side by side in one object is `and` too.
        let (a, b) = (at(n), at(n + 50).not());
        if let (Value::Object(mut filter), Value::Object(other)) =
            (a.filter.clone(), b.filter.clone())
            && !filter.contains_key("not")
        {
            filter.extend(other);
            joined.push(Case::new(Value::Object(filter), move |world, row| {
                (a.holds)(world, row) && (b.holds)(world, row)
            }));
        }
    }
    joined
}
