//! What tells whether a token is good: a key, the keys of a server, or a server's word.

use crate::consumer::{Algorithm, Verifier};
use crate::secret::Secret;
use crate::server::Server;
use serde::Serialize;
use std::time::Duration;

/// What tells whether a token is good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum TokenProof {
    /// Its signature, made with this key.
    Key {
        /// How tokens are signed.
        algorithm: Algorithm,
        /// What signatures are checked with.
        verifier: Verifier,
    },
    /// Its signature, made with a key of the one that its `iss` names.
    Issuers {
        /// How tokens are signed.
        algorithm: Algorithm,
        /// Issuers with a key each; one that has several stands several times.
        keys: Vec<(String, Verifier)>,
    },
    /// Its signature, made with a key of a set that a server has.
    KeySet(Box<KeySet>),
    /// What a server says of it.
    Introspection(Box<Introspection>),
}

/// Keys that a server has (RFC 7517). They are asked for when first needed, again in the background once they are no
/// longer fresh, and when a token names one that is not among them. While the server is away the last ones count.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct KeySet {
    /// Who has them.
    pub server: Server,
    /// The server tells in its discovery document (`jwks_uri`) where the keys are.
    pub discovery: bool,
    /// Tokens may be of another `issuer` than the document's.
    pub any_issuer: bool,
    /// How tokens may be signed; empty: as the keys say.
    pub algorithms: Vec<Algorithm>,
    /// How long keys are fresh.
    pub fresh: Duration,
}

/// A server that knows what a token is worth (RFC 7662).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Introspection {
    /// Who knows.
    pub server: Server,
    /// The server tells in its discovery document (`introspection_endpoint`) where it is asked.
    pub discovery: bool,
    /// Asks by POST with a form, else by GET.
    pub post: bool,
    /// Where the token stands in the question.
    pub token: Vec<TokenSpot>,
    /// How the gateway shows who it is.
    pub login: Option<ClientLogin>,
    /// Header fields of the client that go along, lower case.
    pub along: Vec<String>,
    /// An answer that does not say whether the token is active means that it is.
    pub silent_is_active: bool,
    /// How long an answer is believed, and never beyond its `exp`.
    pub believed: Believed,
}

/// Where a token stands in a question.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum TokenSpot {
    /// A member of the form.
    Form(String),
    /// A query parameter.
    Query(String),
    /// A header field, lower case.
    Header(String),
}

/// How the gateway shows who it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum ClientLogin {
    /// Id and secret in a header field.
    Header {
        /// The field, lower case.
        field: String,
        /// What stands before them; empty: nothing.
        scheme: String,
        /// The id.
        id: String,
        /// The secret.
        secret: Secret,
    },
    /// Id and secret in the form: `client_id`, `client_secret`.
    Form {
        /// The id.
        id: String,
        /// The secret.
        secret: Secret,
    },
}

/// How long an answer is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum Believed {
    /// For the one request.
    Once,
    /// Until its `exp`; for the one request where it has none.
    UntilItsEnd,
    /// So long.
    AtMost(Duration),
}
