//! Rust text taken apart as far as the rules need it: comments, strings and test code told from the rest.
//!
//! Not a parser: it knows where comments, literals and `#[cfg(test)]` items begin and end, no more. Every view keeps
//! the lines and columns of the original.

/// One Rust file in views of equal length.
#[derive(Debug)]
pub struct Source {
    /// Without comments and without the contents of strings.
    pub code: String,
    /// Without comments; strings stand.
    pub speech: String,
    /// For each line whether it belongs to a `#[cfg(test)]` item.
    pub test_lines: Vec<bool>,
}

impl Source {
    /// Takes the text apart.
    pub fn of(text: &str) -> Self {
        let (code, speech) = blank(text);
        let test_lines = mark_tests(&code);
        Self { code, speech, test_lines }
    }

    /// The lines of a view outside tests, with their numbers from 1.
    pub fn outside_tests<'a>(&'a self, view: &'a str) -> impl Iterator<Item = (usize, &'a str)> {
        view.lines().enumerate().filter(|(at, _)| !self.test_lines[*at]).map(|(at, line)| (at + 1, line))
    }
}

/// Whether all of a file is test code.
pub fn is_test_file(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.contains("/tests/") || path.starts_with("fuzz/") || path.contains("/benches/")
}

/// Identifiers of a line, with the column where each begins.
pub fn identifiers(line: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let mut rest = 0;
    std::iter::from_fn(move || {
        let start = rest + line[rest..].find(is_part)?;
        let end = line[start..].find(|c| !is_part(c)).map_or(line.len(), |length| start + length);
        rest = end;
        Some((start, &line[start..end]))
    })
}

#[derive(Clone, Copy, PartialEq)]
enum Inside {
    Code,
    LineComment,
    BlockComment(usize),
    Text,
    RawText(usize),
}

fn blank(text: &str) -> (String, String) {
    let chars: Vec<char> = text.chars().collect();
    let (mut code, mut speech) = (String::with_capacity(text.len()), String::with_capacity(text.len()));
    let mut inside = Inside::Code;
    let mut at = 0;
    while at < chars.len() {
        let (next, length) = step(&chars, at, inside);
        for &c in &chars[at..at + length] {
            let comment = matches!(inside, Inside::LineComment | Inside::BlockComment(_))
                || matches!(next, Inside::BlockComment(_));
            let literal = matches!(inside, Inside::Text | Inside::RawText(_));
            let comment = comment || next == Inside::LineComment;
            speech.push(if comment && c != '\n' { ' ' } else { c });
            code.push(if (comment || literal) && c != '\n' { ' ' } else { c });
        }
        inside = next;
        at += length;
    }
    (code, speech)
}

/// What the text is in after the piece at `at`, and how long that piece is.
fn step(chars: &[char], at: usize, inside: Inside) -> (Inside, usize) {
    let c = chars[at];
    let next = chars.get(at + 1).copied();
    match inside {
        Inside::LineComment if c == '\n' => (Inside::Code, 1),
        Inside::BlockComment(depth) if c == '*' && next == Some('/') => {
            (if depth == 1 { Inside::Code } else { Inside::BlockComment(depth - 1) }, 2)
        }
        Inside::BlockComment(depth) if c == '/' && next == Some('*') => (Inside::BlockComment(depth + 1), 2),
        Inside::Text if c == '\\' && next.is_some() => (Inside::Text, 2),
        Inside::Text if c == '"' => (Inside::Code, 1),
        Inside::RawText(hashes) if c == '"' && (1..=hashes).all(|n| chars.get(at + n) == Some(&'#')) => {
            (Inside::Code, 1 + hashes)
        }
        Inside::Code => step_in_code(chars, at),
        _ => (inside, 1),
    }
}

fn step_in_code(chars: &[char], at: usize) -> (Inside, usize) {
    let next = chars.get(at + 1).copied();
    match chars[at] {
        '/' if next == Some('/') => (Inside::LineComment, 2),
        '/' if next == Some('*') => (Inside::BlockComment(1), 2),
        '"' => (Inside::Text, 1),
        'r' if !follows_identifier(chars, at) => raw_string(chars, at),
        '\'' => (Inside::Code, char_literal(chars, at)),
        _ => (Inside::Code, 1),
    }
}

/// `r"`, `br"` and `cr"` begin a raw string; `for"` does not.
fn follows_identifier(chars: &[char], at: usize) -> bool {
    let before = |back: usize| at.checked_sub(back).and_then(|index| chars.get(index)).copied();
    let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    match before(1) {
        Some('b' | 'c') => is_part(before(2)),
        other => is_part(other),
    }
}

fn raw_string(chars: &[char], at: usize) -> (Inside, usize) {
    let hashes = chars[at + 1..].iter().take_while(|&&c| c == '#').count();
    match chars.get(at + 1 + hashes) {
        Some('"') => (Inside::RawText(hashes), 2 + hashes),
        _ => (Inside::Code, 1),
    }
}

/// The length of a character literal, or 1 where the quote begins a lifetime.
fn char_literal(chars: &[char], at: usize) -> usize {
    match (chars.get(at + 1), chars.get(at + 2)) {
        (Some('\\'), _) => chars[at + 3..].iter().position(|&c| c == '\'').map_or(1, |end| end + 4),
        (Some(_), Some('\'')) => 3,
        _ => 1,
    }
}

/// Marks the lines of each item that a `#[cfg(test)]` stands over.
fn mark_tests(code: &str) -> Vec<bool> {
    let lines: Vec<&str> = code.lines().collect();
    let mut marks = vec![false; lines.len()];
    let mut at = 0;
    while at < lines.len() {
        if !lines[at].trim_start().starts_with("#[cfg(test)]") {
            at += 1;
            continue;
        }
        let end = item_end(&lines, at);
        marks[at..=end].fill(true);
        at = end + 1;
    }
    marks
}

/// The last line of the item that begins at `start`: where its braces close, or its semicolon stands.
fn item_end(lines: &[&str], start: usize) -> usize {
    let mut depth = 0_usize;
    for (at, line) in lines.iter().enumerate().skip(start) {
        let line = if at == start { line.trim_start().trim_start_matches("#[cfg(test)]") } else { line };
        for c in line.chars() {
            match c {
                '{' => depth += 1,
                '}' if depth <= 1 => return at,
                '}' => depth -= 1,
                ';' if depth == 0 => return at,
                _ => {}
            }
        }
    }
    lines.len() - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, code: &str, speech: &str) {
        let source = Source::of(text);
        assert_eq!((source.code.as_str(), source.speech.as_str()), (code, speech), "for {text:?}");
    }

    #[test]
    fn comments_and_strings_are_told_from_code() {
        check("a // b\nc", "a     \nc", "a     \nc");
        check("a /* b /* c */ d */ e", "a                   e", "a                   e");
        check(r#"f("a // \" b") // c"#, r#"f("          )     "#, r#"f("a // \" b")     "#);
        check("r#\"a\"b\"# c", "r#\"      c", "r#\"a\"b\"# c");
        check("'\"' x", "'\"' x", "'\"' x");
        check("'\\'' \"y\"", "'\\'' \"  ", "'\\'' \"y\"");
        check("fn f<'a>(x: &'a str)", "fn f<'a>(x: &'a str)", "fn f<'a>(x: &'a str)");
    }

    #[test]
    fn test_items_are_marked() {
        let cases: &[(&str, &[bool])] = &[
            ("a\n#[cfg(test)]\nmod tests;\nb", &[false, true, true, false]),
            ("#[cfg(test)]\nmod t {\n  fn f() { }\n}\nb", &[true, true, true, true, false]),
            ("#[cfg(test)] use x;\nb", &[true, false]),
        ];
        for (text, expected) in cases {
            assert_eq!(Source::of(text).test_lines, *expected, "for {text:?}");
        }
    }
}
