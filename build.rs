//! Lists the policy files that the binary embeds.

use std::{env, fs, io, path::Path};

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=policies");
    let mut code = String::new();
    for (function, folder) in [("documents", ""), ("invariants", "invariants/")] {
        let mut names: Vec<String> = fs::read_dir(Path::new("policies").join(folder))?
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| name.ends_with(".cedar"))
            .collect();
        names.sort();
        code.push_str(&format!(
            "pub fn {function}() -> Vec<Document> {{\n    vec![\n"
        ));
        for name in names {
            let name = format!("{folder}{name}");
            code.push_str(&format!("        file!({name:?}).document(),\n"));
        }
        code.push_str("    ]\n}\n");
    }
    let out = env::var("OUT_DIR").map_err(io::Error::other)?;
    fs::write(Path::new(&out).join("policies.rs"), code)
}
