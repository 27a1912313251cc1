//! Names of attributes that the gateway itself sets.

/// What names of attributes begin with.
pub(super) const PREFIX: &str = "gravitee.attribute.";
/// The application that uses a plan.
pub(super) const APPLICATION: &str = "gravitee.attribute.application";
/// Its subscription.
pub(super) const SUBSCRIPTION: &str = "gravitee.attribute.user-id";
/// The path of the last flow with steps, in the older engine.
pub(super) const RESOLVED: &str = "gravitee.attribute.resolved-path";
/// Where requests are led.
pub(crate) const ENDPOINT: &str = "gravitee.attribute.request.endpoint";
/// That the path there stands for the endpoint's as well.
pub(crate) const INSTEAD: &str = "gravitee.attribute.request.endpoint.override";
/// The method that the endpoint sees.
pub(crate) const METHOD: &str = "gravitee.attribute.request.method";

/// Whether an attribute leads requests elsewhere.
pub(crate) fn leads(name: &str) -> bool {
    [ENDPOINT, INSTEAD, METHOD].contains(&name)
}
