//! A request that its client has signed with a shared secret.

use super::{Challenge, IdentityHeaders, Refusals};
use crate::id::ConsumerId;
use serde::Serialize;
use std::time::Duration;

/// Where the signature stands, what must be signed, and what follows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HmacAuth {
    /// How signatures are written, and what is signed.
    pub form: SignatureForm,
    /// Header fields, lower case; the first with a signature counts.
    pub headers: Vec<String>,
    /// Header fields, lower case, that say when the request was made.
    pub dates: Vec<String>,
    /// One of those fields that is near enough is enough; else the first that is there counts.
    pub any_date: bool,
    /// How far that may be from now.
    pub skew: Duration,
    /// How may be signed.
    pub algorithms: Vec<HmacAlgorithm>,
    /// Header fields, as clients write them, that must be signed.
    pub signed: Vec<String>,
    /// Whether the body must be that of the field `Digest`.
    pub body: BodyDigest,
    /// Whether the signature is taken off before anyone behind sees it.
    pub hide: bool,
    /// Who a client without a valid signature is; `None` refuses it. With it, a client that an earlier step knows
    /// passes.
    pub anonymous: Option<ConsumerId>,
    /// How those behind learn who it is.
    pub identity: IdentityHeaders,
    /// What a refusal asks for.
    pub challenge: Challenge,
    /// What a refusal says.
    pub refusals: Refusals,
}

/// How signatures are written, and what is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum SignatureForm {
    /// `hmac username="…", algorithm="…", headers="…", signature="…"`. Each field is a line `name: value`; `request-line`
    /// is the first line of the request, `@request-target` method and target.
    Username,
    /// `Signature keyId="…",algorithm="…",headers="…",signature="…"`. The key's name is the first line; fields that are
    /// not there are left out; `@request-target` is method and target.
    KeyId,
}

/// How a request is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[allow(missing_docs, reason = "the names are those of the hashes")]
pub enum HmacAlgorithm {
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

/// Whether the body must be that of the field `Digest`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum BodyDigest {
    /// It need not.
    Ignored,
    /// It must; a request without a body has no `Digest`.
    OfBodies,
    /// It must, and the field must be there.
    Always,
}

impl HmacAlgorithm {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Sha1, Self::Sha256, Self::Sha384, Self::Sha512];

    /// As signatures name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "hmac-sha1",
            Self::Sha256 => "hmac-sha256",
            Self::Sha384 => "hmac-sha384",
            Self::Sha512 => "hmac-sha512",
        }
    }

    /// Reads [`HmacAlgorithm::name`] back.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }
}

impl Default for HmacAuth {
    fn default() -> Self {
        Self {
            form: SignatureForm::KeyId,
            headers: vec!["authorization".to_owned()],
            dates: vec!["date".to_owned(), "x-date".to_owned()],
            any_date: false,
            skew: Duration::from_secs(300),
            algorithms: vec![HmacAlgorithm::Sha256, HmacAlgorithm::Sha384, HmacAlgorithm::Sha512],
            signed: Vec::new(),
            body: BodyDigest::Ignored,
            hide: false,
            anonymous: None,
            identity: IdentityHeaders::default(),
            challenge: Challenge::of("Signature"),
            refusals: Refusals::default(),
        }
    }
}
