//! How often something may be tried: so many times at once, and one more after each interval (the
//! generic cell rate algorithm, whose whole state is one instant).

use std::time::Duration;

/// How often something may be tried.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    /// How many times at once, after a rest.
    pub burst: u32,
    /// After how long one more.
    pub interval: Duration,
}

impl Rate {
    /// The wrong passwords or codes of one account from one place, or from places where it has
    /// signed in before.
    pub const PLACE: Self = Self::of(5, 60);
    /// Those of one account from all places where it never signed in, together. Who wants to lock
    /// somebody out fills this one; where the person signs in usually is not counted in it.
    pub const STRANGERS: Self = Self::of(20, 30);
    /// Tries of one address, whomever they are about.
    pub const ADDRESS: Self = Self::of(100, 3);
    /// One-time codes of one account, wherever they are typed: a million codes, three right at a
    /// time, so that a guess in a day is one in some two hundred.
    pub const CODES: Self = Self::of(5, 60);

    /// Letters to one address that anybody may ask for.
    pub const LETTERS: Self = Self::of(3, 900);

    const fn of(burst: u32, seconds: u64) -> Self {
        Self {
            burst,
            interval: Duration::from_secs(seconds),
        }
    }

    /// One interval, in milliseconds.
    #[must_use]
    pub fn step(self) -> i64 {
        i64::try_from(self.interval.as_millis()).unwrap_or(i64::MAX)
    }

    /// How far ahead of now the instant at which all is given back may be before one more try, in
    /// milliseconds.
    #[must_use]
    pub fn room(self) -> i64 {
        self.step()
            .saturating_mul(i64::from(self.burst.saturating_sub(1)))
    }
}
