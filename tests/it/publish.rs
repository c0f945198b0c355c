//! Policies are published with the real program, and real servers take them up.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Instant;

use kaifong::demo::{self, DemoToken};
use kaifong::policy::Policies;
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, Statement};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::databases::{TestDatabase, fixture};
use crate::process::{Demo, kaifong, until};
use crate::scratch::Scratch;

/// A set that differs from the shipped one in nothing but one sentence that is refused to all.
const NARROWER: &str = r#"
@id("no-titles") @en("Nobody sees the titles of shifts.") @zh("看不到更次名稱。")
forbid (principal, action == Action::"Shift.title", resource);
"#;

/// A set under which nobody could publish any more.
const LOCKED: &str = r#"
@id("nobody-publishes") @en("Nobody publishes policies.") @zh("任何人都不可發布政策。")
forbid (principal, action in Action::"keepPolicies", resource);
"#;

/// A folder with the shipped policies, without scenarios, and one more file.
fn folder(scratch: &Scratch, name: &str, more: &str) -> PathBuf {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies");
    let folder = scratch.path(name);
    fs::create_dir_all(&folder).unwrap();
    for entry in fs::read_dir(shipped).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            fs::copy(&path, folder.join(path.file_name().unwrap())).unwrap();
        }
    }
    if !more.is_empty() {
        fs::write(folder.join("zz.cedar"), more).unwrap();
    }
    folder
}

fn version_of(folder: &Path) -> String {
    Policies::read(folder).unwrap().version().to_owned()
}

/// The account of a role of the demo.
fn account(role: &str) -> String {
    let holder = demo::holders().into_iter().find(|h| h.role == role);
    match holder.unwrap().kind {
        DemoToken::User { account_id, .. } => account_id.to_string(),
        DemoToken::Partner { .. } => panic!("{role} is no person"),
    }
}

/// A server of the demo and its database.
struct Place {
    database: TestDatabase,
    settings: Vec<(String, String)>,
    demo: Demo,
}

impl Place {
    async fn each(more: &[(&str, &str)]) -> Vec<Self> {
        let mut all = Vec::new();
        for database in TestDatabase::each().await {
            let url = database.server_url();
            let url = url.unwrap_or_else(|| database.url().to_owned());
            let mut settings = vec![
                ("KAIFONG_DATABASE_URL".to_owned(), url),
                // To prove a set is another program's work.
                ("KAIFONG_REQUIRE_PROOF".to_owned(), "false".to_owned()),
            ];
            let more = more
                .iter()
                .map(|(name, value)| ((*name).into(), (*value).into()));
            settings.extend(more);
            let demo = Demo::with(&borrowed(&settings));
            all.push(Self {
                database,
                settings,
                demo,
            });
        }
        all
    }

    /// `kaifong policy …` on the same database, as JSON: whether it went well, and what it said.
    fn policy(&self, words: &[&str]) -> (bool, Value) {
        let mut arguments = vec!["policy"];
        arguments.extend(words);
        arguments.extend(["--format", "json", "--data-dir", "data"]);
        let Output {
            status,
            stdout,
            stderr,
        } = kaifong(&self.demo.scratch, &arguments, &borrowed(&self.settings))
            .output()
            .unwrap();
        let (said, complaint) = (String::from_utf8(stdout), String::from_utf8(stderr));
        let said = said.unwrap();
        assert_eq!(status.code(), Some(if status.success() { 0 } else { 1 }));
        let value = serde_json::from_str(&said);
        let value = value.unwrap_or_else(|_| json!({ "complaint": complaint.unwrap() }));
        (status.success(), value)
    }

    fn publish(&self, folder: &Path, role: &str) -> (bool, Value) {
        let folder = folder.to_str().unwrap();
        let who = account(role);
        self.policy(&["publish", folder, "--reason", "a test", "--as", &who])
    }

    /// Asserts that it is refused with this code, and that nothing has changed by it.
    fn refuses(&self, words: &[&str], code: &str) {
        let (before, version) = (self.history(), self.version());
        let (done, said) = self.policy(words);
        assert!(!done, "{words:?}: {said}");
        assert_eq!(said["code"], code, "{words:?}: {said}");
        assert_eq!(self.history(), before, "{words:?} left something behind");
        assert_eq!(
            self.version(),
            version,
            "{words:?} changed what is in force"
        );
    }

    fn history(&self) -> Value {
        let (done, said) = self.policy(&["history"]);
        assert!(done, "{said}");
        said
    }

    /// The version under which the server answers.
    fn version(&self) -> String {
        version(&self.demo)
    }

    fn takes_up(&self, wanted: &str) {
        let began = Instant::now();
        until(|| self.version() == wanted);
        eprintln!(
            "{}: taken up after {:?}",
            self.database.name,
            began.elapsed()
        );
    }

    fn readiness(&self) -> (u16, Value) {
        let reply = self.demo.get("/readyz");
        (reply.status, reply.json())
    }

    async fn db(&self) -> DatabaseConnection {
        Database::connect(&self.settings[0].1).await.unwrap()
    }

    async fn close(self) {
        drop(self.demo);
        self.database.close().await;
    }
}

fn borrowed(settings: &[(String, String)]) -> Vec<(&str, &str)> {
    settings
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}

fn version(demo: &Demo) -> String {
    let question = json!({ "query": "{ viewer { kind } }" });
    let answer = demo.ask(demo.token("coordinator"), &question).json();
    let version = &answer["extensions"]["privacy"]["policyVersion"];
    version
        .as_str()
        .unwrap_or_else(|| panic!("{answer}"))
        .to_owned()
}

/// Makes a person a privacy officer too.
async fn appoint(db: &DatabaseConnection, role: &str) {
    let of = |name: &str| Uuid::parse_str(&account(name)).unwrap();
    let backend = db.get_database_backend();
    let mark = match backend {
        sea_orm::DbBackend::Postgres => ["$1", "$2", "$3"],
        _ => ["?", "?", "?"],
    };
    let sql = format!(
        "INSERT INTO membership (id, created_at, updated_at, account_id, organisation_id, role)
         SELECT {}, created_at, updated_at, {}, organisation_id, role FROM membership
         WHERE role = 'PRIVACY_OFFICER' AND account_id = {}",
        mark[0], mark[1], mark[2]
    );
    let values = [
        Uuid::new_v4().into(),
        of(role).into(),
        of("privacy_officer").into(),
    ];
    let done = db.execute_raw(Statement::from_sql_and_values(backend, sql, values));
    assert_eq!(done.await.unwrap().rows_affected(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_officer_publishes_goes_back_and_leaves_a_trail() {
    for place in Place::each(&[]).await {
        let scratch = Scratch::new();
        let narrow = folder(&scratch, "narrow", NARROWER);
        let broken = folder(&scratch, "broken", "permit (");
        let locked = folder(&scratch, "locked", LOCKED);
        let (broken, locked) = (broken.to_str().unwrap(), locked.to_str().unwrap());
        let (officer, administrator) = (account("privacy_officer"), account("administrator"));
        let (officer, administrator) = (officer.as_str(), administrator.as_str());
        let shipped = place.version();
        assert_eq!(shipped, Policies::shipped().unwrap().version());
        assert_eq!(place.history(), json!([]));

        // Nobody else may, and nothing that is not sound passes.
        let dir = narrow.to_str().unwrap();
        let coordinator = account("coordinator");
        let publish = |dir, who| ["publish", dir, "--reason", "why", "--as", who];
        place.refuses(&publish(dir, administrator), "FORBIDDEN");
        place.refuses(&publish(dir, &coordinator), "FORBIDDEN");
        place.refuses(&publish(broken, administrator), "FORBIDDEN");
        place.refuses(&publish(broken, officer), "FAULTS");
        place.refuses(&publish(locked, officer), "LOCKED_OUT");
        place.refuses(
            &["publish", dir, "--reason", " ", "--as", officer],
            "NO_REASON",
        );
        let stranger = Uuid::new_v4().to_string();
        assert!(!place.policy(&publish(dir, &stranger)).0);
        let back = ["rollback", "1", "--reason", "why", "--as", officer];
        place.refuses(&back, "UNKNOWN_SET");

        // What is published is in force at the running server.
        let (done, said) = place.publish(&narrow, "privacy_officer");
        assert!(done, "{said}");
        let narrower = version_of(&narrow);
        assert_eq!(
            (&said["number"], &said["outcome"], &said["version_after"]),
            (&json!(1), &json!("in_force"), &json!(narrower))
        );
        place.takes_up(&narrower);

        // So is the built-in set, with its scenarios, and the earlier one again.
        let built_in = ["publish", "--reason", "as it was", "--as", officer];
        let (done, said) = place.policy(&built_in);
        assert!(done, "{said}");
        assert!(said["report"]["scenarios"].as_u64() > Some(60), "{said}");
        place.takes_up(&shipped);
        let (done, said) = place.policy(&back);
        assert!(done, "{said}");
        place.takes_up(&narrower);
        place.refuses(
            &["rollback", "99", "--reason", "why", "--as", officer],
            "UNKNOWN_SET",
        );
        place.refuses(
            &["rollback", "2", "--reason", "why", "--as", administrator],
            "FORBIDDEN",
        );
        place.refuses(&["approve", "3", "--as", officer], "NOT_WAITING");

        // A server that starts now begins with it, whatever the files say.
        let mut settings = place.settings.clone();
        let plain = folder(&scratch, "plain", "");
        settings.push((
            "KAIFONG_POLICIES_DIR".into(),
            plain.to_str().unwrap().into(),
        ));
        let second = Demo::with(&borrowed(&settings));
        assert_eq!(version(&second), narrower);
        drop(second);

        // Who, why, from which to which.
        let history = place.history();
        let acts = history.as_array().unwrap();
        let steps: Vec<_> = acts
            .iter()
            .map(|act| {
                (
                    act["number"].clone(),
                    act["deed"].clone(),
                    act["version_before"].clone(),
                    act["version_after"].clone(),
                    act["restores"].clone(),
                )
            })
            .collect();
        let (s, n) = (json!(shipped), json!(narrower));
        assert_eq!(
            steps,
            [
                (
                    json!(1),
                    json!("publish"),
                    s.clone(),
                    n.clone(),
                    Value::Null
                ),
                (
                    json!(2),
                    json!("publish"),
                    n.clone(),
                    s.clone(),
                    Value::Null
                ),
                (json!(3), json!("rollback"), s, n, json!(1)),
            ]
        );
        let told = |act: &Value| {
            act["account"] == officer && act["at"].is_string() && act["in_force"] == true
        };
        assert!(acts.iter().all(told), "{history}");
        assert_eq!(acts[1]["reason"], "as it was");

        // Nothing of it can be changed, not even by hand.
        let db = place.db().await;
        for table in ["policy_set", "policy_act"] {
            for sql in [
                format!("UPDATE {table} SET number = number + 10"),
                format!("DELETE FROM {table}"),
            ] {
                let refused = db.execute_unprepared(&sql).await.unwrap_err().to_string();
                assert!(refused.contains("never changed"), "{sql}: {refused}");
            }
        }

        if place.database.name == "SQLite" {
            for table in ["policy_set", "policy_act"] {
                let sql = format!("INSERT OR REPLACE INTO {table} SELECT * FROM {table}");
                let refused = db.execute_unprepared(&sql).await.unwrap_err().to_string();
                assert!(refused.contains("never changed"), "{sql}: {refused}");
            }
        }
        assert_eq!(place.history(), history);

        // An officer of whom the right was taken is no officer.
        let take = "UPDATE membership SET archived_at = updated_at WHERE role = 'PRIVACY_OFFICER'";
        db.execute_unprepared(take).await.unwrap();
        place.refuses(&publish(dir, officer), "FORBIDDEN");
        place.refuses(
            &["rollback", "2", "--reason", "why", "--as", officer],
            "FORBIDDEN",
        );
        assert_eq!(place.history(), history);
        db.close().await.unwrap();
        place.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_two_must_agree_a_set_waits_for_another_person() {
    for place in Place::each(&[("KAIFONG_POLICY_APPROVAL", "true")]).await {
        let scratch = Scratch::new();
        let narrow = folder(&scratch, "narrow", NARROWER);
        let plain = folder(&scratch, "plain", "");
        let db = place.db().await;
        appoint(&db, "team_leader").await;
        db.close().await.unwrap();
        let shipped = place.version();
        let (officer, other) = (account("privacy_officer"), account("team_leader"));

        let (done, said) = place.publish(&narrow, "privacy_officer");
        assert!(done, "{said}");
        assert_eq!(said["outcome"], "waiting");
        place.refuses(&["approve", "1", "--as", &officer], "SAME_PERSON");
        place.refuses(
            &["approve", "1", "--as", &account("administrator")],
            "FORBIDDEN",
        );
        place.refuses(&["approve", "7", "--as", &other], "UNKNOWN_SET");
        assert_eq!(place.version(), shipped, "it waits");

        let (done, said) = place.policy(&["approve", "1", "--as", &other]);
        assert!(done, "{said}");
        place.takes_up(&version_of(&narrow));
        place.refuses(&["approve", "1", "--as", &other], "NOT_WAITING");

        // What was published before another set came into force is no longer for approval.
        let (done, _) = place.publish(&plain, "privacy_officer");
        assert!(done);
        let (done, said) = place.publish(&plain, "team_leader");
        assert!(done, "{said}");
        place.refuses(&["approve", "3", "--as", &other], "SAME_PERSON");
        let (done, said) = place.policy(&["approve", "3", "--as", &officer]);
        assert!(done, "{said}");
        place.takes_up(&version_of(&plain));
        place.refuses(&["approve", "2", "--as", &other], "SUPERSEDED");

        let history = place.history();
        let acts = history.as_array().unwrap().iter();
        let acts = acts.map(|act| {
            (
                act["deed"].as_str().unwrap(),
                act["in_force"].as_bool().unwrap(),
            )
        });
        let wanted = [
            ("publish", false),
            ("approve", true),
            ("publish", false),
            ("publish", false),
            ("approve", true),
        ];
        assert!(acts.eq(wanted), "{history}");
        place.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_cannot_take_a_set_up_keeps_the_old_one_and_says_so() {
    for place in Place::each(&[]).await {
        let scratch = Scratch::new();
        let narrow = folder(&scratch, "narrow", NARROWER);
        let (done, said) = place.publish(&narrow, "privacy_officer");
        assert!(done, "{said}");
        let narrower = version_of(&narrow);
        place.takes_up(&narrower);
        assert_eq!(place.readiness(), (200, json!({ "ready": true })));

        // As another program might have published it, which knows what this one does not.
        let db = place.db().await;
        let next = |set: &str, number: u8| {
            format!(
                "INSERT INTO policy_act (id, created_at, number, policy_set_id, deed, account_id, version_before, version_after, in_force)
                 SELECT {}, created_at, {number}, {set}, deed, account_id, version_after, 'other', in_force FROM policy_act WHERE number = 1",
                new_id(&db)
            )
        };
        let unknown = format!(
            "INSERT INTO policy_set (id, created_at, number, version, documents, reason, report, account_id)
             SELECT {}, created_at, 2, 'other', '{}', reason, report, account_id FROM policy_set WHERE number = 1",
            new_id(&db),
            r#"{"schema":{"name":"schema.cedarschema","text":"entity Novel;"},"policies":[{"name":"new.cedar","text":"permit ("}],"scenarios":[]}"#
        );
        let set = |number: u8| format!("(SELECT id FROM policy_set WHERE number = {number})");
        db.execute_unprepared(&unknown).await.unwrap();
        db.execute_unprepared(&next(&set(2), 2)).await.unwrap();
        until(|| place.readiness() == (200, json!({ "ready": true, "reason": "policies" })));
        assert_eq!(place.version(), narrower, "it goes on with the old one");
        let log = place.demo.log();
        assert!(log.contains("could not be taken up"), "{log}");
        assert!(log.contains("new.cedar:1:"), "{log}");

        // A server that starts now has no old one.
        let mut settings = borrowed(&place.settings);
        settings.push(("KAIFONG_LISTEN", "127.0.0.1:0"));
        let start = ["serve", "--data-dir", "data"];
        let refused = kaifong(&place.demo.scratch, &start, &settings).output();
        let refused = refused.unwrap();
        let said = String::from_utf8(refused.stderr).unwrap();
        assert!(!refused.status.success(), "{said}");
        assert!(
            said.contains("the published set 2 does not pass the gate"),
            "{said}"
        );

        // The one before, again; then another, for which nobody needs the one that is unfit.
        db.execute_unprepared(&next(&set(1), 3)).await.unwrap();
        until(|| place.readiness() == (200, json!({ "ready": true })));
        assert_eq!(place.version(), narrower);
        db.execute_unprepared(&next(&set(2), 4)).await.unwrap();
        until(|| place.readiness().1["reason"] == "policies");
        let plain = folder(&scratch, "plain", "");
        let dir = plain.to_str().unwrap();
        let administrator = account("administrator");
        place.refuses(
            &["publish", dir, "--reason", "why", "--as", &administrator],
            "FORBIDDEN",
        );
        let (done, said) = place.publish(&plain, "privacy_officer");
        assert!(done, "{said}");
        assert_eq!(said["version_before"], "other");
        place.takes_up(&version_of(&plain));
        assert_eq!(place.readiness(), (200, json!({ "ready": true })));
        db.close().await.unwrap();
        place.close().await;
    }
}

fn new_id(db: &DatabaseConnection) -> String {
    match db.get_database_backend() {
        sea_orm::DbBackend::Postgres => "gen_random_uuid()".into(),
        _ => "randomblob(16)".into(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_server_of_a_database_takes_up_what_is_published() {
    for place in Place::each(&[]).await {
        let scratch = Scratch::new();
        let narrow = folder(&scratch, "narrow", NARROWER);
        let others = [(); 2].map(|()| Demo::with(&borrowed(&place.settings)));
        let shipped = place.version();
        assert!(others.iter().all(|other| version(other) == shipped));
        let (done, said) = place.publish(&narrow, "privacy_officer");
        assert!(done, "{said}");
        place.takes_up(&version_of(&narrow));
        for other in &others {
            let began = Instant::now();
            until(|| version(other) == version_of(&narrow));
            eprintln!(
                "{}: another {:?} later",
                place.database.name,
                began.elapsed()
            );
        }
        drop(others);
        place.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_watched_go_live_if_they_pass_the_gate() {
    let scratch = Scratch::new();
    let files = folder(&scratch, "files", "");
    let settings = [
        ("KAIFONG_POLICIES_DIR", files.to_str().unwrap()),
        ("KAIFONG_WATCH_POLICIES", "true"),
    ];
    for place in Place::each(&settings).await {
        let ready = |place: &Place| place.readiness() == (200, json!({ "ready": true }));
        let plain = version_of(&files);
        // Each of the servers looks at the same files.
        place.takes_up(&plain);
        assert!(ready(&place));
        let more = files.join("zz.cedar");

        fs::write(&more, NARROWER).unwrap();
        let narrower = version_of(&files);
        assert_ne!(narrower, plain);
        place.takes_up(&narrower);
        assert!(ready(&place));

        fs::write(&more, "permit (").unwrap();
        until(|| place.readiness() == (200, json!({ "ready": true, "reason": "policies" })));
        assert_eq!(place.version(), narrower, "the old set stays");
        let log = place.demo.log();
        assert!(log.contains("zz.cedar:1:"), "{log}");

        fs::remove_file(&more).unwrap();
        place.takes_up(&plain);
        assert!(ready(&place));

        // What is published wins; the files are then no longer looked at.
        let published = folder(
            &scratch,
            "published",
            LOCKED.replace("keepPolicies", "importing").as_str(),
        );
        let (done, said) = place.publish(&published, "privacy_officer");
        assert!(done, "{said}");
        place.takes_up(&version_of(&published));
        let tags = fixture("import/task.csv");
        let import = [
            "import",
            "tags",
            tags.to_str().unwrap(),
            "--data-dir",
            "data",
        ];
        let settings = borrowed(&place.settings);
        let import = kaifong(&place.demo.scratch, &import, &settings)
            .output()
            .unwrap();
        let said = String::from_utf8(import.stderr).unwrap();
        assert!(
            !import.status.success() && said.contains("do not let the job"),
            "{said}"
        );
        fs::write(&more, NARROWER).unwrap();
        std::thread::sleep(std::time::Duration::from_secs(4));
        assert_eq!(place.version(), version_of(&published));
        fs::remove_file(&more).unwrap();
        place.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_those_who_publish_at_the_same_moment_each_stands_on_the_one_before() {
    for place in Place::each(&[]).await {
        let scratch = Scratch::new();
        let folders = ["one", "two", "three", "four"].map(|name| {
            let more = NARROWER.replace("no-titles", name);
            folder(&scratch, name, &more)
        });
        let done = std::thread::scope(|scope| {
            let started = folders.each_ref().map(|folder| {
                let place = &place;
                scope.spawn(move || place.publish(folder, "privacy_officer"))
            });
            started.map(|one| one.join().unwrap())
        });
        for (done, said) in &done {
            assert!(*done || said["code"] == "OVERTAKEN", "{said}");
        }
        let history = place.history();
        let acts = history.as_array().unwrap();
        assert_eq!(acts.len(), done.iter().filter(|(done, _)| *done).count());
        assert!(!acts.is_empty());
        for (at, act) in acts.iter().enumerate() {
            assert_eq!(act["number"], json!(at + 1));
        }
        for pair in acts.windows(2) {
            assert_eq!(
                pair[1]["version_before"], pair[0]["version_after"],
                "{history}"
            );
        }
        place.takes_up(acts.last().unwrap()["version_after"].as_str().unwrap());
        place.close().await;
    }
}

/// The rule on who publishes, for the officers of one organisation alone.
#[tokio::test(flavor = "multi_thread")]
async fn the_right_can_be_narrowed_to_the_officers_of_one_organisation() {
    let holder = demo::holders()
        .into_iter()
        .find(|h| h.role == "privacy_officer");
    let Some(DemoToken::User {
        organisation_id, ..
    }) = holder.map(|holder| holder.kind)
    else {
        panic!("the officer is a person");
    };
    for place in Place::each(&[]).await {
        let scratch = Scratch::new();
        let narrowed = |name: &str, organisation: Uuid| {
            let folder = folder(&scratch, name, "");
            let file = folder.join("officers.cedar");
            let text = fs::read_to_string(&file).unwrap();
            let all = "unless { principal.keepsPoliciesOf.isEmpty() }";
            let one = format!(
                "when {{ principal.officerOf.contains(Organisation::\"{organisation}\") }}"
            );
            assert!(text.contains(all));
            fs::write(&file, text.replace(all, &one)).unwrap();
            folder
        };
        let (other, own) = (
            narrowed("other", Uuid::new_v4()),
            narrowed("own", organisation_id),
        );
        let officer = account("privacy_officer");
        let other = other.to_str().unwrap();
        place.refuses(
            &["publish", other, "--reason", "why", "--as", &officer],
            "LOCKED_OUT",
        );
        let (done, said) = place.publish(&own, "privacy_officer");
        assert!(done, "{said}");
        place.takes_up(&version_of(&own));
        let (done, said) = place.policy(&["publish", "--reason", "back", "--as", &officer]);
        assert!(done, "{said}");
        place.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_proved_is_not_published_where_a_proof_is_required() {
    for place in Place::each(&[("KAIFONG_REQUIRE_PROOF", "true")]).await {
        let scratch = Scratch::new();
        let narrow = folder(&scratch, "narrow", NARROWER);
        let narrow = narrow.to_str().unwrap();
        let officer = account("privacy_officer");
        let publish = ["publish", narrow, "--reason", "why", "--as", &officer];
        place.refuses(&publish, "FAULTS");
        // The built-in set is certified, and so it is when it is published again.
        let (done, said) = place.policy(&["publish", "--reason", "why", "--as", &officer]);
        assert!(done, "{said}");
        let (done, said) = place.policy(&["rollback", "1", "--reason", "why", "--as", &officer]);
        assert!(done, "{said}");
        let proofs = said["report"]["steps"].as_array().unwrap();
        let proofs = proofs.iter().find(|step| step["name"] == "proofs").unwrap();
        assert_eq!(proofs["state"], "certified");
        assert_eq!(place.readiness(), (200, json!({ "ready": true })));
        assert_eq!(
            version(&Demo::with(&borrowed(&place.settings))),
            place.version()
        );
        place.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn why_is_told_by_what_is_in_force() {
    for place in Place::each(&[]).await {
        let scratch = Scratch::new();
        let db = place.db().await;
        // a shift of the organisation that the coordinator looks after
        let coordinator = account("coordinator");
        let id = match db.get_database_backend() {
            sea_orm::DbBackend::Postgres => format!("'{coordinator}'"),
            _ => format!("X'{}'", coordinator.replace('-', "")),
        };
        let text = format!(
            "SELECT s.id FROM shift s JOIN membership m ON m.organisation_id = s.organisation_id \
             WHERE m.account_id = {id} AND s.archived_at IS NULL ORDER BY s.id LIMIT 1"
        );
        let found = db
            .query_one_raw(Statement::from_string(db.get_database_backend(), text))
            .await
            .unwrap()
            .unwrap();
        let shift: Uuid = found.try_get_by_index(0).unwrap();
        db.close().await.unwrap();
        let record = format!("Shift:{shift}");
        let why = || {
            let words = [
                "explain",
                "--as",
                &coordinator,
                "--record",
                &record,
                "--field",
                "title",
            ];
            let (done, told) = place.policy(&words);
            assert!(done, "{told}");
            told["answer"].clone()
        };
        assert_eq!(why(), "full");
        let narrower = folder(&scratch, "narrower", NARROWER);
        let (done, said) = place.publish(&narrower, "privacy_officer");
        assert!(done, "{said}");
        assert_eq!(why(), "hidden");
        place.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_publishes_where_no_organisation_looks_after_the_policies() {
    let holder = demo::holders()
        .into_iter()
        .find(|h| h.role == "privacy_officer");
    let Some(DemoToken::User {
        organisation_id, ..
    }) = holder.map(|holder| holder.kind)
    else {
        panic!("the officer is a person");
    };
    for place in Place::each(&[]).await {
        let officer = account("privacy_officer");
        let lead = organisation_id.to_string();
        let publish = ["publish", "--reason", "why", "--as", officer.as_str()];
        let keepers = |words: &[&str]| {
            let (done, said) = place.policy(&[&["keeper"], words].concat());
            assert!(done, "{said}");
            let all = said.as_array().unwrap().iter();
            all.map(|keeper| keeper["id"].as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(keepers(&["list"]), std::slice::from_ref(&lead));
        // An officer of another organisation is refused, as others are.
        let db = place.db().await;
        let sql = "SELECT m.account_id FROM membership m JOIN organisation o \
                   ON o.id = m.organisation_id WHERE m.role = 'PRIVACY_OFFICER' \
                   AND NOT o.keeps_policies LIMIT 1";
        let statement = Statement::from_string(db.get_database_backend(), sql);
        let row = db.query_one_raw(statement).await.unwrap().unwrap();
        let other: Uuid = row.try_get_by_index(0).unwrap();
        db.close().await.unwrap();
        let other = other.to_string();
        place.refuses(&["publish", "--reason", "why", "--as", &other], "FORBIDDEN");

        // The running server's officer knows it at once.
        let workshop = json!({ "query": "{ policyWorkshop { approvalNeeded } }" });
        let there = || {
            let token = place.demo.token("privacy_officer");
            let answer = place.demo.ask(token, &workshop).json();
            assert!(answer.get("errors").is_none(), "{answer}");
            answer["data"]["policyWorkshop"].is_object()
        };
        assert!(there());
        assert_eq!(keepers(&["remove", &lead]), [] as [String; 0]);
        place.refuses(&publish, "NO_KEEPER");
        let (_, said) = place.policy(&publish);
        let message = said["message"].as_str().unwrap();
        assert!(message.contains("kaifong policy keeper add"), "{message}");
        until(|| !there());
        assert_eq!(keepers(&["add", &lead]), std::slice::from_ref(&lead));
        until(there);
        let (done, said) = place.policy(&publish);
        assert!(done, "{said}");
        // What is no organisation is named by nobody.
        let stranger = Uuid::new_v4().to_string();
        for wrong in [stranger.as_str(), officer.as_str(), "x"] {
            let (done, said) = place.policy(&["keeper", "add", wrong]);
            assert!(!done && said["complaint"].is_string(), "{said}");
        }
        assert_eq!(keepers(&["list"]), std::slice::from_ref(&lead));
        place.close().await;
    }
}
