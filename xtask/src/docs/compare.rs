//! What a command printed against what a page shows, with `...` for any lines and `[..]` for any text.

/// Compares output; the error is a picture of the difference.
pub fn output(expected: &[String], actual: &str) -> Result<(), String> {
    let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
    let mut actual: Vec<&str> = actual.lines().map(str::trim_end).collect();
    while actual.last().is_some_and(|line| line.is_empty()) {
        actual.pop();
    }
    if lines_match(&expected, &actual) { Ok(()) } else { Err(picture(&expected, &actual)) }
}

/// Compares a text to the letter.
pub fn whole(expected: &str, actual: &str) -> Result<(), String> {
    let lines = |text| str::lines(text).collect::<Vec<_>>();
    if expected == actual { Ok(()) } else { Err(picture(&lines(expected), &lines(actual))) }
}

/// Whether the lines fit. `reach[i]` says that the expected lines so far fit the first `i` actual ones.
fn lines_match(expected: &[&str], actual: &[&str]) -> bool {
    let mut reach = vec![false; actual.len() + 1];
    reach[0] = true;
    for pattern in expected {
        let mut next = vec![false; actual.len() + 1];
        for at in 0..=actual.len() {
            next[at] = match *pattern {
                "..." => reach[at] || (at > 0 && next[at - 1]),
                pattern => at > 0 && reach[at - 1] && line_matches(pattern, actual[at - 1]),
            };
        }
        reach = next;
    }
    reach[actual.len()]
}

fn line_matches(pattern: &str, line: &str) -> bool {
    let mut pieces = pattern.split("[..]");
    let first = pieces.next().unwrap_or("");
    let Some(mut rest) = line.strip_prefix(first) else { return false };
    let mut pieces: Vec<&str> = pieces.collect();
    let Some(last) = pieces.pop() else { return rest.is_empty() };
    for piece in pieces {
        let Some(at) = rest.find(piece) else { return false };
        rest = &rest[at + piece.len()..];
    }
    rest.ends_with(last)
}

/// The lines they share at the beginning, then what was expected, then what came.
fn picture(expected: &[&str], actual: &[&str]) -> String {
    let same = expected.iter().zip(actual).take_while(|(e, a)| **e != "..." && line_matches(e, a)).count();
    let shared = actual[..same].iter().map(|line| format!("      {line}\n"));
    let wanted = expected[same..].iter().map(|line| format!("    - {line}\n"));
    let came = actual[same..].iter().map(|line| format!("    + {line}\n"));
    shared.chain(wanted).chain(came).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_stand_for_lines_and_text() {
        let cases: &[(&[&str], &str, bool)] = &[
            (&["a", "b"], "a\nb\n", true),
            (&["a", "b"], "a\n", false),
            (&["a"], "a\nb\n", false),
            (&[], "", true),
            (&[], "a\n", false),
            (&["..."], "", true),
            (&["...", "b", "..."], "a\nb\nc\n", true),
            (&["...", "b", "..."], "b\n", true),
            (&["...", "b"], "b\na\nb\n", true),
            (&["...", "b"], "b\na\n", false),
            (&["id [..] ok"], "id 17 ok\n", true),
            (&["id [..] ok"], "id  ok\n", true),
            (&["id [..] ok"], "id ok\n", false),
            (&["[..]a[..]a"], "xaya\n", true),
            (&["[..]a[..]a"], "xa\n", false),
            (&["HTTP/1.1 200 OK", "", "x"], "HTTP/1.1 200 OK\r\n\r\nx", true),
        ];
        for (expected, actual, fits) in cases {
            let expected: Vec<String> = expected.iter().map(|line| (*line).to_owned()).collect();
            assert_eq!(output(&expected, actual).is_ok(), *fits, "{expected:?} against {actual:?}");
        }
    }

    #[test]
    fn a_difference_is_shown_from_where_it_begins() {
        let shown = output(&["a".to_owned(), "b".to_owned()], "a\nc\n").unwrap_err();
        assert_eq!(shown, "      a\n    - b\n    + c\n");
    }
}
