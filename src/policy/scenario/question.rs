//! The words of a scenario become questions.

use std::collections::{HashMap, HashSet};

use cedar_policy::EntityUid;
use serde::Serialize;

use crate::catalogue::{Deed, Field, Kind, Type, Write};
use crate::policy::load::Policies;

/// What comes of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// The value is seen.
    Full,
    /// Its mask is seen.
    Masked,
    /// Nothing is seen.
    Hidden,
    /// It may be done.
    Allowed,
    /// It may not be done.
    Refused,
}

impl Answer {
    /// Every answer.
    pub const ALL: [Self; 5] = [
        Self::Full,
        Self::Masked,
        Self::Hidden,
        Self::Allowed,
        Self::Refused,
    ];

    /// The word in scenarios.
    #[must_use]
    pub const fn en(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Masked => "masked",
            Self::Hidden => "hidden",
            Self::Allowed => "allowed",
            Self::Refused => "refused",
        }
    }

    /// The word in Chinese.
    #[must_use]
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Full => "完整",
            Self::Masked => "遮蔽",
            Self::Hidden => "隱藏",
            Self::Allowed => "准許",
            Self::Refused => "拒絕",
        }
    }

    /// Whether it is about seeing.
    #[must_use]
    pub const fn sees(self) -> bool {
        matches!(self, Self::Full | Self::Masked | Self::Hidden)
    }
}

/// A question to the policies about one record.
#[derive(Clone, Copy)]
pub enum Question {
    /// Whether the record is there at all.
    There,
    /// How a field is seen.
    See(&'static Field),
    /// Whether a field may be set.
    Edit(&'static Field),
    /// Whether something may be done.
    Do(&'static Deed),
}

impl Question {
    /// The question of this name: `there`, a field, `edit` and a field, or a deed; or an action.
    #[must_use]
    pub fn named(of: &'static Type, word: &str) -> Option<Self> {
        let within = word.strip_prefix(of.name).and_then(|w| w.strip_prefix('.'));
        let word = within.unwrap_or(word);
        if ["there", "list"].contains(&word) {
            return Some(Self::There);
        }
        if let Some(field) = of.field(word) {
            return Some(Self::See(field));
        }
        let edited = word.strip_prefix("edit ").or(word.strip_suffix(":edit"));
        if let Some(field) = edited.and_then(|name| of.field(name)) {
            return Some(Self::Edit(field));
        }
        of.deed(word).map(Self::Do)
    }

    /// As a scenario writes it.
    #[must_use]
    pub fn word(self) -> String {
        match self {
            Self::There => "there".to_owned(),
            Self::See(field) => field.name.to_owned(),
            Self::Edit(field) => format!("edit {}", field.name),
            Self::Do(deed) => deed.name.to_owned(),
        }
    }

    /// The action.
    #[must_use]
    pub fn action(self, of: &Type) -> String {
        match self {
            Self::There => format!("{}.list", of.name),
            Self::See(field) => field.action(of),
            Self::Edit(field) => format!("{}:edit", field.action(of)),
            Self::Do(deed) => format!("{}.{}", of.name, deed.name),
        }
    }

    /// What comes of it, given what is allowed of an action.
    pub fn answer(self, of: &Type, allows: &mut dyn FnMut(&str) -> bool) -> Answer {
        let done = |yes| {
            if yes {
                Answer::Allowed
            } else {
                Answer::Refused
            }
        };
        let fresh = matches!(self, Self::Do(deed) if !deed.scope.of_a_row());
        // what is not there for the viewer is neither seen nor changed
        let there = fresh || allows(&Self::There.action(of));
        let action = self.action(of);
        match self {
            Self::There if there => Answer::Full,
            Self::There => Answer::Hidden,
            Self::Edit(_) | Self::Do(_) => done(there && allows(&action)),
            Self::See(_) if !there => Answer::Hidden,
            Self::See(_) if allows(&action) => Answer::Full,
            Self::See(field)
                if field.kind().is_some_and(Kind::maskable)
                    && allows(&format!("{action}:masked")) =>
            {
                Answer::Masked
            }
            Self::See(_) => Answer::Hidden,
        }
    }
}

/// The groups of the schema, by action.
pub(super) struct Groups {
    above: HashMap<String, HashSet<String>>,
}

impl Groups {
    /// The groups of a set's schema.
    pub fn of(policies: &Policies) -> Self {
        let name = |uid: EntityUid| uid.id().unescaped().to_owned();
        let mut above: HashMap<String, HashSet<String>> = HashMap::new();
        if let Ok(entities) = policies.schema.action_entities() {
            for entity in entities.iter() {
                let uid = entity.uid();
                let groups = entities.ancestors(&uid).into_iter().flatten();
                let groups = groups.map(|group| name(group.clone())).collect();
                above.insert(name(uid), groups);
            }
        }
        Self { above }
    }

    fn has(&self, action: &str, group: &str) -> bool {
        self.above
            .get(action)
            .is_some_and(|groups| groups.contains(group))
    }

    /// What a word asks of a type; nothing if there is no such word. A field goes before a group.
    pub fn questions(&self, of: &'static Type, word: &str, answer: Answer) -> Vec<Question> {
        let every = word == "everything";
        let within = |question: Question| every || self.has(&question.action(of), word);
        if answer.sees() {
            if word == "there" {
                return vec![Question::There];
            }
            if let Some(field) = of.field(word) {
                return vec![Question::See(field)];
            }
            let fields = of.fields.iter().map(Question::See);
            return [Question::There]
                .into_iter()
                .chain(fields)
                .filter(|question| within(*question))
                .collect();
        }
        if let Some(deed) = of.deed(word) {
            return vec![Question::Do(deed)];
        }
        if let Some(field) = word.strip_prefix("edit ").and_then(|name| of.field(name)) {
            return vec![Question::Edit(field)];
        }
        let edits = of.fields.iter().filter(|field| field.write != Write::Never);
        edits
            .map(Question::Edit)
            .chain(of.deeds.iter().map(Question::Do))
            .filter(|question| within(*question))
            .collect()
    }
}
