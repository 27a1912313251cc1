//! A client the gateway knows.

use crate::id::{ConsumerId, GroupId};
use crate::secret::Secret;
use serde::Serialize;
use std::time::Duration;

/// A known client with its credentials.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Consumer {
    /// Its id, with the source's origin.
    pub id: ConsumerId,
    /// The id shown to functions and upstreams; `None`: [`Consumer::id`].
    pub shown_id: Option<String>,
    /// The name shown to functions and upstreams.
    pub name: String,
    /// The id that it has elsewhere.
    pub custom_id: Option<String>,
    /// The groups it belongs to, in order: overlays may be for them.
    pub groups: Vec<GroupId>,
    /// Names of groups that may have access ([`crate::policy::Acl`]).
    pub access: Vec<String>,
    /// What else is known of it: names and texts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<(String, String)>,
    /// What proves that it is who it says.
    pub credentials: Vec<Credential>,
}

/// One proof of identity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Credential {
    /// What names it to those behind; `None`: a user's name, a token's key, nothing for a key.
    pub id: Option<String>,
    /// What must be shown.
    pub proof: Proof,
}

/// What a client must show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Proof {
    /// A key in a header, query parameter or body.
    Key(Secret),
    /// Name and password.
    Basic {
        /// The name.
        name: String,
        /// The password.
        password: Password,
    },
    /// A signature over the request, made with a shared secret.
    Signer {
        /// What signatures call the secret.
        name: String,
        /// The secret.
        secret: Secret,
    },
    /// A token signed with a key.
    Token {
        /// The value of the claim that names the key.
        key: String,
        /// How tokens are signed.
        algorithm: Algorithm,
        /// What their signatures are checked with.
        verifier: Verifier,
        /// So long after its end a token still counts: clocks differ.
        #[serde(skip_serializing_if = "Duration::is_zero")]
        grace: Duration,
    },
}

/// A password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Password {
    /// As it is.
    Plain(Secret),
    /// The SHA-1 of password and salt, in hex: what one of the originals stores. Not for new passwords.
    Sha1 {
        /// What stands behind the password.
        salt: String,
        /// The hash.
        digest: Secret,
    },
}

/// What a token's signature is checked with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Verifier {
    /// A shared secret (HS…).
    Shared(Secret),
    /// A shared secret, written in base64.
    Encoded(Secret),
    /// A public key, as PEM.
    Public(String),
}

/// How tokens are signed (RFC 7518).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[allow(missing_docs, reason = "the names are those of the standard")]
pub enum Algorithm {
    HS256,
    HS384,
    HS512,
    RS256,
    RS384,
    RS512,
    ES256,
    ES384,
    ES512,
    PS256,
    PS384,
    PS512,
    EdDSA,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::HS256,
        Self::HS384,
        Self::HS512,
        Self::RS256,
        Self::RS384,
        Self::RS512,
        Self::ES256,
        Self::ES384,
        Self::ES512,
        Self::PS256,
        Self::PS384,
        Self::PS512,
        Self::EdDSA,
    ];

    /// As tokens name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::HS256 => "HS256",
            Self::HS384 => "HS384",
            Self::HS512 => "HS512",
            Self::RS256 => "RS256",
            Self::RS384 => "RS384",
            Self::RS512 => "RS512",
            Self::ES256 => "ES256",
            Self::ES384 => "ES384",
            Self::ES512 => "ES512",
            Self::PS256 => "PS256",
            Self::PS384 => "PS384",
            Self::PS512 => "PS512",
            Self::EdDSA => "EdDSA",
        }
    }

    /// Reads [`Algorithm::name`] back.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    /// Whether both sides have the same secret.
    pub fn is_shared(self) -> bool {
        matches!(self, Self::HS256 | Self::HS384 | Self::HS512)
    }
}

impl Credential {
    /// A key without a name.
    pub fn key(key: Secret) -> Self {
        Self { id: None, proof: Proof::Key(key) }
    }
}

impl Consumer {
    /// A client without groups and credentials.
    pub fn new(id: ConsumerId, name: impl Into<String>) -> Self {
        Self {
            id,
            shown_id: None,
            name: name.into(),
            custom_id: None,
            groups: Vec::new(),
            access: Vec::new(),
            labels: Vec::new(),
            credentials: Vec::new(),
        }
    }
}
