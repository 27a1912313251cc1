//! PEM: written in place, or in a file that came as a document of its own.

use super::Lowering;
use crate::decode::Either;
use crate::entity::listener::{Pem, PemKey};
use crate::findings::Spot;
use crate::names::is_pem;
use model::Secret;

/// A certificate chain or an authority.
pub(crate) fn certificate(pem: &Pem, at: &mut Lowering<'_>) -> String {
    match pem {
        Either::First(text) => resolve(text, "CERTIFICATE-----", &text.spot, at),
        Either::Second(text) => text.pem.value.clone(),
    }
}

/// A public key, as PEM that says so.
pub(crate) fn public_key(pem: &Pem, at: &mut Lowering<'_>) -> String {
    match pem {
        Either::First(text) => resolve(text, "PUBLIC KEY-----", &text.spot, at),
        Either::Second(text) => text.pem.value.clone(),
    }
}

/// A private key.
pub(crate) fn key(pem: &PemKey, at: &mut Lowering<'_>) -> Secret {
    match pem {
        Either::First(text) => Secret::new(resolve(text.secret().expose(), "PRIVATE KEY-----", &text.spot, at)),
        Either::Second(text) => text.pem.secret(),
    }
}

/// The text itself if it is PEM, else that of the file it names. `mark` must stand in it.
fn resolve(text: &str, mark: &str, spot: &Spot, at: &mut Lowering<'_>) -> String {
    let found = if is_pem(text) { text } else { file(text, spot, at).unwrap_or_default() };
    if !found.is_empty() && !found.contains(mark) {
        at.invalid(spot, format!("there is no PEM block \"-----BEGIN … {mark}\" in it"));
    }
    found.to_owned()
}

fn file<'a>(name: &str, spot: &Spot, at: &mut Lowering<'a>) -> Option<&'a str> {
    if name.is_empty() {
        at.invalid(spot, "a PEM file or PEM itself is needed, and this is empty");
        return None;
    }
    let found = super::file::text(name, at);
    if found.is_none() {
        // The text may be a key that lost its first line, so it is not repeated.
        at.invalid(spot, "this is neither PEM nor a file that can be read; a file is looked for beside this document");
    }
    found
}
