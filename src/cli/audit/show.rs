//! `kaifong audit show`

use chrono::{DateTime, Utc};
use clap::Args;
use serde_json::Value;

use super::{CliError, Format, SettingFlags, print};
use crate::app;

/// Print who was shown a record, as far as a person may know
#[derive(Args)]
#[command(after_help = "\
Examples:
  kaifong audit show --record Volunteer:7d9f6a0e-… --as 1c2d3e4f-…
  kaifong audit show --record Volunteer:7d9f6a0e-… --as 1c2d3e4f-… --from 2026-11-01T00:00:00Z

It is asked in the name of the person given, under the policies in force: a person reads the
log of the own record, a guardian that of a child, a privacy officer that of the people of the
organisation, and nobody else any. What is printed is a disclosure and is logged as one.")]
pub(in crate::cli) struct Show {
    /// The record: its type and id, or an identifier of the graph
    #[arg(long, value_name = "TYPE:ID")]
    record: String,
    /// The user who looks
    #[arg(long = "as", value_name = "USER")]
    who: String,
    /// At most so many entries, the newest first
    #[arg(long, value_name = "COUNT", default_value_t = 20)]
    first: usize,
    /// Only what was shown at this time or later
    #[arg(long, value_name = "TIME")]
    from: Option<DateTime<Utc>>,
    /// Only what was shown before this time
    #[arg(long, value_name = "TIME")]
    to: Option<DateTime<Utc>>,
    /// For whom the answer is
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Show {
    pub(super) async fn run(self, settings: SettingFlags) -> Result<(), CliError> {
        let config = settings.load()?;
        let look = app::LogLook {
            record: &self.record,
            who: &self.who,
            first: self.first,
            from: self.from,
            to: self.to,
        };
        let answer = app::show_log(&config, &look, Utc::now()).await?;
        if self.format == Format::Json {
            let text = serde_json::to_string_pretty(&answer)
                .map_err(|error| CliError::Output(error.into()))?;
            print(&text)?;
        }
        if let Some(error) = answer.pointer("/errors/0/message").and_then(Value::as_str) {
            return Err(CliError::Refused(error.to_owned()));
        }
        let nodes = answer.pointer("/data/disclosures/nodes");
        let Some(nodes) = nodes.and_then(Value::as_array) else {
            return Err(CliError::Refused("there is no such record".to_owned()));
        };
        match self.format {
            Format::Json => Ok(()),
            Format::Text => nodes.iter().try_for_each(|node| print(&line(node))),
        }
    }
}

/// An entry on one line.
fn line(node: &Value) -> String {
    let text = |key: &str| node.get(key).and_then(Value::as_str).unwrap_or_default();
    let words = |key: &str| {
        let items = node.get(key).and_then(Value::as_array);
        let items = items.into_iter().flatten().filter_map(Value::as_str);
        items.collect::<Vec<_>>().join(",")
    };
    let (full, masked) = (words("full"), words("masked"));
    let who = match text("viewerKind") {
        "USER" => words("roles"),
        kind => kind.to_owned(),
    };
    let purpose = match text("purpose") {
        "" => String::new(),
        purpose => format!("  for {purpose}"),
    };
    let at = text("at");
    format!("{at}  {who}  full [{full}]  masked [{masked}]{purpose}")
}
