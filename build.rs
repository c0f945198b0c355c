//! Lists the files of policies and scenarios that the binary embeds.

use std::{env, fs, io, path::Path};

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=policies");
    let code = list("documents", "", ".cedar")?
        + &list("invariants", "invariants/", ".cedar")?
        + &list("scenarios", "scenarios/", ".toml")?;
    let out = env::var("OUT_DIR").map_err(io::Error::other)?;
    fs::write(Path::new(&out).join("policies.rs"), code)
}

/// A function that answers the files of a folder below `policies`.
fn list(function: &str, folder: &str, ending: &str) -> io::Result<String> {
    let mut names: Vec<String> = fs::read_dir(format!("policies/{folder}"))?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(ending))
        .map(|name| format!("{folder}{name}"))
        .collect();
    names.sort();
    let mut code = format!("pub fn {function}() -> Vec<Document> {{\n    vec![\n");
    for name in names {
        code.push_str(&format!("        file!({name:?}).document(),\n"));
    }
    code.push_str("    ]\n}\n");
    Ok(code)
}
