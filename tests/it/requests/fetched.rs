//! The copy over a real HTTP server.

use std::sync::Arc;

use kaifong::config::{Config, Sources};
use kaifong::server::{Clock, Server};
use kaifong::viewer::Keys;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{asks, done};
use crate::app::App;
use crate::asking::id;
use crate::scratch::Scratch;

/// What came back: the status, the headers in lower case, the body.
struct Came(u16, String, String);

async fn get(address: &str, path: &str, token: Option<&str>) -> Came {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let token = token.map_or(String::new(), |token| {
        format!("Authorization: Bearer {token}\r\n")
    });
    let asked = format!("GET {path} HTTP/1.0\r\nHost: {address}\r\n{token}\r\n");
    stream.write_all(asked.as_bytes()).await.unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Came(status, head.to_lowercase(), body.to_owned())
}

#[tokio::test]
async fn the_copy_is_fetched_with_a_token_and_kept_by_no_cache() {
    let scratch = Scratch::new();
    let config = Config::load(Sources {
        folder: scratch.path(""),
        file: None,
        environment: vec![],
        flags: vec![],
    });
    let limits = config.unwrap().limits;
    for app in App::each().await {
        let request = asks(&app).await;
        let keys = Arc::new(Keys::generate("kaifong", "kaifong").unwrap());
        let clock = Clock::stopped_at(app.now);
        let server = Server::new(app.graph.clone(), keys.clone(), limits, clock);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let serving = tokio::spawn(async move { axum::serve(listener, server.router()).await });
        let token = |role: &str| {
            let token = keys.sign(&app.claims(role).unwrap()).unwrap();
            crate::secrets::used(&token);
            token
        };
        let (mine, officer, other) = (
            token("volunteer"),
            token("privacy_officer"),
            token("administrator"),
        );
        let path =
            |form: &str| format!("/data-requests/{}/export?{form}", request.as_str().unwrap());

        let early = get(&address, &path("format=json"), Some(&mine)).await;
        assert_eq!(early.0, 409);
        assert!(early.2.contains("NOT_ANSWERED"), "{}", early.2);
        done(
            &app,
            "privacy_officer",
            "dataRequestAnswer",
            json!({ "id": request }),
        )
        .await;

        let came = get(&address, &path("format=json"), Some(&mine)).await;
        assert_eq!(came.0, 200);
        for header in [
            "cache-control: no-store",
            "content-type: application/json",
            "content-disposition: attachment",
            "x-content-type-options: nosniff",
        ] {
            assert!(came.1.contains(header), "{header}: {}", came.1);
        }
        let told: Value = serde_json::from_str(&came.2).unwrap();
        assert_eq!(told["request"]["id"], request);
        assert!(told["count"].as_u64().unwrap() > 5);

        let came = get(
            &address,
            &path("format=html&language=zh-HK"),
            Some(&officer),
        )
        .await;
        assert_eq!(came.0, 200);
        for header in [
            "cache-control: no-store",
            "content-type: text/html; charset=utf-8",
            "content-security-policy: default-src 'none'",
            "referrer-policy: no-referrer",
        ] {
            assert!(came.1.contains(header), "{header}: {}", came.1);
        }
        assert!(came.2.starts_with("<!doctype html>\n<html lang=\"zh-HK\">"));

        // Another's request is as one that there is not.
        let unknown = path("").replace(
            request.as_str().unwrap(),
            &id("DataRequest", uuid::Uuid::nil()),
        );
        let (theirs, none) = (
            get(&address, &path(""), Some(&other)).await,
            get(&address, &unknown, Some(&other)).await,
        );
        assert_eq!((theirs.0, &theirs.2), (404, &none.2));
        assert_eq!(get(&address, &path(""), None).await.0, 401);
        assert_eq!(get(&address, &path("format=pdf"), Some(&mine)).await.0, 400);
        let in_address = path(&format!("access_token={mine}"));
        assert!(get(&address, &in_address, None).await.0 >= 400);
        serving.abort();
        app.database.close().await;
    }
}
