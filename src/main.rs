//! The command line.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    kaifong::cli::run().await
}
