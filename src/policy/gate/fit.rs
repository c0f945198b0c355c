//! Whether the schema of a set is one that this program can serve.
//!
//! A schema may say more than the one that ships with the program, and name groups otherwise. But
//! viewers and rows become what the program makes of them: an attribute that the schema does not
//! know, or one that it asks for in vain, would refuse everybody at every request. A field or a deed
//! that it does not know refuses nobody; no policy can give it.

use super::report::Fault;
use crate::catalogue::{AttributeShape, Field, TYPES, Type};
use crate::policy::load::Document;
use crate::policy::parts::{Declared, Parts};
use crate::viewer::{Held, PrincipalKind, Viewer};

/// How many actions are told by name.
const MOST: usize = 8;

/// What the program says of an entity: an attribute, its type, and whether it is always there.
struct Given {
    name: &'static str,
    of: String,
    always: bool,
}

/// What of the schema does not fit this program.
pub fn unfit(parts: &Parts, schema: &Document) -> Vec<Fault> {
    let viewers = PrincipalKind::ALL.into_iter().map(|kind| {
        let viewer = Viewer::bare(kind);
        let given = viewer.held().iter().map(|(name, held)| Given {
            name,
            of: held_type(held),
            always: true,
        });
        (kind.entity(), given.collect::<Vec<_>>())
    });
    let rows = TYPES.iter().map(|of| (of.entity, of_row(of)));
    let mut faults: Vec<Fault> = viewers
        .chain(rows)
        .flat_map(|(entity, given)| {
            let line = line_of(schema, entity);
            let fault = move |(en, zh): (String, String)| Fault::new(&schema.name, line, en, zh);
            match parts.declared(entity) {
                None => vec![fault(absent(entity))],
                Some(declared) => differing(entity, declared, &given)
                    .into_iter()
                    .map(fault)
                    .collect(),
            }
        })
        .collect();
    faults.sort_by_key(|fault| fault.line);
    // a type may stand for rows of several kinds
    faults.dedup();
    faults
}

/// What this program offers and the schema does not know, if there is any.
pub fn unknown(parts: &Parts, schema: &Document) -> Option<Fault> {
    let wanted = TYPES.iter().flat_map(|of| {
        let list = std::iter::once(format!("{}.list", of.name));
        let fields = of.fields.iter().map(|field: &Field| field.action(of));
        let deeds = of.deeds.iter();
        let deeds = deeds.map(|deed| format!("{}.{}", of.name, deed.name));
        list.chain(fields).chain(deeds).collect::<Vec<_>>()
    });
    let missing: Vec<String> = wanted.filter(|action| !parts.has_action(action)).collect();
    if missing.is_empty() {
        return None;
    }
    let named: Vec<String> = missing
        .iter()
        .take(MOST)
        .map(|a| format!("`{a}`"))
        .collect();
    let (named, count) = (named.join(", "), missing.len());
    let (more, more_zh) = match count.saturating_sub(MOST) {
        0 => (String::new(), String::new()),
        more => (
            format!(" and {more} more"),
            format!(" 等 {count} 項（另有 {more} 項）"),
        ),
    };
    Some(Fault::new(
        &schema.name,
        1,
        format!(
            "this program offers what the schema does not know, so that no policy can give it and \
             nobody sees or does it: {named}{more}; take the actions over from the schema that \
             ships with the program"
        ),
        format!(
            "程式提供以下項目，但結構檔沒有定義，因此沒有政策可以給予，任何人都看不到或不能操作：{named}{more_zh}；\
             請由隨程式附上的結構檔取用"
        ),
    ))
}

/// What the program makes of a row.
fn of_row(of: &'static Type) -> Vec<Given> {
    let given = of.attributes.iter().map(|attribute| {
        let (of, always) = match attribute.shape {
            AttributeShape::Itself { entity } => (entity.to_owned(), true),
            AttributeShape::Ref {
                entity, optional, ..
            } => (entity.to_owned(), !optional),
            AttributeShape::Text(_) => ("String".to_owned(), true),
            AttributeShape::Bool(_) => ("Bool".to_owned(), true),
            AttributeShape::Words(_) => ("Set<String>".to_owned(), true),
            AttributeShape::Set { entity, .. } => (format!("Set<{entity}>"), true),
        };
        Given {
            name: attribute.name,
            of,
            always,
        }
    });
    given.collect()
}

fn held_type(held: &Held) -> String {
    match held {
        Held::One(entity, _) => (*entity).to_owned(),
        Held::Many(entity, _) => format!("Set<{entity}>"),
        Held::Word(_) => "String".to_owned(),
    }
}

fn absent(entity: &str) -> (String, String) {
    (
        format!(
            "the schema has no `entity {entity}`, but this program has such viewers or records; \
             take it over from the schema that ships with the program"
        ),
        format!(
            "結構檔沒有 `entity {entity}`，但程式有此類使用者或紀錄；請由隨程式附上的結構檔取用"
        ),
    )
}

/// How what is declared of an entity and what is given of it differ.
fn differing(entity: &str, declared: &Declared, given: &[Given]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for Given { name, of, always } in given {
        let sign = if *always { "" } else { "?" };
        let Some(known) = declared.get(*name) else {
            found.push((
                format!(
                    "the schema lacks `{entity}.{name}`, which this program says of each: nobody \
                     would fit and every request would fail; add `{name}{sign}: {of}` to \
                     `entity {entity}`"
                ),
                format!(
                    "結構檔欠缺 `{entity}.{name}`，而程式會提供此屬性：將無人符合，所有請求都會失敗；\
                     請在 `entity {entity}` 加入 `{name}{sign}: {of}`"
                ),
            ));
            continue;
        };
        if known.of.as_ref().is_some_and(|known| known != of) {
            let known = known.of.as_deref().unwrap_or_default();
            found.push((
                format!(
                    "`{entity}.{name}` is `{known}` in the schema, but this program gives \
                     `{of}`; write `{name}{sign}: {of}`"
                ),
                format!(
                    "結構檔的 `{entity}.{name}` 是 `{known}`，但程式提供的是 `{of}`；請寫成 \
                     `{name}{sign}: {of}`"
                ),
            ));
        } else if known.required && !always {
            found.push((
                format!("`{entity}.{name}` is not there of every record; write `{name}?: {of}`"),
                format!("並非每項紀錄都有 `{entity}.{name}`；請寫成 `{name}?: {of}`"),
            ));
        }
    }
    for (name, known) in declared {
        if known.required && !given.iter().any(|given| given.name == name) {
            found.push((
                format!(
                    "the schema asks for `{entity}.{name}`, which this program does not know: \
                     nobody would fit and every request would fail; strike it out"
                ),
                format!(
                    "結構檔要求 `{entity}.{name}`，但程式沒有此屬性：將無人符合，所有請求都會失敗；請刪去"
                ),
            ));
        }
    }
    found
}

/// The line at which an entity is declared, or the first.
fn line_of(schema: &Document, entity: &str) -> usize {
    let declares = |line: &str| {
        let rest = line.trim_start().strip_prefix("entity ");
        let words = rest.map(|rest| rest.split(|c: char| !c.is_alphanumeric()));
        words.is_some_and(|mut words| words.any(|word| word == entity))
    };
    let line = schema.text.lines().position(declares);
    line.map_or(1, |at| at + 1)
}
