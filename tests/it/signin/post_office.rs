//! A mail server that says what a real one says: greeting, EHLO with what it can do, STARTTLS, AUTH,
//! and refusals for a time, for good, or by hanging up in the middle of a letter.

use std::sync::{Arc, Mutex};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use kaifong::mail::{Mailer, Security, Settings};
use kaifong::residency::Place;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

pub const PAGE: &str = "https://app.example.org/set-password";
const USER: &str = "kaifong";
const PASSWORD: &str = "the post office's own password";

/// What it does with the next letter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mood {
    /// It takes it.
    Takes,
    /// It asks to come again (greylisting).
    ComeAgain,
    /// It refuses it for good.
    Refuses,
    /// It hangs up after some lines of it.
    HangsUp,
    /// It takes it, and hangs up before it says so.
    TakesAndHangsUp,
}

/// A letter that it took.
#[derive(Clone, Debug)]
pub struct Taken {
    pub to: String,
    /// As it was read: headers, and the body decoded.
    pub head: String,
    pub body: String,
    /// Whether it came under TLS, from somebody who said the password.
    pub safe: bool,
}

impl Taken {
    /// The secret of the link in it.
    pub fn token(&self) -> Option<String> {
        let (_, after) = self.body.split_once(&format!("{PAGE}#token="))?;
        let token: String = after.chars().take_while(|c| !c.is_whitespace()).collect();
        crate::secrets::used(&token);
        Some(token)
    }
}

#[derive(Default)]
struct State {
    moods: Vec<Mood>,
    taken: Vec<Taken>,
    visits: usize,
}

/// The mail server.
pub struct PostOffice {
    state: Arc<Mutex<State>>,
    port: u16,
    root: Option<String>,
}

impl PostOffice {
    /// One that speaks in clear, or only under TLS and to whoever says the password.
    pub async fn open(safe: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state: Arc<Mutex<State>> = Arc::default();
        let (acceptor, root) = match safe {
            true => {
                let made =
                    rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
                let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(
                    made.signing_key.serialize_der(),
                ));
                let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
                let config = ServerConfig::builder_with_provider(provider)
                    .with_safe_default_protocol_versions()
                    .unwrap()
                    .with_no_client_auth()
                    .with_single_cert(vec![made.cert.der().clone()], key)
                    .unwrap();
                (
                    Some(TlsAcceptor::from(Arc::new(config))),
                    Some(made.cert.pem()),
                )
            }
            false => (None, None),
        };
        let served = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (state, acceptor) = (Arc::clone(&served), acceptor.clone());
                tokio::spawn(async move { visit(stream, &state, acceptor).await });
            }
        });
        Self { state, port, root }
    }

    /// What hands letters in here.
    pub fn mailer(&self) -> Mailer {
        self.mailer_in(None)
    }

    /// The same, of which is said in which place it is.
    pub fn mailer_in(&self, place: Option<Place>) -> Mailer {
        let safe = self.root.is_some();
        Mailer::new(Settings {
            server: if safe { "localhost" } else { "127.0.0.1" }.to_owned(),
            port: self.port,
            security: if safe {
                Security::StartTls
            } else {
                Security::None
            },
            roots: self.root.clone().map(String::into_bytes),
            credentials: safe.then(|| (USER.to_owned(), PASSWORD.to_owned())),
            from: "kaifong@example.org".to_owned(),
            page: PAGE.to_owned(),
            place,
            patience: std::time::Duration::from_secs(5),
        })
        .unwrap()
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// What it does with the next letters.
    pub fn feels(&self, moods: &[Mood]) {
        self.state.lock().unwrap().moods = moods.to_vec();
    }

    /// The letters that it took.
    pub fn taken(&self) -> Vec<Taken> {
        self.state.lock().unwrap().taken.clone()
    }

    /// How often somebody came with a letter.
    pub fn visits(&self) -> usize {
        self.state.lock().unwrap().visits
    }
}

async fn visit(stream: tokio::net::TcpStream, state: &Mutex<State>, tls: Option<TlsAcceptor>) {
    let mut stream = BufReader::new(stream);
    say(&mut stream, "220 post.example.org ESMTP").await;
    let Some(tls) = tls else {
        return converse(stream, state, false).await;
    };
    // Before TLS it takes nothing but STARTTLS.
    while let Some(line) = heard(&mut stream).await {
        match line
            .split(' ')
            .next()
            .unwrap_or("")
            .to_ascii_uppercase()
            .as_str()
        {
            "EHLO" => say(&mut stream, "250-post.example.org\r\n250 STARTTLS").await,
            "STARTTLS" => {
                say(&mut stream, "220 2.0.0 go ahead").await;
                if let Ok(stream) = tls.accept(stream.into_inner()).await {
                    converse(BufReader::new(stream), state, true).await;
                }
                return;
            }
            "QUIT" => return say(&mut stream, "221 2.0.0 bye").await,
            _ => say(&mut stream, "530 5.7.0 STARTTLS first").await,
        }
    }
}

async fn converse<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: BufReader<S>,
    state: &Mutex<State>,
    safe: bool,
) {
    let (mut known, mut to) = (!safe, String::new());
    while let Some(line) = heard(&mut stream).await {
        let word = line
            .split([' ', ':'])
            .next()
            .unwrap_or("")
            .to_ascii_uppercase();
        match word.as_str() {
            "EHLO" if safe => {
                say(
                    &mut stream,
                    "250-post.example.org\r\n250-8BITMIME\r\n250 AUTH PLAIN",
                )
                .await;
            }
            "EHLO" => say(&mut stream, "250-post.example.org\r\n250 8BITMIME").await,
            "AUTH" => {
                let plain = line.rsplit(' ').next().unwrap_or("");
                let said = STANDARD.decode(plain).unwrap_or_default();
                known = said == format!("\0{USER}\0{PASSWORD}").into_bytes();
                let answer = if known {
                    "235 2.7.0 hello"
                } else {
                    "535 5.7.8 no"
                };
                say(&mut stream, answer).await;
            }
            "MAIL" if !known => say(&mut stream, "530 5.7.0 who are you").await,
            "MAIL" => say(&mut stream, "250 2.1.0 fine").await,
            "RCPT" => {
                to = line.split(['<', '>']).nth(1).unwrap_or("").to_owned();
                let mood = {
                    let mut state = state.lock().unwrap();
                    state.visits += 1;
                    state.moods.first().copied().unwrap_or(Mood::Takes)
                };
                match mood {
                    Mood::ComeAgain => {
                        next(state);
                        say(
                            &mut stream,
                            &format!("451 4.7.1 <{to}> greylisted, come again"),
                        )
                        .await;
                    }
                    Mood::Refuses => {
                        next(state);
                        say(&mut stream, &format!("550 5.1.1 <{to}> nobody here")).await;
                    }
                    _ => say(&mut stream, "250 2.1.5 fine").await,
                }
            }
            "DATA" => {
                say(&mut stream, "354 go on").await;
                let mood = next(state);
                let mut lines = Vec::new();
                while let Some(line) = heard(&mut stream).await {
                    if mood == Mood::HangsUp && lines.len() > 3 {
                        return;
                    }
                    if line == "." {
                        break;
                    }
                    lines.push(line.strip_prefix('.').unwrap_or(&line).to_owned());
                }
                let taken = read(&to, &lines, safe && known);
                state.lock().unwrap().taken.push(taken);
                if mood == Mood::TakesAndHangsUp {
                    return;
                }
                say(&mut stream, "250 2.0.0 taken").await;
            }
            "QUIT" => return say(&mut stream, "221 2.0.0 bye").await,
            _ => say(&mut stream, "250 2.0.0 fine").await,
        }
    }
}

/// The next mood.
fn next(state: &Mutex<State>) -> Mood {
    let mut state = state.lock().unwrap();
    match state.moods.is_empty() {
        true => Mood::Takes,
        false => state.moods.remove(0),
    }
}

fn read(to: &str, lines: &[String], safe: bool) -> Taken {
    let end = lines.iter().position(String::is_empty).unwrap();
    let head = lines[..end].join("\n");
    let text = &lines[end + 1..];
    let body = match head.to_ascii_lowercase() {
        head if head.contains("base64") => {
            String::from_utf8(STANDARD.decode(text.concat()).unwrap()).unwrap()
        }
        head if head.contains("quoted-printable") => unquoted(&text.join("\n")),
        _ => text.join("\n"),
    };
    Taken {
        to: to.to_owned(),
        head,
        body,
        safe,
    }
}

fn unquoted(text: &str) -> String {
    let joined = text.replace("=\n", "");
    let mut bytes = Vec::new();
    let mut rest = joined.as_bytes();
    while let [first, after @ ..] = rest {
        if let (b'=', [high, low, after @ ..]) = (first, after) {
            let digits = [*high, *low];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap());
            rest = after;
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).unwrap()
}

async fn heard<S: AsyncRead + Unpin>(stream: &mut BufReader<S>) -> Option<String> {
    let mut line = String::new();
    match stream.read_line(&mut line).await {
        Ok(read) if read > 0 => Some(line.trim_end_matches(['\r', '\n']).to_owned()),
        _ => None,
    }
}

async fn say<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut BufReader<S>, line: &str) {
    let text = format!("{line}\r\n");
    let _ = stream.get_mut().write_all(text.as_bytes()).await;
    let _ = stream.get_mut().flush().await;
}
