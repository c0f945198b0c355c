//! Random policies over a random principal: Cedar on the whole row, the closures of cells and the
//! SQL of lists and filters decide the same. The cases are those of the test `equality`; here the
//! bytes choose the dice.
#![no_main]
#![allow(dead_code, reason = "a test's module is borrowed")]

use std::cell::RefCell;

use chrono::{DateTime, TimeZone, Utc};
use kaifong::store::{Store, Terms, connect};
use libfuzzer_sys::fuzz_target;
use migration::{Migrator, MigratorTrait};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use tokio::runtime::Runtime;

use self::equality::cases::{Population, case};
use self::equality::check::{Counts, check};

#[path = "../../tests/it/equality"]
mod equality {
    pub mod cases;
    pub mod check;
    mod policies;
}

/// A database with the demo's data.
struct World {
    runtime: Runtime,
    store: Store,
    population: Population,
}

fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 18, 4, 0, 0).unwrap()
}

impl World {
    fn new() -> Self {
        let runtime = Runtime::new().unwrap();
        let (store, population) = runtime.block_on(async {
            let file = std::env::temp_dir().join(format!("{}.db", uuid::Uuid::new_v4()));
            let address = format!("sqlite:{}", file.display());
            let database = connect(&address, Terms::default()).await.unwrap();
            Migrator::up(&database, None).await.unwrap();
            kaifong::demo::load(&database, noon()).await.unwrap();
            let population = Population::read(&database).await;
            (Store::new(database).at(noon()), population)
        });
        Self {
            runtime,
            store,
            population,
        }
    }
}

thread_local! {
    static WORLD: RefCell<Option<World>> = const { RefCell::new(None) };
}

fuzz_target!(|data: &[u8]| {
    WORLD.with_borrow_mut(|world| {
        let world = world.get_or_insert_with(World::new);
        // The bytes choose the dice; as dice themselves they would run out, and proptest would wait
        // for ever for a number that is not nought.
        let mut seed = [0_u8; 32];
        for (at, byte) in data.iter().enumerate() {
            let place = &mut seed[at % 32];
            *place = place.rotate_left(3) ^ byte;
        }
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
        let mut runner = TestRunner::new_with_rng(Config::default(), rng);
        let Ok(case) = case(&world.population).new_tree(&mut runner) else {
            return;
        };
        let case = case.current();
        let mut counts = Counts::default();
        let check = check(&world.store, &world.population, &case, &mut counts);
        world.runtime.block_on(check);
    });
});
