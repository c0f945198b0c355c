//! The operations that run on one socket, each under the id that the client gave it.

use std::{collections::HashMap, sync::Arc};

use futures_util::stream::{self, AbortHandle, BoxStream, SelectAll, StreamExt, abortable};

use crate::server::operation::Outcome;

/// An operation's id with what came of it; nothing means that it has ended.
pub(super) type Event = (Arc<str>, Option<Outcome>);

/// Operations that run side by side.
#[derive(Default)]
pub(super) struct Operations {
    live: HashMap<Arc<str>, AbortHandle>,
    events: SelectAll<BoxStream<'static, Event>>,
}

impl Operations {
    pub(super) fn count(&self) -> usize {
        self.live.len()
    }

    pub(super) fn has(&self, id: &str) -> bool {
        self.live.contains_key(id)
    }

    /// Runs an operation under an id that is free.
    pub(super) fn start(&mut self, id: &str, outcomes: BoxStream<'static, Outcome>) {
        let id: Arc<str> = id.into();
        let of = Arc::clone(&id);
        let events = outcomes
            .map(Some)
            .chain(stream::once(std::future::ready(None)))
            .map(move |outcome| (Arc::clone(&of), outcome));
        let (events, handle) = abortable(events);
        self.live.insert(id, handle);
        self.events.push(events.boxed());
    }

    /// Ends an operation, if it runs. Nothing more comes of it, and its id is free.
    pub(super) fn end(&mut self, id: &str) {
        if let Some(handle) = self.live.remove(id) {
            handle.abort();
        }
    }

    /// What comes next of any of them; nothing while none runs.
    pub(super) async fn next(&mut self) -> Option<Event> {
        self.events.next().await
    }
}
