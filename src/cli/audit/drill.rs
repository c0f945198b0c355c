//! `kaifong audit drill`

use chrono::{DateTime, Utc};
use clap::Args;
use serde_json::Value;

use super::{CliError, Format, SettingFlags, print};
use crate::app;

/// Print who could have seen a record between two times, and who did
#[derive(Args)]
#[command(after_help = "\
Examples:
  kaifong audit drill --organisation 3f0e… --record Volunteer:7d9f6a0e-… --as 1c2d3e4f-… \\
    --from 2026-11-01T00:00:00Z --until 2026-11-08T00:00:00Z
  kaifong audit drill … --format json

It is asked in the name of the person given, under the policies in force: only a privacy officer
of the organisation that has the record is answered. It is logged as a reading of the log.")]
pub(in crate::cli) struct Drill {
    /// The organisation that has the record
    #[arg(long, value_name = "ORGANISATION")]
    organisation: String,
    /// The record: its type and id, or an identifier of the graph
    #[arg(long, value_name = "TYPE:ID")]
    record: String,
    /// The privacy officer who asks
    #[arg(long = "as", value_name = "USER")]
    who: String,
    /// From this time on
    #[arg(long, value_name = "TIME")]
    from: DateTime<Utc>,
    /// Until before this time
    #[arg(long, value_name = "TIME")]
    until: DateTime<Utc>,
    /// At most so many viewers in each of the two lists
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    limit: usize,
    /// For whom the answer is
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Drill {
    pub(super) async fn run(self, settings: SettingFlags) -> Result<(), CliError> {
        let config = settings.load()?;
        let drill = app::Drill {
            organisation: &self.organisation,
            record: &self.record,
            who: &self.who,
            from: self.from,
            until: self.until,
            limit: self.limit,
        };
        let answer = app::drill(&config, &drill, Utc::now()).await?;
        if let Some(error) = answer.pointer("/errors/0/message").and_then(Value::as_str) {
            return Err(CliError::Refused(error.to_owned()));
        }
        let found = answer.pointer("/data/privacyOffice/breachDrill");
        let Some(found) = found.filter(|found| !found.is_null()) else {
            return Err(CliError::Refused("there is no such record".to_owned()));
        };
        match self.format {
            Format::Json => {
                let text = serde_json::to_string_pretty(found)
                    .map_err(|error| CliError::Output(error.into()))?;
                print(&text)
            }
            Format::Text => lines(found).iter().try_for_each(|line| print(line)),
        }
    }
}

/// What was found, on lines.
fn lines(found: &Value) -> Vec<String> {
    let items = |key: &str| {
        found
            .get(key)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
    };
    let more = |key: &str| found.get(key) == Some(&Value::Bool(true));
    let mut lines = vec!["Who saw it 曾看到者".to_owned()];
    lines.extend(items("saw").map(|saw| {
        let access = match saw.get("hasAccess") {
            Some(Value::Bool(true)) => "has access now",
            _ => "has no access now",
        };
        let (first, last) = (text(saw, "firstAt"), text(saw, "lastAt"));
        format!("  {}  {first} – {last}  {access}", viewer(saw))
    }));
    lines.extend(more("moreSaw").then(|| "  … and more 尚有其他".to_owned()));
    lines.push("Who could have seen it 曾可看到者".to_owned());
    lines.extend(items("could").map(|could| {
        let saw = match could.get("saw") {
            Some(Value::Bool(true)) => "saw it",
            _ => "did not see it",
        };
        format!("  {}  {saw}", viewer(could))
    }));
    lines.extend(more("moreCould").then(|| "  … and more 尚有其他".to_owned()));
    lines.push("Notes 附註".to_owned());
    for note in items("notes") {
        lines.push(format!("  {}", text(note, "english")));
        lines.push(format!("  {}", text(note, "chinese")));
    }
    lines
}

/// A viewer, and what of the record.
fn viewer(of: &Value) -> String {
    let groups = |key: &str| {
        let groups = of.get(key).and_then(Value::as_array).into_iter().flatten();
        let groups: Vec<&str> = groups.map(|group| text(group, "group")).collect();
        groups.join(", ")
    };
    let roles = of
        .get("roles")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let roles: Vec<&str> = roles.filter_map(Value::as_str).collect();
    let who = [text(of, "user"), text(of, "partnerToken")].concat();
    format!(
        "{} {who} {}  full [{}]  masked [{}]",
        text(of, "viewerKind"),
        roles.join(","),
        groups("full"),
        groups("masked")
    )
}

fn text<'a>(of: &'a Value, key: &str) -> &'a str {
    of.get(key).and_then(Value::as_str).unwrap_or_default()
}
