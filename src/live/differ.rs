//! The difference of a draft, as the workshop of the graph tells it.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use super::prover::Prover;
use super::{Asking, LiveError, difference};
use crate::graphql::{
    PolicyAnswer, PolicyChange, PolicyDifference, PolicyExample, PolicyPromise, PolicyPromiseSort,
    PolicyPromiseTurn, PolicyVerdict, PolicyVerdictKind, Trouble,
};
use crate::policy::Policies;
use crate::policy::difference::{
    Change, Difference, Promised, PromisedSort, PromisedTurn, Verdict, VerdictKind,
};
use crate::policy::gate::Set;
use crate::policy::scenario::Answer;
use crate::store::Store;

/// Up to how many viewers and records are counted: more would keep the officer waiting.
const CAP: u64 = 100_000;
/// How long the data may be asked; what was not looked at by then is told as such.
const TIME: Duration = Duration::from_secs(8);

/// What there is to tell apart.
pub(super) struct Two {
    /// The data, at the instant of the request.
    pub store: Store,
    /// Who says what changes whatever the data.
    pub prover: Arc<Prover>,
    /// The set in force and its policies.
    pub before: (Arc<Set>, Arc<Policies>),
    /// The draft and its policies.
    pub after: (Arc<Set>, Arc<Policies>),
    /// Set once nobody waits any more.
    pub given_up: Arc<AtomicBool>,
}

/// What the draft changes, for whom. It runs on a thread of its own.
pub(super) async fn differ(two: Two) -> Result<PolicyDifference, Trouble> {
    let began = Instant::now();
    let ((old_set, old), (new_set, new)) = (&two.before, &two.after);
    let asking = Asking {
        store: &two.store,
        old,
        new,
        cap: CAP,
        time: TIME,
        told: &|_| {},
    };
    let mut found = difference(&asking)
        .await
        .map_err(|error: LiveError| Trouble::from(error))?;
    found.promise(old_set, new_set);
    if let Some(written) = two.prover.compared([old_set, new_set], &two.given_up)
        && !found.prove(&written)
    {
        tracing::warn!("the prover did not answer");
    }
    found.milliseconds = (began.elapsed().as_secs_f64() * 1e5).round() / 100.0;
    Ok(told(found))
}

fn told(of: Difference) -> PolicyDifference {
    PolicyDifference {
        version_before: of.version_before,
        version_after: of.version_after,
        english: of.english,
        chinese: of.chinese,
        promises: of.promises.into_iter().map(promise).collect(),
        changes: of.changes.into_iter().map(change).collect(),
        verdicts: of.verdicts.into_iter().map(verdict).collect(),
        proved: of.proved,
        complete: of.complete,
        milliseconds: of.milliseconds,
    }
}

fn promise(of: Promised) -> PolicyPromise {
    PolicyPromise {
        sort: match of.sort {
            PromisedSort::Promise => PolicyPromiseSort::Promise,
            PromisedSort::Scenario => PolicyPromiseSort::Scenario,
            PromisedSort::Ground => PolicyPromiseSort::Ground,
        },
        turn: match of.turn {
            PromisedTurn::Gone => PolicyPromiseTurn::Gone,
            PromisedTurn::Changed => PolicyPromiseTurn::Changed,
            PromisedTurn::New => PolicyPromiseTurn::New,
        },
        file: of.file,
        english: of.english,
        chinese: of.chinese,
    }
}

fn change(of: Change) -> PolicyChange {
    let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let examples = of.examples.into_iter().map(|example| PolicyExample {
        viewer: example.viewer,
        record: example.record,
        field: example.field,
    });
    PolicyChange {
        gains: of.gains,
        viewers: number(of.viewers),
        viewers_capped: of.viewers_capped,
        role: of.role,
        role_english: of.role_english,
        role_chinese: of.role_chinese,
        organisation: of.organisation,
        of: of.of,
        subject: of.subject,
        before: answer(of.before),
        after: answer(of.after),
        records: number(of.records),
        records_capped: of.records_capped,
        records_organisation: of.records_organisation,
        english: of.english,
        chinese: of.chinese,
        examples: examples.collect(),
    }
}

const fn answer(of: Answer) -> PolicyAnswer {
    match of {
        Answer::Full => PolicyAnswer::Full,
        Answer::Masked => PolicyAnswer::Masked,
        Answer::Hidden => PolicyAnswer::Hidden,
        Answer::Allowed => PolicyAnswer::Allowed,
        Answer::Refused => PolicyAnswer::Refused,
    }
}

fn verdict(of: Verdict) -> PolicyVerdict {
    PolicyVerdict {
        principal: of.principal,
        action: of.action,
        of: of.of,
        verdict: match of.verdict {
            VerdictKind::Same => PolicyVerdictKind::Same,
            VerdictKind::Wider => PolicyVerdictKind::Wider,
            VerdictKind::Narrower => PolicyVerdictKind::Narrower,
            VerdictKind::Neither => PolicyVerdictKind::Neither,
        },
    }
}
