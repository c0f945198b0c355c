//! What hands letters in, as the settings have it; and invitations by whoever runs the server.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::{AppError, database, entrance, keys, publish, tokens::id_of};
use crate::border::Border;
use crate::config::{Config, Mail, MailTls};
use crate::entrance::Caller;
use crate::graphql::Graph;
use crate::mail::{Mailer, Security, Settings};
use crate::private_file;
use crate::store::Store;

/// How long the mail server is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) fn mailer(mail: &Mail) -> Result<Mailer, AppError> {
    let credentials = match (&mail.user, &mail.password_file) {
        (Some(user), Some(path)) => {
            if private_file::is_open_to_others(path).map_err(failed(path))? {
                return Err(AppError::OpenToOthers(path.clone()));
            }
            let password = fs::read_to_string(path).map_err(failed(path))?;
            Some((user.clone(), password.trim().to_owned()))
        }
        _ => None,
    };
    let roots = mail.roots_file.as_deref();
    let roots = roots.map(|path| fs::read(path).map_err(failed(path)));
    Ok(Mailer::new(Settings {
        server: mail.server.clone(),
        port: mail.port,
        security: match mail.tls {
            MailTls::StartTls => Security::StartTls,
            MailTls::Tls => Security::Tls,
            MailTls::None => Security::None,
        },
        roots: roots.transpose()?,
        credentials,
        from: mail.from.clone(),
        page: mail.page.clone(),
        place: mail.place,
        patience: PATIENCE,
    })?)
}

/// The graph, from which invitations are sent where letters are.
pub(super) fn inviting(graph: Graph, config: &Config) -> Graph {
    let life = TimeDelta::from_std(config.letters.invitation);
    match (&config.letters.mail, life) {
        (Some(_), Ok(life)) => graph.inviting(life),
        _ => graph,
    }
}

fn failed(path: &Path) -> impl FnOnce(std::io::Error) -> AppError {
    let path = path.to_owned();
    |cause| AppError::File { path, cause }
}

/// Invites a person who has an account to set a password: by a letter, or by a link, which is given
/// here once.
///
/// # Errors
///
/// There is no such person, the address cannot be, or no letters are sent.
pub async fn invite(
    config: &Config,
    user: &str,
    email: &str,
    by_letter: bool,
    now: DateTime<Utc>,
) -> Result<Option<String>, AppError> {
    let account = id_of(user, "User")?;
    let store = Store::new(database(config).await?);
    let asked = store.clone();
    let entrance = entrance::open(config, store, keys(config)?)?;
    let life = TimeDelta::from_std(config.letters.invitation).unwrap_or(TimeDelta::MAX);
    let ends_at = now
        .checked_add_signed(life)
        .ok_or(AppError::Missing("`invitation_life` is too long"))?;
    let caller = Caller { address: None, now };
    if by_letter {
        if config.letters.mail.is_none() {
            return Err(AppError::Missing("the settings name no `mail_server`"));
        }
        let (policies, _) = publish::in_force(config, &asked).await?;
        let telling = Box::new(move || Arc::clone(&policies));
        entrance.guard_by(Border::new(asked, telling));
        entrance
            .invite_by_letter(account, email, ends_at, caller)
            .await?;
        return Ok(None);
    }
    let secret = entrance.invite(account, email, ends_at, caller).await?;
    let page = config.letters.mail.as_ref().map_or("", |mail| &mail.page);
    Ok(Some(format!("{page}#token={}", secret.show())))
}
