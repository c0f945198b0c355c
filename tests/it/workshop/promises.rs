//! A set with the same policies that promises less is another set: it is told, published and kept.

use serde_json::{Value, json};

use super::{FREE, GATE, OFFICER, TWO, appoint, each, file, publish, refusal, version};
use crate::app::App;

const NAME: &str = "invariants/everywhere.cedar";
const FIRST: &str =
    "The promise “Who is not signed in gets nothing.” is gone: nothing proves it any more.";

const DIFFERENCE: &str = "query($c: PolicyChangesInput!) { policyWorkshop { difference(changes: $c) { \
    versionBefore versionAfter english promises { sort turn file english chinese } changes { type } } } }";

const TRAIL: &str = "{ policyWorkshop { inForce { number version } history { number set deed inForce waiting \
    versionBefore versionAfter report { steps { name notes { english } } } } } }";

const APPROVE: &str = "mutation { approvePolicies(input: { number: 1 }) { number inForce \
    userErrors { code message messageZh } } }";

/// The set in force without one of its promises.
async fn promising_less(app: &App) -> Value {
    let text = file(app, NAME).await;
    let start = text.find("@id(\"anonymous-gets-nothing\")").unwrap();
    let end = text[start..].find(");").unwrap() + start + 2;
    let text = format!("{}{}", &text[..start], &text[end..]);
    json!({ "base": version(app).await, "files": [{ "name": NAME, "text": text }] })
}

/// The first note of the step that tells the difference.
fn first_note(report: &Value) -> &Value {
    let mut steps = report["steps"].as_array().unwrap().iter();
    let step = steps.find(|step| step["name"] == "difference").unwrap();
    &step["notes"][0]["english"]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_promise_that_is_gone_is_told_before_it_is_published_and_kept_afterwards() {
    for app in each(FREE).await {
        let draft = promising_less(&app).await;
        let told = app
            .data_with(OFFICER, DIFFERENCE, json!({ "c": draft }))
            .await;
        let told = &told["policyWorkshop"]["difference"];
        assert_eq!(told["versionBefore"], told["versionAfter"]);
        assert_eq!(told["changes"], json!([]));
        assert_eq!(told["english"][0], FIRST);
        let promises = json!([{
            "sort": "PROMISE", "turn": "GONE", "file": NAME,
            "english": "Who is not signed in gets nothing.",
            "chinese": "未登入者一概得不到任何資料或操作權限。",
        }]);
        assert_eq!(told["promises"], promises);
        let gate = app.data_with(OFFICER, GATE, json!({ "c": draft })).await;
        assert_eq!(first_note(&gate["policyWorkshop"]["gate"]), FIRST);

        let mut stale = draft.clone();
        stale["baseSet"] = Value::Null;
        let answer = publish(&app, OFFICER, draft.clone(), "fewer promises").await;
        let done = &answer["data"]["publishPolicies"];
        assert_eq!(
            (&done["number"], &done["inForce"]),
            (&json!(1), &json!(true)),
            "{answer}"
        );
        assert_eq!(done["versionBefore"], done["versionAfter"]);
        let data = app.data(OFFICER, TRAIL).await;
        assert_eq!(data["policyWorkshop"]["inForce"]["number"], json!(1));
        assert!(!file(&app, NAME).await.contains("anonymous-gets-nothing"));
        let kept = &data["policyWorkshop"]["history"][0]["report"];
        assert_eq!(first_note(kept), FIRST);

        // Who started from the set before would put the promise back unseen, or take another away.
        let answer = publish(&app, OFFICER, stale.clone(), "late").await;
        assert_eq!(refusal(&answer["data"]["publishPolicies"]), "OVERTAKEN");
        stale["baseSet"] = json!(1);
        let answer = publish(&app, OFFICER, stale, "in time").await;
        assert_eq!(
            answer["data"]["publishPolicies"]["number"],
            json!(2),
            "{answer}"
        );
        app.database.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_persons_are_needed_to_promise_less() {
    for app in each(TWO).await {
        appoint(&app, "administrator").await;
        let draft = promising_less(&app).await;
        let answer = publish(&app, OFFICER, draft, "fewer promises").await;
        let done = &answer["data"]["publishPolicies"];
        assert_eq!(
            (&done["number"], &done["inForce"]),
            (&json!(1), &json!(false)),
            "{answer}"
        );
        assert!(file(&app, NAME).await.contains("anonymous-gets-nothing"));
        let alone = app.ask(OFFICER, APPROVE).await;
        assert_eq!(refusal(&alone["data"]["approvePolicies"]), "SAME_PERSON");
        let done = app.ask("administrator", APPROVE).await;
        assert_eq!(
            done["data"]["approvePolicies"]["inForce"],
            json!(true),
            "{done}"
        );
        assert!(!file(&app, NAME).await.contains("anonymous-gets-nothing"));
        // What the second person was told is kept with the approval.
        let data = app.data(OFFICER, TRAIL).await;
        let approved = &data["policyWorkshop"]["history"][0];
        assert_eq!(approved["deed"], "APPROVE");
        assert_eq!(first_note(&approved["report"]), FIRST);
        app.database.close().await;
    }
}
