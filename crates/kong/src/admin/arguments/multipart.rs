//! `multipart/form-data`: names and texts of its parts.

/// Names and values of the parts; `None` when it is no such body.
pub(super) fn parts(media: &str, body: &[u8]) -> Option<Vec<(String, String)>> {
    let boundary = format!("--{}", parameter(media, "boundary")?);
    let text = String::from_utf8_lossy(body);
    let mut found = Vec::new();
    let mut pieces = text.split(boundary.as_str());
    pieces.next()?;
    for piece in pieces {
        if piece.starts_with("--") {
            return Some(found);
        }
        let (head, value) = piece.strip_prefix("\r\n")?.split_once("\r\n\r\n")?;
        let disposition = head.lines().find(|line| line.to_ascii_lowercase().starts_with("content-disposition:"))?;
        let name = parameter(disposition, "name")?;
        found.push((name, value.strip_suffix("\r\n").unwrap_or(value).to_owned()));
    }
    None
}

/// A parameter behind semicolons, in quotes or not.
fn parameter(text: &str, name: &str) -> Option<String> {
    text.split(';').skip(1).find_map(|part| {
        let (key, value) = part.trim().split_once('=')?;
        key.trim().eq_ignore_ascii_case(name).then(|| value.trim().trim_matches('"').to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_names_and_texts() {
        let body = "--x\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\na\r\n--x\r\ncontent-disposition: form-data; \
                    name=\"config.key\"; filename=\"k\"\r\nContent-Type: text/plain\r\n\r\nl1\r\nl2\r\n--x--\r\n";
        let found = parts("multipart/form-data; boundary=\"x\"", body.as_bytes()).unwrap();
        let expected = [("name", "a"), ("config.key", "l1\r\nl2")];
        assert_eq!(found, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
        assert_eq!(parts("multipart/form-data", body.as_bytes()), None);
        assert_eq!(parts("multipart/form-data; boundary=x", b"--x\r\nno end"), None);
    }
}
