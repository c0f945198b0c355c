//! The words in which a type is described.

use super::kind::Kind;

/// A type of the graph: one table, one Cedar entity type, one GraphQL object.
pub struct Type {
    /// The GraphQL name, `Volunteer`.
    pub name: &'static str,
    /// The root list, `volunteers`.
    pub plural: &'static str,
    /// The root look-up and the prefix of deeds, `volunteer`.
    pub singular: &'static str,
    /// The Cedar entity type; the same as `name` but for `User`, whose principals carry that name.
    pub entity: &'static str,
    /// The table.
    pub table: &'static str,
    /// One sentence for clients.
    pub doc: &'static str,
    /// The fields, in the order of the schema.
    pub fields: &'static [Field],
    /// What policies may read of a row.
    pub attributes: &'static [Attribute],
    /// What can be done to a row.
    pub deeds: &'static [Deed],
    /// Whether ids must reveal nothing, not even when they were made.
    pub person: bool,
}

/// One field of a type.
pub struct Field {
    /// The GraphQL name.
    pub name: &'static str,
    /// One sentence for clients.
    pub doc: &'static str,
    /// A value or a relation.
    pub shape: Shape,
    /// Who may set it, if anyone.
    pub write: Write,
    /// Whether its values are sealed in the database.
    pub sealing: Sealing,
}

/// Whether the values of a column are sealed in the database, beyond what the database's owner does
/// for its disks. What is sealed cannot be compared there: it has no order, and no filter by a part.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Sealing {
    /// They are kept as they are.
    Open,
    /// They are sealed.
    Sealed,
    /// They are sealed, and found whole by a keyed hash in this column.
    Found(&'static str),
}

/// Value or relation.
pub enum Shape {
    /// A value of the row itself.
    Value {
        /// Where it is read.
        source: Source,
        /// What it means.
        kind: Kind,
        /// Whether `search` looks into it.
        search: bool,
    },
    /// The one row that a column names.
    One {
        /// The column with the id.
        column: &'static str,
        /// The type it leads to.
        target: &'static str,
    },
    /// The rows that name this one.
    Many {
        /// The type of those rows.
        target: &'static str,
        /// Their column.
        foreign: &'static str,
    },
}

/// Where a value is read.
pub enum Source {
    /// A column.
    Column(&'static str),
    /// A derived cell: a scalar SQL expression over `{row}`.
    Derived(&'static str),
}

/// Whether and when a field may be set by a mutation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Write {
    /// Never by a client.
    Never,
    /// At creation only, and it must be given.
    Identity,
    /// At creation only, if wished.
    Origin,
    /// At creation (where it must be given) and later.
    Required,
    /// At creation and later.
    Free,
}

/// Something that policies may read of a row.
pub struct Attribute {
    /// Its name in the Cedar schema.
    pub name: &'static str,
    /// Where it is read.
    pub shape: AttributeShape,
}

/// Where an attribute is read, and its Cedar type.
pub enum AttributeShape {
    /// The row itself, as an attribute of that name.
    Itself {
        /// Its entity type.
        entity: &'static str,
    },
    /// Another row.
    Ref {
        /// The column with the id.
        column: &'static str,
        /// Its entity type.
        entity: &'static str,
        /// Whether it may be absent.
        optional: bool,
    },
    /// A text that is never absent.
    Text(&'static str),
    /// A truth value that is never absent.
    Bool(&'static str),
    /// A set of words, kept as a JSON array that is never absent.
    Words(&'static str),
    /// A set of rows, found through another table.
    Set {
        /// The entity type of the members.
        entity: &'static str,
        /// The tables, `assignment a`.
        from: &'static str,
        /// The column that names this row, `a.volunteer_id`.
        own: &'static str,
        /// The column with the member, `a.project_id`.
        value: &'static str,
        /// A further condition, or `TRUE`.
        when: &'static str,
    },
}

/// Something that can be done.
pub struct Deed {
    /// The verb, `change`; the action is `Type.change`.
    pub name: &'static str,
    /// One sentence for clients.
    pub doc: &'static str,
    /// On what the decision is taken.
    pub scope: DeedScope,
    /// Whether something is only looked at: then the graph has no mutation for it.
    pub looks: bool,
}

/// On what row a deed is decided.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum DeedScope {
    /// On the row as it would be made.
    New,
    /// On a row that exists; the graph has `viewerCan…` for it.
    Existing,
    /// On a row that exists, as a right to see rather than to do; the graph has neither a mutation
    /// nor a `viewerCan…` for it.
    Right,
    /// On rows in bulk, whichever they are: by an internal job, or on all of them alike; the graph
    /// has no mutation for it.
    Bulk,
}

impl DeedScope {
    /// Whether it is decided on a row that is there.
    #[must_use]
    pub const fn of_a_row(self) -> bool {
        matches!(self, Self::Existing | Self::Right)
    }
}

/// The right to a person's name and identity number in one answer.
pub const PAIR: &str = "nameWithIdentityNumber";

impl Type {
    /// The right to the name and the identity number of a row in one answer.
    #[must_use]
    pub fn pair(&self) -> Option<&'static Deed> {
        self.deed(PAIR)
    }

    /// The field with this name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|f| f.name == name)
    }

    /// The attribute with this name.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&'static Attribute> {
        self.attributes.iter().find(|a| a.name == name)
    }

    /// The deed with this name.
    #[must_use]
    pub fn deed(&self, name: &str) -> Option<&'static Deed> {
        self.deeds.iter().find(|d| d.name == name)
    }

    /// Whether rows can be ordered by some value.
    #[must_use]
    pub fn sortable(&self) -> bool {
        self.fields.iter().any(Field::sortable)
    }

    /// Whether rows are found by text.
    #[must_use]
    pub fn searchable(&self) -> bool {
        self.fields
            .iter()
            .any(|f| matches!(f.shape, Shape::Value { search: true, .. }))
    }
}

impl Field {
    /// Whether rows can be ordered by it.
    #[must_use]
    pub fn sortable(&self) -> bool {
        let value = self.kind().is_some_and(|kind| kind != Kind::Words);
        value && self.sealing == Sealing::Open
    }

    /// The action for seeing it in full.
    #[must_use]
    pub fn action(&self, of: &Type) -> String {
        format!("{}.{}", of.name, self.name)
    }

    /// The column that a mutation writes.
    #[must_use]
    pub const fn column(&self) -> Option<&'static str> {
        match self.shape {
            Shape::Value {
                source: Source::Column(column),
                ..
            }
            | Shape::One { column, .. } => Some(column),
            _ => None,
        }
    }

    /// The kind of a value.
    #[must_use]
    pub const fn kind(&self) -> Option<Kind> {
        match self.shape {
            Shape::Value { kind, .. } => Some(kind),
            _ => None,
        }
    }

    /// The name under which a mutation takes it: a relation by the id of its target.
    #[must_use]
    pub fn input_name(&self) -> String {
        match self.shape {
            Shape::One { .. } => format!("{}Id", self.name),
            _ => self.name.to_owned(),
        }
    }

    pub(super) const fn search(mut self) -> Self {
        if let Shape::Value { ref mut search, .. } = self.shape {
            *search = true;
        }
        self
    }

    pub(super) const fn sealed(mut self, sealing: Sealing) -> Self {
        self.sealing = sealing;
        self
    }

    pub(super) const fn write(mut self, write: Write) -> Self {
        self.write = write;
        self
    }

    pub(super) const fn free(self) -> Self {
        self.write(Write::Free)
    }

    pub(super) const fn required(self) -> Self {
        self.write(Write::Required)
    }

    pub(super) const fn identity(self) -> Self {
        self.write(Write::Identity)
    }

    pub(super) const fn origin(self) -> Self {
        self.write(Write::Origin)
    }
}

pub(super) const fn value(
    name: &'static str,
    column: &'static str,
    kind: Kind,
    doc: &'static str,
) -> Field {
    let shape = Shape::Value {
        source: Source::Column(column),
        kind,
        search: false,
    };
    Field {
        name,
        doc,
        shape,
        write: Write::Never,
        sealing: Sealing::Open,
    }
}

pub(super) const fn derived(
    name: &'static str,
    sql: &'static str,
    kind: Kind,
    doc: &'static str,
) -> Field {
    let shape = Shape::Value {
        source: Source::Derived(sql),
        kind,
        search: false,
    };
    Field {
        name,
        doc,
        shape,
        write: Write::Never,
        sealing: Sealing::Open,
    }
}

pub(super) const fn to_one(
    name: &'static str,
    column: &'static str,
    target: &'static str,
    doc: &'static str,
) -> Field {
    Field {
        name,
        doc,
        shape: Shape::One { column, target },
        write: Write::Never,
        sealing: Sealing::Open,
    }
}

pub(super) const fn to_many(
    name: &'static str,
    target: &'static str,
    foreign: &'static str,
    doc: &'static str,
) -> Field {
    Field {
        name,
        doc,
        shape: Shape::Many { target, foreign },
        write: Write::Never,
        sealing: Sealing::Open,
    }
}

pub(super) const fn deed(name: &'static str, doc: &'static str) -> Deed {
    Deed {
        name,
        doc,
        scope: DeedScope::Existing,
        looks: false,
    }
}

/// Something to look at that is no field: what the log says of a row.
pub(super) const fn look(name: &'static str, doc: &'static str) -> Deed {
    Deed {
        name,
        doc,
        scope: DeedScope::Existing,
        looks: true,
    }
}

pub(super) const fn creation(doc: &'static str) -> Deed {
    Deed {
        name: "create",
        doc,
        scope: DeedScope::New,
        looks: false,
    }
}

/// A right to see something that is no field.
pub(super) const fn right(name: &'static str, doc: &'static str) -> Deed {
    Deed {
        name,
        doc,
        scope: DeedScope::Right,
        looks: false,
    }
}

/// The right to a person's name and identity number in one answer.
pub(super) const fn pair() -> Deed {
    let doc = "Has the name and the identity number of a person in one answer.";
    right(PAIR, doc)
}

/// The right to see how many there are in small groups.
pub(super) const fn small_groups() -> Deed {
    let doc = "Sees how many there are in small groups, in figures.";
    right(super::figures::SMALL_GROUPS, doc)
}

pub(super) const fn import(doc: &'static str) -> Deed {
    Deed {
        name: "import",
        doc,
        scope: DeedScope::Bulk,
        looks: false,
    }
}

/// A deed on all rows of a type alike.
pub(super) const fn whole(name: &'static str, doc: &'static str) -> Deed {
    Deed {
        name,
        doc,
        scope: DeedScope::Bulk,
        looks: false,
    }
}

/// Shorthands for attributes.
pub mod attribute {
    use super::{Attribute, AttributeShape};

    pub(in crate::catalogue) const fn itself(
        name: &'static str,
        entity: &'static str,
    ) -> Attribute {
        Attribute {
            name,
            shape: AttributeShape::Itself { entity },
        }
    }

    pub(in crate::catalogue) const fn to(
        name: &'static str,
        column: &'static str,
        entity: &'static str,
    ) -> Attribute {
        Attribute {
            name,
            shape: AttributeShape::Ref {
                column,
                entity,
                optional: false,
            },
        }
    }

    pub(in crate::catalogue) const fn maybe(
        name: &'static str,
        column: &'static str,
        entity: &'static str,
    ) -> Attribute {
        Attribute {
            name,
            shape: AttributeShape::Ref {
                column,
                entity,
                optional: true,
            },
        }
    }

    pub(in crate::catalogue) const fn text(name: &'static str, column: &'static str) -> Attribute {
        Attribute {
            name,
            shape: AttributeShape::Text(column),
        }
    }

    pub(in crate::catalogue) const fn flag(name: &'static str, column: &'static str) -> Attribute {
        Attribute {
            name,
            shape: AttributeShape::Bool(column),
        }
    }

    pub(in crate::catalogue) const fn words(name: &'static str, column: &'static str) -> Attribute {
        Attribute {
            name,
            shape: AttributeShape::Words(column),
        }
    }

    /// The members of `value` in `from` where `own` is this row and `when` holds.
    pub(in crate::catalogue) const fn set(
        name: &'static str,
        entity: &'static str,
        from: &'static str,
        own: &'static str,
        value: &'static str,
        when: &'static str,
    ) -> Attribute {
        Attribute {
            name,
            shape: AttributeShape::Set {
                entity,
                from,
                own,
                value,
                when,
            },
        }
    }
}

impl std::fmt::Debug for Type {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl std::fmt::Debug for Attribute {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}
