//! The parts of a `multipart/form-data` body (RFC 7578) as arguments: name and content, files included.

use super::super::parts::Argument;
use memchr::memmem;
use std::borrow::Cow;

/// Parts that have a name, in order of their names; the first `most` count. A content that is not UTF-8 is Latin-1:
/// each byte is the character of its number, so that nothing of it is lost.
pub(super) fn arguments<'a>(content_type: &str, body: &'a [u8], most: Option<usize>) -> Vec<Argument<'a>> {
    let Some(boundary) = boundary(content_type) else { return Vec::new() };
    let mut all: Vec<_> = parts(body, &boundary).filter_map(argument).take(most.unwrap_or(usize::MAX)).collect();
    all.sort_by(|one, other| one.name.cmp(&other.name));
    all
}

fn boundary(content_type: &str) -> Option<String> {
    parameter(content_type, "boundary").filter(|text| !text.is_empty())
}

/// What stands between the lines of the boundary.
fn parts<'a>(body: &'a [u8], boundary: &str) -> impl Iterator<Item = &'a [u8]> + use<'a> {
    let line = format!("--{boundary}");
    let mut lines: Vec<usize> = Vec::new();
    for at in memmem::find_iter(body, line.as_bytes()) {
        if at == 0 || body[at - 1] == b'\n' {
            lines.push(at);
        }
    }
    let length = line.len();
    let ends: Vec<usize> = lines.iter().skip(1).copied().collect();
    lines.into_iter().zip(ends).filter_map(move |(start, end)| {
        let part = &body[start + length..end];
        let part = part.strip_prefix(b"\r\n").or_else(|| part.strip_prefix(b"\n"))?;
        Some(part.strip_suffix(b"\n").map_or(part, |part| part.strip_suffix(b"\r").unwrap_or(part)))
    })
}

fn argument(part: &[u8]) -> Option<Argument<'_>> {
    let (head, content) = split_head(part)?;
    let disposition = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.trim().eq_ignore_ascii_case("content-disposition").then_some(value)
    })?;
    let name = parameter(disposition, "name")?;
    Some(Argument { name: name.into(), value: Some(text(content)) })
}

/// The header of a part and what follows the empty line.
fn split_head(part: &[u8]) -> Option<(&str, &[u8])> {
    let (end, after) = match memmem::find(part, b"\r\n\r\n") {
        Some(at) => (at, at + 4),
        None => memmem::find(part, b"\n\n").map(|at| (at, at + 2))?,
    };
    Some((std::str::from_utf8(&part[..end]).ok()?, &part[after..]))
}

fn text(content: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(content) {
        Ok(text) => text.into(),
        Err(_) => content.iter().map(|&byte| char::from(byte)).collect::<String>().into(),
    }
}

/// The value of a parameter, `name="v"` or `name=v`.
fn parameter(field: &str, wanted: &str) -> Option<String> {
    let mut rest = field;
    while let Some((_, after)) = rest.split_once(';') {
        rest = after.trim_start();
        let (name, value) = rest.split_once('=')?;
        let (value, end) = read_value(value);
        if name.trim().eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
        rest = end;
    }
    None
}

/// A value, and what stands behind it.
fn read_value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(';').unwrap_or(text.len());
        return (text[..end].trim().to_owned(), &text[end..]);
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            '"' => return (value, &quoted[at + 1..]),
            '\\' => match characters.next() {
                Some((_, escaped @ ('"' | '\\'))) => value.push(escaped),
                Some((_, other)) => value.extend(['\\', other]), // some browsers write paths of files so
                None => {}
            },
            c => value.push(c),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(content_type: &str, body: &[u8]) -> Vec<(String, String)> {
        let all = arguments(content_type, body, Some(3));
        all.iter().map(|argument| (argument.name.to_string(), argument.text().to_owned())).collect()
    }

    fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
        all.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn parts_become_arguments_by_name() {
        let body = b"preamble\r\n--X\r\nContent-Disposition: form-data; name=\"f2\"\r\n\r\na\r\nb\r\n--X\r\n\
            content-disposition: form-data; filename=\"c:\\\\x.png\"; name=f1\r\nContent-Type: image/png\r\n\r\n\x89\xff\r\n\
            --X\r\nContent-Disposition: form-data; name=\"f2\"\r\n\r\n\r\n--X\r\nContent-Disposition: form-data; \
            name=\"fourth\"\r\n\r\nx\r\n--X--\r\n";
        let expected = pairs(&[("f1", "\u{89}\u{ff}"), ("f2", "a\r\nb"), ("f2", "")]);
        assert_eq!(read("multipart/form-data; boundary=X", body), expected);
        assert_eq!(read("multipart/form-data; charset=utf-8; boundary=\"X\"", body), expected);
    }

    #[test]
    fn what_is_no_form_has_no_arguments() {
        let cases: [(&str, &[u8]); 6] = [
            ("multipart/form-data", b"--X\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--X--"),
            ("multipart/form-data; boundary=", b"----"),
            ("multipart/form-data; boundary=X", b""),
            ("multipart/form-data; boundary=X", b"--X"),
            ("multipart/form-data; boundary=X", b"--X\r\n\r\nno header\r\n--X--"),
            ("multipart/form-data; boundary=X", b"--X\r\nContent-Disposition: form-data\r\n\r\n1\r\n--X--"),
        ];
        for (content_type, body) in cases {
            assert_eq!(read(content_type, body), pairs(&[]), "{content_type} {body:?}");
        }
    }
}
