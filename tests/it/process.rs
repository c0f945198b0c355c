//! The program itself, as a process of its own: its port, its log, its signals.

use std::{
    fs,
    io::{self, BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::scratch::Scratch;

/// The demo, served until the test ends.
pub struct Demo {
    child: Child,
    pub scratch: Scratch,
    /// Where it listens.
    pub address: String,
    /// Its tokens, by role.
    pub tokens: Value,
    /// What it says at its start.
    pub welcome: String,
}

/// What came back.
pub struct Reply {
    pub status: u16,
    pub id: String,
    pub body: String,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// The program in an empty environment but for these settings.
pub fn kaifong(scratch: &Scratch, arguments: &[&str], settings: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kaifong"));
    command
        .env_clear()
        .env("KAIFONG_ENCRYPTION_KEY_FILE", encryption_key())
        .envs(settings.iter().copied())
        .current_dir(scratch.path(""))
        .args(arguments);
    command
}

/// The key file that all servers of the tests have, as all servers of one database must.
fn encryption_key() -> PathBuf {
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("encryption-key.txt");
    if !file.exists() {
        match kaifong::private_file::create(&file, crate::app::WRAPPING) {
            Err(cause) if cause.kind() != io::ErrorKind::AlreadyExists => panic!("{cause}"),
            _ => {}
        }
    }
    file
}

impl Demo {
    /// Starts on a free port with these settings, and waits until it says where it listens.
    pub fn with(settings: &[(&str, &str)]) -> Self {
        Self::within(Scratch::new(), settings)
    }

    /// The same, in this folder.
    pub fn within(scratch: Scratch, settings: &[(&str, &str)]) -> Self {
        let arguments = [
            "demo",
            "--listen",
            "127.0.0.1:0",
            "--tokens",
            "tokens.json",
            "--data-dir",
            "data",
        ];
        let mut child = kaifong(&scratch, &arguments, settings)
            .stdout(Stdio::piped())
            .stderr(fs::File::create(scratch.path("log")).unwrap())
            .spawn()
            .unwrap();
        let mut welcome = String::new();
        let mut address = None;
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            let said = line.trim().strip_prefix("API   http://");
            if let Some(said) = said.and_then(|said| said.strip_suffix("/graphql")) {
                address = Some(said.to_owned());
            }
            welcome += &line;
            welcome.push('\n');
            if line.contains("Stop with Ctrl-C") {
                break;
            }
        }
        let log = || fs::read_to_string(scratch.path("log")).unwrap();
        let address = address.unwrap_or_else(|| panic!("it does not start: {}", log()));
        let tokens = fs::read_to_string(scratch.path("tokens.json")).unwrap();
        let tokens: Value = serde_json::from_str(&tokens).unwrap();
        for token in tokens.as_object().unwrap().values() {
            crate::secrets::used(token.as_str().unwrap());
        }
        crate::secrets::used_key(&scratch.path("data/signing-key.pem"));
        Self {
            child,
            address,
            tokens,
            welcome,
            scratch,
        }
    }

    pub fn token(&self, role: &str) -> &str {
        self.tokens[role].as_str().unwrap()
    }

    /// Sends a request with these headers; a body makes it a POST.
    pub fn send(&self, path: &str, headers: &[(&str, &str)], body: Option<&str>) -> Reply {
        send(&self.address, path, headers, body)
    }

    pub fn get(&self, path: &str) -> Reply {
        self.send(path, &[], None)
    }

    /// The answer to a request by the holder of this token.
    pub fn ask(&self, token: &str, body: &Value) -> Reply {
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str())];
        self.send("/graphql", &headers, Some(&body.to_string()))
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.scratch.path("log")).unwrap()
    }

    pub fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args([name, &pid]).status().unwrap();
        assert!(sent.success());
    }

    /// How it ended, once it has; a process that goes on for a minute is stuck.
    pub fn ended(&mut self) -> ExitStatus {
        let asked = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(asked.elapsed().as_secs() < 60, "it does not end");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    pub fn stop(&mut self) -> ExitStatus {
        self.signal("-TERM");
        self.ended()
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
        crate::secrets::logged(&self.scratch.path("log"));
    }
}

/// Sends a request to an address of this machine.
pub fn send(address: &str, path: &str, headers: &[(&str, &str)], body: Option<&str>) -> Reply {
    let config = ureq::Agent::config_builder().http_status_as_error(false);
    let agent = config.proxy(None).build().new_agent();
    let address = format!("http://{address}{path}");
    let sent = match body {
        None => {
            let request = agent.get(address);
            let named = headers.iter();
            named
                .fold(request, |request, (name, value)| {
                    request.header(*name, *value)
                })
                .call()
        }
        Some(body) => {
            let request = agent
                .post(address)
                .header("content-type", "application/json");
            let named = headers.iter();
            named
                .fold(request, |request, (name, value)| {
                    request.header(*name, *value)
                })
                .send(body)
        }
    };
    let mut reply = sent.unwrap();
    let id = reply.headers().get("x-request-id");
    Reply {
        status: reply.status().as_u16(),
        id: id.map_or("", |id| id.to_str().unwrap()).to_owned(),
        body: reply.body_mut().read_to_string().unwrap(),
    }
}

/// Asks again and again until this holds.
pub fn until(mut holds: impl FnMut() -> bool) {
    let asked = Instant::now();
    while !holds() {
        assert!(asked.elapsed().as_secs() < 60, "it does not come to hold");
        std::thread::sleep(Duration::from_millis(20));
    }
}
