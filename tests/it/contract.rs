//! The contract with clients is a file of the repository.

use std::path::Path;

#[test]
fn the_committed_schema_is_the_one_that_is_served() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.graphql");
    let committed = std::fs::read_to_string(file).unwrap();
    let served = kaifong::graphql::sdl();
    let differs = committed
        .lines()
        .zip(served.lines())
        .position(|(committed, served)| committed != served)
        .unwrap_or_else(|| committed.lines().count().min(served.lines().count()));
    assert!(
        committed.trim_end() == served.trim_end(),
        "schema.graphql is not what is served, from line {}; read what changed, then renew it with \
         `cargo run -- schema > schema.graphql`",
        differs + 1
    );
}
