//! Random queries over the whole catalogue, each record with its identifier.

use kaifong::catalogue::{Shape, TYPES, Type, find};

/// Numbers that look like chance.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

/// A query of one or two lists.
pub fn query(dice: &mut Dice) -> String {
    let roots = 1 + dice.below(2);
    let root = |at| {
        let of = TYPES[dice.below(TYPES.len())];
        let first = 1 + dice.below(12);
        let below = selection(of, dice, 2);
        let page = match dice.below(2) {
            0 => format!("nodes {{ {below} }}"),
            _ => format!("edges {{ cursor node {{ {below} }} }}"),
        };
        format!(
            "r{at}: {}(first: {first}) {{ {page} totalCount }}",
            of.plural
        )
    };
    let roots: Vec<String> = (0..roots).map(root).collect();
    format!("{{ {} }}", roots.join(" "))
}

fn selection(of: &'static Type, dice: &mut Dice, depth: usize) -> String {
    let mut parts = vec!["__typename id".to_owned()];
    for field in of.fields {
        if dice.below(3) == 0 {
            continue;
        }
        match field.shape {
            Shape::Value { .. } => parts.push(field.name.to_owned()),
            Shape::One { target, .. } if depth > 0 => {
                let below = selection(find(target).unwrap(), dice, depth - 1);
                parts.push(format!("{} {{ {below} }}", field.name));
            }
            Shape::Many { target, .. } if depth > 0 && dice.below(3) == 0 => {
                let below = selection(find(target).unwrap(), dice, depth - 1);
                let first = 1 + dice.below(3);
                parts.push(format!(
                    "{}(first: {first}) {{ nodes {{ {below} }} }}",
                    field.name
                ));
            }
            _ => {}
        }
    }
    parts.join(" ")
}
