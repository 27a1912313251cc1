//! TLS towards others: authorities and client certificates, out of PEM and out of key stores.

use super::{Lowering, pem};
use crate::decode::{At, Text};
use crate::entity::upstream::{ClientTls, Identity, Store};
use crate::findings::Spot;
use crate::names::beside;
use dialect::Faith;
use model::{Secret, tls};
use net::tls::store::{self, Stored, Unlock};
use net::tls::{ClientIdentity, check_identity};

pub(crate) fn client_tls(written: &ClientTls, at: &mut Lowering<'_>) -> tls::ClientTls {
    if let Some(verify) = written.verify.as_ref().filter(|verify| !verify.value) {
        let message = "whoever stands between here and there can read and change everything; \
                       name the certificate authority in \"authorities\" instead";
        at.findings.say(Faith::Exact, &verify.spot, message);
    }
    let named: Vec<_> = written.authorities.iter().flat_map(|list| list.all()).cloned().collect();
    let mut authorities: Vec<String> = named.iter().map(|pem| pem::certificate(pem, at)).collect();
    for one in written.stores.iter().flat_map(|list| list.all()) {
        authorities.extend(of_store(one, at));
    }
    tls::ClientTls {
        verify: written.verify.as_ref().is_none_or(|verify| verify.value),
        authorities,
        server_name: written.server_name.as_ref().map(|name| name.value.clone()),
        identity: written.identity.as_ref().and_then(|identity| self::identity(identity, at)),
    }
}

fn of_store(written: &At<Store>, at: &mut Lowering<'_>) -> Vec<String> {
    let password = written.password.as_ref().map(|password| password.secret());
    let unlock = Unlock { password: password.as_ref().map(Secret::expose), ..Unlock::default() };
    let Some(stored) = open(&written.store, &unlock, at) else { return Vec::new() };
    if stored.authorities.is_empty() {
        at.invalid(&written.store.spot, "this store has no certificate authority");
    }
    stored.authorities
}

fn identity(written: &At<Identity>, at: &mut Lowering<'_>) -> Option<tls::ClientIdentity> {
    let password = written.password.as_ref().map(|password| password.secret());
    let key_password = written.key_password.as_ref().map(|password| password.secret());
    let unlock = Unlock {
        password: password.as_ref().map(Secret::expose),
        key_password: key_password.as_ref().map(Secret::expose),
        alias: written.alias.as_ref().map(|alias| alias.as_str()),
    };
    let found = match (&written.chain, &written.key, &written.store) {
        (Some(chain), Some(key), None) => {
            let (chain, key) = (pem::certificate(chain, at), pem::key(key, at));
            tls::ClientIdentity { chain, key: opened(key, &unlock, &written.spot, at)? }
        }
        (None, None, Some(store)) => {
            let Some(found) = open(store, &unlock, at)?.identity else {
                at.invalid(&store.spot, "this store has no private key");
                return None;
            };
            tls::ClientIdentity { chain: found.chain, key: Secret::new(found.key) }
        }
        _ => {
            at.incomplete(&written.spot, "a client certificate is \"chain\" and \"key\", or \"store\"");
            return None;
        }
    };
    let plain = ClientIdentity { chain_pem: found.chain.clone(), key_pem: found.key.expose().to_owned() };
    if let Err(problem) = check_identity(&plain)
        && !at.findings.blames(&written.spot.path)
    {
        at.invalid(&written.spot, format!("this client certificate cannot be used: {problem}"));
    }
    Some(found)
}

/// An encrypted key, decrypted.
fn opened(key: Secret, unlock: &Unlock<'_>, spot: &Spot, at: &mut Lowering<'_>) -> Option<Secret> {
    if !key.expose().contains("-----BEGIN ENCRYPTED PRIVATE KEY-----") {
        return Some(key);
    }
    match store::read(key.expose().as_bytes(), unlock) {
        Ok(stored) => stored.identity.map(|identity| Secret::new(identity.key)),
        Err(problem) => {
            at.invalid(spot, problem.to_string());
            None
        }
    }
}

/// The store in a file of that name, or in the text itself.
fn open(name: &Text, unlock: &Unlock<'_>, at: &mut Lowering<'_>) -> Option<Stored> {
    let key = beside(at.findings.document(), name);
    let read = match at.files.get(key.as_str()) {
        Some(bytes) => store::read(bytes, unlock),
        None => store::read_text(name, unlock),
    };
    match read {
        Ok(stored) => Some(stored),
        // The text may be a store, so it is not repeated.
        Err(store::StoreError::UnknownKind) if !at.files.contains_key(key.as_str()) => {
            let message = "this is neither a key store in base64 nor a file that can be read; \
                           a file is looked for beside this document";
            at.invalid(&name.spot, message);
            None
        }
        Err(problem) => {
            at.invalid(&name.spot, format!("{problem}"));
            None
        }
    }
}
