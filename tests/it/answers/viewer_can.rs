//! What `viewerCan…` says is what is then allowed.

use kaifong::catalogue::DeedScope;
use serde_json::json;

use crate::app::{App, ROLES};
use crate::asking::{code, id, nodes, space_words, types};

/// The least that a deed needs besides the record.
async fn least(app: &App, role: &str, name: &str) -> String {
    if let Some(deed) = name.strip_prefix("space") {
        let deed = deed[..1].to_lowercase() + &deed[1..];
        let nothing = |of| id(of, uuid::Uuid::nil());
        return space_words(&deed, &nothing("Organisation"), &nothing("Project"));
    }
    if name.ends_with("GiveConsent") {
        return format!("textId: {:?}", id("ConsentText", uuid::Uuid::nil()));
    }
    if name.ends_with("WithdrawConsent") {
        return "purpose: CHECK_IN_PLACE".to_owned();
    }
    match name {
        "dataRequestAnswerPartly" => {
            return "reasons: \"x\", withheld: [\"Assignment\"]".to_owned();
        }
        "dataRequestRefuse" => {
            return "ground: NOT_IN_WRITING, reasons: \"x\", particulars: \"x\"".to_owned();
        }
        _ => {}
    }
    if name != "shiftAssign" {
        return String::new();
    }
    let data = app
        .data(role, "{ volunteers(first: 1) { nodes { id } } }")
        .await;
    let volunteer = nodes(&data["volunteers"])
        .first()
        .map(|row| row["id"].to_string());
    format!(
        "volunteerId: {}",
        volunteer.unwrap_or_else(|| format!("{:?}", id("Volunteer", uuid::Uuid::nil())))
    )
}

/// The deeds of a privacy office.
const OFFICE: [&str; 5] = [
    "erase",
    "placeHold",
    "releaseHold",
    "setRetention",
    "setResidency",
];

#[tokio::test]
async fn viewer_can_agrees_with_what_is_then_allowed() {
    let (mut yes, mut no) = (std::collections::BTreeSet::new(), 0);
    for app in App::each().await {
        // Those who can do much come last, for what they do changes what others can.
        for role in ROLES.into_iter().rev() {
            for of in types() {
                for deed in of
                    .deeds
                    .iter()
                    .filter(|deed| deed.scope == DeedScope::Existing && !deed.looks)
                {
                    let verb = deed.name[..1].to_uppercase() + &deed.name[1..];
                    let name = format!("{}{verb}", of.singular);
                    let query = format!(
                        "{{ {}(first: 200) {{ nodes {{ id can: viewerCan{verb} }} }} }}",
                        of.plural
                    );
                    let data = app.data(role, &query).await;
                    let rows = nodes(&data[of.plural]);
                    let some = |wanted: bool| {
                        rows.iter()
                            .filter(move |row| row["can"] == json!(wanted))
                            .step_by(3)
                            .take(3)
                    };
                    let least = least(&app, role, &name).await;
                    for row in some(true).chain(some(false)) {
                        let mutation = format!(
                            "mutation {{ {name}(input: {{ id: {} {least} }}) {{ userErrors {{ code }} }} }}",
                            row["id"]
                        );
                        let answer = app.ask(role, &mutation).await;
                        let about = format!("{role} {name}: {answer}");
                        if row["can"] == json!(true) {
                            assert!(answer.get("errors").is_none(), "{about}");
                            let errors = answer["data"][&name]["userErrors"].as_array().unwrap();
                            // The privacy office wants a reason, and then does what others see.
                            let office = OFFICE.contains(&deed.name);
                            assert!(
                                errors.iter().all(|error| error["code"] == "CONFLICT"
                                    || (office && error["code"] == "REQUIRED")
                                    || least.contains("Id")),
                                "{about}"
                            );
                            yes.insert((role, name.clone()));
                        } else {
                            assert_eq!(code(&answer), "FORBIDDEN", "{about}");
                            assert_eq!(answer["errors"][0]["path"], json!([name]));
                            assert_eq!(answer["data"], json!({ name.clone(): null }));
                            no += 1;
                        }
                    }
                }
            }
        }
        app.database.close().await;
    }
    for expected in [
        ("administrator", "volunteerArchive"),
        ("administrator", "organisationChange"),
        ("administrator", "partnershipChange"),
        ("coordinator", "shiftAssign"),
        ("coordinator", "noticePublish"),
        ("team_leader", "shiftChange"),
        ("volunteer", "volunteerChange"),
        ("partner_edit", "shiftChange"),
        ("partner_edit", "assignmentUnassign"),
        ("guardian", "noticeReceiptConfirm"),
    ] {
        assert!(
            yes.contains(&(expected.0, expected.1.to_owned())),
            "{expected:?}"
        );
    }
    for role in ["partner", "privacy_officer"] {
        assert!(
            !yes.iter().any(|(who, name)| *who == role
                && name != "noticeReceiptConfirm"
                && !(role == "privacy_officer"
                    && (name.starts_with("consentText")
                        || name.starts_with("dataRequest")
                        || name == "invitationRevoke"
                        || OFFICE
                            .iter()
                            .any(|deed| name.to_lowercase().ends_with(&deed.to_lowercase()))))),
            "{role}"
        );
    }
    assert!(no > 100, "some are refused: {no}");
}
