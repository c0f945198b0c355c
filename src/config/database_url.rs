//! The address of the database, which may hold a password.

use std::{fmt, path::Path};

/// The kinds of database the server works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Database {
    /// A file.
    Sqlite,
    /// A server.
    Postgres,
}

/// The address of the database. It is shown without its password.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl {
    text: String,
    kind: Database,
}

impl DatabaseUrl {
    /// Takes an address that begins with `sqlite:`, `postgres:` or `postgresql:`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once(':')?;
        let kind = match scheme {
            "sqlite" => Database::Sqlite,
            "postgres" | "postgresql" => Database::Postgres,
            _ => return None,
        };
        let place = match kind {
            Database::Sqlite => rest,
            Database::Postgres => rest.strip_prefix("//")?,
        };
        (!place.is_empty()).then(|| Self {
            text: text.to_owned(),
            kind,
        })
    }

    /// The database file of a data folder.
    #[must_use]
    pub fn in_folder(data_dir: &Path) -> Self {
        Self {
            text: format!("sqlite:{}", data_dir.join("kaifong.db").display()),
            kind: Database::Sqlite,
        }
    }

    /// The kind of database.
    #[must_use]
    pub fn kind(&self) -> Database {
        self.kind
    }

    /// The file, if it is one.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        let (_, rest) = self.text.split_once(':')?;
        let path = rest.split_once('?').map_or(rest, |(path, _)| path);
        let path = path.strip_prefix("//").unwrap_or(path);
        (self.kind == Database::Sqlite).then_some(Path::new(path))
    }

    /// The whole address, password included: for connecting, never for printing.
    #[must_use]
    pub fn secret_text(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.text.split('?').next().unwrap_or_default();
        match (shown.split_once("//"), shown.rsplit_once('@')) {
            (Some((scheme, _)), Some((_, place))) => write!(f, "{scheme}//…@{place}"),
            _ => f.write_str(shown),
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_password() {
        let shown = |text| DatabaseUrl::parse(text).unwrap().to_string();
        assert_eq!(
            shown("postgres://ann:se:cr@t@db/kaifong?sslkey=x"),
            "postgres://…@db/kaifong"
        );
        assert_eq!(
            shown("postgres://db/kaifong?password=x"),
            "postgres://db/kaifong"
        );
        assert_eq!(shown("sqlite:a/b.db?mode=rwc"), "sqlite:a/b.db");
    }

    #[test]
    fn only_known_kinds_are_taken() {
        for bad in [
            "",
            "mysql://db/x",
            "sqlite:",
            "postgres:db",
            "kaifong.db",
            "postgres://",
        ] {
            assert!(DatabaseUrl::parse(bad).is_none(), "{bad}");
        }
        for good in [
            "sqlite::memory:",
            "sqlite://x.db",
            "postgresql://db/x",
            "postgres:///x",
        ] {
            assert!(DatabaseUrl::parse(good).is_some(), "{good}");
        }
    }
}
