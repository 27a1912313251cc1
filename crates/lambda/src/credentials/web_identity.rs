//! A role for a token in a file: EKS's IAM roles for service accounts, and others whom IAM trusts.

use super::source::{CredentialSource, Fetching, Found, NoKeys};
use super::sts::{Sts, StsError};
use super::surroundings::Surroundings;
use model::aws::AssumeRole;
use std::sync::Arc;

const NAME: &str = "web identity";
const ROLE: &str = "AWS_ROLE_ARN";
const FILE: &str = "AWS_WEB_IDENTITY_TOKEN_FILE";

/// A role for a token in a file.
pub(crate) struct WebIdentity {
    pub(crate) role: Option<String>,
    pub(crate) token_file: Option<String>,
    pub(crate) session_name: Option<String>,
    pub(crate) around: Arc<Surroundings>,
    pub(crate) sts: Arc<Sts>,
}

impl WebIdentity {
    async fn find(&self) -> Result<Found, NoKeys> {
        let said = |own: &Option<String>, name: &str| own.clone().or_else(|| self.around.variable(name));
        let (role, file) = match (said(&self.role, ROLE), said(&self.token_file, FILE)) {
            (Some(role), Some(file)) => (role, file),
            (None, Some(_)) => {
                return Err(broken(format!("there is a token file, but no role: {ROLE} is not set"), "set it"));
            }
            (_, None) => return Err(NoKeys::absent(NAME, format!("{FILE} is not set"))),
        };
        let session = said(&self.session_name, "AWS_ROLE_SESSION_NAME").unwrap_or(AssumeRole::SESSION_NAME.to_owned());
        let token = token(&file).await?;
        let (keys, clock) = self
            .sts
            .assume_role_with_web_identity(&role, &session, &token)
            .await
            .map_err(|cause| refused(&role, &file, &cause))?;
        Ok(Found { clock, ..Found::new(keys, NAME, format!("{role} for the token in {file}")) })
    }
}

/// Read anew each time: whoever gives tokens replaces the file before they end.
async fn token(file: &str) -> Result<String, NoKeys> {
    let text = tokio::fs::read_to_string(file).await.map_err(|cause| {
        let remedy = format!("let the gateway's user read the file, or correct {FILE}");
        broken(format!("the token file {file} cannot be read: {cause}"), remedy)
    })?;
    match text.trim() {
        "" => Err(broken(format!("the token file {file} is empty"), "see why nobody writes a token into it")),
        token => Ok(token.to_owned()),
    }
}

fn refused(role: &str, file: &str, cause: &StsError) -> NoKeys {
    broken(format!("{role} for the token in {file}: {cause}"), cause.remedy())
}

fn broken(what: impl Into<Arc<str>>, remedy: impl Into<std::borrow::Cow<'static, str>>) -> NoKeys {
    NoKeys::broken(NAME, what, remedy)
}

impl CredentialSource for WebIdentity {
    fn name(&self) -> &'static str {
        NAME
    }

    fn fetch(&self) -> Fetching<'_> {
        Box::pin(self.find())
    }
}
