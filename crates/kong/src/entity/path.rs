//! Paths of routes in the form in which they are kept: escapes undone that need not be, dots and empty segments resolved.

/// The normal form. Reserved characters stay escaped, with upper-case digits; everything else is bare.
pub fn normalized(path: &str) -> String {
    rebuilt(&unescaped(path))
}

fn unescaped(path: &str) -> String {
    let bytes = path.as_bytes();
    let mut out: Vec<u8> = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        match escaped(bytes, at) {
            Some(meant) if !is_reserved(meant) => {
                out.push(meant);
                at += 3;
            }
            Some(_) => {
                out.extend(bytes[at..at + 3].to_ascii_uppercase());
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    // bytes that are no text stay escaped
    String::from_utf8(out).unwrap_or_else(|_| path.to_owned())
}

fn escaped(bytes: &[u8], at: usize) -> Option<u8> {
    if bytes[at] != b'%' {
        return None;
    }
    let digits = std::str::from_utf8(bytes.get(at + 1..at + 3)?).ok()?;
    u8::from_str_radix(digits, 16).ok()
}

/// RFC 3986 2.2, and the percent sign itself.
fn is_reserved(byte: u8) -> bool {
    b"!*'();:@&=+$,/?%#[]".contains(&byte)
}

fn rebuilt(path: &str) -> String {
    if !path.contains("//") && !path.contains("/.") {
        return path.to_owned();
    }
    let mut kept: Vec<&str> = Vec::new();
    let mut slash_at_end = false;
    for segment in path.split('/').skip(1) {
        slash_at_end = matches!(segment, "" | "." | "..");
        match segment {
            "" | "." => {}
            ".." => drop(kept.pop()),
            segment => kept.push(segment),
        }
    }
    let mut out: String = kept.iter().flat_map(|segment| ["/", segment]).collect();
    if slash_at_end || out.is_empty() {
        out.push('/');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::normalized;

    #[test]
    fn paths_have_one_form() {
        for (path, expected) in [
            ("/plain%20x", "/plain x"),
            ("/a%2fb", "/a%2Fb"),
            ("/%7euser", "/~user"),
            ("/a//b/./c/../d", "/a/b/d"),
            ("/a/", "/a/"),
            ("/..", "/"),
            ("/%C3%A9", "/é"),
            ("/%FF", "/%FF"),
        ] {
            assert_eq!(normalized(path), expected, "{path}");
        }
    }
}
