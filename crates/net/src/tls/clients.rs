//! Certificates that clients are asked for: whether one is trusted, and who may connect.

use super::{PemProblem, TlsError, der, pem, provider};
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{CertificateError, DigitallySignedStruct, DistinguishedName, Error, RootCertStore, SignatureScheme};
use rustls_pki_types::{CertificateDer, UnixTime};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::SystemTime;

/// What clients are asked for.
#[derive(Clone, Debug, Default)]
pub struct ClientCertificates {
    /// Server names of which this is true, `*.example.com` among them. Empty: every name, and none.
    pub hosts: Vec<String>,
    /// Authorities in PEM.
    pub authorities: Vec<String>,
    /// Certificates, in PEM, that are trusted whoever made them.
    pub known: Vec<String>,
    /// Clients without a certificate may not connect.
    pub required: bool,
    /// Clients with one that is not trusted may not connect.
    pub trusted: bool,
}

/// The certificate that a client showed. It has the key of it: the handshake proves that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerCertificate {
    /// The chain in DER, leaf first; never empty.
    pub chain: Vec<CertificateDer<'static>>,
    /// Why it is not trusted.
    pub distrust: Option<String>,
    /// The first and the last moment at which it counts.
    pub validity: Option<(SystemTime, SystemTime)>,
}

impl PeerCertificate {
    /// The certificate itself, in DER.
    pub fn leaf(&self) -> &[u8] {
        self.chain.first().map_or(&[], |leaf| leaf)
    }

    /// Whether it counts at this moment.
    pub fn counts(&self, now: SystemTime) -> bool {
        self.validity.is_some_and(|(first, last)| first <= now && now <= last)
    }
}

/// The certificates of a text in PEM, in DER.
pub fn certificates(text: &str) -> Result<Vec<CertificateDer<'static>>, PemProblem> {
    pem::certificates(text)
}

/// Asks for certificates and judges them.
#[derive(Debug)]
pub(super) struct ClientCheck {
    chains: Option<Arc<dyn ClientCertVerifier>>,
    known: HashSet<CertificateDer<'static>>,
    required: bool,
    trusted: bool,
    algorithms: WebPkiSupportedAlgorithms,
    hints: Vec<DistinguishedName>,
}

impl ClientCheck {
    pub(super) fn read(asked: &ClientCertificates) -> Result<Self, TlsError> {
        let mut roots = RootCertStore::empty();
        for (index, text) in asked.authorities.iter().enumerate() {
            let bad = |problem| TlsError::Authority { number: index + 1, problem };
            for certificate in pem::certificates(text).map_err(bad)? {
                roots.add(certificate).map_err(|cause| bad(PemProblem::NotAnAuthority(cause)))?;
            }
        }
        let mut known = HashSet::new();
        for text in &asked.known {
            known.extend(pem::certificates(text).map_err(|problem| TlsError::Identity { problem })?);
        }
        // clients choose a certificate by the names of authorities: some that are known may have another
        let hints = if known.is_empty() { roots.subjects() } else { Vec::new() };
        let chains = (!roots.is_empty()).then(|| {
            let builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider());
            builder.allow_unauthenticated().build()
        });
        let chains = chains.transpose().map_err(|error| Error::General(error.to_string()))?;
        let algorithms = provider().signature_verification_algorithms;
        Ok(Self { chains, known, required: asked.required, trusted: asked.trusted, algorithms, hints })
    }

    /// What is known of a chain that a client showed; an error where such a client may not connect.
    pub(super) fn peer(&self, chain: &[CertificateDer<'_>]) -> Result<Option<PeerCertificate>, Error> {
        let Some((leaf, rest)) = chain.split_first() else { return Ok(None) };
        let distrust = self.judge(leaf, rest, UnixTime::now()).err();
        match distrust {
            Some(error) if self.trusted => Err(error),
            distrust => Ok(Some(PeerCertificate {
                chain: chain.iter().map(|one| one.clone().into_owned()).collect(),
                distrust: distrust.map(|error| error.to_string()),
                validity: der::validity(leaf),
            })),
        }
    }

    fn judge(&self, leaf: &CertificateDer<'_>, rest: &[CertificateDer<'_>], now: UnixTime) -> Result<(), Error> {
        if self.known.contains(leaf) {
            return in_time(leaf, now);
        }
        match &self.chains {
            Some(chains) => chains.verify_client_cert(leaf, rest, now).map(|_| ()),
            None => Err(CertificateError::UnknownIssuer.into()),
        }
    }
}

fn in_time(leaf: &CertificateDer<'_>, now: UnixTime) -> Result<(), Error> {
    let seconds = |at: SystemTime| at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    let (first, last) = der::validity(leaf).ok_or(CertificateError::BadEncoding)?;
    if now.as_secs() < seconds(first) {
        return Err(CertificateError::NotValidYet.into());
    }
    if seconds(last) < now.as_secs() {
        return Err(CertificateError::Expired.into());
    }
    Ok(())
}

impl ClientCertVerifier for ClientCheck {
    fn client_auth_mandatory(&self) -> bool {
        self.required
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &self.hints
    }

    fn verify_client_cert(
        &self,
        leaf: &CertificateDer<'_>,
        rest: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        match self.judge(leaf, rest, now) {
            Err(error) if self.trusted => Err(error),
            // what is shown but not trusted is for policies to judge
            Ok(()) | Err(_) => Ok(ClientCertVerified::assertion()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
