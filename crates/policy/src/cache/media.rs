//! Which media types fit.

use http::HeaderValue;

/// Whether a response's `content-type` is one of these. `*` stands for any part; parameters that are written must be
/// there.
pub(super) fn fits(types: &[String], found: Option<&HeaderValue>) -> bool {
    let Some(found) = found.and_then(|value| value.to_str().ok()).map(Media::of) else { return false };
    types.iter().any(|wanted| Media::of(wanted).takes(&found))
}

struct Media<'a> {
    kind: &'a str,
    form: &'a str,
    parameters: Vec<(&'a str, &'a str)>,
}

impl<'a> Media<'a> {
    fn of(text: &'a str) -> Self {
        let (media, rest) = text.split_once(';').unwrap_or((text, ""));
        let (kind, form) = media.trim().split_once('/').unwrap_or((media.trim(), ""));
        let parameters = rest.split(';').filter_map(|one| one.trim().split_once('='));
        Self { kind, form, parameters: parameters.map(|(name, value)| (name, value.trim_matches('"'))).collect() }
    }

    fn takes(&self, found: &Self) -> bool {
        let same = |wanted: &str, found: &str| wanted == "*" || wanted.eq_ignore_ascii_case(found);
        let has = |(name, value): &(&str, &str)| {
            found.parameters.iter().any(|(own, is)| own.eq_ignore_ascii_case(name) && is.eq_ignore_ascii_case(value))
        };
        same(self.kind, found.kind) && same(self.form, found.form) && self.parameters.iter().all(has)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_compared_part_by_part() {
        for (wanted, found, expected) in [
            ("text/plain", "text/plain", true),
            ("text/plain", "Text/Plain; charset=utf-8", true),
            ("text/plain; charset=utf-8", "text/plain", false),
            ("text/plain;charset=UTF-8", "text/plain; charset=\"utf-8\"", true),
            ("*/json", "application/json", true),
            ("text/*", "application/json", false),
            ("*/*", "x", true),
        ] {
            let value = HeaderValue::from_static(found);
            assert_eq!(fits(&[wanted.to_owned()], Some(&value)), expected, "{wanted} {found}");
        }
        assert!(!fits(&["*/*".to_owned()], None));
    }
}
