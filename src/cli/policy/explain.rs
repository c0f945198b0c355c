//! `kaifong policy explain`

use std::path::PathBuf;

use chrono::Utc;
use clap::Args;

use super::paint::{Ink, Paint};
use super::{CliError, Format, SettingFlags, print, print_json};
use crate::app::{self, Explanation, Truth};

/// Tell why a person or a partner sees a field in full, masked or not at all
#[derive(Args)]
#[command(after_help = "\
Examples:
  kaifong policy explain --as 7d9f6a0e-… --record Volunteer:0198f0c2-… --field phone
  kaifong policy explain --as 7d9f6a0e-… --record Vm9sdW50ZWVy… --field 'edit phone'
  kaifong policy explain --as nobody --record Volunteer:0198f0c2-… --field there

A field can be seen; `edit` and a field can be set; a deed such as `archive` can be done;
`there` asks whether the record is there at all. The policies that decided are told with
their sentences, and where the answer is no, those that come closest to a yes with the
part of their condition that was false. This is the whole view, for whoever answers for
privacy; it reads the database of the settings and changes nothing.")]
pub(super) struct Explain {
    /// The user or the share, by id; `nobody` is who is not signed in
    #[arg(long = "as", value_name = "ID")]
    who: String,
    /// The record: an id of the graph, or its type and its uuid
    #[arg(long, value_name = "ID")]
    record: String,
    /// The field, the deed, or `there`
    #[arg(long, value_name = "NAME")]
    field: String,
    /// The folder of the set [default: what is in force]
    #[arg(long, value_name = "DIR")]
    policies: Option<PathBuf>,
    /// For whom the answer is
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Explain {
    pub(super) async fn run(self, settings: SettingFlags) -> Result<(), CliError> {
        let config = settings.load()?;
        let folder = self.policies.as_deref();
        let (who, record, field) = (&self.who, &self.record, &self.field);
        let told = app::explain(&config, folder, who, record, field, Utc::now()).await?;
        match self.format {
            Format::Json => print_json(&told),
            Format::Text => tell(&told),
        }
    }
}

fn tell(told: &Explanation) -> Result<(), CliError> {
    let paint = Paint::of_terminal();
    let answer = told.answer;
    let ink = match answer.en() {
        "full" | "allowed" => Ink::Good,
        "masked" => Ink::Middling,
        _ => Ink::Bad,
    };
    let word = paint.text(ink, &format!("{} {}", answer.en(), answer.zh()));
    print(&format!("{}: {word}", told.action))?;
    for step in &told.steps {
        let sign = if step.allowed { "yes 是" } else { "no 否" };
        print(&format!("\n{}: {sign}", step.action))?;
        if let Some(reason) = &step.failed {
            print(&format!(
                "  a policy fails, which is a no 政策出錯，視為否：{reason}"
            ))?;
        } else if step.by.is_empty() {
            print("  no policy permits it 沒有政策准許")?;
        }
        for policy in &step.by {
            let place = paint.text(Ink::Faint, &format!("{}:{}", policy.file, policy.line));
            print(&format!(
                "  {} {place}\n    {}\n    {}",
                policy.id, policy.en, policy.zh
            ))?;
        }
    }
    if !told.given_to.is_empty() {
        let list = told.given_to.join(", ");
        print(&format!(
            "\nno policy gives this to such a viewer; only to 只有以下類別可獲准：{list}"
        ))?;
    }
    for near in &told.nearest {
        let what = if near.forbids {
            "this policy forbids it unless 此政策禁止，除非"
        } else {
            "the nearest yes 最接近准許的政策"
        };
        let policy = &near.policy;
        print(&format!(
            "\n{what}: {}\n  {}\n  {}",
            policy.id, policy.en, policy.zh
        ))?;
        for clause in &near.clauses {
            let wanted = if near.forbids {
                Truth::False
            } else {
                Truth::True
            };
            let (ink, sign) = match clause.truth {
                truth if truth == wanted => (Ink::Good, "✓"),
                Truth::Fails => (Ink::Middling, "?"),
                _ => (Ink::Bad, "✗"),
            };
            print(&paint.text(ink, &format!("  {sign} {}", clause.text)))?;
            if clause.truth != wanted && !near.forbids {
                print(&format!("      {}\n      {}", clause.en, clause.zh))?;
            }
        }
    }
    Ok(())
}
