//! The program itself: the command that sets a password, and a log in which nothing of it is found.

use std::process::Stdio;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{ANN, PASSWORD, VOLUNTEERS};
use crate::process::{Demo, kaifong};

#[test]
fn nothing_that_is_shown_is_found_in_the_log_of_a_whole_sign_in() {
    let demo = Demo::with(&[("KAIFONG_LOG_LEVEL", "trace")]);
    let token = demo.token("coordinator");
    let payload = token.split('.').nth(1).unwrap();
    let payload: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
    let account = payload["sub"].as_str().unwrap();
    let file = demo.scratch.file("password", &format!("{PASSWORD}\n"));
    let words = [
        "password",
        "--as",
        account,
        "--email",
        ANN,
        "--data-dir",
        "data",
    ];
    let set = kaifong(&demo.scratch, &words, &[])
        .stdin(std::fs::File::open(file).unwrap())
        .stdout(Stdio::piped())
        .output()
        .unwrap();
    assert!(
        set.status.success(),
        "{}",
        String::from_utf8_lossy(&set.stderr)
    );
    assert!(set.stdout.is_empty());
    let post = |path: &str, body: Value| {
        let reply = demo.send(path, &[], Some(&body.to_string()));
        (
            reply.status,
            serde_json::from_str(&reply.body).unwrap_or(Value::Null),
        )
    };
    let wrong = "a password that is wrong";
    for (email, password, status) in [
        (ANN, wrong, 401),
        ("nobody@example.org", PASSWORD, 401),
        (ANN, PASSWORD, 200),
    ] {
        let body = json!({ "email": email, "password": password });
        assert_eq!(post("/auth/sign-in", body).0, status);
    }
    let body = json!({ "email": ANN, "password": PASSWORD });
    let (_, first) = post("/auth/sign-in", body);
    let old = first["refreshToken"].as_str().unwrap();
    let (status, second) = post("/auth/refresh", json!({ "refreshToken": old }));
    assert_eq!(status, 200);
    let access = second["accessToken"].as_str().unwrap();
    let seen = demo.ask(access, &json!({ "query": VOLUNTEERS })).json();
    assert!(
        seen["data"]["volunteers"]["totalCount"].as_u64() > Some(0),
        "{seen}"
    );
    // The thief's visit is in the log, and what was shown is not.
    assert_eq!(post("/auth/refresh", json!({ "refreshToken": old })).0, 401);
    let log = demo.log();
    assert!(log.contains("a refresh token came a second time"));
    let secrets = [
        ANN,
        "nobody@example.org",
        PASSWORD,
        wrong,
        old,
        access,
        second["refreshToken"].as_str().unwrap(),
        first["accessToken"].as_str().unwrap(),
        "$argon2id$",
    ];
    for secret in secrets {
        assert!(!log.contains(secret), "the log holds `{secret}`");
    }
}
