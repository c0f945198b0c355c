//! A table of counts, and what of it may be told.

use super::network::{Arc, Network};

/// The counts of a table of one or two dimensions. Groups without anybody are not in it.
#[derive(Clone, Debug)]
pub struct Table {
    /// How many rows there are.
    pub rows: usize,
    /// How many columns there are; nothing where there is one dimension.
    pub columns: Option<usize>,
    /// The cells: row, column (0 where there is one dimension) and count. Each place once.
    pub cells: Vec<(usize, usize, u64)>,
}

/// What may be told of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// How many there are in the whole.
    pub total: Option<u64>,
    /// The cells, in their order; nothing where the groups may not even be listed.
    pub cells: Option<Vec<Option<u64>>>,
    /// The sums of rows and columns; empty where there is one dimension.
    pub margins: Margins,
}

/// The sums of rows and of columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Margins {
    /// Of the rows.
    pub rows: Vec<Option<u64>>,
    /// Of the columns.
    pub columns: Vec<Option<u64>>,
}

impl Table {
    /// How many there are in the whole.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.cells.iter().map(|(.., count)| count).sum()
    }

    /// All of it.
    #[must_use]
    pub fn whole(&self) -> Told {
        let (rows, columns) = self.sums();
        let all = |sums: Vec<u64>| sums.into_iter().map(Some).collect();
        Told {
            total: Some(self.total()),
            cells: Some(self.cells.iter().map(|(.., count)| Some(*count)).collect()),
            margins: match self.columns {
                None => Margins::default(),
                Some(_) => Margins {
                    rows: all(rows),
                    columns: all(columns),
                },
            },
        }
    }

    /// What may be told to whoever may not see groups of fewer than `threshold`.
    #[must_use]
    pub fn told(&self, threshold: u64) -> Told {
        let total = self.total();
        let nothing = |total| Told {
            total,
            cells: None,
            margins: Margins::default(),
        };
        if total < threshold {
            return nothing(None);
        }
        let mut network = self.network();
        for arc in &mut network.arcs {
            arc.told = arc.count >= threshold;
        }
        match protect(&mut network, threshold) {
            true => self.of(&network, total),
            false => nothing(Some(total)),
        }
    }

    /// The cells as arcs, and after them the sums of rows and columns.
    fn network(&self) -> Network {
        let arc = |from, to, count| Arc {
            from,
            to,
            count,
            told: true,
        };
        let Some(columns) = self.columns else {
            let arcs = self.cells.iter().map(|(.., count)| arc(0, 1, *count));
            return Network {
                nodes: 2,
                arcs: arcs.collect(),
            };
        };
        let (row, column) = (|at: usize| 2 + at, |at: usize| 2 + self.rows + at);
        let (row_sums, column_sums) = self.sums();
        let cells = self.cells.iter();
        let cells = cells.map(|(r, c, count)| arc(row(*r), column(*c), *count));
        let rows = row_sums.iter().enumerate();
        let rows = rows.map(|(at, sum)| arc(0, row(at), *sum));
        let sums = column_sums.iter().enumerate();
        let sums = sums.map(|(at, sum)| arc(column(at), 1, *sum));
        Network {
            nodes: 2 + self.rows + columns,
            arcs: cells.chain(rows).chain(sums).collect(),
        }
    }

    fn sums(&self) -> (Vec<u64>, Vec<u64>) {
        let mut rows = vec![0; self.rows];
        let mut columns = vec![0; self.columns.unwrap_or(1)];
        for (row, column, count) in &self.cells {
            if let Some(sum) = rows.get_mut(*row) {
                *sum += count;
            }
            if let Some(sum) = columns.get_mut(*column) {
                *sum += count;
            }
        }
        (rows, columns)
    }

    fn of(&self, network: &Network, total: u64) -> Told {
        let mut counts = network.arcs.iter().map(|arc| arc.told.then_some(arc.count));
        let cells = counts.by_ref().take(self.cells.len()).collect();
        let margins = match self.columns {
            None => Margins::default(),
            Some(_) => Margins {
                rows: counts.by_ref().take(self.rows).collect(),
                columns: counts.collect(),
            },
        };
        Told {
            total: Some(total),
            cells: Some(cells),
            margins,
        }
    }
}

/// Leaves out more until each count that is left out is hidden well enough; whether that can be.
///
/// Leaving out more never makes an interval narrower, so each count is looked at until it is wide,
/// and then no more.
fn protect(network: &mut Network, threshold: u64) -> bool {
    let missing = network.arcs.iter().enumerate();
    let missing = missing.filter(|(_, arc)| !arc.told).map(|(at, _)| at);
    let mut open: Vec<usize> = missing.collect();
    while let Some(at) = open.pop() {
        while network.width(at, threshold) < threshold {
            let mut more = network.cheapest_round(at).unwrap_or_default();
            if more.is_empty() {
                more.extend(smallest_told(network));
            }
            if more.is_empty() {
                return false;
            }
            for at in more {
                if let Some(arc) = network.arcs.get_mut(at) {
                    arc.told = false;
                }
                open.push(at);
            }
        }
    }
    true
}

/// The smallest count that is still told, the earliest where there are several.
fn smallest_told(network: &Network) -> Option<usize> {
    let told = network.arcs.iter().enumerate().filter(|(_, arc)| arc.told);
    told.min_by_key(|(at, arc)| (arc.count, *at))
        .map(|(at, _)| at)
}
