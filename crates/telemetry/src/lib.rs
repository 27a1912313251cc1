//! What the gateway tells about itself: metrics, access log, process log, redaction.
//!
//! Writers are off the hot path; a request touches only atomics and a buffer.

pub mod access;
pub mod book;
mod escape;
pub mod metrics;
pub mod process_log;
pub mod redact;

pub use access::{AccessLog, AccessRecord};
pub use metrics::Metrics;
