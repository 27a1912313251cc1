//! TLS in both directions: configurations made ready from PEM, and PEM out of key stores.

mod accept;
mod client;
mod clients;
mod der;
mod pem;
mod self_made;
mod server;
pub mod store;
mod subject;
mod verify;

pub use accept::{Accepted, ServerTls};
pub use client::{ClientIdentity, ClientTlsOptions, check_identity, client_config};
pub use clients::{ClientCertificates, PeerCertificate, certificates};
pub use self_made::self_made;
pub use server::{ServerCertificate, check_certificate, server_config};
pub use subject::{Subject, subject};

use rustls::crypto::CryptoProvider;
use std::sync::{Arc, OnceLock};

/// Why a TLS configuration cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A server needs a certificate.
    #[error("there is no certificate")]
    NoCertificate,
    /// A server certificate cannot be used.
    #[error("certificate {number} ({hosts}): {problem}")]
    Certificate {
        /// Which one, counted from 1.
        number: usize,
        /// The hosts it is for.
        hosts: String,
        /// What is wrong with it.
        problem: PemProblem,
    },
    /// A certificate authority cannot be used.
    #[error("certificate authority {number}: {problem}")]
    Authority {
        /// Which one, counted from 1.
        number: usize,
        /// What is wrong with it.
        problem: PemProblem,
    },
    /// The client certificate cannot be used.
    #[error("client certificate: {problem}")]
    Identity {
        /// What is wrong with it.
        problem: PemProblem,
    },
    /// A certificate that nobody gave cannot be made.
    #[error("a certificate cannot be made: {0}")]
    SelfMade(String),
    /// The library refuses.
    #[error("tls: {0}")]
    Library(#[from] rustls::Error),
}

/// What is wrong with a certificate or key.
#[derive(Debug, thiserror::Error)]
pub enum PemProblem {
    /// There is none in the text.
    #[error("no PEM certificate found")]
    NoCertificate,
    /// The certificate's PEM cannot be read.
    #[error("the certificate is not valid PEM: {0}")]
    BadCertificatePem(rustls_pki_types::pem::Error),
    /// The certificate is not one.
    #[error("not an X.509 certificate: {0}")]
    BadCertificate(webpki::Error),
    /// The certificate cannot serve as an authority.
    #[error("not a certificate authority's certificate: {0}")]
    NotAnAuthority(rustls::Error),
    /// There is no key in the text.
    #[error("no PEM private key found")]
    NoKey,
    /// The key's PEM cannot be read.
    #[error("the private key is not valid PEM")]
    BadKeyPem,
    /// The key is encrypted.
    #[error("the private key is encrypted; give it decrypted")]
    EncryptedKey,
    /// The kind of key is not supported, or it is broken.
    #[error("the private key cannot be used: {0}")]
    BadKey(rustls::Error),
    /// The key belongs to another certificate.
    #[error("the private key does not belong to the first certificate of the chain")]
    KeyMismatch,
    /// A host is not a name.
    #[error("{host:?} is neither a host name nor a wildcard like *.example.com")]
    BadHost {
        /// The host.
        host: String,
    },
}

impl PemProblem {
    /// Whether it is the key's alone, whatever the certificate is.
    pub fn is_of_key(&self) -> bool {
        match self {
            Self::NoKey | Self::BadKeyPem | Self::EncryptedKey | Self::BadKey(_) => true,
            Self::NoCertificate
            | Self::BadCertificatePem(_)
            | Self::BadCertificate(_)
            | Self::NotAnAuthority(_)
            | Self::KeyMismatch
            | Self::BadHost { .. } => false,
        }
    }
}

/// ALPN protocols to offer or accept, the preferred one first.
pub(crate) fn alpn(http2: bool) -> Vec<Vec<u8>> {
    let http1 = b"http/1.1".to_vec();
    if http2 { vec![b"h2".to_vec(), http1] } else { vec![http1] }
}

/// The cryptography used everywhere; no process-wide default is needed.
fn provider() -> Arc<CryptoProvider> {
    static PROVIDER: OnceLock<Arc<CryptoProvider>> = OnceLock::new();
    PROVIDER.get_or_init(|| Arc::new(rustls::crypto::aws_lc_rs::default_provider())).clone()
}

#[cfg(test)]
pub(crate) mod tests;
