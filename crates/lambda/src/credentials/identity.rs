//! One identity: a chain of sources, and the roles taken on top of what it gives.

use super::Keys;
use super::chain::Chain;
use super::container::Container;
use super::environment::OfEnvironment;
use super::fixed::Fixed;
use super::metadata::InstanceMetadata;
use super::profile::OfProfile;
use super::source::{Again, CredentialSource, Found, NoKeys};
use super::sts::Sts;
use super::surroundings::Surroundings;
use super::web::Way;
use super::web_identity::WebIdentity;
use model::aws::{AssumeRole, Aws, Credentials, Source};
use std::sync::Arc;

const ROLE: &str = "role";

/// What makes an identity: calls with equal values share keys.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct IdentityKey {
    credentials: Credentials,
    /// Whose STS is asked; nothing where none is.
    region: Option<String>,
    /// How STS and others are reached; the usual way where nobody is.
    way: Way,
}

impl IdentityKey {
    /// The identity of calls with these settings. The region is the one that they sign for.
    pub(crate) fn new(aws: &Aws, region: Option<String>) -> Self {
        let credentials = aws.credentials.clone();
        let asks = !credentials.roles.is_empty() || credentials.sources.iter().any(asks_others);
        let (region, way) = if asks { (region, Way::of(aws)) } else { (None, Way::default()) };
        Self { credentials, region, way }
    }

    /// A word or two for people: which sources, which role. Never a key.
    pub(crate) fn label(&self) -> String {
        if let Some(role) = self.credentials.roles.last() {
            return role.arn.clone();
        }
        match self.credentials.sources.as_slice() {
            [] => "none".to_owned(),
            [one] => word(one),
            [Source::Static { .. }, ..] => "configuration".to_owned(),
            _ => "surroundings".to_owned(),
        }
    }
}

/// Whether a source may need STS or another service of AWS.
fn asks_others(source: &Source) -> bool {
    match source {
        Source::Profile { .. } | Source::WebIdentity { .. } => true,
        Source::Static { .. } | Source::Environment(_) | Source::Container | Source::Metadata(_) => false,
    }
}

fn word(source: &Source) -> String {
    match source {
        Source::Static { .. } => "configuration".to_owned(),
        Source::Environment(_) => "environment".to_owned(),
        Source::Profile { name: Some(name) } => format!("profile {name}"),
        Source::Profile { name: None } => "profile".to_owned(),
        Source::Container => "container".to_owned(),
        Source::WebIdentity { role: Some(role), .. } => role.clone(),
        Source::WebIdentity { role: None, .. } => "web identity".to_owned(),
        Source::Metadata(_) => "metadata".to_owned(),
    }
}

/// What fetches the keys of an identity.
pub(crate) struct IdentitySource {
    chain: Chain,
    roles: Vec<AssumeRole>,
    sts: Arc<Sts>,
}

impl IdentitySource {
    /// The sources and roles that make it.
    pub(crate) fn new(key: &IdentityKey, around: &Arc<Surroundings>) -> Self {
        let IdentityKey { credentials, region, way } = key;
        let endpoint = credentials.sts_endpoint.as_deref();
        let sts = Arc::new(Sts::new(way.clone(), region.as_deref(), endpoint, around));
        let made = |source: &Source| made(source, key, &sts, around);
        let chain = Chain(credentials.sources.iter().map(made).collect());
        Self { chain, roles: credentials.roles.clone(), sts }
    }

    /// Keys, or why each source has none.
    pub(crate) async fn fetch(&self, faithful: Option<&str>) -> Result<Found, Vec<NoKeys>> {
        let mut found = self.chain.fetch(faithful).await?;
        for role in &self.roles {
            let by = Arc::new(found.keys.clone());
            match self.sts.assume_role(role, &by).await {
                Ok((keys, clock)) => found = assumed(role, keys, clock, found),
                Err(cause) => {
                    let what = format!("{} with the keys of {}: {cause}", role.arn, found.origin);
                    return Err([found.passed, vec![NoKeys::broken(ROLE, what, cause.remedy())]].concat());
                }
            }
        }
        Ok(found)
    }

    /// STS as this identity reaches it.
    pub(super) fn sts(&self) -> &Sts {
        &self.sts
    }
}

fn assumed(role: &AssumeRole, keys: Keys, clock: Option<std::time::SystemTime>, by: Found) -> Found {
    let origin = format!("{} with the keys of {}", role.arn, by.origin);
    Found { keys, provider: by.provider, origin, clock, again: Again::Never, passed: by.passed }
}

fn made(source: &Source, key: &IdentityKey, sts: &Arc<Sts>, around: &Arc<Surroundings>) -> Box<dyn CredentialSource> {
    let around = around.clone();
    match source.clone() {
        Source::Static { access_key, secret_key, session_token } => {
            Box::new(Fixed(Keys { access_key, secret_key, session_token, expires: None }))
        }
        Source::Environment(names) => Box::new(OfEnvironment { names, around }),
        Source::Profile { name } => Box::new(OfProfile::new(name, key.region.clone(), key.way.clone(), around)),
        Source::Container => Box::new(Container::new(around)),
        Source::WebIdentity { role, token_file, session_name } => {
            Box::new(WebIdentity { role, token_file, session_name, around, sts: sts.clone() })
        }
        Source::Metadata(version) => Box::new(InstanceMetadata::new(version, around)),
    }
}
