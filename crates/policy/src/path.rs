//! A request's path made comparable, as a table's rules say, with the way back to the bytes the client sent.

mod decoded;
mod forward;

pub(crate) use decoded::decoded;
pub(crate) use forward::escaped_bare;
pub use forward::forwarded;

use model::table::PathNormalization;

/// A path before and after normalization.
pub struct ComparablePath<'a> {
    raw: &'a str,
    /// Whether no escapes are left.
    plain: bool,
    /// `None`: nothing had to change.
    changed: Option<Changed>,
    /// The text ends in a slash that means nothing.
    cut: bool,
}

impl<'a> ComparablePath<'a> {
    /// Applies the rules. A path that does not begin with a slash (`*`) stays as it is.
    pub fn of(raw: &'a str, rules: PathNormalization) -> Self {
        let changed = (!is_plain(raw, rules)).then(|| {
            let mut changed = match rules.decode_all {
                true => Changed::decoded(raw, rules.keep_escaped_slashes),
                false => Changed::escapes_of(raw, rules.decode_unreserved),
            };
            if rules.resolve_dots || rules.merge_slashes {
                changed.rebuild_segments(rules);
            }
            if rules.cut_parameters {
                changed.cut_parameters();
            }
            changed
        });
        let text = changed.as_ref().map_or(raw, |changed| &changed.text);
        let cut = rules.cut_end_slash && text.len() > 1 && text.ends_with('/');
        Self { raw, plain: rules.decode_all, changed, cut }
    }

    /// As predicates compare it.
    pub fn text(&self) -> &str {
        let text = self.changed.as_ref().map_or(self.raw, |changed| &changed.text);
        if self.cut { &text[..text.len() - 1] } else { text }
    }

    /// The value of a part of the text. A slash that was written as `%2F` is part of it; bytes that are not UTF-8 become
    /// U+FFFD, or stay escaped where all escapes are decoded.
    pub fn value(&self, part: &str) -> String {
        if self.plain {
            return part.to_owned();
        }
        percent_encoding::percent_decode_str(part).decode_utf8_lossy().into_owned()
    }

    /// How many bytes of the raw path stand for the first `bytes` of the text.
    pub fn raw_bytes(&self, bytes: usize) -> usize {
        match &self.changed {
            None => bytes,
            Some(changed) if bytes >= changed.text.len() => self.raw.len(),
            Some(changed) => bytes.checked_sub(1).map_or(0, |last| changed.ends[last]),
        }
    }

    /// How many bytes of the text stand for the first `bytes` of the raw path.
    fn text_bytes(&self, bytes: usize) -> usize {
        match &self.changed {
            None => bytes,
            Some(changed) => changed.ends.partition_point(|end| *end <= bytes),
        }
    }
}

/// A pattern's text in the form that normalized paths have. Dots and slashes of a pattern stay as written.
pub fn pattern_text(text: &str, rules: PathNormalization) -> String {
    if rules.decode_unreserved && !rules.decode_all { Changed::escapes_of(text, true).text } else { text.to_owned() }
}

/// Whether some segment is `.` or `..`, with dots or separators escaped or not.
pub(crate) fn has_dots(path: &str) -> bool {
    let decoded = percent_encoding::percent_decode_str(path).collect::<Vec<u8>>();
    decoded.split(|b| matches!(b, b'/' | b'\\')).any(|segment| matches!(segment, b"." | b".."))
}

/// Whether normalization certainly changes nothing. One look at each byte, since every request passes here.
fn is_plain(raw: &str, rules: PathNormalization) -> bool {
    if !raw.starts_with('/') {
        return true;
    }
    let mut after_slash = false;
    for byte in raw.bytes() {
        let escape = match rules.decode_all {
            true => byte == b'%',
            false => rules.decode_unreserved && (byte == b'%' || !byte.is_ascii_graphic()),
        };
        let dot = after_slash && rules.resolve_dots && byte == b'.';
        let slash = after_slash && rules.merge_slashes && byte == b'/';
        let parameter = rules.cut_parameters && byte == b';';
        if escape || dot || slash || parameter {
            return false;
        }
        after_slash = byte == b'/';
    }
    true
}

/// A normalized path; `ends[i]` is where the raw bytes behind `text[i]` end, always between two characters.
struct Changed {
    text: String,
    ends: Vec<usize>,
}

impl Changed {
    /// Brings escapes into one form (RFC 3986 6.2.2.1 and 6.2.2.2): unreserved characters bare, all else that is
    /// escaped in upper case, and what must not stand bare (space, control, non-ASCII) escaped.
    fn escapes_of(raw: &str, decode: bool) -> Self {
        let bytes = raw.as_bytes();
        let mut this = Self { text: String::with_capacity(raw.len()), ends: Vec::with_capacity(raw.len()) };
        let mut at = 0;
        while at < bytes.len() {
            at = match (bytes[at], escaped(bytes, at)) {
                (b'%', Some(byte)) if decode && is_unreserved(byte) => this.push(char::from(byte), at + 3),
                (b'%', Some(byte)) if decode => this.push_escape(byte, [at + 1, at + 2, at + 3]),
                (byte, _) if decode && !byte.is_ascii_graphic() => {
                    let end = raw.ceil_char_boundary(at + 1);
                    this.push_escape(byte, [end; 3]);
                    at + 1
                }
                (byte, _) if byte.is_ascii() => this.push(char::from(byte), at + 1),
                _ => this.push_character(raw, at),
            };
        }
        this
    }

    /// Decodes all escapes but those of bytes that are not UTF-8 then, and of slashes that are to stay.
    fn decoded(raw: &str, keeps_slashes: bool) -> Self {
        let bytes = raw.as_bytes();
        let (mut plain, mut plain_ends) = (Vec::with_capacity(raw.len()), Vec::with_capacity(raw.len()));
        let mut at = 0;
        while at < bytes.len() {
            let (byte, end) = match (bytes[at], escaped(bytes, at)) {
                (b'%', Some(b'/')) if keeps_slashes => {
                    plain.extend_from_slice(b"%2F");
                    plain_ends.extend([at + 1, at + 2, at + 3]);
                    at += 3;
                    continue;
                }
                (b'%', Some(byte)) => (byte, at + 3),
                (byte, _) => (byte, at + 1),
            };
            plain.push(byte);
            plain_ends.push(end);
            at = end;
        }
        let mut this = Self { text: String::with_capacity(plain.len()), ends: Vec::with_capacity(plain.len()) };
        let mut at = 0;
        for chunk in plain.utf8_chunks() {
            for character in chunk.valid().chars() {
                at += character.len_utf8();
                this.text.push(character);
                this.ends.resize(this.text.len(), plain_ends[at - 1]);
            }
            for byte in chunk.invalid() {
                at += 1;
                this.push_escape(*byte, [plain_ends[at - 1]; 3]);
            }
        }
        this
    }

    /// Resolves `.` and `..` (RFC 3986 5.2.4) and drops empty segments, as the rules say.
    fn rebuild_segments(&mut self, rules: PathNormalization) {
        let old = std::mem::replace(self, Self { text: String::new(), ends: Vec::new() });
        let mut at = 0; // always at a slash
        while at < old.text.len() {
            let end = old.text[at + 1..].find('/').map_or(old.text.len(), |next| at + 1 + next);
            let keep = match &old.text[at + 1..end] {
                "." if rules.resolve_dots => false,
                ".." if rules.resolve_dots => {
                    self.pop_segment();
                    false
                }
                "" if rules.merge_slashes => false,
                _ => true,
            };
            let last = end == old.text.len();
            // a path that ends in a segment without name ends in a slash
            let until = if keep { end } else { at + usize::from(last) };
            self.text.push_str(&old.text[at..until]);
            self.ends.extend_from_slice(&old.ends[at..until]);
            at = end;
        }
    }

    /// Takes what follows a `;` off each segment.
    fn cut_parameters(&mut self) {
        let old = std::mem::replace(self, Self { text: String::new(), ends: Vec::new() });
        let mut inside = false;
        for (at, character) in old.text.char_indices() {
            inside = character == ';' || inside && character != '/';
            if !inside {
                self.text.push(character);
                self.ends.extend_from_slice(&old.ends[at..at + character.len_utf8()]);
            }
        }
    }

    fn pop_segment(&mut self) {
        let end = self.text.rfind('/').unwrap_or(0);
        self.text.truncate(end);
        self.ends.truncate(end);
    }

    fn push(&mut self, character: char, end: usize) -> usize {
        self.text.push(character);
        self.ends.push(end);
        end
    }

    fn push_escape(&mut self, byte: u8, ends: [usize; 3]) -> usize {
        const HEX: &[u8; 16] = b"0123456789ABCDEF";
        self.push('%', ends[0]);
        self.push(char::from(HEX[usize::from(byte >> 4)]), ends[1]);
        self.push(char::from(HEX[usize::from(byte & 15)]), ends[2])
    }

    fn push_character(&mut self, raw: &str, at: usize) -> usize {
        let end = raw.ceil_char_boundary(at + 1);
        self.text.push_str(&raw[at..end]);
        self.ends.resize(self.text.len(), end);
        end
    }
}

/// The byte that `%XX` at this position stands for.
fn escaped(bytes: &[u8], at: usize) -> Option<u8> {
    let digit = |at: usize| char::from(*bytes.get(at)?).to_digit(16);
    let value = digit(at + 1)? * 16 + digit(at + 2)?;
    u8::try_from(value).ok()
}

/// RFC 3986 2.3.
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: PathNormalization = PathNormalization::NONE;
    const ALL: PathNormalization = PathNormalization {
        decode_unreserved: true,
        decode_all: false,
        resolve_dots: true,
        merge_slashes: true,
        ..PathNormalization::NONE
    };
    const PLAIN: PathNormalization = PathNormalization { decode_all: true, ..ALL };
    const SLASHES: PathNormalization = PathNormalization { keep_escaped_slashes: true, ..PLAIN };
    const END: PathNormalization = PathNormalization { cut_end_slash: true, ..PLAIN };
    const CUT: PathNormalization = PathNormalization { cut_parameters: true, ..PLAIN };
    const DECODE: PathNormalization = PathNormalization { decode_unreserved: true, ..NONE };
    const DOTS: PathNormalization = PathNormalization { resolve_dots: true, ..NONE };
    const MERGE: PathNormalization = PathNormalization { merge_slashes: true, ..NONE };

    #[test]
    fn paths_become_comparable() {
        for (rules, raw, expected) in [
            (NONE, "/a/../%41//b", "/a/../%41//b"),
            (DECODE, "/%41%2d%7E%2f%c3%A9", "/A-~%2F%C3%A9"),
            (DECODE, "/caf\u{e9}/\u{20ac}", "/caf%C3%A9/%E2%82%AC"),
            (DECODE, "/%4/%zz/%/%+1", "/%4/%zz/%/%+1"),
            (DECODE, "/a%2541", "/a%2541"),
            (DOTS, "/a/b/../c", "/a/c"),
            (DOTS, "/a/./b", "/a/b"),
            (DOTS, "/a/b/..", "/a/"),
            (DOTS, "/a/b/.", "/a/b/"),
            (DOTS, "/../../a", "/a"),
            (DOTS, "/..", "/"),
            (DOTS, "/a//../b", "/a/b"),
            (DOTS, "/%2e%2e/a", "/%2e%2e/a"),
            (DOTS, "/caf\u{e9}/./x", "/caf\u{e9}/x"),
            (DOTS, "/.a/..b/c.", "/.a/..b/c."),
            (MERGE, "//a///b//", "/a/b/"),
            (MERGE, "//", "/"),
            (ALL, "/a/%2E%2e/b", "/b"),
            (ALL, "/a//../b", "/b"),
            (ALL, "*", "*"),
            (ALL, "", ""),
            (PLAIN, "/a%2Fb%20c%25%41", "/a/b c%A"),
            (PLAIN, "/a%2541", "/a%41"),
            (PLAIN, "/%2e%2E%2fx/%c3%a9\u{e9}", "/x/\u{e9}\u{e9}"),
            (PLAIN, "/%ffz%zz", "/%FFz%zz"),
            (PLAIN, "/a/b", "/a/b"),
            (SLASHES, "/a%2fb%2F%20/x/../c", "/a%2Fb%2F /c"),
            (SLASHES, "/a/..%2fb", "/a/..%2Fb"),
            (END, "/a/", "/a"),
            (END, "/a/b/.", "/a/b"),
            (END, "/", "/"),
            (END, "/a//", "/a"),
            (CUT, "/a;x=1/b;y/c", "/a/b/c"),
            (CUT, "/a%3bx/b", "/a/b"),
            (CUT, "/a/b;", "/a/b"),
            (CUT, "/a;x/../b", "/b"),
        ] {
            assert_eq!(ComparablePath::of(raw, rules).text(), expected, "{raw}");
        }
    }

    #[test]
    fn the_way_back_to_raw_bytes_is_kept() {
        for (rules, raw, bytes, expected) in [
            (ALL, "/a/b", 2, "/a"),
            (ALL, "/%61/b", 2, "/%61"),
            (ALL, "/x/../a/b", 2, "/x/../a"),
            (ALL, "/a/x/../b", 2, "/a"),
            (ALL, "/a/b/.", 5, "/a/b/."),
            (ALL, "/a/b/.", 0, ""),
            (ALL, "/\u{e9}/b", 4, "/\u{e9}"),
            (DOTS, "/./\u{e9}/b", 2, "/./\u{e9}"),
            (PLAIN, "/a%2Fb/c", 4, "/a%2Fb"),
            (PLAIN, "/%C3%A9/b", 3, "/%C3%A9"),
            (PLAIN, "/%ff/b", 4, "/%ff"),
        ] {
            let at = ComparablePath::of(raw, rules).raw_bytes(bytes);
            assert_eq!(&raw[..at], expected, "{raw}");
        }
    }
}
