//! Public keys as servers publish them (RFC 7517, 7518, 8037).

use super::token_key::{TokenKey, base64_url};
use model::consumer::Algorithm;
use serde_json::Value;

/// Keys of one set that are looked at.
const MOST: usize = 200;

/// A key of a set, for each algorithm that it may sign with.
pub(crate) struct Jwk {
    id: Option<String>,
    keys: Vec<TokenKey>,
}

impl Jwk {
    /// The keys of a set that can check signatures; `None`: this is no set. Secrets in it are not taken: what everybody
    /// may read proves nothing.
    pub(crate) fn read_set(set: &Value, allowed: &[Algorithm]) -> Option<Vec<Self>> {
        let keys = set.get("keys")?.as_array()?;
        Some(keys.iter().take(MOST).filter_map(|key| Self::read(key, allowed)).collect())
    }

    fn read(key: &Value, allowed: &[Algorithm]) -> Option<Self> {
        let text = |name: &str| key.get(name).and_then(Value::as_str);
        if text("use").is_some_and(|used| used != "sig") {
            return None;
        }
        let part = |name: &str| base64_url(text(name)?);
        let (material, able): (Vec<u8>, &[Algorithm]) = match (text("kty")?, text("crv")) {
            ("RSA", _) => (rsa(&part("n")?, &part("e")?), RSA),
            ("EC", Some("P-256")) => (point(&part("x")?, &part("y")?, 32)?, &[Algorithm::ES256]),
            ("EC", Some("P-384")) => (point(&part("x")?, &part("y")?, 48)?, &[Algorithm::ES384]),
            ("EC", Some("P-521")) => (point(&part("x")?, &part("y")?, 66)?, &[Algorithm::ES512]),
            ("OKP", Some("Ed25519")) => (part("x")?, &[Algorithm::EdDSA]),
            _ => return None,
        };
        let own = text("alg");
        let fits = |algorithm: &&Algorithm| {
            own.is_none_or(|own| own == algorithm.name()) && (allowed.is_empty() || allowed.contains(algorithm))
        };
        let keys: Vec<TokenKey> =
            able.iter().filter(fits).filter_map(|algorithm| TokenKey::raw(*algorithm, &material)).collect();
        (!keys.is_empty()).then(|| Self { id: text("kid").map(str::to_owned), keys })
    }

    /// Whether a token that names this key, or none, may be signed with it.
    pub(crate) fn is_named(&self, id: Option<&str>) -> bool {
        match (id, self.id.as_deref()) {
            (Some(id), Some(own)) => id == own,
            (None, _) | (_, None) => true,
        }
    }

    /// The key for this algorithm.
    pub(crate) fn of(&self, algorithm: Algorithm) -> Option<&TokenKey> {
        self.keys.iter().find(|key| key.algorithm() == algorithm)
    }
}

const RSA: &[Algorithm] =
    &[Algorithm::RS256, Algorithm::RS384, Algorithm::RS512, Algorithm::PS256, Algorithm::PS384, Algorithm::PS512];

/// An uncompressed point; coordinates may lack leading zeros.
fn point(x: &[u8], y: &[u8], size: usize) -> Option<Vec<u8>> {
    let mut out = vec![4];
    for part in [x, y] {
        out.extend(vec![0; size.checked_sub(part.len())?]);
        out.extend_from_slice(part);
    }
    Some(out)
}

/// `RSAPublicKey` (RFC 8017, A.1.1).
fn rsa(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    element(0x30, &[number(modulus), number(exponent)].concat())
}

/// A number that is not negative: its first bit is not set.
fn number(bytes: &[u8]) -> Vec<u8> {
    let first = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len());
    let bytes = &bytes[first..];
    let sign: &[u8] = if bytes.first().is_none_or(|first| *first >= 0x80) { &[0] } else { &[] };
    element(0x02, &[sign, bytes].concat())
}

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let short = &length[length.iter().take_while(|byte| **byte == 0).count()..];
    let mut out = vec![tag];
    match u8::try_from(content.len()) {
        Ok(length) if length < 0x80 => out.push(length),
        _ => {
            out.push(0x80 | short.len() as u8);
            out.extend_from_slice(short);
        }
    }
    out.extend_from_slice(content);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::rsa::KeySize;
    use aws_lc_rs::signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
    };
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde_json::json;

    fn url(bytes: &[u8]) -> String {
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Whether a key of the set with this id checks the signature.
    fn checks(set: &Value, allowed: &[Algorithm], id: Option<&str>, algorithm: Algorithm, signature: &[u8]) -> bool {
        let keys = Jwk::read_set(set, allowed).unwrap();
        let mut fitting = keys.iter().filter(|key| key.is_named(id)).filter_map(|key| key.of(algorithm));
        fitting.any(|key| key.verify(b"message", signature, false) == Some(true))
    }

    #[test]
    fn keys_of_each_kind_check_signatures() {
        let random = SystemRandom::new();
        let rsa = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        // SEQUENCE { INTEGER n, INTEGER e }, of 2048 bits
        let whole = rsa.public_key().as_ref();
        let (n, e) = (&whole[9..265], &whole[267..270]);
        let mut by_rsa = vec![0; rsa.public_modulus_len()];
        rsa.sign(&RSA_PKCS1_SHA256, &random, b"message", &mut by_rsa).unwrap();
        let ec = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let by_ec = ec.sign(&random, b"message").unwrap();
        let ed = Ed25519KeyPair::generate().unwrap();
        let by_ed = ed.sign(b"message");
        let point = ec.public_key().as_ref();
        let set = json!({"keys": [
            {"kty": "RSA", "kid": "r", "use": "sig", "n": url(n), "e": url(e)},
            {"kty": "EC", "crv": "P-256", "kid": "e", "alg": "ES256", "x": url(&point[1..33]), "y": url(&point[33..])},
            {"kty": "OKP", "crv": "Ed25519", "x": url(ed.public_key().as_ref())},
            {"kty": "RSA", "kid": "enc", "use": "enc", "n": url(n), "e": url(e)},
            {"kty": "oct", "kid": "shared", "k": "c2VjcmV0"},
            {"kty": "EC", "crv": "P-256", "kid": "bad", "x": "AA", "y": "AA"},
            "nonsense",
        ]});
        let any: &[Algorithm] = &[];
        for (allowed, id, algorithm, signature, good) in [
            (any, Some("r"), Algorithm::RS256, &*by_rsa, true),
            (any, None, Algorithm::RS256, &by_rsa, true),
            (any, Some("r"), Algorithm::RS384, &by_rsa, false),
            (any, Some("e"), Algorithm::RS256, &by_rsa, false),
            (any, Some("enc"), Algorithm::RS256, &by_rsa, false),
            (&[Algorithm::ES256], Some("r"), Algorithm::RS256, &by_rsa, false),
            (any, Some("e"), Algorithm::ES256, by_ec.as_ref(), true),
            (any, Some("bad"), Algorithm::ES256, by_ec.as_ref(), false),
            (any, Some("whoever"), Algorithm::EdDSA, by_ed.as_ref(), true),
            (any, Some("e"), Algorithm::ES256, b"", false),
        ] {
            assert_eq!(checks(&set, allowed, id, algorithm, signature), good, "{id:?} {algorithm:?}");
        }
        assert_eq!(Jwk::read_set(&set, any).unwrap().len(), 3);
        assert!(Jwk::read_set(&json!({"error": "x"}), any).is_none());
    }
}
