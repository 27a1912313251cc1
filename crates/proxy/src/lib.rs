//! The life of a request: listener → route → chain → endpoint → chain → client.
//!
//! Read [`handle`] first. Everything here reads one immutable [`Snapshot`]; a change builds a new one and swaps it whole.

mod begin;
pub mod compile;
pub mod endpoint;
pub mod handle;
mod listener;
mod marks;
pub mod router;
pub mod server;
pub mod snapshot;
mod tail;
mod tunnel;

pub use compile::{CompileError, compile};
pub use endpoint::Upstreams;
pub use listener::SelfMade;
pub use server::{Drained, Server, ServerOptions, StartError};
pub use snapshot::{Shared, Snapshot};
