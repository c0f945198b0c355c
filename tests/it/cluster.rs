//! A PostgreSQL of a test's own, which may be stopped.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::databases::skip;
use crate::served::free_port;

/// A server with a folder of its own.
pub struct Cluster {
    programs: PathBuf,
    folder: PathBuf,
    port: u16,
}

/// The folder of the newest PostgreSQL's programs.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut found: Vec<_> = versions
        .filter_map(|version| Some(version.ok()?.path().join("bin")))
        .filter(|folder| folder.join("initdb").exists())
        .collect();
    found.sort();
    found.pop()
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output().unwrap();
    output.stdout == b"0\n"
}

impl Cluster {
    /// A new one that runs; none, visibly, where PostgreSQL is not installed.
    pub fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            skip("a PostgreSQL that stops", "its programs are not installed");
            return None;
        };
        let port = free_port();
        let folder = std::env::temp_dir().join(format!("kaifong-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir(&folder).unwrap();
        if is_root() {
            // PostgreSQL refuses to run as root; its own user then runs it.
            run(Command::new("chown").arg("postgres:").arg(&folder));
        }
        let cluster = Self {
            programs,
            folder,
            port,
        };
        let data = cluster.data();
        let data = data.to_str().unwrap();
        let init = ["-D", data, "-U", "kaifong", "-A", "trust", "-E", "UTF8"];
        cluster.run(
            "initdb",
            &[&init[..], &["--locale=C", "--no-sync"]].concat(),
        );
        cluster.go();
        let port = port.to_string();
        let create = ["-h", "127.0.0.1", "-p", &port, "-U", "kaifong", "kaifong"];
        cluster.run("createdb", &create);
        Some(cluster)
    }

    /// The address of its database.
    pub fn url(&self) -> String {
        format!("postgres://kaifong@127.0.0.1:{}/kaifong", self.port)
    }

    /// Starts it.
    pub fn go(&self) {
        let options = format!(
            "-c listen_addresses=127.0.0.1 -c port={} -c unix_socket_directories=''",
            self.port
        );
        let (data, log) = (self.data(), self.folder.join("log"));
        let (data, log) = (data.to_str().unwrap(), log.to_str().unwrap());
        let start = ["-D", data, "-w", "-l", log, "-o", &options, "start"];
        let started = self.command("pg_ctl", &start).status().unwrap();
        let said = || std::fs::read_to_string(log).unwrap_or_default();
        assert!(started.success(), "{}", said());
    }

    /// Stops it as a crash would.
    pub fn crash(&self) {
        let data = self.data();
        let data = data.to_str().unwrap();
        self.run("pg_ctl", &["-D", data, "-w", "-m", "immediate", "stop"]);
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let program = self.programs.join(program);
        let mut command = match is_root() {
            true => {
                let mut command = Command::new("runuser");
                command.args(["-u", "postgres", "--"]).arg(program);
                command
            }
            false => Command::new(program),
        };
        command.args(arguments).current_dir(Path::new("/"));
        // What is started must not hold the test's own output open.
        command.stdout(std::process::Stdio::null());
        command
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        run(&mut self.command(program, arguments));
    }
}

fn run(command: &mut Command) {
    let status = command.status().unwrap();
    assert!(status.success(), "{:?}", command.get_program());
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let data = self.data();
        let stop = [
            "-D",
            data.to_str().unwrap_or_default(),
            "-m",
            "immediate",
            "stop",
        ];
        self.command("pg_ctl", &stop).status().ok();
        std::fs::remove_dir_all(&self.folder).ok();
    }
}
