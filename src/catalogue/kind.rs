//! What a value means: its form in GraphQL and whether a mask exists for it.

/// The meaning of a column's values. It carries the mask and the JSON form.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Plain text.
    Text,
    /// A whole number.
    Int,
    /// A decimal number.
    Float,
    /// True or false.
    Bool,
    /// An instant, in UTC.
    Time,
    /// A calendar date.
    Date,
    /// A list of words, kept as a JSON array.
    Words,
    /// One of a closed list of values.
    Enum(&'static EnumKind),
    /// A person's name; masked as its first character and `XX`.
    PersonName,
    /// A telephone number; masked as a constant.
    Phone,
    /// An e-mail address; masked as a constant.
    Email,
    /// A Hong Kong identity card number; masked whole.
    Hkid,
}

/// A closed list of values.
#[derive(PartialEq, Eq)]
pub struct EnumKind {
    /// The GraphQL name.
    pub name: &'static str,
    /// One sentence for clients.
    pub doc: &'static str,
    /// The values, as stored and as shown.
    pub values: &'static [EnumValue],
}

/// One value of a closed list.
#[derive(PartialEq, Eq)]
pub struct EnumValue {
    /// The value, in capitals.
    pub name: &'static str,
    /// One sentence for clients.
    pub doc: &'static str,
}

/// Shorthand for the lists of values below.
pub(super) const fn one(name: &'static str, doc: &'static str) -> EnumValue {
    EnumValue { name, doc }
}

impl Kind {
    /// The GraphQL type of a value, without `!`.
    #[must_use]
    pub const fn graphql(self) -> &'static str {
        match self {
            Self::Text | Self::PersonName | Self::Phone | Self::Email | Self::Hkid => "String",
            Self::Int => "Int",
            Self::Float => "Float",
            Self::Bool => "Boolean",
            Self::Time => "DateTime",
            Self::Date => "Date",
            Self::Words => "[String!]",
            Self::Enum(kind) => kind.name,
        }
    }

    /// Whether a masked form exists, and so an action `Type.field:masked`.
    #[must_use]
    pub const fn maskable(self) -> bool {
        matches!(
            self,
            Self::PersonName | Self::Phone | Self::Email | Self::Hkid
        )
    }

    /// The name under which `extensions.privacy` speaks of the mask.
    #[must_use]
    pub const fn mask_name(self) -> &'static str {
        match self {
            Self::PersonName => "NAME_INITIAL",
            Self::Phone => "PHONE",
            Self::Email => "EMAIL",
            Self::Hkid => "IDENTITY_NUMBER",
            _ => "NONE",
        }
    }

    /// Whether values are texts in the database.
    #[must_use]
    pub const fn is_text(self) -> bool {
        matches!(
            self,
            Self::Text | Self::PersonName | Self::Phone | Self::Email | Self::Hkid | Self::Enum(_)
        )
    }
}
