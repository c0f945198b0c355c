//! `kaifong invite`

use chrono::Utc;
use clap::Args;

use super::{CliError, settings::SettingFlags};
use crate::app;

/// Invite a person who has an account to set a password
#[derive(Args)]
#[command(after_help = "\
Examples:
  kaifong invite --as 7d9f6a0e-… --email ann@example.org
  kaifong invite --as 7d9f6a0e-… --email ann@example.org --letter

The link is printed once and kept nowhere; it is good once, for `invitation_life`, and
voids the person's earlier ones. With --letter a running server sends it by e-mail
instead.")]
pub(super) struct Invite {
    /// The person
    #[arg(long = "as", value_name = "USER")]
    user: String,
    /// The e-mail address to sign in with
    #[arg(long)]
    email: String,
    /// Send a letter
    #[arg(long)]
    letter: bool,
}

impl Invite {
    pub(super) async fn run(self, settings: SettingFlags) -> Result<(), CliError> {
        let config = settings.load()?;
        let invited = app::invite(&config, &self.user, &self.email, self.letter, Utc::now());
        match invited.await? {
            Some(link) => println!("{link}"),
            None => eprintln!("a letter is sent by the next server that runs"),
        }
        Ok(())
    }
}
