//! What a cursor opens, and for how long.

use serde_json::{Value, json};

use crate::app::App;
use crate::asking::{code, literal, nodes, row, tamper};

#[tokio::test]
async fn a_cursor_opens_only_its_own_list() {
    for app in App::each().await {
        let first = "first: 3 orderBy: { field: NAME_ZH } where: { status: { eq: ACTIVE } }";
        let data = app
            .data("administrator", &format!("{{ volunteers({first}) {{ pageInfo {{ endCursor }} edges {{ node {{ id }} cursor }} }} }}"))
            .await;
        let cursor = data["volunteers"]["pageInfo"]["endCursor"]
            .as_str()
            .unwrap();
        let ask = async |role: &str, list: &str, arguments: &str| {
            let query = format!("{{ {list}({arguments}) {{ nodes {{ id }} }} }}");
            app.ask_with(
                role,
                &format!("query($c: String) {query}"),
                json!({ "c": cursor }),
            )
            .await
        };
        let same = "after: $c orderBy: { field: NAME_ZH } where: { status: { eq: ACTIVE } }";
        let mine = ask("administrator", "volunteers", &format!("first: 4 {same}")).await;
        assert!(mine.get("errors").is_none(), "{mine}");
        assert_eq!(nodes(&mine["data"]["volunteers"]).len(), 4);
        for (role, list, arguments) in [
            ("coordinator", "volunteers", same),
            ("anonymous", "volunteers", same),
            (
                "administrator",
                "volunteers",
                "after: $c orderBy: { field: NAME_EN } where: { status: { eq: ACTIVE } }",
            ),
            (
                "administrator",
                "volunteers",
                "after: $c orderBy: { field: NAME_ZH, direction: DESC } where: { status: { eq: ACTIVE } }",
            ),
            (
                "administrator",
                "volunteers",
                "after: $c orderBy: { field: NAME_ZH } where: { status: { eq: PAUSED } }",
            ),
            (
                "administrator",
                "volunteers",
                "after: $c orderBy: { field: NAME_ZH }",
            ),
            (
                "administrator",
                "volunteers",
                "after: $c where: { status: { eq: ACTIVE } }",
            ),
            (
                "administrator",
                "volunteers",
                "after: $c orderBy: { field: NAME_ZH } where: { status: { eq: ACTIVE } } search: \"陳\"",
            ),
            (
                "administrator",
                "volunteers",
                "after: $c orderBy: { field: NAME_ZH } where: { status: { eq: ACTIVE } } includeArchived: true",
            ),
            (
                "administrator",
                "users",
                "after: $c orderBy: { field: NAME_ZH } where: { status: { eq: ACTIVE } }",
            ),
        ] {
            let answer = ask(role, list, arguments).await;
            assert_eq!(code(&answer), "BAD_CURSOR", "{role} {list} {arguments}");
            assert_eq!(answer["data"][list], Value::Null);
            assert_eq!(answer["errors"][0]["path"], json!([list]));
        }
        // The list of the same type under a parent is another list.
        let organisation = app
            .data(
                "administrator",
                "{ viewer { user { memberships { nodes { organisation { id } } } } } }",
            )
            .await;
        let organisation =
            organisation["viewer"]["user"]["memberships"]["nodes"][0]["organisation"]["id"].clone();
        let nested = format!(
            "query($c: String) {{ organisation(id: {organisation}) {{ volunteers(first: 3 {same}) {{ nodes {{ id }} }} }} }}"
        );
        let answer = app
            .ask_with("administrator", &nested, json!({ "c": cursor }))
            .await;
        assert_eq!(code(&answer), "BAD_CURSOR");
        for wrong in [
            "",
            "x",
            "AAAA",
            "陳",
            "null",
            &format!("{cursor}A"),
            &cursor[1..],
        ] {
            let answer = app
                .ask_with(
                    "administrator",
                    &format!(
                        "query($c: String) {{ volunteers(first: 3 {same}) {{ nodes {{ id }} }} }}"
                    ),
                    json!({ "c": wrong }),
                )
                .await;
            assert_eq!(code(&answer), "BAD_CURSOR", "{wrong}");
        }
        app.database.close().await;
    }
}

#[tokio::test]
async fn a_cursor_stays_good_however_its_filter_is_written() {
    let app = App::sqlite().await;
    let query = "query($where: VolunteerWhere, $order: [VolunteerOrder!], $after: String) { volunteers(first: 2, where: $where, orderBy: $order, after: $after) { nodes { id } pageInfo { endCursor } } }";
    let written = "{ volunteers(first: 2, orderBy: { direction: DESC, field: NAME_ZH }, where: { status: { in: [ACTIVE, PAUSED] }, hours: { gte: 1 } }, includeArchived: false) { nodes { id } pageInfo { endCursor } } }";
    let first = app.data("administrator", written).await;
    let variables = |after: &Value| {
        json!({
            "where": { "hours": { "gte": 1, "eq": null }, "status": { "in": ["ACTIVE", "PAUSED"] } },
            "order": [{ "field": "NAME_ZH", "direction": "DESC" }],
            "after": after,
        })
    };
    let again = app
        .data_with("administrator", query, variables(&Value::Null))
        .await;
    assert_eq!(again["volunteers"]["nodes"], first["volunteers"]["nodes"]);
    let cursor = &first["volunteers"]["pageInfo"]["endCursor"];
    let next = app
        .data_with("administrator", query, variables(cursor))
        .await;
    assert_eq!(nodes(&next["volunteers"]).len(), 2);
    assert_ne!(next["volunteers"]["nodes"], first["volunteers"]["nodes"]);
    app.database.close().await;
}

#[tokio::test]
async fn a_cursor_ends_when_its_order_is_no_longer_what_one_sees() {
    for app in App::each().await {
        let list = |after: &Value, field: &str| {
            format!(
                "{{ volunteers(first: 30, after: {after}, orderBy: [{{ field: {field} }} {{ field: HOURS }}]) {{ nodes {{ id }} pageInfo {{ endCursor }} }} }}"
            )
        };
        let cursor = async |field: &str| {
            let data = app.data("coordinator", &list(&Value::Null, field)).await;
            data["volunteers"]["pageInfo"]["endCursor"].clone()
        };
        let account = app.data("coordinator", "{ viewer { user { id } } }").await;
        let account = literal(&app, row(&account["viewer"]["user"]["id"]));
        let become_ = async |role: &str| {
            let sql = format!(
                "UPDATE membership SET role = '{role}' WHERE account_id = {account} AND role IN ('COORDINATOR', 'PRIVACY_OFFICER')"
            );
            tamper(&app, &sql).await;
        };
        // A coordinator sees telephone numbers and no birth dates; a privacy officer sees neither.
        for (before, after) in [
            ("COORDINATOR", "PRIVACY_OFFICER"),
            ("PRIVACY_OFFICER", "COORDINATOR"),
        ] {
            become_(before).await;
            let held = cursor("PHONE").await;
            become_(after).await;
            let answer = app.ask("coordinator", &list(&held, "PHONE")).await;
            assert_eq!(
                code(&answer),
                "BAD_CURSOR",
                "{} {before}",
                app.database.name
            );
            become_(before).await;
            let answer = app.data("coordinator", &list(&held, "PHONE")).await;
            assert_eq!(
                nodes(&answer["volunteers"]).len(),
                30,
                "as before it is good"
            );
        }
        app.database.close().await;
    }
}
