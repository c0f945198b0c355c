//! The settings of letters: by which mail server they go, and to which page their links lead.

use std::{path::PathBuf, time::Duration};

use toml::Value;

use super::{ConfigError, layers::Layers, providers::is_address, values as read, values::PLACE};
use crate::residency::Place;

/// How the mail server is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailTls {
    /// With STARTTLS, or not at all.
    StartTls,
    /// With TLS from the first byte.
    Tls,
    /// In clear.
    None,
}

/// Where letters are handed in.
#[derive(Clone, Debug)]
pub struct Mail {
    /// The mail server.
    pub server: String,
    /// Its port.
    pub port: u16,
    /// How it is reached.
    pub tls: MailTls,
    /// Further roots of its certificate.
    pub roots_file: Option<PathBuf>,
    /// With which name.
    pub user: Option<String>,
    /// The file with the password.
    pub password_file: Option<PathBuf>,
    /// From whom letters come.
    pub from: String,
    /// To which page their links lead.
    pub page: String,
    /// In which place the server is.
    pub place: Option<Place>,
}

/// Letters, if they are sent; and how long an invitation lasts.
#[derive(Clone, Debug)]
pub struct Letters {
    /// By which server, if they are sent.
    pub mail: Option<Mail>,
    /// How long an invitation lasts.
    pub invitation: Duration,
}

impl Letters {
    pub(super) fn read(layers: &Layers) -> Result<Self, ConfigError> {
        let name = |key| layers.optional(key, NAME, read::name);
        let file = |key| layers.optional(key, "a path of a file", read::path);
        let port = layers.required("mail_port", PORT, port)?;
        let tls = layers.required("mail_tls", TLS, tls)?;
        let (roots_file, user) = (file("mail_roots_file")?, name("mail_user")?);
        let password_file = file("mail_password_file")?;
        let (from, page) = (
            name("mail_from")?,
            layers.optional("mail_page", PAGE, page)?,
        );
        let place = layers.optional("mail_place", PLACE, read::place)?;
        let own = layers.optional("public_address", ADDRESS, self::page)?;
        let page = page.or_else(|| own.map(own_page));
        let mail = match name("mail_server")? {
            None => None,
            Some(server) if tls == MailTls::None && !is_here(&server) => {
                return Err(layers.at_odds("mail_tls", "`starttls` or `tls` to another machine"));
            }
            Some(server) => Some(Mail {
                server,
                port,
                tls,
                roots_file,
                password_file,
                from: from.ok_or_else(|| layers.at_odds("mail_server", "with `mail_from`"))?,
                page: page.ok_or_else(|| {
                    layers.at_odds("mail_server", "with `mail_page` or `public_address`")
                })?,
                user,
                place,
            }),
        };
        let time = "a time such as `72h`";
        let invitation = layers.required("invitation_life", time, read::positive_duration)?;
        Ok(Self { mail, invitation })
    }
}

fn port(value: &Value) -> Option<u16> {
    read::count(value)
}

fn tls(value: &Value) -> Option<MailTls> {
    match value.as_str()? {
        "starttls" => Some(MailTls::StartTls),
        "tls" => Some(MailTls::Tls),
        "none" => Some(MailTls::None),
        _ => None,
    }
}

/// Whether a mail server is on this machine, so that nothing goes over a wire in clear.
fn is_here(server: &str) -> bool {
    ["localhost", "127.0.0.1", "::1"].contains(&server)
}

/// An address of a page, without a fragment, in which the secret is put.
fn page(value: &Value) -> Option<String> {
    let page = value.as_str()?;
    is_address(page).then(|| page.to_owned())
}

/// The server's own page, at the address at which people reach it.
fn own_page(address: String) -> String {
    format!("{}/account", address.trim_end_matches('/'))
}

const ADDRESS: &str = "an address, `https` or on this machine, without `#`";
const NAME: &str = "a name of 1 to 200 characters without spaces";
const PAGE: &str = "an address of a page, `https` or on this machine, without `#`";
const PORT: &str = "a port";
const TLS: &str = "`starttls`, `tls` or `none`";
