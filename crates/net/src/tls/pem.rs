//! Certificates and keys out of PEM.

use super::PemProblem;
use rustls_pki_types::pem::{self, PemObject};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

/// All certificates of a text; at least one.
pub(super) fn certificates(text: &str) -> Result<Vec<CertificateDer<'static>>, PemProblem> {
    let found: Vec<_> = CertificateDer::pem_slice_iter(text.as_bytes())
        .collect::<Result<_, _>>()
        .map_err(PemProblem::BadCertificatePem)?;
    if found.is_empty() { Err(PemProblem::NoCertificate) } else { Ok(found) }
}

/// The first private key of a text.
pub(super) fn key(text: &str) -> Result<PrivateKeyDer<'static>, PemProblem> {
    PrivateKeyDer::from_pem_slice(text.as_bytes()).map_err(|error| match error {
        pem::Error::NoItemsFound if text.contains("BEGIN ENCRYPTED PRIVATE KEY") => PemProblem::EncryptedKey,
        pem::Error::NoItemsFound => PemProblem::NoKey,
        _ => PemProblem::BadKeyPem, // the cause could quote the key
    })
}
