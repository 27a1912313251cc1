//! STS, as far as a script asks it who it is: `GetCallerIdentity`. Query protocol in, XML out.

use crate::reply::{self, Reply};
use crate::signature::{self, Denial};
use crate::visit::Visit;
use bytes::Bytes;
use http::StatusCode;
use hyper::body::Incoming;

/// Far more than any question has.
const LIMIT: usize = 64 * 1024;
const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

/// What STS says no with.
enum Refusal {
    Denied(Denial),
    TooLarge,
    /// What was asked for.
    InvalidAction(String),
}

/// Answers one request to `/`.
pub(crate) async fn answer(visit: Visit<Incoming>) -> Reply {
    let request_id = visit.request_id.clone();
    match identity(visit).await {
        Ok((account, user)) => {
            let result = format!(
                "<GetCallerIdentityResult><Arn>arn:aws:iam::{account}:user/{user}</Arn><UserId>{user}</UserId>\
                 <Account>{account}</Account></GetCallerIdentityResult>"
            );
            let metadata = format!("<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>");
            xml(StatusCode::OK, "GetCallerIdentityResponse", &format!("{result}{metadata}"))
        }
        Err(refusal) => {
            let (status, code, message) = refusal.told();
            let (code, message) = (code, escape(&message));
            let error = format!("<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>");
            xml(status, "ErrorResponse", &format!("{error}<RequestId>{request_id}</RequestId>"))
        }
    }
}

/// Account and user; every key is a user of its own.
async fn identity(visit: Visit<Incoming>) -> Result<(String, String), Refusal> {
    let visit = visit.read(LIMIT).await.map_err(|_| Refusal::TooLarge)?;
    let key = signature::check(&visit, "sts").map_err(Refusal::Denied)?;
    let host = &visit.host;
    match action(visit.head.uri.query(), &visit.body).as_deref() {
        Some("GetCallerIdentity") => {
            // Where nobody is asked for a key, everyone is whom the functions are.
            let user = key.or(host.keys.first()).map_or("local", |key| &key.access_key);
            Ok((host.account.clone(), escape(user)))
        }
        other => Err(Refusal::InvalidAction(other.unwrap_or_default().to_owned())),
    }
}

fn action(query: Option<&str>, body: &Bytes) -> Option<String> {
    let body = std::str::from_utf8(body).unwrap_or_default();
    let pairs = query.unwrap_or_default().split('&').chain(body.split('&'));
    pairs.into_iter().find_map(|pair| pair.strip_prefix("Action=")).map(str::to_owned)
}

impl Refusal {
    /// Status, code and message.
    fn told(&self) -> (StatusCode, &'static str, String) {
        match self {
            Self::Denied(denial) => {
                let code = match denial {
                    Denial::Missing => "MissingAuthenticationToken",
                    Denial::Incomplete(_) => "IncompleteSignature",
                    Denial::Invalid(_) => "SignatureDoesNotMatch",
                    Denial::UnknownKey => "InvalidClientTokenId",
                    Denial::Foreign(_) => "AccessDenied",
                };
                (StatusCode::FORBIDDEN, code, denial.to_string())
            }
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", "Request is too large".into()),
            Self::InvalidAction(action) => {
                let message = format!("Could not find operation {action} for version 2011-06-15");
                (StatusCode::BAD_REQUEST, "InvalidAction", message)
            }
        }
    }
}

fn xml(status: StatusCode, root: &str, inner: &str) -> Reply {
    reply::of(status, "text/xml", format!("<{root} xmlns=\"{NAMESPACE}\">{inner}</{root}>\n"))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
