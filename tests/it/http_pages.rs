//! The pages beside the graph.

use axum::http::StatusCode;
use serde_json::json;

use crate::http_rig::Rig;

#[tokio::test]
async fn the_pages_beside_the_graph_answer() {
    let rig = Rig::new("").await;
    assert_eq!(rig.get("/healthz").await.status, StatusCode::OK);
    let ready = rig.get("/readyz").await;
    assert_eq!(
        (ready.status, ready.json()["ready"].clone()),
        (StatusCode::OK, json!(true))
    );
    let set = rig.get("/.well-known/jwks.json").await.json();
    assert_eq!(set["keys"][0]["kid"], rig.keys.id());
    let home = rig.get("/").await;
    assert_eq!(
        (home.status.as_u16(), home.header("location")),
        (307, "/ide")
    );
    assert_eq!(rig.get("/nowhere").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_ide_comes_whole_and_runs_no_foreign_script() {
    let rig = Rig::new("").await;
    let page = rig.get("/ide").await;
    let html = String::from_utf8(page.body.to_vec()).unwrap();
    let policy = page.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'; script-src 'self';"),
        "{policy}"
    );
    assert!(
        !policy.contains("unsafe") && !policy.contains('*'),
        "{policy}"
    );
    let files: Vec<&str> = html
        .split('"')
        .filter(|part| part.starts_with("/ide/"))
        .collect();
    assert_eq!(files.len(), 7);
    assert!(policy.contains("; connect-src 'self'; "), "{policy}");
    for file in files {
        let reply = rig.get(file).await;
        assert_eq!(reply.status, StatusCode::OK, "{file}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        let compressed = reply.body.starts_with(&[0x1f, 0x8b]);
        assert_eq!(
            compressed,
            reply.header("content-encoding") == "gzip",
            "{file}"
        );
    }
    assert!(!html.contains("://"), "nothing from elsewhere");
}
