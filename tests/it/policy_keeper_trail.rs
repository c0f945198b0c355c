//! Who named an organisation to look after the policies, or let it go, stays known.

use kaifong::demo::{self, DemoToken};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::databases::TestDatabase;
use crate::process::kaifong;
use crate::scratch::Scratch;

fn officer() -> (Uuid, Uuid) {
    let mut holders = demo::holders().into_iter();
    let found = holders.find_map(|holder| match holder.kind {
        DemoToken::User {
            account_id,
            organisation_id,
        } if holder.role == "privacy_officer" => Some((account_id, organisation_id)),
        _ => None,
    });
    found.unwrap()
}

#[tokio::test]
async fn the_command_keeps_who_did_it_and_why() {
    let (account, organisation) = officer();
    let (account, organisation) = (account.to_string(), organisation.to_string());
    for database in TestDatabase::each().await {
        demo::load(&database.db, chrono::Utc::now()).await.unwrap();
        let url = database.server_url();
        let url = url.unwrap_or_else(|| database.url().to_owned());
        let scratch = Scratch::new();
        let policy = |words: &[&str]| {
            let words = [&["policy"], words].concat();
            let settings = [("KAIFONG_DATABASE_URL", url.as_str())];
            let output = kaifong(&scratch, &words, &settings).output().unwrap();
            let said = String::from_utf8(output.stdout).unwrap();
            (output.status.code(), said)
        };
        let keeper = |words: &[&str]| policy(&[&["keeper"], words].concat());
        let said = ["--as", &account, "--reason", " they left "];
        let (done, _) = keeper(&[&["remove", &organisation], &said[..]].concat());
        assert_eq!(done, Some(0));
        // Nothing changes, so nothing was done.
        assert_eq!(keeper(&["remove", &organisation]).0, Some(0));
        assert_eq!(keeper(&["add", &organisation]).0, Some(0));
        // Nobody acts in the name of somebody who is not there.
        let stranger = Uuid::new_v4().to_string();
        let (done, _) = keeper(&["remove", &organisation, "--as", &stranger]);
        assert_ne!(done, Some(0));

        let (_, told) = policy(&["history", "--format", "json"]);
        let told: Value = serde_json::from_str(&told).unwrap();
        let acts = told.as_array().unwrap();
        assert_eq!(acts.len(), 2, "{told}");
        let of = |at: usize, key: &str| acts[at][key].clone();
        assert_eq!(
            (of(0, "keeper_act"), of(1, "keeper_act")),
            (json!(1), json!(2))
        );
        assert_eq!(
            (of(0, "deed"), of(1, "deed")),
            (json!("remove_keeper"), json!("add_keeper"))
        );
        assert_eq!(
            (of(0, "account"), of(1, "account")),
            (json!(account), Value::Null)
        );
        assert_eq!(
            (of(0, "reason"), of(1, "reason")),
            (json!("they left"), Value::Null)
        );
        assert_eq!(of(0, "organisation"), json!(organisation));
        let (_, text) = policy(&["history"]);
        assert!(
            text.contains("looks after the policies no longer"),
            "{text}"
        );
        assert!(
            text.contains("they left") && text.contains(&account),
            "{text}"
        );
        assert!(text.contains("whoever runs the server"), "{text}");

        // Not even the database's owner changes it by mistake.
        for change in [
            "UPDATE policy_keeper_act SET reason = 'x'",
            "DELETE FROM policy_keeper_act",
        ] {
            let refused = database.db.execute_unprepared(change).await;
            assert!(refused.is_err(), "{change}");
        }
        database.close().await;
    }
}
