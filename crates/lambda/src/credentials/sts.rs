//! STS: roles assumed, and who somebody is. Requests are forms, signed or not; answers are XML.

mod answer;

pub(super) use answer::Refusal;

use super::Keys;
use super::surroundings::Surroundings;
use super::web::{Way, Web, WebError, clock};
use crate::endpoint::{Service, of};
use crate::moment::seconds;
use crate::sign::{Resource, STRICT, Signer};
use answer::{caller, keys};
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST, HeaderValue, USER_AGENT};
use http::{Method, Request, Response, Uri};
use model::aws::AssumeRole;
use percent_encoding::utf8_percent_encode;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

const CONNECT: Duration = Duration::from_secs(5);
const TOTAL: Duration = Duration::from_secs(10);
const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded; charset=utf-8");
const VERSION: &str = "2011-06-15";
/// Clocks that differ by more are worth a remark; AWS refuses signatures beyond five minutes.
pub(super) const SKEW: Duration = Duration::from_secs(4 * 60);

/// STS at one endpoint.
pub(crate) struct Sts {
    web: Web,
    url: String,
    signer: Signer,
}

/// Why STS gave nothing.
#[derive(Clone, Debug, thiserror::Error)]
pub(super) enum StsError {
    /// It was not reached.
    #[error(transparent)]
    Web(#[from] WebError),
    /// It refused.
    #[error("{url} refuses: {refusal}")]
    Refused { url: String, refusal: Refusal },
    /// What came is not its answer.
    #[error("{url} answers something that is no answer of STS")]
    Strange { url: String },
}

/// Who signs with a pair of keys, as `sts get-caller-identity` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallerIdentity {
    /// Account, 12 digits.
    pub account: String,
    /// ARN of the user or of the role's session.
    pub arn: String,
}

/// Fields of a form.
type Fields = Vec<(String, String)>;

/// What STS gives: something, and the time by its clock.
type Given<T> = Result<(T, Option<SystemTime>), StsError>;

impl Sts {
    /// STS of the region, or at an address of one's own.
    pub(crate) fn new(way: Way, region: Option<&str>, endpoint: Option<&str>, around: &Surroundings) -> Self {
        let own = endpoint.map(str::to_owned).or_else(|| around.endpoint("AWS_ENDPOINT_URL_STS"));
        let url = match (own, region) {
            (Some(url), _) => url.trim_end_matches('/').to_owned(),
            (None, region) => {
                let (fips, dual_stack) = around.kinds(way.fips, way.dual_stack);
                let own = of(Service::Sts, region.unwrap_or("aws-global"), fips, dual_stack);
                format!("https://{}", own.unwrap_or_else(|_| "sts.amazonaws.com".to_owned()))
            }
        };
        let signer = Signer::new(region.unwrap_or("us-east-1"), "sts");
        Self { web: Web::new(way, around, CONNECT, TOTAL), url, signer }
    }

    /// Where it is asked.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Keys of a role's session.
    pub(super) async fn assume_role(&self, role: &AssumeRole, by: &Arc<Keys>) -> Given<Keys> {
        let answer = self.ask("AssumeRole", role_fields(role), Some(by)).await?;
        self.read(answer, keys)
    }

    /// Keys of a role's session, for a token of somebody whom the role trusts.
    pub(super) async fn assume_role_with_web_identity(&self, role: &str, session: &str, token: &str) -> Given<Keys> {
        let fields = [("RoleArn", role), ("RoleSessionName", session), ("WebIdentityToken", token)];
        let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let answer = self.ask("AssumeRoleWithWebIdentity", fields, None).await?;
        self.read(answer, keys)
    }

    /// Whose keys they are.
    pub(super) async fn caller_identity(&self, keys: &Arc<Keys>) -> Given<CallerIdentity> {
        let answer = self.ask("GetCallerIdentity", Vec::new(), Some(keys)).await?;
        self.read(answer, caller)
    }

    /// Asks once more when a signature was refused over its time, with the time by STS's clock.
    async fn ask(&self, action: &str, fields: Fields, by: Option<&Arc<Keys>>) -> Result<Response<Bytes>, StsError> {
        let form = form(action, fields);
        let now = SystemTime::now();
        let answer = self.web.ask_again(self.request(&form, by, seconds(now))?).await?;
        let Some(theirs) = clock(answer.headers()).filter(|theirs| differ(*theirs, now)) else { return Ok(answer) };
        let about_time = by.is_some() && Refusal::read(answer.body()).is_some_and(|refusal| refusal.is_about_time());
        if answer.status().is_success() || !about_time {
            return Ok(answer);
        }
        Ok(self.web.ask_again(self.request(&form, by, seconds(theirs))?).await?)
    }

    fn request(&self, form: &Bytes, by: Option<&Arc<Keys>>, seconds: i64) -> Result<Request<Bytes>, StsError> {
        let bad = |cause: String| WebError::Unusable { url: self.url.clone(), cause };
        let uri: Uri = format!("{}/", self.url).parse().map_err(|cause| bad(format!("{cause}")))?;
        let path = uri.path().to_owned();
        let host = self.web.host(&self.url)?;
        let mut request = Request::post(uri).body(form.clone()).map_err(|cause| bad(cause.to_string()))?;
        let headers = request.headers_mut();
        headers.insert(CONTENT_TYPE, FORM);
        headers.insert(HOST, host);
        if let Some(keys) = by {
            self.signer.sign(keys, &Resource::new(&Method::POST, &path, None), headers, form, seconds);
        }
        headers.insert(USER_AGENT, crate::invoke::AGENT);
        Ok(request)
    }

    fn read<T>(&self, answer: Response<Bytes>, read: impl FnOnce(&str) -> Option<T>) -> Given<T> {
        let clock = clock(answer.headers());
        let text = String::from_utf8_lossy(answer.body());
        let url = || self.url.clone();
        if answer.status().is_success() {
            return read(&text).map(|given| (given, clock)).ok_or_else(|| StsError::Strange { url: url() });
        }
        match Refusal::read(answer.body()) {
            Some(refusal) => Err(StsError::Refused { url: url(), refusal }),
            None => {
                let refusal = Refusal::of_status(answer.status(), answer.body());
                Err(StsError::Refused { url: url(), refusal })
            }
        }
    }
}

/// Whether two clocks differ so much that it matters.
pub(super) fn differ(one: SystemTime, other: SystemTime) -> bool {
    let apart = one.duration_since(other).unwrap_or_else(|early| early.duration());
    apart > SKEW
}

fn role_fields(role: &AssumeRole) -> Fields {
    let mut fields: Fields = Vec::new();
    let mut add = |name: String, value: String| fields.push((name, value));
    add("RoleArn".into(), role.arn.clone());
    add("RoleSessionName".into(), role.session_name.clone());
    if let Some(id) = &role.external_id {
        add("ExternalId".into(), id.clone());
    }
    if let Some(duration) = role.duration {
        add("DurationSeconds".into(), duration.as_secs().to_string());
    }
    if let Some(policy) = &role.policy {
        add("Policy".into(), policy.clone());
    }
    for (at, arn) in (1..).zip(&role.policy_arns) {
        add(format!("PolicyArns.member.{at}.arn"), arn.clone());
    }
    for (at, (key, value)) in (1..).zip(&role.tags) {
        add(format!("Tags.member.{at}.Key"), key.clone());
        add(format!("Tags.member.{at}.Value"), value.clone());
    }
    for (at, key) in (1..).zip(&role.transitive_tags) {
        add(format!("TransitiveTagKeys.member.{at}"), key.clone());
    }
    fields
}

fn form(action: &str, fields: Fields) -> Bytes {
    let mut text = format!("Action={action}&Version={VERSION}");
    for (name, value) in &fields {
        text.push_str(&format!("&{}={}", utf8_percent_encode(name, STRICT), utf8_percent_encode(value, STRICT)));
    }
    text.into()
}

impl StsError {
    /// What helps.
    pub(super) fn remedy(&self) -> String {
        match self {
            Self::Web(WebError::Tls { .. }) => {
                "check the endpoint's certificate, or add its authority to the TLS settings".to_owned()
            }
            Self::Web(_) | Self::Strange { .. } => {
                "check the way to STS: region, endpoint (sts_endpoint, AWS_ENDPOINT_URL_STS), proxy and firewall"
                    .to_owned()
            }
            Self::Refused { refusal, .. } => refusal.remedy().to_owned(),
        }
    }
}
