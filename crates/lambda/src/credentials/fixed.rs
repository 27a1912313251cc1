//! Keys written in the configuration.

use super::Keys;
use super::source::{CredentialSource, Fetching, Found, NoKeys};

const NAME: &str = "configuration";

/// Keys written in the configuration.
pub(crate) struct Fixed(pub(crate) Keys);

impl CredentialSource for Fixed {
    fn name(&self) -> &'static str {
        NAME
    }

    fn fetch(&self) -> Fetching<'_> {
        let keys = self.0.clone();
        let found = match keys.access_key.is_empty() || keys.secret_key.is_empty() {
            true => Err(NoKeys::absent(NAME, "it has no keys")),
            false => Ok(Found::new(keys, NAME, "keys of the configuration")),
        };
        Box::pin(async { found })
    }
}
