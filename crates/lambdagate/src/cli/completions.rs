//! `lambdagate completions`: completions for shells.

use super::Cli;
use crate::exit::Exit;
use clap::{Args, CommandFactory};
use clap_complete::Shell;

/// Print completions for a shell
#[derive(Args, Debug)]
#[command(
    after_help = "Example:\n  lambdagate completions bash > ~/.local/share/bash-completion/completions/lambdagate"
)]
pub(crate) struct Completions {
    /// Which shell
    shell: Shell,
}

impl Completions {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        clap_complete::generate(self.shell, &mut Cli::command(), "lambdagate", &mut std::io::stdout());
        Ok(Exit::Clean)
    }
}
