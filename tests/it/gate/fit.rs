//! A schema that this program cannot serve is refused with words, before anybody is.

use serde_json::Value;

use super::{change, copy, json, policy};
use crate::scratch::Scratch;

/// What the step `validate` says of the shipped set after one change of the schema.
fn validated(from: &str, to: &str) -> Value {
    let scratch = Scratch::new();
    let set = copy(&scratch);
    change(&set, "schema.cedarschema", from, to);
    let report = json(&policy(&scratch, &["check", "set", "--format", "json"]));
    let steps = report["steps"].as_array().unwrap();
    let step = steps.iter().find(|step| step["name"] == "validate");
    step.unwrap().clone()
}

#[test]
fn what_the_program_says_of_viewers_and_rows_must_be_in_the_schema() {
    let cases = [
        // a set of an older program, which did not know of this
        (
            "  leadsToday: Set<Shift>, // today's shifts of those projects\n",
            "",
            "the schema lacks `User.leadsToday`",
            "add `leadsToday: Set<Shift>` to `entity User`",
        ),
        (
            "  leads: Set<Project>,",
            "  leads: Set<Shift>,",
            "`User.leads` is `Set<Shift>` in the schema",
            "write `leads: Set<Project>`",
        ),
        (
            "  leads: Set<Project>,",
            "  leads: Set<Project>,\n  shoeSize: String,",
            "the schema asks for `User.shoeSize`",
            "strike it out",
        ),
        (
            "entity Job = {\n  role: String,\n",
            "entity Job = {\n",
            "the schema lacks `Job.role`",
            "add `role: String` to `entity Job`",
        ),
        (
            "entity Partnership = { share: Partnership, lead: Organisation, partner: Organisation, state: String };",
            "entity Partnership = { share: Partnership, lead: Organisation, partner: Organisation };",
            "the schema lacks `Partnership.state`",
            "add `state: String`",
        ),
    ];
    for (from, to, what, how) in cases {
        let step = validated(from, to);
        assert_eq!(step["state"], "failed", "{from}: {step}");
        let faults = step["faults"].as_array().unwrap();
        let fits = |fault: &&Value| fault["en"].as_str().unwrap().starts_with(what);
        let fault = faults.iter().find(fits);
        let fault = fault.unwrap_or_else(|| panic!("{what}: {step}"));
        assert!(fault["en"].as_str().unwrap().contains(how), "{fault}");
        assert!(!fault["zh"].as_str().unwrap().is_ascii(), "{fault}");
        let file = fault["file"].as_str().unwrap();
        assert!(file.ends_with("schema.cedarschema"), "{fault}");
        assert!(
            fault["line"].as_u64().unwrap() > 1,
            "at the entity: {fault}"
        );
    }
}

#[test]
fn a_schema_may_say_more_of_a_viewer_as_long_as_it_asks_for_nothing() {
    let step = validated(
        "  leads: Set<Project>,",
        "  leads: Set<Project>,\n  shoeSize?: String,",
    );
    assert_eq!(step["state"], "passed", "{step}");
    assert_eq!(step["notes"], Value::Array(Vec::new()), "{step}");
}

#[test]
fn a_field_that_the_schema_does_not_know_is_told_and_stops_nothing() {
    let step = validated("\"Tag.nameFr\",", "");
    assert_eq!(step["state"], "passed", "{step}");
    let note = &step["notes"][0];
    let told = note["en"].as_str().unwrap();
    assert!(told.contains("`Tag.nameFr`"), "{step}");
    assert!(note["zh"].as_str().unwrap().contains("`Tag.nameFr`"));
    assert_eq!(step["notes"].as_array().unwrap().len(), 1);
}
