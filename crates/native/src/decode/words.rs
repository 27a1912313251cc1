//! Words of a closed set, and the nearest of them when one is misspelt.

use super::{Decoder, scalar};
use crate::tree::Tree;
use serde::Serialize;
use serde_json::Value;

/// Reads one of the words.
pub(crate) fn decode_word<T: Copy>(tree: &Tree, at: &mut Decoder<'_>, words: &[(&'static str, T)]) -> Option<T> {
    let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
    let Some(scalar) = scalar(tree) else { return at.mismatch(tree, &format!("one of {}", known.join(", "))) };
    let found = words.iter().find(|(word, _)| *word == scalar.text).map(|(_, value)| *value);
    found.or_else(|| {
        let hint = match nearest(&scalar.text, known.iter().copied()) {
            Some(near) if scalar.written.is_none() => format!("; did you mean {near:?}?"),
            _ => String::new(),
        };
        at.refuse(tree, format!("expected one of {}, found {:?}{hint}", known.join(", "), scalar.shown()))
    })
}

/// The word for one of a closed set of the model.
pub(crate) fn spelled(value: impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(word)) => word,
        Ok(other) => other.to_string(),
        Err(_) => String::new(),
    }
}

/// The known word that a misspelt one is near to.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let score = |known: &str| {
        // `key_auth` for `key-auth` is the same word.
        let alike = known.replace('-', "_") == word.replace('-', "_");
        let plural = !word.is_empty() && (format!("{word}s") == known || format!("{known}s") == word);
        if alike || plural { 1.0 } else { strsim::normalized_damerau_levenshtein(&word, known) }
    };
    known
        .into_iter()
        .map(|known| (score(known), known))
        .filter(|(score, _)| *score >= 0.6)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_words_find_their_neighbour() {
        let known = ["function", "url", "key-auth", "methods", "hosts"];
        let cases = [
            ("functoin", Some("function")),
            ("Function", Some("function")),
            ("key_auth", Some("key-auth")),
            ("method", Some("methods")),
            ("host", Some("hosts")),
            ("uri", Some("url")),
            ("lambda", None),
            ("", None),
        ];
        for (word, expected) in cases {
            assert_eq!(nearest(word, known), expected, "{word}");
        }
    }
}
