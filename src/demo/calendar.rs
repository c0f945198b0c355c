//! The eight weeks around the day on which the demo is made, in Hong Kong's time.

use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, Timelike, Utc};

/// Hong Kong is eight hours ahead of UTC all year.
const HONG_KONG: TimeDelta = TimeDelta::hours(8);

/// Days before today that have shifts.
const BACK: i64 = -28;
/// Days from today on that have shifts, today included.
const AHEAD: i64 = 28;

#[derive(Clone, Copy)]
pub(super) struct Calendar {
    /// Now, in whole seconds.
    pub(super) now: DateTime<Utc>,
    /// Today in Hong Kong.
    pub(super) today: NaiveDate,
}

impl Calendar {
    pub(super) fn new(now: DateTime<Utc>) -> Self {
        let now = now.with_nanosecond(0).unwrap_or(now);
        Self {
            now,
            today: (now + HONG_KONG).date_naive(),
        }
    }

    /// The day so many days from today.
    pub(super) fn day(self, offset: i64) -> NaiveDate {
        let days = Days::new(offset.unsigned_abs());
        let day = match offset < 0 {
            true => self.today.checked_sub_days(days),
            false => self.today.checked_add_days(days),
        };
        day.unwrap_or(self.today)
    }

    /// So many minutes after midnight in Hong Kong, so many days from today.
    pub(super) fn at(self, offset: i64, minutes: i64) -> DateTime<Utc> {
        let midnight = self.day(offset).and_time(chrono::NaiveTime::MIN).and_utc();
        midnight + TimeDelta::minutes(minutes) - HONG_KONG
    }

    /// The days that have shifts, as offsets from today.
    pub(super) fn offsets() -> impl Iterator<Item = i64> {
        BACK..AHEAD
    }

    /// When rows were made that were there before anything happened.
    pub(super) fn founded(self) -> DateTime<Utc> {
        self.at(-60, 9 * 60)
    }

    /// The school year, by the year in which it began in September.
    pub(super) fn academic_year(self) -> i32 {
        match self.today.month() >= 9 {
            true => self.today.year(),
            false => self.today.year() - 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn today_is_hong_kongs_today() {
        let calendar = Calendar::new("2026-03-01T20:15:30.5Z".parse().unwrap());
        assert_eq!(calendar.today.to_string(), "2026-03-02");
        let lunch = calendar.at(1, 11 * 60 + 30);
        assert_eq!(lunch.to_rfc3339(), "2026-03-03T03:30:00+00:00");
        assert_eq!(calendar.academic_year(), 2025);
        assert_eq!(Calendar::offsets().count(), 56);
    }
}
