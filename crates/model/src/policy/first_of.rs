//! Several ways in: the first that fits the request decides about it.

use super::TokenProof;
use crate::answer::Keyed;
use crate::secret::Secret;
use crate::text::Text;
use crate::world::Constant;
use serde::Serialize;
use std::time::SystemTime;

/// Ways in, asked in their order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FirstOf {
    /// The ways.
    pub ways: Vec<Way>,
    /// What a request is told that none of them fits.
    pub nobody: Keyed,
    /// What it is told where none fits, and the rule of one has no value.
    pub undecided: Keyed,
}

/// One way in. It fits where the request shows its kind of credential, a subscription of it is known, and its rule
/// holds; only then is a token judged. A key that nobody has is one that no way is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Way {
    /// Its name, for the log.
    pub id: String,
    /// What is asked for.
    pub entrance: Entrance,
    /// An expression that must be true of the request; one that fails is not.
    pub rule: Option<Text>,
    /// Attributes of the exchange once the way is taken.
    pub attributes: Vec<(String, Constant)>,
    /// Who may take it; an open way needs none.
    pub subscriptions: Vec<Subscription>,
}

/// What a way asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Entrance {
    /// Nothing.
    Open,
    /// A key.
    Key(KeyEntrance),
    /// A token.
    Token(Box<TokenEntrance>),
    /// A certificate, shown when the connection was made.
    Certificate,
}

/// Where a key stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeyEntrance {
    /// Header field.
    pub header: Option<String>,
    /// The key stands in `Authorization` behind `Bearer`.
    pub bearer: bool,
    /// Query parameter.
    pub query: Option<String>,
    /// The key is taken off before anyone behind sees it.
    pub hide: bool,
    /// The attribute that gets the key.
    pub attribute: Option<String>,
}

/// A token, and what must hold of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TokenEntrance {
    /// What tells whether a token is good.
    pub proof: TokenProof,
    /// The types of tokens that are taken (`typ` of the head); `None`: all.
    pub types: Option<TokenTypes>,
    /// What a token must be bound to.
    pub bound: Option<Bound>,
    /// The claim that names the client; the first of these that is there: `azp`, `aud`, `client_id` …
    pub client_claims: Vec<String>,
    /// The claim that names the user.
    pub user_claim: String,
    /// Scopes that the token must have.
    pub scopes: Vec<String>,
    /// All of the scopes, not one of them.
    pub all_scopes: bool,
    /// What stands between the scopes of a token, where they are a text.
    pub scope_separator: String,
    /// The token is taken off before anyone behind sees it.
    pub hide: bool,
    /// The attribute that gets the claims.
    pub claims_attribute: Option<String>,
    /// The attribute that gets what a server said of the token, as text.
    pub payload_attribute: Option<String>,
    /// The attribute that gets the token's scopes.
    pub scopes_attribute: Option<String>,
    /// The attribute that gets the token.
    pub token_attribute: Option<String>,
    /// The attribute that gets the client's id.
    pub client_attribute: Option<String>,
    /// The attribute that gets the user.
    pub user_attribute: Option<String>,
    /// A token that is wrong or over.
    pub wrong: Keyed,
    /// A token without the scopes.
    pub insufficient: Keyed,
    /// A token whose signature cannot be checked, since the keys cannot be had.
    pub away: Keyed,
    /// The `WWW-Authenticate` of each of these.
    pub challenge: Option<String>,
}

/// Types of tokens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TokenTypes {
    /// As tokens write them.
    pub names: Vec<String>,
    /// In any case.
    pub any_case: bool,
    /// A token without a type is taken too.
    pub missing: bool,
}

/// A token is bound to the certificate of the connection: `x5t#S256` of its `cnf` is the certificate's hash (RFC 8705).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Bound {
    /// A token that is bound to none is taken too.
    pub missing: bool,
    /// A token that is bound to another.
    pub wrong: Keyed,
}

impl TokenEntrance {
    /// Tokens that are proved so, of the client that their `client_id` names; nothing is told of them.
    pub fn by(proof: TokenProof) -> Self {
        Self {
            proof,
            types: None,
            bound: None,
            client_claims: vec!["client_id".to_owned()],
            user_claim: "sub".to_owned(),
            scopes: Vec::new(),
            all_scopes: false,
            scope_separator: " ".to_owned(),
            hide: false,
            claims_attribute: None,
            payload_attribute: None,
            scopes_attribute: None,
            token_attribute: None,
            client_attribute: None,
            user_attribute: None,
            wrong: Keyed { status: 401, key: None, message: None },
            insufficient: Keyed { status: 403, key: None, message: None },
            away: Keyed { status: 503, key: None, message: None },
            challenge: None,
        }
    }
}

/// Somebody who may take a way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Subscription {
    /// Its id.
    pub id: String,
    /// The id of the application it belongs to.
    pub application: String,
    /// The application's name, where it is known.
    pub name: Option<String>,
    /// What it shows.
    pub shows: Shows,
    /// It counts from then on.
    pub from: Option<SystemTime>,
    /// It counts until then.
    pub until: Option<SystemTime>,
    /// Attributes of its exchanges: application, subscription and the like.
    pub attributes: Vec<(String, Constant)>,
}

/// What a subscription shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Shows {
    /// This key.
    Key(Secret),
    /// Tokens of the client with this id.
    Client(String),
    /// This certificate, in PEM.
    Certificate(String),
}
