//! TLS towards clients: certificates chosen by server name.

use super::{PemProblem, TlsError, alpn, pem, provider};
use rustls::ServerConfig;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls_pki_types::{CertificateDer, DnsName};
use std::collections::HashMap;
use std::sync::Arc;

/// A certificate chain with its key.
pub struct ServerCertificate {
    /// Server names it serves, `*.example.com` among them. Empty: the names in the certificate itself.
    pub hosts: Vec<String>,
    /// Chain in PEM, leaf first.
    pub chain_pem: String,
    /// Private key in PEM.
    pub key_pem: String,
}

/// A server's configuration. Of several certificates for a name the first one serves it; the first of all serves
/// clients that name no known host. Sessions are resumed by ticket.
pub fn server_config(certificates: &[ServerCertificate], http2: bool) -> Result<Arc<ServerConfig>, TlsError> {
    let choice = Choice::read(certificates)?;
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(choice));
    config.alpn_protocols = alpn(http2);
    config.ticketer = rustls::crypto::aws_lc_rs::Ticketer::new()?;
    Ok(Arc::new(config))
}

/// Certificates by name.
#[derive(Debug)]
struct Choice {
    /// By the whole name, in lower case.
    exact: HashMap<String, Arc<CertifiedKey>>,
    /// By what follows `*.`.
    wildcard: HashMap<String, Arc<CertifiedKey>>,
    default: Arc<CertifiedKey>,
}

impl Choice {
    fn read(certificates: &[ServerCertificate]) -> Result<Self, TlsError> {
        let (mut exact, mut wildcard, mut default) = (HashMap::new(), HashMap::new(), None);
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
                let (map, name) = match name.strip_prefix("*.") {
                    Some(parent) => (&mut wildcard, parent.to_owned()),
                    None => (&mut exact, name),
                };
                map.entry(name).or_insert_with(|| key.clone());
            }
        }
        Ok(Self { exact, wildcard, default: default.ok_or(TlsError::NoCertificate)? })
    }

    /// The certificate for a name: exact before wildcard before default.
    fn choose(&self, name: Option<&str>) -> &Arc<CertifiedKey> {
        let Some(name) = name else { return &self.default };
        let name = name.to_ascii_lowercase();
        let by_parent = || self.wildcard.get(name.split_once('.')?.1);
        self.exact.get(&name).or_else(by_parent).unwrap_or(&self.default)
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

fn server_name(host: &str) -> Result<String, PemProblem> {
    let lower = host.to_ascii_lowercase();
    let plain = lower.strip_prefix("*.").unwrap_or(&lower);
    match DnsName::try_from(plain) {
        Ok(_) => Ok(lower),
        Err(_) => Err(PemProblem::BadHost { host: host.to_owned() }),
    }
}
