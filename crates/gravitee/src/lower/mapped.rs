//! Path mappings: names under which paths are counted, and which expressions see as `mapped-path`.

use super::Lowering;
use super::api::Api;
use crate::part::Part;
use crate::read::Version;
use dialect::Faith;
use model::world::MappedPath;

/// The mappings of an API: of several that fit, the one with the fewest parameters counts.
pub(super) fn mapped(api: &Api<'_>, at: &mut Lowering<'_>) -> Vec<MappedPath> {
    let (holder, field) = match api.version {
        Version::V2 => (Some(api.part.clone()), "path_mappings"),
        Version::V4 => {
            let listeners = api.part.parts("listeners").into_iter();
            (listeners.into_iter().find(|one| one.word("type") == Some("http")), "pathMappings")
        }
    };
    let Some(holder) = holder else { return Vec::new() };
    let mut mapped: Vec<MappedPath> =
        holder.texts(field).iter().filter_map(|name| one(name, &holder, field, at)).collect();
    mapped.sort_by_key(|path| path.name.matches(':').count());
    mapped
}

fn one(name: &str, holder: &Part<'_>, field: &str, at: &mut Lowering<'_>) -> Option<MappedPath> {
    let regex = regex(name);
    if let Err(cause) = regex_syntax::parse(&regex) {
        at.notes.say(Faith::Unsupported, holder, field, format!("no path can be called {name:?}: {cause}"));
        return None;
    }
    Some(MappedPath { name: name.to_owned(), regex })
}

/// A parameter is a segment, or the rest of one; points and stars are those of regular expressions, as in the original.
fn regex(name: &str) -> String {
    if name.trim().is_empty() {
        return ".*".to_owned();
    }
    let mut out = String::new();
    let mut rest = name.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            ':' => {
                while rest.next_if(|c| *c != '/').is_some() {}
                out.push_str("[^/]*");
            }
            '+' | '?' | '^' | '$' | '[' | ']' | '{' | '}' | '|' | '(' | ')' => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out + "/*"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_take_paths() {
        for (name, path, takes) in [
            ("/orders/:id", "/orders/7/", true),
            ("/orders/:id", "/orders/7/lines/", false),
            ("/orders/:id/lines", "/orders/7/lines/", true),
            ("/a.b", "/axb/", true),
            ("/a(b)", "/a(b)/", true),
            ("/v:major.x/y", "/v1.2/y/", true),
            (" ", "/whatever/", true),
            ("/a", "/b/", false),
        ] {
            let regex = regex::Regex::new(&format!("^(?:{})$", regex(name))).unwrap();
            assert_eq!(regex.is_match(path), takes, "{name} {path}");
        }
    }
}
