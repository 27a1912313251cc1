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
mod serve;
mod signals;
mod source;
mod status;
mod watch;

use mimalloc::MiMalloc;
use std::process::ExitCode;

/// Takes half a microsecond less CPU for the allocations of a call than the system's.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    cli::main()
}
