//! `java.util.Base64` with its encoders and decoders.

use super::{Answer, Call};
use crate::el::evaluate::bytes;
use crate::error::Error;
use crate::value::{Sequence, Thing, Value};
use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

pub(super) fn statics<'a>(call: &Call<'_, 'a, '_>) -> Option<Value<'a>> {
    Some(Value::thing(match (call.name, call.arguments.len()) {
        ("getEncoder", 0) => Thing::Base64Encoder(false, true),
        ("getUrlEncoder", 0) => Thing::Base64Encoder(true, true),
        ("getMimeEncoder", 0) => Thing::Base64Encoder(false, true),
        ("getDecoder" | "getMimeDecoder", 0) => Thing::Base64Decoder(false),
        ("getUrlDecoder", 0) => Thing::Base64Decoder(true),
        _ => return None,
    }))
}

pub(super) fn encoder<'a>(url: bool, padded: bool, call: &mut Call<'_, 'a, '_>) -> Answer<'a> {
    Ok(Some(match (call.name, call.arguments.len()) {
        ("withoutPadding", 0) => Value::thing(Thing::Base64Encoder(url, false)),
        ("encodeToString" | "encode", 1) => {
            let input = octets(call)?;
            call.budget.text(input.len() * 4 / 3)?;
            let text = engine(url, padded).encode(input);
            if call.name == "encode" { bytes(text.as_bytes()) } else { text.into() }
        }
        _ => return Ok(None),
    }))
}

pub(super) fn decoder<'a>(url: bool, call: &mut Call<'_, 'a, '_>) -> Answer<'a> {
    if call.name != "decode" || call.arguments.len() != 1 {
        return Ok(None);
    }
    let input = octets(call)?;
    let wrong = |error: base64::DecodeError| Error::runtime("IllegalArgumentException", error.to_string());
    let output = engine(url, true).decode(input).map_err(wrong)?;
    call.budget.elements(output.len())?;
    Ok(Some(bytes(&output)))
}

/// The argument's bytes: an array of them, or a text's.
fn octets(call: &mut Call<'_, '_, '_>) -> Result<Vec<u8>, Error> {
    match octets_of_array(&call.arguments[0]) {
        Some(bytes) => Ok(bytes),
        None => Ok(call.text(0)?.as_bytes().to_vec()),
    }
}

/// The bytes of an array of bytes.
pub(super) fn octets_of_array(value: &Value<'_>) -> Option<Vec<u8>> {
    match value {
        Value::List(list) if matches!(list.kind, Sequence::Array("byte")) => {
            list.iter().map(|byte| byte.as_i32().map(|byte| byte as u8)).collect()
        }
        _ => None,
    }
}

fn engine(url: bool, padded: bool) -> GeneralPurpose {
    let alphabet = if url { &alphabet::URL_SAFE } else { &alphabet::STANDARD };
    let config = GeneralPurposeConfig::new()
        .with_encode_padding(padded)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent);
    GeneralPurpose::new(alphabet, config)
}
