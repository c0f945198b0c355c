//! A table as a network: each count is what flows through an arc, each equation a node.
//!
//! A table of one dimension has an arc for each group, from the source to the sink. A table of two
//! has an arc for each row from the source to the row, for each cell from its row to its column, and
//! for each column from the column to the sink. What flows from the source to the sink is the total,
//! which is always known. So the smallest and the largest value that a count may have, given what is
//! told, are flows of least and most (exactly so: with whole capacities, bounds are whole).

use std::collections::VecDeque;

/// A count, as an arc.
pub struct Arc {
    /// Where it begins.
    pub from: usize,
    /// Where it ends.
    pub to: usize,
    /// The count, at least one.
    pub count: u64,
    /// Whether it is told.
    pub told: bool,
}

/// The counts of a table.
pub struct Network {
    /// How many nodes there are.
    pub nodes: usize,
    /// The counts.
    pub arcs: Vec<Arc>,
}

/// So much may be put on a count that is not told: more than any total.
const OPEN: u64 = u64::MAX / 4;

impl Network {
    /// How wide the interval of a count is, counted no further than to `enough`.
    pub fn width(&self, at: usize, enough: u64) -> u64 {
        let Some(arc) = self.arcs.get(at) else {
            return 0;
        };
        // More through this arc comes back by others; less through it goes by others.
        let more = self.round(at, arc.to, arc.from, enough);
        let least = arc.count.saturating_sub(1);
        let less = self.round(at, arc.from, arc.to, least.min(enough.saturating_sub(more)));
        more.saturating_add(less)
    }

    /// How much more can go from one node to another without this arc, and at most so much.
    fn round(&self, without: usize, from: usize, to: usize, most: u64) -> u64 {
        let mut residual: Vec<(u64, u64)> = self.arcs.iter().map(slack).collect();
        if let Some(own) = residual.get_mut(without) {
            *own = (0, 0);
        }
        let mut sum = 0;
        while sum < most {
            let Some(path) = self.path(&residual, from, to) else {
                break;
            };
            let room = path.iter().filter_map(|(arc, forth)| {
                let (ahead, back) = residual.get(*arc)?;
                Some(if *forth { *ahead } else { *back })
            });
            let room = room.min().unwrap_or(0).min(most - sum);
            for (arc, forth) in path {
                let Some((ahead, back)) = residual.get_mut(arc) else {
                    continue;
                };
                let (less, more) = if forth { (ahead, back) } else { (back, ahead) };
                *less -= room;
                *more = more.saturating_add(room);
            }
            sum += room;
        }
        sum
    }

    /// A way with room on each of its arcs, each forth or back, from one node to another.
    fn path(&self, residual: &[(u64, u64)], from: usize, to: usize) -> Option<Vec<(usize, bool)>> {
        let mut came: Vec<Option<(usize, bool, usize)>> = vec![None; self.nodes];
        let mut seen = vec![false; self.nodes];
        let mut next = VecDeque::from([from]);
        *seen.get_mut(from)? = true;
        while let Some(node) = next.pop_front() {
            for (at, (arc, (ahead, back))) in self.arcs.iter().zip(residual).enumerate() {
                let steps = [
                    (arc.from, arc.to, *ahead, true),
                    (arc.to, arc.from, *back, false),
                ];
                for (begin, end, room, forth) in steps {
                    if begin != node || room == 0 || seen.get(end).copied().unwrap_or(true) {
                        continue;
                    }
                    *seen.get_mut(end)? = true;
                    *came.get_mut(end)? = Some((at, forth, node));
                    next.push_back(end);
                }
            }
            if seen.get(to).copied().unwrap_or(false) {
                break;
            }
        }
        let mut path = Vec::new();
        let mut node = to;
        while node != from {
            let (arc, forth, before) = (*came.get(node)?)?;
            path.push((arc, forth));
            node = before;
        }
        Some(path)
    }

    /// The told counts with which a count that is not told makes a round, where leaving them out
    /// costs least: those that are smallest together, the earliest where there are several. Counts
    /// that cannot be lowered are passed over where there is another way.
    pub fn cheapest_round(&self, of: usize) -> Option<Vec<usize>> {
        let arc = self.arcs.get(of)?;
        let mut cost: Vec<Option<u64>> = vec![None; self.nodes];
        let mut came: Vec<Option<(usize, usize)>> = vec![None; self.nodes];
        *cost.get_mut(arc.to)? = Some(0);
        // As many rounds as a way can have steps.
        for _ in 0..self.nodes {
            let mut better = false;
            for (at, step) in self.arcs.iter().enumerate().filter(|(at, _)| *at != of) {
                let toll = if step.told { step.count } else { 0 };
                for (begin, end) in [(step.from, step.to), (step.to, step.from)] {
                    let Some(paid) = cost.get(begin).copied().flatten() else {
                        continue;
                    };
                    let paid = paid.saturating_add(toll);
                    if cost
                        .get(end)
                        .copied()
                        .flatten()
                        .is_none_or(|old| paid < old)
                    {
                        *cost.get_mut(end)? = Some(paid);
                        *came.get_mut(end)? = Some((at, begin));
                        better = true;
                    }
                }
            }
            if !better {
                break;
            }
        }
        let mut left_out = Vec::new();
        let mut node = arc.from;
        while node != arc.to {
            let (at, before) = (*came.get(node)?)?;
            if self.arcs.get(at).is_some_and(|arc| arc.told) {
                left_out.push(at);
            }
            node = before;
        }
        Some(left_out)
    }
}

/// By how much a count can rise and fall: one that is told not at all, one that is not told by as
/// much as the others let it, but never below one, since it is listed.
fn slack(arc: &Arc) -> (u64, u64) {
    match arc.told {
        true => (0, 0),
        false => (OPEN, arc.count.saturating_sub(1)),
    }
}
