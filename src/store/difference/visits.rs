//! What statements that count give: numbers and ids.

use uuid::Uuid;

use crate::catalogue::CellRef;
use crate::store::StoreError;
use crate::store::cells::Holds;
use crate::store::raw::Raw;
use crate::store::readers::Visit;

/// Takes one number.
#[derive(Clone, Default)]
pub(super) struct Number(pub u64);

impl Visit for Number {
    fn row(&mut self, row: &impl Raw) -> Result<(), StoreError> {
        self.0 = number(row, 0)?;
        Ok(())
    }
}

/// A count of a row.
pub(super) fn number(row: &impl Raw, at: usize) -> Result<u64, StoreError> {
    match row.cell(at, Holds::Long)? {
        CellRef::Int(number) => Ok(number.unsigned_abs()),
        _ => Err(StoreError::Type("count")),
    }
}

/// Takes ids.
#[derive(Clone, Default)]
pub(super) struct Ids(pub Vec<Uuid>);

impl Visit for Ids {
    fn row(&mut self, row: &impl Raw) -> Result<(), StoreError> {
        self.0.push(row.id(0)?);
        Ok(())
    }
}

/// Takes pairs of ids.
#[derive(Clone, Default)]
pub(super) struct Pairs(pub Vec<(Uuid, Uuid)>);

impl Visit for Pairs {
    fn row(&mut self, row: &impl Raw) -> Result<(), StoreError> {
        self.0.push((row.id(0)?, row.id(1)?));
        Ok(())
    }
}
