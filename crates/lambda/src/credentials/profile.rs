//! The shared files `~/.aws/config` and `~/.aws/credentials`: keys, `source_profile`, `credential_source`, roles, IAM
//! Identity Center, processes. What stands in them is followed by AWS's own `aws-config`.

use super::Keys;
use super::container::Container;
use super::environment::OfEnvironment;
use super::metadata::InstanceMetadata;
use super::smithy::{Client, Provider};
use super::source::{Again, CredentialSource, Fetching, Found, NoKeys};
use super::surroundings::Surroundings;
use super::web::{Way, Web};
use aws_config::Region;
use aws_config::meta::region::ProvideRegion;
use aws_config::profile::{ProfileFileCredentialsProvider, ProfileFileRegionProvider};
use aws_config::provider_config::ProviderConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use model::Secret;
use model::aws::{Metadata, Variables};
use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

const NAME: &str = "profile";
/// Keys without an end are looked up again after this time, and when a file changes.
const AGAIN: Duration = Duration::from_secs(15 * 60);
/// Everything that a profile leads to may take so long: several roles, or a process.
const PATIENCE: Duration = Duration::from_secs(60);
/// Whose STS gives roles where no region is known; an identity is good everywhere.
const USUAL: &str = "us-east-1";
const CONNECT: Duration = Duration::from_secs(5);
const TOTAL: Duration = Duration::from_secs(10);

/// A profile of the shared files.
pub(crate) struct OfProfile {
    name: Option<String>,
    region: Option<String>,
    around: Arc<Surroundings>,
    web: Arc<Web>,
}

impl OfProfile {
    pub(crate) fn new(name: Option<String>, region: Option<String>, way: Way, around: Arc<Surroundings>) -> Self {
        let web = Arc::new(Web::new(way, &around, CONNECT, TOTAL));
        Self { name, region, around, web }
    }

    /// The region that the profile names.
    pub(crate) async fn region(&self) -> Option<String> {
        let config = ProviderConfig::without_region();
        let builder = ProfileFileRegionProvider::builder().configure(&config).profile_files(self.files()?);
        let region = builder.profile_name(self.profile().0).build().region().await;
        region.map(|region| region.as_ref().to_owned())
    }

    async fn find(&self) -> Result<Found, NoKeys> {
        let paths = self.around.shared_files();
        let (name, named) = self.profile();
        let shown = format!("{} and {}", paths[0].display(), paths[1].display());
        let Some(files) = self.files() else {
            let what = format!("neither of {shown} exists");
            return Err(if named { lacking(&name, &what) } else { NoKeys::absent(NAME, what) });
        };
        readable(&paths).await?;
        let fetched = tokio::time::timeout(PATIENCE, self.provider(&name, files).await.provide_credentials()).await;
        let fetched = fetched.map_err(|_| broken(&name, &format!("took longer than {PATIENCE:?}"), &shown))?;
        match fetched {
            Ok(found) => {
                let again = Again::After(AGAIN, paths.to_vec());
                Ok(Found { again, ..Found::new(keys(&found), NAME, format!("profile {name} of {shown}")) })
            }
            Err(CredentialsError::CredentialsNotLoaded(_)) if !named => {
                Err(NoKeys::absent(NAME, format!("the profile {name} of {shown} has no keys")))
            }
            Err(cause) => Err(broken(&name, &causes(&cause), &shown)),
        }
    }

    /// Made anew each time, so that the files are read anew.
    async fn provider(&self, name: &str, files: EnvConfigFiles) -> ProfileFileCredentialsProvider {
        let region = match &self.region {
            Some(region) => region.clone(),
            None => self.region().await.unwrap_or_else(|| USUAL.to_owned()),
        };
        let config = ProviderConfig::without_region()
            .with_region(Some(Region::new(region)))
            .with_http_client(Client(self.web.clone()));
        let around = || self.around.clone();
        ProfileFileCredentialsProvider::builder()
            .configure(&config)
            .profile_files(files)
            .profile_name(name)
            .with_custom_provider("Environment", Provider(OfEnvironment { names: Variables::Aws, around: around() }))
            .with_custom_provider("EcsContainer", Provider(Container::new(around())))
            .with_custom_provider(
                "Ec2InstanceMetadata",
                Provider(InstanceMetadata::new(Metadata::V1WithV2First, around())),
            )
            .build()
    }

    /// The profile, and whether somebody asked for it.
    fn profile(&self) -> (String, bool) {
        let said = self.name.clone().or_else(|| self.around.first(&["AWS_PROFILE", "AWS_DEFAULT_PROFILE"]));
        let named = said.is_some();
        (said.unwrap_or_else(|| "default".to_owned()), named)
    }

    /// The files that are there; one of them may well be missing.
    fn files(&self) -> Option<EnvConfigFiles> {
        let kinds = [EnvConfigFileKind::Config, EnvConfigFileKind::Credentials];
        let there: Vec<_> =
            kinds.into_iter().zip(self.around.shared_files()).filter(|(_, path)| path.exists()).collect();
        let builder = there.iter().fold(EnvConfigFiles::builder(), |all, (kind, path)| all.with_file(*kind, path));
        (!there.is_empty()).then(|| builder.build())
    }
}

/// A file that is there and cannot be read is not passed over in silence.
async fn readable(paths: &[PathBuf]) -> Result<(), NoKeys> {
    for path in paths.iter().filter(|path| path.exists()) {
        if let Err(cause) = tokio::fs::read_to_string(path).await {
            let what = format!("{} cannot be read: {cause}", path.display());
            return Err(NoKeys::broken(NAME, what, "let the gateway's user read the file"));
        }
    }
    Ok(())
}

fn lacking(name: &str, what: &str) -> NoKeys {
    let remedy = "name an existing profile in AWS_PROFILE or the configuration, and the files' place in \
                  AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE";
    NoKeys::broken(NAME, format!("the profile {name} is asked for, but {what}"), remedy)
}

fn broken(name: &str, cause: &str, files: &str) -> NoKeys {
    let signed_out = ["token is expired", "token has expired", "sso", "SSO"].iter().any(|word| cause.contains(word));
    let remedy = match signed_out {
        true => format!("sign in: aws sso login --profile {name}"),
        false => "correct the profile, or choose another with AWS_PROFILE".to_owned(),
    };
    NoKeys::broken(NAME, format!("the profile {name} of {files}: {cause}"), remedy)
}

fn keys(found: &Credentials) -> Keys {
    Keys {
        access_key: found.access_key_id().to_owned(),
        secret_key: Secret::new(found.secret_access_key()),
        session_token: found.session_token().map(Secret::new),
        expires: found.expiry(),
    }
}

/// An error with all its causes, each told once.
fn causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    for cause in std::iter::successors(error.source(), |&cause| cause.source()) {
        let cause = cause.to_string();
        if !text.ends_with(&cause) {
            text.push_str(": ");
            text.push_str(&cause);
        }
    }
    text.replace(char::is_control, " ")
}

impl CredentialSource for OfProfile {
    fn name(&self) -> &'static str {
        NAME
    }

    fn fetch(&self) -> Fetching<'_> {
        Box::pin(self.find())
    }
}
