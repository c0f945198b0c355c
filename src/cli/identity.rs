//! `kaifong identity`

use chrono::Utc;
use clap::Args;

use super::{CliError, settings::SettingFlags};
use crate::app;

/// Say who a person is to an outside provider of identity
#[derive(Args)]
#[command(after_help = "\
Examples:
  kaifong identity --as 7d9f6a0e-… --provider school --subject 248289761001

The provider is one of the settings (`[[oidc]]`); the subject is its own name for the person,
the claim `sub` of its tokens. From then on its tokens are that person's.")]
pub(super) struct Identity {
    /// The person
    #[arg(long = "as", value_name = "USER")]
    user: String,
    /// The name of the provider in the settings
    #[arg(long)]
    provider: String,
    /// The provider's own name for the person
    #[arg(long)]
    subject: String,
}

impl Identity {
    pub(super) async fn run(self, settings: SettingFlags) -> Result<(), CliError> {
        let config = settings.load()?;
        let (provider, subject) = (&self.provider, &self.subject);
        app::link_identity(&config, &self.user, provider, subject, Utc::now()).await?;
        eprintln!("the person signs in at `{provider}` from now on");
        Ok(())
    }
}
