//! A signature, computed once more by AWS's rules from what was sent: not with the gateway's own code.

use crate::double::Asked;
use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode, utf8_percent_encode};
use serde_json::Value;
use sha2::{Digest, Sha256};

const STRICT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
const PATH: &AsciiSet = &STRICT.remove(b'/');

pub(super) fn judge(expected: &Value, sent: &Asked) -> Result<(), String> {
    let text = |name: &str| expected[name].as_str().unwrap();
    let header = |name: &str| sent.headers.iter().find(|(one, _)| one == name).map(|(_, value)| value.as_str());
    let authorization = header("authorization").ok_or("nothing is signed")?;
    let part = |name: &str| {
        let (_, rest) = authorization.split_once(name).ok_or_else(|| format!("no {name} in {authorization}"))?;
        Ok::<_, String>(rest.split([',', ' ']).next().unwrap_or_default().to_owned())
    };
    let (credential, signed, signature) = (part("Credential=")?, part("SignedHeaders=")?, part("Signature=")?);
    let date = header("x-amz-date").ok_or("no date")?;
    let scope = format!("{}/{}/{}/aws4_request", &date[..8], text("region"), text("service"));
    if credential != format!("{}/{scope}", text("access_key")) {
        return Err(format!("the credential is {credential}"));
    }
    let names: Vec<&str> = signed.split(';').collect();
    for name in expected["signed"].as_array().into_iter().flatten() {
        if !names.contains(&name.as_str().unwrap()) {
            return Err(format!("{name} is not signed: {signed}"));
        }
    }
    let own = signature_of(sent, &names, &signed, (date, &scope), text("secret"));
    match (own == signature) == expected["valid"].as_bool().unwrap() {
        true => Ok(()),
        false => Err(format!("the signature is {signature}, and by AWS's rules {own}")),
    }
}

fn signature_of(sent: &Asked, names: &[&str], signed: &str, (date, scope): (&str, &str), secret: &str) -> String {
    let (path, query) = sent.target.split_once('?').unwrap_or((&sent.target, ""));
    let fields: String = names
        .iter()
        .map(|name| {
            let values = sent.headers.iter().filter(|(one, _)| one == name);
            let folded = |value: &String| value.split_whitespace().collect::<Vec<_>>().join(" ");
            let values: Vec<String> = values.map(|(_, value)| folded(value)).collect();
            format!("{name}:{}\n", values.join(","))
        })
        .collect();
    let canonical = format!(
        "{}\n{}\n{}\n{fields}\n{signed}\n{}",
        sent.method,
        utf8_percent_encode(path, PATH),
        canonical_query(query),
        hex(&Sha256::digest(&sent.body)),
    );
    let text = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{}", hex(&Sha256::digest(canonical)));
    let first = format!("AWS4{secret}").into_bytes();
    let key = scope.split('/').fold(first, |key, part| mac(&key, part.as_bytes()));
    hex(&mac(&key, text.as_bytes()))
}

fn canonical_query(query: &str) -> String {
    let encoded = |text: &str| {
        let bytes: Vec<u8> = percent_decode_str(&text.replace('+', " ")).collect();
        percent_encode(&bytes, STRICT).to_string()
    };
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let mut pairs: Vec<(String, String)> = pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (encoded(name), encoded(value)))
        .collect();
    pairs.sort();
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

fn mac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
