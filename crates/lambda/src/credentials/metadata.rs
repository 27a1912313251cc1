//! EC2's instance metadata: keys of the instance's role, and the region.

use super::document::Document;
use super::source::{CredentialSource, Fetching, Found, NoKeys};
use super::surroundings::Surroundings;
use super::web::{Web, WebError, clock, said};
use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode};
use model::aws::Metadata;
use std::sync::Arc;
use std::time::Duration;

const NAME: &str = "metadata";
const ROLES: &str = "/latest/meta-data/iam/security-credentials/";
const REGION: &str = "/latest/meta-data/placement/region";
const TOKEN: &str = "/latest/api/token";
const TOKEN_LIFE: HeaderValue = HeaderValue::from_static("21600");
const DISABLED: &str = "AWS_EC2_METADATA_DISABLED";
const ENDPOINT: &str = "AWS_EC2_METADATA_SERVICE_ENDPOINT";
/// It is one hop away, or not there.
const CONNECT: Duration = Duration::from_secs(1);
const TOTAL: Duration = Duration::from_secs(2);

/// EC2's instance metadata.
pub(crate) struct InstanceMetadata {
    around: Arc<Surroundings>,
    version: Metadata,
    web: Web,
}

impl InstanceMetadata {
    pub(crate) fn new(version: Metadata, around: Arc<Surroundings>) -> Self {
        Self { around, version, web: Web::near(CONNECT, TOTAL) }
    }

    async fn find(&self) -> Result<Found, NoKeys> {
        let base = self.base()?;
        let token = self.token(&base).await?;
        let url = format!("{base}{ROLES}");
        let answer = self.get(&url, token.as_ref()).await?;
        let no_role = || {
            let what = format!("{url}: no role is attached to this instance");
            NoKeys { absent: true, ..broken(what, "attach an instance profile") }
        };
        if answer.status() == StatusCode::NOT_FOUND {
            return Err(no_role());
        }
        accepted(&url, &answer)?;
        let role = String::from_utf8_lossy(answer.body()).trim().lines().next().ok_or_else(no_role)?.to_owned();
        let url = format!("{url}{role}");
        let answer = self.get(&url, token.as_ref()).await?;
        accepted(&url, &answer)?;
        let keys = Document::read(answer.body())
            .map_err(|problem| broken(format!("{url} {problem}"), "check the instance's role and its trust policy"))?;
        Ok(Found { clock: clock(answer.headers()), ..Found::new(keys, NAME, url) })
    }

    /// The region that the instance stands in.
    pub(crate) async fn region(&self) -> Result<String, NoKeys> {
        let base = self.base()?;
        let token = self.token(&base).await?;
        let url = format!("{base}{REGION}");
        let answer = self.get(&url, token.as_ref()).await?;
        accepted(&url, &answer)?;
        Ok(String::from_utf8_lossy(answer.body()).trim().to_owned())
    }

    fn base(&self) -> Result<String, NoKeys> {
        if self.around.is_on(DISABLED) {
            return Err(NoKeys::absent(NAME, format!("{DISABLED} is set")));
        }
        let six = self.around.variable("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE");
        let base = match (self.around.variable(ENDPOINT), six) {
            (Some(base), _) => base,
            (None, Some(mode)) if mode.eq_ignore_ascii_case("ipv6") => "http://[fd00:ec2::254]".to_owned(),
            (None, _) => self.around.metadata.clone(),
        };
        Ok(base.trim_end_matches('/').to_owned())
    }

    /// A token of version 2; none where version 1 is spoken.
    async fn token(&self, base: &str) -> Result<Option<HeaderValue>, NoKeys> {
        let falls_back = match self.version {
            Metadata::V1 => return Ok(None),
            Metadata::V2 => false,
            Metadata::V1WithV2First => !self.around.is_on("AWS_EC2_METADATA_V1_DISABLED"),
        };
        let url = format!("{base}{TOKEN}");
        let request = Request::put(&url).header("x-aws-ec2-metadata-token-ttl-seconds", TOKEN_LIFE).body(Bytes::new());
        let request = request.map_err(|cause| broken(format!("{url}: {cause}"), correct_endpoint()))?;
        let problem = match self.web.ask(request).await {
            Ok(answer) if answer.status().is_success() => {
                let token = HeaderValue::from_bytes(answer.body().trim_ascii());
                return token.map(Some).map_err(|_| broken(format!("{url} answers no token"), correct_endpoint()));
            }
            Ok(answer) => broken(format!("{url} {}", said(answer.status(), answer.body())), HOPS),
            Err(error) => self.unanswered(&error),
        };
        // who does not answer at all is not asked twice
        if falls_back && !problem.absent { Ok(None) } else { Err(problem) }
    }

    async fn get(&self, url: &str, token: Option<&HeaderValue>) -> Result<Response<Bytes>, NoKeys> {
        let mut request = Request::get(url);
        if let Some(token) = token {
            request = request.header("x-aws-ec2-metadata-token", token);
        }
        let request =
            request.body(Bytes::new()).map_err(|cause| broken(format!("{url}: {cause}"), correct_endpoint()))?;
        self.web.ask_again(request).await.map_err(|error| self.unanswered(&error))
    }

    /// Most machines are no EC2 instance: that nobody is there is nothing wrong, unless an address was given.
    fn unanswered(&self, error: &WebError) -> NoKeys {
        let problem = broken(error.to_string(), HOPS);
        NoKeys { absent: error.nobody() && self.around.variable(ENDPOINT).is_none(), ..problem }
    }
}

const HOPS: &str = "on EC2, switch the metadata service on, and raise its hop limit to 2 for containers; elsewhere, set \
                    AWS_EC2_METADATA_DISABLED=true";

fn correct_endpoint() -> String {
    format!("correct {ENDPOINT}")
}

fn accepted(url: &str, answer: &Response<Bytes>) -> Result<(), NoKeys> {
    match answer.status() {
        status if status.is_success() => Ok(()),
        StatusCode::UNAUTHORIZED => {
            let remedy =
                "this instance takes version 2 only: allow it in the configuration, and see that PUT gets through";
            Err(broken(format!("{url} {}", said(answer.status(), b"")), remedy))
        }
        status => Err(broken(format!("{url} {}", said(status, answer.body())), HOPS)),
    }
}

fn broken(what: impl Into<Arc<str>>, remedy: impl Into<std::borrow::Cow<'static, str>>) -> NoKeys {
    NoKeys::broken(NAME, what, remedy)
}

impl CredentialSource for InstanceMetadata {
    fn name(&self) -> &'static str {
        NAME
    }

    fn fetch(&self) -> Fetching<'_> {
        Box::pin(self.find())
    }
}
