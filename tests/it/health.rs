//! Whether the server says of itself what is so.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};

use crate::{
    databases::TestDatabase,
    process::{Demo, Reply, kaifong, until},
    scratch::Scratch,
};

fn readiness(demo: &Demo) -> (u16, Value) {
    let Reply { status, body, .. } = demo.get("/readyz");
    (status, serde_json::from_str(&body).unwrap())
}

fn unready(reason: &str) -> (u16, Value) {
    (503, json!({ "ready": false, "reason": reason }))
}

fn migrate(demo: &Demo, direction: &str, settings: &[(&str, &str)]) {
    let arguments = ["migrate", direction, "--data-dir", "data"];
    let moved = kaifong(&demo.scratch, &arguments, settings).output();
    assert!(moved.unwrap().status.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_database_is_of_another_version_is_not_ready() {
    for database in TestDatabase::each().await {
        let url = database.server_url();
        let settings = url.as_deref().map(|url| ("KAIFONG_DATABASE_URL", url));
        let settings: Vec<_> = settings.into_iter().collect();
        let demo = Demo::with(&settings);
        assert_eq!(readiness(&demo), (200, json!({ "ready": true })));
        migrate(&demo, "down", &settings);
        until(|| readiness(&demo) == unready("migrations"));
        assert_eq!(demo.get("/healthz").status, 200);
        migrate(&demo, "up", &settings);
        until(|| readiness(&demo).0 == 200);
        drop(demo);
        database.close().await;
    }
}

/// A way to a server that can be cut and mended.
struct Way {
    address: String,
    open: Arc<AtomicBool>,
}

impl Way {
    /// One to this address, open.
    async fn to(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let open = Arc::new(AtomicBool::new(true));
        let cut = open.clone();
        tokio::spawn(async move {
            loop {
                let (mut near, _) = listener.accept().await.unwrap();
                if !cut.load(Ordering::SeqCst) {
                    continue;
                }
                let (server, cut) = (server.clone(), cut.clone());
                tokio::spawn(async move {
                    let mut far = TcpStream::connect(server).await.unwrap();
                    let closed = async {
                        while cut.load(Ordering::SeqCst) {
                            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
                        }
                    };
                    tokio::select! {
                        _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
                        () = closed => {}
                    }
                });
            }
        });
        Self { address, open }
    }

    fn cut(&self) {
        self.open.store(false, Ordering::SeqCst);
    }

    fn mend(&self) {
        self.open.store(true, Ordering::SeqCst);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_database_goes_away_says_so_and_recovers_by_itself() {
    for database in TestDatabase::each().await {
        // A file does not go away.
        let Some(url) = database.server_url() else {
            continue;
        };
        let (scheme, rest) = url.split_once('@').unwrap();
        let (server, name) = rest.split_once('/').unwrap();
        let way = Way::to(server.to_owned()).await;
        let through = format!("{scheme}@{}/{name}", way.address);
        let demo = Demo::within(Scratch::new(), &[("KAIFONG_DATABASE_URL", &through)]);
        let question = json!({ "query": "{ shifts(first: 1) { nodes { id } } }" });
        let token = demo.token("coordinator").to_owned();
        let well = |reply: &Reply| reply.json()["data"]["shifts"]["nodes"][0]["id"].is_string();
        assert!(well(&demo.ask(&token, &question)));
        assert_eq!(readiness(&demo).0, 200);
        way.cut();
        until(|| readiness(&demo) == unready("database"));
        assert_eq!(
            demo.get("/healthz").status,
            200,
            "the process itself is well"
        );
        way.mend();
        until(|| readiness(&demo).0 == 200);
        until(|| well(&demo.ask(&token, &question)));
        drop(demo);
        database.close().await;
    }
}
