//! Imports: whatever a file holds, each row is a record or a rejection with its line, and the
//! readers come to an end.
#![no_main]

use std::fmt::Debug;
use std::io::Cursor;

use kaifong::import::{ImportError, Language, Parsed, holidays, schools, shifts, tags};
use libfuzzer_sys::fuzz_target;

const SCHOOLS: &str = include_str!("../../tests/fixtures/import/schools.csv");
const SHIFTS: &str = include_str!("../../tests/fixtures/import/shifts.csv");
const TAGS: &str = include_str!("../../tests/fixtures/import/task.csv");

/// Reads to the end; a reader that gives more rows than there are bytes would never end.
fn drain<R: Debug>(
    rows: Result<impl Iterator<Item = Result<Parsed<R>, ImportError>>, ImportError>,
    bytes: usize,
) {
    let Ok(rows) = rows else { return };
    let mut count = 0;
    for row in rows {
        count += 1;
        assert!(count <= bytes + 2, "there is no end");
        if let Ok(Parsed::Record { line, .. }) = &row {
            assert!(*line >= 1);
        }
        if row.is_err() {
            break;
        }
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((kind, rest)) = data.split_first() else {
        return;
    };
    // With the right header, mostly, so that the rows are looked at.
    let headed = |sample: &str| {
        let header = sample.lines().next().unwrap_or_default().as_bytes();
        match kind & 0x80 {
            0 => [header, b"\n", rest].concat(),
            _ => rest.to_vec(),
        }
    };
    match kind % 4 {
        0 => {
            let file = headed(SCHOOLS);
            drain(schools(Cursor::new(&file)), file.len());
        }
        1 => {
            let file = headed(SHIFTS);
            drain(shifts(Cursor::new(&file)), file.len());
        }
        2 => {
            let file = headed(TAGS);
            drain(tags(Cursor::new(&file), "task"), file.len());
        }
        _ => {
            let language = Language::parse("en").unwrap();
            drain(holidays(Cursor::new(rest), language), rest.len());
        }
    }
});
