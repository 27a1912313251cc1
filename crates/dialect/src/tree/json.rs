//! From JSON text to a tree, with a finding for what is no JSON. Of a key that stands twice the last one counts.

use super::{Key, Mark, Node, Scalar, Tree};
use crate::Faith;
use crate::findings::Findings;

/// How deep lists and maps may stand in each other.
const DEEPEST: usize = 512;

/// Reads a document. `None`: it is no JSON, and a finding says where.
pub fn parse_json(text: &str, findings: &mut Findings) -> Option<Tree> {
    let mut reader = Reader { text, at: 0, line: 1, column: 1, depth: 0 };
    match reader.document() {
        Ok(tree) => Some(tree),
        Err(stop) => {
            findings.add(Faith::Invalid, stop.mark, "", format!("this is no JSON: {}", stop.message));
            None
        }
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    line: u32,
    column: u32,
    depth: usize,
}

/// Why reading cannot go on.
struct Stop {
    mark: Mark,
    message: &'static str,
}

impl Reader<'_> {
    fn document(&mut self) -> Result<Tree, Stop> {
        self.skip('\u{feff}');
        let tree = self.value()?;
        match self.peek() {
            None => Ok(tree),
            Some(_) => Err(self.stop("something stands behind the value")),
        }
    }

    fn value(&mut self) -> Result<Tree, Stop> {
        let start = self.after_blanks();
        match self.peek() {
            Some('{') => self.nested(Self::map),
            Some('[') => self.nested(Self::list),
            Some('"') => {
                let text = self.string()?;
                Ok(self.scalar(start, text, false))
            }
            Some(c) if c.is_ascii_alphanumeric() || c == '-' => self.word(start),
            Some(_) => Err(self.stop("a value is expected here")),
            None => Err(self.stop("the text ends where a value is expected")),
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Tree, Stop>) -> Result<Tree, Stop> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.stop("lists and maps stand too deep in each other"));
        }
        let tree = read(self)?;
        self.depth -= 1;
        Ok(tree)
    }

    fn map(&mut self) -> Result<Tree, Stop> {
        let start = self.here();
        self.next();
        let mut entries: Vec<(Key, Tree)> = Vec::new();
        while !self.closes('}', entries.is_empty())? {
            let mark = self.after_blanks();
            if self.peek() != Some('"') {
                return Err(self.stop("a key in quotes is expected here"));
            }
            let text = self.string()?;
            let key = Key { mark: self.since(mark), text };
            self.after_blanks();
            if !self.skip(':') {
                return Err(self.stop("a colon is expected here"));
            }
            let value = self.value()?;
            entries.retain(|(other, _)| other.text != key.text);
            entries.push((key, value));
        }
        let mark = entries.first().map_or(start, |(key, _)| Mark { length: 0, ..key.mark });
        Ok(Tree { mark, node: Node::Map(entries) })
    }

    fn list(&mut self) -> Result<Tree, Stop> {
        let start = self.here();
        self.next();
        let mut items: Vec<Tree> = Vec::new();
        while !self.closes(']', items.is_empty())? {
            items.push(self.value()?);
        }
        let mark = items.first().map_or(start, |item| Mark { length: 0, ..item.mark });
        Ok(Tree { mark, node: Node::List(items) })
    }

    /// Whether the collection ends here; if not, the comma before what follows is taken.
    fn closes(&mut self, end: char, first: bool) -> Result<bool, Stop> {
        self.after_blanks();
        if self.skip(end) {
            return Ok(true);
        }
        if !first && !self.skip(',') {
            return Err(self.stop("a comma or the end of a list or map is expected here"));
        }
        Ok(false)
    }

    fn word(&mut self, start: Mark) -> Result<Tree, Stop> {
        let rest = &self.text[self.at..];
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && !"+-.".contains(c)).unwrap_or(rest.len());
        let word = &rest[..end];
        match serde_json::from_str::<serde_json::Value>(word) {
            Ok(serde_json::Value::Null) => {
                self.take(word);
                Ok(Tree { mark: self.since(start), node: Node::Null })
            }
            Ok(_) => {
                self.take(word);
                Ok(self.scalar(start, word.to_owned(), true))
            }
            Err(_) => Err(self.stop("this is neither a number nor true, false or null")),
        }
    }

    fn string(&mut self) -> Result<String, Stop> {
        let rest = &self.text[self.at..];
        let mut escaped = false;
        let end = rest.char_indices().skip(1).find_map(|(at, c)| {
            let closes = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            closes.then_some(at + 1)
        });
        let Some(end) = end else { return Err(self.stop("the text ends before this string does")) };
        let written = &rest[..end];
        // line ends and tabs may stand in strings as they are: people write long texts like that
        let quoted = match written.contains(|c: char| c.is_ascii_control()) {
            true => escaped_controls(written),
            false => written.to_owned(),
        };
        match serde_json::from_str(&quoted) {
            Ok(text) => {
                self.take(written);
                Ok(text)
            }
            Err(_) => Err(self.stop("an escape in this string has no meaning")),
        }
    }

    fn scalar(&self, start: Mark, text: String, plain: bool) -> Tree {
        Tree { mark: self.since(start), node: Node::Scalar(Scalar { text, written: None, plain }) }
    }

    fn peek(&mut self) -> Option<char> {
        self.after_blanks();
        self.text[self.at..].chars().next()
    }

    fn skip(&mut self, wanted: char) -> bool {
        let there = self.text[self.at..].starts_with(wanted);
        if there {
            self.next();
        }
        there
    }

    fn next(&mut self) {
        let Some(c) = self.text[self.at..].chars().next() else { return };
        self.at += c.len_utf8();
        match c {
            '\n' => (self.line, self.column) = (self.line + 1, 1),
            _ => self.column += 1,
        }
    }

    fn take(&mut self, text: &str) {
        let end = self.at + text.len();
        while self.at < end {
            self.next();
        }
    }

    fn after_blanks(&mut self) -> Mark {
        while self.text[self.at..].starts_with([' ', '\t', '\r', '\n']) {
            self.next();
        }
        self.here()
    }

    fn here(&self) -> Mark {
        Mark { line: self.line, column: self.column, length: 0 }
    }

    /// From there to here.
    fn since(&self, start: Mark) -> Mark {
        let length = if start.line == self.line { self.column - start.column } else { 0 };
        Mark { length, ..start }
    }

    fn stop(&self, message: &'static str) -> Stop {
        Stop { mark: self.here(), message }
    }
}

fn escaped_controls(written: &str) -> String {
    let mut out = String::with_capacity(written.len());
    for c in written.chars() {
        match c.is_ascii_control() {
            true => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            false => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests;
