//! What one does not see is not found.

use serde_json::json;

use crate::app::App;
use crate::asking::nodes;

#[tokio::test]
async fn what_is_masked_or_hidden_is_never_found_by_its_value() {
    for app in App::each().await {
        let data = app
            .data(
                "administrator",
                "{ volunteers(first: 1000) { nodes { id nameZh phone email internalNotes } } }",
            )
            .await;
        let (mut asked, mut hidden) = (0, 0);
        let named = nodes(&data["volunteers"]).iter();
        let named = named.filter(|row| row["nameZh"].is_string() && row["phone"].is_string());
        for volunteer in named.take(40) {
            let query = "query($id: ID!, $name: String, $two: String, $phone: String, $notes: String) { \
                there: volunteers(where: { id: { eq: $id } }) { totalCount } \
                name: volunteers(where: { id: { eq: $id }, nameZh: { eq: $name } }) { totalCount } \
                starts: volunteers(where: { id: { eq: $id }, nameZh: { startsWith: $two } }) { totalCount } \
                search: volunteers(search: $name, where: { id: { eq: $id } }) { totalCount } \
                phone: volunteers(where: { id: { eq: $id }, phone: { contains: $phone } }) { totalCount } \
                null: volunteers(where: { id: { eq: $id }, phone: { isNull: true }, nameZh: { isNull: true }, internalNotes: { isNull: true } }) { totalCount } \
                notes: volunteers(where: { id: { eq: $id }, internalNotes: { contains: $notes } }) { totalCount } }";
            let name = volunteer["nameZh"].as_str().unwrap();
            let first: String = name.chars().take(1).collect();
            let variables = json!({
                "id": volunteer["id"], "name": name, "two": first, "phone": "+", "notes": "",
            });
            let data = app
                .data_with("privacy_officer", query, variables.clone())
                .await;
            assert_eq!(data["there"]["totalCount"], json!(1));
            for key in ["name", "starts", "search", "phone", "notes"] {
                assert_eq!(data[key]["totalCount"], json!(0), "{key}");
            }
            assert_eq!(
                data["null"]["totalCount"],
                json!(1),
                "what is masked is as if it were not"
            );
            let full = app.data_with("administrator", query, variables).await;
            for key in ["there", "name", "starts", "search", "phone"] {
                assert_eq!(full[key]["totalCount"], json!(1), "{key}");
            }
            hidden += usize::from(!volunteer["internalNotes"].is_null());
            asked += 1;
        }
        assert!(asked == 40 && hidden > 0);
        app.database.close().await;
    }
}
