//! A lost password, and an invitation: by letters through a mail server, on both databases.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::TimeDelta;
use kaifong::entrance::{Caller, Refused};
use kaifong::mail::{Letter, Mailer, Security, Settings, Unsent};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};

use super::codes::enrolled;
use super::post_office::{Mood, PAGE, PostOffice, Taken};
use super::{ANN, Door, PASSWORD, Reply, account_of, refused, terms};
use crate::app::noon;

const NEW: &str = "a new and longer one";

async fn each(safe: bool) -> Vec<Door> {
    let mut all = Door::each().await;
    for door in &mut all {
        door.post = Some(PostOffice::open(safe).await);
    }
    all
}

impl Door {
    fn office(&self) -> &PostOffice {
        self.post.as_ref().unwrap()
    }

    async fn recover(&self, email: &str, later: TimeDelta) -> Reply {
        let body = json!({ "email": email });
        self.post_at(later, "192.0.2.1", "/auth/recover", None, body)
            .await
    }

    async fn set(&self, token: &str, password: &str, later: TimeDelta) -> Reply {
        let body = json!({ "token": token, "password": password });
        let path = "/auth/recover/password";
        self.post_at(later, "192.0.2.1", path, None, body).await
    }

    /// Sends what is to be sent by an instant.
    async fn deliver(&self, later: TimeDelta) {
        let entrance = self.entrance_of(&self.graph, terms());
        while entrance.send_letter(noon() + later).await.unwrap() {}
    }

    /// The letters that were taken, after what is to be sent by an instant was sent.
    async fn letters(&self, later: TimeDelta) -> Vec<Taken> {
        self.deliver(later).await;
        self.office().taken()
    }

    async fn rows(&self, query: &str) -> Vec<String> {
        let backend = self.database.db.get_database_backend();
        let rows = self
            .database
            .db
            .query_all_raw(Statement::from_string(backend, query));
        let rows = rows.await.unwrap();
        rows.iter()
            .map(|row| row.try_get_by_index::<String>(0).unwrap())
            .collect()
    }
}

fn now() -> TimeDelta {
    TimeDelta::zero()
}

fn quiet(reply: &Reply) {
    assert_eq!((reply.status.as_u16(), &reply.body), (204, &Value::Null));
}

#[tokio::test]
async fn whoever_lost_a_password_sets_another_by_a_letter() {
    for door in each(false).await {
        door.person("coordinator", ANN).await;
        let before = door.sign_in(ANN, PASSWORD).await;
        quiet(&door.recover(" Ann@Example.org", now()).await);
        let letters = door.letters(now()).await;
        assert_eq!(letters.len(), 1);
        let letter = &letters[0];
        assert_eq!(letter.to, ANN);
        assert!(
            letter.body.contains("重設") && letter.body.contains("Somebody asked"),
            "{}",
            letter.body
        );
        // Nobody's name, and no secret where servers on the way see it.
        let token = letter.token().unwrap();
        assert!(!letter.head.contains(&token));
        assert_eq!(token.len(), 43);
        // What is kept is of no use.
        let kept = door.rows("SELECT hash FROM sign_in_link").await;
        assert_eq!(kept.len(), 1);
        assert!(!kept[0].contains(&token));
        let address = door.rows("SELECT sealed FROM sign_in_link").await;
        assert!(address.len() == 1 && !address[0].contains(ANN));
        assert!(door.rows("SELECT sealed FROM letter").await.is_empty());
        // A password that cannot be chosen takes nothing.
        let short = door.set(&token, "short", now()).await;
        assert_eq!(short.refusal(), refused(400, "PASSWORD_TOO_SHORT"));
        quiet(&door.set(&token, NEW, now()).await);
        assert_eq!(
            door.sign_in(ANN, PASSWORD).await.refusal(),
            refused(401, "SIGN_IN_FAILED")
        );
        assert_eq!(door.sign_in(ANN, NEW).await.status, 200);
        // It is over with what was open.
        assert_eq!(door.volunteers(&before.access()).await, None);
        let body = json!({ "refreshToken": before.refresh() });
        let renewed = door.post("/auth/refresh", None, body).await;
        assert_eq!(renewed.refusal(), refused(401, "REFRESH_TOKEN_REFUSED"));
        let again = door.set(&token, NEW, now()).await;
        assert_eq!(again.refusal(), refused(401, "LINK_REFUSED"));
        let letters = door.letters(now()).await;
        assert_eq!(letters.len(), 2);
        assert!(letters[1].body.contains("was changed") && letters[1].token().is_none());
        assert_eq!(letters[1].to, ANN);
        door.close().await;
    }
}

#[tokio::test]
async fn nobody_learns_who_is_there() {
    for door in each(false).await {
        door.person("coordinator", ANN).await;
        let heard: Arc<Mutex<Vec<String>>> = Arc::default();
        let sink = Arc::clone(&heard);
        door.graph
            .store()
            .listen(move |text| sink.lock().unwrap().push(text.to_owned()));
        let mut done = Vec::new();
        for email in [ANN, "nobody@example.org"] {
            let reply = door.recover(email, now()).await;
            quiet(&reply);
            let mut headers = reply.headers.clone();
            headers.remove("x-request-id");
            let headers = format!("{headers:?}");
            let statements = std::mem::take(&mut *heard.lock().unwrap());
            // Now and then old counts are swept, by the hidden name alone.
            let statements: Vec<String> = statements
                .into_iter()
                .filter(|text| !text.starts_with("DELETE FROM sign_in_rate"))
                .collect();
            assert!(
                statements
                    .iter()
                    .any(|text| text.starts_with("INSERT INTO letter"))
            );
            assert!(
                statements.iter().all(|text| !text.contains("login")),
                "{statements:?}"
            );
            done.push((headers, statements));
        }
        assert_eq!(done[0], done[1]);
        // Whom nobody is has no letter.
        assert_eq!(door.letters(now()).await.len(), 1);
        assert_eq!(door.office().visits(), 1);
        assert!(door.rows("SELECT sealed FROM letter").await.is_empty());
        door.close().await;
    }
}

#[tokio::test]
async fn a_mail_server_that_is_away_loses_nothing_and_each_try_has_a_link_of_its_own() {
    for door in each(false).await {
        door.person("coordinator", ANN).await;
        door.office()
            .feels(&[Mood::ComeAgain, Mood::HangsUp, Mood::TakesAndHangsUp]);
        quiet(&door.recover(ANN, now()).await);
        let at = TimeDelta::seconds;
        assert!(door.letters(at(0)).await.is_empty());
        // Half a minute, then a minute, then two.
        assert!(door.letters(at(29)).await.is_empty());
        assert_eq!(door.office().visits(), 1);
        assert!(door.letters(at(31)).await.is_empty());
        assert_eq!(door.office().visits(), 2);
        // It was taken, but that was not heard: it comes once more, with another link.
        assert_eq!(door.letters(at(92)).await.len(), 1);
        let letters = door.letters(at(213)).await;
        assert_eq!(letters.len(), 2);
        assert!(door.letters(at(1_000)).await.len() == 2);
        let (first, second) = (letters[0].token().unwrap(), letters[1].token().unwrap());
        assert_eq!(
            door.set(&first, NEW, at(214)).await.refusal(),
            refused(401, "LINK_REFUSED")
        );
        quiet(&door.set(&second, NEW, at(215)).await);
        door.close().await;
    }
}

#[tokio::test]
async fn what_is_refused_for_good_or_too_old_is_given_up() {
    for door in each(false).await {
        door.person("coordinator", ANN).await;
        door.office().feels(&[Mood::Refuses]);
        quiet(&door.recover(ANN, now()).await);
        assert!(door.letters(now()).await.is_empty());
        assert!(door.rows("SELECT sealed FROM letter").await.is_empty());
        door.office().feels(&[Mood::ComeAgain; 20]);
        quiet(&door.recover(ANN, now()).await);
        for minute in 0..40 {
            door.deliver(TimeDelta::minutes(minute)).await;
        }
        assert!(door.office().taken().is_empty());
        assert!(door.rows("SELECT sealed FROM letter").await.is_empty());
        door.close().await;
    }
}

#[tokio::test]
async fn a_link_lasts_half_an_hour_and_a_newer_one_voids_it() {
    for door in each(false).await {
        door.person("coordinator", ANN).await;
        let minutes = TimeDelta::minutes;
        quiet(&door.recover(ANN, now()).await);
        quiet(&door.recover(ANN, minutes(1)).await);
        let letters = door.letters(minutes(1)).await;
        let tokens: Vec<String> = letters
            .iter()
            .map(|letter| letter.token().unwrap())
            .collect();
        assert_eq!(tokens.len(), 2);
        let old = door.set(&tokens[0], NEW, minutes(2)).await;
        assert_eq!(old.refusal(), refused(401, "LINK_REFUSED"));
        let late = door.set(&tokens[1], NEW, minutes(31)).await;
        assert_eq!(late.refusal(), refused(401, "LINK_REFUSED"));
        quiet(&door.set(&tokens[1], NEW, minutes(30)).await);
        for wrong in ["", "x", &tokens[1][1..]] {
            let reply = door.set(wrong, NEW, minutes(2)).await;
            assert_eq!(reply.refusal(), refused(401, "LINK_REFUSED"));
        }
        door.close().await;
    }
}

#[tokio::test]
async fn of_many_who_use_a_link_at_once_one_does() {
    for door in each(false).await {
        door.person("coordinator", ANN).await;
        quiet(&door.recover(ANN, now()).await);
        let token = door.letters(now()).await[0].token().unwrap();
        let passwords: Vec<String> = (0..4).map(|at| format!("{NEW} {at}")).collect();
        let tries = passwords
            .iter()
            .map(|password| door.set(&token, password, now()));
        let replies = futures_util::future::join_all(tries).await;
        let done = replies.iter().filter(|reply| reply.status == 204).count();
        assert_eq!(done, 1, "{replies:?}");
        door.close().await;
    }
}

#[tokio::test]
async fn whoever_asks_for_letters_to_another_locks_nobody_out() {
    for door in each(false).await {
        door.person("coordinator", ANN).await;
        for _ in 0..10 {
            quiet(&door.recover(ANN, now()).await);
        }
        assert_eq!(door.letters(now()).await.len(), 3);
        assert_eq!(door.sign_in(ANN, PASSWORD).await.status, 200);
        // A quarter of an hour later there is another.
        quiet(&door.recover(ANN, TimeDelta::minutes(16)).await);
        assert_eq!(door.letters(TimeDelta::minutes(16)).await.len(), 4);
        // One place asks for so many, whomever they are about.
        let mut last = door.recover("a@example.org", now()).await;
        for at in 0..120 {
            last = door.recover(&format!("a{at}@example.org"), now()).await;
        }
        assert_eq!(last.refusal(), refused(429, "TOO_MANY_REQUESTS"));
        door.close().await;
    }
}

#[tokio::test]
async fn a_letter_is_sent_by_one_server() {
    for door in each(false).await {
        door.person("coordinator", ANN).await;
        door.person("teacher", "bob@example.org").await;
        door.person("guardian", "dora@example.org").await;
        for email in [ANN, "bob@example.org", "dora@example.org"] {
            quiet(&door.recover(email, now()).await);
        }
        let servers = (0..4).map(|_| door.deliver(now()));
        futures_util::future::join_all(servers).await;
        let mut to: Vec<String> = door.office().taken().into_iter().map(|t| t.to).collect();
        to.sort();
        assert_eq!(to, [ANN, "bob@example.org", "dora@example.org"]);
        assert_eq!(door.office().visits(), 3);
        door.close().await;
    }
}

#[tokio::test]
async fn a_one_time_code_is_still_asked_for() {
    for door in each(false).await {
        door.person("administrator", ANN).await;
        let session = door.sign_in(ANN, PASSWORD).await;
        enrolled(&door, &session.access()).await;
        quiet(&door.recover(ANN, now()).await);
        let token = door.letters(now()).await[0].token().unwrap();
        quiet(&door.set(&token, NEW, now()).await);
        assert_eq!(
            door.sign_in(ANN, NEW).await.refusal(),
            refused(401, "CODE_NEEDED")
        );
        door.close().await;
    }
}

#[tokio::test]
async fn letters_go_under_tls_to_a_server_that_is_who_it_says() {
    for door in each(true).await {
        door.person("coordinator", ANN).await;
        quiet(&door.recover(ANN, now()).await);
        let letters = door.letters(now()).await;
        assert!(letters.len() == 1 && letters[0].safe);
        door.close().await;
    }
    // One that offers no TLS is told nothing, and neither is one whose certificate nobody knows.
    let letter = Letter::changed(false);
    let (open, unknown) = (PostOffice::open(false).await, PostOffice::open(true).await);
    for (office, server) in [(&open, "127.0.0.1"), (&unknown, "localhost")] {
        let mailer = Mailer::new(Settings {
            server: server.to_owned(),
            port: office.port(),
            security: Security::StartTls,
            roots: None,
            credentials: None,
            from: "kaifong@example.org".to_owned(),
            page: PAGE.to_owned(),
            place: None,
            patience: Duration::from_secs(5),
        });
        assert_eq!(mailer.unwrap().send(ANN, &letter).await, Err(Unsent::Later));
        assert!(office.taken().is_empty() && office.visits() == 0);
    }
}

#[tokio::test]
async fn without_a_mail_server_recovery_answers_the_same_and_does_nothing() {
    for door in Door::each().await {
        door.person("coordinator", ANN).await;
        quiet(&door.recover(ANN, now()).await);
        assert!(door.rows("SELECT sealed FROM letter").await.is_empty());
        let none = door.recover("no address", now()).await;
        assert_eq!(none.refusal(), refused(400, "EMAIL_INVALID"));
        door.close().await;
    }
}

#[tokio::test]
async fn whoever_is_invited_sets_the_first_password() {
    for door in each(false).await {
        door.person("coordinator", ANN).await;
        let (teacher, bob) = (account_of("teacher"), "bob@example.org");
        let caller = Caller {
            address: None,
            now: noon(),
        };
        let entrance = door.entrance_of(&door.graph, terms());
        let until = noon() + TimeDelta::hours(72);
        let first = entrance.invite(teacher, bob, until, caller).await.unwrap();
        crate::secrets::used(first.show());
        // The address of somebody else invites nobody.
        let taken = entrance.invite(teacher, ANN, until, caller).await;
        assert!(matches!(taken, Err(Refused::Unknown)));
        entrance
            .invite_by_letter(teacher, bob, until, caller)
            .await
            .unwrap();
        let letters = door.letters(now()).await;
        assert!(letters.len() == 1 && letters[0].to == bob);
        let second = letters[0].token().unwrap();
        let old = door.set(first.show(), NEW, now()).await;
        assert_eq!(old.refusal(), refused(401, "LINK_REFUSED"));
        let late = door.set(&second, NEW, TimeDelta::hours(73)).await;
        assert_eq!(late.refusal(), refused(401, "LINK_REFUSED"));
        quiet(&door.set(&second, NEW, TimeDelta::hours(71)).await);
        assert_eq!(door.sign_in(bob, NEW).await.status, 200);
        door.close().await;
    }
}
