//! A finding for people: place, words, and the source line with a caret under what is meant.

use super::Finding;

/// The most characters of a source line that are shown.
const WIDTH: usize = 120;

/// Words in a key that say that its value is nobody's business.
const SENSITIVE: &[&str] = &["secret", "token", "password", "key", "keys", "credential"];

/// Ends of keys, in lower case, that say the same.
const SENSITIVE_ENDS: &[&str] =
    &["apikey", "secretkey", "passphrase", "password", "secret", "token", "keyring", "auth_header", "authorization"];

/// Keys of maps whose values are nobody's business, whatever their own keys are.
const SENSITIVE_MAPS: &[&str] = &["passwords", "tokens"];

impl Finding {
    /// The finding as text, with its line from `source` and a caret below, if the place has one. Values that belong
    /// to keys named like secrets are shown as stars.
    pub fn render(&self, source: Option<&str>) -> String {
        let mut text = self.to_string();
        let line = (self.place.line as usize).checked_sub(1);
        let Some(line) = line.and_then(|at| source?.lines().nth(at)) else { return text };
        let number = self.place.line.to_string();
        let column = (self.place.column as usize).saturating_sub(1);
        let (shown, column) = window(&masked(line, self.is_within_secrets()), column);
        let carets = caret_count(&shown, column, self.place.length as usize);
        // A tab stays a tab, or the caret would stand elsewhere than the text above it.
        let indent: String =
            shown.chars().chain(std::iter::repeat(' ')).take(column).map(|c| if c == '\t' { c } else { ' ' }).collect();
        let margin = " ".repeat(number.len().max(4));
        text.push_str(&format!("\n{number:>4} | {shown}\n{margin} | {indent}{}", "^".repeat(carets)));
        text
    }

    /// Whether the place is in a map of secrets.
    fn is_within_secrets(&self) -> bool {
        self.place.path.split(['.', '[']).any(|step| SENSITIVE_MAPS.contains(&step))
    }
}

fn caret_count(shown: &str, column: usize, length: usize) -> usize {
    let rest = shown.chars().count().saturating_sub(column);
    length.clamp(1, rest.max(1))
}

/// The part of a long line that holds the column, and the column in it.
fn window(line: &str, column: usize) -> (String, usize) {
    if line.chars().count() <= WIDTH {
        return (line.to_owned(), column);
    }
    let start = column.saturating_sub(WIDTH / 2);
    (line.chars().skip(start).take(WIDTH).collect(), column - start)
}

/// The line with stars for the values of sensitive keys, or of all; no character changes its column.
fn masked(line: &str, all: bool) -> String {
    let chars: Vec<char> = line.chars().collect();
    let mut shown = chars.clone();
    for at in 0..chars.len() {
        let is_quoted = at > 0 && chars[at - 1] == '"';
        let ends_key = chars[at] == ':' && chars.get(at + 1).is_none_or(|c| c.is_whitespace() || is_quoted);
        if ends_key && (all || is_sensitive(&chars[..at]) || is_value_of_secret(&chars, at)) {
            star(&mut shown[at + 1..]);
        }
        if ends_key && SENSITIVE_MAPS.contains(&name(&chars[..at]).as_str()) {
            star_map(&mut shown[at + 1..]);
        }
        if chars[at..].starts_with(&[':', '/', '/']) {
            star_password(&mut shown[at + 3..]);
            star_query(&mut shown[at + 3..]);
        }
    }
    shown.into_iter().collect()
}

/// Stars for the password of a URL whose authority begins here.
fn star_password(url: &mut [char]) {
    let is_end = |c: &char| c.is_whitespace() || matches!(c, '/' | '"' | '\'' | '?' | '#');
    let authority = url.iter().position(is_end).unwrap_or(url.len());
    let Some(end) = url[..authority].iter().rposition(|c| *c == '@') else { return };
    if let Some(colon) = url[..end].iter().position(|c| *c == ':') {
        url[colon + 1..end].fill('*');
    }
}

/// Stars for the secret parameters of a URL whose authority begins here.
fn star_query(url: &mut [char]) {
    let end = url.iter().position(|c| c.is_whitespace() || matches!(c, '"' | '\'')).unwrap_or(url.len());
    let Some(query) = url[..end].iter().position(|c| *c == '?') else { return };
    let mut at = query + 1;
    while at < end {
        let next = url[at..end].iter().position(|c| *c == '&').map_or(end, |length| at + length);
        if let Some(length) = url[at..next].iter().position(|c| *c == '=') {
            let name: String = url[at..at + length].iter().collect();
            if telemetry::redact::names_secret(&name) {
                url[at + length + 1..next].fill('*');
            }
        }
        at = next + 1;
    }
}

/// Whether a `value` ends here whose name, on the same line, says that it is secret.
fn is_value_of_secret(line: &[char], at: usize) -> bool {
    if name(&line[..at]) != "value" {
        return false;
    }
    let before: String = line[..at].iter().collect();
    before.split(['"', '\'', ',', ':', '{', ' ']).any(telemetry::redact::names_secret)
}

/// The name that ends here.
fn name(before: &[char]) -> String {
    let is_name = |c: &&char| c.is_alphanumeric() || matches!(c, '_' | '-');
    let name: Vec<char> =
        before.iter().rev().skip_while(|c| matches!(c, '"' | '\'')).take_while(is_name).copied().collect();
    name.into_iter().rev().collect()
}

/// Whether the name that ends here says that its value is secret.
fn is_sensitive(before: &[char]) -> bool {
    let name = name(before);
    // `access_key` is the public half, and `key-auth` the name of a policy.
    let public = matches!(name.as_str(), "access_key" | "key-auth");
    let lower = name.to_lowercase();
    let ends = SENSITIVE_ENDS.iter().any(|end| lower.ends_with(end));
    !public && (ends || name.split(['_', '-']).any(|part| SENSITIVE.contains(&part.to_lowercase().as_str())))
}

/// Stars for all values of the map that begins here.
fn star_map(value: &mut [char]) {
    let mut depth = 0;
    for at in 0..value.len() {
        match value[at] {
            '{' => depth += 1,
            '}' if depth == 1 => return,
            '}' => depth -= 1,
            ':' if depth > 0 && value.get(at + 1).is_none_or(|c| c.is_whitespace()) => star(&mut value[at + 1..]),
            c if depth == 0 && !c.is_whitespace() => return,
            _ => {}
        }
    }
}

/// Stars up to the end of the value. A reference such as `${NAME}` is no secret; a map's own keys are looked at by themselves.
fn star(value: &mut [char]) {
    let text: String = value.iter().collect();
    if text.trim_start().starts_with('{') {
        return;
    }
    let listed = text.trim_start().starts_with('[');
    let mut in_reference = false;
    for at in 0..value.len() {
        let c = value[at];
        in_reference |= c == '$' && value.get(at + 1) == Some(&'{');
        match c {
            '}' if in_reference => in_reference = false,
            _ if in_reference || c.is_whitespace() => {}
            ']' | '}' => return,
            ',' if !listed => return,
            ',' | '[' | '"' | '\'' => {}
            _ => value[at] = '*',
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Faith, Place};
    use super::*;

    fn check(line: &str, column: u32, length: u32, expected: &str) {
        let place = Place { document: "a.yaml".into(), path: "x".into(), line: 2, column, length };
        let finding = Finding { faith: Faith::Invalid, place, message: "no".into() };
        let text = finding.render(Some(&format!("first\n{line}\n")));
        assert_eq!(text, format!("a.yaml:2:{column}: invalid: no\n{expected}"));
    }

    #[test]
    fn a_password_in_a_url_is_not_shown() {
        check("p: http://me:s@x@h:1/a", 1, 1, "   2 | p: http://me:***@h:1/a\n     | ^");
        check("p: 'http://me@h:1'", 1, 1, "   2 | p: 'http://me@h:1'\n     | ^");
        check("p: http://h:1/a@b", 1, 1, "   2 | p: http://h:1/a@b\n     | ^");
    }

    #[test]
    fn values_in_maps_of_secrets_are_not_shown() {
        let line = "- { name: eve, passwords: { bob: again, \"x\": ${A}, y: { sha1: 0a } }, groups: a }";
        let shown = "- { name: eve, passwords: { bob: *****, \"x\": ${A}, y: { sha1: ** } }, groups: a }";
        check(line, 1, 1, &format!("   2 | {shown}\n     | ^"));
        let place = Place { path: "consumers[0].tokens.a".into(), line: 1, column: 1, ..Place::default() };
        let finding = Finding { faith: Faith::Invalid, place, message: "m".into() };
        assert!(finding.render(Some("a: hidden")).ends_with("   1 | a: ******\n     | ^"));
    }

    #[test]
    fn caret_stands_under_the_place() {
        check("    functoin: users", 5, 8, "   2 |     functoin: users\n     |     ^^^^^^^^");
        check("name: ä: {b}", 11, 1, "   2 | name: ä: {b}\n     |           ^");
        check("\tname: x", 2, 4, "   2 | \tname: x\n     | \t^^^^");
        check("ab", 3, 0, "   2 | ab\n     |   ^");
        check("abc", 2, 99, "   2 | abc\n     |  ^^");
    }

    #[test]
    fn long_line_shows_the_part_that_matters() {
        let line = format!("{}HERE{}", "-".repeat(300), "-".repeat(300));
        let place = Place { line: 1, column: 301, length: 4, ..Place::default() };
        let text = Finding { faith: Faith::Exact, place, message: String::new() }.render(Some(&line));
        let lines: Vec<&str> = text.lines().collect();
        let caret = lines[2].find('^').unwrap();
        assert_eq!(&lines[1][caret..caret + 4], "HERE");
    }

    #[test]
    fn without_place_there_is_no_caret() {
        let finding = Finding { faith: Faith::Ignored, place: Place::default(), message: "m".into() };
        assert_eq!(finding.render(Some("text")), ": ignored: m");
        let place = Place { document: "f".into(), line: 9, column: 1, ..Place::default() };
        assert_eq!(Finding { place, ..finding }.render(Some("text")), "f:9:1: ignored: m");
    }

    #[test]
    fn secrets_are_starred_and_columns_stay() {
        let cases = [
            ("secret_key: abc", "secret_key: ***"),
            ("{ api_key: abc, name: x }", "{ api_key: ***, name: x }"),
            ("keys: [abc, \"de\"], a: b", "keys: [***, \"**\"], a: b"),
            ("\"session_token\": 'abc'", "\"session_token\": '***'"),
            ("{\"apikey\":\"abc\",\"a\":1}", "{\"apikey\":\"***\",\"a\":1}"),
            ("\"secretKey\": \"abc\",", "\"secretKey\": \"***\","),
            ("uri: http://a/?key=abc&b=1", "uri: http://a/?key=***&b=1"),
            ("{name: X-Api-Key, value: abc}", "{name: X-Api-Key, value: ***}"),
            ("{name: X-Other, value: abc}", "{name: X-Other, value: abc}"),
            ("secret_key: ${NAME}", "secret_key: ${NAME}"),
            ("key: { pem: x }", "key: { pem: x }"),
            ("access_key: AKIA", "access_key: AKIA"),
            ("- key-auth: {}", "- key-auth: {}"),
            ("monkey: abc", "monkey: abc"),
        ];
        for (line, expected) in cases {
            assert_eq!(masked(line, false), expected);
        }
    }
}
