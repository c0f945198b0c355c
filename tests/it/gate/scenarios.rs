//! Scenarios: those that ship, what they notice, and what is said of bad ones.

use std::path::Path;
use std::sync::Arc;

use kaifong::policy::gate::Set;
use kaifong::policy::{Document, Policies, scenario};

use super::shipped;

fn policies() -> Arc<Policies> {
    Policies::shipped().unwrap()
}

fn file(text: &str) -> [Document; 1] {
    [Document {
        name: "a.toml".to_owned(),
        text: text.to_owned(),
    }]
}

/// A small world, to which scenarios are added.
const WORLD: &str = r#"
[Organisation]
Harbour = {}
Island = {}

[Project]
Canteen = { organisation = "Harbour" }

[Shift]
Morning = { project = "Canteen" }

[Volunteer]
Vera = { organisation = "Harbour", person = "Vera", rosteredShifts = ["Morning"] }
Ivan = { organisation = "Island" }

[people]
Cora = "coordinator of Harbour"
Vera = "volunteer of Harbour"

[[scenario]]
en = "One."
zh = "一。"
"#;

fn faults(text: &str) -> Vec<String> {
    let tested = scenario::test(&policies(), &file(text));
    let told = tested.faults.iter();
    told.map(|f| format!("{}:{}: {}", f.file, f.line, f.en))
        .collect()
}

#[test]
fn the_shipped_scenarios_come_out_as_they_say_and_exercise_every_policy() {
    let set = Set::read(&shipped()).unwrap_or_else(|faults| panic!("{faults:?}"));
    let tested = scenario::test(&policies(), &set.scenarios);
    assert!(tested.faults.is_empty(), "{:?}", tested.faults);
    assert_eq!(tested.unexercised, Vec::<String>::new());
    assert!(tested.scenarios >= 60, "{}", tested.scenarios);
    // the embedded ones are those of the folder
    assert_eq!(Set::shipped().scenarios.len(), set.scenarios.len());
}

#[test]
fn as_many_of_the_shipped_scenarios_say_no_as_say_yes() {
    let (mut yes, mut no) = (0, 0);
    for document in Set::shipped().scenarios {
        let table: toml::Table = document.text.parse().unwrap();
        for one in table["scenario"].as_array().unwrap() {
            let says = |word: &str| one.get(word).is_some();
            if ["full", "masked", "allowed"].into_iter().any(says) {
                yes += 1;
            } else {
                no += 1;
            }
        }
    }
    assert!(no >= yes, "{no} say no, {yes} yes");
}

#[test]
fn the_scenarios_notice_at_least_nine_of_ten_changes_of_the_policies() {
    let set = Set::shipped();
    let report = scenario::mutants(&policies(), &set.scenarios);
    let report = report.unwrap_or_else(|faults| panic!("{faults:?}"));
    assert!(
        report.percent >= 90.0,
        "{} %: {:#?}",
        report.percent,
        report.survivors
    );
    // three for each policy at least, but for those without a condition
    assert!(report.caught > 3 * policies().count(), "{}", report.caught);
}

#[test]
fn a_policy_that_loses_its_scenarios_is_told_of() {
    let mut set = Set::shipped();
    set.scenarios
        .retain(|document| !document.name.contains("sharing"));
    let tested = scenario::test(&policies(), &set.scenarios);
    assert!(
        tested
            .unexercised
            .contains(&"administrator-shares".to_owned())
    );
    let report = scenario::mutants(&policies(), &set.scenarios);
    let report = report.unwrap_or_else(|faults| panic!("{faults:?}"));
    let survives = |change: &str| {
        let mut survivors = report.survivors.iter();
        survivors.any(|m| m.policy == "administrator-shares" && m.en == change)
    };
    assert!(
        survives("dropped") && survives("negated"),
        "{:#?}",
        report.survivors
    );
}

#[test]
fn what_comes_out_otherwise_is_told_with_what_decided() {
    let wrong = "who = \"Cora\"\nrecord = \"Volunteer Vera\"\nfull = [\"healthRemark\"]\nhidden = [\"phone\"]\nmasked = [\"skills\"]\nallowed = [\"change\"]\n";
    let told = faults(&format!("{WORLD}{wrong}"));
    assert_eq!(told.len(), 4, "{told:#?}");
    let line = WORLD.lines().position(|l| l.starts_with("en = ")).unwrap() + 1;
    assert!(
        told.iter()
            .all(|t| t.starts_with(&format!("a.toml:{line}: “One.”")))
    );
    for part in [
        "`healthRemark` should be full, but is hidden; decided by `health-stays-with-the-person-and-the-guardian`",
        "`phone` should be hidden, but is full; decided by `coordinator-sees-volunteers`",
        "`skills` should be masked, but is full; decided by",
        "`change` should be allowed, but is refused; no policy permits it",
    ] {
        assert!(told.iter().any(|t| t.contains(part)), "{part}: {told:#?}");
    }
}

/// What a file says after the world, and what is said of it.
#[test]
fn a_scenario_that_cannot_be_understood_is_told_of_with_its_line() {
    let asks = "full = [\"phone\"]\n";
    let cases = [
        ("who = \"Cora\"\n".to_owned() + asks, "does not say `record`"),
        ("record = \"Volunteer Vera\"\n".to_owned() + asks, "does not say `who`"),
        ("who = \"Cleo\"\nrecord = \"Volunteer Vera\"\n".to_owned() + asks, "`Cleo` is neither in [people]"),
        ("who = \"Cora\"\nrecord = \"Volunteer Vega\"\n".to_owned() + asks, "`Volunteer Vega` is no record"),
        ("who = \"Cora\"\nrecord = \"Volunteer Vera\"\nfull = [\"fone\"]\n".to_owned(), "`fone` is nothing that can be full of a Volunteer"),
        ("who = \"Cora\"\nrecord = \"Volunteer Vera\"\n".to_owned(), "asks nothing"),
        ("who = \"Cora\"\nrecord = \"Volunteer Vera\"\nfull = 7\n".to_owned(), "a text in quotes"),
        ("who = \"Cora\"\nrecord = \"Volunteer Vera\"\nseen = [\"phone\"]\n".to_owned(), "a scenario has no `seen`"),
        ("who = \"Cora\"\nrecord = \"Volunteer Vera\"\nfull = [\"phone\"\n".to_owned(), "a.toml:"),
        ("who = \"Cora\"\nrecord = \"Volunteer Vera\"\nfull = [\"phone\"]\n[Volunteers]\n".to_owned(), "`Volunteers` is neither a type"),
        ("who = \"Cora\"\nrecord = \"Volunteer Vera\"\nfull = [\"phone\"]\n[Shift.Late]\nproject = \"Pantry\"\n".to_owned(), "there is no `Pantry` in [Project]"),
        ("who = \"Cora\"\nrecord = \"Volunteer Vera\"\nfull = [\"phone\"]\n[Student.Ming]\n".to_owned(), "`Ming` must say its `organisation`"),
        ("who = \"Cora\"\nrecord = \"Volunteer Vera\"\nfull = [\"phone\"]\n[Student.Ming]\nage = 7\n".to_owned(), "a Student has no `age`"),
        ("who = \"Cora\"\nrecord = \"Volunteer Vera\"\nfull = [\"phone\"]\n[partners.P]\nlead = \"Harbour\"\npartner = \"Island\"\nlevel = \"owner\"\n".to_owned(), "a level is"),
        ("who = \"Cora\"\nrecord = \"Volunteer Vera\"\nfull = [\"phone\"]\n[[scenario]]\nen = \"One.\"\nzh = \"一。\"\nwho = \"Cora\"\nrecord = \"Volunteer Ivan\"\nhidden = [\"phone\"]\n".to_owned(), "the sentence “One.” is also in a.toml"),
    ];
    let sound = format!("{WORLD}who = \"Cora\"\nrecord = \"Volunteer Vera\"\n{asks}");
    assert_eq!(faults(&sound), Vec::<String>::new());
    for (text, reason) in cases {
        let told = faults(&format!("{WORLD}{text}"));
        assert!(
            told.iter().any(|t| t.contains(reason)),
            "{reason}: {told:#?}"
        );
        assert!(told.iter().all(|t| t.starts_with("a.toml:")), "{told:#?}");
    }
    let role = sound.replace("coordinator of Harbour", "chief of Harbour");
    let told = faults(&role);
    assert!(
        told.iter()
            .any(|t| t.contains("`chief of Harbour` is no role")),
        "{told:#?}"
    );
}

/// The sets of a record come from the records that point to it, as the database finds them.
#[test]
fn a_roster_is_what_its_assignments_say() {
    for (status, seen) in [
        ("OFFERED", true),
        ("ACCEPTED", true),
        ("ATTENDED", true),
        ("DECLINED", false),
        ("CANCELLED", false),
    ] {
        let text = format!(
            r#"
[Organisation]
Harbour = {{}}
[Project]
Canteen = {{ organisation = "Harbour" }}
[Shift]
Morning = {{ project = "Canteen" }}
[Volunteer]
Vera = {{ organisation = "Harbour" }}
[Assignment]
it = {{ shift = "Morning", volunteer = "Vera", status = "{status}" }}
[people]
Leo = "team leader of Canteen"
[[scenario]]
en = "One."
zh = "一。"
who = "Leo"
record = "Volunteer Vera"
{} = ["identity"]
"#,
            if seen { "full" } else { "hidden" }
        );
        assert_eq!(faults(&text), Vec::<String>::new(), "{status}");
    }
}

#[test]
fn the_complaints_of_users_are_among_the_scenarios() {
    let text = std::fs::read_to_string(Path::new(&shipped()).join("scenarios/complaints.toml"));
    let text = text.unwrap();
    for sentence in [
        "The role of a guardian alone opens no child's record.",
        "A guardian does not see a classmate of the own child.",
        "A coordinator does not see volunteers who never dealt with the organisation.",
    ] {
        assert!(text.contains(sentence), "{sentence}");
    }
}
