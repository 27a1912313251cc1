//! Certificates and keys out of whatever they are kept in: PEM, PKCS#12, or Java's JKS. Told apart by their first
//! bytes, since Java's tools write PKCS#12 into files called `.jks`.

mod jks;
mod pkcs12;

use super::pem;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

/// The largest store that is read.
const LARGEST: usize = 4 * 1024 * 1024;

/// What opens a store.
#[derive(Clone, Copy, Default)]
pub struct Unlock<'a> {
    /// Of the store, or of the one encrypted key in PEM. A JKS without private keys can be read without it.
    pub password: Option<&'a str>,
    /// Of the private key in a JKS, where it is another one.
    pub key_password: Option<&'a str>,
    /// The name of the wanted entry; without it the first that fits.
    pub alias: Option<&'a str>,
}

/// What a store holds, as PEM.
#[derive(Default)]
pub struct Stored {
    /// Certificates that belong to no key: authorities.
    pub authorities: Vec<String>,
    /// A private key with its chain.
    pub identity: Option<StoredIdentity>,
}

/// A private key with its chain, as PEM.
pub struct StoredIdentity {
    /// The chain, leaf first.
    pub chain: String,
    /// The private key, not encrypted.
    pub key: String,
}

/// Why a store cannot be read. No variant quotes what is secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// There is nothing.
    #[error("the store is empty")]
    Empty,
    /// It is no store.
    #[error("this is neither PEM nor PKCS#12 nor JKS")]
    UnknownKind,
    /// Too large.
    #[error("a key store has at most 4 MiB")]
    TooLarge,
    /// It needs a password.
    #[error("the {kind} needs a password, and none is given")]
    NoPassword {
        /// What it is.
        kind: &'static str,
    },
    /// The password does not open it.
    #[error("the password does not open the {kind}")]
    WrongPassword {
        /// What it is.
        kind: &'static str,
    },
    /// It is broken.
    #[error("the {kind} cannot be read: {cause}")]
    Malformed {
        /// What it is.
        kind: &'static str,
        /// Why.
        cause: String,
    },
    /// No entry has the name.
    #[error("the store has no entry called {alias:?}; it has {known}")]
    NoAlias {
        /// The name.
        alias: String,
        /// The names there are.
        known: String,
    },
}

/// Reads a store.
pub fn read(bytes: &[u8], unlock: &Unlock<'_>) -> Result<Stored, StoreError> {
    match bytes {
        [] => Err(StoreError::Empty),
        _ if bytes.len() > LARGEST => Err(StoreError::TooLarge),
        [0xfe, 0xed, 0xfe, 0xed, ..] => jks::read(bytes, unlock),
        [0xce, 0xce, 0xce, 0xce, ..] => {
            let cause = "it is a JCEKS; convert it with keytool -importkeystore -deststoretype PKCS12".to_owned();
            Err(StoreError::Malformed { kind: "Java key store", cause })
        }
        [0x30, ..] => pkcs12::read(bytes, unlock),
        _ => match std::str::from_utf8(bytes) {
            Ok(text) if text.contains("-----BEGIN ") => read_pem(text, unlock),
            _ => Err(StoreError::UnknownKind),
        },
    }
}

/// A store that stands in a text: PEM as it is, anything else in base64.
pub fn read_text(text: &str, unlock: &Unlock<'_>) -> Result<Stored, StoreError> {
    if text.contains("-----BEGIN ") {
        return read(text.as_bytes(), unlock);
    }
    if text.len() > LARGEST * 2 {
        return Err(StoreError::TooLarge);
    }
    let packed: String = text.split_ascii_whitespace().collect();
    let bytes = STANDARD.decode(packed.trim_end_matches(',')).map_err(|_| StoreError::UnknownKind)?;
    read(&bytes, unlock)
}

fn read_pem(text: &str, unlock: &Unlock<'_>) -> Result<Stored, StoreError> {
    const KIND: &str = "PEM";
    let malformed = |cause: String| StoreError::Malformed { kind: KIND, cause };
    let has_certificates = text.contains("-----BEGIN CERTIFICATE-----");
    let certificates = if has_certificates { pem::certificates(text) } else { Ok(Vec::new()) };
    let certificates = certificates.map_err(|problem| malformed(problem.to_string()))?;
    let key = if text.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----") {
        let password = unlock.key_password.or(unlock.password);
        Some(decrypt(text, password.ok_or(StoreError::NoPassword { kind: "encrypted private key" })?)?)
    } else if text.contains("PRIVATE KEY-----") {
        let key = pem::key(text).map_err(|problem| malformed(problem.to_string()))?;
        Some(key_pem(&key))
    } else {
        None
    };
    Ok(match key {
        Some(key) => {
            Stored { authorities: Vec::new(), identity: Some(StoredIdentity { chain: chain_pem(&certificates), key }) }
        }
        None => Stored { authorities: certificates.iter().map(|one| certificate_pem(one)).collect(), identity: None },
    })
}

/// The encrypted key of a text (PKCS#8), decrypted.
fn decrypt(text: &str, password: &str) -> Result<String, StoreError> {
    const KIND: &str = "encrypted private key";
    const BEGIN: &str = "-----BEGIN ENCRYPTED PRIVATE KEY-----";
    const END: &str = "-----END ENCRYPTED PRIVATE KEY-----";
    let malformed = |cause: &str| StoreError::Malformed { kind: KIND, cause: cause.to_owned() };
    let inner = text.split_once(BEGIN).and_then(|(_, rest)| rest.split_once(END)).map(|(inner, _)| inner);
    let packed: String = inner.ok_or_else(|| malformed("its end is missing"))?.split_ascii_whitespace().collect();
    let der = STANDARD.decode(packed).map_err(|_| malformed("it is not base64"))?;
    let sealed = pkcs8::EncryptedPrivateKeyInfoRef::try_from(der.as_slice())
        .map_err(|_| malformed("it is no PKCS#8; an old form is converted with openssl pkcs8 -topk8"))?;
    let open = sealed.decrypt(password).map_err(|_| StoreError::WrongPassword { kind: KIND })?;
    Ok(block("PRIVATE KEY", open.as_bytes()))
}

fn key_pem(key: &PrivateKeyDer<'_>) -> String {
    let kind = match key {
        PrivateKeyDer::Pkcs1(_) => "RSA PRIVATE KEY",
        PrivateKeyDer::Sec1(_) => "EC PRIVATE KEY",
        _ => "PRIVATE KEY",
    };
    block(kind, key.secret_der())
}

fn certificate_pem(der: &[u8]) -> String {
    block("CERTIFICATE", der)
}

fn chain_pem(chain: &[CertificateDer<'_>]) -> String {
    chain.iter().map(|one| certificate_pem(one)).collect()
}

fn block(kind: &str, der: &[u8]) -> String {
    let mut text = format!("-----BEGIN {kind}-----\n");
    for line in STANDARD.encode(der).as_bytes().chunks(64) {
        text.extend(line.iter().map(|byte| char::from(*byte)));
        text.push('\n');
    }
    text + &format!("-----END {kind}-----\n")
}

/// The entry of that name, else the first; `Ok(None)` when there is none at all and none is named.
fn choose<'a, T>(entries: &'a [(String, T)], alias: Option<&str>) -> Result<Option<&'a T>, StoreError> {
    let Some(alias) = alias else { return Ok(entries.first().map(|(_, entry)| entry)) };
    match entries.iter().find(|(name, _)| name.eq_ignore_ascii_case(alias)) {
        Some((_, entry)) => Ok(Some(entry)),
        None => {
            let names: Vec<&str> = entries.iter().map(|(name, _)| name.as_str()).collect();
            let known = if names.is_empty() { "none with a private key".to_owned() } else { names.join(", ") };
            Err(StoreError::NoAlias { alias: alias.to_owned(), known })
        }
    }
}

#[cfg(test)]
mod tests;
