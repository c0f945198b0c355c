//! Why the server closes a socket: the codes of the protocol, and those of WebSockets.

use axum::extract::ws::{CloseFrame, close_code};

use crate::server::refusal::Refusal;

/// A close frame carries no more of a reason, in bytes.
const LONGEST_REASON: usize = 123;

/// A code with its reason.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Close {
    pub code: u16,
    reason: String,
}

impl Close {
    fn new(code: u16, reason: impl Into<String>) -> Self {
        let mut reason = reason.into();
        reason.truncate(reason.floor_char_boundary(LONGEST_REASON));
        Self { code, reason }
    }

    /// A message that the protocol does not know.
    pub(super) fn invalid(why: &str) -> Self {
        Self::new(4400, format!("Invalid message: {why}"))
    }

    /// An operation before the socket was acknowledged.
    pub(super) fn unauthorized() -> Self {
        Self::new(4401, "Unauthorized")
    }

    /// A token that is not good, or no longer.
    pub(super) fn forbidden(why: &Refusal) -> Self {
        Self::new(4403, format!("Forbidden: {why}"))
    }

    /// Another subprotocol, or none.
    pub(super) fn subprotocol() -> Self {
        Self::new(4406, "Subprotocol not acceptable")
    }

    /// No `connection_init` in time.
    pub(super) fn init_timeout() -> Self {
        Self::new(4408, "Connection initialisation timeout")
    }

    /// An id under which an operation still runs.
    pub(super) fn duplicate(id: &str) -> Self {
        Self::new(4409, format!("Subscriber for {id} already exists"))
    }

    /// A second `connection_init`.
    pub(super) fn second_init() -> Self {
        Self::new(4429, "Too many initialisation requests")
    }

    /// No sign of life from the client.
    pub(super) fn idle() -> Self {
        Self::new(close_code::AWAY, "Idle for too long")
    }

    /// The viewer has too many sockets already.
    pub(super) fn crowded(why: &Refusal) -> Self {
        Self::new(close_code::AGAIN, format!("Try again later: {why}"))
    }

    /// Open for as long as a socket may be.
    pub(super) fn lived() -> Self {
        Self::new(close_code::AWAY, "Open for too long; connect again")
    }

    /// The server stops.
    pub(super) fn stopping() -> Self {
        Self::new(close_code::AWAY, "The server is stopping")
    }

    /// Something else than text.
    pub(super) fn not_text() -> Self {
        Self::new(close_code::UNSUPPORTED, "Messages are text")
    }

    /// A fault of ours.
    pub(super) fn failed() -> Self {
        Self::new(close_code::ERROR, "The server failed")
    }

    /// What could not be read, if there still is somebody to tell.
    pub(super) fn unreadable(cause: axum::Error, longest: usize) -> Option<Self> {
        use tungstenite::Error;
        match cause.into_inner().downcast_ref::<Error>()? {
            Error::Capacity(_) => Some(Self::new(
                close_code::SIZE,
                format!("A message has at most {longest} bytes"),
            )),
            Error::Utf8(_) => Some(Self::new(close_code::INVALID, "Messages are UTF-8")),
            Error::Protocol(_) => Some(Self::new(
                close_code::PROTOCOL,
                "Not the WebSocket protocol",
            )),
            _ => None,
        }
    }

    pub(super) fn frame(self) -> CloseFrame {
        CloseFrame {
            code: self.code,
            reason: self.reason.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_fits_into_its_frame() {
        let close = Close::duplicate(&"街".repeat(200));
        assert!(close.reason.len() <= LONGEST_REASON);
        assert!(close.reason.starts_with("Subscriber for 街街"));
        let short = Close::duplicate("a");
        assert_eq!(short.reason, "Subscriber for a already exists");
    }
}
