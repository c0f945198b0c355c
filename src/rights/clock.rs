//! The clock of a request: forty days (Cap. 486, sections 19 and 23), counted in Hong Kong's days.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};

/// How many days there are for the answer.
pub const DAYS: u64 = 40;

/// On which days after the request the officer is reminded; on the last of them it is overdue.
pub const REMINDERS: [u64; 4] = [30, 35, 39, DAYS + 1];

/// For how many years the log of refusals is kept (section 27).
const YEARS: u32 = 4;

/// The day in Hong Kong, which is eight hours ahead of UTC all year.
#[must_use]
pub fn day(now: DateTime<Utc>) -> NaiveDate {
    let there = now.checked_add_signed(TimeDelta::hours(8));
    there.unwrap_or(now).date_naive()
}

fn after(opened: NaiveDate, days: u64) -> NaiveDate {
    let day = opened.checked_add_days(Days::new(days));
    day.unwrap_or(NaiveDate::MAX)
}

/// The last day for the answer.
#[must_use]
pub fn due(opened: NaiveDate) -> NaiveDate {
    after(opened, DAYS)
}

/// The reminders from the one of that day until today.
#[must_use]
pub fn reminders(opened: NaiveDate, next: NaiveDate, today: NaiveDate) -> Vec<u64> {
    let passed = |days: &u64| (next..=today).contains(&after(opened, *days));
    REMINDERS.into_iter().filter(passed).collect()
}

/// The day of the first reminder after this day.
#[must_use]
pub fn next(opened: NaiveDate, today: NaiveDate) -> Option<NaiveDate> {
    let mut days = REMINDERS.into_iter().map(|days| after(opened, days));
    days.find(|day| *day > today)
}

/// Until when a refusal of this day stays in the log.
#[must_use]
pub fn kept_until(refused: NaiveDate) -> NaiveDate {
    let until = refused.checked_add_months(chrono::Months::new(12 * YEARS));
    until.unwrap_or(NaiveDate::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_request_before_midnight_in_hong_kong_is_of_that_day() {
        let late: DateTime<Utc> = "2026-11-18T15:59:59Z".parse().unwrap();
        let next: DateTime<Utc> = "2026-11-18T16:00:00Z".parse().unwrap();
        assert_eq!(
            (day(late), day(next)),
            (date("2026-11-18"), date("2026-11-19"))
        );
    }

    #[test]
    fn the_answer_is_due_forty_days_after_the_request() {
        assert_eq!(due(date("2026-11-18")), date("2026-12-28"));
        // Over the end of February of a leap year.
        assert_eq!(due(date("2028-02-01")), date("2028-03-12"));
    }

    #[test]
    fn each_reminder_comes_once_and_none_is_lost_while_nobody_looked() {
        let opened = date("2026-11-18");
        let first = next(opened, opened).unwrap();
        assert_eq!(first, date("2026-12-18"));
        assert_eq!(
            reminders(opened, first, date("2026-12-17")),
            Vec::<u64>::new()
        );
        assert_eq!(reminders(opened, first, first), [30]);
        let second = next(opened, first).unwrap();
        assert_eq!(second, date("2026-12-23"));
        assert_eq!(reminders(opened, second, date("2027-02-01")), [35, 39, 41]);
        assert_eq!(next(opened, date("2026-12-29")), None);
        // The last day itself is not over yet.
        assert_eq!(next(opened, due(opened)), Some(date("2026-12-29")));
    }

    #[test]
    fn a_refusal_is_kept_for_four_years() {
        assert_eq!(kept_until(date("2026-11-18")), date("2030-11-18"));
        assert_eq!(kept_until(date("2028-02-29")), date("2032-02-29"));
    }
}
