//! A key that checks the signatures of tokens (RFC 7518), read once.

use aws_lc_rs::{hmac, signature};
use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use model::consumer::{Algorithm, Verifier};
use rustls_pki_types::SubjectPublicKeyInfoDer;
use rustls_pki_types::pem::PemObject;
use signature::{ParsedPublicKey, VerificationAlgorithm};
use std::time::Duration;

/// A key with the one algorithm that it is for: a token has no say in that.
pub(crate) struct TokenKey {
    algorithm: Algorithm,
    form: Form,
    grace: Duration,
}

enum Form {
    /// The secret as it is written, and what it means in base64.
    Shared {
        plain: Box<hmac::Key>,
        decoded: Option<Box<hmac::Key>>,
    },
    Public(ParsedPublicKey),
    Unusable,
}

/// Base64, padded or not.
const fn engine(alphabet: &alphabet::Alphabet) -> GeneralPurpose {
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    GeneralPurpose::new(alphabet, config)
}

const STANDARD: GeneralPurpose = engine(&alphabet::STANDARD);

/// Decodes base64url, padded or not.
pub(crate) fn base64_url(text: &str) -> Option<Vec<u8>> {
    const URL: GeneralPurpose = engine(&alphabet::URL_SAFE);
    URL.decode(text).ok()
}

/// Decodes base64, padded or not.
pub(crate) fn base64_standard(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

impl TokenKey {
    /// A key that cannot be used is one that no token fits.
    pub(crate) fn read(algorithm: Algorithm, verifier: &Verifier) -> Self {
        let form = match verifier {
            Verifier::Shared(secret) => hash(algorithm).map(|hash| {
                let secret = secret.expose();
                let decoded = base64_standard(secret).or_else(|| base64_url(secret));
                let decoded = decoded.filter(|bytes| !bytes.is_empty());
                Form::Shared {
                    plain: Box::new(hmac::Key::new(hash, secret.as_bytes())),
                    decoded: decoded.map(|bytes| Box::new(hmac::Key::new(hash, &bytes))),
                }
            }),
            Verifier::Encoded(secret) => hash(algorithm).and_then(|hash| {
                let bytes = base64_standard(secret.expose()).filter(|bytes| !bytes.is_empty())?;
                let key = Box::new(hmac::Key::new(hash, &bytes));
                Some(Form::Shared { plain: key.clone(), decoded: Some(key) })
            }),
            Verifier::Public(pem) => public(algorithm).and_then(|scheme| {
                let key = SubjectPublicKeyInfoDer::from_pem_slice(pem.as_bytes()).ok()?;
                ParsedPublicKey::new(scheme, key).ok().map(Form::Public)
            }),
        };
        Self { algorithm, form: form.unwrap_or(Form::Unusable), grace: Duration::ZERO }
    }

    /// A public key as such, without what says of which kind it is.
    pub(crate) fn raw(algorithm: Algorithm, key: &[u8]) -> Option<Self> {
        let key = ParsedPublicKey::new(public(algorithm)?, key).ok()?;
        Some(Self { algorithm, form: Form::Public(key), grace: Duration::ZERO })
    }

    pub(crate) fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The same with tokens that still count so long after their end.
    pub(crate) fn with_grace(self, grace: Duration) -> Self {
        Self { grace, ..self }
    }

    /// How long after their end its tokens still count.
    pub(crate) fn grace(&self) -> Duration {
        self.grace
    }

    pub(crate) fn is_usable(&self) -> bool {
        !matches!(self.form, Form::Unusable)
    }

    /// Whether the signature is this key's; `None`: the key cannot be used.
    pub(crate) fn verify(&self, message: &[u8], signature: &[u8], base64_secret: bool) -> Option<bool> {
        match &self.form {
            Form::Shared { plain, decoded } => {
                let key = if base64_secret { decoded.as_ref()? } else { plain };
                Some(hmac::verify(key, message, signature).is_ok())
            }
            Form::Public(key) => Some(key.verify_sig(message, signature).is_ok()),
            Form::Unusable => None,
        }
    }
}

fn hash(algorithm: Algorithm) -> Option<hmac::Algorithm> {
    Some(match algorithm {
        Algorithm::HS256 => hmac::HMAC_SHA256,
        Algorithm::HS384 => hmac::HMAC_SHA384,
        Algorithm::HS512 => hmac::HMAC_SHA512,
        Algorithm::RS256
        | Algorithm::RS384
        | Algorithm::RS512
        | Algorithm::ES256
        | Algorithm::ES384
        | Algorithm::ES512
        | Algorithm::PS256
        | Algorithm::PS384
        | Algorithm::PS512
        | Algorithm::EdDSA => return None,
    })
}

fn public(algorithm: Algorithm) -> Option<&'static dyn VerificationAlgorithm> {
    Some(match algorithm {
        Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512 => return None,
        Algorithm::RS256 => &signature::RSA_PKCS1_2048_8192_SHA256,
        Algorithm::RS384 => &signature::RSA_PKCS1_2048_8192_SHA384,
        Algorithm::RS512 => &signature::RSA_PKCS1_2048_8192_SHA512,
        Algorithm::PS256 => &signature::RSA_PSS_2048_8192_SHA256,
        Algorithm::PS384 => &signature::RSA_PSS_2048_8192_SHA384,
        Algorithm::PS512 => &signature::RSA_PSS_2048_8192_SHA512,
        Algorithm::ES256 => &signature::ECDSA_P256_SHA256_FIXED,
        Algorithm::ES384 => &signature::ECDSA_P384_SHA384_FIXED,
        Algorithm::ES512 => &signature::ECDSA_P521_SHA512_FIXED,
        Algorithm::EdDSA => &signature::ED25519,
    })
}
