//! How those behind the gateway learn who the client is, and how a client learns what it must show.

use serde::Serialize;

/// Request headers that only the gateway writes: what a client sends under these names is taken off. Lower case;
/// `None`: not told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IdentityHeaders {
    /// The consumer's id.
    pub id: Option<String>,
    /// The id that the consumer has elsewhere.
    pub custom_id: Option<String>,
    /// The consumer's name.
    pub name: Option<String>,
    /// What names the credential: its id, a user name, a token's key.
    pub credential: Option<String>,
    /// The consumer's groups, with commas.
    pub groups: Option<String>,
    /// `true` for a stand-in of unknown clients.
    pub anonymous: Option<String>,
}

impl Default for IdentityHeaders {
    fn default() -> Self {
        let name = |text: &str| Some(text.to_owned());
        Self {
            id: name("x-consumer-id"),
            custom_id: name("x-consumer-custom-id"),
            name: name("x-consumer-username"),
            credential: name("x-credential-identifier"),
            groups: name("x-consumer-groups"),
            anonymous: name("x-anonymous-consumer"),
        }
    }
}

/// The `WWW-Authenticate` of a refusal, as it is sent: `Bearer realm="users"`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Challenge {
    /// To who shows nothing.
    pub absent: String,
    /// To who shows something that is not good enough.
    pub wrong: String,
}

impl Challenge {
    /// The same to everybody.
    pub fn of(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { wrong: text.clone(), absent: text }
    }
}
