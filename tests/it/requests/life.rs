//! How a request comes, and how it is settled; and who may do neither.

use serde_json::{Value, json};

use super::{OPEN, asks, deed, done, own, stands, stopped};
use crate::app::{App, ROLES};
use crate::asking::{id, nodes, number, tamper};

#[tokio::test]
async fn a_person_asks_and_the_officer_answers() {
    for app in App::each().await {
        let input =
            json!({ "kind": "ACCESS", "volunteerId": own(&app).await, "statement": "全部資料" });
        let made = app
            .data_with("volunteer", OPEN, json!({ "i": input }))
            .await;
        let made = &made["dataRequestOpen"]["dataRequest"];
        // The tests happen at noon of the 18th in Hong Kong.
        assert_eq!(made["openedOn"], "2026-11-18");
        assert_eq!(made["dueOn"], "2026-12-28");
        assert_eq!(made["nextReminderOn"], "2026-12-18");
        assert_eq!(
            (&made["state"], &made["capacity"]),
            (&json!("OPEN"), &json!("SELF"))
        );
        assert_eq!(
            (&made["isOverdue"], &made["statement"]),
            (&json!(false), &json!("全部資料"))
        );
        let me = app.data("volunteer", "{ viewer { user { id } } }").await;
        let me = &me["viewer"]["user"]["id"];
        assert_eq!(
            made["steps"]["nodes"],
            json!([{ "number": 1, "deed": "OPEN", "by": { "id": me } }])
        );
        let request = &made["id"];
        let answered = done(
            &app,
            "privacy_officer",
            "dataRequestAnswer",
            json!({ "id": request }),
        )
        .await;
        assert_eq!(answered["state"], "ANSWERED");
        let now = stands(&app, "volunteer", request).await;
        assert_eq!(now["nextReminderOn"], Value::Null);
        let deeds: Vec<_> = nodes(&now["steps"]).iter().map(|s| &s["deed"]).collect();
        assert_eq!(deeds, ["OPEN", "ANSWER"]);
        // What was answered is not answered again, refused or taken back.
        for (role, name) in [
            ("privacy_officer", "dataRequestAnswer"),
            ("privacy_officer", "dataRequestRefuse"),
            ("volunteer", "dataRequestWithdraw"),
        ] {
            let stopped = stopped(&app, role, name, json!({ "id": request })).await;
            assert_eq!(stopped, (json!("CONFLICT"), json!("id")), "{name}");
        }
        app.database.close().await;
    }
}

#[tokio::test]
async fn nobody_else_sees_a_request_or_settles_it() {
    for app in App::each().await {
        let request = asks(&app).await;
        let nothing = id("DataRequest", uuid::Uuid::nil());
        for role in ROLES.into_iter().chain(["anonymous"]) {
            let sees = ["volunteer", "privacy_officer"].contains(&role);
            let seen = app
                .ask_with(role, super::STANDS, json!({ "r": request }))
                .await;
            assert_eq!(
                seen["data"]["dataRequest"].is_object(),
                sees,
                "{role}: {seen}"
            );
            if sees {
                continue;
            }
            let unknown = app
                .ask_with(role, super::STANDS, json!({ "r": nothing }))
                .await;
            assert_eq!(seen["data"], unknown["data"], "{role}");
            for name in ["Answer", "AnswerPartly", "Refuse", "Withdraw"] {
                let name = format!("dataRequest{name}");
                let there = deed(&app, role, &name, json!({ "id": request })).await;
                let unknown = deed(&app, role, &name, json!({ "id": nothing })).await;
                assert_eq!(there, unknown, "{role} {name}");
            }
        }
        let own = deed(
            &app,
            "volunteer",
            "dataRequestAnswer",
            json!({ "id": request }),
        )
        .await;
        assert_eq!(own["errors"][0]["extensions"]["code"], "FORBIDDEN", "{own}");
        // An officer of another organisation is none of this one's.
        let officers = "UPDATE membership SET organisation_id = (SELECT MAX(id) FROM organisation \
                        WHERE id NOT IN (SELECT organisation_id FROM data_request)) WHERE role = 'PRIVACY_OFFICER'";
        let officers = match app.database.name {
            "SQLite" => officers.to_owned(),
            _ => officers.replace("MAX(id)", "MAX(CAST(id AS text))::uuid"),
        };
        tamper(&app, &officers).await;
        let seen = app
            .ask_with("privacy_officer", super::STANDS, json!({ "r": request }))
            .await;
        assert!(seen["data"]["dataRequest"].is_null(), "{seen}");
        app.database.close().await;
    }
}

#[tokio::test]
async fn one_asks_for_oneself_and_a_guardian_for_an_own_child() {
    for app in App::each().await {
        let all = app
            .data("coordinator", "{ volunteers(first: 5) { nodes { id } } }")
            .await;
        let mine = own(&app).await;
        let other = nodes(&all["volunteers"])
            .iter()
            .find(|v| v["id"] != mine)
            .unwrap()["id"]
            .clone();
        let input = json!({ "kind": "ACCESS", "volunteerId": other });
        // The volunteer does not see most others; the coordinator sees them and may not ask for them.
        let (code, _) = stopped(&app, "volunteer", "dataRequestOpen", input.clone()).await;
        assert!(code == "NOT_FOUND" || code == "FORBIDDEN", "{code}");
        let refused = stopped(&app, "coordinator", "dataRequestOpen", input.clone()).await;
        assert_eq!(refused.0, "FORBIDDEN");
        // Of one's own and another's together, none is asked for.
        let both = json!({ "kind": "ACCESS", "volunteerId": mine, "userId": app.data("volunteer", "{ viewer { user { id } } }").await["viewer"]["user"]["id"] });
        assert_eq!(
            stopped(&app, "volunteer", "dataRequestOpen", both).await.0,
            "INVALID"
        );
        let children = app.data("guardian", "{ students { nodes { id } } }").await;
        let child = &nodes(&children["students"])[0]["id"];
        let input = json!({ "kind": "ACCESS", "studentId": child });
        let made = app.data_with("guardian", OPEN, json!({ "i": input })).await;
        let made = &made["dataRequestOpen"]["dataRequest"];
        assert_eq!(made["capacity"], "RELEVANT_PERSON", "{made}");
        // Once the guardianship is over, the request is not there for the guardian, nor is the child.
        tamper(
            &app,
            "UPDATE guardianship SET archived_at = CURRENT_TIMESTAMP",
        )
        .await;
        let seen = app
            .ask_with("guardian", super::STANDS, json!({ "r": made["id"] }))
            .await;
        assert!(seen["data"]["dataRequest"].is_null(), "{seen}");
        assert_eq!(
            stopped(&app, "guardian", "dataRequestOpen", input).await.0,
            "NOT_FOUND"
        );
        // An officer asks on somebody's behalf.
        let input = json!({ "kind": "ACCESS", "volunteerId": mine });
        let made = app
            .data_with("privacy_officer", OPEN, json!({ "i": input }))
            .await;
        assert_eq!(
            made["dataRequestOpen"]["dataRequest"]["capacity"],
            "OFFICER"
        );
        app.database.close().await;
    }
}

#[tokio::test]
async fn a_refusal_has_a_ground_of_the_law_and_stays_in_the_log() {
    for app in App::each().await {
        let request = asks(&app).await;
        let refuse = |more: Value| {
            let mut input = more;
            input["id"] = request.clone();
            input
        };
        for (more, code, field) in [
            (json!({}), "REQUIRED", "ground"),
            // A ground of corrections only.
            (
                json!({ "ground": "NOT_INACCURATE", "reasons": "x", "particulars": "x" }),
                "INVALID",
                "ground",
            ),
            (
                json!({ "ground": "REPEATED", "particulars": "x" }),
                "REQUIRED",
                "reasons",
            ),
            (
                json!({ "ground": "REPEATED", "reasons": "x" }),
                "REQUIRED",
                "particulars",
            ),
        ] {
            let told = stopped(&app, "privacy_officer", "dataRequestRefuse", refuse(more)).await;
            assert_eq!(told, (json!(code), json!(field)));
        }
        let before = number(&app, "SELECT COUNT(*) FROM data_request_refusal").await;
        let more = json!({ "ground": "REPEATED", "reasons": "一年內第三次。", "particulars": "第三次相同要求。" });
        done(&app, "privacy_officer", "dataRequestRefuse", refuse(more)).await;
        let now = stands(&app, "volunteer", &request).await;
        assert_eq!(
            (&now["ground"], &now["reasons"]),
            (&json!("REPEATED"), &json!("一年內第三次。"))
        );
        assert_eq!(nodes(&now["steps"])[1]["ground"], "REPEATED");
        let log = "{ dataRequestRefusals(where: { particulars: { eq: \"第三次相同要求。\" } }) { nodes { kind ground openedOn refusedOn keptUntil } } }";
        let told = app.data("privacy_officer", log).await;
        assert_eq!(
            told["dataRequestRefusals"]["nodes"],
            json!([{ "kind": "ACCESS", "ground": "REPEATED", "openedOn": "2026-11-18", "refusedOn": "2026-11-18", "keptUntil": "2030-11-18" }])
        );
        for role in ["administrator", "volunteer", "coordinator", "partner_edit"] {
            let told = app.data(role, log).await;
            assert_eq!(told["dataRequestRefusals"]["nodes"], json!([]), "{role}");
        }
        // Nobody changes it, or takes it away before its time.
        let db = &app.database.db;
        use sea_orm::ConnectionTrait;
        for sql in [
            "UPDATE data_request_refusal SET ground = 'EXEMPT'",
            "DELETE FROM data_request_refusal",
            "UPDATE data_request_step SET deed = 'ANSWER'",
            "DELETE FROM data_request_step",
        ] {
            assert!(db.execute_unprepared(sql).await.is_err(), "{sql}");
        }
        assert_eq!(
            number(&app, "SELECT COUNT(*) FROM data_request_refusal").await,
            before + 1
        );
        // What was refused more than four years ago may go.
        let old = "INSERT INTO data_request_refusal (id, organisation_id, kind, ground, particulars, opened_on, refused_on, kept_until, created_at, updated_at) \
                   SELECT request.id, request.organisation_id, 'ACCESS', 'EXEMPT', 'x', '2019-01-01', '2019-01-02', '2023-01-02', request.created_at, request.created_at FROM data_request request WHERE request.state = 'WITHDRAWN'";
        let withdrawn = asks(&app).await;
        done(
            &app,
            "volunteer",
            "dataRequestWithdraw",
            json!({ "id": withdrawn }),
        )
        .await;
        tamper(&app, old).await;
        let gone = db
            .execute_unprepared("DELETE FROM data_request_refusal WHERE kept_until < '2026-01-01'")
            .await;
        assert_eq!(gone.unwrap().rows_affected(), 1);
        app.database.close().await;
    }
}

#[tokio::test]
async fn many_officers_at_once_answer_once() {
    for app in App::each().await {
        let request = asks(&app).await;
        let each = (0..6).map(|_| {
            deed(
                &app,
                "privacy_officer",
                "dataRequestAnswer",
                json!({ "id": request }),
            )
        });
        let answers = futures_util::future::join_all(each).await;
        let good = answers
            .iter()
            .filter(|a| a["data"]["dataRequestAnswer"]["userErrors"] == json!([]));
        assert_eq!(good.count(), 1, "{answers:?}");
        let now = stands(&app, "privacy_officer", &request).await;
        assert_eq!(nodes(&now["steps"]).len(), 2);
        app.database.close().await;
    }
}
