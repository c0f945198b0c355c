//! The command line of the prover.

mod command;

use std::process::ExitCode;

fn main() -> ExitCode {
    command::run()
}
