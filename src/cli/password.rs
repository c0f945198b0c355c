//! `kaifong password`

use std::io::{self, BufRead as _};

use chrono::Utc;
use clap::Args;

use super::{CliError, settings::SettingFlags};
use crate::app;

/// Let a person sign in with an e-mail address and a password, read from standard input
#[derive(Args)]
#[command(after_help = "\
Examples:
  kaifong password --as 7d9f6a0e-… --email ann@example.org < password.txt
  kaifong password --as 7d9f6a0e-… --forget-codes

The password is the first line of standard input: 12 to 128 characters, whichever. All
sessions of the person are ended. With --forget-codes the person's authenticator app and
recovery codes are taken away instead: be sure who asks you for that.")]
pub(super) struct PasswordCommand {
    /// The person
    #[arg(long = "as", value_name = "USER")]
    user: String,
    /// The e-mail address to sign in with
    #[arg(
        long,
        required_unless_present = "forget_codes",
        conflicts_with = "forget_codes"
    )]
    email: Option<String>,
    /// Take the authenticator app and the recovery codes away
    #[arg(long)]
    forget_codes: bool,
}

impl PasswordCommand {
    pub(super) async fn run(self, settings: SettingFlags) -> Result<(), CliError> {
        let config = settings.load()?;
        let Some(email) = self.email else {
            let forgotten = app::forget_codes(&config, &self.user, Utc::now()).await?;
            eprintln!(
                "{}",
                match forgotten {
                    true => "the codes are forgotten; all sessions are ended",
                    false => "there were no codes; all sessions are ended",
                }
            );
            return Ok(());
        };
        let mut line = String::new();
        let read = io::stdin().lock().read_line(&mut line);
        read.map_err(CliError::Input)?;
        let password = line.trim_end_matches(['\r', '\n']);
        app::set_password(&config, &self.user, &email, password, Utc::now()).await?;
        eprintln!("the password is set; all earlier sessions are ended");
        Ok(())
    }
}
