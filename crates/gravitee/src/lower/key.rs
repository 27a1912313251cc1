//! Names of attributes that the gateway itself sets.

/// What names of attributes begin with.
pub(super) const PREFIX: &str = "gravitee.attribute.";
/// The application that uses a plan.
pub(super) const APPLICATION: &str = "gravitee.attribute.application";
/// Its subscription.
pub(super) const SUBSCRIPTION: &str = "gravitee.attribute.user-id";
