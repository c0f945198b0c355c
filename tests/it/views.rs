//! What the nine viewers see of the demo, on both databases.

use crate::app::{App, ROLES};

#[tokio::test]
async fn everybody_gets_an_answer_and_anonymous_gets_nothing() {
    for app in App::each().await {
        for role in ROLES {
            let data = app
                .data(role, "{ volunteers { totalCount } shifts { totalCount } students { totalCount } organisations { totalCount } viewer { kind user { nameZh } } }")
                .await;
            eprintln!("{} {role}: {data}", app.database.name);
        }
        let data = app
            .data("anonymous", "{ volunteers { totalCount } shifts { totalCount } organisations { totalCount } tags { totalCount } viewer { kind } }")
            .await;
        assert_eq!(
            data.to_string(),
            r#"{"volunteers":{"totalCount":0},"shifts":{"totalCount":0},"organisations":{"totalCount":0},"tags":{"totalCount":0},"viewer":{"kind":"ANONYMOUS"}}"#
        );
        app.database.close().await;
    }
}
