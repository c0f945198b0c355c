//! Which sets of policies are used, which are refused, and with what words.

mod cells;

use kaifong::policy::{Document, Policies};

/// The shipped schema.
fn schema() -> Document {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/policies/schema.cedarschema");
    document(
        "schema.cedarschema",
        &std::fs::read_to_string(file).unwrap(),
    )
}

fn document(name: &str, text: &str) -> Document {
    Document {
        name: name.to_owned(),
        text: text.to_owned(),
    }
}

/// A policy that begins with its `@id`, on what a coordinator sees of a type.
fn coordinator(id: &str, actions: &[&str], of: &str, also: &str) -> String {
    let actions: Vec<String> = actions.iter().map(|a| format!("Action::\"{a}\"")).collect();
    format!(
        "@id(\"{id}\")\n@en(\"A sentence.\")\n@zh(\"一句。\")\npermit (\n  principal is User,\n  \
         action in [{}],\n  resource is {of}\n) when {{\n  \
         principal.coordinates.contains(resource.organisation){also}\n}};\n",
        actions.join(", ")
    )
}

fn sound() -> Document {
    let text = coordinator(
        "coordinator-sees-that-they-are-there",
        &["presence"],
        "Volunteer",
        "",
    );
    document("a.cedar", &format!("// What is sound.\n\n{text}"))
}

/// What is said of a set in which `a.cedar` is sound and `b.cedar` is this.
fn said_of(text: &str) -> String {
    match Policies::load(&schema(), &[sound(), document("b.cedar", text)]) {
        Ok(_) => "accepted".to_owned(),
        Err(error) => error.to_string(),
    }
}

/// Refused sets: what `b.cedar` reads, its line at fault, and a part of the reason.
#[test]
fn an_invalid_set_is_refused_with_file_line_and_reason() {
    let good = coordinator("one", &["identity"], "Volunteer", "");
    let row = |also: &str| coordinator("rows", &["Volunteer.list"], "Volunteer", also);
    let cases: Vec<(&str, String, usize, &str)> = vec![
        (
            "a syntax error",
            format!(
                "// Names.\n\n{good}\n{}",
                good.replace("permit (", "permit principal (")
            ),
            17,
            "unexpected token `principal`",
        ),
        (
            "an attribute that rows do not have",
            format!(
                "{good}\n{}",
                coordinator("two", &["phone"], "Volunteer", " &&\n  resource.secret")
            ),
            21,
            "attribute `secret`",
        ),
        (
            "an optional attribute without `has`",
            coordinator(
                "two",
                &["phone"],
                "Volunteer",
                " &&\n  resource.department == resource.department",
            ),
            10,
            "department",
        ),
        (
            "an action that does not exist",
            format!("\n\n{}", coordinator("two", &["fone"], "Volunteer", "")),
            8,
            "fone",
        ),
        (
            "types that cannot be compared",
            coordinator(
                "two",
                &["phone"],
                "Volunteer",
                " &&\n  resource.status == 7",
            ),
            10,
            "not compatible",
        ),
        (
            "no id",
            good.replace("@id(\"one\")\n", ""),
            1,
            "a policy has no `@id(\"…\")`",
        ),
        (
            "no English sentence",
            format!(
                "{good}\n{}",
                good.replace("one", "two")
                    .replace("@en(\"A sentence.\")", "@en(\" \")")
            ),
            12,
            "a policy has no `@en(\"…\")`",
        ),
        (
            "no Chinese sentence",
            format!("// …\n{}", good.replace("@zh(\"一句。\")\n", "")),
            2,
            "a policy has no `@zh(\"…\")`",
        ),
        (
            "an id of another file",
            format!(
                "{good}\n{}",
                good.replace("one", "coordinator-sees-that-they-are-there")
            ),
            12,
            "`coordinator-sees-that-they-are-there` is also in a.cedar",
        ),
        (
            "an id twice in one file, and the whole policy with it",
            format!("{good}\n{good}"),
            12,
            "`one` is also in b.cedar",
        ),
        (
            "a template",
            format!(
                "{good}\n{}",
                good.replace("one", "two")
                    .replace("principal is User,", "principal == ?principal,")
            ),
            12,
            "templates are not used here",
        ),
        (
            "a rule on rows that asks for a pattern",
            format!("{good}\n{}", row(" && resource.status like \"ACT*\"")),
            12,
            "`rows` decides which rows of Volunteer are there, but the database cannot answer it",
        ),
        (
            "a rule on rows that asks for all of a set",
            row(" && resource.rosteredIn.containsAll(principal.leads)"),
            1,
            "the database cannot answer it",
        ),
        (
            "a rule on rows that compares two attributes of the row",
            row(" && resource.rosteredShifts.isEmpty()"),
            1,
            "the database cannot answer it",
        ),
    ];
    assert_eq!(said_of(&good), "accepted");
    let mut wrong = Vec::new();
    for (what, text, line, reason) in cases {
        let said = said_of(&text);
        let placed = said.starts_with(&format!("b.cedar:{line}: "));
        if !placed || !said.contains(reason) || said.contains('\n') {
            wrong.push(format!("{what}: {said}"));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn an_invalid_schema_is_refused_with_its_line() {
    let mut broken = schema();
    broken.text = broken.text.replacen("role: String", "role String", 1);
    let line = broken
        .text
        .lines()
        .position(|line| line.contains("role String"))
        .unwrap()
        + 1;
    let said = Policies::load(&broken, &[sound()])
        .err()
        .unwrap()
        .to_string();
    assert!(
        said.starts_with(&format!("schema.cedarschema:{line}: ")),
        "{said}"
    );

    let mut unknown = schema();
    unknown.text = unknown
        .text
        .replacen("shifts: Set<Shift> };", "shifts: Set<Shyft> };", 1);
    let line = unknown
        .text
        .lines()
        .position(|line| line.contains("Shyft"))
        .unwrap()
        + 1;
    let said = Policies::load(&unknown, &[sound()])
        .err()
        .unwrap()
        .to_string();
    assert!(
        said.starts_with(&format!("schema.cedarschema:{line}: ")),
        "{said}"
    );
    assert!(said.contains("Shyft"), "{said}");
}

#[test]
fn a_set_that_fails_leaves_no_trace_in_the_version() {
    let load = |text: &str| Policies::load(&schema(), &[sound(), document("b.cedar", text)]);
    let one = coordinator("one", &["identity"], "Volunteer", "");
    let version = load(&one).unwrap().version().to_owned();
    assert!(load("permit (").is_err());
    assert_eq!(load(&one).unwrap().version(), version);
    assert_ne!(
        load(&one.replace("A sentence", "Another"))
            .unwrap()
            .version(),
        version
    );
}
