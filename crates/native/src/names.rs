//! Names as people write them, and the ids they become: `users` is `native/route/users`.
//!
//! A name of the form `ORIGIN/KIND/REST` is a whole id already, so that ids of other dialects can be written too.

use std::path::Path;

/// The id of a name.
pub(crate) fn id(kind: &str, name: &str) -> String {
    if is_whole(kind, name) { name.to_owned() } else { format!("native/{kind}/{name}") }
}

/// The name that has this id.
pub(crate) fn name<'a>(kind: &str, id: &'a str) -> &'a str {
    let short = id.strip_prefix("native/").and_then(|rest| rest.strip_prefix(kind)?.strip_prefix('/'));
    short.filter(|name| !is_whole(kind, name)).unwrap_or(id)
}

fn is_whole(kind: &str, name: &str) -> bool {
    let mut parts = name.splitn(3, '/');
    let origin = parts.next().unwrap_or_default();
    let good = !origin.is_empty() && origin.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    // Elsewhere a route may be an API, and an upstream a part of something else.
    let kinds: &[&str] = match kind {
        "route" => &["route", "api"],
        "upstream" => &["upstream", "service", "route", "group", "endpoint"],
        _ => &[kind],
    };
    good && parts.next().is_some_and(|kind| kinds.contains(&kind)) && parts.next().is_some()
}

/// The key of a file that a document names: relative to the document.
pub(crate) fn beside(document: &str, file: &str) -> String {
    let folder = Path::new(document).parent().unwrap_or(Path::new(""));
    folder.join(file).to_string_lossy().into_owned()
}

/// Whether the text is PEM rather than the name of a file.
pub(crate) fn is_pem(text: &str) -> bool {
    text.contains("-----BEGIN ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_ids_belong_together() {
        let cases = [
            ("users", "native/route/users"),
            ("GET /users/{id}", "native/route/GET /users/{id}"),
            ("/a/route/b", "native/route//a/route/b"),
            ("kong/route/x", "kong/route/x"),
            ("native/route/kong/route/x", "native/route/kong/route/x"),
            ("gravitee/api/x", "gravitee/api/x"),
        ];
        for (text, whole) in cases {
            assert_eq!(id("route", text), whole);
            assert_eq!(name("route", whole), text);
        }
        assert_eq!(id("consumer", "kong/route/x"), "native/consumer/kong/route/x");
        for whole in ["kong/service/x", "kong/route/x", "kong/upstream/x", "gravitee/group/x"] {
            assert_eq!((id("upstream", whole).as_str(), name("upstream", whole)), (whole, whole));
        }
    }

    #[test]
    fn files_stand_beside_their_document() {
        assert_eq!(beside("etc/lambdagate.yaml", "tls/a.pem"), "etc/tls/a.pem");
        assert_eq!(beside("lambdagate.yaml", "a.pem"), "a.pem");
        assert_eq!(beside("etc/lambdagate.yaml", "/a.pem"), "/a.pem");
    }
}
