//! Promises and scenarios that are gone, changed or new: no viewer and no row tells them apart.

use std::fs;
use std::path::Path;

use kaifong::policy::difference::{PromisedSort, PromisedTurn, promise_sentences, promised};
use kaifong::policy::gate::Set;

use super::command::Place;

/// The shipped set after a change of one text, in a file of promises or scenarios.
fn edited(file: &str, edit: impl Fn(&str) -> String) -> Set {
    let mut set = Set::shipped().named();
    let files = set.invariants.iter_mut().chain(&mut set.scenarios);
    let mut found = 0;
    for document in files.filter(|document| document.name == file) {
        let text = edit(&document.text);
        assert_ne!(text, document.text, "{file} was to be changed");
        document.text = text;
        found += 1;
    }
    assert_eq!(found, 1, "{file}");
    set
}

/// A text without the part that begins and ends so.
fn without(text: &str, from: &str, to: &str) -> String {
    let start = text.find(from).unwrap();
    let end = text[start..].find(to).unwrap() + start + to.len();
    format!("{}{}", &text[..start], &text[end..])
}

fn told(new: &Set) -> Vec<(PromisedSort, PromisedTurn, String)> {
    let found = promised(&Set::shipped(), new);
    let sentences = promise_sentences(&found);
    assert_eq!(sentences.len(), found.len(), "few are told one by one");
    for ((en, zh), one) in sentences.iter().zip(&found) {
        assert!(en.contains(&one.english), "{en}");
        assert!(zh.contains(&one.chinese) && !zh.is_ascii(), "{zh}");
    }
    let found = found.into_iter();
    found.map(|one| (one.sort, one.turn, one.english)).collect()
}

#[test]
fn what_is_promised_otherwise_is_told_and_nothing_else() {
    use PromisedSort::{Ground, Promise, Scenario};
    use PromisedTurn::{Changed, Gone, New};

    assert_eq!(told(&Set::shipped()), []);
    let everywhere = "invariants/everywhere.cedar";
    let anonymous = "Who is not signed in gets nothing.".to_owned();
    let gone = edited(everywhere, |text| {
        without(text, "@id(\"anonymous-gets-nothing\")", ");")
    });
    assert_eq!(told(&gone), [(Promise, Gone, anonymous.clone())]);

    // The same promise about fewer requests keeps its name and its sentences.
    let narrowed = edited(everywhere, |text| {
        text.replacen(
            "principal is Anonymous,\n  action,",
            "principal is Anonymous,\n  action == Action::\"Volunteer.phone\",",
            1,
        )
    });
    assert_eq!(told(&narrowed), [(Promise, Changed, anonymous)]);

    let new = edited(everywhere, |text| {
        format!(
            "{text}\n@id(\"more\") @en(\"More.\") @zh(\"更多。\")\nforbid (principal is Job, action, resource);\n"
        )
    });
    assert_eq!(told(&new), [(Promise, New, "More.".to_owned())]);

    // How it is laid out is nobody's matter.
    let laid = edited(everywhere, |text| {
        format!(
            "// A remark.\n{}",
            text.replace("  principal is Job,", "principal   is Job ,")
        )
    });
    assert_eq!(told(&laid), []);

    // A whole file of scenarios goes, and with it the people in it, who are not told apart.
    let people = "scenarios/people.toml";
    let mut fewer = Set::shipped().named();
    fewer.scenarios.retain(|document| document.name != people);
    let found = promised(&Set::shipped(), &fewer);
    assert!(found.len() > 10);
    let all_gone = found
        .iter()
        .all(|one| (one.sort, one.turn) == (Scenario, Gone));
    assert!(all_gone && found.iter().all(|one| one.file == people));
    // Of many, ten are told and then their number.
    let sentences = promise_sentences(&found);
    assert_eq!(sentences.len(), 11);
    let more = format!("{} more scenarios are gone.", found.len() - 10);
    assert_eq!(sentences[10].0, more);

    // Other people under the same scenarios.
    let other = edited(people, |text| format!("{text}\n[Tag]\nUnused = {{}}\n"));
    assert_eq!(told(&other), [(Ground, Changed, people.to_owned())]);
    // Why a mutant cannot be noticed is no promise.
    let argued = edited(people, |text| {
        format!("{text}\n[[equivalent]]\npolicy = \"x\"\nchange = \"y\"\nen = \"z\"\nzh = \"字\"\n")
    });
    assert_eq!(told(&argued), []);
}

/// A promise that fails to be told would let an officer take it away and prove the rest.
#[tokio::test]
async fn a_set_that_promises_less_is_not_the_same_although_its_policies_are() {
    for place in Place::each().await {
        let file = Path::new(&place.scratch.path("same")).join("invariants/everywhere.cedar");
        let text = fs::read_to_string(&file).unwrap();
        let text = without(&text, "@id(\"anonymous-gets-nothing\")", ");");
        fs::write(&file, text).unwrap();

        let told = place.json(&["diff", "same"]);
        assert_eq!(told["version_before"], told["version_after"]);
        assert_eq!(told["changes"], serde_json::json!([]));
        assert_eq!(told["promises"].as_array().unwrap().len(), 1, "{told}");
        assert_eq!(told["promises"][0]["turn"], "gone");
        let first =
            "The promise “Who is not signed in gets nothing.” is gone: nothing proves it any more.";
        assert_eq!(told["english"][0], first);
        assert!(told["chinese"][0].as_str().unwrap().contains("已被刪除"));
        let ended = place.policy(&["diff", "same", "--exit-code"]);
        assert_eq!(ended.status.code(), Some(1), "something changes");

        let report = place.json(&["check", "same"]);
        let steps = report["steps"].as_array().unwrap();
        let step = steps.iter().find(|step| step["name"] == "difference");
        assert_eq!(step.unwrap()["notes"][0]["en"], first, "{report}");
        place.database.close().await;
    }
}
