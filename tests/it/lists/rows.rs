//! Which rows a list has, and how many.

use serde_json::json;

use crate::app::App;
use crate::asking::{literal, nodes, permitted, row, tamper};

#[tokio::test]
async fn counts_follow_the_filter() {
    for app in App::each().await {
        let data = app
            .data("coordinator", "{ all: volunteers { totalCount } active: volunteers(where: { status: { eq: ACTIVE } }) { totalCount } others: volunteers(where: { not: { status: { eq: ACTIVE } } }) { totalCount } none: volunteers(where: { status: { in: [] } }) { totalCount totalCountIsExact nodes { id } } }")
            .await;
        let count = |name: &str| data[name]["totalCount"].as_u64().unwrap();
        assert!(count("active") > 0 && count("others") > 0);
        assert_eq!(count("active") + count("others"), count("all"));
        assert_eq!(
            data["none"],
            json!({ "totalCount": 0, "totalCountIsExact": true, "nodes": [] })
        );
        app.database.close().await;
    }
}

#[tokio::test]
async fn archived_rows_are_listed_only_where_asked_for() {
    for app in permitted().await {
        let data = app.data("administrator", "{ shifts(first: 2, where: { assignments: { some: {} } }) { nodes { id project { id } assignments(first: 1) { totalCount nodes { id volunteer { id } } } } } volunteers { totalCount } }").await;
        let shift = &nodes(&data["shifts"])[0];
        let assignment = &nodes(&shift["assignments"])[0];
        let total = shift["assignments"]["totalCount"].as_u64().unwrap();
        for (table, value) in [
            ("assignment", &assignment["id"]),
            ("volunteer", &assignment["volunteer"]["id"]),
        ] {
            let sql = format!(
                "UPDATE {table} SET archived_at = created_at WHERE id = {}",
                literal(&app, row(value))
            );
            tamper(&app, &sql).await;
        }
        let query = format!(
            "{{ shift(id: {}) {{ assignments {{ totalCount }} all: assignments(includeArchived: true) {{ totalCount }} not: assignments(includeArchived: false) {{ totalCount }} }} \
             assignment(id: {}) {{ id volunteer {{ id }} }} \
             volunteers {{ totalCount }} all: volunteers(includeArchived: true) {{ totalCount }} \
             gone: volunteers(where: {{ id: {{ eq: {} }} }}) {{ totalCount }} found: volunteers(where: {{ id: {{ eq: {} }} }}, includeArchived: true) {{ nodes {{ archivedAt }} }} }}",
            shift["id"],
            assignment["id"],
            assignment["volunteer"]["id"],
            assignment["volunteer"]["id"]
        );
        let after = app.data("administrator", &query).await;
        assert_eq!(
            after["shift"]["assignments"]["totalCount"],
            json!(total - 1)
        );
        assert_eq!(after["shift"]["not"]["totalCount"], json!(total - 1));
        assert_eq!(after["shift"]["all"]["totalCount"], json!(total));
        assert_eq!(
            after["assignment"],
            json!({ "id": assignment["id"], "volunteer": { "id": assignment["volunteer"]["id"] } }),
            "it is still there for those who name it"
        );
        let before = data["volunteers"]["totalCount"].as_u64().unwrap();
        assert_eq!(after["volunteers"]["totalCount"], json!(before - 1));
        assert_eq!(after["gone"]["totalCount"], json!(0));
        assert!(after["found"]["nodes"][0]["archivedAt"].is_string());
        assert!(after["all"]["totalCount"].as_u64().unwrap() >= before);
        app.database.close().await;
    }
}
