//! Whose a certificate is: the attributes of its subject, and its name as text.

use super::der::{INTEGER, SEQUENCE, VERSION, element, expect};
use std::fmt::Write;

/// The subject of a certificate, as RFC 2253 orders it: the last of its parts first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    /// Object identifiers with dots, and values.
    pub attributes: Vec<(String, String)>,
    /// `CN=a,O=b`.
    pub name: String,
}

const SET: u8 = 0x31;
const OBJECT: u8 = 0x06;
const WIDE_TEXT: u8 = 0x1e;
const WIDER_TEXT: u8 = 0x1c;

/// Types that a name is written with by their words; others by their numbers.
const WORDS: [(&str, &str); 9] = [
    ("2.5.4.3", "CN"),
    ("2.5.4.6", "C"),
    ("2.5.4.7", "L"),
    ("2.5.4.8", "ST"),
    ("2.5.4.9", "STREET"),
    ("2.5.4.10", "O"),
    ("2.5.4.11", "OU"),
    ("0.9.2342.19200300.100.1.25", "DC"),
    ("0.9.2342.19200300.100.1.1", "UID"),
];

/// The subject of a certificate in DER; nothing where it cannot be read.
pub fn subject(certificate: &[u8]) -> Option<Subject> {
    let (certificate, _) = expect(SEQUENCE, certificate)?;
    let (fields, _) = expect(SEQUENCE, certificate)?;
    let fields = expect(VERSION, fields).map_or(fields, |(_, rest)| rest);
    let (_, rest) = expect(INTEGER, fields)?;
    let (_, rest) = expect(SEQUENCE, rest)?; // algorithm
    let (_, rest) = expect(SEQUENCE, rest)?; // issuer
    let (_, rest) = expect(SEQUENCE, rest)?; // validity
    let (mut parts, _) = expect(SEQUENCE, rest)?;
    let mut found = Vec::new();
    while !parts.is_empty() {
        let (part, rest) = expect(SET, parts)?;
        found.push(attributes(part)?);
        parts = rest;
    }
    found.reverse();
    Some(Subject {
        name: name(&found),
        attributes: found.into_iter().flat_map(|part| part.into_iter().take(1)).collect(),
    })
}

type Attribute = (String, String);

/// One part of a name: most have one attribute.
fn attributes(mut part: &[u8]) -> Option<Vec<Attribute>> {
    let mut found = Vec::new();
    while !part.is_empty() {
        let (pair, rest) = expect(SEQUENCE, part)?;
        let (object, value) = expect(OBJECT, pair)?;
        let (tag, value, _) = element(value)?;
        found.push((dotted(object), text(tag, value)));
        part = rest;
    }
    Some(found)
}

fn dotted(bytes: &[u8]) -> String {
    let mut numbers: Vec<u64> = Vec::new();
    let mut number = 0_u64;
    for byte in bytes {
        number = number.wrapping_shl(7) | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            if numbers.is_empty() {
                let first = (number / 40).min(2);
                numbers.extend([first, number - first * 40]);
            } else {
                numbers.push(number);
            }
            number = 0;
        }
    }
    numbers.iter().map(u64::to_string).collect::<Vec<_>>().join(".")
}

fn text(tag: u8, bytes: &[u8]) -> String {
    match tag {
        WIDE_TEXT => {
            let units = bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
            String::from_utf16_lossy(&units.collect::<Vec<_>>())
        }
        WIDER_TEXT => {
            let units = bytes.chunks_exact(4).map(|four| u32::from_be_bytes([four[0], four[1], four[2], four[3]]));
            units.map(|unit| char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
        }
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

fn name(parts: &[Vec<Attribute>]) -> String {
    let one = |(object, value): &Attribute| {
        let word = WORDS.iter().find(|(known, _)| known == object).map_or(object.as_str(), |(_, word)| word);
        format!("{word}={}", escaped(value))
    };
    let part = |part: &Vec<Attribute>| part.iter().map(one).collect::<Vec<_>>().join("+");
    parts.iter().map(part).collect::<Vec<_>>().join(",")
}

fn escaped(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let last = value.chars().count().saturating_sub(1);
    for (at, c) in value.chars().enumerate() {
        let edge = (at == 0 && matches!(c, ' ' | '#')) || (at == last && c == ' ');
        if edge || matches!(c, ',' | '+' | '"' | '\\' | '<' | '>' | ';') {
            out.push('\\');
        }
        let _ = out.write_char(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};

    fn made(parts: &[(DnType, &str)]) -> Vec<u8> {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name = DistinguishedName::new();
        for (kind, value) in parts {
            params.distinguished_name.push(kind.clone(), *value);
        }
        params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().to_vec()
    }

    #[test]
    fn the_last_part_of_a_name_comes_first() {
        let mail = DnType::CustomDnType(vec![1, 2, 840, 113_549, 1, 9, 1]);
        let parts = [
            (DnType::CountryName, "FR"),
            (DnType::OrganizationName, "a, b+c"),
            (mail, "me@a.test"),
            (DnType::CommonName, " Jöhn "),
        ];
        let subject = subject(&made(&parts)).unwrap();
        let pairs: Vec<(&str, &str)> =
            subject.attributes.iter().map(|(object, value)| (object.as_str(), value.as_str())).collect();
        let expected =
            [("2.5.4.3", " Jöhn "), ("1.2.840.113549.1.9.1", "me@a.test"), ("2.5.4.10", "a, b+c"), ("2.5.4.6", "FR")];
        assert_eq!(pairs, expected);
        assert_eq!(subject.name, "CN=\\ Jöhn\\ ,1.2.840.113549.1.9.1=me@a.test,O=a\\, b\\+c,C=FR");
    }

    #[test]
    fn what_is_no_certificate_has_no_subject() {
        let whole = made(&[(DnType::CommonName, "a")]);
        assert_eq!(subject(&[]), None);
        assert_eq!(subject(b"no certificate"), None);
        for end in 0..whole.len().min(200) {
            let _ = subject(&whole[..end]);
        }
    }
}
