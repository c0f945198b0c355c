//! What is sealed at rest: a copy of the database gives away no identity number and no health
//! remark; who may see them sees what was written; what was moved, or sealed by others, opens nowhere.

use chrono::TimeDelta;
use kaifong::policy::Policies;
use kaifong::store::{Vault, VaultError, Wrapping};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};

use crate::app::{App, ROLES, WRAPPING, noon, vault};
use crate::databases::TestDatabase;

/// The columns that must be sealed, written down here and not read from the catalogue.
const SEALED: [(&str, &str); 10] = [
    ("data_request", "statement"),
    ("data_request", "proposed_value"),
    ("data_request", "reasons"),
    ("correction_note", "statement"),
    ("correction_note", "proposed_value"),
    ("invitation", "email"),
    ("volunteer", "identity_number"),
    ("volunteer", "health_remark"),
    ("student", "identity_number"),
    ("student", "health_remark"),
];

const OWN: &str = "{ volunteers(where: { phone: { isNull: false } }) { nodes { id nameZh identityNumber healthRemark } } }";

/// The texts of a column, as the database has them.
async fn kept(database: &TestDatabase, table: &str, column: &str) -> Vec<String> {
    let select = format!("SELECT {column} FROM {table} WHERE {column} IS NOT NULL ORDER BY id");
    let select = Statement::from_string(database.db.get_database_backend(), select);
    let rows = database.db.query_all_raw(select).await.unwrap();
    rows.iter()
        .map(|row| row.try_get_by_index(0).unwrap())
        .collect()
}

/// Whether some of these texts lie in the database's own files; of SQLite's, which are at hand.
fn in_file(database: &TestDatabase, texts: &[String]) -> bool {
    let Some(file) = database.url().strip_prefix("sqlite:") else {
        return false;
    };
    let mut bytes = std::fs::read(file).unwrap();
    bytes.extend(std::fs::read(format!("{file}-wal")).unwrap_or_default());
    let bytes = String::from_utf8_lossy(&bytes);
    texts
        .iter()
        .any(|text| text.len() > 8 && bytes.contains(text.as_str()))
}

async fn everything_kept(database: &TestDatabase) -> Vec<String> {
    let mut all = Vec::new();
    for (table, column) in SEALED {
        all.extend(kept(database, table, column).await);
    }
    all
}

async fn run(database: &TestDatabase, statement: &str) {
    database.db.execute_unprepared(statement).await.unwrap();
}

/// The volunteer's own record.
async fn own(app: &App) -> Value {
    let answer = app.ask("volunteer", OWN).await;
    assert!(answer.get("errors").is_none(), "{answer}");
    answer["data"]["volunteers"]["nodes"][0].clone()
}

/// Sets fields of the volunteer's own record.
async fn change(app: &App, own: &Value, set: Value) -> Value {
    let mut input = set;
    input["id"] = own["id"].clone();
    let mutation = "mutation($i: VolunteerChangeInput!) { volunteerChange(input: $i) { volunteer { identityNumber healthRemark } userErrors { code } } }";
    let answer = app
        .ask_with("volunteer", mutation, json!({ "i": input }))
        .await;
    assert!(answer.get("errors").is_none(), "{answer}");
    assert_eq!(answer["data"]["volunteerChange"]["userErrors"], json!([]));
    answer["data"]["volunteerChange"]["volunteer"].clone()
}

#[tokio::test]
async fn the_database_holds_none_of_it_and_answers_are_as_before() {
    for database in TestDatabase::each().await {
        kaifong::demo::load(&database.db, noon()).await.unwrap();
        let before = everything_kept(&database).await;
        assert!(before.len() > 5, "{} values", before.len());
        let open = App::around(database, Policies::shipped().unwrap());
        let query = "{ volunteers(first: 200) { totalCount nodes { id identityNumber healthRemark } } \
                       students(first: 200) { nodes { id identityNumber healthRemark } } }";
        let mut answers = Vec::new();
        for role in ROLES {
            answers.push(open.ask(role, query).await["data"].clone());
        }
        assert!(answers.iter().any(|answer| {
            let text = answer.to_string();
            before.iter().any(|value| text.contains(value.as_str()))
        }));

        let vault = vault(&open.database, WRAPPING).await;
        assert!(open.database.name != "SQLite" || in_file(&open.database, &before));
        let sealed = vault.seal_all(&open.database.db, noon()).await.unwrap();
        assert_eq!(sealed, before.len() as u64);
        assert_eq!(vault.seal_all(&open.database.db, noon()).await.unwrap(), 0);
        assert!(
            !in_file(&open.database, &before),
            "not even in what is free"
        );
        let after = everything_kept(&open.database).await;
        assert_eq!(after.len(), before.len());
        for text in &after {
            assert!(!before.iter().any(|value| text.contains(value.as_str())));
        }
        let mut distinct = after.clone();
        distinct.sort();
        distinct.dedup();
        assert_eq!(distinct.len(), after.len(), "equal values look different");

        let app = App::under(open.database, Policies::shipped().unwrap(), vault);
        for (role, before) in ROLES.into_iter().zip(&answers) {
            assert_eq!(app.ask(role, query).await["data"], *before, "{role}");
        }
        app.database.close().await;
    }
}

#[tokio::test]
async fn what_is_written_through_the_graph_is_sealed_and_read_again() {
    for app in App::each().await {
        let record = own(&app).await;
        let set = json!({ "identityNumber": "a123456(3)", "healthRemark": "哮喘 kf1.1.x" });
        let shown = change(&app, &record, set).await;
        assert_eq!(shown["identityNumber"], "A123456(3)");
        assert_eq!(shown["healthRemark"], "哮喘 kf1.1.x");
        let again = own(&app).await;
        assert_eq!(again["identityNumber"], "A123456(3)");
        assert_eq!(again["healthRemark"], "哮喘 kf1.1.x");
        // Whoever writes what looks sealed writes a text like any other.
        let shown = change(&app, &record, json!({ "healthRemark": "kf1.1.AAAA" })).await;
        assert_eq!(shown["healthRemark"], "kf1.1.AAAA");
        for text in everything_kept(&app.database).await {
            assert!(!text.contains("A123456") && !text.contains("哮喘") && text != "kf1.1.AAAA");
            assert!(text.starts_with("kf1.1."), "{text}");
        }
        let hashes = kept(&app.database, "volunteer", "identity_number_hash").await;
        let numbers = kept(&app.database, "volunteer", "identity_number").await;
        assert_eq!(hashes.len(), numbers.len());
        assert!(!hashes.iter().any(|hash| hash.contains("A123456")));
        let shown = change(&app, &record, json!({ "identityNumber": null })).await;
        assert_eq!(shown["identityNumber"], Value::Null);
        let left = kept(&app.database, "volunteer", "identity_number_hash").await;
        assert_eq!(
            left.len(),
            hashes.len() - 1,
            "the hash goes with the number"
        );
        app.database.close().await;
    }
}

#[tokio::test]
async fn a_number_is_found_whole_by_those_who_see_it_and_by_nobody_else() {
    for app in App::each().await {
        let record = own(&app).await;
        change(&app, &record, json!({ "identityNumber": "A123456(3)" })).await;
        let count = async |role: &str, filter: &str| {
            let query =
                format!("{{ volunteers(where: {{ identityNumber: {filter} }}) {{ totalCount }} }}");
            let answer = app.ask(role, &query).await;
            answer["data"]["volunteers"]["totalCount"].clone()
        };
        for spelt in ["A123456(3)", "a1234563", " A123456 (3)"] {
            let found = count("volunteer", &format!("{{ eq: {spelt:?} }}")).await;
            assert_eq!(found, 1, "{spelt}");
        }
        assert_eq!(
            count("volunteer", r#"{ in: ["Z", "A123456(3)"] }"#).await,
            1
        );
        for other in ["A123456", "123456(3)", "", "B123456(3)"] {
            let found = count("volunteer", &format!("{{ eq: {other:?} }}")).await;
            assert_eq!(found, 0, "{other}");
        }
        for role in ROLES.into_iter().filter(|role| *role != "volunteer") {
            assert_eq!(count(role, r#"{ eq: "A123456(3)" }"#).await, 0, "{role}");
            // Some see a number of their own; nobody finds more than that.
            let found = count(role, "{ isNull: false }").await;
            assert!(found.as_u64() <= Some(1), "{role}: {found}");
        }
        app.database.close().await;
    }
}

#[tokio::test]
async fn what_is_sealed_has_no_order_and_no_parts() {
    let app = App::sqlite().await;
    for query in [
        r#"{ volunteers(where: { identityNumber: { contains: "A" } }) { totalCount } }"#,
        r#"{ volunteers(where: { healthRemark: { eq: "x" } }) { totalCount } }"#,
        r#"{ students(where: { identityNumber: { startsWith: "A" } }) { totalCount } }"#,
        "{ volunteers(orderBy: [{ field: IDENTITY_NUMBER }]) { totalCount } }",
        "{ students(orderBy: [{ field: HEALTH_REMARK }]) { totalCount } }",
    ] {
        let answer = app.ask("administrator", query).await;
        assert!(answer["errors"][0]["message"].is_string(), "{query}");
        assert_eq!(answer["data"], Value::Null, "{query}");
    }
    app.database.close().await;
}

#[tokio::test]
async fn what_was_moved_or_tampered_with_opens_nowhere_and_says_nothing() {
    for app in App::each().await {
        let record = own(&app).await;
        change(
            &app,
            &record,
            json!({ "identityNumber": "A123456(3)", "healthRemark": "哮喘" }),
        )
        .await;
        // Into another column of the same row.
        run(
            &app.database,
            "UPDATE volunteer SET health_remark = identity_number",
        )
        .await;
        let answer = app.ask("volunteer", OWN).await;
        let text = answer.to_string();
        assert!(
            answer["errors"][0]["extensions"]["code"].is_string(),
            "{text}"
        );
        assert!(
            !text.contains("A123456") && !text.contains("kf1.") && !text.contains("health_remark")
        );
        // What does not ask for it is not disturbed.
        let names = app
            .ask(
                "volunteer",
                "{ volunteers { nodes { nameZh identityNumber } } }",
            )
            .await;
        assert!(names.get("errors").is_none());
        // Into another row.
        run(
            &app.database,
            "UPDATE volunteer SET identity_number = (SELECT MAX(identity_number) FROM student) \
             WHERE identity_number IS NOT NULL",
        )
        .await;
        let answer = app
            .ask(
                "volunteer",
                "{ volunteers { nodes { nameZh identityNumber } } }",
            )
            .await;
        assert!(answer["errors"][0]["message"].is_string(), "{answer}");
        assert!(!answer.to_string().contains("kf1."));
        app.database.close().await;
    }
}

#[tokio::test]
async fn keys_change_while_a_server_runs() {
    for app in App::each().await {
        let record = own(&app).await;
        let set = json!({ "identityNumber": "A123456(3)", "healthRemark": "哮喘" });
        change(&app, &record, set).await;
        let before = everything_kept(&app.database).await;

        // Somebody else makes a new key; the server, which does not know it, reads and writes on.
        let other = vault(&app.database, WRAPPING).await;
        let rotated = other.rotate(&app.database.db, noon()).await.unwrap();
        assert_eq!((rotated.number, rotated.values), (2, before.len() as u64));
        assert_eq!(own(&app).await["healthRemark"], "哮喘");
        let rotated = other.rotate(&app.database.db, noon()).await.unwrap();
        assert_eq!(rotated.number, 3);
        let shown = change(&app, &record, json!({ "healthRemark": "花生過敏" })).await;
        assert_eq!(shown["healthRemark"], "花生過敏");
        for text in everything_kept(&app.database).await {
            assert!(text.starts_with("kf1.3."), "{text}");
        }

        // Keys that seal nothing are forgotten, but not while somebody may still write with them.
        let soon = noon() + TimeDelta::minutes(59);
        let forgotten = other.forget(&app.database.db, soon).await.unwrap();
        assert_eq!(forgotten, Vec::<i32>::new());
        let later = noon() + TimeDelta::minutes(61);
        let forgotten = other.forget(&app.database.db, later).await.unwrap();
        assert_eq!(forgotten, [1, 2]);
        assert_eq!(own(&app).await["identityNumber"], "A123456(3)");
        let uses = other.uses(&app.database.db).await.unwrap();
        assert_eq!(uses.len(), 1);
        assert_eq!(
            (uses[0].number, uses[0].values),
            (Some(3), before.len() as u64)
        );
        app.database.close().await;
    }
}

#[tokio::test]
async fn the_settings_key_changes_and_a_foreign_one_opens_nothing() {
    let other = Wrapping::new_line().unwrap();
    for app in App::each().await {
        let record = own(&app).await;
        change(&app, &record, json!({ "healthRemark": "哮喘" })).await;
        let db = &app.database.db;
        let foreign = Wrapping::read(&other).unwrap();
        let refused = Vault::over(db, foreign, noon()).await.err().unwrap();
        assert!(matches!(refused, VaultError::Foreign { number: 1, .. }));
        assert!(!refused.to_string().contains(&other));

        // The new one first, the old one after it; wrap anew; the old one is not needed any more.
        let both = vault(
            &app.database,
            &format!("{other}\n# the old one\n{WRAPPING}\n"),
        )
        .await;
        assert_eq!(both.rewrap(db).await.unwrap(), 2);
        assert_eq!(both.rewrap(db).await.unwrap(), 0);
        let alone = vault(&app.database, &other).await;
        let database = app.database;
        let app = App::under(database, Policies::shipped().unwrap(), alone);
        assert_eq!(own(&app).await["healthRemark"], "哮喘");
        let old = Wrapping::read(WRAPPING).unwrap();
        assert!(Vault::over(&app.database.db, old, noon()).await.is_err());
        app.database.close().await;
    }
}

#[test]
fn a_file_of_keys_is_read_strictly() {
    assert!(matches!(
        Wrapping::read("# none\n\n"),
        Err(VaultError::Empty)
    ));
    for text in ["not base64!", "AAAA", &format!("{WRAPPING}\nAAAA")] {
        let refused = Wrapping::read(text).err().unwrap();
        assert!(matches!(refused, VaultError::NotAKey(_)), "{refused}");
    }
    assert!(Wrapping::read(&format!("  {WRAPPING}  \n")).is_ok());
}
