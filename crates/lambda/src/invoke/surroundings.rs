//! What is done once for all targets, and what is told of them: region, identities, places.

use super::endpoint::resolve;
use super::{Lambda, Registry};
use crate::credentials::explain::explain;
use crate::credentials::identity::IdentityKey;
use crate::credentials::{Cached, Explained, IdentityStatus};
use crate::error::CallError;
use model::aws::Aws;
use model::call::FunctionTarget;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

/// Where a function is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The region that is signed for.
    pub region: String,
    /// Where the region is said.
    pub region_from: &'static str,
    /// Base URL of the API.
    pub url: String,
    /// Host to connect to.
    pub host: String,
    /// Port.
    pub port: u16,
}

impl Lambda {
    /// Looks for the region if a target has none, and fetches the keys of every identity, so that no request waits.
    pub async fn prepare(&self) {
        let registry = &self.registry;
        self.find_region().await;
        if registry.wants_region.load(Ordering::Relaxed) && registry.region.known().is_none() {
            tracing::error!("{}", super::endpoint::no_region());
        }
        for identity in registry.identities() {
            identity.warm();
        }
    }

    /// Looks for the region in profile and metadata if a target has none, once.
    pub async fn find_region(&self) {
        if self.registry.wants_region.load(Ordering::Relaxed) {
            self.registry.region.look(&self.registry.around).await;
        }
    }

    /// What is known of each identity in use.
    pub fn identities(&self) -> Vec<IdentityStatus> {
        let mut all: Vec<_> = self.registry.identities().iter().map(|identity| identity.status()).collect();
        all.sort_by(|a, b| a.identity.cmp(&b.identity));
        number(&mut all);
        all
    }

    /// Where the function is called.
    pub fn place(&self, target: &FunctionTarget) -> Result<Place, CallError> {
        let (region, base) = resolve(&self.registry, &target.aws, &target.function)?;
        let scheme = if base.https { "https" } else { "http" };
        let usual = base.port == if base.https { 443 } else { 80 };
        let port = if usual { String::new() } else { format!(":{}", base.port) };
        let bracketed = if base.host.contains(':') { format!("[{}]", base.host) } else { base.host.clone() };
        let region_from = self.registry.region_from(&target.aws, &region, &target.function);
        let url = format!("{scheme}://{bracketed}{port}{}", base.path);
        Ok(Place { region, region_from, url, host: base.host, port: base.port })
    }

    /// Who would sign calls with these settings, and why.
    /// `asks`: whether STS is asked whose keys they are.
    pub async fn explain(&self, aws: &Aws, region: Option<&str>, asks: bool) -> Explained {
        explain(&IdentityKey::new(aws, region.map(str::to_owned)), &self.registry.around, asks).await
    }
}

impl Registry {
    fn identities(&self) -> Vec<Arc<Cached>> {
        let known = self.credentials.lock().unwrap_or_else(PoisonError::into_inner);
        known.values().filter(|identity| Arc::strong_count(identity) > 1).cloned().collect()
    }

    fn region_from(&self, aws: &Aws, region: &str, function: &str) -> &'static str {
        let variable = |name: &str| self.variable(&[name]).is_some();
        match aws.region {
            Some(_) => "configuration",
            None if variable("AWS_REGION") => "AWS_REGION",
            None if variable("AWS_DEFAULT_REGION") => "AWS_DEFAULT_REGION",
            None if function.contains(region) => "the function's ARN",
            None => self.region.origin().unwrap_or("assumed, since the endpoint stands in none"),
        }
    }
}

/// Two identities of one name are told apart by a number.
fn number(all: &mut [IdentityStatus]) {
    let mut at = 0;
    while at < all.len() {
        let name = all[at].identity.clone();
        let same = all[at..].iter().take_while(|other| other.identity == name).count();
        for (count, status) in all[at..at + same].iter_mut().enumerate().skip(1) {
            status.identity = format!("{name} #{}", count + 1);
        }
        at += same;
    }
}
