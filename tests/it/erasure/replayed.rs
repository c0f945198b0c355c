//! A restored backup is brought to where it was, and imports bring nobody back.

use kaifong::import::Reason;
use kaifong::store::Store;
use kaifong::store::erasure::{Erased, Export, Ground, Order, Person, Way};
use kaifong::store::import::{Run, load_alliance};
use sea_orm::EntityTrait;

use super::{codes, erase, number, rows_with, vera};
use crate::alliance::{files, noon, permits};
use crate::app::{App, WRAPPING, vault};
use crate::asking::id;
use crate::databases::{TestDatabase, fixture};

#[tokio::test]
async fn a_restored_backup_erases_again_whom_it_still_has() {
    // Two databases with the same data are one and its backup.
    for (app, backup) in App::each().await.into_iter().zip(App::each().await) {
        let (volunteer, _, _) = vera(&app).await;
        let answer = erase(
            &app,
            "privacy_officer",
            "Volunteer",
            &id("Volunteer", volunteer),
        )
        .await;
        assert_eq!(codes(&answer), Vec::<String>::new(), "{answer}");
        let export = app.graph.store().export_erasures().await.unwrap().unwrap();
        let text = serde_json::to_string(&export).unwrap();
        assert!(!text.contains(&volunteer.to_string()));
        let export: Export = serde_json::from_str(&text).unwrap();
        assert_eq!(rows_with(&backup, "volunteer", "id", volunteer).await, 1);
        let store = backup.graph.store().at(backup.now);
        let done = store.replay_erasures(&export).await.unwrap();
        // The record, and the sign-in that went with it.
        assert_eq!((done.erased, done.held, done.learnt), (2, 0, 2), "{done:?}");
        assert_eq!(rows_with(&backup, "volunteer", "id", volunteer).await, 0);
        let again = store.replay_erasures(&export).await.unwrap();
        assert_eq!((again.erased, again.learnt), (0, 0));
        let count = "SELECT COUNT(*) FROM erasure";
        assert_eq!(number(&backup, count).await, number(&app, count).await);
        app.database.close().await;
        backup.database.close().await;
    }
}

#[tokio::test]
async fn an_import_does_not_bring_back_who_was_erased() {
    for database in TestDatabase::each().await {
        let vault = vault(&database, WRAPPING).await;
        let permits = permits();
        let load = async || {
            let run = Run {
                source: "former",
                now: noon(),
                dry_run: false,
                permit: &permits[0],
            };
            let folder = fixture("import/alliance");
            let alliance = files(&folder);
            load_alliance(&database.db, alliance, &permits, run, &vault, &mut |_| {})
                .await
                .unwrap()
        };
        load().await;
        let before = entity::volunteer::Entity::find()
            .all(&database.db)
            .await
            .unwrap();
        let gone = before.iter().find(|row| row.external_id.is_some()).unwrap();
        let store = Store::new(database.db.clone())
            .with_vault(vault.clone())
            .at(noon());
        let order = Order {
            person: Person::Volunteer,
            id: gone.id,
            ground: Ground::Request,
            way: Way::Command,
            by: None,
            organisations: None,
        };
        assert_eq!(store.erase_by_command(&order).await.unwrap(), Erased::Done);
        let reports = load().await;
        let rejected: Vec<_> = reports.iter().flat_map(|report| &report.rejected).collect();
        let erased = rejected
            .iter()
            .filter(|rejection| rejection.code == Reason::Erased);
        assert_eq!(erased.count(), 1, "{}", database.name);
        let after = entity::volunteer::Entity::find()
            .all(&database.db)
            .await
            .unwrap();
        assert!(after.iter().all(|row| row.external_id != gone.external_id
            || row.organisation_id != gone.organisation_id));
        database.close().await;
    }
}
