//! Instants.

use serde_json::json;

use crate::asking::{nodes, permitted};

#[tokio::test]
async fn times_are_compared_as_instants_to_the_microsecond() {
    for app in permitted().await {
        let data = app
            .data("administrator", "{ shifts(first: 1) { nodes { id } } }")
            .await;
        let shift = &nodes(&data["shifts"])[0]["id"];
        let set = async |time: &str| {
            let query = "mutation($input: ShiftChangeInput!) { shiftChange(input: $input) { shift { startsAt } userErrors { code } } }";
            let input = json!({ "id": shift, "startsAt": time, "endsAt": "2099-01-01T00:00:00Z" });
            let data = app
                .data_with("administrator", query, json!({ "input": input }))
                .await;
            assert_eq!(data["shiftChange"]["userErrors"], json!([]));
            data["shiftChange"]["shift"]["startsAt"]
                .as_str()
                .unwrap()
                .to_owned()
        };
        for (given, shown) in [
            ("2026-11-20T17:30:00+08:00", "2026-11-20T09:30:00Z"),
            ("2026-11-20T09:30:00.5Z", "2026-11-20T09:30:00.500Z"),
            (
                "2026-11-20T09:30:00.1234567Z",
                "2026-11-20T09:30:00.123456Z",
            ),
            ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
            ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ] {
            assert_eq!(set(given).await, shown, "{}", app.database.name);
            for (operator, expected) in [("eq", 1), ("gte", 1), ("lte", 1), ("gt", 0), ("lt", 0)] {
                for text in [given, shown] {
                    let query = format!(
                        "query($id: ID!, $t: DateTime) {{ shifts(where: {{ id: {{ eq: $id }}, startsAt: {{ {operator}: $t }} }}) {{ totalCount }} }}"
                    );
                    let data = app
                        .data_with("administrator", &query, json!({ "id": shift, "t": text }))
                        .await;
                    assert_eq!(
                        data["shifts"]["totalCount"],
                        json!(expected),
                        "{operator} {text}"
                    );
                }
            }
        }
        app.database.close().await;
    }
}
