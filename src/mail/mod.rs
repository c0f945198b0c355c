//! Letters, sent by SMTP.
//!
//! What a letter says is here, in English and traditional Chinese, with nothing personal in it; so
//! is how it is sent. The room knows no rows and no accounts, and logs nothing: what a mail server
//! answers may repeat the address.

mod text;

use std::time::Duration;

use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};

use crate::residency::Place;

pub use text::Letter;

/// How a mail server is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// With STARTTLS, or not at all.
    StartTls,
    /// With TLS from the first byte.
    Tls,
    /// In clear: only for a server on this machine.
    None,
}

/// Where letters are handed in. It has no `Debug`.
pub struct Settings {
    /// The mail server's name.
    pub server: String,
    /// Its port.
    pub port: u16,
    /// How it is reached.
    pub security: Security,
    /// Further roots, in PEM.
    pub roots: Option<Vec<u8>>,
    /// A user and a password, where it asks for them.
    pub credentials: Option<(String, String)>,
    /// The address from which letters come.
    pub from: String,
    /// The page on which somebody sets a password, to which a link leads.
    pub page: String,
    /// In which place it is, if somebody said so.
    pub place: Option<Place>,
    /// How long the mail server is waited for.
    pub patience: Duration,
}

/// The settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// No address.
    #[error("`mail_from` is no address")]
    From,
    /// No certificates.
    #[error("`mail_roots_file` holds no certificate")]
    Roots,
    /// TLS cannot be made.
    #[error("`mail_server` is no name for TLS")]
    Name,
}

/// Why a letter was not sent. It tells nothing of the letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsent {
    /// It may be sent later.
    #[error("the mail server is away or asks to come again")]
    Later,
    /// It is of no use to try again.
    #[error("the mail server refuses the letter")]
    Never,
}

/// Hands letters in.
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    page: String,
    place: Option<Place>,
}

impl Mailer {
    /// One under these settings.
    ///
    /// # Errors
    /// They cannot be used.
    pub fn new(settings: Settings) -> Result<Self, MailError> {
        let from = settings.from.parse().map_err(|_| MailError::From)?;
        let parameters = || {
            let mut made = TlsParameters::builder(settings.server.clone());
            if let Some(pem) = &settings.roots {
                let root = Certificate::from_pem(pem).map_err(|_| MailError::Roots)?;
                made = made.add_root_certificate(root);
            }
            made.build_rustls().map_err(|_| MailError::Name)
        };
        let tls = match settings.security {
            Security::StartTls => Tls::Required(parameters()?),
            Security::Tls => Tls::Wrapper(parameters()?),
            Security::None => Tls::None,
        };
        let transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&settings.server)
            .port(settings.port)
            .tls(tls)
            .timeout(Some(settings.patience));
        let transport = match settings.credentials {
            Some((user, password)) => transport.credentials(Credentials::new(user, password)),
            None => transport,
        };
        Ok(Self {
            transport: transport.build(),
            from,
            page: settings.page,
            place: settings.place,
        })
    }

    /// In which place the mail server is, if somebody said so.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        self.place
    }

    /// The link to the page, with a secret that no server on the way sees.
    #[must_use]
    pub fn link(&self, secret: &str) -> String {
        format!("{}#token={secret}", self.page)
    }

    /// The link to the page on which an invitation into an organisation is accepted.
    #[must_use]
    pub fn invitation(&self, secret: &str) -> String {
        format!("{}#invitation={secret}", self.page)
    }

    /// Hands a letter in.
    ///
    /// # Errors
    /// It was not taken; whether it may be later.
    pub async fn send(&self, to: &str, letter: &Letter) -> Result<(), Unsent> {
        let to: Mailbox = to.parse().map_err(|_| Unsent::Never)?;
        let message = Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(letter.subject())
            .header(ContentType::TEXT_PLAIN)
            .body(letter.body());
        let message = message.map_err(|_| Unsent::Never)?;
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_permanent() => Err(Unsent::Never),
            Err(_) => Err(Unsent::Later),
        }
    }
}
