//! What changed, told to those who listen.
//!
//! An event says which row changed and in which columns, never what is in them: whoever hears it
//! asks the policies and looks for itself. It is told after the change is kept.

use tokio::sync::broadcast::{Receiver, Sender, channel};
use uuid::Uuid;

use crate::catalogue::Type;

/// How many events a slow listener may lag behind before it misses some.
const KEPT: usize = 1024;

/// What those who listen hear.
#[derive(Clone, Debug)]
pub enum Heard {
    /// A row changed.
    Changed(Event),
    /// Rows of a type, or of any where none is named, may have changed unheard: look again.
    Missed(Option<&'static Type>),
}

/// A row changed.
#[derive(Clone, Debug)]
pub struct Event {
    /// Its type.
    pub of: &'static Type,
    /// Its id.
    pub id: Uuid,
    /// In what.
    pub what: Changes,
}

/// In what a row changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Changes {
    /// It is new.
    Made,
    /// These columns.
    Columns(Vec<&'static str>),
    /// These fields, which follow from other rows.
    Fields(Vec<&'static str>),
}

/// Tells events to all who listen.
#[derive(Clone)]
pub struct Events {
    sender: Sender<Heard>,
}

impl Events {
    pub(super) fn new() -> Self {
        Self {
            sender: channel(KEPT).0,
        }
    }

    /// Listens from now on.
    pub fn listen(&self) -> Receiver<Heard> {
        self.sender.subscribe()
    }

    /// How many listen.
    #[must_use]
    pub fn listeners(&self) -> usize {
        self.sender.receiver_count()
    }

    /// Tells an event to all who listen.
    pub fn tell(&self, event: Event) {
        self.say(Heard::Changed(event));
    }

    pub(super) fn say(&self, heard: Heard) {
        // Nobody need listen.
        let _ = self.sender.send(heard);
    }
}
