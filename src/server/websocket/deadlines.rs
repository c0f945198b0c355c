//! When the server ends a socket by itself, and when it asks whether the client is there.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::{Instant, sleep_until};

use super::close::Close;
use crate::{
    config::SocketLimits,
    server::{Clock, clock::GLANCE, refusal::Refusal},
    viewer::{Claims, TokenError},
};

/// What a deadline that no clock will reach is replaced with.
const FAR: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);

/// The deadlines of one socket.
pub(super) struct Deadlines {
    clock: Clock,
    limits: SocketLimits,
    opened: Instant,
    begun: bool,
    heard: Instant,
    asked: bool,
    token: Option<DateTime<Utc>>,
}

impl Deadlines {
    /// Those of a socket that opens now, for a bearer of this token.
    pub(super) fn new(clock: Clock, limits: SocketLimits, claims: Option<&Claims>) -> Self {
        let now = Instant::now();
        Self {
            clock,
            limits,
            opened: now,
            begun: false,
            heard: now,
            asked: false,
            token: claims.map(Claims::expires),
        }
    }

    /// The client has begun, as the bearer of this token.
    pub(super) fn begin(&mut self, claims: Option<&Claims>) {
        self.begun = true;
        self.token = claims.map(Claims::expires);
    }

    /// The client gave a sign of life.
    pub(super) fn hear(&mut self) {
        self.heard = Instant::now();
        self.asked = false;
    }

    /// The client was asked for a sign of life.
    pub(super) fn ask(&mut self) {
        self.asked = true;
    }

    /// Waits until the client has to be asked for a sign of life.
    pub(super) async fn silent(&self) {
        match self.asked {
            true => std::future::pending().await,
            false => sleep_until(after(self.heard, self.limits.idle_timeout / 2)).await,
        }
    }

    /// Waits until the socket has to end, and says why. Looks before it waits.
    pub(super) async fn ended(&self) -> Close {
        loop {
            if let Some(close) = self.over() {
                return close;
            }
            sleep_until(self.nearest()).await;
        }
    }

    fn over(&self) -> Option<Close> {
        let now = Instant::now();
        if self
            .token
            .is_some_and(|end| self.clock.until(end).is_none())
        {
            return Some(Close::forbidden(&Refusal::Token(TokenError::Expired)));
        }
        if !self.begun && now >= after(self.opened, self.limits.init_timeout) {
            return Some(Close::init_timeout());
        }
        if now >= after(self.opened, self.limits.life) {
            return Some(Close::lived());
        }
        (now >= after(self.heard, self.limits.idle_timeout)).then(Close::idle)
    }

    fn nearest(&self) -> Instant {
        let begin = (!self.begun).then(|| after(self.opened, self.limits.init_timeout));
        let token = self.token.and_then(|end| self.clock.until(end));
        let token = token.map(|left| after(Instant::now(), left.min(GLANCE)));
        after(self.opened, self.limits.life)
            .min(after(self.heard, self.limits.idle_timeout))
            .min(begin.unwrap_or_else(far))
            .min(token.unwrap_or_else(far))
    }
}

fn after(instant: Instant, time: Duration) -> Instant {
    instant.checked_add(time).unwrap_or_else(far)
}

fn far() -> Instant {
    Instant::now() + FAR
}
