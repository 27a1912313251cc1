//! TLS towards others.

use super::verify::Unverified;
use super::{PemProblem, TlsError, alpn, der, pem, provider};
use rustls::client::ResolvesClientCert;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{ClientConfig, RootCertStore};
use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

/// How a peer is trusted.
#[derive(Clone, Debug)]
pub struct ClientTlsOptions {
    /// Whether its certificate is checked.
    pub verify: bool,
    /// Authorities in PEM, beside the system's; a text may have several.
    pub authorities: Vec<String>,
    /// The certificate shown to peers that ask for one.
    pub identity: Option<ClientIdentity>,
    /// Whether HTTP/2 is offered.
    pub alpn_h2: bool,
}

/// A client's certificate and its key.
#[derive(Clone)]
pub struct ClientIdentity {
    /// Chain in PEM, leaf first.
    pub chain_pem: String,
    /// Private key in PEM.
    pub key_pem: String,
}

impl fmt::Debug for ClientIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientIdentity").field("chain_pem", &self.chain_pem).finish_non_exhaustive()
    }
}

impl Default for ClientTlsOptions {
    fn default() -> Self {
        Self { verify: true, authorities: Vec::new(), identity: None, alpn_h2: false }
    }
}

/// A client's configuration. The system's roots are loaded once, when first needed.
pub fn client_config(options: &ClientTlsOptions) -> Result<Arc<ClientConfig>, TlsError> {
    let builder = ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions()?;
    let own = own_roots(&options.authorities)?;
    let builder = if options.verify {
        builder.with_root_certificates(beside_system_roots(own))
    } else {
        builder.dangerous().with_custom_certificate_verifier(Arc::new(Unverified::new()))
    };
    let mut config = match &options.identity {
        Some(identity) => builder.with_client_cert_resolver(shown(identity)?),
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = alpn(options.alpn_h2);
    Ok(Arc::new(config))
}

/// What is shown to peers that ask who we are.
fn shown(identity: &ClientIdentity) -> Result<Arc<dyn ResolvesClientCert>, TlsError> {
    let key = read_identity(identity).map_err(|problem| TlsError::Identity { problem })?;
    let end = key.cert.first().and_then(|leaf| der::end_of_certificate(leaf));
    if end.is_some_and(|end| end < SystemTime::now()) {
        tracing::warn!("a client certificate has expired: whoever asks for it will refuse it; renew it");
    }
    Ok(Arc::new(SingleCertAndKey::from(key)))
}

/// Whether certificate and key can be shown, and when the certificate ends.
pub fn check_identity(identity: &ClientIdentity) -> Result<Option<SystemTime>, PemProblem> {
    Ok(read_identity(identity)?.cert.first().and_then(|leaf| der::end_of_certificate(leaf)))
}

fn read_identity(identity: &ClientIdentity) -> Result<CertifiedKey, PemProblem> {
    let chain = pem::certificates(&identity.chain_pem)?;
    webpki::EndEntityCert::try_from(&chain[0]).map_err(PemProblem::BadCertificate)?;
    let key = CertifiedKey::from_der(chain, pem::key(&identity.key_pem)?, &provider());
    key.map_err(|error| match error {
        rustls::Error::InconsistentKeys(_) => PemProblem::KeyMismatch,
        other => PemProblem::BadKey(other),
    })
}

fn own_roots(authorities: &[String]) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    for (index, text) in authorities.iter().enumerate() {
        let bad = |problem| TlsError::Authority { number: index + 1, problem };
        for certificate in pem::certificates(text).map_err(bad)? {
            roots.add(certificate).map_err(|cause| bad(PemProblem::NotAnAuthority(cause)))?;
        }
    }
    Ok(roots)
}

fn beside_system_roots(mut own: RootCertStore) -> Arc<RootCertStore> {
    let system = system_roots();
    if own.is_empty() {
        return system;
    }
    own.extend(system.roots.iter().cloned());
    Arc::new(own)
}

fn system_roots() -> Arc<RootCertStore> {
    static SYSTEM: OnceLock<Arc<RootCertStore>> = OnceLock::new();
    SYSTEM.get_or_init(|| Arc::new(load_system_roots())).clone()
}

fn load_system_roots() -> RootCertStore {
    let found = rustls_native_certs::load_native_certs();
    for cause in &found.errors {
        tracing::warn!(%cause, "some of the system's certificate authorities cannot be read");
    }
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        tracing::warn!("the system has no certificate authorities: install ca-certificates or set SSL_CERT_FILE");
    }
    roots
}
