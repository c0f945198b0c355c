//! In with an e-mail address and a password.

use axum::body::Body;
use axum::http::{Request, header};
use chrono::TimeDelta;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};

use super::{ANN, Door, PASSWORD, account_of, refused};
use crate::app::noon;

#[tokio::test]
async fn a_person_signs_in_and_is_who_the_roles_say() {
    for door in Door::each().await {
        let account = door.person("coordinator", ANN).await;
        let reply = door.sign_in(" Ann@Example.ORG", PASSWORD).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        assert_eq!(reply.headers[header::CACHE_CONTROL], "no-store");
        assert!(reply.headers.get(header::SET_COOKIE).is_none());
        assert_eq!(reply.body["expiresIn"], 900);
        assert_eq!(reply.body["secondFactor"], false);
        assert_eq!(reply.body["rolesWithheld"], json!([]));
        let claims = door.keys.verify(&reply.access(), noon()).unwrap();
        assert_eq!(claims.sub, account.to_string());
        assert_eq!(claims.sid.as_deref(), Some(reply.text("session").as_str()));
        // As many as a token of whoever runs the server sees, which is of no session.
        let hour = std::time::Duration::from_secs(3600);
        let given = kaifong::viewer::Claims::of_user(&claims.sub, noon(), hour);
        let given = door.keys.sign(&given).unwrap();
        let seen = door.volunteers(&given).await;
        assert!(seen > Some(0));
        assert_eq!(door.volunteers(&reply.access()).await, seen);
        door.close().await;
    }
}

#[tokio::test]
async fn whoever_is_not_there_is_answered_as_a_wrong_password_is() {
    for door in Door::each().await {
        door.person("coordinator", ANN).await;
        let disabled = door.person("volunteer", "bob@example.org").await;
        let disable = Statement::from_string(
            door.database.db.get_database_backend(),
            format!(
                "UPDATE account SET status = 'DISABLED' WHERE id = {}",
                literal(&door, disabled)
            ),
        );
        door.database.db.execute_raw(disable).await.unwrap();
        let wrong = door.sign_in(ANN, "correct horse batterz").await;
        assert_eq!(wrong.refusal(), refused(401, "SIGN_IN_FAILED"));
        for (email, password) in [
            ("nobody@example.org", PASSWORD),
            ("bob@example.org", PASSWORD),
            ("no address", PASSWORD),
            ("", ""),
            ("ann@example.org\0", PASSWORD),
            (ANN, ""),
            (ANN, &PASSWORD.repeat(100)),
        ] {
            let reply = door.sign_in(email, password).await;
            assert_eq!(reply.status, wrong.status, "{email:?}");
            assert_eq!(reply.body, wrong.body, "{email:?}");
        }
        door.close().await;
    }
}

/// An id as this database writes it.
pub fn literal(door: &Door, id: uuid::Uuid) -> String {
    match door.database.name {
        "SQLite" => format!("x'{}'", id.simple()),
        _ => format!("'{id}'"),
    }
}

#[tokio::test]
async fn what_is_sent_wrongly_is_refused_and_not_repeated() {
    for door in Door::each().await {
        door.person("coordinator", ANN).await;
        for (body, code) in [
            (json!({ "email": ANN }), "INVALID_REQUEST"),
            (
                json!({ "email": ANN, "password": PASSWORD, "role": "ADMINISTRATOR" }),
                "INVALID_REQUEST",
            ),
            (
                json!({ "email": ANN, "password": [PASSWORD] }),
                "INVALID_REQUEST",
            ),
            (json!(PASSWORD), "INVALID_REQUEST"),
            (
                json!({ "email": ANN, "password": PASSWORD.repeat(1000) }),
                "REQUEST_TOO_LARGE",
            ),
        ] {
            let reply = door.post("/auth/sign-in", None, body).await;
            assert_eq!(reply.refusal().1, code);
            let text = reply.body.to_string();
            assert!(!text.contains(PASSWORD) && !text.contains(ANN), "{text}");
        }
        let body = json!({ "email": ANN, "password": PASSWORD }).to_string();
        // What a page of another site can make a browser send without asking.
        for media in ["text/plain", "application/x-www-form-urlencoded"] {
            let request = Request::post("/auth/sign-in").header(header::CONTENT_TYPE, media);
            let request = request.body(Body::from(body.clone())).unwrap();
            let reply = door.send_to(&door.graph, noon(), "192.0.2.1", request);
            let reply = reply.await;
            assert_eq!(reply.refusal(), refused(415, "UNSUPPORTED_MEDIA_TYPE"));
        }
        let request = Request::get("/auth/sign-in").body(Body::empty()).unwrap();
        let reply = door
            .send_to(&door.graph, noon(), "192.0.2.1", request)
            .await;
        assert_eq!(reply.status, 405);
        door.close().await;
    }
}

#[tokio::test]
async fn a_changed_password_ends_the_other_sessions() {
    for door in Door::each().await {
        door.person("coordinator", ANN).await;
        let here = door.sign_in(ANN, PASSWORD).await;
        let there = door.sign_in(ANN, PASSWORD).await;
        let new = "battery staple horse";
        let change = async |password: &str, new: &str, token: &str| {
            let body = json!({ "password": password, "new": new });
            door.post("/auth/password", Some(token), body).await
        };
        let short = change(PASSWORD, "short", &here.access()).await;
        assert_eq!(short.refusal(), refused(400, "PASSWORD_TOO_SHORT"));
        let wrong = change(new, new, &here.access()).await;
        assert_eq!(wrong.refusal(), refused(401, "SIGN_IN_FAILED"));
        assert!(door.volunteers(&there.access()).await > Some(0));
        let done = change(PASSWORD, new, &here.access()).await;
        assert_eq!((done.status.as_u16(), done.body), (204, Value::Null));
        assert!(door.volunteers(&here.access()).await > Some(0));
        assert_eq!(door.volunteers(&there.access()).await, None);
        let old = door.sign_in(ANN, PASSWORD).await;
        assert_eq!(old.refusal(), refused(401, "SIGN_IN_FAILED"));
        assert_eq!(door.sign_in(ANN, new).await.status, 200);
        door.close().await;
    }
}

#[tokio::test]
async fn nothing_that_was_sent_is_kept_in_clear() {
    for door in Door::each().await {
        door.person("coordinator", ANN).await;
        let reply = door.sign_in(ANN, PASSWORD).await;
        let tables = [
            ("login", "hash"),
            ("session_token", "hash"),
            ("session", "way"),
        ];
        for (table, column) in tables {
            let sql = format!("SELECT {column} FROM {table}");
            let backend = door.database.db.get_database_backend();
            let rows = door
                .database
                .db
                .query_all_raw(Statement::from_string(backend, sql));
            for row in rows.await.unwrap() {
                let text: String = row.try_get_by_index(0).unwrap();
                for secret in [PASSWORD, &reply.refresh(), &reply.access()] {
                    assert!(!text.contains(secret), "{table}.{column}");
                }
            }
        }
        door.close().await;
    }
}

#[tokio::test]
async fn one_address_is_one_account() {
    use kaifong::entrance::Caller;
    use kaifong::store::Named;
    for door in Door::each().await {
        door.person("coordinator", ANN).await;
        let entrance = door.entrance_of(&door.graph, super::terms());
        let (address, now) = (None, noon() + TimeDelta::minutes(1));
        let caller = Caller { address, now };
        let set = async |account, email: &str| {
            let set = entrance.set_password(account, email, PASSWORD, caller);
            set.await
        };
        let other = account_of("volunteer");
        assert_eq!(set(other, "ANN@example.org").await.unwrap(), Named::Taken);
        let nobody = uuid::Uuid::new_v4();
        let set_nobody = set(nobody, "new@example.org").await;
        assert_eq!(set_nobody.unwrap(), Named::Nobody);
        assert_eq!(
            set(other, "no address").await.unwrap_err().code(),
            "EMAIL_INVALID"
        );
        drop(entrance);
        door.close().await;
    }
}
