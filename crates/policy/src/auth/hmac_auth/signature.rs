//! Signatures of requests: how they are written, and over what.

use crate::exchange::Exchange;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, Version};
use model::policy::{HmacAlgorithm, SignatureForm};
use std::time::SystemTime;

/// What a request shows.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// None of the fields.
    Nothing,
    /// Something else.
    Nonsense,
    /// A signature that lacks something.
    Broken,
    Signature(Signature),
}

/// A signature.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Signature {
    /// Whose it is.
    pub(super) name: String,
    pub(super) algorithm: HmacAlgorithm,
    /// Which fields are signed, in order.
    pub(super) signed: Vec<String>,
    pub(super) bytes: Vec<u8>,
}

/// The signature of the first field that has one.
pub(super) fn shown(form: SignatureForm, fields: &[HeaderName], headers: &HeaderMap) -> Shown {
    let texts: Vec<&str> =
        fields.iter().filter_map(|name| headers.get(name)).map(|value| value.to_str().unwrap_or("")).collect();
    if texts.is_empty() {
        return Shown::Nothing;
    }
    let marked = |text: &&&str| match form {
        SignatureForm::Username => text.trim_start().get(..4).is_some_and(|word| word.eq_ignore_ascii_case("hmac")),
        SignatureForm::KeyId => text.starts_with("Signature"),
    };
    let Some(text) = texts.iter().find(marked) else {
        return if form == SignatureForm::KeyId { Shown::Nonsense } else { Shown::Broken };
    };
    let read = match form {
        SignatureForm::Username => read(&text.trim_start()[4..], "username"),
        SignatureForm::KeyId => read(&text["Signature".len()..], "keyId"),
    };
    read.map_or(Shown::Broken, Shown::Signature)
}

fn read(text: &str, owner: &str) -> Option<Signature> {
    let (mut name, mut algorithm, mut signed, mut bytes) = (None, None, None, None);
    for (key, value) in pairs(text) {
        match key {
            "algorithm" => algorithm = HmacAlgorithm::from_name(value),
            "headers" => signed = Some(value.split(' ').filter(|name| !name.is_empty()).map(str::to_owned).collect()),
            "signature" => bytes = STANDARD.decode(value).ok(),
            key if key == owner => name = Some(value.to_owned()),
            _ => {}
        }
    }
    let name = name.filter(|name: &String| !name.is_empty())?;
    Some(Signature { name, algorithm: algorithm?, signed: signed.unwrap_or_default(), bytes: bytes? })
}

/// `name="value"`, with commas between them.
fn pairs(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (key, after) = rest.split_once("=\"")?;
        let (value, after) = after.split_once('"')?;
        rest = after.trim_start().strip_prefix(',').unwrap_or(after);
        Some((key.trim(), value))
    })
}

impl Signature {
    /// What it is over.
    pub(super) fn text(&self, form: SignatureForm, exchange: &Exchange, target: &str) -> String {
        match form {
            SignatureForm::Username => self.by_lines(exchange, target),
            SignatureForm::KeyId => self.by_name(exchange, target),
        }
    }

    fn by_lines(&self, exchange: &Exchange, target: &str) -> String {
        let method = exchange.request.method.as_str();
        let line = |name: &String| match (field(&exchange.request.headers, name), name.as_str()) {
            (Some(value), _) => format!("{name}: {value}"),
            (None, "@request-target") => format!("{name}: {} {target}", method.to_ascii_lowercase()),
            (None, "request-line") => format!("{method} {target} {}", version(exchange.request.version)),
            (None, _) => format!("{name}:"),
        };
        self.signed.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    fn by_name(&self, exchange: &Exchange, target: &str) -> String {
        let mut text = format!("{}\n", self.name);
        for name in &self.signed {
            match (field(&exchange.request.headers, name), name.as_str()) {
                (Some(value), _) => text.push_str(&format!("{name}: {value}\n")),
                (None, "@request-target") => text.push_str(&format!("{} {target}\n", exchange.request.method)),
                (None, _) => {}
            }
        }
        text
    }
}

fn field<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

fn version(version: Version) -> &'static str {
    match version {
        Version::HTTP_10 => "HTTP/1.0",
        Version::HTTP_2 => "HTTP/2.0",
        _ => "HTTP/1.1",
    }
}

/// A date as HTTP writes it (RFC 9110, 5.6.7).
pub(super) fn moment(text: &str) -> Option<SystemTime> {
    let zoned = jiff::fmt::rfc2822::parse(text.trim()).ok()?;
    Some(zoned.timestamp().into())
}
