//! A schedule: each event with its start, duration, place, track and type.

use std::io::BufRead;

use chrono::{DateTime, TimeDelta, Utc};

use super::field::{Fault, shown};
use super::report::Reason;
use super::table::{Cells, Table};
use super::{External, ImportError, Parsed};

/// The vocabulary of the tag that a schedule's track becomes: a shift of the track `Security` is
/// tagged `track:Security`.
pub const TRACK: &str = "track";

/// An event of a schedule.
#[derive(Clone, Debug, PartialEq)]
pub struct ShiftRecord {
    /// The event's `uid`.
    pub external_id: String,
    /// When it starts.
    pub starts_at: DateTime<Utc>,
    /// When it ends, always after the start.
    pub ends_at: DateTime<Utc>,
    /// Where it is.
    pub place: Option<String>,
    /// The kind of task, for example `lecture`.
    pub task_type: Option<String>,
    /// What it is called.
    pub title: Option<String>,
    /// The language in which it is held, for example `en`.
    pub language: Option<String>,
    /// The track, as the tag `track:NAME`.
    pub track: Option<String>,
}

impl External for ShiftRecord {
    fn external_id(&self) -> &str {
        &self.external_id
    }
}

const COLUMNS: [&str; 8] = [
    "uid",
    "start",
    "duration",
    "place",
    "project",
    "task_type",
    "title",
    "language",
];

/// Reads a schedule.
pub fn shifts<I: BufRead>(
    input: I,
) -> Result<impl Iterator<Item = Result<Parsed<ShiftRecord>, ImportError>>, ImportError> {
    Table::open(input, &COLUMNS, &[], shift)
}

fn shift(cells: &Cells<'_>) -> Result<ShiftRecord, Fault> {
    let external_id = cells.required("uid")?;
    let starts_at = start(&cells.required("start")?)?;
    let written = cells.required("duration")?;
    let ends_at = duration(&written)
        .and_then(|duration| starts_at.checked_add_signed(duration))
        .ok_or_else(|| {
            Fault::new(
                Reason::BadDuration,
                format!(
                    "`duration` is not hours and minutes such as 01:30: {}",
                    shown(&written)
                ),
            )
        })?;
    Ok(ShiftRecord {
        external_id,
        starts_at,
        ends_at,
        place: cells.text("place")?,
        task_type: cells.text("task_type")?,
        title: cells.text("title")?,
        language: cells.text("language")?,
        track: cells.text("project")?.map(|name| format!("{TRACK}:{name}")),
    })
}

fn start(value: &str) -> Result<DateTime<Utc>, Fault> {
    match DateTime::parse_from_rfc3339(value) {
        Ok(start) => Ok(start.with_timezone(&Utc)),
        Err(_) => Err(Fault::new(
            Reason::BadDate,
            format!(
                "`start` is not a time with its zone such as 2026-03-01T09:00:00+08:00: {}",
                shown(value)
            ),
        )),
    }
}

/// `HH:MM`, more than nothing; the hours may exceed a day.
fn duration(value: &str) -> Option<TimeDelta> {
    let (hours, minutes) = value.split_once(':')?;
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(hours) || !digits(minutes) || hours.len() > 4 || minutes.len() != 2 {
        return None;
    }
    let (hours, minutes) = (hours.parse::<i64>().ok()?, minutes.parse::<i64>().ok()?);
    let duration = TimeDelta::try_minutes(hours * 60 + minutes)?;
    (minutes < 60 && duration > TimeDelta::zero()).then_some(duration)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_may_exceed_a_day_and_are_never_nothing() {
        for (written, minutes) in [("00:30", 30), ("1:05", 65), ("26:00", 1560)] {
            assert_eq!(duration(written), TimeDelta::try_minutes(minutes));
        }
        for wrong in [
            "", "00:00", "1:60", "1:5", "-1:00", "01:00:00", "1h", "99999:00", ":30", "+1:00",
        ] {
            assert_eq!(duration(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_start_names_its_zone_and_is_kept_in_utc() {
        let start_of = |text| start(text).map(|time| time.to_rfc3339());
        assert_eq!(
            start_of("2019-08-21T11:00:00+02:00").unwrap(),
            "2019-08-21T09:00:00+00:00"
        );
        for wrong in ["2019-02-30T11:00:00+02:00", "2019-08-21T11:00:00", "soon"] {
            assert_eq!(start_of(wrong).unwrap_err().code, Reason::BadDate);
        }
    }
}
