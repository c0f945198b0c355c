//! Random filters, orders and searches, most often of fields that were rewritten.

use kaifong::catalogue::{self, Field, Kind, Sealing, Shape, Type};

use super::query::Maker;
use super::text::Literal;
use super::world::literal;

impl Maker<'_> {
    pub(super) fn term(&mut self, of: &'static Type) -> Literal {
        let sortable = |field: &&Field| field.sortable();
        let fields: Vec<&Field> = of.fields.iter().filter(sortable).collect();
        let field = self.field(of, &fields);
        let mut name = String::new();
        for letter in field.name.chars() {
            if letter.is_ascii_uppercase() {
                name.push('_');
            }
            name.push(letter.to_ascii_uppercase());
        }
        let direction = *self.dice.pick(&["ASC", "DESC"]);
        let entries = [("field", name), ("direction", direction.to_owned())];
        Literal::Object(
            entries
                .map(|(n, v)| (n.to_owned(), Literal::Plain(v)))
                .into(),
        )
    }

    /// One of these fields, more often one that was rewritten.
    fn field<'f>(&mut self, of: &Type, fields: &[&'f Field]) -> &'f Field {
        let world = self.world;
        let hidden = |field: &&&Field| world.hidden.contains(&(of.name, field.name));
        let rewritten: Vec<&Field> = fields.iter().filter(hidden).copied().collect();
        let field = match rewritten.is_empty() || self.dice.chance(50) {
            true => *self.dice.pick(fields),
            false => *self.dice.pick(&rewritten),
        };
        self.touched |= world.hidden.contains(&(of.name, field.name));
        field
    }

    pub(super) fn search(&mut self, of: &'static Type) -> Literal {
        let fields = of.fields.iter();
        let fields: Vec<&Field> = fields
            .filter(|f| matches!(f.shape, Shape::Value { search: true, .. }))
            .collect();
        let words = (0..1 + self.dice.below(2)).map(|_| {
            let field = self.field(of, &fields);
            self.world.piece(of, field, false, self.dice)
        });
        let words: Vec<String> = words.collect();
        Literal::text(&words.join(" "))
    }

    pub(super) fn filter(&mut self, of: &'static Type, depth: usize) -> Literal {
        let mut entries: Vec<(String, Literal)> = Vec::new();
        for _ in 0..1 + usize::from(self.dice.chance(25)) {
            let (name, value) = self.condition(of, depth);
            if !entries.iter().any(|(known, _)| *known == name) {
                entries.push((name, value));
            }
        }
        Literal::Object(entries)
    }

    fn condition(&mut self, of: &'static Type, depth: usize) -> (String, Literal) {
        let fields: Vec<&Field> = of.fields.iter().collect();
        match self.dice.below(100) {
            0..7 if depth > 0 => ("not".into(), self.filter(of, depth - 1)),
            7..18 if depth > 0 => {
                let all = (0..self.dice.below(4)).map(|_| self.filter(of, depth - 1));
                let all = Literal::List(all.collect());
                ((*self.dice.pick(&["and", "or"])).into(), all)
            }
            18..24 => {
                let ids = (0..self.dice.below(8)).map(|_| self.world.id(of, self.dice));
                let ids = Literal::List(ids.collect());
                ("id".into(), Literal::Object(vec![("in".into(), ids)]))
            }
            _ => {
                let field = self.field(of, &fields);
                (field.name.into(), self.test(of, field, depth))
            }
        }
    }

    fn test(&mut self, of: &'static Type, field: &'static Field, depth: usize) -> Literal {
        let object = |name: &str, value| Literal::Object(vec![(name.to_owned(), value)]);
        let kind = match field.shape {
            Shape::Value { kind, .. } => kind,
            Shape::One { target, .. } | Shape::Many { target, .. } => {
                let target = catalogue::find(target).unwrap();
                let inner = match depth {
                    0 => Literal::Object(Vec::new()),
                    _ => self.filter(target, depth - 1),
                };
                return match field.shape {
                    Shape::Many { .. } => object(["some", "none"][self.dice.below(2)], inner),
                    _ => inner,
                };
            }
        };
        // What is sealed can be asked for whole, or not at all.
        if field.sealing == Sealing::Sealed || self.dice.chance(20) {
            return object("isNull", Literal::Plain(self.dice.chance(50).to_string()));
        }
        let text = matches!(
            kind,
            Kind::Text | Kind::PersonName | Kind::Phone | Kind::Email | Kind::Hkid
        );
        let test = match kind {
            Kind::Words => "has",
            Kind::Bool => "eq",
            Kind::Enum(_) => *self.dice.pick(&["eq", "in"]),
            _ if field.sealing != Sealing::Open => *self.dice.pick(&["eq", "in"]),
            _ if text => *self.dice.pick(&["eq", "in", "contains", "startsWith"]),
            _ => *self.dice.pick(&["eq", "in", "lt", "lte", "gt", "gte"]),
        };
        let value = match test {
            "contains" => Literal::text(&self.world.piece(of, field, false, self.dice)),
            "startsWith" => Literal::text(&self.world.piece(of, field, true, self.dice)),
            "has" => {
                let cell = self.world.cell(of, field, kind, self.dice);
                let kaifong::catalogue::Cell::Text(list) = cell else {
                    unreachable!()
                };
                let words: Vec<String> = serde_json::from_str(&list).unwrap();
                Literal::text(words.first().map_or("nothing", String::as_str))
            }
            "in" => {
                let some =
                    (0..self.dice.below(5)).map(|_| self.world.cell(of, field, kind, self.dice));
                Literal::List(some.map(|cell| literal(kind, &cell)).collect())
            }
            _ => literal(kind, &self.world.cell(of, field, kind, self.dice)),
        };
        object(test, value)
    }
}
