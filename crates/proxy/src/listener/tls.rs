//! TLS of a port, made ready: what it shows, and what it asks clients for.

use crate::snapshot::Shared;
use model::tls::{Certificate, ClientCertificates, ClientDemand, ServerTls};
use net::tls::{self, ServerCertificate, TlsError};
use std::sync::{Arc, OnceLock};

/// The certificate that is shown where none was given: made at its first use, the same for the life of the process.
#[derive(Clone, Default)]
pub struct SelfMade(Arc<OnceLock<ServerCertificate>>);

impl SelfMade {
    fn get(&self) -> Result<ServerCertificate, TlsError> {
        if let Some(made) = self.0.get() {
            return Ok(made.clone());
        }
        let made = tls::self_made()?;
        tracing::warn!("TLS without a certificate: one is shown that was made now and that nobody vouches for");
        Ok(self.0.get_or_init(|| made).clone())
    }
}

impl Shared {
    /// TLS of a port.
    pub fn server_tls(&self, written: &ServerTls, http2: bool) -> Result<Arc<tls::ServerTls>, TlsError> {
        let certificates = match written.certificates.is_empty() {
            true => vec![self.self_made.get()?],
            false => written.certificates.iter().map(shown).collect(),
        };
        let clients: Vec<_> = written.clients.iter().map(asked).collect();
        tls::ServerTls::new(&certificates, &clients, http2).map(Arc::new)
    }
}

fn shown(one: &Certificate) -> ServerCertificate {
    ServerCertificate { hosts: one.hosts.clone(), chain_pem: one.chain.clone(), key_pem: one.key.expose().to_owned() }
}

fn asked(asked: &ClientCertificates) -> tls::ClientCertificates {
    tls::ClientCertificates {
        hosts: asked.hosts.clone(),
        authorities: asked.authorities.clone(),
        known: asked.known.clone(),
        required: asked.demand == ClientDemand::Required,
        trusted: asked.demand != ClientDemand::Any,
    }
}
