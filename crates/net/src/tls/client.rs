//! TLS towards others.

use super::verify::Unverified;
use super::{PemProblem, TlsError, alpn, pem, provider};
use rustls::{ClientConfig, RootCertStore};
use std::sync::{Arc, OnceLock};

/// How a peer is trusted.
#[derive(Clone, Debug)]
pub struct ClientTlsOptions {
    /// Whether its certificate is checked.
    pub verify: bool,
    /// Authorities in PEM, beside the system's; a text may have several.
    pub authorities: Vec<String>,
    /// Whether HTTP/2 is offered.
    pub alpn_h2: bool,
}

impl Default for ClientTlsOptions {
    fn default() -> Self {
        Self { verify: true, authorities: Vec::new(), alpn_h2: false }
    }
}

/// A client's configuration. The system's roots are loaded once, when first needed.
pub fn client_config(options: &ClientTlsOptions) -> Result<Arc<ClientConfig>, TlsError> {
    let builder = ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions()?;
    let own = own_roots(&options.authorities)?;
    let mut config = if options.verify {
        builder.with_root_certificates(beside_system_roots(own)).with_no_client_auth()
    } else {
        builder.dangerous().with_custom_certificate_verifier(Arc::new(Unverified::new())).with_no_client_auth()
    };
    config.alpn_protocols = alpn(options.alpn_h2);
    Ok(Arc::new(config))
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
