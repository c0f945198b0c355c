//! Which organisations look after the policies: the officers of others do not.

use kaifong::store::{KeeperBy, KeeperDeed, Store};
use kaifong::viewer::Claims;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{FREE, OFFICER, PUBLISH, each, forbidden, reworded, version};
use crate::app::App;

/// A privacy officer of an organisation that does not look after the policies, and that one.
async fn other_officer(app: &App) -> (Uuid, Uuid) {
    let db = &app.database.db;
    let sql = "SELECT m.account_id, m.organisation_id FROM membership m JOIN organisation o \
               ON o.id = m.organisation_id WHERE m.role = 'PRIVACY_OFFICER' AND NOT o.keeps_policies \
               ORDER BY m.account_id LIMIT 1";
    let statement = Statement::from_string(db.get_database_backend(), sql);
    let row = db.query_one_raw(statement).await.unwrap();
    let row = row.expect("the demo has a privacy officer of another organisation");
    (
        row.try_get_by_index(0).unwrap(),
        row.try_get_by_index(1).unwrap(),
    )
}

async fn ask(app: &App, account: Uuid, query: &str, variables: Value) -> Value {
    let hour = std::time::Duration::from_secs(3600);
    let claims = Claims::of_user(&account.to_string(), app.now, hour);
    let request = async_graphql::Request::new(query)
        .variables(async_graphql::Variables::from_json(variables));
    let response = app.graph.execute(request, Some(&claims), app.now).await;
    serde_json::to_value(response).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_officer_of_another_organisation_does_not_publish_until_it_is_named() {
    const WORKSHOP: &str = "{ policyWorkshop { approvalNeeded } }";
    for app in each(FREE).await {
        let (other, organisation) = other_officer(&app).await;
        let own = Uuid::parse_str(&app.claims(OFFICER).unwrap().sub).unwrap();
        let store = Store::new(app.database.db.clone()).at(app.now);
        let keepers = async || {
            let keepers = store.policy_keepers().await.unwrap();
            keepers.iter().map(|keeper| keeper.id).collect::<Vec<_>>()
        };
        let first = keepers().await;
        assert_eq!(first.len(), 1, "the lead of the alliance");
        let may = async |account: Uuid| {
            let answer = ask(&app, account, WORKSHOP, Value::Null).await;
            assert!(answer.get("errors").is_none(), "{answer}");
            answer["data"]["policyWorkshop"].is_object()
        };
        assert!(may(own).await && !may(other).await);
        let before = version(&app).await;
        let draft = reworded(&app, "careful").await;
        let input = json!({ "i": { "changes": draft, "reason": "why" } });
        forbidden(&ask(&app, other, PUBLISH, input.clone()).await);
        assert_eq!(version(&app).await, before);

        // Named, and no longer named: the other way round.
        assert!(
            store
                .keep_policies(organisation, true, KeeperBy::default())
                .await
                .unwrap()
        );
        assert!(
            store
                .keep_policies(first[0], false, KeeperBy::default())
                .await
                .unwrap()
        );
        assert_eq!(keepers().await, [organisation]);
        assert!(!may(own).await && may(other).await);
        forbidden(&ask(&app, own, PUBLISH, input.clone()).await);
        let answer = ask(&app, other, PUBLISH, input.clone()).await;
        assert_eq!(
            answer["data"]["publishPolicies"]["inForce"],
            json!(true),
            "{answer}"
        );

        // With none, nobody.
        assert!(
            store
                .keep_policies(organisation, false, KeeperBy::default())
                .await
                .unwrap()
        );
        assert!(!may(own).await && !may(other).await);
        forbidden(&ask(&app, other, PUBLISH, input).await);
        assert!(
            !store
                .keep_policies(Uuid::new_v4(), true, KeeperBy::default())
                .await
                .unwrap()
        );
        assert_eq!(keepers().await, [] as [Uuid; 0]);
        app.database.close().await;
    }
}

#[test]
fn no_request_can_name_a_keeper() {
    let schema = kaifong::graphql::sdl();
    assert!(schema.contains("publishPolicies"));
    for word in ["keepsPolicies", "keeps_policies", "policyKeeper"] {
        assert!(!schema.contains(word), "{word}");
    }
}

const TRAIL: &str =
    "{ policyWorkshop { keeperHistory { number deed organisation by at reason } } }";

#[tokio::test(flavor = "multi_thread")]
async fn the_officer_sees_it_in_the_graph_and_others_see_nothing() {
    for app in each(FREE).await {
        let account = Uuid::parse_str(&app.claims(OFFICER).unwrap().sub).unwrap();
        let keepers = Store::new(app.database.db.clone())
            .at(app.now)
            .policy_keepers()
            .await;
        let organisation = keepers.unwrap()[0].id;
        let data = app.data(OFFICER, TRAIL).await;
        assert_eq!(data["policyWorkshop"]["keeperHistory"], json!([]));
        let store = Store::new(app.database.db.clone()).at(app.now);
        let by = KeeperBy {
            account: Some(account),
            reason: Some("they left"),
        };
        assert!(store.keep_policies(organisation, false, by).await.unwrap());
        assert!(
            store
                .keep_policies(organisation, true, KeeperBy::default())
                .await
                .unwrap()
        );
        let acts = store.keeper_acts().await.unwrap();
        assert_eq!(acts[0].deed, KeeperDeed::RemoveKeeper);
        let data = app.data(OFFICER, TRAIL).await;
        let told = data["policyWorkshop"]["keeperHistory"].as_array().unwrap();
        let brief = |at: usize| {
            (
                told[at]["number"].clone(),
                told[at]["deed"].clone(),
                told[at]["reason"].clone(),
            )
        };
        assert_eq!(brief(0), (json!(2), json!("ADD"), Value::Null));
        assert_eq!(brief(1), (json!(1), json!("REMOVE"), json!("they left")));
        assert_eq!(told[0]["by"], Value::Null);
        let me = app.data(OFFICER, "{ viewer { user { id } } }").await;
        assert_eq!(told[1]["by"], me["viewer"]["user"]["id"]);
        for role in ["administrator", "coordinator", "volunteer"] {
            let data = app.data(role, TRAIL).await;
            assert_eq!(data["policyWorkshop"], Value::Null, "{role}");
        }
        app.database.close().await;
    }
}
