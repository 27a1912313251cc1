//! `lambdagate guard`: not for people. Starts functions so that they end with the gateway.

use crate::exit::Exit;
use clap::Args;
use std::ffi::OsString;

/// Start a function's process so that it ends with the gateway
#[derive(Args, Debug)]
#[command(hide = true)]
pub(crate) struct Guard {
    /// Role and what belongs to it
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    role: Vec<OsString>,
}

impl Guard {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        emulator::guard::main(self.role)
    }
}
