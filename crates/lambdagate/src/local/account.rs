//! Functions called by name go to a Lambda on this machine.

use super::board::path;
use crate::assemble::targets_mut;
use model::Gateway;
use model::Secret;
use model::aws::{Aws, Credentials};
use model::route::Match;
use std::net::SocketAddr;

/// A Lambda on this machine, and the keys it takes.
#[derive(Clone)]
pub(crate) struct LocalAccount {
    /// Base URL.
    endpoint: String,
    /// Access key id.
    pub(crate) access_key: String,
    /// Secret access key.
    pub(crate) secret_key: Secret,
}

impl LocalAccount {
    /// The Region of calls that name none.
    pub(crate) const REGION: &str = "us-east-1";

    /// At this address, with the key pair of the environment, else `local` and `local`.
    pub(crate) fn at(address: SocketAddr) -> Self {
        let (access_key, secret_key) = keys(|name| std::env::var(name).ok());
        Self { endpoint: format!("http://{address}"), access_key, secret_key }
    }

    /// How a function is reached here. A Region that is written stays.
    pub(crate) fn aws(&self, region: Option<String>) -> Aws {
        Aws {
            region: Some(region.unwrap_or_else(|| Self::REGION.to_owned())),
            endpoint: Some(self.endpoint.clone()),
            credentials: Credentials::keys(&self.access_key, self.secret_key.clone(), None),
            ..Aws::default()
        }
    }

    /// Turns every call by function name to it, and lets each say which route calls.
    pub(crate) fn apply(&self, gateway: &mut Gateway) {
        for (matches, target) in targets_mut(gateway) {
            let caller = emulator::caller::path(&matches.map_or("every route".to_owned(), route));
            let aws = self.aws(target.aws.region.take());
            target.aws = Aws { endpoint: Some(format!("{}{caller}", self.endpoint)), ..aws };
        }
    }
}

/// A route as people know it.
fn route(matches: &[Match]) -> String {
    let paths: Vec<String> = matches.iter().map(|matching| path(&matching.predicate)).collect();
    paths.join(", ")
}

/// Half a pair is no pair.
fn keys(variable: impl Fn(&str) -> Option<String>) -> (String, Secret) {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    match (set("AWS_ACCESS_KEY_ID"), set("AWS_SECRET_ACCESS_KEY")) {
        (Some(access_key), Some(secret_key)) => (access_key, Secret::new(secret_key)),
        _ => ("local".to_owned(), Secret::new("local")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_those_of_the_environment_if_both_are_there() {
        type Case = (&'static [(&'static str, &'static str)], (&'static str, &'static str));
        let cases: [Case; 4] = [
            (&[], ("local", "local")),
            (&[("AWS_ACCESS_KEY_ID", "a")], ("local", "local")),
            (&[("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "")], ("local", "local")),
            (&[("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "b")], ("a", "b")),
        ];
        for (environment, (access_key, secret_key)) in cases {
            let value = |name: &str| environment.iter().find(|(key, _)| *key == name).map(|(_, v)| (*v).to_owned());
            assert_eq!(keys(value), (access_key.to_owned(), Secret::new(secret_key)), "{environment:?}");
        }
    }
}
