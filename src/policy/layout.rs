//! What a page of rows needs, and how each of its cells is decided.
//!
//! A layout is made before rows are fetched. It names every column that the selection or a policy
//! needs, and no other; and it cannot name a field without the deciders of that field.

use std::sync::Arc;

use super::condition::{Condition, Test};
use super::decide::{Decide, decide};
use super::entity::Record;
use super::lens::{Lens, Rule};
use super::protected::Protected;
use crate::catalogue::{Attribute, CellRef, Deed, Field, Kind, Shape, Type};

/// One column of the page.
#[derive(Clone, PartialEq)]
pub enum Column {
    /// A field's value, or the id that a relation names.
    Field(&'static Field),
    /// The id that a relation names, where that row is there for the viewer.
    Target(&'static Field),
    /// An attribute that a decider reads.
    Attribute(&'static Attribute),
    /// Whether a set of the row meets the asked ones.
    Fact(Test),
}

impl PartialEq for Field {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

/// The place of a field or a deed in a layout.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Slot(usize);

/// What has a place.
#[derive(Clone, Copy)]
enum Whose {
    Field(&'static Field),
    Target(&'static Field),
    Unpaired(&'static Field),
    Deed(&'static Deed),
}

impl PartialEq for Whose {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Field(one), Self::Field(other))
            | (Self::Target(one), Self::Target(other))
            | (Self::Unpaired(one), Self::Unpaired(other)) => one == other,
            (Self::Deed(one), Self::Deed(other)) => std::ptr::eq(*one, *other),
            _ => false,
        }
    }
}

struct Seat {
    cell: Option<usize>,
    kind: Option<Kind>,
    full: Decider,
    masked: Option<Decider>,
    /// Of a number beside names: whether it would be seen without them.
    alone: Option<Decider>,
}

/// A rule, ready to be asked.
enum Decider {
    Constant(bool),
    Cells(Decide),
    /// Where Cedar allows each of these.
    Cedar(Vec<String>),
}

/// What a page of rows needs, and how each of its cells is decided.
pub struct Layout {
    of: &'static Type,
    lens: Arc<Lens>,
    rows: Arc<Condition>,
    columns: Vec<Column>,
    seats: Vec<Seat>,
    taken: Vec<(Whose, Slot)>,
    opaque: bool,
}

/// What a decision came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum View {
    Full,
    Masked,
    Hidden,
}

impl Layout {
    /// A layout without any field.
    #[must_use]
    pub fn new(of: &'static Type, lens: &Arc<Lens>) -> Self {
        let rows = lens.rows(of);
        Self {
            of,
            lens: Arc::clone(lens),
            rows,
            columns: Vec::new(),
            seats: Vec::new(),
            taken: Vec::new(),
            opaque: false,
        }
    }

    /// The type of the rows.
    #[must_use]
    pub fn of(&self) -> &'static Type {
        self.of
    }

    /// Whose view it is.
    #[must_use]
    pub fn lens(&self) -> &Arc<Lens> {
        &self.lens
    }

    /// What must be fetched, in this order.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// What is asked of the sets of each row.
    pub fn facts(&self) -> impl Iterator<Item = &Test> {
        self.columns.iter().filter_map(|column| match column {
            Column::Fact(test) => Some(test),
            _ => None,
        })
    }

    /// Whether rows must bring everything that policies read, for rules that only Cedar decides.
    #[must_use]
    pub fn needs_records(&self) -> bool {
        self.opaque
    }

    /// The place of a field.
    pub fn field(&mut self, field: &'static Field) -> Slot {
        let column = match field.shape {
            Shape::Many { .. } => None,
            Shape::Value { .. } | Shape::One { .. } => Some(Column::Field(field)),
        };
        self.place(field, Whose::Field(field), column)
    }

    /// The place of a field as what it leads to: a row that is not there for the viewer is none.
    pub fn target(&mut self, field: &'static Field) -> Slot {
        let Shape::One { .. } = field.shape else {
            return self.field(field);
        };
        self.place(field, Whose::Target(field), Some(Column::Target(field)))
    }

    /// The place of what a version covers of a field: the same whatever else is asked for, so that
    /// the pair rule does not come into it. Nothing of it may be shown but a sealed digest.
    pub fn versioned(&mut self, field: &'static Field) -> Slot {
        match self.lens.sight(self.of, field).alone {
            Some(_) => self.place(field, Whose::Unpaired(field), Some(Column::Field(field))),
            None => self.target(field),
        }
    }

    fn place(&mut self, field: &'static Field, whose: Whose, column: Option<Column>) -> Slot {
        if let Some((_, slot)) = self.taken.iter().find(|(known, _)| *known == whose) {
            return *slot;
        }
        let of = self.of;
        let sight = self.lens.sight(self.of, field);
        let cell = column.map(|column| self.column(column));
        let masked = sight
            .masked
            .map(|rule| self.decider(&rule, || format!("{}:masked", field.action(of))));
        let alone = sight
            .alone
            .map(|rule| self.decider(&rule, || field.action(of)));
        let (full, alone) = match (alone, whose) {
            (Some(alone), Whose::Unpaired(_)) => (alone, None),
            (None, _) => (self.decider(&sight.full, || field.action(of)), None),
            (alone, _) => (self.decider_of_all(&sight.full, paired(of, field)), alone),
        };
        self.seat(
            whose,
            Seat {
                cell,
                kind: field.kind(),
                full,
                masked,
                alone,
            },
        )
    }

    /// The place of a deed: whether the viewer may do it to the row.
    pub fn deed(&mut self, deed: &'static Deed) -> Slot {
        let whose = Whose::Deed(deed);
        if let Some((_, slot)) = self.taken.iter().find(|(known, _)| *known == whose) {
            return *slot;
        }
        let of = self.of;
        let rule = self.lens.deed(of, deed);
        let full = self.decider(&rule, || format!("{}.{}", of.name, deed.name));
        self.seat(
            whose,
            Seat {
                cell: None,
                kind: None,
                full,
                masked: None,
                alone: None,
            },
        )
    }

    fn seat(&mut self, whose: Whose, seat: Seat) -> Slot {
        let slot = Slot(self.seats.len());
        self.seats.push(seat);
        self.taken.push((whose, slot));
        slot
    }

    fn column(&mut self, column: Column) -> usize {
        if let Some(at) = self.columns.iter().position(|c| *c == column) {
            return at;
        }
        self.columns.push(column);
        self.columns.len() - 1
    }

    fn decider(&mut self, rule: &Rule, action: impl FnOnce() -> String) -> Decider {
        self.decider_of_all(rule, || vec![action()])
    }

    /// The decider of a rule that several actions make together.
    fn decider_of_all(&mut self, rule: &Rule, all: impl FnOnce() -> Vec<String>) -> Decider {
        match rule {
            // The row is only there because its own condition holds: what that implies is true.
            Rule::Condition(condition) if self.rows.implies(condition) => Decider::Constant(true),
            Rule::Condition(Condition::Never) => Decider::Constant(false),
            Rule::Condition(condition) => Decider::Cells(decide(condition, &mut |test| {
                self.column(match test {
                    Test::Is(attribute, _)
                    | Test::Has(attribute)
                    | Test::Word(attribute, _)
                    | Test::Flag(attribute) => Column::Attribute(attribute),
                    Test::Meets(..) => Column::Fact(test.clone()),
                })
            })),
            Rule::Opaque => {
                self.opaque = true;
                Decider::Cedar(all())
            }
        }
    }

    pub(super) fn view(&self, slot: Slot, row: Protected<'_>) -> View {
        let Some(seat) = self.seats.get(slot.0) else {
            return View::Hidden;
        };
        if self.asks(&seat.full, row) {
            View::Full
        } else if seat
            .masked
            .as_ref()
            .is_some_and(|masked| self.asks(masked, row))
        {
            View::Masked
        } else {
            View::Hidden
        }
    }

    /// Whether only the pair rule keeps the viewer from seeing it in full.
    pub(super) fn withheld(&self, slot: Slot, row: Protected<'_>) -> bool {
        let seat = self.seats.get(slot.0);
        let alone = seat.and_then(|seat| Some((seat, seat.alone.as_ref()?)));
        alone.is_some_and(|(seat, alone)| !self.asks(&seat.full, row) && self.asks(alone, row))
    }

    fn asks(&self, decider: &Decider, row: Protected<'_>) -> bool {
        match decider {
            Decider::Constant(answer) => *answer,
            Decider::Cells(decide) => decide(row.cells()),
            Decider::Cedar(actions) => row.record().is_some_and(|record: &Record| {
                actions
                    .iter()
                    .all(|action| self.lens.allows(action, record))
            }),
        }
    }

    pub(super) fn cell<'a>(&self, slot: Slot, row: Protected<'a>) -> CellRef<'a> {
        let at = self.seats.get(slot.0).and_then(|seat| seat.cell);
        at.map_or(CellRef::Null, |at| row.cells().get(at))
    }

    /// What the values of a field mean.
    #[must_use]
    pub fn kind(&self, slot: Slot) -> Option<Kind> {
        self.seats.get(slot.0).and_then(|seat| seat.kind)
    }
}

/// The actions that a number beside names takes: the number, and the pair. A type without that
/// right gets no further than its rule, which is never.
fn paired(of: &'static Type, field: &'static Field) -> impl FnOnce() -> Vec<String> {
    move || {
        let pair = of.pair().map(|pair| format!("{}.{}", of.name, pair.name));
        [field.action(of)].into_iter().chain(pair).collect()
    }
}
