//! Where the keys of a person are destroyed, nobody can tell what was shown of that person, and the
//! chain still holds.

use kaifong::app::{Stretch, verify};
use kaifong::catalogue::find;
use kaifong::graphql::decode_id;
use kaifong::store::log::Sought;
use serde_json::json;

use super::logged::{entries, keys, last};
use crate::app::App;

#[tokio::test]
async fn a_person_who_is_forgotten_is_in_the_log_no_more_and_the_chain_holds() {
    for app in App::each().await {
        let data = app
            .data(
                "coordinator",
                "{ volunteers(first: 2) { nodes { id phone } } }",
            )
            .await;
        let id = |at: usize| {
            let id = data["volunteers"]["nodes"][at]["id"].as_str().unwrap();
            decode_id(id).unwrap().1
        };
        let (gone, other) = (id(0), id(1));
        let of = find("Volunteer").unwrap();
        let store = app.graph.store();
        let found = async |record| {
            let sought = Sought {
                records: vec![(of, record)],
                from: None,
                to: None,
                before: None,
                first: 100,
            };
            store.log_of(&sought).await.unwrap().len()
        };
        assert!(found(gone).await > 0 && found(other).await > 0);
        let all = keys(&app.database.db).await;
        let old = *all.iter().find(|(_, record)| **record == gone).unwrap().0;
        let before = verify(store, Stretch::default(), None, &|_| {})
            .await
            .unwrap();
        let destroyed = store.forget(of, gone, "Job", app.now).await.unwrap();
        assert!(destroyed >= 1);
        assert_eq!(store.forget(of, gone, "Job", app.now).await.unwrap(), 0);
        assert_eq!(found(gone).await, 0, "{}", app.database.name);
        assert!(found(other).await > 0, "only that person");
        let left = keys(&app.database.db).await;
        assert!(!left.values().any(|record| *record == gone) && !left.contains_key(&old));
        let after = verify(store, Stretch::default(), None, &|_| {})
            .await
            .unwrap();
        assert!(
            after.holds && after.entries == before.entries + 1,
            "{after:?}"
        );
        // A server that knew the pseudonym does not use it again.
        let query = "query($id: ID!) { volunteer(id: $id) { phone } }";
        let number = last(store).await;
        let volunteer = kaifong::graphql::encode_id(of, gone);
        app.data_with("coordinator", query, json!({ "id": volunteer }))
            .await;
        let entries = entries(store, number).await;
        let named = entries.iter().flat_map(|(_, entry)| entry.parts());
        let named: Vec<u64> = named.flat_map(|part| part.records.clone()).collect();
        assert!(!named.is_empty() && !named.contains(&old));
        assert_eq!(found(gone).await, 1, "what is shown now is logged anew");
        app.database.close().await;
    }
}
