//! Whatever is altered, taken out, moved or cut off is found.

use kaifong::app::{Stretch, Verified, checkpoint_of, verify};
use kaifong::audit::Checkpoint;
use kaifong::viewer::Keys;
use sea_orm::{ConnectionTrait, DbBackend};

use super::logged::rows;
use crate::app::App;

const QUERY: &str = "{ volunteers(first: 3) { nodes { id nameZh phone } } }";

/// The log of an app after a few answers.
async fn filled() -> Vec<App> {
    let apps = App::each().await;
    for app in &apps {
        for role in [
            "administrator",
            "coordinator",
            "team_leader",
            "partner",
            "volunteer",
        ] {
            app.data(role, QUERY).await;
        }
    }
    apps
}

async fn verified(app: &App, checkpoint: Option<&Checkpoint>) -> Verified {
    let store = app.graph.store();
    verify(store, Stretch::default(), checkpoint, &|_| {})
        .await
        .unwrap()
}

/// Takes away what keeps whoever has the database from changing an entry by mistake.
async fn unguarded(app: &App) {
    let db = &app.database.db;
    let statements: &[&str] = match db.get_database_backend() {
        DbBackend::Postgres => &[
            "DROP TRIGGER entries_stay ON audit_entry",
            "DROP TRIGGER entries_go ON audit_entry",
        ],
        _ => &[
            "DROP TRIGGER audit_entry_never_changed",
            "DROP TRIGGER audit_entry_never_deleted",
        ],
    };
    for statement in statements {
        db.execute_unprepared(statement).await.unwrap();
    }
}

async fn checkpoint(app: &App, keys: &Keys) -> Checkpoint {
    let text = checkpoint_of(app.graph.store(), keys, app.now)
        .await
        .unwrap();
    Checkpoint::read(&text, |note, signature| keys.signed_note(note, signature)).unwrap()
}

#[tokio::test]
async fn a_log_that_nobody_touched_holds_and_grows() {
    let keys = Keys::generate("kaifong", "kaifong").unwrap();
    for app in filled().await {
        let whole = verified(&app, None).await;
        assert!(
            whole.holds && whole.entries == 5 && whole.broken_at.is_none(),
            "{whole:?}"
        );
        let old = checkpoint(&app, &keys).await;
        app.data("coordinator", QUERY).await;
        let grown = verified(&app, Some(&old)).await;
        assert!(grown.holds && grown.entries == 6, "{grown:?}");
        assert_eq!(grown.checkpoint, Some(5));
        let from = Stretch {
            from: Some(3),
            to: Some(5),
        };
        let part = verify(app.graph.store(), from, None, &|_| {})
            .await
            .unwrap();
        assert!(
            part.holds && part.entries == 3 && part.head == whole.head,
            "{part:?}"
        );
        // Another server's key signs nothing here.
        let other = Keys::generate("kaifong", "kaifong").unwrap();
        let text = checkpoint_of(app.graph.store(), &other, app.now)
            .await
            .unwrap();
        assert!(
            Checkpoint::read(&text, |note, signature| keys.signed_note(note, signature)).is_err()
        );
        app.database.close().await;
    }
}

#[tokio::test]
async fn the_database_refuses_to_change_an_entry_by_mistake() {
    for app in filled().await {
        for statement in [
            "UPDATE audit_entry SET number = 9 WHERE number = 1",
            "DELETE FROM audit_entry",
        ] {
            assert!(
                app.database.db.execute_unprepared(statement).await.is_err(),
                "{statement}"
            );
        }
        assert!(verified(&app, None).await.holds);
        app.database.close().await;
    }
}

#[tokio::test]
async fn what_was_done_to_the_log_is_found_where_it_was_done() {
    const SWAP: &[&str] = &[
        "UPDATE audit_entry SET number = 100 WHERE number = 2",
        "UPDATE audit_entry SET number = 2 WHERE number = 3",
        "UPDATE audit_entry SET number = 3 WHERE number = 100",
    ];
    // The entry was replaced by one from elsewhere in the log, its hash with it.
    const COPY: &[&str] = &[
        "UPDATE audit_entry SET body = (SELECT body FROM audit_entry WHERE number = 1), \
         hash = (SELECT hash FROM audit_entry WHERE number = 1) WHERE number = 4",
    ];
    const CASES: [(&str, &[&str], u64, &str); 7] = [
        (
            "altered",
            &[
                "UPDATE audit_entry SET body = (SELECT body FROM audit_entry WHERE number = 1) WHERE number = 2",
            ],
            2,
            "ALTERED",
        ),
        (
            "redated",
            &["UPDATE audit_entry SET at = '2026-01-01 00:00:00+00:00' WHERE number = 3"],
            3,
            "ALTERED",
        ),
        (
            "removed",
            &["DELETE FROM audit_entry WHERE number = 3"],
            3,
            "MISSING",
        ),
        ("swapped", SWAP, 2, "ALTERED"),
        ("copied", COPY, 4, "ALTERED"),
        (
            "cut short",
            &["DELETE FROM audit_entry WHERE number > 3"],
            4,
            "CUT_SHORT",
        ),
        (
            "beheaded",
            &["UPDATE audit_head SET hash = (SELECT hash FROM audit_entry WHERE number = 1)"],
            6,
            "OTHER_HEAD",
        ),
    ];
    for (name, statements, at, code) in CASES {
        for app in filled().await {
            unguarded(&app).await;
            for statement in statements {
                app.database.db.execute_unprepared(statement).await.unwrap();
            }
            let found = verified(&app, None).await;
            assert!(!found.holds, "{name}");
            assert_eq!(
                (found.broken_at, found.code),
                (Some(at), Some(code)),
                "{name}"
            );
            app.database.close().await;
        }
    }
}

#[tokio::test]
async fn an_end_that_was_cut_off_with_its_record_is_found_by_a_checkpoint_alone() {
    let keys = Keys::generate("kaifong", "kaifong").unwrap();
    for app in filled().await {
        let before = checkpoint(&app, &keys).await;
        unguarded(&app).await;
        for statement in [
            "DELETE FROM audit_entry WHERE number > 3",
            "UPDATE audit_head SET number = 3, hash = (SELECT hash FROM audit_entry WHERE number = 3)",
        ] {
            app.database.db.execute_unprepared(statement).await.unwrap();
        }
        assert!(
            verified(&app, None).await.holds,
            "the log alone looks whole"
        );
        let cut = verified(&app, Some(&before)).await;
        assert_eq!((cut.broken_at, cut.code), (Some(4), Some("CUT_SHORT")));
        // Written again from there, it is another log.
        for _ in 0..3 {
            app.data("coordinator", QUERY).await;
        }
        assert!(verified(&app, None).await.holds);
        let other = verified(&app, Some(&before)).await;
        assert_eq!((other.broken_at, other.code), (Some(5), Some("OTHER_HEAD")));
        let count = rows(&app.database.db, "SELECT number FROM audit_entry")
            .await
            .len();
        assert_eq!(count, 6);
        app.database.close().await;
    }
}
