//! Blocks of entries, each with a filter of whom it names, so that the log of one record is found
//! without reading all of it.
//!
//! A filter is made when its block is full, after the entries are kept, from what was written of them
//! or, where others wrote some, from what the database holds: it follows from the entries and is no
//! part of the chain. Without one a block is read.
//!
//! A row for each record and entry would cost a list of a thousand rows a thousand more; a filter
//! costs about ten bits for each record of a block, however often the block names it.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DatabaseConnection};

use std::collections::{BTreeMap, HashSet};
use std::hash::BuildHasherDefault;
use std::sync::Arc;

use super::cut::{self, Book};
use super::file::File;
use super::known::Folded;
use crate::audit::{Entry, Filter};
use crate::store::StoreError;
use crate::store::sql::Sql;

/// How many entries a block has.
pub const BLOCK: u64 = 256;

/// How many of them are read at a time; a part of a block.
const FEW: usize = 16;

/// How many pseudonyms are kept of a block that is being written: about a megabyte. Of a block with
/// more they are read back when it is full.
const MOST: usize = 1 << 16;

/// Pseudonyms, each once.
type Named = HashSet<u64, BuildHasherDefault<Folded>>;

/// Filters that are made, by block.
pub type Made = BTreeMap<u64, Filter>;

/// The block that is being written, as far as it was written here.
pub struct Open {
    /// The number of the last entry that was written here.
    last: u64,
    /// Whether every entry of its block so far was.
    whole: bool,
    /// Whom those name.
    named: Named,
}

impl Default for Open {
    fn default() -> Self {
        Self {
            last: 0,
            whole: true,
            named: Named::default(),
        }
    }
}

impl Open {
    /// Entries with these bodies, whose lists have so many pseudonyms each, were written after this
    /// number; the filters of the blocks that are full by that.
    pub fn written<'a>(
        &mut self,
        before: u64,
        bodies: impl IntoIterator<Item = (&'a [u8], &'a [usize])>,
    ) -> Made {
        if self.last != before {
            self.begin(before);
        }
        let mut made = Made::new();
        for (body, counts) in bodies {
            self.last += 1;
            if self.whole {
                self.whole = Entry::named(body, counts).is_ok_and(|records| {
                    self.named.extend(records);
                    self.named.len() <= MOST
                });
            }
            if self.last.is_multiple_of(BLOCK) {
                if self.whole {
                    let named = self.named.iter().copied().collect();
                    made.insert(of(self.last), Filter::of(named));
                }
                self.begin(self.last);
            }
        }
        made
    }

    /// Begins anew after this number: what was written of its block by others is not known.
    pub fn begin(&mut self, last: u64) {
        self.last = last;
        self.whole = last.is_multiple_of(BLOCK);
        self.named.clear();
    }
}

/// The block of an entry.
pub const fn of(number: u64) -> u64 {
    number.saturating_sub(1) / BLOCK
}

/// Makes the filters of the blocks that are full now.
pub async fn close(
    database: &DatabaseConnection,
    file: Option<&Arc<File>>,
    (before, after): (u64, u64),
    made: Made,
) {
    if before / BLOCK == after / BLOCK {
        return;
    }
    if let Err(error) = missing(database, file, after / BLOCK, made).await {
        // It will be made with the next; until then the block is read.
        tracing::warn!(%error, "a block of the disclosure log has no filter yet");
    }
}

/// Makes the filters that there should be of the first so many blocks.
async fn missing(
    database: &DatabaseConnection,
    file: Option<&Arc<File>>,
    full: u64,
    mut made: Made,
) -> Result<(), StoreError> {
    let mut statement = sql(database);
    // Blocks that were cut off need none any more.
    statement.push("SELECT COALESCE((SELECT MAX(number) FROM audit_block), -1)");
    let row = database.query_one_raw(statement.finish()).await?;
    let row = row.ok_or(StoreError::Type("audit_block"))?;
    let last: i64 = row.try_get_by_index(0)?;
    let gone = cut::gone(database, Book::Log).await?;
    let whole = gone.map_or(0, |gone| gone.chain.number / BLOCK);
    let last = last.max(whole.cast_signed() - 1);
    for block in (last + 1).cast_unsigned()..full {
        let filter = match made.remove(&block) {
            Some(filter) => filter,
            None => read(database, block).await?,
        };
        let filter = filter.into_bytes();
        if let Some(file) = file {
            file.close(block, filter).await?;
            continue;
        }
        let mut statement = sql(database);
        statement
            .push("INSERT INTO audit_block (number, filter) VALUES (")
            .bind(block.cast_signed())
            .push(", ")
            .bind(filter)
            .push(") ON CONFLICT (number) DO NOTHING");
        database.execute_raw(statement.finish()).await?;
    }
    Ok(())
}

/// The filter of a block, from its entries.
async fn read(database: &DatabaseConnection, block: u64) -> Result<Filter, StoreError> {
    // Each once, and a few entries at a time: the same persons are in most entries of a block.
    let mut named = Named::default();
    let (first, last) = (block * BLOCK, (block + 1) * BLOCK);
    for from in (first..last).step_by(FEW) {
        for (_, body) in some(database, from, from + FEW as u64).await? {
            if let Ok(entry) = Entry::from_bytes(&body) {
                named.extend(entry.parts().iter().flat_map(|part| &part.records));
            }
        }
    }
    Ok(Filter::of(named.into_iter().collect()))
}

/// The entries of a block that are there, the first one first.
pub async fn bodies(
    database: &DatabaseConnection,
    block: u64,
) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
    some(database, block * BLOCK, (block + 1) * BLOCK).await
}

/// Those after this number, up to that.
async fn some(
    database: &DatabaseConnection,
    after: u64,
    last: u64,
) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
    let mut statement = sql(database);
    statement
        .push("SELECT number, body FROM audit_entry WHERE number > ")
        .bind(after.cast_signed())
        .push(" AND number <= ")
        .bind(last.cast_signed())
        .push(" ORDER BY number");
    let rows = database.query_all_raw(statement.finish()).await?;
    let each = rows.iter().map(|row| {
        let number = row.try_get_by_index::<i64>(0)?.cast_unsigned();
        Ok((number, row.try_get_by_index(1)?))
    });
    each.collect()
}

/// The filters of these blocks, as far as they are there.
pub async fn filters(
    database: &DatabaseConnection,
    blocks: std::ops::Range<u64>,
) -> Result<Vec<(u64, Filter)>, StoreError> {
    let mut statement = sql(database);
    statement
        .push("SELECT number, filter FROM audit_block WHERE number >= ")
        .bind(blocks.start.cast_signed())
        .push(" AND number < ")
        .bind(blocks.end.cast_signed());
    let rows = database.query_all_raw(statement.finish()).await?;
    let each = rows.iter().map(|row| {
        let number = row.try_get_by_index::<i64>(0)?.cast_unsigned();
        Ok((number, Filter::from_bytes(row.try_get_by_index(1)?)))
    });
    each.collect()
}

fn sql(database: &DatabaseConnection) -> Sql {
    Sql::new(database.get_database_backend(), DateTime::<Utc>::MIN_UTC)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::audit::{Part, Said, Who};

    fn body(records: &[u64]) -> Vec<u8> {
        let entry = Entry {
            at: 0,
            who: Who {
                kind: "Partner".into(),
                person: None,
                id: None,
                roles: Vec::new(),
                organisations: Vec::new(),
            },
            token: None,
            session: None,
            purpose: None,
            shares: Vec::new(),
            policy: String::new(),
            said: Said::Shown(vec![Part {
                of: "Volunteer".into(),
                full: Vec::new(),
                masked: Vec::new(),
                count: records.len(),
                records: records.to_vec(),
            }]),
        };
        entry.to_bytes().unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Entries come in groups, some of them another server's. Of a block that was written here from
        /// its first entry to its last, and of no other, a filter is made, and it is the one that would
        /// be read back.
        #[test]
        fn a_filter_is_made_of_the_blocks_that_were_written_here_and_is_the_one_of_their_entries(
            groups in proptest::collection::vec((any::<bool>(), 1_usize..200, 0_u64..9), 1..20),
        ) {
            let mut open = Open::default();
            let (mut chain, mut made) = (Vec::<(bool, u64)>::new(), Made::new());
            for (foreign, entries, record) in groups {
                let foreign = foreign && record < 3;
                let before = chain.len() as u64;
                let new = (0..entries).map(|at| record * 1000 + at as u64 % 7 + 1);
                chain.extend(new.clone().map(|record| (foreign, record)));
                if !foreign {
                    let bodies: Vec<_> = new.map(|record| body(&[record])).collect();
                    let bodies = bodies.iter().map(|body| (body.as_slice(), [1].as_slice()));
                    made.extend(open.written(before, bodies));
                }
            }
            let full = chain.chunks_exact(usize::try_from(BLOCK).unwrap());
            let mut expected = BTreeMap::new();
            for (block, entries) in full.enumerate() {
                if entries.iter().all(|(foreign, _)| !foreign) {
                    let named = entries.iter().map(|(_, record)| *record).collect();
                    expected.insert(block as u64, Filter::of(named).into_bytes());
                }
            }
            let made: BTreeMap<u64, Vec<u8>> =
                made.into_iter().map(|(block, filter)| (block, filter.into_bytes())).collect();
            prop_assert_eq!(made, expected);
        }
    }

    #[test]
    fn a_block_that_names_too_many_is_read_back_and_the_next_is_not() {
        let mut open = Open::default();
        let many: Vec<u64> = (1..=300).collect();
        let mut all = Vec::new();
        for block in 0..2 * BLOCK {
            let from = if block < BLOCK { block * 300 } else { 0 };
            let records: Vec<u64> = many.iter().map(|record| from + record).collect();
            all.push(body(&records));
        }
        let made = open.written(
            0,
            all.iter().map(|body| (body.as_slice(), [300].as_slice())),
        );
        assert_eq!(made.keys().copied().collect::<Vec<_>>(), [1]);
        assert!(open.named.is_empty() && open.whole);
    }

    #[test]
    fn what_is_no_entry_leaves_its_block_to_be_read() {
        let mut open = Open::default();
        let mut all: Vec<Vec<u8>> = (0..2 * BLOCK).map(|_| body(&[1])).collect();
        all[9] = b"no entry".to_vec();
        let made = open.written(0, all.iter().map(|body| (body.as_slice(), [1].as_slice())));
        assert_eq!(made.keys().copied().collect::<Vec<_>>(), [1]);
    }
}
