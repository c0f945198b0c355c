//! Drafts that are none: each is refused in words, and the live set stays.

use serde_json::{Value, json};

use super::{FREE, GATE, OFFICER, changes, each, publish, refusal, version};

/// The faults of a step of a report.
fn faults<'a>(answer: &'a Value, step: &str) -> Vec<&'a Value> {
    let report = &answer["data"]["policyWorkshop"]["gate"];
    assert_eq!(report["ready"], json!(false), "{answer}");
    let steps = report["steps"].as_array().unwrap();
    let found = steps.iter().find(|found| found["name"] == step).unwrap();
    assert_eq!(found["state"], "FAILED", "{answer}");
    found["faults"].as_array().unwrap().iter().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_are_none_of_a_set_are_refused() {
    let long = format!("{}.cedar", "x".repeat(200));
    let names = [
        "../x.cedar",
        "/etc/x.cedar",
        "a/../x.cedar",
        "scenarios/../x.toml",
        "scenarios/a/b.toml",
        "invariants/x.toml",
        "C:\\x.cedar",
        "x\u{7}.cedar",
        "x\n.cedar",
        "x\u{202e}radec.cedar",
        ".hidden.cedar",
        " x.cedar",
        ".cedar",
        "x",
        "",
        "x.cedar.txt",
        "certificate.json",
        "README.md",
        long.as_str(),
    ];
    for app in each(FREE).await {
        let before = version(&app).await;
        for name in names {
            let draft = changes(&app, json!([{ "name": name, "text": "// nothing" }])).await;
            let answer = app.ask_with(OFFICER, GATE, json!({ "c": draft })).await;
            let found = faults(&answer, "read");
            assert_eq!(found.len(), 1, "{name:?}: {answer}");
            let fault = found[0];
            assert!(fault["english"].as_str().unwrap().len() > 10);
            assert!(!fault["chinese"].as_str().unwrap().is_ascii());
            let file = fault["file"].as_str().unwrap();
            assert!(
                !file.contains(char::is_control) && file.chars().count() <= 101,
                "{file:?}"
            );
            let answer = publish(&app, OFFICER, draft, "why").await;
            assert_eq!(
                refusal(&answer["data"]["publishPolicies"]),
                "FAULTS",
                "{name:?}"
            );
        }
        assert_eq!(version(&app).await, before);
        app.database.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_cannot_be_are_refused_and_good_ones_are_not() {
    for app in each(FREE).await {
        let before = version(&app).await;
        let large = "// ".to_owned() + &"x".repeat(1024 * 1024);
        let table = [
            (
                json!([{ "name": "zz.cedar", "text": large }]),
                "larger than 1024 kilobytes",
            ),
            (
                json!([{ "name": "zz.cedar", "text": "// a\n\u{0}" }]),
                "character",
            ),
            (
                json!([{ "name": "zz.cedar", "text": "" }, { "name": "zz.cedar", "text": "" }]),
                "twice",
            ),
            (
                json!([{ "name": "zz.cedar", "text": "" }, { "name": "ZZ.cedar", "text": "" }]),
                "twice",
            ),
            (
                json!([{ "name": "Officers.cedar", "text": "" }]),
                "capital letters",
            ),
            (
                json!([{ "name": "zz.cedar", "text": null }]),
                "no such file",
            ),
            (
                json!([{ "name": "schema.cedarschema", "text": null }]),
                "cannot go",
            ),
        ];
        for (files, expected) in table {
            let draft = json!({ "c": { "base": before, "files": files } });
            let answer = app.ask_with(OFFICER, GATE, draft).await;
            let found = faults(&answer, "read");
            let told = found[0]["english"].as_str().unwrap();
            assert!(told.contains(expected), "{expected}: {told}");
        }
        // Too many files, and too much in them.
        let files = |count: usize, text: &str| -> Value {
            let names =
                (0..count).map(|at| json!({ "name": format!("z{at}.cedar"), "text": text }));
            names.collect()
        };
        let half = "// ".to_owned() + &"x".repeat(1024 * 1000);
        for (files, expected) in [
            (files(2_000, ""), "more than 2000"),
            (files(17, &half), "together"),
        ] {
            let draft = json!({ "c": { "base": before, "files": files } });
            let answer = app.ask_with(OFFICER, GATE, draft).await;
            let told = faults(&answer, "read")[0]["english"]
                .as_str()
                .unwrap()
                .to_owned();
            assert!(told.contains(expected), "{told}");
        }
        // Files that are no policies, and brackets without end.
        let nested = format!(
            "permit (principal, action, resource) when {{ {}true{} }};",
            "(".repeat(1000),
            ")".repeat(1000)
        );
        for text in ["permit (", "\u{1F600}", "{\"a\": 1}", nested.as_str()] {
            let draft =
                json!({ "c": { "base": before, "files": [{ "name": "zz.cedar", "text": text }] } });
            let answer = app.ask_with(OFFICER, GATE, draft).await;
            assert_eq!(faults(&answer, "parse")[0]["file"], "zz.cedar", "{answer}");
        }
        // A set without any policy, whose step was told as passed before that was known.
        let none: Vec<Value> = kaifong::policy::gate::Set::shipped()
            .named()
            .policies
            .iter()
            .map(|file| json!({ "name": file.name, "text": null }))
            .collect();
        let draft = json!({ "c": { "base": before, "files": none } });
        let answer = app.ask_with(OFFICER, GATE, draft).await;
        assert!(
            faults(&answer, "parse")[0]["english"]
                .as_str()
                .unwrap()
                .contains("no policy at all")
        );
        // A file in Chinese is as good as any.
        let rule = "@id(\"x\") @en(\"Nobody.\") @zh(\"無。\")\n\
            forbid (principal is Partner, action == Action::\"Tag.list\", resource) when { false };";
        let draft =
            json!({ "c": { "base": before, "files": [{ "name": "義工 2.cedar", "text": rule }] } });
        let answer = app.ask_with(OFFICER, GATE, draft).await;
        assert_eq!(
            answer["data"]["policyWorkshop"]["gate"]["ready"],
            json!(true),
            "{answer}"
        );
        assert_eq!(version(&app).await, before);
        app.database.close().await;
    }
}
