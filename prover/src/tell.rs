//! A report as text for people.

use std::fmt::{self, Display, Formatter};

use crate::example::{Example, Party};
use crate::report::{Breached, Outcome, Report, Verdict};
use crate::words::type_in_words;

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for verdict in &self.promises {
            writeln!(f, "{verdict}")?;
        }
        let count = |code: &str| {
            self.promises
                .iter()
                .filter(|p| p.outcome.code() == code)
                .count()
        };
        let (proved, waiting) = (count("PROVED"), count("WAITING"));
        match self.promises.len() - proved - waiting {
            0 => write!(f, "all proved: ")?,
            1 => write!(f, "1 promise is not proved: ")?,
            many => write!(f, "{many} promises are not proved: ")?,
        }
        write!(f, "{} policies, {proved} promises proved", self.policies)?;
        if waiting > 0 {
            write!(f, ", {waiting} waiting")?;
        }
        write!(
            f,
            "; {} questions, {} of them to {}, in {} ms",
            self.questions, self.solved, self.solver, self.milliseconds
        )
    }
}

impl Display for Verdict {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (code, id) = (self.outcome.code(), &self.id);
        write!(f, "{code:<9} {id}")?;
        if matches!(self.outcome, Outcome::Proved) {
            return Ok(());
        }
        write!(f, "\n          {}\n          {}", self.en, self.zh)?;
        match &self.outcome {
            Outcome::Proved => Ok(()),
            Outcome::Waiting { action } => {
                write!(
                    f,
                    "\n          It waits until the schema has the action `{action}`."
                )
            }
            Outcome::Empty => write!(
                f,
                "\n          No set could break it: it names no request that there can be."
            ),
            Outcome::Undecided { reasons } => reasons
                .iter()
                .try_for_each(|reason| write!(f, "\n          {reason}")),
            Outcome::Broken { examples } => examples
                .iter()
                .try_for_each(|breached| write!(f, "{breached}")),
        }
    }
}

impl Display for Breached {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "\n  against it (the authorizer confirms it; 經授權引擎確認):{}",
            self.example
        )?;
        if let Some(but) = &self.but {
            write!(f, "\n    but       {}", but.trim_start_matches("but "))?;
        }
        let others: Vec<&str> = self
            .actions
            .iter()
            .filter(|action| **action != self.example.action)
            .map(String::as_str)
            .collect();
        if !others.is_empty() {
            write!(f, "\n    so too    {}", others.join(", "))?;
        }
        Ok(())
    }
}

impl Display for Example {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let of = self.who.name.split(' ').next().unwrap_or_default();
        let (who, _) = type_in_words(of);
        write!(f, "\n    who       {who} ({}), {}", self.who.zh, self.who)?;
        write!(f, "\n    record    {} ({})", self.record, self.record.zh)?;
        write!(f, "\n    does      {} ({})", self.en, self.zh)?;
        for policy in &self.allowed_by {
            write!(f, "\n    by        {}: {}", policy.id, policy.en)?;
        }
        Ok(())
    }
}

impl Display for Party {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name)?;
        for (place, attribute) in self.matters.iter().enumerate() {
            let before = if place == 0 { ": " } else { "; " };
            write!(f, "{before}{} = {}", attribute.name, attribute.value)?;
        }
        Ok(())
    }
}
