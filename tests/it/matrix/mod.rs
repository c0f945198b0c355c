//! Who sees and does what: every viewer against every field and deed, over every row of the demo.
//!
//! The answers are kept as pages in `tests/matrix`, which are reviewed like code, and are held
//! against the table in `decisions`, which knows no policy.

mod answers;
mod decisions;
mod oracle;
mod pages;
mod rows;
mod sorts;
mod ties;
mod viewers;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use kaifong::demo;

use self::pages::Matrix;
use self::sorts::WORDS;
use self::viewers::{VIEWERS, me};
use crate::app::{App, noon};

async fn matrix(app: &App) -> Matrix {
    let demo = rows::complete(app).await;
    let ties = ties::ties(&demo);
    answers::check_rows(&demo, &ties);
    let mut matrix = Matrix::new();
    for name in VIEWERS {
        let me = me(name, &demo);
        let answers = answers::answers(app, &me, &ties).await;
        answers::check_sense(&me, &answers);
        matrix.push((name, answers));
    }
    matrix
}

#[tokio::test]
async fn the_pages_are_what_the_policies_answer() {
    let app = App::sqlite().await;
    let wanted = pages::pages(&matrix(&app).await);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/matrix");
    if std::env::var("KAIFONG_RENEW").as_deref() == Ok("1") {
        for (name, page) in &wanted {
            std::fs::write(folder.join(name), page).unwrap();
        }
    }
    let mut kept = BTreeMap::new();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        kept.insert(name, std::fs::read_to_string(path).unwrap());
    }
    let names = |pages: &BTreeMap<String, String>| pages.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&kept), names(&wanted), "the files of tests/matrix");
    let mut changed = Vec::new();
    for (name, page) in &wanted {
        let (old, new): (BTreeSet<_>, BTreeSet<_>) =
            (kept[name].lines().collect(), page.lines().collect());
        changed.extend(old.difference(&new).map(|line| format!("{name}: - {line}")));
        changed.extend(new.difference(&old).map(|line| format!("{name}: + {line}")));
        assert!(
            old != new || kept[name] == *page,
            "{name}: only the order changed"
        );
    }
    assert!(
        changed.is_empty(),
        "the policies answer otherwise than tests/matrix says; read what changed, then renew the \
         pages with KAIFONG_RENEW=1:\n{}",
        changed.join("\n")
    );
    app.database.close().await;
}

#[tokio::test]
async fn the_answers_are_those_that_were_decided() {
    let app = App::sqlite().await;
    let matrix = matrix(&app).await;
    let wrong = oracle::disagreements(&matrix);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let words = matrix
        .iter()
        .flat_map(|(_, types)| types.values().flatten());
    let met: BTreeSet<&str> = words.map(|(word, _)| *word).collect();
    assert_eq!(
        met,
        WORDS.iter().map(|(word, _)| *word).collect(),
        "a word that no row has"
    );
    app.database.close().await;
}

/// Without the group `ROSTER` a share shows time, place and task type of its shifts, and nobody.
#[tokio::test]
async fn a_read_only_partner_sees_of_a_shift_exactly_time_place_and_task_type() {
    let app = App::sqlite().await;
    let demo = demo::people(noon());
    let ties = ties::ties(&demo);
    let calendar =
        |p: &&entity::partnership::Model| p.purpose.as_deref() == Some("a common calendar");
    let share = demo.partnerships.iter().find(calendar).unwrap();
    assert_eq!(
        (share.level.as_str(), share.field_groups.as_str()),
        ("READ_ONLY", "[]")
    );
    let bare = viewers::partner("partner, frame only", &[share.id], &demo);
    let with_roster = me("partner, read-only", &demo);
    let people = [
        "User",
        "Membership",
        "Certificate",
        "Volunteer",
        "Assignment",
    ];
    let cases: [(_, &[&str], _); 2] = [
        (bare, &[], people.as_slice()),
        // the roster is a group of its own, and brings whom it names
        (with_roster, &["assignments"], &people[..3]),
    ];
    for (me, more, unseen) in cases {
        let answers = answers::answers(&app, &me, &ties).await;
        let of = |name: &str, word: &str| {
            let (_, said) = answers[name]
                .iter()
                .find(|(sort, _)| *sort == word)
                .unwrap();
            let seen = said.iter().filter(|(_, answer)| **answer != '–');
            seen.map(|(question, _)| question.as_str())
                .collect::<BTreeSet<_>>()
        };
        let frame = ["list", "startsAt", "endsAt", "place", "taskType"];
        let frame: BTreeSet<&str> = frame.iter().chain(more).copied().collect();
        assert_eq!(of("Shift", "shared"), frame, "{}", me.name);
        assert_eq!(of("Shift", "lead"), BTreeSet::new(), "{}", me.name);
        for name in unseen {
            for (word, said) in &answers[*name] {
                assert!(
                    said.values().all(|answer| *answer == '–'),
                    "{}: {name} {word}",
                    me.name
                );
            }
        }
    }
    app.database.close().await;
}
