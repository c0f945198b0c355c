//! What goes wrong at the desk, as the officer is told of it.

use std::sync::Arc;

use super::LiveError;
use super::asked::AskedError;
use crate::graphql::{Told, Trouble};
use crate::policy::Policies;
use crate::policy::gate::{Fault, Set};

/// A set and its policies, or the first of its faults.
pub(super) fn loaded(set: Result<Set, Vec<Fault>>) -> Result<(Arc<Set>, Arc<Policies>), Trouble> {
    let faulty = |file: &str, line: usize, en: &str, zh: &str| {
        Trouble::told(
            "FAULTS",
            format!("{file}:{line}: {en}"),
            format!("{file}:{line}：{zh}"),
        )
    };
    let set = set.map_err(|faults| {
        let first = faults.first();
        first.map_or_else(broken_off, |f| faulty(&f.file, f.line, &f.en, &f.zh))
    })?;
    let policies = Policies::load(&set.schema, &set.policies).map_err(|error| {
        let reason = &error.reason;
        faulty(
            &error.file,
            error.line,
            reason,
            &format!("此處有誤：{reason}"),
        )
    })?;
    Ok((Arc::new(set), policies))
}

impl From<LiveError> for Trouble {
    fn from(error: LiveError) -> Self {
        let (code, en, zh) = (error.code(), error.to_string(), error.zh());
        let report = match error {
            LiveError::Refused(_) | LiveError::NoKeeper(_) | LiveError::Person(_) => {
                return Self::Refused;
            }
            LiveError::Store(error) => return Self::Store(error),
            LiveError::Faults(report) => Some(*report),
            LiveError::Source(_) | LiveError::Unfit(..) => {
                tracing::error!(%en, "policies cannot be used");
                None
            }
            _ => None,
        };
        Self::Told(Box::new(Told {
            code,
            en,
            zh,
            report,
        }))
    }
}

pub(super) fn nobody(error: AskedError) -> Trouble {
    match error {
        AskedError::Store(error) => Trouble::Store(error),
        AskedError::Person | AskedError::Share => Trouble::told(
            "UNKNOWN_VIEWER",
            "one of the viewers is no person who may sign in, and no share in force",
            "其中一名檢視者並非可登入的用戶，亦非有效的分享",
        ),
        AskedError::Viewer(_) => Trouble::told(
            "UNKNOWN_VIEWER",
            "one of the viewers does not fit the schema of these policies",
            "其中一名檢視者不符合這些政策的結構檔",
        ),
    }
}

pub(super) fn broken_off() -> Trouble {
    Trouble::told(
        "UNAVAILABLE",
        "something went wrong on the server; nothing was changed",
        "伺服器出錯；沒有任何更改",
    )
}

pub(super) fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(40).collect()
}
