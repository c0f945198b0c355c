//! Every way by which data leaves the server for another machine.
//!
//! The list is whole: a test holds it against the sources, so that no room can use a client of
//! another machine without being named here. The database is none of them: it is where the data is.

use std::sync::atomic::{AtomicU64, Ordering};

/// The code under which it is told that something may not go.
pub const REFUSED: &str = "RESIDENCY_REFUSED";

/// A way by which data leaves the server.
pub struct Connector {
    /// Its name in the policies, the log and the metrics.
    pub name: &'static str,
    /// The room that speaks to the other machine.
    pub room: &'static str,
    /// The setting that says in which place the other machine is.
    pub setting: &'static str,
    /// What it is sent.
    pub sends: Sends,
    /// What that is, in English.
    pub what_en: &'static str,
    /// The same in traditional Chinese.
    pub what_zh: &'static str,
    sent: AtomicU64,
    refused: AtomicU64,
}

/// What a connector is sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sends {
    /// Something about persons: the policies are asked each time.
    OfPersons,
    /// Nothing about anybody, whatever happens.
    NothingOfPersons,
}

const fn connector(
    name: &'static str,
    setting: &'static str,
    sends: Sends,
    what_en: &'static str,
    what_zh: &'static str,
) -> Connector {
    Connector {
        name,
        room: name,
        setting,
        sends,
        what_en,
        what_zh,
        sent: AtomicU64::new(0),
        refused: AtomicU64::new(0),
    }
}

/// The mail server.
pub static MAIL: Connector = connector(
    "mail",
    "mail_place",
    Sends::OfPersons,
    "a person's e-mail address, and that somebody here writes to it",
    "個人的電郵地址，以及本處向其寄信一事",
);

/// Outside providers of identity.
pub static OIDC: Connector = connector(
    "oidc",
    "oidc.place",
    Sends::OfPersons,
    "that a person signs in here, and when",
    "個人在本處登入一事及其時間",
);

/// The collector of traces.
pub static TRACES: Connector = connector(
    "traces",
    "otlp_place",
    Sends::NothingOfPersons,
    "how long steps of requests took, in this program's own words",
    "請求各步驟所需的時間，只用程式本身的詞語",
);

/// All of them.
pub static CONNECTORS: [&Connector; 3] = [&MAIL, &OIDC, &TRACES];

impl Connector {
    /// Counts that something was let through, or was not.
    pub fn count(&self, went: bool) {
        let counter = if went { &self.sent } else { &self.refused };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// How often something was let through since the process began, and how often it was not.
    #[must_use]
    pub fn counts(&self) -> (u64, u64) {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        (read(&self.sent), read(&self.refused))
    }
}
