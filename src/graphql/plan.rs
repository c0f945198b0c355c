//! What a selection needs, worked out before anything is fetched.
//!
//! Fields are collected and merged as the specification has it (CollectFields); for each list or
//! relation one [`Layout`] says which columns are needed and how each cell is decided. A plan
//! cannot be made without the deciders.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{Field, Selection, SelectionSet};
use async_graphql::{Name, Positioned, QueryEnv};

use super::arguments::Arguments;
use super::disclose;
use super::error::GraphError;
use super::filter;
use super::scope::Scope;
use super::sink::Key;
use crate::catalogue::{self, DeedScope, Kind, Shape, Type};
use crate::policy::{Condition, Layout, Rule, Slot};
use crate::store::{Direction, Filter, Order, Span};

/// Fields of one response key, merged.
pub type Merged<'a> = Vec<&'a Field>;

/// One entry of an object in the answer.
pub struct Pick {
    /// The response key.
    pub key: Key,
    /// The place of its counts.
    pub seat: usize,
    /// The bit of its field in the log; none where it is no field.
    pub bit: u64,
    /// What it is.
    pub what: What,
}

/// What an entry of a row is.
pub enum What {
    /// The name of the type.
    Typename,
    /// The identifier.
    Id,
    /// The version, over all that the viewer sees.
    Version(Vec<(Slot, Option<Kind>)>),
    /// A value.
    Cell(Slot, Kind),
    /// Whether the viewer may do a deed.
    Can(Slot),
    /// A related row.
    One(Slot, RowPlan),
    /// A list of related rows.
    Many(Slot, Box<ListPlan>),
}

/// What is needed of rows of one type, and how they are shown.
pub struct RowPlan {
    /// What is needed.
    pub layout: Arc<Layout>,
    /// How a row is shown.
    pub picks: Vec<Pick>,
}

/// What is needed of a list.
pub struct ListPlan {
    /// What is needed of each row.
    pub layout: Arc<Layout>,
    /// Which rows.
    pub filter: Option<Filter>,
    /// In which order.
    pub order: Vec<Order>,
    /// Which part.
    pub span: Span,
    /// Whether archived rows are listed too.
    pub archived: bool,
    /// The column of the rows that names the parent.
    pub foreign: Option<&'static str>,
    /// What its cursors are bound to, where it shows any.
    pub context: Vec<u8>,
    /// How the connection is shown.
    pub parts: Vec<(Key, ListPart)>,
}

impl ListPlan {
    /// Whether rows are needed.
    pub fn fetches(&self) -> bool {
        self.parts.iter().any(|(_, part)| part.fetches())
    }

    /// Whether all rows must be counted.
    pub fn counts(&self) -> bool {
        let counted =
            |part: &ListPart| matches!(part, ListPart::TotalCount | ListPart::TotalCountIsExact);
        self.parts.iter().any(|(_, part)| counted(part))
    }

    /// Whether cursors are shown.
    pub fn keyed(&self) -> bool {
        self.parts.iter().any(|(_, part)| match part {
            ListPart::Edges(parts) => parts
                .iter()
                .any(|(_, part)| matches!(part, EdgePart::Cursor)),
            ListPart::PageInfo(parts) => parts.iter().any(|(_, name)| name.ends_with("Cursor")),
            _ => false,
        })
    }
}

/// An entry of a connection.
pub enum ListPart {
    /// The name of the type.
    Typename,
    /// Rows with cursors.
    Edges(Vec<(Key, EdgePart)>),
    /// Rows without cursors.
    Nodes(Vec<Pick>),
    /// Where the page is.
    PageInfo(Vec<(Key, String)>),
    /// How many rows the whole list has.
    TotalCount,
    /// Whether all of them were counted.
    TotalCountIsExact,
}

impl ListPart {
    fn fetches(&self) -> bool {
        matches!(self, Self::Edges(_) | Self::Nodes(_) | Self::PageInfo(_))
    }
}

/// An entry of an edge.
pub enum EdgePart {
    /// The name of the type.
    Typename,
    /// The cursor.
    Cursor,
    /// The row.
    Node(Vec<Pick>),
}

/// A position in the answer.
pub struct Place {
    /// The path of response keys.
    path: String,
    /// How many rows there may be at it.
    rows: u64,
}

impl Place {
    /// A root field.
    pub fn root(key: &str) -> Self {
        Self {
            path: key.to_owned(),
            rows: 1,
        }
    }

    /// An entry below it.
    pub fn under(&self, key: &str) -> Self {
        Self {
            path: format!("{}.{key}", self.path),
            rows: self.rows,
        }
    }

    /// The path of response keys.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The same, of a list with so many rows.
    pub fn times(&self, rows: u64) -> Self {
        Self {
            path: self.path.clone(),
            rows: self.rows.saturating_mul(rows),
        }
    }
}

/// Makes plans for one request.
pub struct Planner<'a> {
    /// The request.
    pub request: &'a QueryEnv,
    /// What it carries.
    pub scope: &'a Scope,
}

impl<'a> Planner<'a> {
    /// The fields of these selections that apply to a type, by response key, in their order.
    pub fn collect(
        &self,
        sets: impl IntoIterator<Item = &'a SelectionSet>,
        applies: &dyn Fn(&str) -> bool,
    ) -> IndexMap<&'a Name, Merged<'a>> {
        let mut fields = IndexMap::new();
        for set in sets {
            self.collect_set(set, applies, &mut fields);
        }
        fields
    }

    fn collect_set(
        &self,
        set: &'a SelectionSet,
        applies: &dyn Fn(&str) -> bool,
        into: &mut IndexMap<&'a Name, Merged<'a>>,
    ) {
        // @skip and @include were applied before execution.
        for Positioned {
            node: selection, ..
        } in &set.items
        {
            let (condition, inner) = match selection {
                Selection::Field(field) => {
                    let key = &field.node.response_key().node;
                    into.entry(key).or_default().push(&field.node);
                    continue;
                }
                Selection::InlineFragment(fragment) => (
                    fragment.node.type_condition.as_ref(),
                    &fragment.node.selection_set,
                ),
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    let Some(fragment) = self.request.fragments.get(name) else {
                        continue;
                    };
                    (
                        Some(&fragment.node.type_condition),
                        &fragment.node.selection_set,
                    )
                }
            };
            if condition.is_none_or(|c| applies(c.node.on.node.as_str())) {
                self.collect_set(&inner.node, applies, into);
            }
        }
    }

    /// A plan for rows of a type under these fields.
    pub fn rows(
        &self,
        of: &'static Type,
        fields: &[&'a Field],
        at: &Place,
    ) -> Result<RowPlan, GraphError> {
        let mut layout = Layout::new(of, &self.scope.lens);
        let picks = self.picks(of, fields, at, &mut layout)?;
        Ok(RowPlan {
            layout: Arc::new(layout),
            picks,
        })
    }

    fn picks(
        &self,
        of: &'static Type,
        fields: &[&'a Field],
        at: &Place,
        layout: &mut Layout,
    ) -> Result<Vec<Pick>, GraphError> {
        let applies = |name: &str| name == of.name || name == "Node";
        let sets = fields.iter().map(|field| &field.selection_set.node);
        let mut picks = Vec::new();
        for (key, merged) in self.collect(sets, &applies) {
            let Some(first) = merged.first() else {
                continue;
            };
            let at = at.under(key);
            let name = first.name.node.as_str();
            let what = self.what(of, name, &merged, &at, layout)?;
            let ask = of.field(name).map(|field| (of.name, field.name));
            picks.push(Pick {
                key: Key::new(key),
                seat: self.scope.privacy.seat(&at.path, ask),
                bit: disclose::bit(of, name),
                what,
            });
        }
        Ok(picks)
    }

    fn what(
        &self,
        of: &'static Type,
        name: &str,
        merged: &[&'a Field],
        at: &Place,
        layout: &mut Layout,
    ) -> Result<What, GraphError> {
        match name {
            "__typename" => return Ok(What::Typename),
            "id" => return Ok(What::Id),
            "version" => {
                return Ok(What::Version(version_slots(of, layout)));
            }
            _ => {}
        }
        if let Some(verb) = name.strip_prefix("viewerCan") {
            let deeds = of
                .deeds
                .iter()
                .filter(|deed| deed.scope == DeedScope::Existing);
            let deed = deeds
                .into_iter()
                .find(|deed| super::schema::pascal_case(deed.name) == verb);
            if let Some(deed) = deed {
                return Ok(What::Can(layout.deed(deed)));
            }
        }
        let unknown = || GraphError::Input(format!("there is no field `{name}`"));
        let field = of.field(name).ok_or_else(unknown)?;
        let slot = layout.field(field);
        Ok(match field.shape {
            Shape::Value { kind, .. } => What::Cell(slot, kind),
            Shape::One { target, .. } => {
                let target = catalogue::find(target).ok_or_else(unknown)?;
                What::One(slot, self.rows(target, merged, at)?)
            }
            Shape::Many { target, foreign } => {
                let target = catalogue::find(target).ok_or_else(unknown)?;
                What::Many(
                    slot,
                    Box::new(self.list(target, merged, at, Some(foreign))?),
                )
            }
        })
    }

    /// A plan for a list of a type under these fields, of which the first has the arguments.
    pub fn list(
        &self,
        of: &'static Type,
        fields: &[&'a Field],
        at: &Place,
        foreign: Option<&'static str>,
    ) -> Result<ListPlan, GraphError> {
        let Some(first) = fields.first() else {
            return Err(GraphError::Input("nothing is selected".into()));
        };
        let arguments = Arguments::of(first, self.request);
        let order = filter::order(of, &arguments)?;
        let context = || self.context(of, foreign, &arguments, &order);
        let span = self.span(&arguments, context)?;
        let at = &at.times(span.take as u64);
        let mut layout = Layout::new(of, &self.scope.lens);
        let connection = format!("{}Connection", of.name);
        let sets = fields.iter().map(|field| &field.selection_set.node);
        let mut parts = Vec::new();
        for (key, merged) in self.collect(sets, &|name| name == connection) {
            let Some(first) = merged.first() else {
                continue;
            };
            let at = at.under(key);
            let part = match first.name.node.as_str() {
                "edges" => ListPart::Edges(self.edges(of, &merged, &at, &mut layout)?),
                "nodes" => ListPart::Nodes(self.picks(of, &merged, &at, &mut layout)?),
                "pageInfo" => ListPart::PageInfo(self.page_info(&merged)),
                "totalCount" => ListPart::TotalCount,
                "totalCountIsExact" => ListPart::TotalCountIsExact,
                _ => ListPart::Typename,
            };
            parts.push((Key::new(key), part));
        }
        if parts.iter().any(|(_, part)| part.fetches()) {
            self.spend(at.rows)?;
        }
        let mut plan = ListPlan {
            layout: Arc::new(layout),
            filter: filter::filter(of, &arguments)?,
            order: Vec::new(),
            span,
            archived: arguments.flag("includeArchived"),
            foreign,
            context: Vec::new(),
            parts,
        };
        if plan.keyed() {
            plan.context = context();
        }
        plan.order = order;
        Ok(plan)
    }

    fn edges(
        &self,
        of: &'static Type,
        fields: &[&'a Field],
        at: &Place,
        layout: &mut Layout,
    ) -> Result<Vec<(Key, EdgePart)>, GraphError> {
        let edge = format!("{}Edge", of.name);
        let sets = fields.iter().map(|field| &field.selection_set.node);
        let mut parts = Vec::new();
        for (key, merged) in self.collect(sets, &|name| name == edge) {
            let Some(first) = merged.first() else {
                continue;
            };
            let part = match first.name.node.as_str() {
                "cursor" => EdgePart::Cursor,
                "node" => EdgePart::Node(self.picks(of, &merged, &at.under(key), layout)?),
                _ => EdgePart::Typename,
            };
            parts.push((Key::new(key), part));
        }
        Ok(parts)
    }

    fn page_info(&self, fields: &[&'a Field]) -> Vec<(Key, String)> {
        let sets = fields.iter().map(|field| &field.selection_set.node);
        let collected = self.collect(sets, &|name| name == "PageInfo").into_iter();
        let named = |(key, merged): (&Name, Merged<'a>)| {
            merged
                .first()
                .map(|first| (Key::new(key), first.name.node.to_string()))
        };
        collected.filter_map(named).collect()
    }

    /// Counts the rows that a list may come to against what a request may ask for.
    fn spend(&self, rows: u64) -> Result<(), GraphError> {
        let most = self.scope.limits.max_rows;
        let before = self.scope.planned.fetch_add(rows, Ordering::Relaxed);
        let asked = before.saturating_add(rows);
        if asked > most {
            let message =
                format!("the request asks for {asked} rows or more; at most {most} are given");
            return Err(GraphError::Limit(message));
        }
        Ok(())
    }

    /// What a cursor is bound to: the viewer, the list, its filter and its order.
    fn context(
        &self,
        of: &'static Type,
        foreign: Option<&'static str>,
        arguments: &Arguments,
        order: &[Order],
    ) -> Vec<u8> {
        let viewer = self.scope.lens.viewer();
        let names = ["where", "orderBy", "search", "includeArchived"];
        let asked = arguments.fingerprint(&names);
        let foreign = foreign.unwrap_or_default();
        // A term that the viewer does not see orders nothing and is not in the cursor: when rights
        // change, so does what a cursor holds.
        let orders = |term: &Order| match &*self.scope.lens.sight(of, term.field).full {
            Rule::Opaque | Rule::Condition(Condition::Never) => '-',
            Rule::Condition(_) => '+',
        };
        let terms: String = order.iter().map(orders).collect();
        format!(
            "{}:{}\n{}.{foreign}\n{asked}\n{terms}",
            viewer.kind().entity(),
            viewer.id(),
            of.name
        )
        .into_bytes()
    }

    fn span(
        &self,
        arguments: &Arguments,
        context: impl Fn() -> Vec<u8>,
    ) -> Result<Span, GraphError> {
        let limits = &self.scope.limits;
        let (first, last) = (arguments.count("first")?, arguments.count("last")?);
        let (after, before) = (arguments.text("after")?, arguments.text("before")?);
        let offset = arguments.count("offset")?.unwrap_or(0);
        let wrong = |message: &str| Err(GraphError::Input(message.to_owned()));
        if first.is_some() && last.is_some() {
            return wrong("`first` and `last` do not go together");
        }
        let backward = last.is_some();
        if (backward && after.is_some()) || (!backward && before.is_some()) {
            return wrong("`after` goes with `first`, `before` with `last`");
        }
        let cursor = if backward { before } else { after };
        if offset > 0 && (cursor.is_some() || backward) {
            return wrong("`offset` goes with neither a cursor nor `last`");
        }
        if offset > limits.max_offset {
            let message = format!("`offset` is more than {}", limits.max_offset);
            return Err(GraphError::Limit(message));
        }
        let asked = first.or(last).unwrap_or(limits.page as u64);
        let take = usize::try_from(asked).unwrap_or(usize::MAX);
        if take > limits.max_page {
            let message = format!("a page has at most {} rows, not {asked}", limits.max_page);
            return Err(GraphError::Limit(message));
        }
        let open = |cursor| {
            self.scope
                .seal
                .open(cursor, &context())
                .map_err(|_| GraphError::Cursor)
        };
        let from = cursor.map(open).transpose()?;
        let direction = if backward {
            Direction::Backward
        } else {
            Direction::Forward
        };
        Ok(Span {
            take,
            direction,
            from,
            offset,
        })
    }
}

/// The places of all that a version covers.
pub fn version_slots(of: &'static Type, layout: &mut Layout) -> Vec<(Slot, Option<Kind>)> {
    let fields = of
        .fields
        .iter()
        .filter(|field| !matches!(field.shape, Shape::Many { .. }));
    // Derived cells are about other rows; a version is about this one.
    let own = fields.filter(|field| field.column().is_some());
    own.map(|field| (layout.versioned(field), field.kind()))
        .collect()
}
