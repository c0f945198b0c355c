//! Non-interference: what a viewer does not see makes no difference to what the viewer is told.
//!
//! For each viewer there are two databases, which differ in nothing but cells and rows that plain
//! Cedar hides from that viewer. Whatever is asked of both, the answers are equal byte by byte,
//! errors and extensions included. What decisions read (attributes, who holds what, whether a row
//! is archived), the derived cells that the viewer has and the first character of a masked name are
//! the same in both.
//!
//! `KAIFONG_TEST_SEED` asks for other databases and other queries.

mod compare;
mod deeds;
pub mod dice;
mod filter;
mod oracle;
mod pair;
mod population;
mod query;
mod rewrite;
mod rows;
mod text;
mod world;

use serde_json::Value;

use self::compare::{Answers, Guarded, Leaky, both, told_apart};
use self::dice::Dice;
use self::pair::Pair;
use self::query::Maker;
use self::text::{Literal, Query};
use crate::app::ROLES;
use crate::databases::TestDatabase;

/// What was asked of a pair.
#[derive(Default, Debug)]
struct Asked {
    queries: usize,
    /// Answers with rows in them, and with errors.
    returned: usize,
    refused: usize,
    /// Queries of which a filter, an order or a search looks at a rewritten field.
    touched: usize,
    /// Cursors that were made by one database and used on the other.
    crossed: usize,
}

fn seed() -> u64 {
    let given = std::env::var("KAIFONG_TEST_SEED").ok();
    given.map_or(20_261_118, |seed| seed.parse().unwrap())
}

fn viewers() -> impl Iterator<Item = &'static str> {
    ROLES.into_iter().chain(["anonymous"])
}

fn dice(role: &str) -> Dice {
    let role = role.bytes().fold(0, |sum: u64, byte| {
        (sum << 5) ^ (sum >> 59) ^ u64::from(byte)
    });
    Dice::new(seed() ^ role)
}

async fn sqlite() -> [TestDatabase; 2] {
    [TestDatabase::sqlite().await, TestDatabase::sqlite().await]
}

/// Whether there is a row in an answer, by its id.
fn has_row(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(has_row),
        Value::Object(entries) => entries.contains_key("id") || entries.values().any(has_row),
        _ => false,
    }
}

impl Asked {
    /// Counts an answer, which must not be a failure of the server or of the generator.
    fn count(&mut self, answer: &str, query: &Query) -> Value {
        let answer: Value = serde_json::from_str(answer).unwrap();
        self.queries += 1;
        self.returned += usize::from(has_row(&answer["data"]));
        if let Some(errors) = answer["errors"].as_array() {
            self.refused += 1;
            for error in errors {
                let code = error["extensions"]["code"].as_str().unwrap_or_default();
                let expected = ["BAD_CURSOR", "LIMIT_EXCEEDED"].contains(&code);
                assert!(expected, "{error}\n{}", query.text());
            }
        }
        answer
    }
}

/// Asks so many queries of a pair, and one list page by page after each third.
async fn ask(pair: &Pair, dice: &mut Dice, queries: usize) -> Result<Asked, String> {
    let mut asked = Asked::default();
    for at in 0..queries {
        let mut maker = Maker::new(&pair.world, dice);
        let query = maker.query();
        asked.touched += usize::from(maker.touched);
        let (one, two) = both(&Guarded, pair, &query).await;
        if one != two {
            return Err(told_apart(&Guarded, pair, &query).await);
        }
        asked.count(&one, &query);
        if at % 3 == 0 {
            page_by_page(pair, dice, &mut asked).await?;
        }
    }
    Ok(asked)
}

async fn page_by_page(pair: &Pair, dice: &mut Dice, asked: &mut Asked) -> Result<(), String> {
    let mut maker = Maker::new(&pair.world, dice);
    let list = maker.paged();
    asked.touched += usize::from(maker.touched);
    let backward = dice.chance(35);
    let count = Literal::Plain((1 + dice.below(6)).to_string());
    let (much, beyond, from) = match backward {
        true => ("last", "before", "startCursor"),
        false => ("first", "after", "endCursor"),
    };
    let page = |cursor: Option<&str>| {
        let list = list.clone().with(much, count.clone());
        let list = match cursor {
            Some(cursor) => list.with(beyond, Literal::text(cursor)),
            None => list,
        };
        Query { roots: vec![list] }
    };
    let mut next = [page(None), page(None)];
    for _ in 0..4 {
        let one = Guarded.answer(&pair.one, &next[0]).await;
        let two = Guarded.answer(&pair.two, &next[1]).await;
        if one != two {
            return Err(told_apart(&Guarded, pair, &next[0]).await);
        }
        let answers = [
            asked.count(&one, &next[0]),
            serde_json::from_str(&two).unwrap(),
        ];
        let cursor = |answer: &Value| {
            let info = &answer["data"]["paged"]["pageInfo"];
            info[from].as_str().map(str::to_owned)
        };
        let (Some(one), Some(two)) = (cursor(&answers[0]), cursor(&answers[1])) else {
            break;
        };
        // Each goes on from where the other is.
        next = [page(Some(&two)), page(Some(&one))];
        asked.crossed += 1;
    }
    Ok(())
}

/// One viewer: everything is there to be compared, and nothing tells the two apart.
async fn interferes_not(databases: [TestDatabase; 2], role: &str, queries: usize) {
    let name = databases[0].name;
    let mut dice = dice(role);
    let pair = Pair::of(databases, role, &mut dice).await;
    let asked = match ask(&pair, &mut dice, queries).await {
        Ok(asked) => asked,
        Err(difference) => panic!("{name}, seed {}: {difference}", seed()),
    };
    let done = &pair.rewritten;
    eprintln!(
        "{name} {role}: {} cells of {} fields, {} relations, {} rows changed, {} added, {} gone; {asked:?}",
        done.cells,
        done.fields.len(),
        done.targets,
        done.changed,
        done.inserted,
        done.deleted,
    );
    for (what, count) in [
        ("rows changed", done.changed),
        ("rows added", done.inserted),
        ("rows gone", done.deleted),
    ] {
        assert!(count > 0, "{role}: {what}");
    }
    if role == "anonymous" {
        assert_eq!(asked.returned, 0, "nothing is listed for anonymous");
    } else {
        assert!(done.cells > 0, "{role}: some cell is hidden");
        assert!(
            asked.touched > queries / 20,
            "{role}: hidden fields are looked at"
        );
        assert!(asked.returned > asked.queries / 3, "{role}: rows come back");
        assert!(
            asked.crossed > queries / 10,
            "{role}: cursors are used on the other"
        );
    }
    assert!(
        asked.refused < asked.queries / 4,
        "{role}: most queries are answered"
    );
    pair.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_hidden_makes_no_difference_to_any_viewer() {
    let running = viewers()
        .map(|role| tokio::spawn(async move { interferes_not(sqlite().await, role, 240).await }));
    for viewer in running.collect::<Vec<_>>() {
        viewer.await.unwrap();
    }
}

#[tokio::test]
async fn what_is_hidden_makes_no_difference_on_postgresql() {
    for role in ["coordinator", "volunteer", "partner", "teacher"] {
        let (mut some, mut others) = (TestDatabase::each().await, TestDatabase::each().await);
        let (2, Some(one), Some(two)) = (some.len(), some.pop(), others.pop()) else {
            return;
        };
        interferes_not([one, two], role, 80).await;
    }
}

#[tokio::test]
async fn a_filter_that_skips_the_view_is_found_out() {
    for role in ["coordinator", "volunteer", "partner", "teacher"] {
        let mut dice = dice(role);
        let pair = Pair::of(sqlite().await, role, &mut dice).await;
        let leaky = Leaky::over(&pair);
        let mut found = None;
        for _ in 0..400 {
            let mut list = Maker::new(&pair.world, &mut dice).paged();
            // A cursor names the filter that it was made for, and these differ in any case.
            list.parts.retain(|part| part.head != "pageInfo");
            let query = Query { roots: vec![list] };
            let (one, two) = both(&leaky, &pair, &query).await;
            if one != two {
                found = Some(query);
                break;
            }
        }
        let query = found.unwrap_or_else(|| panic!("{role}: the leak is found"));
        let (one, two) = both(&Guarded, &pair, &query).await;
        if one != two {
            panic!(
                "without the leak too: {}",
                told_apart(&Guarded, &pair, &query).await
            );
        }
        eprintln!("{}", told_apart(&leaky, &pair, &query).await);
        pair.close().await;
    }
}
