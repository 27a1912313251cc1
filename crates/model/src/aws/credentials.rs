//! Whose keys sign: sources in the order in which they are asked, and roles taken on top of what they give.

use crate::secret::Secret;
use serde::Serialize;
use std::time::Duration;

/// Where the keys come from. The order of the sources is data: dialects differ in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Credentials {
    /// Asked in this order; the first that has keys wins.
    pub sources: Vec<Source>,
    /// Roles that are assumed with those keys, one with the keys of the one before it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<AssumeRole>,
    /// Base URL of STS instead of the region's own, for roles and web identity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sts_endpoint: Option<String>,
}

/// One place that may have keys.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum Source {
    /// Written in the configuration.
    Static {
        /// Access key id.
        access_key: String,
        /// Secret access key.
        secret_key: Secret,
        /// Session token of temporary keys.
        session_token: Option<Secret>,
    },
    /// Variables of the environment.
    Environment(Variables),
    /// The shared files `~/.aws/config` and `~/.aws/credentials`: keys, roles, IAM Identity Center, a process.
    Profile {
        /// Name of the profile. `None`: `AWS_PROFILE`, then `default`.
        name: Option<String>,
    },
    /// The address that `AWS_CONTAINER_CREDENTIALS_*` names: an ECS task's role, EKS Pod Identity.
    Container,
    /// A role for a token in a file (EKS: IAM roles for service accounts). What is not said here,
    /// `AWS_ROLE_ARN`, `AWS_WEB_IDENTITY_TOKEN_FILE` and `AWS_ROLE_SESSION_NAME` say.
    WebIdentity {
        /// ARN of the role.
        role: Option<String>,
        /// File that has the token; it is read anew each time.
        token_file: Option<String>,
        /// Name of the session.
        session_name: Option<String>,
    },
    /// EC2's instance metadata.
    Metadata(Metadata),
}

/// How variables with keys are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum Variables {
    /// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`.
    Aws,
    /// `AMAZON_ACCESS_KEY_ID`, `AMAZON_SECRET_ACCESS_KEY`, `AMAZON_SESSION_TOKEN`.
    Amazon,
}

/// Which protocol the metadata service is spoken to with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum Metadata {
    /// Version 2, and version 1 where no token can be had.
    V1WithV2First,
    /// Version 2 only: a token is needed for everything.
    V2,
    /// Version 1 only.
    V1,
}

/// A role that is assumed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct AssumeRole {
    /// Its ARN.
    pub arn: String,
    /// Name of the session, as it stands in AWS's records.
    pub session_name: String,
    /// What the role's owner asks to be told.
    pub external_id: Option<String>,
    /// How long the keys live; `None`: as long as STS gives, one hour. AWS: 15 minutes to 12 hours.
    pub duration: Option<Duration>,
    /// Policy in JSON that narrows what the session may do.
    pub policy: Option<String>,
    /// ARNs of managed policies that narrow what the session may do.
    pub policy_arns: Vec<String>,
    /// Tags of the session.
    pub tags: Vec<(String, String)>,
    /// Keys of the tags that the next role of a chain has too.
    pub transitive_tags: Vec<String>,
}

impl Default for Credentials {
    fn default() -> Self {
        Self::surroundings()
    }
}

impl Credentials {
    /// What the surroundings give: environment, profile, container, web identity, instance metadata.
    pub fn surroundings() -> Self {
        Self::of(vec![
            Source::Environment(Variables::Aws),
            Source::Environment(Variables::Amazon),
            Source::Profile { name: None },
            Source::Container,
            Source::web_identity(),
            Source::Metadata(Metadata::V1WithV2First),
        ])
    }

    /// What the surroundings give, in the other usual order: environment, web identity, profile, container, instance
    /// metadata of version 2.
    pub fn web_identity_first() -> Self {
        Self::of(vec![
            Source::Environment(Variables::Aws),
            Source::web_identity(),
            Source::Profile { name: None },
            Source::Container,
            Source::Metadata(Metadata::V2),
        ])
    }

    /// Keys written in the configuration.
    pub fn keys(access_key: impl Into<String>, secret_key: Secret, session_token: Option<Secret>) -> Self {
        Self::of(vec![Source::Static { access_key: access_key.into(), secret_key, session_token }])
    }

    /// Those sources, and no role.
    pub fn of(sources: Vec<Source>) -> Self {
        Self { sources, roles: Vec::new(), sts_endpoint: None }
    }
}

impl Source {
    /// Web identity as the environment says it.
    pub fn web_identity() -> Self {
        Self::WebIdentity { role: None, token_file: None, session_name: None }
    }
}

impl AssumeRole {
    /// What a session is called when nobody says.
    pub const SESSION_NAME: &str = "lambdagate";

    /// That role with nothing else asked for.
    pub fn new(arn: impl Into<String>) -> Self {
        Self {
            arn: arn.into(),
            session_name: Self::SESSION_NAME.to_owned(),
            external_id: None,
            duration: None,
            policy: None,
            policy_arns: Vec::new(),
            tags: Vec::new(),
            transitive_tags: Vec::new(),
        }
    }
}
