//! `certificates`, their `snis`, and `ca_certificates`.

use super::with_common;
use crate::schema::{Object, Record, Rule, Violation, foreign, string, text};
use net::tls::{PemProblem, ServerCertificate, check_certificate};

pub(super) fn record() -> Record {
    Record::new(with_common(vec![
        string("cert").required().referenceable().rule(Rule::Text(certificate)),
        string("key").required().secret().rule(Rule::Text(private_key)),
        string("cert_alt").referenceable().unsupported("one certificate is shown to all clients"),
        string("key_alt").secret().unsupported("one certificate is shown to all clients"),
    ]))
}

pub(super) fn sni() -> Record {
    Record::new(with_common(vec![
        string("name").required().unique().rule(Rule::Text(text::sni)),
        foreign("certificate", "certificates").required(),
    ]))
}

pub(super) fn authority() -> Record {
    Record::new(with_common(vec![
        string("cert").required().rule(Rule::Text(certificate)),
        string("cert_digest").ignored("it is computed by whoever needs it"),
    ]))
}

/// What a certificate and its key are refused for, where both are written out.
pub(crate) fn unreadable(object: &Object) -> Option<Violation> {
    let text = |name: &str| object.get(name)?.as_str().filter(|text| text.contains("-----BEGIN ")).map(str::to_owned);
    let pair = ServerCertificate { hosts: Vec::new(), chain_pem: text("cert")?, key_pem: text("key")? };
    let why = check_certificate(&pair).err()?;
    Some(match why {
        PemProblem::KeyMismatch => Violation::entity("certificate does not match key"),
        why if why.is_of_key() => Violation::field("key", format!("invalid key: {why}")),
        why => Violation::field("cert", format!("invalid certificate: {why}")),
    })
}

fn certificate(text: &str) -> text::Judged {
    match text.contains("-----BEGIN CERTIFICATE-----") {
        true => Ok(()),
        false => Err("invalid certificate: no PEM block of a certificate".to_owned()),
    }
}

fn private_key(text: &str) -> text::Judged {
    match text.contains("PRIVATE KEY-----") {
        true => Ok(()),
        false => Err("invalid key: no PEM block of a private key".to_owned()),
    }
}
