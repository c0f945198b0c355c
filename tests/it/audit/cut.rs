//! The oldest part of a chain goes at the end of its time, and nothing else does.

use chrono::TimeDelta;
use kaifong::app::{Stretch, Verified, checkpoint_of, verify};
use kaifong::audit::Checkpoint;
use kaifong::catalogue::find;
use kaifong::graphql::{decode_id, retention_permit};
use kaifong::store::log::{Book, Sought};
use kaifong::viewer::Keys;
use sea_orm::{ConnectionTrait, DbBackend};
use serde_json::{Value, json};

use super::logged::last;
use super::own::own_volunteer;
use crate::app::App;
use crate::asking::number;
use crate::erasure::hold;

async fn verified(app: &App, checkpoint: Option<&Checkpoint>) -> Verified {
    let found = verify(app.graph.store(), Stretch::default(), checkpoint, &|_| {});
    found.await.unwrap()
}

async fn checkpoint(app: &App, keys: &Keys) -> Checkpoint {
    let text = checkpoint_of(app.graph.store(), keys, app.now).await;
    Checkpoint::read(&text.unwrap(), |note, sign| keys.signed_note(note, sign)).unwrap()
}

/// Cuts what is older than an hour by now, a day later.
async fn cut(app: &App, book: Book) -> bool {
    let permit = retention_permit(&app.graph.policies()).unwrap();
    let store = app.graph.store().at(app.now + TimeDelta::days(1));
    let done = store.cut(&permit, book, app.now + TimeDelta::hours(1));
    done.await.unwrap()
}

/// The numbers of the entries that name a volunteer, the newest first.
async fn log_of(app: &App, id: &Value) -> Vec<u64> {
    let (_, record) = decode_id(id.as_str().unwrap()).unwrap();
    let sought = Sought {
        records: vec![(find("Volunteer").unwrap(), record)],
        from: None,
        to: None,
        before: None,
        first: 1000,
    };
    let found = app.graph.store().log_of(&sought).await.unwrap();
    found.iter().map(|found| found.number).collect()
}

async fn done(app: &App, sql: &str) -> bool {
    app.database.db.execute_unprepared(sql).await.is_ok()
}

/// Takes away what keeps whoever has the database from changing a chain by mistake.
async fn unguarded(app: &App, table: &str) {
    let statements: Vec<String> = match app.database.db.get_database_backend() {
        DbBackend::Postgres => [table, "audit_cut"]
            .iter()
            .map(|table| format!("ALTER TABLE {table} DISABLE TRIGGER ALL"))
            .collect(),
        _ => [
            &format!("{table}_never_changed"),
            &format!("{table}_never_deleted"),
            "audit_cut_never_changed",
            "audit_cut_never_deleted",
            "audit_cut_is_recorded",
        ]
        .iter()
        .map(|trigger| format!("DROP TRIGGER {trigger}"))
        .collect(),
    };
    for statement in statements {
        assert!(done(app, &statement).await, "{statement}");
    }
}

#[tokio::test]
async fn the_oldest_blocks_of_the_log_go_and_the_rest_holds_and_is_read() {
    let keys = Keys::generate("kaifong", "kaifong").unwrap();
    for app in App::each().await {
        let id = own_volunteer(&app).await;
        let query = "query($id: ID!) { volunteer(id: $id) { nameZh } }";
        let early = checkpoint(&app, &keys).await;
        while last(app.graph.store()).await < 260 {
            app.data_with("coordinator", query, json!({ "id": id }))
                .await;
        }
        let late = checkpoint(&app, &keys).await;
        let before = log_of(&app, &id).await;
        assert!(cut(&app, Book::Log).await, "{}", app.database.name);
        assert!(!cut(&app, Book::Log).await, "nothing more is due");
        // A block has 256 entries; one more says that they went.
        assert_eq!(
            number(&app, "SELECT MIN(number) FROM audit_entry").await,
            257
        );
        assert_eq!(number(&app, "SELECT COUNT(*) FROM audit_block").await, 0);
        assert_eq!(last(app.graph.store()).await, 261);
        let found = verified(&app, Some(&late)).await;
        assert!(found.holds, "{found:?}");
        assert_eq!((found.entries, found.gone), (5, Some(256)));
        assert_eq!(found.checkpoint, Some(260));
        // Of what went a checkpoint shows nothing any more, and is not said to.
        let found = verified(&app, Some(&early)).await;
        assert_eq!((found.holds, found.checkpoint), (true, None));
        let rest: Vec<u64> = before.iter().copied().filter(|at| *at > 256).collect();
        assert!(!rest.is_empty() && rest.len() < before.len());
        assert_eq!(log_of(&app, &id).await, rest);
        // The log goes on, with filters of whole blocks.
        app.data_with("coordinator", query, json!({ "id": id }))
            .await;
        assert_eq!(log_of(&app, &id).await.len(), rest.len() + 1);
        assert!(verified(&app, None).await.holds);
        // Nothing else goes, and no cut is made up.
        for refused in [
            "DELETE FROM audit_entry WHERE number = 257",
            "DELETE FROM audit_entry",
            "DELETE FROM audit_cut",
            "UPDATE audit_cut SET number = 258",
            "INSERT INTO audit_cut (book, number, hash, entry)
             SELECT 'LOG', number, hash, 261 FROM audit_entry WHERE number = 258",
            "INSERT INTO audit_cut (book, number, hash, entry)
             SELECT 'LOG', 258, hash, 261 FROM audit_entry WHERE number = 257",
        ] {
            assert!(
                !done(&app, refused).await,
                "{}: {refused}",
                app.database.name
            );
        }
        assert_eq!(
            number(&app, "SELECT MIN(number) FROM audit_entry").await,
            257
        );
        unguarded(&app, "audit_entry").await;
        let broken = async |statement: &str| {
            assert!(done(&app, statement).await, "{statement}");
            let found = verified(&app, None).await;
            assert!(!found.holds, "{statement}");
            (found.broken_at.unwrap(), found.code.unwrap())
        };
        // A forged hash, a cut that no entry says, and entries that are gone without any.
        let keep = "CREATE TABLE kept AS SELECT * FROM audit_cut";
        assert!(done(&app, keep).await);
        let back = "UPDATE audit_cut SET number = (SELECT number FROM kept),
            hash = (SELECT hash FROM kept), entry = (SELECT entry FROM kept)";
        let forged =
            "UPDATE audit_cut SET hash = (SELECT hash FROM audit_entry WHERE number = 257)";
        assert_eq!(broken(forged).await, (257, "ALTERED"));
        assert!(done(&app, back).await && verified(&app, None).await.holds);
        let moved = "UPDATE audit_cut SET number = 257,
            hash = (SELECT hash FROM audit_entry WHERE number = 257)";
        assert_eq!(broken(moved).await, (261, "UNRECORDED"));
        let nowhere = "UPDATE audit_cut SET entry = 9999";
        assert_eq!(broken(nowhere).await, (258, "UNRECORDED"));
        assert!(done(&app, back).await && verified(&app, None).await.holds);
        let gone = "DELETE FROM audit_entry WHERE number = 257";
        assert_eq!(broken(gone).await, (257, "MISSING"));
        assert_eq!(broken("DELETE FROM audit_cut").await, (1, "MISSING"));
        app.database.close().await;
    }
}

/// Has the database refuse to let entries go, as if whoever cut them were killed before.
async fn stuck(app: &App, stuck: bool) {
    let postgres = app.database.db.get_database_backend() == DbBackend::Postgres;
    let statements: &[&str] = match (postgres, stuck) {
        (true, true) => &[
            "CREATE FUNCTION stuck() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'stuck'; END $$",
            "CREATE TRIGGER stuck BEFORE DELETE ON audit_entry FOR EACH ROW EXECUTE FUNCTION stuck()",
        ],
        (true, false) => &["DROP TRIGGER stuck ON audit_entry"],
        (false, true) => &[
            "CREATE TRIGGER stuck BEFORE DELETE ON audit_entry BEGIN SELECT RAISE(ABORT, 'stuck'); END",
        ],
        (false, false) => &["DROP TRIGGER stuck"],
    };
    for statement in statements {
        assert!(done(app, statement).await, "{statement}");
    }
}

#[tokio::test]
async fn what_was_cut_off_and_is_still_there_goes_with_the_next_run_unless_something_is_held() {
    for app in App::each().await {
        let id = own_volunteer(&app).await;
        let query = "query($id: ID!) { volunteer(id: $id) { nameZh } }";
        while last(app.graph.store()).await < 260 {
            app.data_with("coordinator", query, json!({ "id": id }))
                .await;
        }
        stuck(&app, true).await;
        let permit = retention_permit(&app.graph.policies()).unwrap();
        let store = app.graph.store().at(app.now + TimeDelta::days(1));
        let stopped = store
            .cut(&permit, Book::Log, app.now + TimeDelta::hours(1))
            .await;
        assert!(stopped.is_err(), "{}", app.database.name);
        // It is recorded, and holds, and what it names is told to nobody any more.
        let first = "SELECT MIN(number) FROM audit_entry";
        assert_eq!(number(&app, first).await, 1);
        let found = verified(&app, None).await;
        assert!(found.holds && found.gone == Some(256), "{found:?}");
        assert!(log_of(&app, &id).await.iter().all(|at| *at > 256));
        stuck(&app, false).await;
        // Not by counting, and not while anything of anybody is held.
        let run = async |dry: bool| {
            let done = store.run_retention(&permit, None, dry).await;
            assert!(done.unwrap().is_some());
        };
        run(true).await;
        assert_eq!(number(&app, first).await, 1);
        let (_, row) = decode_id(id.as_str().unwrap()).unwrap();
        let volunteers = kaifong::demo::people(app.now).volunteers;
        let own = volunteers.iter().find(|volunteer| volunteer.id == row);
        let organisation = own.unwrap().organisation_id;
        let record = id.as_str().unwrap();
        let held = hold(&app, "privacy_officer", organisation, record, json!({})).await;
        assert!(held.is_empty(), "{held:?}");
        run(false).await;
        assert_eq!(number(&app, first).await, 1);
        assert!(done(&app, "UPDATE legal_hold SET released_at = created_at").await);
        run(false).await;
        assert_eq!(number(&app, first).await, 257, "{}", app.database.name);
        assert!(verified(&app, None).await.holds);
        app.database.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn servers_that_cut_at_once_cut_once_while_answers_are_logged() {
    for app in App::each().await {
        let id = own_volunteer(&app).await;
        let query = "query($id: ID!) { volunteer(id: $id) { nameZh } }";
        while last(app.graph.store()).await < 520 {
            app.data_with("coordinator", query, json!({ "id": id }))
                .await;
        }
        let permit = std::sync::Arc::new(retention_permit(&app.graph.policies()).unwrap());
        let mut cutting = Vec::new();
        for _ in 0..4 {
            let database = app.database.another_connection().await;
            let store = kaifong::store::Store::new(database).at(app.now + TimeDelta::days(1));
            let (permit, before) = (permit.clone(), app.now + TimeDelta::hours(1));
            cutting.push(tokio::spawn(async move {
                store.cut(&permit, Book::Log, before).await.unwrap()
            }));
        }
        for _ in 0..20 {
            app.data_with("coordinator", query, json!({ "id": id }))
                .await;
        }
        let mut cuts = 0;
        for one in cutting {
            cuts += usize::from(one.await.unwrap());
        }
        assert_eq!(cuts, 1, "{}", app.database.name);
        assert_eq!(number(&app, "SELECT COUNT(*) FROM audit_cut").await, 1);
        let first = number(&app, "SELECT MIN(number) FROM audit_entry").await;
        assert_eq!(first, 513);
        let found = verified(&app, None).await;
        assert!(found.holds && found.gone == Some(512), "{found:?}");
        app.database.close().await;
    }
}

#[tokio::test]
async fn the_oldest_changes_go_and_the_rest_of_the_trail_holds_and_is_read() {
    let change = "mutation($input: VolunteerChangeInput!) { volunteerChange(input: $input) {
        userErrors { code } } }";
    let trail = "query($id: ID!) { changes(record: $id) { nodes { fields { after } } } }";
    for mut app in App::each().await {
        let id = own_volunteer(&app).await;
        let move_to = async |app: &App, district: &str| {
            let input = json!({ "input": { "id": id, "district": district } });
            let answer = app.ask_with("administrator", change, input).await;
            let errors = &answer["data"]["volunteerChange"]["userErrors"];
            assert_eq!(*errors, json!([]), "{answer}");
        };
        for district in ["Islands", "Sai Kung"] {
            move_to(&app, district).await;
        }
        let noon = app.now;
        app.now = noon + TimeDelta::minutes(50);
        move_to(&app, "North").await;
        app.now = noon - TimeDelta::minutes(30);
        assert!(cut(&app, Book::Trail).await, "{}", app.database.name);
        app.now = noon + TimeDelta::minutes(50);
        let found = verified(&app, None).await;
        assert!(found.holds, "{found:?}");
        let rest = found.trail.unwrap();
        // One change, and that the others went.
        assert_eq!((rest.entries, rest.gone), (2, Some(2)));
        assert_eq!(found.gone, None, "the log is another chain");
        let read = app.data_with("volunteer", trail, json!({ "id": id })).await;
        let after = json!([{ "fields": [{ "after": "North" }] }]);
        assert_eq!(read["changes"]["nodes"], after);
        move_to(&app, "Wan Chai").await;
        assert!(verified(&app, None).await.holds);
        for refused in [
            "DELETE FROM trail_entry WHERE number = 3",
            "INSERT INTO audit_cut (book, number, hash, entry)
             SELECT 'TRAIL', number, hash, 4 FROM trail_entry WHERE number = 3",
        ] {
            assert!(
                !done(&app, refused).await,
                "{}: {refused}",
                app.database.name
            );
        }
        unguarded(&app, "trail_entry").await;
        let forged = "UPDATE audit_cut SET number = 3,
            hash = (SELECT hash FROM trail_entry WHERE number = 3)";
        assert!(done(&app, forged).await);
        let found = verified(&app, None).await;
        let broken = found.trail.unwrap();
        assert_eq!((found.holds, broken.code), (false, Some("UNRECORDED")));
        assert_eq!(broken.broken_at, Some(4));
        app.database.close().await;
    }
}
