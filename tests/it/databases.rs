//! Fresh, migrated databases for tests that need no server, and the places of real input.

use std::path::PathBuf;

use kaifong::store::Terms;
use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection};

/// A database that only one test uses.
pub struct TestDatabase {
    pub name: &'static str,
    pub db: DatabaseConnection,
    url: String,
    drop_after: Option<(String, String)>,
    file: Option<Temporary>,
}

/// The file of a database, which goes with it.
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        for end in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{end}", self.0.display()));
        }
    }
}

impl TestDatabase {
    /// One on SQLite, and one on PostgreSQL where `KAIFONG_TEST_POSTGRES` names a server.
    pub async fn each() -> Vec<TestDatabase> {
        Self::with_postgres(Self::sqlite().await).await
    }

    async fn with_postgres(sqlite: TestDatabase) -> Vec<TestDatabase> {
        let mut all = vec![sqlite];
        match std::env::var("KAIFONG_TEST_POSTGRES") {
            Ok(server) => all.push(Self::postgres(server).await),
            Err(_) => skip("the PostgreSQL half", "KAIFONG_TEST_POSTGRES is not set"),
        }
        all
    }

    /// Where it is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A connection such as another process would have.
    pub async fn another_connection(&self) -> DatabaseConnection {
        Database::connect(&self.url).await.unwrap()
    }

    /// Opens all connections that a pool may have, so that it will want no others.
    pub async fn fill(db: &DatabaseConnection) {
        let pool = db.get_postgres_connection_pool();
        let most = pool.options().get_max_connections() as usize;
        // The store keeps some of them.
        let kept = pool.size() as usize - pool.num_idle();
        let held = futures_util::future::join_all((kept..most).map(|_| pool.acquire())).await;
        assert!(held.iter().all(Result::is_ok));
    }

    /// Whether new connections are let in; PostgreSQL only.
    pub async fn let_in(&self, yes: bool) {
        let (server, name) = self.drop_after.as_ref().unwrap();
        let admin = Database::connect(server).await.unwrap();
        let alter = format!("ALTER DATABASE {name} WITH ALLOW_CONNECTIONS {yes}");
        admin.execute_unprepared(&alter).await.unwrap();
        admin.close().await.unwrap();
    }

    /// A file, as the server has it.
    pub async fn sqlite() -> TestDatabase {
        let name = format!("{}.db", uuid::Uuid::new_v4().simple());
        let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        let url = format!("sqlite:{}", file.display());
        let db = kaifong::store::connect(&url, Terms::default())
            .await
            .unwrap();
        Migrator::up(&db, None).await.unwrap();
        TestDatabase {
            name: "SQLite",
            db,
            url,
            drop_after: None,
            file: Some(Temporary(file)),
        }
    }

    async fn postgres(server: String) -> TestDatabase {
        let name = format!("kaifong_test_{}", uuid::Uuid::new_v4().simple());
        let admin = Database::connect(&server).await.unwrap();
        let create = format!("CREATE DATABASE {name} TEMPLATE template0");
        admin.execute_unprepared(&create).await.unwrap();
        admin.close().await.unwrap();
        let url = with_database(&server, &name);
        let db = Database::connect(&url).await.unwrap();
        Migrator::up(&db, None).await.unwrap();
        TestDatabase {
            name: "PostgreSQL",
            db,
            url,
            drop_after: Some((server, name)),
            file: None,
        }
    }

    /// Where its server is, if it has one.
    pub fn server_url(&self) -> Option<String> {
        let (server, name) = self.drop_after.as_ref()?;
        Some(with_database(server, name))
    }

    pub async fn close(self) {
        self.db.close().await.unwrap();
        drop(self.file);
        if let Some((server, name)) = self.drop_after {
            let admin = Database::connect(server).await.unwrap();
            // A server that a test started may still hold connections.
            let drop = format!("DROP DATABASE {name} WITH (FORCE)");
            admin.execute_unprepared(&drop).await.unwrap();
            admin.close().await.unwrap();
        }
    }
}

/// The URL of another database of the same server.
fn with_database(server: &str, name: &str) -> String {
    let (address, options) = match server.split_once('?') {
        Some((address, options)) => (address, format!("?{options}")),
        None => (server, String::new()),
    };
    let host = address.find("://").map_or(0, |at| at + 3);
    let path = address[host..]
        .find('/')
        .map_or(address.len(), |at| host + at);
    format!("{}/{name}{options}", &address[..path])
}

/// Says on a bare machine what is not tested; in CI nothing may be missing.
pub fn skip(what: &str, why: &str) {
    assert!(
        std::env::var("CI").as_deref() != Ok("true"),
        "{what} must be tested in CI, but {why}"
    );
    eprintln!("skipped: {what}, since {why}");
}

/// A file of the shared real input, where it is there.
pub fn shared(path: &str) -> Option<PathBuf> {
    let root = env!("CARGO_MANIFEST_DIR");
    let folder = std::env::var("KAIFONG_SHARED").unwrap_or_else(|_| "../shared".to_owned());
    let file = PathBuf::from(root).join(folder).join(path);
    if !file.exists() {
        skip(path, "KAIFONG_SHARED (../shared) does not hold it");
        return None;
    }
    Some(file)
}

/// A file of the repository's own fixtures.
pub fn fixture(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(path)
}
