//! What a policy says when it refuses: the originals differ in status, words and form, not in the judgement.

use serde::Serialize;
use std::collections::BTreeMap;

/// What is said in each case; a case without entry has the policy's own words and status, in the table's form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Refusals(pub BTreeMap<Case, Refusal>);

/// What is said in one case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// The words. `{}` stands for what the case is about: an address, a claim, what is wrong with a token.
    pub message: String,
    /// How they are written.
    pub form: RefusalForm,
}

/// How a refusal is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum RefusalForm {
    /// As the table writes what it has to say: by what the client accepts.
    Table,
    /// A JSON object with the words as its one member, without blanks.
    Member {
        /// The member's name.
        name: String,
        /// The `content-type`.
        content_type: String,
        /// Whether a line end follows.
        line: bool,
    },
    /// The words alone.
    Text {
        /// The `content-type`.
        content_type: String,
    },
}

impl RefusalForm {
    /// `{"message":"…"}`.
    pub fn json() -> Self {
        Self::Member {
            name: "message".to_owned(),
            content_type: "application/json; charset=utf-8".to_owned(),
            line: false,
        }
    }
}

/// Cases in which policies refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Case {
    /// There is no credential in the request.
    Absent,
    /// There are several where one may be.
    Several,
    /// The credential is nobody's, or the password is wrong.
    Unknown,
    /// The token cannot be read; `{}`: why.
    Unreadable,
    /// The token lacks the claim that names its key; `{}`: the claim.
    NoKeyClaim,
    /// The claim that names the key is not a name; `{}`: the claim.
    BadKeyClaim,
    /// Nobody has this key; `{}`: the claim.
    UnknownKey,
    /// The token's algorithm is not its key's.
    Algorithm,
    /// The key cannot be used.
    BadKey,
    /// The signature is wrong.
    Signature,
    /// A claim about time does not hold; `{}`: a JSON object of what is wrong with each claim.
    Claims,
    /// The request does not say when it was made, or that is too far from now.
    Clock,
    /// What must be asked about the credential does not answer.
    Away,
    /// The client is not known, and only known ones may pass.
    Anonymous,
    /// The client may not; `{}`: its address, where that is why.
    Forbidden,
    /// The body is too large.
    TooLarge,
    /// The body would be too large, and the client asked beforehand.
    TooLargeAsked,
    /// Nothing says how large the body is.
    NoLength,
    /// Too many requests.
    TooMany,
    /// The request does not look as it must; `{}`: what is wrong.
    Invalid,
}

impl Case {
    /// All cases, in order of declaration.
    pub const ALL: [Self; 20] = [
        Self::Absent,
        Self::Several,
        Self::Unknown,
        Self::Unreadable,
        Self::NoKeyClaim,
        Self::BadKeyClaim,
        Self::UnknownKey,
        Self::Algorithm,
        Self::BadKey,
        Self::Signature,
        Self::Claims,
        Self::Clock,
        Self::Away,
        Self::Anonymous,
        Self::Forbidden,
        Self::TooLarge,
        Self::TooLargeAsked,
        Self::NoLength,
        Self::TooMany,
        Self::Invalid,
    ];
}

impl Case {
    /// The status that a refusal has unless the configuration says otherwise.
    pub fn status(self) -> u16 {
        match self {
            Self::Absent
            | Self::Several
            | Self::Unknown
            | Self::Unreadable
            | Self::NoKeyClaim
            | Self::BadKeyClaim
            | Self::UnknownKey
            | Self::Algorithm
            | Self::BadKey
            | Self::Signature
            | Self::Claims
            | Self::Clock
            | Self::Anonymous => 401,
            Self::Away => 503,
            Self::Forbidden => 403,
            Self::TooLarge => 413,
            Self::TooLargeAsked => 417,
            Self::NoLength => 411,
            Self::TooMany => 429,
            Self::Invalid => 400,
        }
    }
}

impl Refusals {
    /// From cases with what is said in them.
    pub fn of(cases: impl IntoIterator<Item = (Case, Refusal)>) -> Self {
        Self(cases.into_iter().collect())
    }
}
