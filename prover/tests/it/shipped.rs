//! The shipped set keeps its promises, and its certificate is of it.

use kaifong_prover::{CERTIFICATE, Certificate, Outcome, Promises, Set};

use crate::rig::{Files, folder, solver, unproved};

#[test]
fn the_shipped_set_keeps_its_promises() {
    let Some(solver) = solver() else { return };
    let report = Files::shipped().proved(&solver);
    assert_eq!(unproved(&report), [], "{report}");
    let waiting: Vec<_> = report
        .promises
        .iter()
        .filter(|p| matches!(p.outcome, Outcome::Waiting { .. }))
        .map(|p| p.id.as_str())
        .collect();
    assert!(waiting.is_empty(), "{waiting:?}");
    let certificate = Certificate::of(&report).unwrap();
    let there = Certificate::read(&folder().join(CERTIFICATE)).unwrap();
    assert!(
        there.says_as(&certificate),
        "it is not of this set: {there:?}"
    );
}

/// Without a solver too: the certificate that ships is of the files that ship.
#[test]
fn the_certificate_is_of_the_shipped_files() {
    let set = Set::read(&folder()).unwrap();
    let promises = Promises::read(&folder(), &set).unwrap();
    let certificate = Certificate::read(&folder().join(CERTIFICATE)).unwrap();
    assert_eq!(
        certificate.set,
        set.hash(),
        "`kaifong-prover prove policies` renews it"
    );
    assert_eq!(certificate.invariants, promises.hash());
    let names = certificate.proved.iter().chain(&certificate.waiting);
    let mut names: Vec<&str> = names.map(String::as_str).collect();
    let mut all: Vec<&str> = promises.all().iter().map(|p| p.id.as_str()).collect();
    names.sort_unstable();
    all.sort_unstable();
    assert_eq!(names, all);
}

/// The server is built without the prover, and the prover without the server.
#[test]
fn the_prover_and_the_server_do_without_each_other() {
    let names = |manifest: &str| {
        let text = std::fs::read_to_string(folder().join("..").join(manifest)).unwrap();
        let listed = text
            .lines()
            .skip_while(|line| *line != "[dependencies]")
            .skip(1);
        let of = listed.take_while(|line| !line.starts_with('['));
        let names = of.filter_map(|line| line.split(['.', ' ']).next());
        names
            .filter(|name| !name.is_empty() && *name != "#")
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let (server, prover) = (names("Cargo.toml"), names("prover/Cargo.toml"));
    assert!(server.contains(&"cedar-policy".to_owned()), "{server:?}");
    assert!(
        prover.contains(&"cedar-policy-symcc".to_owned()),
        "{prover:?}"
    );
    let rests = |names: &[String], on: &str| names.iter().any(|name| name.starts_with(on));
    assert!(
        !rests(&server, "kaifong") && !rests(&server, "cedar-policy-symcc"),
        "{server:?}"
    );
    assert!(
        !rests(&prover, "kaifong") && !rests(&prover, "entity"),
        "{prover:?}"
    );
}
