//! What can be made ready only once the surroundings have told the region.

use crate::error::CallError;
use model::answer::FailureKind;
use std::sync::OnceLock;

/// A value that is there, or will be as soon as the region is known.
pub(super) struct Late<T> {
    value: OnceLock<T>,
    make: Option<Make<T>>,
}

type Make<T> = Box<dyn Fn() -> Result<T, CallError> + Send + Sync>;

impl<T> Late<T> {
    /// Makes it now, or later when nothing but the region is missing.
    pub(super) fn new(make: impl Fn() -> Result<T, CallError> + Send + Sync + 'static) -> Result<Self, CallError> {
        match make() {
            Ok(value) => Ok(Self { value: value.into(), make: None }),
            Err(missing) if missing.kind == FailureKind::NoRegion => {
                Ok(Self { value: OnceLock::new(), make: Some(Box::new(make)) })
            }
            Err(bad) => Err(bad),
        }
    }

    /// The value, or why it is not there.
    pub(super) fn get(&self) -> Result<&T, CallError> {
        match (self.value.get(), &self.make) {
            (Some(value), _) => Ok(value),
            (None, Some(make)) => {
                let value = make()?;
                Ok(self.value.get_or_init(|| value))
            }
            (None, None) => Err(super::endpoint::no_region()),
        }
    }
}
