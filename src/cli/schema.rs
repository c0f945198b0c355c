//! `kaifong schema`

use clap::Args;

use super::{CliError, print};

/// Print the schema, in GraphQL's schema language
#[derive(Args)]
#[command(after_help = "\
Examples:
  kaifong schema > schema.graphql")]
pub(super) struct Schema {}

impl Schema {
    pub(super) fn run(self) -> Result<(), CliError> {
        print(crate::graphql::sdl().trim_end())
    }
}
