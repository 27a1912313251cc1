//! References: what `${NAME}` and its kin in other dialects stand for.

mod expand;

pub use expand::{ReferenceError, expand};

use std::collections::BTreeMap;

/// Where references find their values. The process's environment in the binary, a map in tests.
pub trait Environment: Send + Sync {
    /// The value of a variable, if it is set.
    fn variable(&self, name: &str) -> Option<String>;
}

/// The environment of this process.
pub struct ProcessEnvironment;

impl Environment for ProcessEnvironment {
    fn variable(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }
}

impl Environment for BTreeMap<String, String> {
    fn variable(&self, name: &str) -> Option<String> {
        self.get(name).cloned()
    }
}
