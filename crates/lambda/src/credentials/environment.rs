//! Keys in variables of the environment.

use super::Keys;
use super::source::{CredentialSource, Fetching, Found, NoKeys};
use super::surroundings::Surroundings;
use model::Secret;
use model::aws::Variables;
use std::sync::Arc;

const NAME: &str = "environment";

/// Keys in variables of the environment.
pub(crate) struct OfEnvironment {
    pub(crate) names: Variables,
    pub(crate) around: Arc<Surroundings>,
}

impl CredentialSource for OfEnvironment {
    fn name(&self) -> &'static str {
        NAME
    }

    fn fetch(&self) -> Fetching<'_> {
        let found = self.find();
        Box::pin(async { found })
    }
}

impl OfEnvironment {
    fn find(&self) -> Result<Found, NoKeys> {
        let (id, secret, token) = match self.names {
            Variables::Aws => ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"),
            Variables::Amazon => ("AMAZON_ACCESS_KEY_ID", "AMAZON_SECRET_ACCESS_KEY", "AMAZON_SESSION_TOKEN"),
        };
        let value = |name: &str| self.around.variable(name).map(|value| value.trim().to_owned());
        match (value(id), value(secret)) {
            (Some(access_key), Some(secret_key)) => {
                let (secret_key, session_token) = (Secret::new(secret_key), value(token).map(Secret::new));
                let keys = Keys { access_key, secret_key, session_token, expires: None };
                Ok(Found::new(keys, NAME, format!("{id} and {secret}")))
            }
            (Some(_), None) => Err(half(id, secret)),
            (None, Some(_)) => Err(half(secret, id)),
            (None, None) => Err(NoKeys::absent(NAME, format!("{id} is not set"))),
        }
    }
}

fn half(there: &str, missing: &str) -> NoKeys {
    NoKeys::broken(NAME, format!("{there} is set, but {missing} is not"), format!("set both, or unset {there}"))
}
