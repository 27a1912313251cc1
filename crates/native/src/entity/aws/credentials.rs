//! As whom functions are called: where keys are looked for, and the roles taken with them.

use crate::decode::{At, Either, Hidden, Lasting, OneOrMany, Pairs, Text, entity, words};

words! {
    /// A source of keys.
    SourceWord {
        /// All below, from `environment` to `metadata`, in this order; the first that has keys wins.
        "chain" Chain,
        /// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`.
        "environment" Environment,
        /// `AMAZON_ACCESS_KEY_ID`, `AMAZON_SECRET_ACCESS_KEY`, `AMAZON_SESSION_TOKEN`.
        "amazon-environment" AmazonEnvironment,
        /// The shared files `~/.aws/config` and `~/.aws/credentials`, with the profile of `AWS_PROFILE`.
        "profile" Profile,
        /// An ECS task's role, or EKS Pod Identity.
        "container" Container,
        /// A role for a token in a file, as the environment says it (EKS: IAM roles for service accounts).
        "web-identity" WebIdentity,
        /// EC2's instance metadata, version 2, and version 1 where that is not spoken.
        "metadata" Metadata,
        /// EC2's instance metadata, version 2 only.
        "metadata-v2" MetadataV2,
        /// EC2's instance metadata, version 1 only.
        "metadata-v1" MetadataV1,
    }
}

entity! {
    /// Keys written here, other sources, and roles taken with what they give.
    Credentials {
        /// Access key id.
        access_key: Option<Text>,
        /// Secret access key, best as `${NAME}`.
        secret_key: Option<Hidden>,
        /// Session token of temporary keys.
        session_token: Option<Hidden>,
        /// Where keys are looked for, in this order, after those written here; `chain` without either.
        sources: Option<Vec<Either<At<SourceWord>, At<Source>>>>,
        /// Roles to assume: one with the keys of the one before it. ARNs, or more in detail.
        roles: Option<OneOrMany<Either<Text, At<Role>>>>,
        /// Base URL of STS instead of the region's own.
        sts_endpoint: Option<Text>,
    }
}

entity! {
    /// A source of keys, in detail; one of these.
    Source {
        /// A profile of the shared files, by name.
        profile: Option<Text>,
        /// A role for a token in a file.
        web_identity: Option<At<WebIdentity>>,
        /// Access key id, with `secret_key`.
        access_key: Option<Text>,
        /// Secret access key, best as `${NAME}`.
        secret_key: Option<Hidden>,
        /// Session token of temporary keys.
        session_token: Option<Hidden>,
    }
}

entity! {
    /// A role for a token in a file. What is not written the environment says.
    WebIdentity {
        /// ARN of the role; without it `AWS_ROLE_ARN`.
        role: Option<Text>,
        /// The file, read anew each time; without it `AWS_WEB_IDENTITY_TOKEN_FILE`.
        token_file: Option<Text>,
        /// Name of the session; without it `AWS_ROLE_SESSION_NAME`, then `lambdagate`.
        session_name: Option<Text>,
    }
}

entity! {
    /// A role to assume.
    Role {
        /// Its ARN.
        arn: Text,
        /// Name of the session; `lambdagate` without it.
        session_name: Option<Text>,
        /// What the role's owner asks to be told.
        external_id: Option<Text>,
        /// How long the keys live, 15m to 12h; one hour without it.
        duration: Option<At<Lasting>>,
        /// A policy in JSON that narrows what the session may do.
        policy: Option<Text>,
        /// Managed policies, by ARN, that narrow what the session may do.
        policy_arns: Option<OneOrMany<Text>>,
        /// Tags of the session.
        tags: Option<Pairs<Text>>,
        /// Keys of the tags that the next role has too.
        transitive_tags: Option<OneOrMany<Text>>,
    }
}
