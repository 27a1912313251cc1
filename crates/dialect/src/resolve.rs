//! References: what `${NAME}` and its kin in other dialects stand for.

mod expand;
mod kept;

pub use expand::{ReferenceError, expand};
pub use kept::{GoogleAccount, Manager, NoSecret, Wanted};

use model::Secret;
use std::collections::BTreeMap;

/// Where references find their values. The process's environment in the binary, a map in tests.
pub trait Environment: Send + Sync {
    /// The value of a variable, if it is set.
    fn variable(&self, name: &str) -> Option<String>;

    /// A secret that somebody keeps, by the reference to it.
    fn secret(&self, reference: &str) -> Result<Secret, NoSecret> {
        let _ = reference;
        Err(NoSecret::Later)
    }

    /// Another number whenever some secret has another value than before.
    fn revision(&self) -> u64 {
        0
    }
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

    fn secret(&self, reference: &str) -> Result<Secret, NoSecret> {
        let found = self.get(reference).map(Secret::new);
        found.ok_or_else(|| NoSecret::Away("nobody keeps it".into()))
    }
}
