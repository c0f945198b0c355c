//! Three ways to decide one thing: a closure over a row's cells, a condition in SQL, and Cedar
//! itself on the whole row. Over random policies, principals and the demo's rows they agree.
//!
//! The fuzz target `residuals` borrows the modules.

mod cases;
mod check;
mod policies;

use kaifong::catalogue::TYPES;
use kaifong::store::Store;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

pub use self::cases::{Population, case};
use self::check::{Counts, check, probe};
use crate::app::noon;
use crate::databases::TestDatabase;

/// How many random sets of policies, each with a random principal, for each database.
const CASES: u32 = 300;

#[tokio::test]
async fn closures_sql_and_cedar_agree() {
    for database in TestDatabase::each().await {
        kaifong::demo::load(&database.db, noon()).await.unwrap();
        let store = Store::new(database.db.clone()).at(noon());
        let population = Population::read(&database.db).await;
        let seed = TestRng::from_seed(RngAlgorithm::ChaCha, &[42; 32]);
        let mut runner = TestRunner::new_with_rng(Config::default(), seed);
        let mut counts = Counts::default();
        for _ in 0..CASES {
            let case = case(&population).new_tree(&mut runner).unwrap().current();
            check(&store, &population, &case, &mut counts).await;
        }
        eprintln!("{}: {counts:?}", database.name);
        // A comparison of nothing with nothing would prove nothing.
        assert!(counts.rows > 10_000, "{counts:?}");
        assert!(
            counts.listed > 1_000 && counts.withheld > 1_000,
            "{counts:?}"
        );
        assert!(counts.full > 1_000 && counts.hidden > 1_000, "{counts:?}");
        assert!(counts.opaque > 30 && counts.types.len() > 12, "{counts:?}");
        database.close().await;
    }
}

#[test]
fn every_type_has_a_field_to_probe() {
    for of in TYPES {
        let field = probe(of);
        assert!(of.field(field.name).is_some());
    }
}
