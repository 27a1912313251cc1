//! `multipart/form-data` (RFC 7578): its parts byte for byte, so that what is not changed stays as it came.

use bytes::{Bytes, BytesMut};

/// A body of several parts.
pub(crate) struct Multipart {
    boundary: String,
    pub(crate) parts: Vec<Part>,
}

/// One part.
pub(crate) struct Part {
    pub(crate) name: String,
    /// Its header as it stands there, without the empty line.
    head: Bytes,
    pub(crate) body: Bytes,
}

impl Multipart {
    pub(crate) fn read(content_type: &str, body: &Bytes) -> Option<Self> {
        let boundary = parameter(content_type, "boundary").filter(|text| !text.is_empty() && text.len() <= 70)?;
        let mark = format!("--{boundary}");
        let mut at = find(body, mark.as_bytes(), 0)? + mark.len();
        let mut parts = Vec::new();
        let between = format!("\r\n{mark}");
        loop {
            if body[at..].starts_with(b"--") {
                return Some(Self { boundary, parts });
            }
            let start = find(body, b"\r\n", at)? + 2;
            let end = find(body, between.as_bytes(), start)?;
            parts.push(Part::read(&body.slice(start..end))?);
            at = end + between.len();
        }
    }

    pub(crate) fn write(&self) -> Bytes {
        let mut out = BytesMut::new();
        for part in &self.parts {
            out.extend_from_slice(format!("--{}\r\n", self.boundary).as_bytes());
            out.extend_from_slice(&part.head);
            out.extend_from_slice(b"\r\n\r\n");
            out.extend_from_slice(&part.body);
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(format!("--{}--\r\n", self.boundary).as_bytes());
        out.freeze()
    }

    pub(crate) fn rename(&mut self, old: &str, new: &str) {
        for part in self.parts.iter_mut().filter(|part| part.name == old) {
            let head = String::from_utf8_lossy(&part.head).replacen(&disposition(old), &disposition(new), 1);
            part.head = head.into();
            part.name = new.to_owned();
        }
    }

    pub(crate) fn set(&mut self, name: &str, value: String) {
        let at = self.parts.iter().position(|part| part.name == name).unwrap_or(self.parts.len());
        self.parts.retain(|part| part.name != name);
        self.parts.insert(at.min(self.parts.len()), Part::plain(name, value));
    }

    pub(crate) fn push(&mut self, name: &str, value: String) {
        self.parts.push(Part::plain(name, value));
    }
}

impl Part {
    fn read(bytes: &Bytes) -> Option<Self> {
        let end = find(bytes, b"\r\n\r\n", 0)?;
        let (head, body) = (bytes.slice(..end), bytes.slice(end + 4..));
        let text = std::str::from_utf8(&head).ok()?;
        let mut lines = text.split("\r\n").filter_map(|line| line.split_once(':'));
        let (_, value) = lines.find(|(name, _)| name.trim().eq_ignore_ascii_case("content-disposition"))?;
        let name = parameter(value, "name")?;
        Some(Self { name, head, body })
    }

    fn plain(name: &str, value: String) -> Self {
        let head = format!("Content-Disposition: form-data; {}", disposition(name));
        Self { name: name.to_owned(), head: head.into(), body: value.into() }
    }
}

/// Quotes and line ends are escaped as browsers escape them.
fn disposition(name: &str) -> String {
    let name = name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
    format!("name=\"{name}\"")
}

/// A parameter of a header's value, with or without quotes.
fn parameter(value: &str, wanted: &str) -> Option<String> {
    let mut rest = value.split_once(';')?.1;
    loop {
        let (name, after) = rest.split_once('=')?;
        let (found, after) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?,
            None => after.split_at(after.find(';').unwrap_or(after.len())),
        };
        if name.trim().eq_ignore_ascii_case(wanted) {
            return Some(found.trim_end().to_owned());
        }
        rest = after.trim_start().strip_prefix(';')?;
    }
}

fn find(bytes: &[u8], wanted: &[u8], from: usize) -> Option<usize> {
    memchr::memmem::find(bytes.get(from..)?, wanted).map(|at| at + from)
}
