//! `kaifong policy keeper`: which organisations look after the policies.

use chrono::Utc;
use clap::{Args, Subcommand};

use super::{CliError, Format, SettingFlags, print, print_json};
use crate::app;

/// Say which organisations look after the policies: their privacy officers may publish
#[derive(Args)]
#[command(after_help = "\
Examples:
  kaifong policy keeper list
  kaifong policy keeper add 0198f0c2-… --as ID --reason \"they run the alliance\"
  kaifong policy keeper remove 0198f0c2-… --as ID --reason \"they left it\"

A set of policies holds for every organisation, so that not every privacy officer may put
one in force: those of the organisations named here may, if the policies in force say so.
With none, nobody may. It is set here only, never through the API. Each change is kept
for good, with who did it and why where you say so: `kaifong policy history`.")]
pub(super) struct Keeper {
    #[command(subcommand)]
    deed: Deed,
}

#[derive(Subcommand)]
enum Deed {
    /// Let an organisation look after the policies
    Add(Named),
    /// Let an organisation no longer look after the policies
    Remove(Named),
    /// Show which organisations look after the policies
    List(Shown),
}

#[derive(Args)]
struct Named {
    /// The organisation, by id
    organisation: String,
    /// Who does it, for the trail: the person's id
    #[arg(long = "as", value_name = "USER")]
    who: Option<String>,
    /// Why, for the trail
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    #[command(flatten)]
    shown: Shown,
}

#[derive(Args)]
struct Shown {
    /// For whom the answer is
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Keeper {
    pub(super) async fn run(self, settings: SettingFlags) -> Result<(), CliError> {
        let config = settings.load()?;
        let (named, keeps) = match &self.deed {
            Deed::Add(named) => (Some(named), true),
            Deed::Remove(named) => (Some(named), false),
            Deed::List(_) => (None, true),
        };
        if let Some(named) = named {
            let said = (named.who.as_deref(), named.reason.as_deref());
            app::keep_policies(&config, &named.organisation, keeps, said, Utc::now()).await?;
        }
        let keepers = app::policy_keepers(&config).await?;
        let format = match &self.deed {
            Deed::Add(named) | Deed::Remove(named) => named.shown.format,
            Deed::List(shown) => shown.format,
        };
        if format == Format::Json {
            return print_json(&keepers);
        }
        if keepers.is_empty() {
            return print(
                "no organisation looks after the policies: nobody may publish; \
                 `kaifong policy keeper add ORGANISATION` names one",
            );
        }
        keepers.iter().try_for_each(|keeper| {
            let names = [&keeper.name_en, &keeper.name_zh];
            let names: Vec<&str> = names.into_iter().flatten().map(String::as_str).collect();
            let (names, officers) = (names.join(" "), keeper.officers);
            print(&format!(
                "{}  {names}  privacy officers: {officers}",
                keeper.id
            ))
        })
    }
}
