//! Our HTTP client in the form in which AWS's own crates ask for one: proxies, private authorities and switches hold
//! for what they send, too.

use super::source::CredentialSource;
use super::web::{Web, WebError};
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, future};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http::Request;
use std::fmt;
use std::sync::Arc;

/// Our client for AWS's crates.
#[derive(Clone)]
pub(super) struct Client(pub(super) Arc<Web>);

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Client")
    }
}

impl HttpClient for Client {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone()) // its time limits are its own
    }
}

impl HttpConnector for Client {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let web = self.0.clone();
        HttpConnectorFuture::new(async move {
            let request = request.try_into_http1x().map_err(|cause| ConnectorError::user(cause.into()))?;
            let (head, body) = request.into_parts();
            let Some(body) = body.bytes().map(Bytes::copy_from_slice) else {
                return Err(ConnectorError::user("a body that is a stream".into()));
            };
            let response = web.ask(Request::from_parts(head, body)).await.map_err(failed)?;
            HttpResponse::try_from(response.map(SdkBody::from))
                .map_err(|cause| ConnectorError::other(cause.into(), None))
        })
    }
}

fn failed(error: WebError) -> ConnectorError {
    match error {
        WebError::Silent { .. } => ConnectorError::timeout(error.into()),
        WebError::Unreachable { .. } | WebError::Broken { .. } => ConnectorError::io(error.into()),
        WebError::Tls { .. } | WebError::Unusable { .. } => ConnectorError::user(error.into()),
    }
}

/// One of our sources as a profile may name it (`credential_source`).
pub(super) struct Provider<S>(pub(super) S);

impl<S> fmt::Debug for Provider<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Provider")
    }
}

impl<S: CredentialSource> ProvideCredentials for Provider<S> {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            let found = self.0.fetch().await.map_err(CredentialsError::provider_error)?;
            let keys = found.keys;
            let token = keys.session_token.map(|token| token.expose().to_owned());
            Ok(Credentials::new(keys.access_key, keys.secret_key.expose(), token, keys.expires, found.provider))
        })
    }
}
