//! When a row or a cell is seen: a truth function over the attributes of a row.
//!
//! Each leaf is two-valued: an absent attribute makes it false, never unknown, in memory as in SQL.

use uuid::Uuid;

use crate::catalogue::Attribute;

/// A truth function over the attributes of a row.
#[derive(Clone, PartialEq)]
pub enum Condition {
    /// Always.
    Always,
    /// Never.
    Never,
    /// Not so.
    Not(Box<Self>),
    /// All of these.
    All(Vec<Self>),
    /// Any of these.
    Any(Vec<Self>),
    /// A question to the row.
    Test(Test),
}

/// A question to a row.
#[derive(Clone, PartialEq)]
pub enum Test {
    /// The row that this attribute names is one of these (sorted, not empty).
    Is(&'static Attribute, Vec<Uuid>),
    /// The attribute is there.
    Has(&'static Attribute),
    /// The text is one of these (sorted, not empty).
    Word(&'static Attribute, Vec<String>),
    /// The flag is set.
    Flag(&'static Attribute),
    /// The set that this attribute holds has one of these (sorted, not empty).
    Meets(&'static Attribute, Vec<Uuid>),
}

impl PartialEq for Attribute {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Condition {
    /// Always or never.
    #[must_use]
    pub const fn constant(value: bool) -> Self {
        if value { Self::Always } else { Self::Never }
    }

    /// The opposite.
    #[must_use]
    pub fn negate(self) -> Self {
        match self {
            Self::Always => Self::Never,
            Self::Never => Self::Always,
            Self::Not(inner) => *inner,
            other => Self::Not(Box::new(other)),
        }
    }

    /// All of these, in their order.
    #[must_use]
    pub fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut kept: Vec<Self> = Vec::new();
        for part in parts {
            match part {
                Self::Always => {}
                Self::Never => return Self::Never,
                Self::All(inner) => kept.extend(inner),
                other => kept.push(other),
            }
        }
        kept.dedup();
        match kept.len() {
            0 => Self::Always,
            1 => kept.remove(0),
            _ => Self::All(kept),
        }
    }

    /// Any of these; questions to the same attribute become one.
    #[must_use]
    pub fn any(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut kept: Vec<Self> = Vec::new();
        for part in parts {
            match part {
                Self::Never => {}
                Self::Always => return Self::Always,
                Self::Any(inner) => inner.into_iter().for_each(|part| unite(&mut kept, part)),
                other => unite(&mut kept, other),
            }
        }
        match kept.len() {
            0 => Self::Never,
            1 => kept.remove(0),
            _ => Self::Any(kept),
        }
    }

    /// Whether this, being true, makes the other true, as far as its form tells. False means that
    /// it could not be told.
    #[must_use]
    pub fn implies(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Never, _) | (_, Self::Always) => true,
            (a, b) if a == b => true,
            (Self::Any(parts), b) => parts.iter().all(|a| a.implies(b)),
            (a, Self::All(parts)) => parts.iter().all(|b| a.implies(b)),
            (a, Self::Any(parts)) if parts.iter().any(|b| a.implies(b)) => true,
            (Self::All(parts), b) => parts.iter().any(|a| a.implies(b)),
            (Self::Test(a), Self::Test(b)) => a.implies(b),
            _ => false,
        }
    }

    /// Every question in it.
    pub fn tests(&self) -> Box<dyn Iterator<Item = &Test> + '_> {
        match self {
            Self::Always | Self::Never => Box::new(std::iter::empty()),
            Self::Not(inner) => inner.tests(),
            Self::All(parts) | Self::Any(parts) => Box::new(parts.iter().flat_map(Self::tests)),
            Self::Test(test) => Box::new(std::iter::once(test)),
        }
    }
}

impl Test {
    fn implies(&self, other: &Self) -> bool {
        let within = |a: &Vec<Uuid>, b: &Vec<Uuid>| a.iter().all(|id| b.binary_search(id).is_ok());
        match (self, other) {
            (Self::Is(a, xs), Self::Is(b, ys)) | (Self::Meets(a, xs), Self::Meets(b, ys)) => {
                a == b && within(xs, ys)
            }
            (Self::Is(a, _), Self::Has(b)) => a == b,
            (Self::Word(a, xs), Self::Word(b, ys)) => {
                a == b && xs.iter().all(|word| ys.binary_search(word).is_ok())
            }
            _ => false,
        }
    }
}

/// Adds a part to a disjunction, into a question to the same attribute if there is one.
fn unite(kept: &mut Vec<Condition>, part: Condition) {
    fn merge<T: Ord + Clone>(into: &mut Vec<T>, more: &[T]) {
        into.extend_from_slice(more);
        into.sort();
        into.dedup();
    }
    for existing in kept.iter_mut() {
        match (existing, &part) {
            (Condition::Test(Test::Is(a, xs)), Condition::Test(Test::Is(b, ys)))
            | (Condition::Test(Test::Meets(a, xs)), Condition::Test(Test::Meets(b, ys)))
                if a == b =>
            {
                return merge(xs, ys);
            }
            (Condition::Test(Test::Word(a, xs)), Condition::Test(Test::Word(b, ys))) if a == b => {
                return merge(xs, ys);
            }
            (existing, part) if existing == part => return,
            _ => {}
        }
    }
    kept.push(part);
}
