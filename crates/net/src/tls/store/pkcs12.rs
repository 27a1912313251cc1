//! PKCS#12.

use super::{StoreError, Stored, StoredIdentity, Unlock, block, certificate_pem, choose};
use p12_keystore::Pkcs12Archive;
use p12_keystore::error::Error;

const KIND: &str = "PKCS#12 store";

pub(super) fn read(bytes: &[u8], unlock: &Unlock<'_>) -> Result<Stored, StoreError> {
    let archive = Pkcs12Archive::from_pkcs12(bytes, unlock.password.unwrap_or_default()).map_err(|cause| {
        match (cause, unlock.password) {
            (Error::MacError(_) | Error::UnpadError | Error::Pkcs5Error(_), None) => {
                StoreError::NoPassword { kind: KIND }
            }
            (Error::MacError(_) | Error::UnpadError | Error::Pkcs5Error(_), Some(_)) => {
                StoreError::WrongPassword { kind: KIND }
            }
            (cause, _) => StoreError::Malformed { kind: KIND, cause: cause.to_string() },
        }
    })?;
    let named: Vec<_> = archive.keys.iter().map(|key| (key.friendly_name.clone().unwrap_or_default(), key)).collect();
    let Some(key) = choose(&named, unlock.alias)? else {
        let all = archive.certs.iter().map(|bag| certificate_pem(bag.cert.as_der()));
        return Ok(Stored { authorities: all.collect(), identity: None });
    };
    let own = key.local_key_id.as_ref().map(|id| id.as_ref().to_vec());
    let is_leaf = |id: &Option<Vec<u8>>| id.is_some() && *id == own;
    let leaf = archive.certs.iter().position(|bag| is_leaf(&bag.local_key_id)).unwrap_or(0);
    let chain = chain(&archive, leaf);
    let others = archive.certs.iter().enumerate();
    let authorities = others
        .filter(|(at, bag)| *at != leaf && bag.local_key_id.is_none())
        .map(|(_, bag)| certificate_pem(bag.cert.as_der()));
    Ok(Stored {
        authorities: authorities.collect(),
        identity: Some(StoredIdentity { chain, key: block("PRIVATE KEY", key.key.as_der()) }),
    })
}

/// From the leaf from issuer to issuer, as far as they are there. One that has signed itself is left out: whoever
/// believes it has it already.
fn chain(archive: &Pkcs12Archive, leaf: usize) -> String {
    let mut chain = String::new();
    let mut next = archive.certs.get(leaf);
    for _ in 0..archive.certs.len() {
        let Some(bag) = next else { break };
        chain.push_str(&certificate_pem(bag.cert.as_der()));
        next = archive
            .certs
            .iter()
            .find(|other| other.cert.subject() == bag.cert.issuer() && other.cert.subject() != other.cert.issuer());
    }
    chain
}
