//! Broken sets: each is refused at its step, with a file, a line and words for an officer.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use super::{change, copy, json, policy, stdout};
use crate::scratch::Scratch;

/// What is broken, how, the step that says so, the file, and a part of the reason.
type Case = (
    &'static str,
    fn(&Path),
    &'static str,
    &'static str,
    &'static str,
);

const CASES: [Case; 18] = [
    (
        "an empty set",
        |set| {
            for entry in fs::read_dir(set).unwrap() {
                let path = entry.unwrap().path();
                if path.extension().is_some_and(|e| e == "cedar") {
                    fs::remove_file(path).unwrap();
                }
            }
        },
        "parse",
        "schema.cedarschema",
        "no policy at all",
    ),
    (
        "a folder without a schema",
        |set| fs::remove_file(set.join("schema.cedarschema")).unwrap(),
        "read",
        "schema.cedarschema",
        "cannot be read",
    ),
    (
        "a syntax error",
        |set| change(set, "jobs.cedar", "permit (", "permit principal ("),
        "parse",
        "jobs.cedar:6",
        "unexpected token",
    ),
    (
        "a syntax error in the schema",
        |set| {
            change(
                set,
                "schema.cedarschema",
                "entity Job = {",
                "entity Job = [",
            )
        },
        "parse",
        "schema.cedarschema",
        "unexpected token",
    ),
    (
        "brackets in brackets, a hundred thousand deep",
        |set| {
            let deep = format!("{}true{}", "(".repeat(100_000), ")".repeat(100_000));
            let policy = format!("permit (principal, action, resource)\nwhen {{ {deep} }};\n");
            fs::write(set.join("deep.cedar"), policy).unwrap();
        },
        "parse",
        "deep.cedar:2",
        "nested too deep",
    ),
    (
        "an unknown action",
        |set| change(set, "people.cedar", "Action::\"home\"", "Action::\"hoem\""),
        "validate",
        "people.cedar:",
        "hoem",
    ),
    (
        "an id twice",
        |set| {
            change(
                set,
                "jobs.cedar",
                "import-keeps-shifts",
                "import-keeps-organisations",
            )
        },
        "names",
        "jobs.cedar:",
        "`import-keeps-organisations` is also in",
    ),
    (
        "a missing Chinese sentence",
        |set| {
            change(
                set,
                "jobs.cedar",
                "@zh(\"匯入程序可查閱標籤及公眾假期，以便更新。\")\n",
                "",
            )
        },
        "names",
        "jobs.cedar:",
        "no `@zh",
    ),
    (
        "a policy that errors",
        |set| {
            change(
                set,
                "volunteers.cedar",
                "principal.coordinates.contains(resource.organisation)",
                "principal.coordinates.contains(resource.department)",
            );
        },
        "validate",
        "volunteers.cedar:",
        "department",
    ),
    (
        "a rule on rows that no database answers",
        |set| {
            change(
                set,
                "volunteers.cedar",
                "resource.rosteredIn.containsAny(principal.leads)",
                "resource.rosteredIn.containsAll(principal.leads)",
            );
        },
        "lists",
        "volunteers.cedar:",
        "the database cannot answer it",
    ),
    (
        "a policy file of a hundred megabytes",
        |set| {
            let file = fs::File::create(set.join("large.cedar")).unwrap();
            file.set_len(100 * 1024 * 1024).unwrap();
        },
        "read",
        "large.cedar",
        "larger than",
    ),
    (
        "thousands of files",
        |set| {
            for number in 0..2_001 {
                fs::write(set.join(format!("{number}.cedar")), "").unwrap();
            }
        },
        "read",
        "set",
        "more than 2000",
    ),
    (
        "a link out of the folder",
        |set| {
            let outside = set.parent().unwrap().join("outside.cedar");
            fs::write(&outside, "permit (principal, action, resource);").unwrap();
            symlink(outside, set.join("linked.cedar")).unwrap();
        },
        "read",
        "linked.cedar",
        "leads out of the folder",
    ),
    (
        "a folder of scenarios that is a link out of the folder",
        |set| {
            let outside = set.parent().unwrap().join("outside");
            fs::rename(set.join("scenarios"), &outside).unwrap();
            symlink(outside, set.join("scenarios")).unwrap();
        },
        "read",
        "scenarios",
        "leads out of the folder",
    ),
    (
        "a file that is not UTF-8",
        |set| fs::write(set.join("latin.cedar"), b"// one\n// caf\xe9\n").unwrap(),
        "read",
        "latin.cedar:2",
        "not text in UTF-8",
    ),
    (
        "a pipe",
        |set| {
            let made = Command::new("mkfifo").arg(set.join("pipe.cedar")).status();
            assert!(made.unwrap().success());
        },
        "read",
        "pipe.cedar",
        "not an ordinary file",
    ),
    (
        "a device",
        |set| symlink("/dev/zero", set.join("zero.cedar")).unwrap(),
        "read",
        "zero.cedar",
        "leads out of the folder",
    ),
    (
        "a scenario that does not come out as it says",
        |set| {
            change(
                set,
                "volunteers.cedar",
                "Action::\"contactMasked\",\n     Action::\"emergencyMasked\"],\n  resource is Volunteer\n)\nwhen { resource.rosteredIn",
                "Action::\"emergencyMasked\"],\n  resource is Volunteer\n)\nwhen { resource.rosteredIn",
            )
        },
        "scenarios",
        "volunteers.toml:",
        "`phone` should be masked, but is hidden; no policy permits it",
    ),
];

#[test]
fn a_broken_set_is_refused_at_its_step_with_words_for_an_officer() {
    let mut wrong = Vec::new();
    for (what, breaks, step, place, reason) in CASES {
        let scratch = Scratch::new();
        breaks(&copy(&scratch));
        let output = policy(&scratch, &["check", "set", "--format", "json"]);
        let report = json(&output);
        let failed: Vec<&str> = report["steps"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|step| step["state"] == "failed")
            .map(|step| step["name"].as_str().unwrap())
            .collect();
        let faults = report["steps"].as_array().unwrap().iter();
        let faults: Vec<_> = faults
            .flat_map(|step| step["faults"].as_array().unwrap())
            .collect();
        let told = faults.iter().any(|fault| {
            let file = fault["file"].as_str().unwrap();
            let at = format!("{file}:{}", fault["line"]);
            let (en, zh) = (fault["en"].as_str().unwrap(), fault["zh"].as_str().unwrap());
            let han = |c: char| ('\u{4e00}'..'\u{9fff}').contains(&c);
            (at.contains(place)) && en.contains(reason) && zh.contains(han)
        });
        let as_should =
            output.status.code() == Some(1) && failed == [step] && told && report["ready"] == false;
        if !as_should {
            wrong.push(format!("{what}: {failed:?} {faults:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_fault_of_a_step_is_told_and_not_only_the_first() {
    let scratch = Scratch::new();
    let set = copy(&scratch);
    change(&set, "people.cedar", "Action::\"home\"", "Action::\"hoem\"");
    change(
        &set,
        "people.cedar",
        "Action::\"birth\"",
        "Action::\"brith\"",
    );
    change(
        &set,
        "volunteers.cedar",
        "Action::\"skills\"",
        "Action::\"skils\"",
    );
    let output = policy(&scratch, &["check", "set", "--format", "json"]);
    let report = json(&output);
    let step = report["steps"].as_array().unwrap().iter();
    let step = step.clone().find(|s| s["name"] == "validate").unwrap();
    let text = step["faults"].to_string();
    for word in ["hoem", "brith", "skils"] {
        assert!(text.contains(word), "{word}: {text}");
    }
    // the same for a person, each with its line
    let told = stdout(&policy(&scratch, &["check", "set"]));
    for word in ["hoem", "brith", "skils"] {
        assert!(told.contains(word), "{word}: {told}");
    }
    assert!(told.contains("set/people.cedar:"), "{told}");
}

#[test]
fn the_shipped_set_is_ready_and_its_steps_are_told_with_their_times() {
    let scratch = Scratch::new();
    copy(&scratch);
    // The built-in set is certified; of the copied files nobody has proved anything.
    for (arguments, proofs) in [
        (&["check", "--format", "json"][..], "certified"),
        (&["check", "set", "--format", "json"], "not_proved"),
    ] {
        let output = policy(&scratch, arguments);
        let report = json(&output);
        assert_eq!(output.status.code(), Some(0), "{report}");
        assert_eq!(report["ready"], true);
        let steps = report["steps"].as_array().unwrap().iter();
        let states: Vec<_> = steps
            .clone()
            .map(|s| (s["name"].as_str().unwrap(), s["state"].as_str().unwrap()))
            .collect();
        assert_eq!(
            states,
            [
                ("read", "passed"),
                ("parse", "passed"),
                ("names", "passed"),
                ("validate", "passed"),
                ("lists", "passed"),
                ("scenarios", "passed"),
                ("proofs", proofs),
                // there is no database to look at
                ("difference", "skipped"),
                ("ready", "passed"),
            ]
        );
        assert!(steps.clone().all(|s| s["milliseconds"].is_number()));
    }
}

#[test]
fn the_command_line_itself_is_told_apart_from_the_policies() {
    let scratch = Scratch::new();
    for arguments in [
        &["check", "--what"][..],
        &["mend"],
        &["test", "--least", "95"],
        &["fmt"],
        &["explain"],
        &["matrix", "--format", "pdf"],
    ] {
        let output = policy(&scratch, arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
    let output = policy(&scratch, &["check", "nowhere"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).contains("cannot be read"));
}

#[test]
fn there_is_no_colour_where_nobody_sees_it() {
    let scratch = Scratch::new();
    let set = copy(&scratch);
    change(&set, "people.cedar", "Action::\"home\"", "Action::\"hoem\"");
    for arguments in [
        &["check", "set"][..],
        &["test", "set"],
        &["matrix", "--type", "Tag"],
    ] {
        let output = policy(&scratch, arguments);
        assert!(!stdout(&output).contains('\u{1b}'), "{arguments:?}");
    }
}
