//! TLS towards clients: certificates chosen by server name.

use super::{PemProblem, TlsError, alpn, pem, provider};
use rustls::ServerConfig;
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls_pki_types::{CertificateDer, DnsName};
use std::collections::HashMap;
use std::sync::Arc;

/// A certificate chain with its key.
#[derive(Clone)]
pub struct ServerCertificate {
    /// Server names it serves, `*.example.com` among them. Empty: the names in the certificate itself.
    pub hosts: Vec<String>,
    /// Chain in PEM, leaf first.
    pub chain_pem: String,
    /// Private key in PEM.
    pub key_pem: String,
}

/// Whether a certificate can be shown to clients.
pub fn check_certificate(certificate: &ServerCertificate) -> Result<(), PemProblem> {
    read_one(certificate).map(drop)
}

/// A server's configuration. Of several certificates for a name the first one serves it; the first of all serves
/// clients that name no known host. Sessions are resumed by ticket. Nobody is asked for a certificate.
pub fn server_config(certificates: &[ServerCertificate], http2: bool) -> Result<Arc<ServerConfig>, TlsError> {
    config(Arc::new(Choice::read(certificates)?), None, http2)
}

/// A configuration with these certificates that asks clients for theirs.
pub(super) fn config(
    choice: Arc<Choice>,
    clients: Option<Arc<dyn ClientCertVerifier>>,
    http2: bool,
) -> Result<Arc<ServerConfig>, TlsError> {
    let builder = ServerConfig::builder_with_provider(provider()).with_safe_default_protocol_versions()?;
    let builder = match clients {
        Some(clients) => builder.with_client_cert_verifier(clients),
        None => builder.with_no_client_auth(),
    };
    let mut config = builder.with_cert_resolver(choice);
    config.alpn_protocols = alpn(http2);
    config.ticketer = rustls::crypto::aws_lc_rs::Ticketer::new()?;
    Ok(Arc::new(config))
}

/// Things by server name: exact names before wildcards.
#[derive(Debug)]
pub(super) struct ByName<T> {
    /// By the whole name, in lower case.
    exact: HashMap<String, T>,
    /// By what follows `*.`.
    wildcard: HashMap<String, T>,
}

impl<T> ByName<T> {
    pub(super) fn new() -> Self {
        Self { exact: HashMap::new(), wildcard: HashMap::new() }
    }

    /// The first for a name stays. The name is in lower case.
    pub(super) fn add(&mut self, name: String, thing: T) {
        let (map, name) = match name.strip_prefix("*.") {
            Some(parent) => (&mut self.wildcard, parent.to_owned()),
            None => (&mut self.exact, name),
        };
        map.entry(name).or_insert(thing);
    }

    pub(super) fn find(&self, name: &str) -> Option<&T> {
        let name = name.to_ascii_lowercase();
        let by_parent = || self.wildcard.get(name.split_once('.')?.1);
        self.exact.get(&name).or_else(by_parent)
    }
}

/// Certificates by name.
#[derive(Debug)]
pub(super) struct Choice {
    named: ByName<Arc<CertifiedKey>>,
    default: Arc<CertifiedKey>,
}

impl Choice {
    pub(super) fn read(certificates: &[ServerCertificate]) -> Result<Self, TlsError> {
        let (mut named, mut default) = (ByName::new(), None);
        for (index, certificate) in certificates.iter().enumerate() {
            let bad = |problem| {
                let hosts = if certificate.hosts.is_empty() {
                    "for the names in it".to_owned()
                } else {
                    certificate.hosts.join(", ")
                };
                TlsError::Certificate { number: index + 1, hosts, problem }
            };
            let (names, key) = read_one(certificate).map_err(bad)?;
            default.get_or_insert_with(|| key.clone());
            for name in names {
                named.add(name, key.clone());
            }
        }
        Ok(Self { named, default: default.ok_or(TlsError::NoCertificate)? })
    }

    /// The certificate for a name: exact before wildcard before default.
    fn choose(&self, name: Option<&str>) -> &Arc<CertifiedKey> {
        name.and_then(|name| self.named.find(name)).unwrap_or(&self.default)
    }
}

impl ResolvesServerCert for Choice {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.choose(hello.server_name()).clone())
    }
}

fn read_one(certificate: &ServerCertificate) -> Result<(Vec<String>, Arc<CertifiedKey>), PemProblem> {
    let chain = pem::certificates(&certificate.chain_pem)?;
    let names = names(certificate, &chain[0])?;
    let key = CertifiedKey::from_der(chain, pem::key(&certificate.key_pem)?, &provider());
    let key = key.map_err(|error| match error {
        rustls::Error::InconsistentKeys(_) => PemProblem::KeyMismatch,
        other => PemProblem::BadKey(other),
    })?;
    Ok((names, Arc::new(key)))
}

fn names(certificate: &ServerCertificate, leaf: &CertificateDer<'_>) -> Result<Vec<String>, PemProblem> {
    let parsed = webpki::EndEntityCert::try_from(leaf).map_err(PemProblem::BadCertificate)?;
    if certificate.hosts.is_empty() {
        let own: Vec<_> = parsed.valid_dns_names().map(str::to_ascii_lowercase).collect();
        return Ok(own); // a certificate for addresses only has none, and can still be the default
    }
    certificate.hosts.iter().map(|host| server_name(host)).collect()
}

/// A host, in lower case; it may begin with `*.`.
pub(super) fn server_name(host: &str) -> Result<String, PemProblem> {
    let lower = host.to_ascii_lowercase();
    let plain = lower.strip_prefix("*.").unwrap_or(&lower);
    match DnsName::try_from(plain) {
        Ok(_) => Ok(lower),
        Err(_) => Err(PemProblem::BadHost { host: host.to_owned() }),
    }
}
