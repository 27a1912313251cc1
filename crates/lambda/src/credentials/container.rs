//! The address that a container is told to ask: the role of an ECS task, or EKS Pod Identity.

use super::Keys;
use super::document::Document;
use super::source::{CredentialSource, Fetching, Found, NoKeys};
use super::surroundings::Surroundings;
use super::web::{Web, clock, said};
use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, HeaderValue};
use http::{Request, Uri};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

const NAME: &str = "container";
const RELATIVE: &str = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
const FULL: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
const TOKEN: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
const TOKEN_FILE: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
const CONNECT: Duration = Duration::from_secs(2);
const TOTAL: Duration = Duration::from_secs(5);
/// Link-local addresses that ECS and EKS answer at without TLS.
const RESERVED: [&str; 3] = ["169.254.170.2", "169.254.170.23", "fd00:ec2::23"];

/// The address that a container is told to ask.
pub(crate) struct Container {
    around: Arc<Surroundings>,
    web: Web,
}

impl Container {
    pub(crate) fn new(around: Arc<Surroundings>) -> Self {
        Self { around, web: Web::near(CONNECT, TOTAL) }
    }

    async fn find(&self) -> Result<Found, NoKeys> {
        let url = self.url()?;
        let mut request = Request::get(&url).header(ACCEPT, "application/json").body(Bytes::new());
        if let (Ok(request), Some(token)) = (&mut request, self.token().await?) {
            request.headers_mut().insert(AUTHORIZATION, token);
        }
        let request = request.map_err(|cause| broken(format!("{url}: {cause}"), "correct the variable"))?;
        let answer = self.web.ask_again(request).await.map_err(|cause| {
            broken(cause.to_string(), "check that the agent (ECS agent, EKS Pod Identity agent) runs on this node")
        })?;
        if !answer.status().is_success() {
            let remedy = "check the task role (ECS) or the pod identity association (EKS) and the authorization token";
            return Err(broken(format!("{url} {}", said(answer.status(), answer.body())), remedy));
        }
        let keys: Keys = Document::read(answer.body())
            .map_err(|problem| broken(format!("{url} {problem}"), "check what answers at this address"))?;
        Ok(Found { clock: clock(answer.headers()), ..Found::new(keys, NAME, url) })
    }

    fn url(&self) -> Result<String, NoKeys> {
        if let Some(path) = self.around.variable(RELATIVE) {
            let slash = if path.starts_with('/') { "" } else { "/" };
            return Ok(format!("{}{slash}{path}", self.around.container));
        }
        let Some(url) = self.around.variable(FULL) else {
            return Err(NoKeys::absent(NAME, format!("neither {RELATIVE} nor {FULL} is set")));
        };
        let uri: Uri =
            url.parse().map_err(|cause| broken(format!("{FULL} is no URL: {cause}"), "write https://HOST/PATH"))?;
        let host = uri.host().unwrap_or("").trim_matches(['[', ']']).to_owned();
        match uri.scheme_str() {
            Some("https") => Ok(url),
            Some("http") if is_near(&host) => Ok(url),
            Some("http") => Err(broken(
                format!("{FULL} leads to {host} without TLS, which would show the keys to everyone on the way"),
                "use https, or an address of this machine or of ECS or EKS",
            )),
            _ => Err(broken(format!("{FULL} is neither an http nor an https URL"), "write https://HOST/PATH")),
        }
    }

    /// Read anew each time: EKS rotates the file.
    async fn token(&self) -> Result<Option<HeaderValue>, NoKeys> {
        let (from, token) = match self.around.variable(TOKEN_FILE) {
            Some(path) => {
                let unreadable = |cause: std::io::Error| {
                    let remedy = format!("let the gateway's user read the file, or correct {TOKEN_FILE}");
                    broken(format!("the token file {path} cannot be read: {cause}"), remedy)
                };
                let text = tokio::fs::read_to_string(&path).await.map_err(unreadable)?;
                (path, text)
            }
            None => match self.around.variable(TOKEN) {
                Some(token) => (TOKEN.to_owned(), token),
                None => return Ok(None),
            },
        };
        let bad = |_| broken(format!("the token of {from} has characters that no header can carry"), "write it anew");
        let mut value = HeaderValue::from_str(token.trim()).map_err(bad)?;
        value.set_sensitive(true);
        Ok(Some(value))
    }
}

impl CredentialSource for Container {
    fn name(&self) -> &'static str {
        NAME
    }

    fn fetch(&self) -> Fetching<'_> {
        Box::pin(self.find())
    }
}

fn is_near(host: &str) -> bool {
    host == "localhost" || RESERVED.contains(&host) || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn broken(what: impl Into<Arc<str>>, remedy: impl Into<std::borrow::Cow<'static, str>>) -> NoKeys {
    NoKeys::broken(NAME, what, remedy)
}
