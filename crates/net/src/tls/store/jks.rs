//! Java's own key store, version 1 and 2, as `keytool -storetype JKS` writes it. Its cipher is what it is: the
//! password keeps nobody out for long.

use super::{StoreError, Stored, StoredIdentity, Unlock, block, certificate_pem, choose};
use crate::tls::der;
use sha1::{Digest, Sha1};

const KIND: &str = "JKS";
const HASH: usize = 20;
/// Entries of a store, certificates of a chain.
const MOST: u32 = 10_000;

/// A private key as it is kept, with its chain.
struct Sealed<'a> {
    key: &'a [u8],
    chain: Vec<&'a [u8]>,
}

pub(super) fn read(bytes: &[u8], unlock: &Unlock<'_>) -> Result<Stored, StoreError> {
    if let Some(password) = unlock.password {
        check(bytes, password)?;
    }
    let mut rest = Reader(&bytes[4..]);
    let cut = || StoreError::Malformed { kind: KIND, cause: "it is cut short".to_owned() };
    let (keys, certificates) = entries(&mut rest).ok_or_else(cut)?;
    let authorities = certificates.iter().map(|one| certificate_pem(one)).collect();
    let identity = match choose(&keys, unlock.alias)? {
        None => None,
        Some(sealed) => {
            let password = unlock.key_password.or(unlock.password).ok_or(StoreError::NoPassword { kind: KIND })?;
            let key = open(sealed.key, password)?;
            let chain = sealed.chain.iter().map(|one| certificate_pem(one)).collect();
            Some(StoredIdentity { chain, key: block("PRIVATE KEY", &key) })
        }
    };
    Ok(Stored { authorities, identity })
}

/// The store ends with a hash over password and content.
fn check(bytes: &[u8], password: &str) -> Result<(), StoreError> {
    let cut = || StoreError::Malformed { kind: KIND, cause: "it is cut short".to_owned() };
    let (content, hash) = bytes.split_at_checked(bytes.len().wrapping_sub(HASH)).ok_or_else(cut)?;
    let mut own = Sha1::new();
    own.update(wide(password));
    own.update(b"Mighty Aphrodite");
    own.update(content);
    if own.finalize().as_slice() == hash { Ok(()) } else { Err(StoreError::WrongPassword { kind: KIND }) }
}

type Entries<'a> = (Vec<(String, Sealed<'a>)>, Vec<&'a [u8]>);

fn entries<'a>(rest: &mut Reader<'a>) -> Option<Entries<'a>> {
    let version = rest.number()?;
    let (mut keys, mut certificates) = (Vec::new(), Vec::new());
    for _ in 0..rest.number().filter(|count| *count <= MOST)? {
        let kind = rest.number()?;
        let alias = rest.text()?;
        rest.take(8)?; // when it came in
        match kind {
            1 => {
                let key = rest.sized()?;
                let count = rest.number().filter(|count| *count <= MOST)?;
                let chain = (0..count).map(|_| rest.certificate(version)).collect::<Option<_>>()?;
                keys.push((alias, Sealed { key, chain }));
            }
            2 => certificates.push(rest.certificate(version)?),
            _ => return None,
        }
    }
    Some((keys, certificates))
}

/// Undoes Java's key protector: salt, the key under a stream of hashes, and a hash over password and key.
fn open(sealed: &[u8], password: &str) -> Result<Vec<u8>, StoreError> {
    let broken = || StoreError::Malformed { kind: KIND, cause: "its private key is not as Java keeps one".to_owned() };
    let octets = der::sealed(sealed).filter(|octets| octets.len() > 2 * HASH).ok_or_else(broken)?;
    let (salt, rest) = octets.split_at(HASH);
    let (hidden, hash) = rest.split_at(rest.len() - HASH);
    let password = wide(password);
    let mut key = Vec::with_capacity(hidden.len());
    let mut stream = salt.to_vec();
    for piece in hidden.chunks(HASH) {
        stream = Sha1::new().chain_update(&password).chain_update(&stream).finalize().to_vec();
        key.extend(piece.iter().zip(&stream).map(|(hidden, mask)| hidden ^ mask));
    }
    let own = Sha1::new().chain_update(&password).chain_update(&key).finalize();
    if own.as_slice() == hash { Ok(key) } else { Err(StoreError::WrongPassword { kind: "private key in the JKS" }) }
}

/// As Java hashes a password.
fn wide(password: &str) -> Vec<u8> {
    password.encode_utf16().flat_map(u16::to_be_bytes).collect()
}

/// What is left of the store.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    fn sized(&mut self) -> Option<&'a [u8]> {
        let length = self.number()?;
        self.take(usize::try_from(length).ok()?)
    }

    fn text(&mut self) -> Option<String> {
        let length = u16::from_be_bytes(self.take(2)?.try_into().ok()?);
        Some(String::from_utf8_lossy(self.take(usize::from(length))?).into_owned())
    }

    fn certificate(&mut self, version: u32) -> Option<&'a [u8]> {
        if version == 2 {
            self.text()?; // its kind, X.509
        }
        self.sized()
    }
}
