//! Rows as the drivers have them, read in place.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use rusqlite::types::ValueRef;
use sea_orm::QueryResult;
use sea_orm::sqlx::postgres::PgRow;
use sea_orm::sqlx::{Row as _, ValueRef as _};
use uuid::Uuid;

use super::StoreError;
use super::cells::Holds;
use crate::catalogue::CellRef;
use crate::policy::Filling;

/// A row of some driver.
pub trait Raw {
    /// One of its values, where it lies.
    fn cell(&self, at: usize, holds: Holds) -> Result<CellRef<'_>, StoreError>;

    /// Puts one of its values where it belongs.
    fn put(&self, at: usize, holds: Holds, filling: &mut Filling) -> Result<(), StoreError> {
        Ok(filling.put(self.cell(at, holds)?)?)
    }

    /// A value that is an id and is there.
    fn id(&self, at: usize) -> Result<Uuid, StoreError> {
        match self.cell(at, Holds::Id)? {
            CellRef::Id(id) => Ok(id),
            _ => Err(StoreError::Type("id")),
        }
    }
}

/// A value of a row of sqlx. The layout knows the type of each column, so it is not asked again for
/// each cell.
macro_rules! cell_of {
    ($row:expr, $at:expr, $holds:expr) => {{
        macro_rules! get {
            ($ty:ty) => {
                $row.try_get_unchecked::<Option<$ty>, usize>($at)
                    .map_err(|_| StoreError::Type("cell"))?
            };
        }
        match $holds {
            Holds::Bool => get!(bool).map_or(CellRef::Null, CellRef::Bool),
            Holds::Int => get!(i32).map_or(CellRef::Null, |v| CellRef::Int(v.into())),
            Holds::Long => get!(i64).map_or(CellRef::Null, CellRef::Int),
            Holds::Float => get!(f64).map_or(CellRef::Null, CellRef::Float),
            Holds::Text | Holds::Sealed(_) => get!(&str).map_or(CellRef::Null, CellRef::Text),
            Holds::Id => get!(Uuid).map_or(CellRef::Null, CellRef::Id),
            Holds::Time => get!(DateTime<Utc>).map_or(CellRef::Null, CellRef::Time),
            Holds::Date => get!(NaiveDate).map_or(CellRef::Null, CellRef::Date),
        }
    }};
}

impl Raw for QueryResult {
    fn cell(&self, at: usize, holds: Holds) -> Result<CellRef<'_>, StoreError> {
        Ok(match self.try_as_sqlite_row() {
            Some(row) => cell_of!(row, at, holds),
            _ => return Err(StoreError::Type("row")),
        })
    }
}

impl Raw for PgRow {
    fn cell(&self, at: usize, holds: Holds) -> Result<CellRef<'_>, StoreError> {
        match bytes(self, at)? {
            Some(bytes) => binary(bytes, holds).ok_or(StoreError::Type("cell")),
            None => Ok(CellRef::Null),
        }
    }

    fn put(&self, at: usize, holds: Holds, filling: &mut Filling) -> Result<(), StoreError> {
        let cell = match (bytes(self, at)?, holds) {
            (None, _) => CellRef::Null,
            (Some(bytes), Holds::Text) => return Ok(filling.put_text(bytes)?),
            (Some(bytes), _) => binary(bytes, holds).ok_or(StoreError::Type("cell"))?,
        };
        Ok(filling.put(cell)?)
    }
}

/// A value as it came, if it is there.
fn bytes(row: &PgRow, at: usize) -> Result<Option<&[u8]>, StoreError> {
    // Looked at where it is: moving it costs more than reading it.
    match &row.try_get_raw(at) {
        Ok(value) if value.is_null() => Ok(None),
        Ok(value) => value
            .as_bytes()
            .map(Some)
            .map_err(|_| StoreError::Type("cell")),
        Err(_) => Err(StoreError::Type("cell")),
    }
}

/// A value as PostgreSQL sends it.
#[inline]
fn binary(bytes: &[u8], holds: Holds) -> Option<CellRef<'_>> {
    /// The first instant that PostgreSQL counts from, 2000-01-01, in microseconds and days after
    /// that of everybody else.
    const EPOCH: i64 = 946_684_800_000_000;
    const FIRST: i32 = 10_957;
    let long = || Some(i64::from_be_bytes(bytes.try_into().ok()?));
    let int = || Some(i32::from_be_bytes(bytes.try_into().ok()?));
    Some(match holds {
        Holds::Bool => CellRef::Bool(*bytes.first()? != 0),
        Holds::Int => CellRef::Int(int()?.into()),
        Holds::Long => CellRef::Int(long()?),
        Holds::Float => CellRef::Float(f64::from_be_bytes(bytes.try_into().ok()?)),
        Holds::Text | Holds::Sealed(_) => CellRef::Text(std::str::from_utf8(bytes).ok()?),
        Holds::Id => CellRef::Id(Uuid::from_slice(bytes).ok()?),
        Holds::Time => {
            let micros = long()?.checked_add(EPOCH)?;
            CellRef::Time(DateTime::from_timestamp_micros(micros)?)
        }
        Holds::Date => CellRef::Date(NaiveDate::from_epoch_days(int()?.checked_add(FIRST)?)?),
    })
}

impl Raw for rusqlite::Row<'_> {
    fn put(&self, at: usize, holds: Holds, filling: &mut Filling) -> Result<(), StoreError> {
        if matches!(holds, Holds::Text)
            && let ValueRef::Text(bytes) = self.get_ref(at)?
        {
            return Ok(filling.put_text(bytes)?);
        }
        Ok(filling.put(self.cell(at, holds)?)?)
    }

    fn cell(&self, at: usize, holds: Holds) -> Result<CellRef<'_>, StoreError> {
        Ok(match (self.get_ref(at)?, holds) {
            (ValueRef::Null, _) => CellRef::Null,
            (ValueRef::Integer(value), Holds::Bool) => CellRef::Bool(value != 0),
            (ValueRef::Integer(value), Holds::Int | Holds::Long) => CellRef::Int(value),
            #[expect(clippy::cast_precision_loss, reason = "as every reader of SQLite does")]
            (ValueRef::Integer(value), Holds::Float) => CellRef::Float(value as f64),
            (ValueRef::Real(value), Holds::Float) => CellRef::Float(value),
            (ValueRef::Text(bytes), Holds::Text | Holds::Sealed(_)) => CellRef::Text(text(bytes)?),
            (ValueRef::Text(bytes), Holds::Time) => CellRef::Time(time(bytes)?),
            (ValueRef::Text(bytes), Holds::Date) => CellRef::Date(date(bytes)?),
            (ValueRef::Blob(bytes), Holds::Id) => {
                CellRef::Id(Uuid::from_slice(bytes).map_err(|_| StoreError::Type("id"))?)
            }
            _ => return Err(StoreError::Type("cell")),
        })
    }
}

fn text(bytes: &[u8]) -> Result<&str, StoreError> {
    std::str::from_utf8(bytes).map_err(|_| StoreError::Type("text"))
}

/// Two or four digits.
fn digits(bytes: &[u8]) -> Option<u32> {
    bytes.iter().try_fold(0, |number, digit| {
        digit
            .is_ascii_digit()
            .then(|| number * 10 + u32::from(digit - b'0'))
    })
}

/// A date, `2026-11-21`.
fn date(bytes: &[u8]) -> Result<NaiveDate, StoreError> {
    plain_date(bytes)
        .or_else(|| text(bytes).ok()?.parse().ok())
        .ok_or(StoreError::Type("date"))
}

fn plain_date(text: &[u8]) -> Option<NaiveDate> {
    let [year @ .., b'-', m1, m2, b'-', d1, d2] = text else {
        return None;
    };
    let year = (year.len() == 4).then(|| digits(year)).flatten()?;
    NaiveDate::from_ymd_opt(
        i32::try_from(year).ok()?,
        digits(&[*m1, *m2])?,
        digits(&[*d1, *d2])?,
    )
}

/// An instant, `2026-11-21T08:30:00.25+00:00`.
fn time(bytes: &[u8]) -> Result<DateTime<Utc>, StoreError> {
    let long = || {
        Some(
            DateTime::parse_from_rfc3339(text(bytes).ok()?)
                .ok()?
                .to_utc(),
        )
    };
    plain_time(bytes)
        .or_else(long)
        .ok_or(StoreError::Type("time"))
}

/// An instant in whole seconds, as most are.
fn plain_time(text: &[u8]) -> Option<DateTime<Utc>> {
    let (day, rest) = text.split_at_checked(10)?;
    let [b'T', h1, h2, b':', m1, m2, b':', s1, s2, zone @ ..] = rest else {
        return None;
    };
    if zone != b"+00:00" && zone != b"Z" {
        return None;
    }
    let (hour, minute) = (digits(&[*h1, *h2])?, digits(&[*m1, *m2])?);
    let time = NaiveTime::from_hms_opt(hour, minute, digits(&[*s1, *s2])?)?;
    Some(plain_date(day)?.and_time(time).and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_way_reads_what_the_long_way_reads() {
        for text in [
            "2026-11-21T08:30:00+00:00",
            "1969-12-31T23:59:59+00:00",
            "2024-02-29T00:00:00Z",
            "2026-11-21T08:30:00.25+00:00",
            "2026-11-21T16:30:00+08:00",
        ] {
            let long = DateTime::parse_from_rfc3339(text).unwrap().to_utc();
            assert!(
                time(text.as_bytes()).is_ok_and(|time| time == long),
                "{text}"
            );
        }
        for text in ["2026-11-21", "0001-01-01", "2024-02-29"] {
            let long: NaiveDate = text.parse().unwrap();
            assert!(
                date(text.as_bytes()).is_ok_and(|date| date == long),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_date_is_not_read_as_one() {
        for text in [
            "2026-13-01",
            "2026-02-30",
            "2026-1x-01",
            "",
            "-----",
            "20261121",
        ] {
            assert!(date(text.as_bytes()).is_err(), "{text}");
            assert!(time(text.as_bytes()).is_err(), "{text}");
        }
        for text in [
            "2026-11-21T24:00:00Z",
            "2026-11-21T08:30Z",
            "2026-11-21T08:30:00+0",
        ] {
            assert!(time(text.as_bytes()).is_err(), "{text}");
        }
    }
}
