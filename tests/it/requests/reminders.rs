//! The clock of requests: who is reminded when, and once, however many servers there are.

use serde_json::json;

use super::{asks, at, done, stands};
use crate::app::App;
use crate::asking::nodes;

#[tokio::test]
async fn the_clock_reminds_on_its_days_and_says_what_is_overdue() {
    for app in App::each().await {
        let request = asks(&app).await;
        let told = async || {
            let now = stands(&app, "privacy_officer", &request).await;
            let steps = nodes(&now["steps"])[1..].to_vec();
            let told = steps
                .iter()
                .map(|s| (s["deed"].clone(), s["day"].clone(), s["by"].clone()));
            told.collect::<Vec<_>>()
        };
        // The last second of the 17th in Hong Kong, and the first of the 18th, 30 days after.
        at(&app, "2026-12-17T15:59:59Z")
            .record_reminders()
            .await
            .unwrap();
        assert!(told().await.is_empty());
        let (one, other) = (
            at(&app, "2026-12-17T16:00:00Z"),
            at(&app, "2026-12-17T16:00:00Z"),
        );
        let (first, second) = tokio::join!(one.record_reminders(), other.record_reminders());
        first.unwrap();
        second.unwrap();
        let remind = |day: u32| (json!("REMIND"), json!(day), json!(null));
        assert_eq!(told().await, [remind(30)]);
        // No server ran for a while: nothing is lost, and the day itself is not overdue.
        at(&app, "2026-12-28T15:00:00Z")
            .record_reminders()
            .await
            .unwrap();
        assert_eq!(told().await, [remind(30), remind(35), remind(39)]);
        let late = at(&app, "2026-12-28T16:00:00Z");
        late.record_reminders().await.unwrap();
        late.record_reminders().await.unwrap();
        let overdue = (json!("OVERDUE"), json!(41), json!(null));
        assert_eq!(told().await, [remind(30), remind(35), remind(39), overdue]);
        // It is still answered; and the list shows what is due first.
        let query = "{ dataRequests(where: { state: { eq: OPEN } }, orderBy: { field: DUE_ON }) { nodes { id dueOn } } }";
        let list = app.data("privacy_officer", query).await;
        let due: Vec<_> = nodes(&list["dataRequests"])
            .iter()
            .map(|r| r["dueOn"].as_str().unwrap().to_owned())
            .collect();
        assert!(due.len() > 1 && due.is_sorted(), "{due:?}");
        done(
            &app,
            "privacy_officer",
            "dataRequestAnswer",
            json!({ "id": request }),
        )
        .await;
        at(&app, "2027-06-01T00:00:00Z")
            .record_reminders()
            .await
            .unwrap();
        assert_eq!(
            told().await.len(),
            5,
            "what was answered is not reminded of"
        );
        app.database.close().await;
    }
}
