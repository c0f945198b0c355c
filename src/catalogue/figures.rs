//! By what people are counted, as plain data.

use super::define::Type;

/// Counts of the rows of a type.
pub struct Figures {
    /// The type whose rows are counted.
    pub of: &'static str,
    /// The field of the query root.
    pub root: &'static str,
    /// The GraphQL type of its answer.
    pub answer: &'static str,
    /// The name of the enumeration of its dimensions.
    pub words: &'static str,
    /// By what they are counted.
    pub dimensions: &'static [Dimension],
}

/// By what rows are counted.
pub struct Dimension {
    /// Its name.
    pub name: &'static str,
    /// One sentence for clients.
    pub doc: &'static str,
    /// What it is of a row.
    pub of: Facet,
    /// The dimension with which it makes a table for those who may not see small groups. Each has
    /// one at most, and each is that of its own, so that no two tables of theirs share a dimension.
    pub with: Option<&'static str>,
}

/// What of a row it is counted by.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Facet {
    /// The value of this field.
    Value(&'static str),
    /// The row to which this relation leads.
    Target(&'static str),
    /// The age on the day, of this date of birth, in bands.
    AgeBand(&'static str),
    /// The year of this date.
    Year(&'static str),
    /// The class that a student is in; of several always the same one.
    Class,
    /// The grade of that class.
    Grade,
}

/// The bands of age: where each begins, and its name.
pub const AGE_BANDS: [(u32, &str); 6] = [
    (0, "UNDER_18"),
    (18, "FROM_18"),
    (30, "FROM_30"),
    (45, "FROM_45"),
    (60, "FROM_60"),
    (75, "FROM_75"),
];

/// The right to see how many there are in small groups.
pub const SMALL_GROUPS: &str = "seeSmallGroups";

/// All that is counted.
pub static FIGURES: [Figures; 2] = [
    Figures {
        of: "Volunteer",
        root: "volunteerStats",
        answer: "VolunteerStats",
        words: "VolunteerDimension",
        dimensions: &[
            Dimension {
                name: "DISTRICT",
                doc: "The district.",
                of: Facet::Value("district"),
                with: Some("AGE_BAND"),
            },
            Dimension {
                name: "AGE_BAND",
                doc: "The age today, in bands.",
                of: Facet::AgeBand("birthDate"),
                with: Some("DISTRICT"),
            },
            Dimension {
                name: "STATUS",
                doc: "Whether the person can be asked.",
                of: Facet::Value("status"),
                with: Some("DEPARTMENT"),
            },
            Dimension {
                name: "DEPARTMENT",
                doc: "The department, by its identifier.",
                of: Facet::Target("department"),
                with: Some("STATUS"),
            },
            Dimension {
                name: "JOINED_YEAR",
                doc: "The year of joining.",
                of: Facet::Year("joinedOn"),
                with: None,
            },
        ],
    },
    Figures {
        of: "Student",
        root: "studentStats",
        answer: "StudentStats",
        words: "StudentDimension",
        dimensions: &[
            Dimension {
                name: "CLASS",
                doc: "The class of today, by its identifier; of several always the same one.",
                of: Facet::Class,
                with: Some("GRADE"),
            },
            Dimension {
                name: "GRADE",
                doc: "The grade of that class.",
                of: Facet::Grade,
                with: Some("CLASS"),
            },
            Dimension {
                name: "STATUS",
                doc: "Whether the student is at the school.",
                of: Facet::Value("status"),
                with: None,
            },
        ],
    },
];

impl Figures {
    /// The dimension of this name.
    #[must_use]
    pub fn dimension(&self, name: &str) -> Option<&'static Dimension> {
        self.dimensions.iter().find(|one| one.name == name)
    }

    /// The type whose rows are counted.
    #[must_use]
    pub fn rows(&self) -> Option<&'static Type> {
        super::find(self.of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_tables_of_those_without_the_right_share_a_dimension() {
        for figures in &FIGURES {
            for one in figures.dimensions {
                if let Some(with) = one.with {
                    let other = figures.dimension(with).unwrap();
                    assert_eq!(other.with, Some(one.name), "{}", one.name);
                    assert_ne!(other.name, one.name);
                }
            }
        }
    }

    #[test]
    fn what_is_counted_by_is_there() {
        for figures in &FIGURES {
            let of = figures.rows().unwrap();
            assert!(of.deed(SMALL_GROUPS).is_some(), "{}", figures.of);
            for one in figures.dimensions {
                if let Facet::Value(name)
                | Facet::Target(name)
                | Facet::AgeBand(name)
                | Facet::Year(name) = one.of
                {
                    assert!(of.field(name).is_some(), "{name}");
                }
            }
        }
    }
}
