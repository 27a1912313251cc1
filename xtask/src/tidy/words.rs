//! Which words may stand where: AWS's only near the call, a dialect's only in its own crate, and some nowhere.

use super::rust::{Source, identifiers, is_test_file};
use super::{Remark, Tree};

/// Where AWS's words belong: invariant 5 of ARCHITECTURE.md.
const AWS_PLACES: &[&str] = &[
    "crates/model/src/call",
    "crates/model/src/aws",
    "crates/lambda/",
    "crates/policy/src/call",
    // A failure says whose fault it was; AWS is one of those who may be at fault.
    "crates/policy/src/failure",
    // What policies are given of the world: the functions are in it.
    "crates/policy/src/build",
    "crates/emulator/",
    // Test code: what of a model is like everywhere.
    "crates/dialect/src/golden/show",
    // Where calls by name are led to the local Lambda.
    "crates/lambdagate/src/local",
    "crates/lambdagate/src/cli/invoke",
    "crates/lambdagate/src/cli/explain",
];

/// Rooms of a dialect in which AWS's words belong, wherever in the dialect they are.
const AWS_ROOMS: &[&str] = &["aws", "sam", "aws_lambda"];

const AWS_WORDS: &[&str] = &["aws", "amz", "amzn", "lambda", "arn", "sigv4"];

/// Names that carry a fact about a call to the log and are the same in every crate.
const AWS_FACTS: &[&str] = &["aws_request_id"];

const DIALECT_WORDS: &[&str] = &["kong", "apisix", "gravitee"];

/// Crates that may not know who wrote the configuration.
const NEUTRAL: &[&str] =
    &["crates/model/", "crates/policy/", "crates/proxy/", "crates/lambda/", "crates/net/", "crates/telemetry/"];

/// AWS's words stand only where invariant 5 lets them: in code, comments apart. Naming the crate or the module that
/// holds them is no word of one's own.
pub fn aws(tree: &Tree) -> Vec<Remark> {
    let mut remarks = Vec::new();
    for (path, text) in tree.with_extension("rs").filter(|(path, _)| path.starts_with("crates/")) {
        if is_test_file(path) || may_say_aws(path) {
            continue;
        }
        let source = Source::of(text);
        for (line, code) in source.outside_tests(&source.code) {
            for (start, word) in identifiers(code).filter(|(_, word)| says(word, AWS_WORDS)) {
                if !AWS_FACTS.contains(&word) && !names_a_room(code, start, word) {
                    remarks.push(remark(
                        path,
                        line,
                        format!("`{word}` is AWS's word; the rest of the house does not know whom a call goes to"),
                        "move it to `lambda`, `policy/call` or `model/call`, or find the neutral word (GLOSSARY.md)",
                    ));
                }
            }
        }
    }
    remarks
}

/// The neutral crates name no dialect; `policy/quirk` alone has a room for each.
pub fn dialects(tree: &Tree) -> Vec<Remark> {
    let mut remarks = Vec::new();
    for (path, text) in tree.with_extension("rs") {
        let neutral = NEUTRAL.iter().any(|place| path.starts_with(place));
        if !neutral || path.starts_with("crates/policy/src/quirk") || is_test_file(path) {
            continue;
        }
        let source = Source::of(text);
        // The model names none of them even in comments: there the neutral word is the only one.
        let view = if path.starts_with("crates/model/") { text } else { &source.speech };
        for (line, speech) in source.outside_tests(view) {
            for (_, word) in identifiers(speech).filter(|(_, word)| says(word, DIALECT_WORDS)) {
                remarks.push(remark(
                    path,
                    line,
                    format!("`{word}` names a dialect where nobody may know who wrote the configuration"),
                    "give the behaviour a neutral name in `model`, or put it in `policy/quirk/<dialect>/`",
                ));
            }
        }
    }
    remarks
}

/// Code that is nowhere.
pub fn banned(tree: &Tree) -> Vec<Remark> {
    const BANS: &[(&str, &str, &str)] = &[
        ("unsafe", "the house is built without `unsafe`", "find the safe way, or a crate that is trusted with it"),
        ("dbg!", "`dbg!` is for the desk", "take it out, or log with fields"),
        ("todo!", "`todo!` pretends that something is there", "build it, or leave the door honestly shut"),
        ("unimplemented!", "`unimplemented!` pretends that something is there", "build it, or refuse with an error"),
    ];
    let mut remarks = Vec::new();
    for (path, text) in tree.with_extension("rs") {
        let source = Source::of(text);
        for (at, line) in source.code.lines().enumerate() {
            for (start, word) in identifiers(line) {
                let called = line[start + word.len()..].starts_with('!');
                let hit = |ban: &&(&str, &str, &str)| match ban.0.strip_suffix('!') {
                    Some(name) => called && name == word,
                    None => ban.0 == word,
                };
                if let Some((_, reason, remedy)) = BANS.iter().find(hit) {
                    remarks.push(remark(path, at + 1, (*reason).to_owned(), remedy));
                }
            }
        }
    }
    remarks
}

/// No file knows on which machine it was written.
pub fn machine_paths(tree: &Tree) -> Vec<Remark> {
    // Written in two parts, or this file would be the first to be found.
    const PREFIXES: &[&str] = &[
        concat!("/ho", "me/"),
        concat!("/ro", "ot/"),
        concat!("/wo", "rk/"),
        concat!("/Us", "ers/"),
        concat!("C:\\Us", "ers"),
    ];
    let mut remarks = Vec::new();
    for (path, text) in tree.files() {
        for (at, line) in text.lines().enumerate() {
            if let Some(prefix) = PREFIXES.iter().find(|prefix| begins_a_path(line, prefix)) {
                remarks.push(remark(
                    path,
                    at + 1,
                    format!("a path below `{prefix}` is there on one machine only"),
                    "make it relative to the checkout, or take it from the environment",
                ));
            }
        }
    }
    remarks
}

fn remark(path: &str, line: usize, reason: String, remedy: &str) -> Remark {
    Remark { path: path.to_owned(), line, reason, remedy: remedy.to_owned() }
}

fn may_say_aws(path: &str) -> bool {
    let in_room = || {
        let mut parts = path.split('/').skip(1).map(|part| part.trim_end_matches(".rs"));
        let dialect = parts.next().is_some_and(|krate| krate == "native" || DIALECT_WORDS.contains(&krate));
        dialect && parts.any(|part| AWS_ROOMS.contains(&part))
    };
    AWS_PLACES.iter().any(|place| path.starts_with(place)) || in_room()
}

/// Whether a part of the identifier, by `_` or by capital letters, is one of the words.
fn says(identifier: &str, words: &[&str]) -> bool {
    parts(identifier).any(|part| words.contains(&part.to_ascii_lowercase().as_str()))
}

fn parts(identifier: &str) -> impl Iterator<Item = &str> {
    identifier.split('_').flat_map(|word| {
        let humps = word.char_indices().filter(|(at, c)| {
            let after = word[at + c.len_utf8()..].chars().next();
            let before = word[..*at].chars().next_back();
            *at > 0
                && c.is_uppercase()
                && (before.is_some_and(char::is_lowercase) || after.is_some_and(char::is_lowercase))
        });
        let mut starts: Vec<usize> = std::iter::once(0).chain(humps.map(|(at, _)| at)).collect();
        starts.push(word.len());
        starts.windows(2).map(|pair| &word[pair[0]..pair[1]]).collect::<Vec<_>>()
    })
}

/// `lambda::…`, `…::aws`, `mod aws;`, `use lambda;`: a module's or a crate's name.
fn names_a_room(code: &str, start: usize, word: &str) -> bool {
    let before = code[..start].trim_end();
    let after = &code[start + word.len()..];
    let lower = word.chars().all(|c| c.is_lowercase() || c == '_' || c.is_numeric());
    lower && (after.starts_with("::") || before.ends_with("mod") || (before.ends_with("::") && !after.starts_with('(')))
}

/// Whether the prefix stands where a path begins, not inside a URL or a longer path.
fn begins_a_path(line: &str, prefix: &str) -> bool {
    let begins = |at: usize| {
        !line[..at].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '/' | '}' | '*'))
    };
    line.match_indices(prefix).any(|(at, _)| begins(at))
}
