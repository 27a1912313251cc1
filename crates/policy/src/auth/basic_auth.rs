//! Name and password (RFC 7617) that name the client.

use super::gate::Gate;
use super::token_key::base64_standard;
use crate::consumers::Owner;
use crate::exchange::Exchange;
use crate::{Outcome, Policy, Running};
use aws_lc_rs::{constant_time, digest};
use http::HeaderName;
use model::consumer::Password;
use model::policy::Case;

/// Looks for name and password and makes their owner the exchange's identity.
pub(crate) struct BasicAuth {
    pub(crate) gate: Gate,
    pub(crate) headers: Vec<HeaderName>,
    pub(crate) hide: bool,
}

impl Policy for BasicAuth {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        if self.gate.passes(exchange) {
            return Running::Done(Outcome::Continue);
        }
        let shown = self.find(exchange);
        if self.hide {
            for name in &self.headers {
                exchange.request.headers.remove(name);
            }
        }
        Running::Done(match shown {
            Shown::Nothing => self.gate.refuse(exchange, Case::Absent, "this route wants name and password", ""),
            Shown::Something(None) if self.gate.says(Case::Unreadable) => {
                self.gate.refuse(exchange, Case::Unreadable, "this is no name and password", "")
            }
            Shown::Something(credential) => {
                match credential.and_then(|(name, password)| self.owner(&name, &password)) {
                    Some(owner) => self.gate.admit(exchange, &owner, None),
                    None => self.gate.refuse(exchange, Case::Unknown, "this name and password are not known here", ""),
                }
            }
        })
    }
}

enum Shown {
    Nothing,
    /// Name and password, where it can be read as such.
    Something(Option<(String, Vec<u8>)>),
}

impl BasicAuth {
    fn find(&self, exchange: &Exchange) -> Shown {
        for name in &self.headers {
            let Some(value) = exchange.request.headers.get(name) else { continue };
            return Shown::Something(value.to_str().ok().and_then(read));
        }
        Shown::Nothing
    }

    fn owner(&self, name: &str, password: &[u8]) -> Option<Owner<'_>> {
        let (owner, known) = self.gate.consumers.by_user(name)?;
        fits(known, password).then_some(owner)
    }
}

/// The name ends at the first colon; the password may have more of them.
fn read(text: &str) -> Option<(String, Vec<u8>)> {
    let (scheme, credential) = text.trim().split_once(' ')?;
    let decoded = base64_standard(credential.trim()).filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let colon = decoded.iter().position(|byte| *byte == b':')?;
    Some((String::from_utf8(decoded[..colon].to_vec()).ok()?, decoded[colon + 1..].to_vec()))
}

/// Compares hashes, so that the time it takes tells nothing about the password.
fn fits(known: &Password, shown: &[u8]) -> bool {
    match known {
        Password::Plain(password) => {
            let hash = |bytes: &[u8]| digest::digest(&digest::SHA256, bytes);
            let (known, shown) = (hash(password.expose().as_bytes()), hash(shown));
            !password.is_empty() && constant_time::verify_slices_are_equal(known.as_ref(), shown.as_ref()).is_ok()
        }
        Password::Sha1 { salt, digest: known } => {
            let hash = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &[shown, salt.as_bytes()].concat());
            let hash = const_hex::encode(hash);
            let known = known.expose().to_ascii_lowercase();
            constant_time::verify_slices_are_equal(known.as_bytes(), hash.as_bytes()).is_ok()
        }
    }
}

#[cfg(test)]
mod tests;
