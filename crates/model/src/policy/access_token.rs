//! A token of an identity provider that lets in, whoever the client is.

use super::{Challenge, Refusals, TokenProof};
use serde::Serialize;

/// Where the token is looked for, what must hold of it, and what those behind are told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AccessToken {
    /// Header fields, lower case, in order; the token stands behind `Bearer`. The first one that is there counts.
    pub headers: Vec<String>,
    /// Header fields, lower case, that are tokens themselves, where none of the others is there.
    pub bare_headers: Vec<String>,
    /// What tells whether a token is good.
    pub proof: TokenProof,
    /// Who may have made it (`iss`); empty: whoever the proof is by.
    pub issuers: Vec<String>,
    /// Whom it must be for.
    pub audience: Option<Audience>,
    /// Scopes that it must have, all of them.
    pub scopes: Vec<String>,
    /// A schema, as JSON, for what it claims.
    pub schema: Option<String>,
    /// Whether a request without a token passes.
    pub optional: bool,
    /// Whether the token is taken off before anyone behind sees it.
    pub hide: bool,
    /// What those behind are told, by header field, lower case. What a client sends under these names is taken off.
    pub tell: Vec<(String, TokenFact)>,
    /// Further header fields, lower case, that are taken off.
    pub forget: Vec<String>,
    /// What a refusal asks for; `{}` stands for what is wrong with the token.
    pub challenge: Challenge,
    /// What a refusal says.
    pub refusals: Refusals,
}

/// Whom a token is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Audience {
    /// The claim that says it: a text, or a list of them.
    pub claim: String,
    /// Whether it must be there.
    pub required: bool,
    /// One of these, where it is there; empty: anybody.
    pub values: Vec<String>,
}

/// What those behind are told of a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum TokenFact {
    /// The token.
    Token,
    /// The token behind `Bearer`.
    Bearer,
    /// All that it claims: the base64 of a JSON object.
    Claims,
    /// A claim: a text, or JSON.
    Claim(String),
}

impl AccessToken {
    /// Tokens that are proved so, in `Authorization`.
    pub fn by(proof: TokenProof) -> Self {
        Self {
            headers: vec!["authorization".to_owned()],
            bare_headers: Vec::new(),
            proof,
            issuers: Vec::new(),
            audience: None,
            scopes: Vec::new(),
            schema: None,
            optional: false,
            hide: false,
            tell: Vec::new(),
            forget: Vec::new(),
            challenge: Challenge { absent: "Bearer".to_owned(), wrong: "Bearer error=\"invalid_token\"".to_owned() },
            refusals: Refusals::default(),
        }
    }
}
