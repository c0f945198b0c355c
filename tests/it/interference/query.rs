//! Random queries: whatever the schema lets one ask.

use kaifong::catalogue::{self, DeedScope, Shape, Type};

use super::dice::Dice;
use super::text::{Literal, Part, Query};
use super::world::World;

/// Makes one query.
pub struct Maker<'a> {
    pub(super) world: &'a World,
    pub(super) dice: &'a mut Dice,
    names: usize,
    /// Whether there is one root only. Where there are more, no page is asked for that cannot be
    /// had: its error may end the others halfway, and with them a database in memory.
    alone: bool,
    /// Whether some filter, order or search looks at a field that was rewritten.
    pub touched: bool,
}

impl<'a> Maker<'a> {
    pub fn new(world: &'a World, dice: &'a mut Dice) -> Self {
        Self {
            world,
            dice,
            names: 0,
            alone: true,
            touched: false,
        }
    }

    fn name(&mut self) -> String {
        self.names += 1;
        format!("a{}", self.names)
    }

    pub fn query(&mut self) -> Query {
        self.alone = !self.dice.chance(25);
        let roots = if self.alone { 1 } else { 2 };
        Query {
            roots: (0..roots).map(|_| self.root()).collect(),
        }
    }

    fn root(&mut self) -> Part {
        let of = self.world.some_type(self.dice);
        let name = self.name();
        match self.dice.below(100) {
            0..62 => self.list(of, of.plural, 3),
            62..74 => {
                let id = self.world.id(of, self.dice);
                Part::of(format!("{name}: {}", of.singular), self.row(of, 3)).with("id", id)
            }
            74..82 => {
                let id = self.world.id(of, self.dice);
                Part::of(format!("{name}: node"), self.node(&[of])).with("id", id)
            }
            82..92 => {
                let other = self.world.some_type(self.dice);
                let ids = (0..1 + self.dice.below(12)).map(|_| {
                    let of = *self.dice.pick(&[of, other]);
                    self.world.id(of, self.dice)
                });
                let ids = Literal::List(ids.collect());
                Part::of(format!("{name}: nodes"), self.node(&[of, other])).with("ids", ids)
            }
            _ => {
                let user = catalogue::find("User").unwrap();
                let parts = self.row(user, 3);
                let viewer = ["kind", "policyVersion", "__typename"].map(Part::leaf);
                let viewer = viewer.into_iter().chain([Part::of("user", parts)]);
                Part::of(format!("{name}: viewer"), viewer.collect())
            }
        }
    }

    fn node(&mut self, types: &[&'static Type]) -> Vec<Part> {
        let mut parts = vec![Part::leaf("id"), Part::leaf("__typename")];
        for of in types {
            let inner = self.row(of, 2);
            parts.push(Part::of(format!("... on {}", of.name), inner));
        }
        parts
    }

    /// A list that is asked for page by page: with its arguments, without a page.
    pub fn paged(&mut self) -> Part {
        let of = self.world.some_type(self.dice);
        let mut list = Part::of(format!("paged: {}", of.plural), Vec::new());
        self.wanted(of, &mut list, 2);
        let cursors = ["startCursor", "endCursor", "hasNextPage", "hasPreviousPage"];
        list.parts
            .push(Part::of("pageInfo", cursors.map(Part::leaf).into()));
        list.parts.push(Part::of("nodes", self.row(of, 1)));
        list.parts.push(Part::leaf("totalCount"));
        list
    }

    /// Adds which rows, in which order.
    fn wanted(&mut self, of: &'static Type, list: &mut Part, depth: usize) {
        if self.dice.chance(60) {
            let filter = self.filter(of, depth);
            list.arguments.push(("where".into(), filter));
        }
        if of.sortable() && self.dice.chance(45) {
            let terms = (0..1 + self.dice.below(3)).map(|_| self.term(of));
            let terms = Literal::List(terms.collect());
            list.arguments.push(("orderBy".into(), terms));
        }
        if of.searchable() && self.dice.chance(15) {
            let search = self.search(of);
            list.arguments.push(("search".into(), search));
        }
        if self.dice.chance(25) {
            list.arguments
                .push(("includeArchived".into(), Literal::Plain("true".into())));
        }
    }

    fn list(&mut self, of: &'static Type, field: &str, depth: usize) -> Part {
        let name = self.name();
        let mut list = Part::of(format!("{name}: {field}"), Vec::new());
        self.wanted(of, &mut list, depth.min(2));
        let most = if depth == 3 { 25 } else { 6 };
        let count = self.dice.below(most).to_string();
        let mut page = |name: &str, value: String| {
            list.arguments.push((name.into(), Literal::Plain(value)));
        };
        match self.dice.below(100) {
            0..45 => page("first", count),
            45..60 => page("last", count),
            60..75 => {
                page("offset", self.dice.below(8).to_string());
                page("first", count);
            }
            // Pages that cannot be had: too large, or of a cursor that is none of this list's.
            75..77 if self.alone => page("first", "5000".into()),
            77..79 if self.alone => page("after", "\"bm8gY3Vyc29y\"".into()),
            _ => {}
        }
        let mut parts = Vec::new();
        if self.dice.chance(60) {
            parts.push(Part::leaf("totalCount"));
        }
        if self.dice.chance(30) {
            parts.push(Part::leaf("totalCountIsExact"));
        }
        if self.dice.chance(45) {
            let info = ["hasNextPage", "hasPreviousPage", "startCursor", "endCursor"];
            let name = self.name();
            parts.push(Part::of(
                format!("{name}: pageInfo"),
                info.map(Part::leaf).into(),
            ));
        }
        if self.dice.chance(40) {
            let node = Part::of("node", self.row(of, depth - 1));
            parts.push(Part::of("edges", vec![Part::leaf("cursor"), node]));
        }
        if parts.is_empty() || self.dice.chance(55) {
            let name = self.name();
            parts.push(Part::of(format!("{name}: nodes"), self.row(of, depth - 1)));
        }
        if self.dice.chance(15) {
            parts = vec![Part::of(format!("... on {}Connection", of.name), parts)];
        }
        list.parts = parts;
        list
    }

    /// Some of what a row has; always its id.
    fn row(&mut self, of: &'static Type, depth: usize) -> Vec<Part> {
        let mut parts = vec![Part::leaf("id")];
        for field in of.fields {
            let alias = match self.dice.chance(25) {
                true => format!("{}: ", self.name()),
                false => String::new(),
            };
            match field.shape {
                Shape::Value { .. } if self.dice.chance(35) => {
                    parts.push(Part::leaf(format!("{alias}{}", field.name)));
                }
                Shape::One { target, .. } if depth > 0 && self.dice.chance(35) => {
                    let target = catalogue::find(target).unwrap();
                    let inner = self.row(target, depth - 1);
                    parts.push(Part::of(format!("{alias}{}", field.name), inner));
                }
                Shape::Many { target, .. } if depth > 0 && self.dice.chance(18) => {
                    let target = catalogue::find(target).unwrap();
                    parts.push(self.list(target, field.name, depth));
                }
                _ => {}
            }
        }
        if self.dice.chance(40) {
            parts.push(Part::leaf("version"));
        }
        for deed in of
            .deeds
            .iter()
            .filter(|deed| deed.scope == DeedScope::Existing)
        {
            if self.dice.chance(25) {
                let verb = deed.name[..1].to_uppercase() + &deed.name[1..];
                parts.push(Part::leaf(format!("viewerCan{verb}")));
            }
        }
        match self.dice.below(100) {
            0..12 => vec![Part::of(format!("... on {}", of.name), parts)],
            12..22 => {
                let fragment = Some(of.name);
                let head = format!("F{}", self.name());
                vec![Part {
                    head,
                    fragment,
                    parts,
                    ..Part::default()
                }]
            }
            22..26 => {
                parts.push(Part::of("... on Node", vec![Part::leaf("id")]));
                parts
            }
            _ => parts,
        }
    }
}
