//! Cases of `store`, with stores that openssl and keytool have written.

use super::*;

macro_rules! fixture {
    ($name:literal) => {
        include_bytes!(concat!("fixtures/", $name)).as_slice()
    };
}

const PASSWORD: Unlock<'static> = Unlock { password: Some("changeit"), key_password: None, alias: None };
const NONE: Unlock<'static> = Unlock { password: None, key_password: None, alias: None };

fn der(pem: &[u8]) -> Vec<Vec<u8>> {
    pem::certificates(std::str::from_utf8(pem).unwrap()).unwrap().iter().map(|one| one.to_vec()).collect()
}

fn key_der(pem: &[u8]) -> Vec<u8> {
    pem::key(std::str::from_utf8(pem).unwrap()).unwrap().secret_der().to_vec()
}

fn with_chain() -> Vec<u8> {
    [fixture!("client.pem"), fixture!("client.key")].concat()
}

fn encrypted() -> Vec<u8> {
    [fixture!("client.pem"), fixture!("client-encrypted.key")].concat()
}

#[test]
fn authorities_come_out_of_every_kind_of_store() {
    for (name, bytes, unlock) in [
        ("pem", fixture!("authority.pem"), NONE),
        ("pkcs12 by keytool", fixture!("authority.p12"), PASSWORD),
        ("pkcs12 by openssl", fixture!("authority-openssl.p12"), PASSWORD),
        ("jks", fixture!("authority.jks"), PASSWORD),
        ("jks, unchecked", fixture!("authority.jks"), NONE),
    ] {
        let stored = read(bytes, &unlock).unwrap_or_else(|error| panic!("{name}: {error}"));
        let found: Vec<_> = stored.authorities.iter().flat_map(|pem| der(pem.as_bytes())).collect();
        assert_eq!(found, der(fixture!("authority.pem")), "{name}");
        assert!(stored.identity.is_none(), "{name}");
    }
}

#[test]
fn a_key_comes_out_with_its_chain_whatever_it_was_kept_in() {
    let other = Unlock { key_password: Some("otherpass"), alias: Some("ME"), ..PASSWORD };
    for (name, bytes, unlock) in [
        ("pem", with_chain(), NONE),
        ("pem, encrypted", encrypted(), PASSWORD),
        ("pkcs12", fixture!("client.p12").to_vec(), PASSWORD),
        ("pkcs12 by name", fixture!("client.p12").to_vec(), Unlock { alias: Some("me"), ..PASSWORD }),
        ("pkcs12, old ciphers", fixture!("client-legacy.p12").to_vec(), PASSWORD),
        ("jks", fixture!("client-same.jks").to_vec(), PASSWORD),
        ("jks, a password for the key", fixture!("client.jks").to_vec(), other),
    ] {
        for text in [false, true] {
            let stored = if text && !bytes.starts_with(b"-----") {
                read_text(&format!("{}\n", STANDARD.encode(&bytes)), &unlock)
            } else {
                read(&bytes, &unlock)
            };
            let stored = stored.unwrap_or_else(|error| panic!("{name}: {error}"));
            let identity = stored.identity.unwrap();
            assert_eq!(key_der(identity.key.as_bytes()), key_der(fixture!("client.key")), "{name}");
            assert_eq!(der(identity.chain.as_bytes())[0], der(fixture!("client.pem"))[0], "{name}");
        }
    }
}

#[test]
fn what_is_wrong_with_a_store_is_said_without_its_secrets() {
    let wrong = Unlock { password: Some("hunter2"), ..NONE };
    let wrong_key = Unlock { key_password: Some("hunter2"), ..PASSWORD };
    let stranger = Unlock { alias: Some("you"), ..PASSWORD };
    let no_base64 = b"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n";
    for (bytes, unlock, expected) in [
        (&b""[..], NONE, "the store is empty"),
        (b"hello", NONE, "neither PEM nor PKCS#12 nor JKS"),
        (b"\xce\xce\xce\xce", PASSWORD, "JCEKS"),
        (no_base64, NONE, "the PEM cannot be read"),
        (fixture!("client.p12"), NONE, "the PKCS#12 store needs a password"),
        (fixture!("client.p12"), wrong, "the password does not open the PKCS#12 store"),
        (fixture!("client-legacy.p12"), wrong, "the password does not open the PKCS#12 store"),
        (fixture!("client.p12"), stranger, "no entry called \"you\"; it has me"),
        (&fixture!("client.p12")[..500], PASSWORD, "the PKCS#12 store cannot be read"),
        (fixture!("client.jks"), NONE, "the JKS needs a password"),
        (fixture!("client.jks"), wrong, "the password does not open the JKS"),
        (fixture!("client.jks"), wrong_key, "the password does not open the private key in the JKS"),
        (fixture!("client.jks"), stranger, "no entry called \"you\"; it has me"),
        (&fixture!("client.jks")[..500], PASSWORD, "the password does not open the JKS"),
        (&fixture!("client.jks")[..500], NONE, "the JKS cannot be read: it is cut short"),
        (&fixture!("client.jks")[..6], PASSWORD, "the JKS cannot be read: it is cut short"),
        (fixture!("client-encrypted.key"), NONE, "the encrypted private key needs a password"),
        (fixture!("client-encrypted.key"), wrong, "the password does not open the encrypted private key"),
    ] {
        let Err(error) = read(bytes, &unlock) else { panic!("{expected}") };
        let text = error.to_string();
        assert!(text.contains(expected) && !text.contains("hunter2"), "{text}");
    }
}

#[test]
fn no_beginning_of_a_store_breaks_the_reader() {
    for whole in [fixture!("client.jks"), fixture!("authority.p12"), fixture!("authority.jks")] {
        for length in 0..whole.len() {
            let _ = read(&whole[..length], &NONE);
        }
    }
}
