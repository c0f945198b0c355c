//! What somebody finds who reckons with all that is told: by trying out every table that it leaves
//! possible, and by solving its equations. Neither knows how the counts to leave out were chosen.

use proptest::prelude::*;

use super::table::{Margins, Table, Told};

/// What is told of one count, and which cells it is the sum of.
struct Known {
    sum: u64,
    of: Vec<usize>,
}

/// The equations of what is told.
fn known(table: &Table, told: &Told) -> Vec<Known> {
    let all: Vec<usize> = (0..table.cells.len()).collect();
    let mut known = Vec::new();
    let mut tell = |sum: Option<u64>, of: Vec<usize>| {
        known.extend(sum.map(|sum| Known { sum, of }));
    };
    tell(told.total, all.clone());
    for (at, count) in told.cells.iter().flatten().enumerate() {
        tell(*count, vec![at]);
    }
    let within = |keep: &dyn Fn(&(usize, usize, u64)) -> bool| -> Vec<usize> {
        let cells = all.iter().copied();
        cells.filter(|at| keep(&table.cells[*at])).collect()
    };
    for (row, sum) in told.margins.rows.iter().enumerate() {
        tell(*sum, within(&|(r, ..)| *r == row));
    }
    for (column, sum) in told.margins.columns.iter().enumerate() {
        tell(*sum, within(&|(_, c, _)| *c == column));
    }
    known
}

/// The counts of which something must stay open: each cell, row and column that is not told.
fn open(table: &Table, told: &Told) -> Vec<Vec<usize>> {
    let all = 0..table.cells.len();
    let cells = told.cells.as_ref().unwrap();
    let cell = all
        .clone()
        .filter(|at| cells[*at].is_none())
        .map(|at| vec![at]);
    let rows = told.margins.rows.iter().enumerate();
    let row = rows
        .filter(|(_, sum)| sum.is_none())
        .map(|(row, _)| all.clone().filter(|at| table.cells[*at].0 == row).collect());
    let columns = told.margins.columns.iter().enumerate();
    let column = columns.filter(|(_, sum)| sum.is_none()).map(|(column, _)| {
        all.clone()
            .filter(|at| table.cells[*at].1 == column)
            .collect()
    });
    cell.chain(row).chain(column).collect()
}

/// Every table that is possible, each cell with at least one person.
fn possible(cells: usize, known: &[Known], sofar: &mut Vec<u64>, visit: &mut dyn FnMut(&[u64])) {
    let at = sofar.len();
    // What is left of each sum for the cells to come, which need one each.
    let mut most = u64::MAX;
    let mut exact = None;
    for one in known {
        let spent: u64 = one.of.iter().filter(|i| **i < at).map(|i| sofar[*i]).sum();
        let to_come = one.of.iter().filter(|i| **i >= at).count() as u64;
        if spent + to_come > one.sum || (to_come == 0 && spent != one.sum) {
            return;
        }
        if one.of.contains(&at) {
            most = most.min(one.sum - spent - (to_come - 1));
            if to_come == 1 {
                exact = Some(one.sum - spent);
            }
        }
    }
    if at == cells {
        return visit(sofar);
    }
    let tried = match exact {
        Some(count) if count <= most => count..=count,
        Some(_) => return,
        None => 1..=most,
    };
    for count in tried {
        sofar.push(count);
        possible(cells, known, sofar, visit);
        sofar.pop();
    }
}

/// How wide the interval of the narrowest open count is, over all possible tables.
fn narrowest(table: &Table, told: &Told) -> Option<u64> {
    let open = open(table, told);
    let mut bounds = vec![(u64::MAX, 0); open.len()];
    let known = known(table, told);
    possible(table.cells.len(), &known, &mut Vec::new(), &mut |cells| {
        for (of, (least, most)) in open.iter().zip(&mut bounds) {
            let sum: u64 = of.iter().map(|at| cells[*at]).sum();
            *least = sum.min(*least);
            *most = sum.max(*most);
        }
    });
    bounds.iter().map(|(least, most)| most - least).min()
}

/// Whether the equations alone give a count away: it is a combination of what is told.
fn solved(cells: usize, known: &[Known], of: &[usize]) -> bool {
    let indicator = |of: &[usize]| -> Vec<f64> {
        (0..cells)
            .map(|at| f64::from(u8::from(of.contains(&at))))
            .collect()
    };
    let mut rows: Vec<Vec<f64>> = known.iter().map(|one| indicator(&one.of)).collect();
    let mut wanted = indicator(of);
    let mut done = 0;
    for column in 0..cells {
        let Some(pivot) = (done..rows.len()).find(|row| rows[*row][column].abs() > 1e-9) else {
            continue;
        };
        rows.swap(done, pivot);
        let (before, rest) = rows.split_at_mut(done + 1);
        let pivot = &before[done];
        for row in rest.iter_mut().chain(std::iter::once(&mut wanted)) {
            let times = row[column] / pivot[column];
            for (value, other) in row.iter_mut().zip(pivot) {
                *value -= times * other;
            }
        }
        done += 1;
    }
    wanted.iter().all(|value| value.abs() < 1e-9)
}

/// A table of these counts; none of nobody.
fn table(rows: usize, columns: Option<usize>, counts: &[u64]) -> Table {
    let wide = columns.unwrap_or(1);
    let cells = counts.iter().enumerate().filter(|(_, count)| **count > 0);
    let cells = cells.map(|(at, count)| (at / wide, at % wide, *count));
    Table {
        rows,
        columns,
        cells: cells.collect(),
    }
}

/// Counts of groups, most of them small.
fn counts(cells: usize, most: u64) -> impl Strategy<Value = Vec<u64>> {
    proptest::collection::vec(prop_oneof![3 => 0..=most.min(6), 1 => 0..=most], cells)
}

/// What is told is true, and of nobody who is in a small group.
fn is_true(table: &Table, told: &Told, threshold: u64) {
    let whole = table.whole();
    let agree = |told: &[Option<u64>], whole: &[Option<u64>]| {
        assert!(told.is_empty() || told.len() == whole.len());
        for (told, whole) in told.iter().zip(whole) {
            assert!(
                told.is_none() || (told == whole && *told >= Some(threshold)),
                "{table:?}"
            );
        }
    };
    agree(&[told.total], &[whole.total]);
    agree(
        told.cells.as_deref().unwrap_or_default(),
        &whole.cells.unwrap(),
    );
    agree(&told.margins.rows, &whole.margins.rows);
    agree(&told.margins.columns, &whole.margins.columns);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn whoever_tries_out_every_table_knows_no_small_group(
        (shape, counts) in prop_oneof![
            Just((5, None)), Just((3, None)), Just((2, Some(3))), Just((3, Some(2))), Just((2, Some(2))),
        ].prop_flat_map(|(rows, columns): (usize, Option<usize>)| {
            (Just((rows, columns)), counts(rows * columns.unwrap_or(1), 9))
        }),
        threshold in 3..6_u64,
    ) {
        let table = table(shape.0, shape.1, &counts);
        let told = table.told(threshold);
        is_true(&table, &told, threshold);
        if told.cells.is_some() && let Some(narrowest) = narrowest(&table, &told) {
            prop_assert!(narrowest >= threshold, "{narrowest} of {table:?}: {told:?}");
        }
    }

    #[test]
    fn whoever_solves_the_equations_knows_no_small_group(
        (shape, counts) in (2..7_usize, 2..7_usize).prop_flat_map(|(rows, columns)| {
            (Just((rows, columns)), counts(rows * columns, 40))
        }),
        threshold in 3..11_u64,
    ) {
        let table = table(shape.0, Some(shape.1), &counts);
        let told = table.told(threshold);
        is_true(&table, &told, threshold);
        if told.cells.is_some() {
            let known = known(&table, &told);
            for of in open(&table, &told) {
                prop_assert!(!solved(table.cells.len(), &known, &of), "{of:?} of {table:?}: {told:?}");
            }
        }
    }
}

/// The attackers are none if they do not find these.
#[test]
fn a_single_count_that_is_left_out_is_found() {
    let table = table(3, None, &[2, 20, 30]);
    let told = Told {
        total: Some(52),
        cells: Some(vec![None, Some(20), Some(30)]),
        margins: Margins::default(),
    };
    assert_eq!(narrowest(&table, &told), Some(0));
    assert!(solved(3, &known(&table, &told), &[0]));
    let told = Told {
        total: Some(52),
        cells: Some(vec![None, None, Some(30)]),
        margins: Margins::default(),
    };
    assert_eq!(narrowest(&table, &told), Some(20));
    assert!(!solved(3, &known(&table, &told), &[0]));
}

#[test]
fn a_large_table_is_told_whole_and_a_small_one_as_little_as_need_be() {
    let large = table(2, Some(2), &[10, 20, 30, 40]);
    assert_eq!(large.told(5), large.whole());
    // The smallest of the others goes with the small one.
    let one = table(4, None, &[40, 2, 7, 30]);
    let cells = Some(vec![Some(40), None, None, Some(30)]);
    assert_eq!(
        one.told(5),
        Told {
            total: Some(79),
            cells,
            margins: Margins::default()
        }
    );
    // In a table of two, a cell goes with one in its row, one in its column, and where these meet.
    let two = table(3, Some(3), &[2, 10, 30, 11, 12, 31, 32, 33, 34]);
    let told = two.told(5);
    let left_out: Vec<usize> = (0..9)
        .filter(|at| told.cells.as_ref().unwrap()[*at].is_none())
        .collect();
    assert_eq!(left_out, [0, 1, 3, 4]);
    assert!(
        told.margins
            .rows
            .iter()
            .chain(&told.margins.columns)
            .all(Option::is_some)
    );
}

#[test]
fn fewer_than_the_threshold_are_not_even_counted() {
    for counts in [&[][..], &[4], &[1, 1, 2]] {
        let told = table(counts.len(), None, counts).told(5);
        assert_eq!((told.total, told.cells), (None, None), "{counts:?}");
    }
    // Five people alone in five groups: that there are five, and nothing of where.
    let told = table(5, None, &[1, 1, 1, 1, 1]).told(5);
    assert_eq!((told.total, told.cells), (Some(5), None));
}
