//! AWS Lambda from the caller's side: events, signed calls, replies, and what every failure means.
//!
//! Knows nothing of routes and chains; `policy::call` is the one place that uses it for traffic.

pub mod credentials;
pub mod endpoint;
pub mod error;
pub mod event;
mod headers;
pub mod invoke;
mod moment;
pub mod reply;
pub mod secret;
pub mod sign;
pub mod way;

pub use error::CallError;
