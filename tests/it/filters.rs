//! Filters and search: what the database finds is what one would find by hand among the rows that
//! the viewer sees, as the viewer sees them.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use kaifong::catalogue::{self, Kind, Shape, Type};
use serde_json::{Value, json};

use crate::app::{App, ROLES};
use crate::asking::{code, literal, masked, nodes, of, permitted, row, tamper, types};

type Holds = Rc<dyn Fn(&World, &Value) -> bool>;

/// A filter, and whether a row satisfies it.
#[derive(Clone)]
struct Case {
    filter: Value,
    holds: Holds,
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

/// All that a viewer sees, by type.
struct World {
    rows: HashMap<&'static str, Vec<Value>>,
    /// The same by id, archived rows too.
    by_id: HashMap<String, Value>,
}

impl World {
    async fn seen_by(app: &App, role: &str) -> Self {
        let mut rows = HashMap::new();
        let mut by_id = HashMap::new();
        for of in types() {
            let live = everything(app, role, of, "").await;
            for row in everything(app, role, of, "includeArchived: true").await {
                by_id.insert(row["id"].as_str().unwrap().to_owned(), row);
            }
            rows.insert(of.name, live);
        }
        Self { rows, by_id }
    }
}

/// Every row of a type with its values and the ids of what it leads to, in the order of ids.
async fn everything(app: &App, role: &str, of: &Type, archived: &str) -> Vec<Value> {
    let fields = of.fields.iter().map(|field| match field.shape {
        Shape::Value { .. } => field.name.to_owned(),
        Shape::One { .. } => format!("{} {{ id }}", field.name),
        Shape::Many { .. } => format!("{} {{ __typename }}", field.name),
    });
    let fields: Vec<String> = fields.collect();
    let mut found = Vec::new();
    loop {
        let offset = found.len();
        let query = format!(
            "{{ {}(first: 1000, offset: {offset}, {archived}) {{ nodes {{ id {} }} }} }}",
            of.plural,
            fields.join(" ")
        );
        let data = app.data(role, &query).await;
        let page = nodes(&data[of.plural]);
        found.extend(page.iter().cloned());
        if page.len() < 1000 {
            return found;
        }
    }
}

fn lower(text: &str) -> String {
    text.to_ascii_lowercase()
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
fn cases(world: &World, of: &'static Type) -> Vec<Case> {
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
fn related(world: &World, of: &'static Type) -> Vec<Case> {
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
fn joined(cases: &[Case]) -> Vec<Case> {
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

/// Asks for each case, and compares with what it finds among all rows.
async fn agree(app: &App, role: &str, world: &World, of: &'static Type, cases: &[Case]) -> usize {
    let mut found_some = 0;
    for chunk in cases.chunks(20) {
        let mut variables = serde_json::Map::new();
        let (mut heads, mut parts) = (String::new(), String::new());
        for (at, case) in chunk.iter().enumerate() {
            variables.insert(format!("w{at}"), case.filter.clone());
            heads += &format!("$w{at}: {}Where ", of.name);
            parts += &format!(
                "a{at}: {}(first: 200, where: $w{at}) {{ totalCount nodes {{ id }} }} ",
                of.plural
            );
        }
        let query = format!("query({heads}) {{ {parts} }}");
        let data = app.data_with(role, &query, Value::Object(variables)).await;
        for (at, case) in chunk.iter().enumerate() {
            let list = &data[format!("a{at}").as_str()];
            let found: Vec<&Value> = nodes(list).iter().map(|node| &node["id"]).collect();
            let rows = world.rows[of.name].iter();
            let expected: Vec<&Value> = rows
                .filter(|row| (case.holds)(world, row))
                .map(|row| &row["id"])
                .collect();
            let about = format!("{} {role} {} {}", app.database.name, of.name, case.filter);
            assert_eq!(list["totalCount"], json!(expected.len()), "{about}");
            assert!(found == expected[..expected.len().min(200)], "{about}");
            found_some +=
                usize::from(!found.is_empty() && expected.len() < world.rows[of.name].len());
        }
    }
    found_some
}

#[tokio::test]
async fn every_operator_on_every_field_finds_what_is_found_by_hand() {
    for app in permitted().await {
        let world = World::seen_by(&app, "administrator").await;
        let mut telling = 0;
        for of in types() {
            let mut cases = cases(&world, of);
            cases.extend(joined(&cases));
            telling += agree(&app, "administrator", &world, of, &cases).await;
        }
        assert!(telling > 1000, "filters tell rows apart: {telling}");
        app.database.close().await;
    }
}

#[tokio::test]
async fn filters_by_relations_find_what_is_found_by_hand() {
    for app in permitted().await {
        let world = World::seen_by(&app, "administrator").await;
        let mut telling = 0;
        for of in types() {
            let cases = related(&world, of);
            if !cases.is_empty() {
                telling += agree(&app, "administrator", &world, of, &cases).await;
            }
        }
        assert!(telling > 200, "filters tell rows apart: {telling}");
        app.database.close().await;
    }
}

#[tokio::test]
async fn a_viewer_filters_by_what_it_sees_and_a_mask_is_no_value() {
    for app in App::each().await {
        for role in ROLES {
            let world = World::seen_by(&app, role).await;
            for name in [
                "Volunteer",
                "Assignment",
                "User",
                "Student",
                "Guardian",
                "Shift",
                "Notice",
                "NoticeReceipt",
            ] {
                let of = of(name);
                let mut cases = cases(&world, of);
                cases.extend(joined(&cases));
                cases.extend(related(&world, of));
                cases = cases.into_iter().step_by(3).collect();
                // What is not seen at all answers alike; a part of it is enough.
                if world.rows[name].is_empty() {
                    cases.truncate(20);
                }
                agree(&app, role, &world, of, &cases).await;
            }
        }
        app.database.close().await;
    }
}

#[tokio::test]
async fn what_is_masked_or_hidden_is_never_found_by_its_value() {
    for app in App::each().await {
        let data = app
            .data(
                "administrator",
                "{ volunteers(first: 1000) { nodes { id nameZh phone email internalNotes } } }",
            )
            .await;
        let (mut asked, mut hidden) = (0, 0);
        let named = nodes(&data["volunteers"]).iter();
        let named = named.filter(|row| row["nameZh"].is_string() && row["phone"].is_string());
        for volunteer in named.take(40) {
            let query = "query($id: ID!, $name: String, $two: String, $phone: String, $notes: String) { \
                there: volunteers(where: { id: { eq: $id } }) { totalCount } \
                name: volunteers(where: { id: { eq: $id }, nameZh: { eq: $name } }) { totalCount } \
                starts: volunteers(where: { id: { eq: $id }, nameZh: { startsWith: $two } }) { totalCount } \
                search: volunteers(search: $name, where: { id: { eq: $id } }) { totalCount } \
                phone: volunteers(where: { id: { eq: $id }, phone: { contains: $phone } }) { totalCount } \
                null: volunteers(where: { id: { eq: $id }, phone: { isNull: true }, nameZh: { isNull: true }, internalNotes: { isNull: true } }) { totalCount } \
                notes: volunteers(where: { id: { eq: $id }, internalNotes: { contains: $notes } }) { totalCount } }";
            let name = volunteer["nameZh"].as_str().unwrap();
            let first: String = name.chars().take(1).collect();
            let variables = json!({
                "id": volunteer["id"], "name": name, "two": first, "phone": "+", "notes": "",
            });
            let data = app
                .data_with("privacy_officer", query, variables.clone())
                .await;
            assert_eq!(data["there"]["totalCount"], json!(1));
            for key in ["name", "starts", "search", "phone", "notes"] {
                assert_eq!(data[key]["totalCount"], json!(0), "{key}");
            }
            assert_eq!(
                data["null"]["totalCount"],
                json!(1),
                "what is masked is as if it were not"
            );
            let full = app.data_with("administrator", query, variables).await;
            for key in ["there", "name", "starts", "search", "phone"] {
                assert_eq!(full[key]["totalCount"], json!(1), "{key}");
            }
            hidden += usize::from(!volunteer["internalNotes"].is_null());
            asked += 1;
        }
        assert!(asked == 40 && hidden > 0);
        app.database.close().await;
    }
}

/// Gives some volunteers names of our choice; the ids of those that got them.
async fn named(app: &App, names: &[&str]) -> Vec<Value> {
    let query = format!(
        "{{ volunteers(first: {}) {{ nodes {{ id }} }} }}",
        names.len()
    );
    let data = app.data("coordinator", &query).await;
    let ids: Vec<Value> = nodes(&data["volunteers"])
        .iter()
        .map(|node| node["id"].clone())
        .collect();
    for (id, name) in ids.iter().zip(names) {
        let name = name.replace('\'', "''");
        let id = literal(app, row(id));
        tamper(
            app,
            &format!("UPDATE volunteer SET name_en = '{name}' WHERE id = {id}"),
        )
        .await;
    }
    ids
}

async fn found(app: &App, arguments: &str, text: &str) -> Vec<Value> {
    let query = format!(
        "query($t: String) {{ volunteers(first: 1000, {arguments}) {{ nodes {{ id }} }} }}"
    );
    let data = app
        .data_with("coordinator", &query, json!({ "t": text }))
        .await;
    nodes(&data["volunteers"])
        .iter()
        .map(|node| node["id"].clone())
        .collect()
}

#[tokio::test]
async fn what_means_something_in_sql_is_only_text() {
    let names = [
        "50% off",
        "a_b",
        "O'Brien",
        "say \"hi\"",
        "back\\slash",
        "x;y",
        "dash--dash",
        "$1 ?",
        "{row} {now}",
        "axb",
        "50 off",
        "/* c */",
        "E'\\''",
    ];
    for app in App::each().await {
        let ids = named(&app, &names).await;
        for (at, text) in [
            "50%", "a_b", "O'B", "\"hi\"", "k\\s", "x;y", "h--d", "$1 ?", "{row}",
        ]
        .iter()
        .enumerate()
        {
            for arguments in ["where: { nameEn: { contains: $t } }", "search: $t"] {
                // A search looks for each word alone; those here are one word, but for one.
                assert_eq!(
                    found(&app, arguments, text).await,
                    [ids[at].clone()],
                    "{arguments} {text}"
                );
            }
            assert_eq!(
                found(&app, "where: { nameEn: { eq: $t } }", names[at]).await,
                [ids[at].clone()]
            );
            let front: String = names[at].chars().take(4).collect();
            let front = found(&app, "where: { nameEn: { startsWith: $t } }", &front).await;
            assert!(front.contains(&ids[at]), "{text}");
        }
        for text in [
            "%",
            "_",
            "%%",
            "a%b",
            "50_ off",
            "' OR '1'='1",
            "'; DROP TABLE volunteer; --",
            "\\",
            "\\'",
            "*/",
        ] {
            let expected: Vec<&Value> = ids
                .iter()
                .zip(names)
                .filter(|(_, name)| name.contains(text))
                .map(|(id, _)| id)
                .collect();
            let got = found(&app, "where: { nameEn: { contains: $t } }", text).await;
            assert_eq!(got.iter().collect::<Vec<_>>(), expected, "{text}");
        }
        assert!(
            !found(&app, "where: { nameEn: { contains: $t } }", "")
                .await
                .is_empty()
        );
        app.database.close().await;
    }
}

#[tokio::test]
async fn letters_are_folded_from_a_to_z_and_no_others_on_both_databases() {
    let names = [
        "ÉCOLE",
        "école",
        "ＡＢＣ",
        "ａｂｃ",
        "STRASSE",
        "straße",
        "İstanbul",
        "istanbul",
        "ΣΊΣΥΦΟΣ",
        "σίσυφος",
    ];
    for app in App::each().await {
        let ids = named(&app, &names).await;
        let which = async |text: &str| {
            let got = found(&app, "where: { nameEn: { contains: $t } }", text).await;
            let got = got.iter().filter_map(|id| ids.iter().position(|i| i == id));
            got.map(|at| names[at]).collect::<BTreeSet<_>>()
        };
        for (text, expected) in [
            ("ÉCOLE", vec!["ÉCOLE"]),
            ("Écol", vec!["ÉCOLE"]),
            ("éCOLE", vec!["école"]),
            ("COLE", vec!["ÉCOLE", "école"]),
            ("ＡＢＣ", vec!["ＡＢＣ"]),
            ("ａｂｃ", vec!["ａｂｃ"]),
            ("strasse", vec!["STRASSE"]),
            ("STRAß", vec!["straße"]),
            ("İSTANBUL", vec!["İstanbul"]),
            ("STANBUL", vec!["İstanbul", "istanbul"]),
            ("Σ", vec!["ΣΊΣΥΦΟΣ"]),
            ("σ", vec!["σίσυφος"]),
        ] {
            let expected = expected.into_iter().collect::<BTreeSet<_>>();
            assert_eq!(which(text).await, expected, "{} {text}", app.database.name);
        }
        app.database.close().await;
    }
}

#[tokio::test]
async fn search_finds_chinese_names_words_in_any_order_and_regardless_of_case() {
    for app in App::each().await {
        let data = app
            .data(
                "coordinator",
                "{ volunteers(first: 1000) { nodes { id nameZh nameEn } } }",
            )
            .await;
        let volunteers = nodes(&data["volunteers"]);
        let by_hand = |words: &[String]| -> Vec<Value> {
            let text = |row: &Value, name: &str| lower(row[name].as_str().unwrap_or_default());
            let has = |row: &&Value| {
                let (zh, en) = (text(row, "nameZh"), text(row, "nameEn"));
                words
                    .iter()
                    .all(|word| zh.contains(&lower(word)) || en.contains(&lower(word)))
            };
            volunteers
                .iter()
                .filter(has)
                .map(|row| row["id"].clone())
                .collect()
        };
        let mut two = 0;
        for volunteer in volunteers.iter().take(30) {
            let (Some(zh), Some(en)) = (volunteer["nameZh"].as_str(), volunteer["nameEn"].as_str())
            else {
                continue;
            };
            let chars: Vec<char> = zh.chars().collect();
            let given: String = chars[chars.len() - 2..].iter().collect();
            let mut parts: Vec<String> = en.split_whitespace().map(str::to_owned).collect();
            parts.reverse();
            for words in [
                vec![zh.to_owned()],
                vec![given.clone()],
                vec![chars[0].to_string()],
                parts.clone(),
                parts.iter().map(|part| part.to_lowercase()).collect(),
                parts.iter().map(|part| part.to_uppercase()).collect(),
                vec![zh.to_owned(), parts[0].to_lowercase()],
                vec![given, "沒有".to_owned()],
            ] {
                let expected = by_hand(&words);
                assert_eq!(
                    found(&app, "search: $t", &words.join("  ")).await,
                    expected,
                    "{words:?}"
                );
                two += usize::from(
                    words.len() == 1 && words[0].chars().count() == 2 && !expected.is_empty(),
                );
            }
        }
        assert!(two >= 20, "two characters are enough");
        for nothing in ["", "   ", "\u{3000}"] {
            assert_eq!(
                found(&app, "search: $t", nothing).await.len(),
                volunteers.len()
            );
        }
        app.database.close().await;
    }
}

#[tokio::test]
async fn a_word_of_a_list_is_found_whole() {
    let lists = [
        r#"["a","b"]"#,
        r#"["ab"]"#,
        r#"["a\",\"b"]"#,
        r#"["x\"b"]"#,
        r#"["b\\"]"#,
        r#"["中文"]"#,
        "[]",
    ];
    for app in App::each().await {
        let data = app
            .data(
                "coordinator",
                &format!(
                    "{{ volunteers(first: {}) {{ nodes {{ id }} }} }}",
                    lists.len()
                ),
            )
            .await;
        let ids: Vec<Value> = nodes(&data["volunteers"])
            .iter()
            .map(|node| node["id"].clone())
            .collect();
        for (id, list) in ids.iter().zip(lists) {
            let id = literal(&app, row(id));
            tamper(
                &app,
                &format!("UPDATE volunteer SET skills = '{list}' WHERE id = {id}"),
            )
            .await;
        }
        for word in [
            "a", "b", "ab", "a\",\"b", "x\"b", "b\\", "中文", "中", "", "\"", ",", "[]",
        ] {
            let expected: Vec<&Value> = ids
                .iter()
                .zip(lists)
                .filter(|(_, list)| {
                    serde_json::from_str::<Vec<String>>(list)
                        .unwrap()
                        .iter()
                        .any(|w| w == word)
                })
                .map(|(id, _)| id)
                .collect();
            let got = found(&app, "where: { skills: { has: $t } }", word).await;
            assert_eq!(
                got.iter().collect::<Vec<_>>(),
                expected,
                "{} {word}",
                app.database.name
            );
        }
        app.database.close().await;
    }
}

#[tokio::test]
async fn filters_that_ask_too_much_or_nothing_sensible_are_refused() {
    for app in App::each().await {
        let ask = async |filter: Value| {
            app.ask_with("administrator", "query($w: VolunteerWhere) { volunteers(where: $w) { totalCount } tags { totalCount } }", json!({ "w": filter })).await
        };
        let mut deep = json!({});
        for _ in 0..250 {
            deep = json!({ "not": deep });
        }
        let many = |count: usize| vec!["x"; count];
        for (filter, expected) in [
            (
                json!({ "nameEn": { "contains": "x".repeat(1001) } }),
                "LIMIT_EXCEEDED",
            ),
            (
                json!({ "nameEn": { "eq": "x".repeat(1001) } }),
                "LIMIT_EXCEEDED",
            ),
            (json!({ "nameEn": { "eq": "a\u{0}b" } }), "BAD_USER_INPUT"),
            (
                json!({ "nameEn": { "contains": "\u{0}" } }),
                "BAD_USER_INPUT",
            ),
            (json!({ "skills": { "has": "\u{0}" } }), "BAD_USER_INPUT"),
            (json!({ "nameEn": { "in": many(201) } }), "LIMIT_EXCEEDED"),
            (json!({ "id": { "in": many(201) } }), "LIMIT_EXCEEDED"),
            (
                json!({ "or": vec![json!({ "nameEn": { "eq": "x" } }); 201] }),
                "LIMIT_EXCEEDED",
            ),
            (deep, "LIMIT_EXCEEDED"),
            (
                json!({ "hours": { "gt": 3_000_000_000_u64 } }),
                "BAD_USER_INPUT",
            ),
            (
                json!({ "hours": { "in": [1, -2_147_483_649_i64] } }),
                "BAD_USER_INPUT",
            ),
        ] {
            let answer = ask(filter.clone()).await;
            assert_eq!(code(&answer), expected, "{filter}");
            assert_eq!(answer["data"]["volunteers"], Value::Null);
            assert!(
                answer["data"]["tags"]["totalCount"].is_u64(),
                "its sibling answers"
            );
        }
        assert!(
            ask(json!({ "nameEn": { "in": many(200) } }))
                .await
                .get("errors")
                .is_none()
        );
        for filter in [
            json!({ "hours": { "gt": "5" } }),
            json!({ "hours": { "gt": 1.5 } }),
            json!({ "status": { "eq": "NEVER" } }),
            json!({ "status": { "eq": 1 } }),
            json!({ "birthDate": { "eq": "2026-02-30" } }),
            json!({ "birthDate": { "eq": "+02026-1-1" } }),
            json!({ "birthDate": { "eq": " 2026-1-01" } }),
            json!({ "birthDate": { "eq": "26-01-0001" } }),
            json!({ "createdAt": { "eq": "2026-11-18" } }),
            json!({ "createdAt": { "eq": "yesterday" } }),
            json!({ "nothing": { "eq": 1 } }),
            json!({ "nameEn": { "like": "x" } }),
            json!({ "nameEn": { "eq": ["x", "y"] } }),
            json!({ "nameEn": "x" }),
            json!([{ "nameEn": { "eq": "x" } }, {}]),
            json!("x"),
        ] {
            let answer = ask(filter.clone()).await;
            let errors = answer["errors"]
                .as_array()
                .unwrap_or_else(|| panic!("{filter}: {answer}"));
            assert!(!errors.is_empty());
            assert!(answer["data"]["volunteers"].is_null(), "{answer}");
        }
        for query in [
            "{ volunteers(search: \"a b c d e f g h i j k\") { totalCount } }",
            "{ volunteers(orderBy: [{ field: PHONE } { field: EMAIL } { field: STATUS } { field: HOURS } { field: ADDRESS } { field: NAME_ZH }]) { totalCount } }",
        ] {
            assert_eq!(
                code(&app.ask("administrator", query).await),
                "LIMIT_EXCEEDED"
            );
        }
        app.database.close().await;
    }
}

#[tokio::test]
async fn times_are_compared_as_instants_to_the_microsecond() {
    for app in permitted().await {
        let data = app
            .data("administrator", "{ shifts(first: 1) { nodes { id } } }")
            .await;
        let shift = &nodes(&data["shifts"])[0]["id"];
        let set = async |time: &str| {
            let query = "mutation($input: ShiftChangeInput!) { shiftChange(input: $input) { shift { startsAt } userErrors { code } } }";
            let input = json!({ "id": shift, "startsAt": time, "endsAt": "2099-01-01T00:00:00Z" });
            let data = app
                .data_with("administrator", query, json!({ "input": input }))
                .await;
            assert_eq!(data["shiftChange"]["userErrors"], json!([]));
            data["shiftChange"]["shift"]["startsAt"]
                .as_str()
                .unwrap()
                .to_owned()
        };
        for (given, shown) in [
            ("2026-11-20T17:30:00+08:00", "2026-11-20T09:30:00Z"),
            ("2026-11-20T09:30:00.5Z", "2026-11-20T09:30:00.500Z"),
            (
                "2026-11-20T09:30:00.1234567Z",
                "2026-11-20T09:30:00.123456Z",
            ),
            ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
            ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ] {
            assert_eq!(set(given).await, shown, "{}", app.database.name);
            for (operator, expected) in [("eq", 1), ("gte", 1), ("lte", 1), ("gt", 0), ("lt", 0)] {
                for text in [given, shown] {
                    let query = format!(
                        "query($id: ID!, $t: DateTime) {{ shifts(where: {{ id: {{ eq: $id }}, startsAt: {{ {operator}: $t }} }}) {{ totalCount }} }}"
                    );
                    let data = app
                        .data_with("administrator", &query, json!({ "id": shift, "t": text }))
                        .await;
                    assert_eq!(
                        data["shifts"]["totalCount"],
                        json!(expected),
                        "{operator} {text}"
                    );
                }
            }
        }
        app.database.close().await;
    }
}
