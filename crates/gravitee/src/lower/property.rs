//! Encrypted properties: AES in its simplest mode, PKCS#7, base64, with the key of the installation.

use aes::cipher::{BlockCipherDecrypt, KeyInit};
use aes::{Aes128, Aes192, Aes256, Block};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::secret::Secret;

/// The key of an installation that names none.
pub(crate) const USUAL: &str = "vvLJ4Q8Khvv9tm2tIPdkGEdmgKUruAL6";

/// What was encrypted; `None` where the key does not fit.
pub(super) fn decrypted(text: &str, key: &Secret) -> Option<String> {
    let bytes = STANDARD.decode(text.trim()).ok()?;
    let decrypt = cipher(key.expose().as_bytes())?;
    let (chunks, left) = bytes.as_chunks::<16>();
    let mut plain = Vec::with_capacity(bytes.len());
    for chunk in chunks {
        let mut block = Block::from(*chunk);
        decrypt(&mut block);
        plain.extend_from_slice(&block);
    }
    let padding = usize::from(*plain.last()?);
    let rest = plain.len().checked_sub(padding).filter(|_| (1..=16).contains(&padding))?;
    let padded = plain[rest..].iter().all(|byte| usize::from(*byte) == padding);
    plain.truncate(rest);
    String::from_utf8(plain).ok().filter(|_| padded && left.is_empty())
}

type Decrypt = dyn Fn(&mut Block);

/// What decrypts a block with a key of this length.
fn cipher(key: &[u8]) -> Option<Box<Decrypt>> {
    Some(match key.len() {
        16 => {
            let cipher = Aes128::new_from_slice(key).ok()?;
            Box::new(move |block| cipher.decrypt_block(block))
        }
        24 => {
            let cipher = Aes192::new_from_slice(key).ok()?;
            Box::new(move |block| cipher.decrypt_block(block))
        }
        32 => {
            let cipher = Aes256::new_from_slice(key).ok()?;
            Box::new(move |block| cipher.decrypt_block(block))
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_encrypted_is_read_with_its_key_alone() {
        // printf 'the value' | openssl enc -aes-256-ecb -K <key in hex> -base64
        let text = "x8LeC3TPvJqRMDe/lezNNQ==";
        assert_eq!(decrypted(text, &Secret::new(USUAL)).as_deref(), Some("the value"));
        for (text, key) in
            [(text, "8y9UBFbJtCIcLZ0hLHrlS9CoDLsFVCXH"), (text, "short"), ("no base64!", USUAL), ("", USUAL)]
        {
            assert_eq!(decrypted(text, &Secret::new(key)), None, "{text} {key}");
        }
    }
}
