//! What is logged equals what was in the answer.

use std::collections::BTreeSet;

use kaifong::audit::{is_personal, subjects};
use kaifong::catalogue::{Kind, TYPES};

use super::logged::{Told, Truth, about_persons, entries, last, views};
use super::random::{Dice, query};
use crate::app::{App, ROLES};

#[test]
fn whatever_is_about_persons_is_known_from_the_catalogue() {
    for of in TYPES {
        assert_eq!(is_personal(of), about_persons(of.name), "{}", of.name);
        assert!(
            of.fields.len() < 64,
            "{} has more fields than there are bits",
            of.name
        );
        let masked = of
            .fields
            .iter()
            .any(|field| field.kind().is_some_and(Kind::maskable));
        assert!(
            !masked || is_personal(of),
            "{} has a field that is masked",
            of.name
        );
        for attribute in of.attributes {
            let names_person = ["volunteer", "student", "guardian", "account", "recipient"];
            if names_person.contains(&attribute.name) && !of.person {
                assert!(
                    subjects(of).next().is_some(),
                    "{}.{}",
                    of.name,
                    attribute.name
                );
            }
        }
    }
}

#[tokio::test]
async fn what_is_logged_is_what_the_answer_shows_and_nothing_that_it_withholds() {
    for app in App::each().await {
        let truth = Truth::of(&app.database.db).await;
        let mut dice = Dice(20_261_122);
        let (mut answers, mut withheld, mut masked) = (0, 0, 0);
        for round in 0..16 {
            for role in ROLES {
                let query = query(&mut dice);
                let before = last(app.graph.store()).await;
                let answer = app.ask(role, &query).await;
                assert!(answer.get("errors").is_none(), "{role}: {query}: {answer}");
                let told = Told::of(&answer["data"], &truth);
                let logged = entries(app.graph.store(), before).await;
                let place = format!("{}: {role}, round {round}: {query}", app.database.name);
                if told.seen.is_empty() {
                    assert!(logged.is_empty(), "{place}");
                    continue;
                }
                let [(_, entry)] = logged.as_slice() else {
                    panic!("{place}: {} entries", logged.len());
                };
                let views = views(&app, entry).await;
                let records =
                    |views: &super::logged::Views| views.keys().cloned().collect::<BTreeSet<_>>();
                assert_eq!(records(&views), records(&told.seen), "{place}");
                for (record, (full, masked)) in &told.seen {
                    let (logged_full, logged_masked) = &views[record];
                    assert!(
                        full.is_subset(logged_full),
                        "{place}: {record:?}: {full:?} {logged_full:?}"
                    );
                    assert!(
                        masked.is_subset(logged_masked),
                        "{place}: {record:?}: {masked:?} {logged_masked:?}"
                    );
                }
                for (of, id, field) in &told.withheld {
                    let (full, masked) = &views[&(of.clone(), *id)];
                    assert!(
                        !full.contains(field) && !masked.contains(field),
                        "{place}: {of}.{field}"
                    );
                }
                answers += 1;
                withheld += told.withheld.len();
                masked += told
                    .seen
                    .values()
                    .filter(|(_, masked)| !masked.is_empty())
                    .count();
            }
        }
        // It would prove little if nothing had been there to be told apart.
        assert!(
            answers > 40 && withheld > 100 && masked > 20,
            "{answers} {withheld} {masked}"
        );
        app.database.close().await;
    }
}

#[tokio::test]
async fn an_entry_says_who_asked_under_which_token_for_what_and_by_which_policies() {
    for app in App::each().await {
        let before = last(app.graph.store()).await;
        let query = "{ volunteers(first: 2) { nodes { id nameZh } } }";
        for role in ["coordinator", "partner"] {
            let mut claims = app.claims(role).unwrap();
            claims.purpose = Some("the winter camp".into());
            let request = async_graphql::Request::new(query);
            let response = app.graph.execute(request, Some(&claims), app.now).await;
            assert!(response.errors.is_empty(), "{:?}", response.errors);
            let (_, entry) = entries(app.graph.store(), before).await.pop().unwrap();
            assert_eq!(entry.token.as_deref(), Some(claims.jti.as_str()));
            assert_eq!(entry.purpose.as_deref(), Some("the winter camp"));
            assert_eq!(entry.policy, app.graph.policies().version());
            assert_eq!(entry.at, app.now.timestamp_micros());
            let shares: Vec<String> = entry.shares.iter().map(ToString::to_string).collect();
            assert_eq!(shares, claims.shares);
            assert_eq!(entry.who.organisations.len(), 1);
            let keys = super::logged::keys(&app.database.db).await;
            match role {
                "partner" => {
                    assert_eq!(entry.who.kind, "Partner");
                    // The token, which may be renewed under other ids.
                    assert_eq!(entry.who.id.as_deref(), Some(claims.sub.as_str()));
                    assert!(entry.who.person.is_none() && entry.who.roles.is_empty());
                }
                _ => {
                    assert_eq!(entry.who.kind, "User");
                    assert_eq!(entry.who.roles, ["COORDINATOR"]);
                    let person = keys[&entry.who.person.unwrap()];
                    assert_eq!(person.to_string(), claims.sub);
                    assert!(entry.who.id.is_none());
                }
            }
        }
        // Nobody in particular sees nothing, and what shows no person is not logged.
        let before = last(app.graph.store()).await;
        app.ask("anonymous", query).await;
        app.ask("coordinator", "{ shifts(first: 5) { nodes { id title } } }")
            .await;
        assert_eq!(last(app.graph.store()).await, before);
        app.database.close().await;
    }
}
