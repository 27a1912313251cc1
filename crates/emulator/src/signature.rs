//! Whether a request is signed by a key we know: computed again from what was received, by AWS's own signer.

use crate::browser::foreign_site;
use crate::settings::KeyPair;
use crate::visit::{Visit, authority};
use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::request::Parts;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use std::hint::black_box;
use std::time::{Duration, SystemTime};

/// How far a clock may be off.
const SKEW: Duration = Duration::from_secs(5 * 60);
const DATE_FORMAT: &str = "%Y%m%dT%H%M%SZ";
const MISMATCH: &str = "The request signature we calculated does not match the signature you provided. \
    Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";

/// Why a signature is not taken. Texts are AWS's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Denial {
    #[error("Missing Authentication Token")]
    Missing,
    #[error("{0}")]
    Incomplete(String),
    #[error("{0}")]
    Invalid(String),
    #[error("The security token included in the request is invalid.")]
    UnknownKey,
    /// Has no like in AWS, which asks everyone for a key.
    #[error("Pages of {0} may not call a local Lambda that asks for no key: call it by localhost or by address")]
    Foreign(String),
}

impl Denial {
    /// `x-amzn-ErrorType`.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Missing => "MissingAuthenticationTokenException",
            Self::Incomplete(_) => "IncompleteSignatureException",
            Self::Invalid(_) => "InvalidSignatureException",
            Self::UnknownKey => "UnrecognizedClientException",
            Self::Foreign(_) => "AccessDeniedException",
        }
    }
}

/// The parts of an `Authorization` header, and the date that belongs to it.
struct Claim<'a> {
    access_key: &'a str,
    day: &'a str,
    region: &'a str,
    service: &'a str,
    signed_headers: &'a str,
    signature: &'a str,
    date: &'a str,
}

/// The key that has signed the request for this service within five minutes; none where nobody is asked for one. There
/// a page of another site is turned away: it would be everyone on the internet.
pub(crate) fn check<'v>(visit: &'v Visit<Bytes>, service: &str) -> Result<Option<&'v KeyPair>, Denial> {
    let Visit { host, head, body, time: now, .. } = visit;
    if !host.auth {
        return foreign_site(visit).map_or(Ok(None), |site| Err(Denial::Foreign(site)));
    }
    let claim = Claim::read(head)?;
    let key = host.keys.iter().find(|key| key.access_key == claim.access_key).ok_or(Denial::UnknownKey)?;
    check_token(key, head)?;
    let time = claim.time()?;
    claim.check_time(time, *now)?;
    claim.check_scope(service)?;
    let expected = expected(&claim, key, head, body, time).ok_or_else(|| invalid(MISMATCH))?;
    if equal(expected.as_bytes(), claim.signature.as_bytes()) { Ok(Some(key)) } else { Err(invalid(MISMATCH)) }
}

/// A key that has a session token goes with it; that of any other is not looked at, other than as a signed header.
fn check_token(key: &KeyPair, head: &Parts) -> Result<(), Denial> {
    let Some(token) = &key.session_token else { return Ok(()) };
    let given = head.headers.get("x-amz-security-token").map(|value| value.as_bytes());
    if equal(given.unwrap_or_default(), token.expose().as_bytes()) { Ok(()) } else { Err(Denial::UnknownKey) }
}

impl<'a> Claim<'a> {
    fn read(head: &'a Parts) -> Result<Self, Denial> {
        let header = |name| head.headers.get(name).and_then(|value| value.to_str().ok());
        let authorization = header(AUTHORIZATION.as_str()).ok_or(Denial::Missing)?;
        let parameters = authorization.strip_prefix("AWS4-HMAC-SHA256").ok_or(Denial::Missing)?;
        let parameter =
            |name: &str| parameters.split(',').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='));
        let credential = parameter("Credential");
        let (signed_headers, signature) = (parameter("SignedHeaders"), parameter("Signature"));
        let date = header("x-amz-date");
        let (Some(credential), Some(signed_headers), Some(signature), Some(date)) =
            (credential, signed_headers, signature, date)
        else {
            return Err(incomplete(credential, signature, signed_headers, date));
        };
        // An access key may hold anything, the scope behind it no slash.
        let mut scope = credential.rsplitn(5, '/');
        let (Some("aws4_request"), Some(service), Some(region), Some(day), Some(access_key)) =
            (scope.next(), scope.next(), scope.next(), scope.next(), scope.next())
        else {
            let message = format!("Credential must have exactly 5 slash-delimited elements, got '{credential}'");
            return Err(Denial::Incomplete(message));
        };
        Ok(Self { access_key, day, region, service, signed_headers, signature, date })
    }

    fn time(&self) -> Result<Timestamp, Denial> {
        let time = DateTime::strptime(DATE_FORMAT, self.date).ok();
        let time = time.and_then(|time| time.to_zoned(TimeZone::UTC).ok()).map(|time| time.timestamp());
        time.ok_or_else(|| Denial::Incomplete(format!("Date must be in ISO-8601 'basic format'. Got '{}'.", self.date)))
    }

    fn check_time(&self, time: Timestamp, now: SystemTime) -> Result<(), Denial> {
        let now = Timestamp::try_from(now).unwrap_or(Timestamp::MIN);
        let (earliest, latest) = (now - SKEW, now + SKEW);
        let (date, basic) = (self.date, |time: Timestamp| time.strftime(DATE_FORMAT));
        if time < earliest {
            let (earliest, now) = (basic(earliest), basic(now));
            return Err(invalid(&format!("Signature expired: {date} is now earlier than {earliest} ({now} - 5 min.)")));
        }
        if time > latest {
            let (latest, now) = (basic(latest), basic(now));
            return Err(invalid(&format!(
                "Signature not yet current: {date} is still later than {latest} ({now} + 5 min.)"
            )));
        }
        Ok(())
    }

    fn check_scope(&self, wanted: &str) -> Result<(), Denial> {
        let Self { day, service, date, .. } = self;
        if *service != wanted {
            return Err(invalid(&format!("Credential should be scoped to correct service: '{wanted}'. ")));
        }
        if !date.starts_with(day) || day.len() != 8 {
            let whole = "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP";
            return Err(invalid(&format!("{whole}: '{day}' != '{}', from '{date}'.", &date[..8.min(date.len())])));
        }
        Ok(())
    }
}

fn incomplete(
    credential: Option<&str>,
    signature: Option<&str>,
    signed_headers: Option<&str>,
    date: Option<&str>,
) -> Denial {
    let parts = [("Credential", credential), ("Signature", signature), ("SignedHeaders", signed_headers)];
    let mut message = String::new();
    for (name, _) in parts.iter().filter(|(_, value)| value.is_none()) {
        message += &format!("Authorization header requires '{name}' parameter. ");
    }
    if date.is_none() {
        message += "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ";
    }
    Denial::Incomplete(message.trim_end().to_owned())
}

/// The signature that the key gives to the request as it came; nothing when it cannot have been signed at all.
fn expected(claim: &Claim<'_>, key: &KeyPair, head: &Parts, body: &[u8], time: Timestamp) -> Option<String> {
    let host = authority(head);
    let mut headers = vec![("host", host)];
    for name in claim.signed_headers.split(';').filter(|name| !matches!(*name, "host" | "x-amz-date")) {
        for value in head.headers.get_all(name) {
            headers.push((name, std::str::from_utf8(value.as_bytes()).ok()?));
        }
    }
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
    let mut settings = SigningSettings::default();
    // The caller says what was signed: exactly that is, not what a signer would choose.
    settings.excluded_headers = None;
    let identity = Credentials::new(&key.access_key, key.secret_key.expose(), None, None, "keys").into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(claim.region)
        .name(claim.service)
        .time(time.into())
        .settings(settings)
        .build()
        .ok()?;
    let uri = format!("http://{host}{path}");
    let request =
        SignableRequest::new(head.method.as_str(), uri, headers.into_iter(), SignableBody::Bytes(body)).ok()?;
    Some(sign(request, &params.into()).ok()?.signature().to_owned())
}

/// Takes as long for the first wrong byte as for the last.
pub(crate) fn equal(left: &[u8], right: &[u8]) -> bool {
    left.len() == right.len() && black_box(left.iter().zip(right).fold(0, |sum, (a, b)| sum | (a ^ b))) == 0
}

fn invalid(message: &str) -> Denial {
    Denial::Invalid(message.to_owned())
}
