//! What STS answers: keys, an identity, or a refusal, out of XML.

use super::super::Keys;
use super::super::document::time;
use super::super::web::said;
use super::CallerIdentity;
use aws_smithy_xml::decode::{Document, try_data};
use http::StatusCode;
use model::Secret;
use std::fmt;

/// Why STS refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// AWS's word: `AccessDenied`.
    pub(crate) code: String,
    message: String,
}

/// The keys of a session.
pub(super) fn keys(xml: &str) -> Option<Keys> {
    let [id, secret, token, end] = elements(xml, ["AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"]);
    Some(Keys {
        access_key: id?,
        secret_key: Secret::new(secret?),
        session_token: token.map(Secret::new),
        expires: Some(time(&end?)?),
    })
}

/// Who somebody is.
pub(super) fn caller(xml: &str) -> Option<CallerIdentity> {
    let [account, arn] = elements(xml, ["Account", "Arn"]);
    Some(CallerIdentity { account: account?, arn: arn? })
}

/// The texts of elements, wherever in the document they stand.
fn elements<const N: usize>(xml: &str, names: [&str; N]) -> [Option<String>; N] {
    let mut found = [const { None }; N];
    let mut document = Document::new(xml);
    while let Some(start) = document.next_start_element() {
        let Some(at) = names.iter().position(|name| start.local() == *name) else { continue };
        let mut scope = document.scoped_to(start);
        if let Ok(text) = try_data(&mut scope) {
            found[at].get_or_insert_with(|| text.trim().to_owned());
        }
    }
    found
}

impl Refusal {
    /// The refusal in an answer, if there is one.
    pub(crate) fn read(body: &[u8]) -> Option<Self> {
        let [code, message] = elements(std::str::from_utf8(body).ok()?, ["Code", "Message"]);
        let message: String = message.unwrap_or_default().chars().take(600).collect();
        Some(Self { code: code?, message: message.replace(char::is_control, " ") })
    }

    /// An answer that says nothing but its status.
    pub(super) fn of_status(status: StatusCode, body: &[u8]) -> Self {
        Self { code: said(status, body), message: String::new() }
    }

    /// Whether it is over the time of a signature.
    pub(super) fn is_about_time(&self) -> bool {
        matches!(
            self.code.as_str(),
            "RequestExpired" | "RequestTimeTooSkewed" | "SignatureDoesNotMatch" | "InvalidSignatureException"
        )
    }

    /// What helps.
    pub(super) fn remedy(&self) -> &'static str {
        match self.code.as_str() {
            "AccessDenied" | "AccessDeniedException" => {
                "allow the identity sts:AssumeRole (web identity: sts:AssumeRoleWithWebIdentity) on the role, and name \
                 it in the role's trust policy; an external id must be the one that the policy asks for"
            }
            "ExpiredToken" | "ExpiredTokenException" => "the token or the keys have ended: give fresh ones",
            "InvalidClientTokenId" | "UnrecognizedClientException" => {
                "the access key is not known: check keys and partition"
            }
            "SignatureDoesNotMatch" | "InvalidSignatureException" => "check the secret key, and this machine's clock",
            "RequestExpired" | "RequestTimeTooSkewed" => "set this machine's clock right",
            "RegionDisabledException" => "activate STS for this region in the account, or choose another",
            "MalformedPolicyDocument" | "MalformedPolicyDocumentException" => "correct the session policy",
            "PackedPolicyTooLarge" | "PackedPolicyTooLargeException" => "shorten session policy and tags",
            "ValidationError" => "correct role ARN, session name, duration or tags: AWS names the field",
            "InvalidIdentityToken" | "InvalidIdentityTokenException" => {
                "register the token's issuer in IAM as an OpenID Connect provider, and check the token's audience"
            }
            "IDPRejectedClaim" | "IDPCommunicationError" => "check the token's issuer, and that AWS can reach it",
            _ => "see AWS's message",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.code)?;
        if self.message.is_empty() { Ok(()) } else { write!(f, ": {}", self.message) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_identities_and_refusals_are_read() {
        let xml = "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult>\
                   <AssumedRoleUser><Arn>arn:x</Arn></AssumedRoleUser><Credentials><AccessKeyId>AS</AccessKeyId>\
                   <SecretAccessKey>a&amp;b</SecretAccessKey><SessionToken>t</SessionToken>\
                   <Expiration>1970-01-01T00:00:01Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>";
        let found = keys(xml).unwrap();
        assert_eq!((found.access_key.as_str(), found.secret_key.expose()), ("AS", "a&b"));
        let xml = "<R><GetCallerIdentityResult><Arn>arn:a</Arn><UserId>u</UserId><Account>1</Account></GetCallerIdentityResult></R>";
        assert_eq!(caller(xml), Some(CallerIdentity { account: "1".into(), arn: "arn:a".into() }));
        let xml = b"<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>User: x is not\nauthorized</Message></Error></ErrorResponse>";
        assert_eq!(Refusal::read(xml).unwrap().to_string(), "AccessDenied: User: x is not authorized");
        for broken in ["", "<", "<a><AccessKeyId>x</AccessKeyId>", "{}"] {
            assert_eq!((keys(broken), Refusal::read(broken.as_bytes())), (None, None), "{broken}");
        }
    }
}
