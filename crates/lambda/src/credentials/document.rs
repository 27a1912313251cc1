//! Keys as metadata services and container agents write them.

use super::Keys;
use model::Secret;
use serde::Deserialize;
use std::fmt;
use std::time::SystemTime;

/// Keys as they are written in JSON.
#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Document {
    code: Option<String>,
    message: Option<String>,
    access_key_id: Option<String>,
    secret_access_key: Option<Hidden>,
    token: Option<Hidden>,
    expiration: Option<String>,
}

/// A secret on its way in.
#[derive(Deserialize)]
struct Hidden(String);

/// What is wrong with a document; completes `URL …`.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Problem {
    /// It says so itself.
    Said(String),
    NotJson,
    Incomplete,
    Expiration(String),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Said(text) => write!(f, "has no keys and says {text}"),
            Self::NotJson => f.write_str("answers something that is no JSON object with keys"),
            Self::Incomplete => f.write_str("answers without AccessKeyId or SecretAccessKey"),
            Self::Expiration(text) => write!(f, "gives keys with the Expiration {text:?}, which is no time"),
        }
    }
}

impl Document {
    /// The keys in such a document.
    pub(super) fn read(bytes: &[u8]) -> Result<Keys, Problem> {
        let document: Self = serde_json::from_slice(bytes).map_err(|_| Problem::NotJson)?;
        if let Some(code) = document.code.filter(|code| code != "Success") {
            let message = document.message.unwrap_or_default();
            return Err(Problem::Said(format!("{code} {message}").trim().to_owned()));
        }
        let (Some(access_key), Some(secret)) = (document.access_key_id, document.secret_access_key) else {
            return Err(Problem::Incomplete);
        };
        let token = document.token.filter(|token| !token.0.is_empty());
        Ok(Keys {
            access_key,
            secret_key: Secret::new(secret.0),
            session_token: token.map(|token| Secret::new(token.0)),
            expires: document.expiration.map(|text| time(&text).ok_or(Problem::Expiration(text))).transpose()?,
        })
    }
}

/// A time such as `2026-11-21T11:00:00Z`.
pub(super) fn time(text: &str) -> Option<SystemTime> {
    text.parse::<jiff::Timestamp>().ok().map(SystemTime::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_read_or_refused_for_a_reason() {
        let good = r#"{"Code":"Success","AccessKeyId":"AK","SecretAccessKey":"s","Token":"t","Expiration":"1970-01-01T00:00:07.5Z"}"#;
        let keys = Document::read(good.as_bytes()).unwrap();
        assert_eq!((keys.access_key.as_str(), keys.secret_key.expose()), ("AK", "s"));
        let after = keys.expires.unwrap().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        assert_eq!(after.as_millis(), 7500);
        let cases = [
            ("", Problem::NotJson),
            ("7", Problem::NotJson),
            ("{}", Problem::Incomplete),
            (r#"{"AccessKeyId":"AK"}"#, Problem::Incomplete),
            (
                r#"{"Code":"AssumeRoleUnauthorizedAccess","Message":"no"}"#,
                Problem::Said("AssumeRoleUnauthorizedAccess no".into()),
            ),
            (r#"{"AccessKeyId":"AK","SecretAccessKey":"s","Expiration":"soon"}"#, Problem::Expiration("soon".into())),
        ];
        for (text, expected) in cases {
            assert_eq!(Document::read(text.as_bytes()), Err(expected), "{text}");
        }
    }
}
