//! What the directory reads to make viewers, and so what it must be told of.
//!
//! The triggers of PostgreSQL are made from the same list, in a migration; tests keep the two and
//! the directory's statements in step.

/// A table that the directory reads.
pub struct Read {
    /// The table.
    pub table: &'static str,
    /// Of whom it says what they hold.
    pub whose: Whose,
    /// Its columns that matter; all of them where none are named.
    pub columns: &'static [&'static str],
}

/// Of which viewers.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Whose {
    /// Of people.
    pub users: bool,
    /// Of partners' tokens.
    pub partners: bool,
}

impl Whose {
    /// Of all.
    pub(super) const ALL: Self = Self {
        users: true,
        partners: true,
    };
    const USERS: Self = Self {
        users: true,
        partners: false,
    };
    const PARTNERS: Self = Self {
        users: false,
        partners: true,
    };

    pub(super) fn and(self, other: Self) -> Self {
        Self {
            users: self.users || other.users,
            partners: self.partners || other.partners,
        }
    }
}

impl Read {
    /// Whether a write to these columns (all of them, where none are named) concerns it.
    pub(super) fn concerns(&self, table: &str, columns: &[&str]) -> bool {
        self.table == table
            && (self.columns.is_empty()
                || columns.is_empty()
                || columns.iter().any(|column| self.columns.contains(column)))
    }
}

/// Everything that the directory reads. Of the tables that are written all day only some columns
/// matter.
pub const READ: &[Read] = &[
    of("account", Whose::ALL, &[]),
    of("session", Whose::USERS, &[]),
    of("membership", Whose::ALL, &[]),
    of("organisation", Whose::USERS, &[]),
    of("guardian", Whose::USERS, &[]),
    of("guardianship", Whose::USERS, &[]),
    of("student", Whose::USERS, &[]),
    of("enrolment", Whose::USERS, &[]),
    of("partnership", Whose::PARTNERS, &[]),
    of("partnership_scope", Whose::PARTNERS, &[]),
    of(
        "partner_token",
        Whose::PARTNERS,
        &[
            "id",
            "organisation_id",
            "issuer_id",
            "purpose",
            "scopes",
            "networks",
            "audience",
            "long_lived",
            "expires_at",
            "revoked_at",
            "archived_at",
        ],
    ),
    of("partner_token_share", Whose::PARTNERS, &[]),
    of(
        "volunteer",
        Whose::USERS,
        &[
            "id",
            "organisation_id",
            "department_id",
            "account_id",
            "status",
            "archived_at",
        ],
    ),
    of(
        "shift",
        Whose::ALL,
        &[
            "id",
            "organisation_id",
            "project_id",
            "department_id",
            "starts_at",
            "ends_at",
            "archived_at",
        ],
    ),
    of(
        "assignment",
        Whose::USERS,
        &[
            "id",
            "organisation_id",
            "project_id",
            "shift_id",
            "volunteer_id",
            "status",
            "role",
            "archived_at",
        ],
    ),
];

const fn of(table: &'static str, whose: Whose, columns: &'static [&'static str]) -> Read {
    Read {
        table,
        whose,
        columns,
    }
}
