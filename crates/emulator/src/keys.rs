//! A file of keys that may sign calls.
//!
//! One key a line: access key, secret key and, for a temporary key, its session token, with blanks between them. Empty
//! lines and lines that begin with `#` mean nothing.
//!
//! ```text
//! # who may call
//! AKIDEXAMPLE   wJalrXUtnFEMI
//! ASIAEXAMPLE   tcg7Wz2k3VexK   IQoJb3JpZ2luX2VjE
//! ```

use crate::settings::KeyPair;
use model::Secret;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Why a file of keys is not taken.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// It cannot be read.
    #[error("{path}: {source}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A line is no key. What stands there is not repeated: it may be half a secret.
    #[error("{path}:{line}: a key is an access key, a secret key and, if it has one, a session token")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// From one on.
        line: usize,
    },
}

/// Reads a file of keys, in their order.
pub fn read(path: &Path) -> Result<Vec<KeyPair>, KeysError> {
    let text = fs::read_to_string(path).map_err(|source| KeysError::Unreadable { path: path.to_owned(), source })?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty() && !line.trim().starts_with('#'));
    let malformed = |index| KeysError::Malformed { path: path.to_owned(), line: index + 1 };
    lines.map(|(index, line)| key(line).ok_or_else(|| malformed(index))).collect()
}

fn key(line: &str) -> Option<KeyPair> {
    let mut words = line.split_whitespace();
    let (access_key, secret_key, session_token) = (words.next()?, words.next()?, words.next());
    words.next().is_none().then(|| KeyPair {
        access_key: access_key.to_owned(),
        secret_key: Secret::new(secret_key),
        session_token: session_token.map(Secret::new),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_key_and_a_comment_none() {
        check("", Ok(&[]));
        check("# a b\n\n  \n\ta\tb \r\n", Ok(&[("a", "b", None)]));
        check("a b c\nd e#f\n", Ok(&[("a", "b", Some("c")), ("d", "e#f", None)]));
        check("a b\nc\n", Err(2));
        check("a b c d\n", Err(1));
    }

    /// Access key, secret key, session token.
    type Words<'a> = (&'a str, &'a str, Option<&'a str>);

    fn check(text: &str, expected: Result<&[Words<'_>], usize>) {
        let path = std::env::temp_dir().join(format!("keys-{:032x}", fastrand::u128(..)));
        fs::write(&path, text).unwrap();
        let read = read(&path);
        fs::remove_file(&path).unwrap();
        match (read, expected) {
            (Ok(keys), Ok(expected)) => {
                let keys: Vec<_> = keys
                    .iter()
                    .map(|key| {
                        let token = key.session_token.as_ref().map(Secret::expose);
                        (&*key.access_key, key.secret_key.expose(), token)
                    })
                    .collect();
                assert_eq!(keys, expected, "{text}");
            }
            (Err(KeysError::Malformed { line, .. }), Err(expected)) => assert_eq!(line, expected, "{text}"),
            (read, expected) => panic!("{read:?} instead of {expected:?}"),
        }
    }

    #[test]
    fn a_file_that_is_not_there_is_told() {
        let error = read(Path::new("/no/such/file")).unwrap_err().to_string();
        assert!(error.starts_with("/no/such/file: "), "{error}");
    }
}
