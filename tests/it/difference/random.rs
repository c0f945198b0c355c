//! Random sets over the demo's people: the difference of any two is what brute force finds.

use std::collections::BTreeSet;

use kaifong::catalogue::Type;
use kaifong::store::Store;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::{askers, brute_force, told};
use crate::app::noon;
use crate::databases::TestDatabase;
use crate::equality::{Population, case};

/// How many pairs of random sets, for each database.
const PAIRS: u32 = 24;

#[tokio::test]
async fn the_difference_of_random_sets_is_what_brute_force_finds() {
    for database in TestDatabase::each().await {
        kaifong::demo::load(&database.db, noon()).await.unwrap();
        let store = Store::new(database.db.clone()).at(noon());
        let population = Population::read(&database.db).await;
        let seed = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
        let mut runner = TestRunner::new_with_rng(Config::default(), seed);
        let (mut changes, mut sampled) = (0, 0);
        for _ in 0..PAIRS {
            let mut some = || case(&population).new_tree(&mut runner).unwrap().current();
            let (one, mut other) = (some(), some());
            for _ in 0..10 {
                if other.of.name == one.of.name {
                    break;
                }
                other = some();
            }
            let (old, new) = (one.policies(), other.policies());
            let mut types: Vec<&'static Type> = vec![one.of, other.of];
            types.dedup_by_key(|of| of.name);
            let name = format!("{}: {one}\n against {other}", database.name);
            let difference = told(&store, &old, &new, 100_000).await;
            let capped =
                |c: &kaifong::policy::difference::Change| c.viewers_capped || c.records_capped;
            if !difference.complete || difference.changes.iter().any(capped) {
                // rules that only Cedar decides, or of which a class cannot tell, are sampled, which
                // is told
                sampled += 1;
                continue;
            }
            let askers = askers(&store, [&old, &new]).await;
            let found = brute_force(&store, &askers, &types, (&[], "USER")).await;
            let mut places: BTreeSet<_> = found
                .keys()
                .map(|key| (&key.0, &key.1, key.2, key.3))
                .collect();
            // by what people are called depends on the policies; here only who they are is compared
            let all = &difference.changes;
            for change in all {
                let place = (
                    &change.of,
                    &change.subject,
                    change.before.en(),
                    change.after.en(),
                );
                places.remove(&place);
                let alike = all.iter().filter(|other| {
                    (
                        &other.of,
                        &other.subject,
                        other.before.en(),
                        other.after.en(),
                    ) == place
                });
                let (mut viewers, mut most, mut sum) = (0, 0, 0);
                for other in alike {
                    viewers += other.viewers;
                    most = most.max(other.records);
                    sum += other.records;
                }
                let turned = found
                    .iter()
                    .filter(|(key, _)| (&key.0, &key.1, key.2, key.3) == place);
                let turned: Vec<_> = turned.map(|(_, turned)| turned).collect();
                let who: BTreeSet<&String> = turned.iter().flat_map(|t| &t.viewers).collect();
                let what: BTreeSet<_> = turned.iter().flat_map(|t| &t.records).collect();
                assert_eq!(viewers, who.len() as u64, "{name}: {change:?}");
                let records = what.len() as u64;
                assert!(
                    most <= records && records <= sum,
                    "{name}: {change:?}: {records}"
                );
                for example in &change.examples {
                    let pair = (example.viewer.clone(), example.record.clone());
                    let turns = turned.iter().any(|turned| turned.pairs.contains(&pair));
                    assert!(turns, "{name}: {example:?}");
                }
                changes += 1;
            }
            assert!(places.is_empty(), "{name}: not told: {places:?}");
        }
        eprintln!("{}: {changes} changes, {sampled} sampled", database.name);
        assert!(changes > 10, "only {changes} changes");
        // Sets of which a class cannot tell (who consented to what, who is in a space) are many.
        assert!(sampled < PAIRS * 2 / 3, "{sampled} were sampled");
        database.close().await;
    }
}
