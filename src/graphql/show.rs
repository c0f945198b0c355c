//! What was fetched is shown: each cell through its decider, into a sink.
//!
//! The only room from which values leave. What was shown, masked and hidden is counted where it
//! is written, so that the counts are of what the answer has.

use std::io::Write as _;

use async_graphql::Value;
use chrono::{DateTime, Datelike as _, NaiveDate, SecondsFormat, Timelike as _, Utc};

use super::fetch::{Branch, Fetched, Lists};
use super::id;
use super::json::Text;
use super::plan::{EdgePart, ListPart, ListPlan, Pick, RowPlan, What};
use super::privacy::Tally;
use super::scope::Scope;
use super::sink::{Key, Sink, Values};
use super::version::version;
use crate::audit::Seen;
use crate::catalogue::{CellRef, Kind, Type};
use crate::policy::{Protected, Shown, Slot};
use crate::store::{Direction, Page, Seal};

/// Writes what a request shows.
pub struct Show<'a, S> {
    /// Where it goes.
    pub sink: &'a mut S,
    /// The counts, by the places that the plans took.
    pub tallies: &'a mut [Tally],
    /// Which rows about persons were shown, for the log.
    pub seen: &'a mut Seen,
    /// Seals cursors.
    pub seal: &'a Seal,
    /// Rows counted at most.
    pub max_count: u64,
}

/// Something that can be written to any sink.
pub trait Write {
    /// Writes it.
    fn write<S: Sink>(&self, show: &mut Show<'_, S>);

    /// How many bytes that takes, more or less.
    fn extent(&self) -> usize {
        0
    }
}

impl Scope {
    /// What is written, as a value for the executor: text where the answer is to be text.
    pub fn shown<W: Write + ?Sized>(&self, as_text: bool, what: &W) -> Value {
        if as_text {
            let mut text = Text::with_room(what.extent());
            self.write(&mut text, what);
            text.done()
        } else {
            let mut values = Values::default();
            self.write(&mut values, what);
            values.done()
        }
    }

    fn write<S: Sink, W: Write + ?Sized>(&self, sink: &mut S, what: &W) {
        what.write(&mut Show {
            sink,
            tallies: &mut self.privacy.counts().tallies,
            seen: &mut self.seen(),
            seal: &self.seal,
            max_count: self.limits.max_count,
        });
    }
}

/// One of several lists.
pub struct ListAt<'a>(pub &'a ListPlan, pub &'a Lists, pub usize);

impl Write for ListAt<'_> {
    fn write<S: Sink>(&self, show: &mut Show<'_, S>) {
        show.list(self.0, self.1, self.2);
    }

    fn extent(&self) -> usize {
        // Below several parents each list is written by itself.
        self.1.rows.extent() / self.1.pages.len().max(1)
    }
}

/// One of several rows.
pub struct RowAt<'a>(pub &'a RowPlan, pub &'a Fetched, pub usize);

impl Write for RowAt<'_> {
    fn write<S: Sink>(&self, show: &mut Show<'_, S>) {
        show.row(self.0, self.1, self.2);
    }
}

/// A value that is made already.
pub struct Made<'a>(pub &'a Value);

impl Write for Made<'_> {
    fn write<S: Sink>(&self, show: &mut Show<'_, S>) {
        show.sink.value(self.0);
    }
}

/// What there may be.
impl<W: Write> Write for Option<W> {
    fn write<S: Sink>(&self, show: &mut Show<'_, S>) {
        match self {
            Some(what) => what.write(show),
            None => show.sink.null(),
        }
    }
}

/// A row, or a value that is made already.
pub enum Node<'a> {
    /// A row.
    Row(RowAt<'a>),
    /// A value.
    Value(Made<'a>),
}

impl Write for Node<'_> {
    fn write<S: Sink>(&self, show: &mut Show<'_, S>) {
        match self {
            Self::Row(row) => row.write(show),
            Self::Value(value) => value.write(show),
        }
    }
}

/// A list of what there may be.
impl<W: Write> Write for [W] {
    fn write<S: Sink>(&self, show: &mut Show<'_, S>) {
        show.sink.open_list(self.len());
        for what in self {
            show.sink.item();
            what.write(show);
        }
        show.sink.close_list();
    }
}

impl<S: Sink> Show<'_, S> {
    /// One of these rows.
    pub fn row(&mut self, plan: &RowPlan, fetched: &Fetched, at: usize) {
        match fetched.rows.get(at) {
            Some(row) => self.object(plan.layout.of(), &plan.picks, &fetched.branches, row, at),
            None => self.sink.null(),
        }
    }

    /// One of these lists.
    pub fn list(&mut self, plan: &ListPlan, lists: &Lists, at: usize) {
        let Some(page) = lists.pages.get(at) else {
            return self.sink.null();
        };
        let of = plan.layout.of();
        self.sink.open_object(plan.parts.len());
        for (part, (key, what)) in plan.parts.iter().enumerate() {
            self.sink.key(key);
            let branches = lists.parts.get(part).map_or(&[][..], Vec::as_slice);
            let count = lists.counts.get(at).copied().unwrap_or(0);
            match what {
                ListPart::Typename => self.named(of, "Connection"),
                ListPart::TotalCount => self.sink.int(whole(count.min(self.max_count))),
                ListPart::TotalCountIsExact => self.sink.bool(count <= self.max_count),
                ListPart::PageInfo(parts) => self.page_info(plan, parts, lists, page),
                ListPart::Nodes(picks) => {
                    self.sink.open_list(page.rows.len());
                    for (at, row) in rows(lists, page) {
                        self.sink.item();
                        self.object(of, picks, branches, row, at);
                    }
                    self.sink.close_list();
                }
                ListPart::Edges(parts) => self.edges(plan, parts, lists, page, branches),
            }
        }
        self.sink.close_object();
    }

    fn edges(
        &mut self,
        plan: &ListPlan,
        parts: &[(Key, EdgePart)],
        lists: &Lists,
        page: &Page,
        branches: &[Branch],
    ) {
        let of = plan.layout.of();
        self.sink.open_list(page.rows.len());
        for (at, row) in rows(lists, page) {
            self.sink.item();
            self.sink.open_object(parts.len());
            let mut rest = branches;
            for (key, part) in parts {
                self.sink.key(key);
                match part {
                    EdgePart::Typename => self.named(of, "Edge"),
                    EdgePart::Cursor => self.cursor(plan, lists, at),
                    EdgePart::Node(picks) => {
                        // The branches of all nodes of an edge stand in one row.
                        let (own, others) = rest.split_at_checked(picks.len()).unwrap_or_default();
                        rest = others;
                        self.object(of, picks, own, row, at);
                    }
                }
            }
            self.sink.close_object();
        }
        self.sink.close_list();
    }

    fn cursor(&mut self, plan: &ListPlan, lists: &Lists, at: usize) {
        match lists.keys.get(at) {
            Some(key) => self.sink.plain(&self.seal.seal(key, &plan.context)),
            None => self.sink.null(),
        }
    }

    fn page_info(&mut self, plan: &ListPlan, parts: &[(Key, String)], lists: &Lists, page: &Page) {
        let span = &plan.span;
        let forward = span.direction == Direction::Forward;
        let behind = span.from.is_some() || span.offset > 0;
        self.sink.open_object(parts.len());
        for (key, name) in parts {
            self.sink.key(key);
            let end = match name.as_str() {
                "hasNextPage" => {
                    self.sink.bool(if forward { page.more } else { behind });
                    continue;
                }
                "hasPreviousPage" => {
                    self.sink.bool(if forward { behind } else { page.more });
                    continue;
                }
                "startCursor" => page.rows.first(),
                "endCursor" => page.rows.last(),
                _ => {
                    self.sink.plain("PageInfo");
                    continue;
                }
            };
            match end {
                Some(at) => self.cursor(plan, lists, *at),
                None => self.sink.null(),
            }
        }
        self.sink.close_object();
    }

    fn object(
        &mut self,
        of: &'static Type,
        picks: &[Pick],
        branches: &[Branch],
        row: Protected<'_>,
        at: usize,
    ) {
        self.sink.open_object(picks.len());
        let (mut full, mut masked) = (0, 0);
        for (pick, branch) in picks.iter().zip(branches) {
            self.sink.key(&pick.key);
            match (&pick.what, branch) {
                (What::Typename, _) => self.sink.plain(of.name),
                (What::Id, _) => {
                    let id = row.id();
                    self.sink.ascii(&|out| id::encode_into(of, id, out));
                }
                (What::Version(slots), _) => self.sink.plain(&version(row, slots, self.seal)),
                (What::Can(slot), _) => self.sink.bool(row.allows(*slot)),
                (What::Cell(slot, kind), _) => {
                    let seen = self.cell(pick, row, *slot, *kind);
                    full |= seen.0;
                    masked |= seen.1;
                }
                (What::One(slot, plan), Branch::One(places, related)) => {
                    full |= self.tally(pick, row.allows(*slot));
                    match places.get(at).copied().flatten() {
                        Some(place) => self.row(plan, related, place),
                        None => self.sink.null(),
                    }
                }
                (What::Many(slot, plan), Branch::Many(places, lists)) => {
                    full |= self.tally(pick, row.allows(*slot));
                    match places.get(at).copied().flatten() {
                        Some(place) => self.list(plan, lists, place),
                        None => self.sink.null(),
                    }
                }
                // A plan and what was fetched by it have the same form.
                _ => self.sink.null(),
            }
        }
        self.sink.close_object();
        self.seen.row(of, row.id(), full, masked);
    }

    /// Shows a cell; its bit, if it is shown in full, and if it is shown masked.
    fn cell(&mut self, pick: &Pick, row: Protected<'_>, slot: Slot, kind: Kind) -> (u64, u64) {
        // Every pick has its seat; what could not be counted is not shown.
        let Some(tally) = self.tallies.get_mut(pick.seat) else {
            self.sink.null();
            return (0, 0);
        };
        if matches!(kind, Kind::Hkid) && row.withheld_as_pair(slot) {
            tally.withheld_as_pair();
        }
        match row.show(slot) {
            Shown::Full(cell) => {
                tally.full();
                self.value(kind, cell);
                (pick.bit, 0)
            }
            Shown::Masked(kind, mask) => {
                tally.masked(kind.mask_name());
                self.sink.text(&mask);
                (0, pick.bit)
            }
            Shown::Hidden => {
                tally.hidden();
                self.sink.null();
                (0, 0)
            }
        }
    }

    /// Counts a relation; its bit, if the viewer may follow it.
    fn tally(&mut self, pick: &Pick, seen: bool) -> u64 {
        match (self.tallies.get_mut(pick.seat), seen) {
            (Some(tally), true) => {
                tally.full();
                pick.bit
            }
            (Some(tally), false) => {
                tally.hidden();
                0
            }
            (None, _) => 0,
        }
    }

    fn named(&mut self, of: &Type, what: &str) {
        self.sink.ascii(&|out| {
            out.extend_from_slice(of.name.as_bytes());
            out.extend_from_slice(what.as_bytes());
        });
    }

    fn value(&mut self, kind: Kind, cell: CellRef<'_>) {
        match cell {
            CellRef::Null => self.sink.null(),
            CellRef::Bool(value) => self.sink.bool(value),
            CellRef::Int(value) => self.sink.int(value),
            CellRef::Float(value) => self.sink.float(value),
            CellRef::Text(json) if matches!(kind, Kind::Words) => self.sink.words(json),
            CellRef::Text(text) => self.sink.text(text),
            CellRef::Id(id) => self.sink.plain(&id.to_string()),
            CellRef::Time(time) => self.sink.ascii(&|out| instant(&time, out)),
            CellRef::Date(date) => self.sink.ascii(&|out| day(date, out)),
        }
    }
}

fn rows<'a>(lists: &'a Lists, page: &'a Page) -> impl Iterator<Item = (usize, Protected<'a>)> {
    let each = page.rows.iter();
    each.filter_map(|at| Some((*at, lists.rows.get(*at)?)))
}

fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Adds a number below a hundred as two digits.
fn two(number: u32, out: &mut Vec<u8>) {
    let digit = |number: u32| b'0' + (number % 10) as u8;
    out.extend_from_slice(&[digit(number / 10), digit(number)]);
}

/// Adds a date, `2026-11-21`.
pub fn day(date: NaiveDate, out: &mut Vec<u8>) {
    match u32::try_from(date.year()) {
        Ok(year) if year < 10_000 => {
            two(year / 100, out);
            two(year % 100, out);
            out.push(b'-');
            two(date.month(), out);
            out.push(b'-');
            two(date.day(), out);
        }
        // Writing to memory does not fail.
        _ => drop(write!(out, "{date}")),
    }
}

/// Adds an instant, `2026-11-21T08:30:00Z`, with as many decimals as it has.
pub fn instant(time: &DateTime<Utc>, out: &mut Vec<u8>) {
    if time.nanosecond() != 0 || !(0..10_000).contains(&time.year()) {
        let text = time.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        out.extend_from_slice(text.as_bytes());
        return;
    }
    day(time.date_naive(), out);
    for (mark, number) in [
        (b'T', time.hour()),
        (b':', time.minute()),
        (b':', time.second()),
    ] {
        out.push(mark);
        two(number, out);
    }
    out.push(b'Z');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn dates_and_instants_are_written_as_chrono_writes_them(
            seconds in -70_000_000_000_i64..300_000_000_000,
            micros in prop_oneof![Just(0_u32), 0..1_000_000_u32],
        ) {
            let time = DateTime::from_timestamp(seconds, micros * 1000).unwrap();
            let mut out = Vec::new();
            instant(&time, &mut out);
            let long = time.to_rfc3339_opts(SecondsFormat::AutoSi, true);
            prop_assert_eq!(str::from_utf8(&out), Ok(long.as_str()));
            out.clear();
            day(time.date_naive(), &mut out);
            prop_assert_eq!(String::from_utf8(out), Ok(time.date_naive().to_string()));
        }
    }
}
