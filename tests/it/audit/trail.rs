//! The trail of changes: what was changed is there with the change, and nothing else is.

use std::io::Cursor;

use kaifong::app::{Stretch, checkpoint_of, verify};
use kaifong::audit::{Checkpoint, Entry, Said};
use kaifong::catalogue::find;
use kaifong::graphql::decode_id;
use kaifong::import;
use kaifong::store::import::{Run, load_alliance};
use kaifong::store::trail::Turn;
use kaifong::store::{Store, Vault};
use kaifong::viewer::Keys;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use uuid::Uuid;

use super::logged::rows;
use crate::alliance::{files, permits};
use crate::app::App;
use crate::databases::{TestDatabase, fixture};
use crate::imports::{run, schools};

const CHANGE: &str = "mutation($input: VolunteerChangeInput!) { volunteerChange(input: $input) {
    volunteer { id } userErrors { code } } }";

/// The first volunteer that the administrator sees.
async fn volunteer(app: &App) -> (String, Uuid) {
    let query = "{ volunteers(first: 1) { nodes { id } } }";
    let data = app.data("administrator", query).await;
    let id = data["volunteers"]["nodes"][0]["id"].as_str().unwrap();
    (id.to_owned(), decode_id(id).unwrap().1)
}

async fn changes(app: &App, of: &str, id: Uuid) -> Vec<Turn> {
    let (store, of) = (app.graph.store(), find(of).unwrap());
    store.changes_of(of, id, None, 100).await.unwrap()
}

async fn count(app: &App) -> u64 {
    app.graph.store().trail_head().await.unwrap().number
}

async fn holds(app: &App) -> bool {
    let found = verify(app.graph.store(), Stretch::default(), None, &|_| {});
    found.await.unwrap().holds
}

#[tokio::test]
async fn a_change_is_in_the_trail_with_both_values_and_who_made_it() {
    for app in App::each().await {
        let (node, id) = volunteer(&app).await;
        let before = count(&app).await;
        for district in ["Islands", "Sai Kung"] {
            let input = json!({ "input": { "id": node, "district": district } });
            let answer = app.ask_with("administrator", CHANGE, input).await;
            assert!(answer.get("errors").is_none(), "{answer}");
        }
        assert_eq!(count(&app).await, before + 2, "{}", app.database.name);
        let changes = changes(&app, "Volunteer", id).await;
        let newest = &changes[0];
        let turned = newest.turned().unwrap();
        assert_eq!((turned.of.as_ref(), turned.made), ("Volunteer", false));
        assert_eq!(turned.deed, "Volunteer.change");
        assert_eq!(turned.fields, ["district"]);
        let values = newest.values.as_ref().unwrap();
        assert_eq!(values.before["district"], "Islands");
        assert_eq!(values.after["district"], "Sai Kung");
        let claims = app.claims("administrator").unwrap();
        assert_eq!(newest.person.unwrap().to_string(), claims.sub);
        assert_eq!(newest.entry.who.roles, ["ADMINISTRATOR"]);
        assert!(newest.entry.token.is_some() && newest.entry.who.id.is_none());
        // Neither the values nor whose they are can be read without the person's secret.
        for row in rows(&app.database.db, "SELECT body FROM trail_entry").await {
            let body: Vec<u8> = row.try_get_by_index(0).unwrap();
            let text = String::from_utf8_lossy(&body);
            assert!(!text.contains("Sai Kung") && !text.contains(&id.to_string()));
        }
        assert!(holds(&app).await);
        app.database.close().await;
    }
}

#[tokio::test]
async fn what_is_refused_or_undone_leaves_no_trail() {
    for app in App::each().await {
        let (node, id) = volunteer(&app).await;
        let before = count(&app).await;
        let input = json!({ "input": { "id": node, "district": "Islands" } });
        app.ask_with("volunteer", CHANGE, input.clone()).await;
        assert_eq!(count(&app).await, before, "it was refused");
        // Where the trail cannot be written nothing is changed either.
        let was = rows(
            &app.database.db,
            "SELECT id, district, revision FROM volunteer",
        )
        .await;
        let rename = "ALTER TABLE trail_head RENAME TO gone";
        app.database.db.execute_unprepared(rename).await.unwrap();
        let answer = app.ask_with("administrator", CHANGE, input.clone()).await;
        assert!(answer["errors"].is_array(), "{answer}");
        let back = "ALTER TABLE gone RENAME TO trail_head";
        app.database.db.execute_unprepared(back).await.unwrap();
        let is = rows(
            &app.database.db,
            "SELECT id, district, revision FROM volunteer",
        )
        .await;
        let line = |row: &sea_orm::QueryResult| {
            let id: Uuid = row.try_get_by_index(0).unwrap();
            let district: Option<String> = row.try_get_by_index(1).unwrap();
            let revision: i32 = row.try_get_by_index(2).unwrap();
            (id, district, revision)
        };
        let (mut was, mut is): (Vec<_>, Vec<_>) = (
            was.iter().map(line).collect(),
            is.iter().map(line).collect(),
        );
        was.sort();
        is.sort();
        assert_eq!(was, is, "{}", app.database.name);
        assert_eq!(count(&app).await, before);
        assert!(changes(&app, "Volunteer", id).await.is_empty());
        app.database.close().await;
    }
}

#[tokio::test]
async fn of_what_is_sealed_only_that_it_changed_is_kept() {
    for app in App::each().await {
        let data = app
            .data(
                "volunteer",
                "{ volunteers(first: 50) { nodes { id viewerCanChange } } }",
            )
            .await;
        let nodes = data["volunteers"]["nodes"].as_array().unwrap();
        let own = nodes
            .iter()
            .find(|node| node["viewerCanChange"] == Value::Bool(true));
        let own = own.expect("the own record")["id"].as_str().unwrap();
        let input = json!({ "input": { "id": own, "healthRemark": "cannot lift" } });
        let answer = app.ask_with("volunteer", CHANGE, input).await;
        assert_eq!(
            answer["data"]["volunteerChange"]["userErrors"],
            json!([]),
            "{answer}"
        );
        let changes = changes(&app, "Volunteer", decode_id(own).unwrap().1).await;
        assert_eq!(changes[0].turned().unwrap().fields, ["healthRemark"]);
        let values = changes[0].values.as_ref().unwrap();
        assert!(values.before.is_empty() && values.after.is_empty());
        app.database.close().await;
    }
}

#[tokio::test]
async fn a_person_who_is_forgotten_is_read_in_no_trail_and_the_chain_holds() {
    for app in App::each().await {
        let (node, id) = volunteer(&app).await;
        let input = json!({ "input": { "id": node, "district": "Islands" } });
        app.ask_with("administrator", CHANGE, input).await;
        assert_eq!(changes(&app, "Volunteer", id).await.len(), 1);
        let of = find("Volunteer").unwrap();
        let gone = app.graph.store().forget(of, id, "Job", app.now).await;
        assert!(gone.unwrap() > 0);
        assert!(changes(&app, "Volunteer", id).await.is_empty());
        assert!(holds(&app).await, "{}", app.database.name);
        app.database.close().await;
    }
}

#[tokio::test]
async fn whatever_is_altered_in_the_trail_is_found() {
    let alterations = [
        "UPDATE trail_entry SET record = record + 1 WHERE number = 1",
        "UPDATE trail_entry SET body = hash WHERE number = 1",
        "UPDATE trail_entry SET number = 9 WHERE number = 2",
        "DELETE FROM trail_entry WHERE number = 1",
        "DELETE FROM trail_entry WHERE number = 2",
        "UPDATE trail_head SET number = 1",
    ];
    for alteration in alterations {
        for app in App::each().await {
            let node = volunteer(&app).await.0;
            for district in ["Islands", "Sai Kung"] {
                let input = json!({ "input": { "id": node, "district": district } });
                app.ask_with("administrator", CHANGE, input).await;
            }
            assert!(holds(&app).await);
            let db = &app.database.db;
            if alteration.contains("trail_entry") {
                assert!(
                    db.execute_unprepared(alteration).await.is_err(),
                    "the database refuses"
                );
            }
            let mine: &[&str] = match app.database.name {
                "SQLite" => &[
                    "DROP TRIGGER trail_entry_never_changed",
                    "DROP TRIGGER trail_entry_never_deleted",
                ],
                _ => &["ALTER TABLE trail_entry DISABLE TRIGGER ALL"],
            };
            for statement in mine {
                db.execute_unprepared(statement).await.unwrap();
            }
            db.execute_unprepared(alteration).await.unwrap();
            assert!(!holds(&app).await, "{}: {alteration}", app.database.name);
            app.database.close().await;
        }
    }
}

#[tokio::test]
async fn an_end_of_the_trail_that_was_cut_off_with_its_record_is_found_by_a_checkpoint() {
    let keys = Keys::generate("kaifong", "kaifong").unwrap();
    for app in App::each().await {
        let (node, store) = (volunteer(&app).await.0, app.graph.store());
        let change = async |district: &str| {
            let input = json!({ "input": { "id": node, "district": district } });
            app.ask_with("administrator", CHANGE, input).await;
        };
        let checkpoint = async || {
            let text = checkpoint_of(store, &keys, app.now).await.unwrap();
            Checkpoint::read(&text, |note, sign| keys.signed_note(note, sign)).unwrap()
        };
        let holds = async |checkpoint: Option<&Checkpoint>| {
            let found = verify(store, Stretch::default(), checkpoint, &|_| {}).await;
            let found = found.unwrap();
            let trail = found.trail.unwrap();
            (found.holds, trail.code, trail.checkpoint)
        };
        change("Islands").await;
        let early = checkpoint().await;
        change("Sai Kung").await;
        let late = checkpoint().await;
        assert_eq!(holds(Some(&early)).await, (true, None, Some(1)));
        assert_eq!(holds(Some(&late)).await, (true, None, Some(2)));
        // Whoever has the database takes the last entry away, and sets the record back.
        let mine: &[&str] = match app.database.name {
            "SQLite" => &["DROP TRIGGER trail_entry_never_deleted"],
            _ => &["ALTER TABLE trail_entry DISABLE TRIGGER ALL"],
        };
        let cut = [
            "DELETE FROM trail_entry WHERE number = 2",
            "UPDATE trail_head SET number = 1, hash = (SELECT hash FROM trail_entry)",
        ];
        for statement in mine.iter().chain(&cut) {
            app.database.db.execute_unprepared(statement).await.unwrap();
        }
        assert_eq!(holds(None).await, (true, None, None), "it looks whole");
        assert_eq!(holds(Some(&early)).await, (true, None, Some(1)));
        assert_eq!(holds(Some(&late)).await, (false, Some("CUT_SHORT"), None));
        // Nor does another history pass for the one that was.
        change("Kwun Tong").await;
        assert_eq!(holds(None).await, (true, None, None));
        assert_eq!(holds(Some(&late)).await, (false, Some("OTHER_HEAD"), None));
        app.database.close().await;
    }
}

#[tokio::test]
async fn a_step_of_time_is_in_the_trail_as_the_servers_own() {
    for app in App::each().await {
        let past = |minutes| (app.now - chrono::TimeDelta::minutes(minutes)).to_rfc3339();
        let (end, settled) = (past(1), past(60));
        let end = format!("UPDATE partnership SET valid_to = '{end}', settled_at = '{settled}'");
        app.database.db.execute_unprepared(&end).await.unwrap();
        let before = count(&app).await;
        app.graph.record_times().await.unwrap();
        let store = app.graph.store();
        let since = store.trail_after(before, u64::MAX >> 1).await.unwrap();
        let entries: Vec<Entry> = since
            .iter()
            .map(|(_, _, body, _)| Entry::from_bytes(body).unwrap())
            .collect();
        assert!(!entries.is_empty());
        for entry in entries {
            assert_eq!(entry.who.kind, "Job");
            let Said::Changed(turned) = entry.said else {
                panic!("no change")
            };
            assert!(["Partnership", "PartnershipStep"].contains(&turned.of.as_ref()));
            assert_eq!(turned.deed, "Partnership.recordTime");
        }
        assert!(holds(&app).await);
        app.database.close().await;
    }
}

#[tokio::test]
async fn an_import_is_in_the_trail_row_by_row_and_a_dry_run_is_not() {
    for test in TestDatabase::each().await {
        let store = Store::new(test.db.clone());
        let file = fixture("import/schools.csv");
        let dry = Run {
            dry_run: true,
            ..run("edb")
        };
        schools(&test.db, &file, dry).await.unwrap();
        assert_eq!(store.trail_head().await.unwrap().number, 0);
        schools(&test.db, &file, run("edb")).await.unwrap();
        assert_eq!(store.trail_head().await.unwrap().number, 4, "{}", test.name);
        let lose = "UPDATE organisation SET telephone = NULL WHERE external_id = '900001000123'";
        test.db.execute_unprepared(lose).await.unwrap();
        schools(&test.db, &file, run("edb")).await.unwrap();
        let entries = store.trail_after(0, 99).await.unwrap();
        assert_eq!(entries.len(), 5, "what did not change is not there");
        let read = |at: usize| Entry::from_bytes(&entries[at].2).unwrap();
        let Said::Changed(made) = read(0).said else {
            panic!("no change")
        };
        assert!(made.made && made.fields.contains(&"nameZh".into()));
        assert_eq!(read(0).who.id.as_deref(), Some("import"));
        let Said::Changed(turned) = read(4).said else {
            panic!("no change")
        };
        assert_eq!(
            (turned.made, turned.deed.as_ref()),
            (false, "Organisation.import")
        );
        assert_eq!(turned.fields, ["telephone"]);
        let values: Value = serde_json::from_slice(&turned.values).unwrap();
        assert_eq!(values["after"]["telephone"], "+852 2000 0001");
        assert!(values["before"].as_object().unwrap().is_empty());
        test.close().await;
    }
}

/// Loads an alliance in which the first organisation has so many volunteers, all in one district; how
/// many rows are new, and how many changed.
async fn load_volunteers(app: &App, volunteers: usize, district: &str) -> (u64, u64) {
    let mut csv = "id,org_id,department_id,name,phone,email,hkid,skills,availability,district,\
                   birth_date,status,hours_total,created_at\n"
        .to_owned();
    for number in 1..=volunteers {
        csv += &format!(
            "{number},1,1,Sample {number},,,,{{}},any,{district},,active,3,2025-01-02T08:00:00+08:00\n"
        );
    }
    let mut alliance = files(&fixture("import/alliance"));
    alliance.volunteers = Box::new(import::volunteers(Cursor::new(csv)).unwrap());
    let permits = permits();
    let run = Run {
        source: "former",
        now: app.now,
        dry_run: false,
        permit: &permits[0],
    };
    let (db, vault) = (&app.database.db, Vault::default());
    let done = load_alliance(db, alliance, &permits, run, &vault, &mut |_| {}).await;
    let done = done.unwrap();
    let of = |count: fn(&import::Report) -> u64| done.iter().map(count).sum();
    (of(|report| report.inserted), of(|report| report.updated))
}

/// A load holds the values of a thousand rows at a time when it writes its trail.
#[tokio::test]
async fn every_row_of_a_large_load_has_its_entry_and_the_chain_goes_on_between_them() {
    const VOLUNTEERS: usize = 2_100;
    for app in App::each().await {
        let before = count(&app).await;
        let (new, changed) = load_volunteers(&app, VOLUNTEERS, "North").await;
        assert!(new > VOLUNTEERS as u64 && changed == 0, "{new} {changed}");
        assert_eq!(count(&app).await, before + new, "{}", app.database.name);
        let (new, changed) = load_volunteers(&app, VOLUNTEERS, "Islands").await;
        assert_eq!((new, changed), (0, VOLUNTEERS as u64));
        assert!(holds(&app).await);
        // The first, the last, and those on both sides of a thousand.
        for number in [1, 1_000, 1_001, 2_000, 2_001, VOLUNTEERS] {
            let sql = format!("SELECT id FROM volunteer WHERE external_id = '{number:09}'");
            let id: Uuid = rows(&app.database.db, &sql).await[0]
                .try_get_by_index(0)
                .unwrap();
            let changes = changes(&app, "Volunteer", id).await;
            let [second, first] = changes.as_slice() else {
                panic!("{number} has {} entries", changes.len());
            };
            let (made, turned) = (first.turned().unwrap(), second.turned().unwrap());
            assert!(made.made && !turned.made, "{number}");
            assert_eq!(turned.fields, ["district"], "{number}");
            let values = second.values.as_ref().unwrap();
            assert_ne!(values.before.get("district"), values.after.get("district"));
        }
        app.database.close().await;
    }
}
