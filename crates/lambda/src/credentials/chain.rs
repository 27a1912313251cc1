//! The chain of sources that AWS's SDKs go through: environment, profile, web identity, container, instance metadata.

use super::{CredentialSource, Fetching, Keys, NoKeys};
use aws_config::Region;
use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use model::Secret;
use std::error::Error;
use std::time::Duration;
use tokio::sync::OnceCell;

/// Keys without an end are looked up again after this time: a profile's file may have changed.
const LIFETIME: Duration = Duration::from_secs(15 * 60);
/// All sources together may take so long.
const PATIENCE: Duration = Duration::from_secs(30);

/// The chain, built when it is first asked. Building costs more than all the rest of a start.
#[derive(Default)]
pub struct Chain {
    built: OnceCell<DefaultCredentialsChain>,
}

impl CredentialSource for Chain {
    fn credentials(&self) -> Fetching<'_> {
        Box::pin(async {
            match tokio::time::timeout(PATIENCE, self.fetch()).await {
                Ok(fetched) => fetched,
                Err(_) => Err(NoKeys(format!("the sources did not answer within {PATIENCE:?}").into())),
            }
        })
    }

    fn lifetime(&self) -> Option<Duration> {
        Some(LIFETIME)
    }
}

impl Chain {
    async fn fetch(&self) -> Result<Keys, NoKeys> {
        // keys in the environment need no region; the chain would look for one first, even in instance metadata
        if let Ok(found) = EnvironmentVariableCredentialsProvider::new().provide_credentials().await {
            return Ok(keys(&found));
        }
        let chain = self.built.get_or_init(build).await;
        match chain.provide_credentials().await {
            Ok(found) => Ok(keys(&found)),
            Err(cause) => Err(NoKeys(causes(&cause).into())),
        }
    }
}

async fn build() -> DefaultCredentialsChain {
    let client = aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc)).build_https();
    let builder = DefaultCredentialsChain::builder().configure(ProviderConfig::default().with_http_client(client));
    let region = ["AWS_REGION", "AWS_DEFAULT_REGION"].into_iter().find_map(|name| std::env::var(name).ok());
    match region {
        Some(region) => builder.region(Region::new(region)).build().await,
        None => builder.build().await,
    }
}

fn keys(found: &Credentials) -> Keys {
    Keys {
        access_key: found.access_key_id().to_owned(),
        secret_key: Secret::new(found.secret_access_key()),
        session_token: found.session_token().map(Secret::new),
        expires: found.expiry(),
    }
}

fn causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

#[cfg(test)]
mod tests;
