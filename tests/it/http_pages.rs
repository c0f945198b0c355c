//! The pages beside the graph.

use std::{fs, path::Path};

use axum::http::StatusCode;
use serde_json::json;

use crate::http_rig::Rig;

#[tokio::test]
async fn the_pages_beside_the_graph_answer() {
    let rig = Rig::new("").await;
    assert_eq!(rig.get("/healthz").await.status, StatusCode::OK);
    let ready = rig.get("/readyz").await;
    assert_eq!(
        (ready.status, ready.json()["ready"].clone()),
        (StatusCode::OK, json!(true))
    );
    let set = rig.get("/.well-known/jwks.json").await.json();
    assert_eq!(set["keys"][0]["kid"], rig.keys.id());
    let home = rig.get("/").await;
    assert_eq!(
        (home.status.as_u16(), home.header("location")),
        (307, "/ide")
    );
    assert_eq!(rig.get("/nowhere").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_ide_comes_whole_and_runs_no_foreign_script() {
    let rig = Rig::new("").await;
    let page = rig.get("/ide").await;
    let html = String::from_utf8(page.body.to_vec()).unwrap();
    let policy = page.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'; script-src 'self';"),
        "{policy}"
    );
    assert!(
        !policy.contains("unsafe") && !policy.contains('*'),
        "{policy}"
    );
    let files: Vec<&str> = html
        .split('"')
        .filter(|part| part.starts_with("/ide/"))
        .collect();
    assert_eq!(files.len(), 7);
    assert!(policy.contains("; connect-src 'self'; "), "{policy}");
    for file in files {
        let reply = rig.get(file).await;
        assert_eq!(reply.status, StatusCode::OK, "{file}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        let compressed = reply.body.starts_with(&[0x1f, 0x8b]);
        assert_eq!(
            compressed,
            reply.header("content-encoding") == "gzip",
            "{file}"
        );
    }
    assert!(!html.contains("://"), "nothing from elsewhere");
}

/// What stands in quotes in a text and begins like this.
fn quoted<'t>(text: &'t str, beginning: &'t str) -> impl Iterator<Item = &'t str> {
    text.split(['"', '\''])
        .filter(move |part| part.starts_with(beginning) && part.len() > beginning.len())
}

#[tokio::test]
async fn the_officers_page_comes_whole_and_runs_nothing_but_its_own() {
    let rig = Rig::new("").await;
    let page = rig.get("/officer").await;
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    let policy = page.header("content-security-policy").to_owned();
    for part in [
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "worker-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ] {
        let found = policy.split("; ").any(|found| found == part);
        assert!(found, "no `{part}` in {policy}");
    }
    let rest = policy.replace("'wasm-unsafe-eval'", "");
    assert!(!rest.contains("unsafe") && !rest.contains('*'), "{policy}");

    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/officer");
    let mut served = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let (name, packed) = match name.strip_suffix(".gz") {
            Some(name) => (name, true),
            None => (name.as_str(), false),
        };
        let media = match name.rsplit_once('.') {
            Some((_, "js")) => "text/javascript; charset=utf-8",
            Some((_, "css")) => "text/css; charset=utf-8",
            Some((_, "wasm")) => "application/wasm",
            _ => continue,
        };
        let reply = rig.get(&format!("/officer/{name}")).await;
        assert_eq!(reply.status, StatusCode::OK, "{name}");
        assert_eq!(reply.header("content-type"), media, "{name}");
        assert_eq!(reply.header("content-security-policy"), policy, "{name}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{name}");
        assert_eq!(reply.header("referrer-policy"), "no-referrer", "{name}");
        let (kept, coding) = match packed {
            true => ("public, max-age=31536000, immutable", "gzip"),
            false => ("no-cache", ""),
        };
        assert_eq!(reply.header("cache-control"), kept, "{name}");
        assert_eq!(reply.header("content-encoding"), coding, "{name}");
        assert_eq!(reply.body.starts_with(&[0x1f, 0x8b]), packed, "{name}");
        served += 1;
    }
    assert!(served > 20, "{served}");
    let nowhere = rig.get("/officer/README.md").await;
    assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_officers_page_asks_for_what_there_is_and_for_nothing_from_elsewhere() {
    let rig = Rig::new("").await;
    let mut asked = vec!["/officer".to_owned()];
    let mut seen = 0;
    while let Some(address) = asked.get(seen).cloned() {
        seen += 1;
        let reply = rig.get(&address).await;
        assert_eq!(reply.status, StatusCode::OK, "{address}");
        // what is packed is somebody else's: it is looked at in the browser, where it asks nobody
        let Ok(text) = String::from_utf8(reply.body.to_vec()) else {
            continue;
        };
        assert!(!text.contains("://"), "{address} names another place");
        for ending in [
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "eval(",
            "localStorage",
        ] {
            assert!(!text.contains(ending), "{address} has `{ending}`");
        }
        for file in quoted(&text, "/officer/") {
            if !asked.iter().any(|known| known == file) {
                asked.push(file.to_owned());
            }
        }
    }
    for file in [
        "officer.css",
        "editor.css",
        "cedar-worker.js",
        "cedar-4.13.0.wasm",
    ] {
        let address = format!("/officer/{file}");
        assert!(asked.contains(&address), "nobody asks for {file}");
    }
    let html = rig.get("/officer").await;
    let html = String::from_utf8(html.body.to_vec()).unwrap();
    assert!(!html.contains("<style") && !html.contains("style="));
    assert_eq!(html.matches("<script").count(), 1);
}

#[test]
fn the_officers_page_says_the_same_in_both_languages() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/officer");
    let table = |name: &str| {
        let text = fs::read_to_string(folder.join(name)).unwrap();
        let lines = text.lines().filter_map(|line| {
            let (key, words) = line.strip_prefix("  ")?.split_once(": '")?;
            let holes = (0..9).filter(|hole| words.contains(&format!("{{{hole}")));
            Some((key.trim_matches('\'').to_owned(), holes.collect::<Vec<_>>()))
        });
        lines.collect::<std::collections::BTreeMap<_, _>>()
    };
    let (english, mut chinese) = (table("english.js"), table("chinese.js"));
    assert!(english.len() > 200, "{}", english.len());
    // In English, most roles are called what the matrix calls them.
    chinese.retain(|key, _| !key.starts_with("role_") || english.contains_key(key));
    assert_eq!(english, chinese);
}

#[tokio::test]
async fn the_page_of_letters_comes_whole_and_runs_its_own_scripts_only() {
    let rig = Rig::new("").await;
    let page = rig.get("/account").await;
    let html = String::from_utf8(page.body.to_vec()).unwrap();
    let policy = page.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'; script-src 'self';"),
        "{policy}"
    );
    assert!(
        !policy.contains("unsafe") && !policy.contains('*'),
        "{policy}"
    );
    assert!(!html.contains("<script>") && !html.contains(" style="));
    let files: Vec<&str> = html
        .split('"')
        .filter(|part| part.starts_with("/account/"))
        .chain(["/account/words.js"])
        .collect();
    assert_eq!(files.len(), 3);
    for file in files {
        let reply = rig.get(file).await;
        assert_eq!(reply.status, StatusCode::OK, "{file}");
        assert_eq!(reply.header("content-security-policy"), policy);
    }
    // What stands behind `#` goes to nobody, not even as whence somebody came.
    assert_eq!(page.header("referrer-policy"), "no-referrer");
}
