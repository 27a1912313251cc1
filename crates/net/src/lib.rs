//! Bytes on the wire: dial, TLS both ways, forward proxies, the PROXY protocol, and the pooled HTTP client.
//!
//! Knows no AWS and no configuration language, and does not name `model`: it takes plain values.

pub mod body;
pub mod client;
pub mod forward;
pub mod listen;
pub mod moment;
pub mod proxy_protocol;
pub mod tls;
mod together;
pub mod worker;

pub use body::{Body, BodyError};
pub use together::together;
