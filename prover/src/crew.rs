//! Work that two solvers share.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use cedar_policy::RequestEnv;

use crate::ask::Asker;
use crate::set::place;
use crate::solver::{Solver, runtime};

/// How many solvers are asked at a time.
const LINES: usize = 2;

/// What the work took, and what went wrong with all of it.
#[derive(Default)]
pub(crate) struct Toil {
    pub(crate) questions: usize,
    pub(crate) solved: usize,
    pub(crate) failures: Vec<String>,
}

/// Does something to each piece of work, on as many threads as there are solvers.
pub(crate) fn share<T: Sync>(
    work: &[T],
    solver: &Solver,
    each: impl AsyncFn(&T, &mut Asker) + Sync,
) -> Toil {
    let next = AtomicUsize::new(0);
    let line = || {
        let runtime = runtime()?;
        let mut asker = Asker::of(solver);
        while let Some(piece) = work.get(next.fetch_add(1, Ordering::Relaxed)) {
            asker.forget();
            runtime.block_on(each(piece, &mut asker));
        }
        Ok::<_, String>((asker.questions, asker.asked))
    };
    let mut toil = Toil::default();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..LINES).map(|_| scope.spawn(line)).collect();
        for thread in threads {
            match thread.join() {
                Ok(Ok((questions, solved))) => {
                    toil.questions += questions;
                    toil.solved += solved;
                }
                Ok(Err(reason)) => toil.failures.push(reason),
                Err(_) => toil
                    .failures
                    .push("a part of the prover broke down".to_owned()),
            }
        }
    });
    toil
}

/// Environments that have the principal's and the resource's type in common, the most first.
pub(crate) fn groups(environments: Vec<RequestEnv>) -> Vec<Vec<RequestEnv>> {
    let mut groups: BTreeMap<(String, String), Vec<RequestEnv>> = BTreeMap::new();
    for environment in environments {
        let (principal, resource, _) = place(&environment);
        let group = groups.entry((principal, resource)).or_default();
        group.push(environment);
    }
    let mut groups: Vec<Vec<RequestEnv>> = groups.into_values().collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.len()));
    groups
}
