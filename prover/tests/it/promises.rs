//! How promises are written, and what is no promise.

use kaifong_prover::{Document, Promises};

use crate::rig::{Files, solver, unproved};

/// What is wrong with promises.
fn refused(text: &str) -> String {
    let set = Files::shipped().set();
    let name = "promises.cedar".to_owned();
    let text = text.to_owned();
    match Promises::of(&[Document { name, text }], &set) {
        Ok(_) => panic!("it was taken"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn what_is_no_promise_is_refused_with_its_place_and_reason() {
    let said = r#"@id("x") @en("X.") @zh("甲。")"#;
    let cases = [
        ("", "invariants:1: there is no promise to prove"),
        (
            "\n\n@id(\"x\") @en(\"X.\")\nforbid (principal, action, resource);",
            "promises.cedar:3: a policy has no `@zh(\"…\")`",
        ),
        (
            &format!("{said}\npermit (principal, action, resource);"),
            "promises.cedar:1: the promise `x` is neither",
        ),
        (
            &format!("{said} @also(\"full\")\nforbid (principal, action, resource);"),
            "promises.cedar:1: the promise `x` is neither",
        ),
        (
            &format!("{said} @also(\"half\")\npermit (principal, action, resource);"),
            "promises.cedar:1: the promise `x` is neither",
        ),
        (
            &format!(
                "{said} @also(\"masked\")\npermit (principal is Job, action, resource) when \
                 {{ principal.role == \"import\" }};"
            ),
            "promises.cedar:1: the promise `x` can have a scope, but no condition",
        ),
        (
            &format!(
                "{said}\nforbid (principal, action, resource);\n\
                 {said}\nforbid (principal, action, resource);"
            ),
            "promises.cedar:3: there is another `x`",
        ),
        (
            &format!("{said}\nforbid (principal, action == Action::\"Volunteer.rank\", resource);"),
            "promises.cedar:2: for policy `x`, unrecognized action",
        ),
        (
            &format!(
                "{said}\nforbid (principal is Job, action, resource) when {{ principal.name == \"\" }};"
            ),
            "promises.cedar:2: for policy `x`, attribute `name`",
        ),
        (
            &format!("{said}\nforbid (principal, action resource);"),
            "promises.cedar:2: ",
        ),
    ];
    for (text, why) in cases {
        let said = refused(text);
        assert!(said.starts_with(why), "{text}\n{said}");
    }
}

#[test]
fn a_promise_that_nothing_can_break_is_none() {
    let Some(solver) = solver() else { return };
    let report = Files::shipped()
        .promising(
            "@id(\"x\") forbid (principal is Partner, action, resource is Shift) when \
             { principal.plansOf.isEmpty() && principal.plansOf.contains(resource.project) };",
        )
        .proved(&solver);
    assert_eq!(unproved(&report), [("x", "EMPTY")]);
    assert!(!report.holds());
}

/// Cedar skips a policy that fails: a promise that fails would hold for nothing.
#[test]
fn a_promise_that_fails_itself_is_not_proved() {
    let Some(solver) = solver() else { return };
    let report = Files::shipped()
        .promising(
            "@id(\"x\") forbid (principal is Anonymous, action, resource is Tag) when \
             { (if principal == principal then 9223372036854775807 else 0) + 1 > 0 };",
        )
        .proved(&solver);
    assert_eq!(unproved(&report), [("x", "UNDECIDED")], "{report}");
    assert!(
        report.to_string().contains("the promise itself fails"),
        "{report}"
    );
}

/// A pair of actions is asked about in one environment; each policy still sees its own action.
#[test]
fn a_policy_that_asks_which_action_it_is_is_asked_rightly_in_a_pair() {
    let Some(solver) = solver() else { return };
    let own = |actions: &str| {
        Files::shipped()
            .without("volunteer-keeps-own-record")
            .and(&format!(
                "permit (principal is User, action in [Action::\"health\", \
                 Action::\"editHealth\"], resource is Volunteer) when {{ \
                 principal.ownVolunteers.contains(resource.volunteer) && {actions} }};"
            ))
            .proved(&solver)
    };
    let report = own("action in Action::\"edit\"");
    assert_eq!(unproved(&report), [("who-edits-also-reads", "BROKEN")]);
    let report = own("(action in Action::\"edit\" || action in Action::\"sensitive\")");
    assert_eq!(unproved(&report), [], "{report}");
}

/// Cedar skips a policy that fails: a `forbid` that fails forbids nothing. It must not pass.
#[test]
fn a_policy_that_fails_is_named() {
    let Some(solver) = solver() else { return };
    let report = Files::shipped()
        .and(
            "forbid (principal is User, action in Action::\"reference\", resource is Tag) when \
             { (if principal.memberOf.isEmpty() then 9223372036854775807 else 0) + 1 > 0 };",
        )
        .proved(&solver);
    assert_eq!(unproved(&report), [("no-policy-fails", "BROKEN")]);
    assert!(
        report.to_string().contains("the policy `added` fails"),
        "{report}"
    );
}
