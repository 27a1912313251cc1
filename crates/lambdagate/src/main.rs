//! lambdagate: the roof. It wires everything, knows everyone and decides nothing.

mod address;
mod admin;
mod assemble;
mod cli;
mod exit;
mod findings;
mod local;
mod panics;
mod port;
mod reload;
mod secrets;
mod serve;
mod signals;
mod source;
mod status;
mod watch;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
