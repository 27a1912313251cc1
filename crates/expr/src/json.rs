//! JSON as bodies bring it, read the lenient way: quotes may be missing, commas may be too many, a text that is no
//! JSON at all is a text. So json-smart reads it in its permissive mode.

mod literal;
#[cfg(test)]
mod tests;

use crate::error::Error;
use crate::limits::{Budget, too_deep};
use crate::value::{List, Map, Text, Value};
use literal::literal;
use std::collections::HashMap;

/// A place in a document that a path leads through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    /// A member of an object.
    Name(String),
    /// An element of an array.
    Index(usize),
}

/// Reads a document; strings without escapes are borrowed from it.
pub(crate) fn read<'a>(text: &Text<'a>, budget: &mut Budget<'_>) -> Result<Value<'a>, Error> {
    read_along(text, &[], budget)
}

/// Reads a document of which only what lies along the keys is wanted: the rest is looked through and left out, of
/// arrays its places stay.
pub(crate) fn read_along<'a>(text: &Text<'a>, keys: &[Key], budget: &mut Budget<'_>) -> Result<Value<'a>, Error> {
    let mut reader = Reader { source: text, bytes: text.as_bytes(), at: 0, depth: 0, budget };
    let wish = if keys.is_empty() { Wish::Whole } else { Wish::Along(keys) };
    reader.value(Until::End, wish)
}

/// How much of a value is wanted.
#[derive(Clone, Copy)]
enum Wish<'k> {
    Whole,
    Along(&'k [Key]),
    Nothing,
}

impl<'k> Wish<'k> {
    /// What is wanted of a member.
    fn of_member(self, name: &str) -> Self {
        match self {
            Self::Along([Key::Name(own), rest @ ..]) if own == name => Self::along(rest),
            Self::Along([Key::Name(_), ..]) => Self::Nothing,
            other => other.inside(),
        }
    }

    /// What is wanted of an element.
    fn of_element(self, at: usize) -> Self {
        match self {
            Self::Along([Key::Index(own), rest @ ..]) if *own == at => Self::along(rest),
            Self::Along([Key::Index(_), ..]) => Self::Nothing,
            other => other.inside(),
        }
    }

    fn along(rest: &'k [Key]) -> Self {
        if rest.is_empty() { Self::Whole } else { Self::Along(rest) }
    }

    /// A path that does not fit leads to nothing inside.
    fn inside(self) -> Self {
        if matches!(self, Self::Whole) { Self::Whole } else { Self::Nothing }
    }

    fn is_nothing(self) -> bool {
        matches!(self, Self::Nothing)
    }
}

/// Where a text without quotes ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Until {
    End,
    Item,
    Key,
    Member,
}

impl Until {
    fn stops(self, byte: u8) -> bool {
        match self {
            Self::End => false,
            Self::Item => matches!(byte, b',' | b']'),
            Self::Key => byte == b':',
            Self::Member => matches!(byte, b',' | b'}'),
        }
    }
}

struct Reader<'t, 'a, 'b, 'l> {
    source: &'t Text<'a>,
    bytes: &'t [u8],
    at: usize,
    depth: usize,
    budget: &'b mut Budget<'l>,
}

/// Objects with more members find a key that comes twice by a table.
const FEW: usize = 16;

impl<'a> Reader<'_, 'a, '_, '_> {
    fn value(&mut self, until: Until, wish: Wish<'_>) -> Result<Value<'a>, Error> {
        self.budget.step()?;
        self.blanks();
        match self.peek() {
            None if until == Until::End => Ok(Value::from("")),
            None => Err(self.unexpected()),
            Some(b'{') => self.nested(wish, Self::object),
            Some(b'[') => self.nested(wish, Self::array),
            Some(quote @ (b'"' | b'\'')) if wish.is_nothing() => self.skip_quoted(quote),
            Some(quote @ (b'"' | b'\'')) => self.quoted(quote).map(Value::Str),
            Some(b'}' | b']' | b':') => Err(self.unexpected()),
            Some(_) if wish.is_nothing() => {
                self.reach_stop(until);
                Ok(Value::Null)
            }
            Some(b'-' | b'0'..=b'9' | b't' | b'f' | b'n' | b'N') => self.word(until),
            Some(_) => Ok(Value::Str(self.bare(self.at, until))),
        }
    }

    fn nested(
        &mut self,
        wish: Wish<'_>,
        read: fn(&mut Self, Wish<'_>) -> Result<Value<'a>, Error>,
    ) -> Result<Value<'a>, Error> {
        self.depth += 1;
        if self.depth > self.budget.depth_limit() {
            return Err(too_deep(self.budget.depth_limit()));
        }
        self.at += 1;
        let value = read(self, wish);
        self.depth -= 1;
        value
    }

    fn array(&mut self, wish: Wish<'_>) -> Result<Value<'a>, Error> {
        let mut items = Vec::new();
        loop {
            self.blanks();
            match self.peek() {
                None | Some(b'}' | b':') => return Err(self.unexpected()),
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Ok(Value::List(List::new(items)));
                }
                Some(_) => {
                    let item = self.value(Until::Item, wish.of_element(items.len()))?;
                    if !wish.is_nothing() {
                        items.push(item);
                    }
                    self.separator(b']')?;
                }
            }
        }
    }

    fn object(&mut self, wish: Wish<'_>) -> Result<Value<'a>, Error> {
        let mut entries: Vec<(Value<'a>, Value<'a>)> = Vec::new();
        let mut places: Option<HashMap<Box<str>, usize>> = None;
        loop {
            self.blanks();
            match self.peek() {
                None | Some(b'{' | b'[' | b']' | b':') => return Err(self.unexpected()),
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(Value::Map(Map::new(entries)));
                }
                Some(_) => {
                    let key = self.key()?;
                    let wish = wish.of_member(&key);
                    let value = self.member(wish)?;
                    if !wish.is_nothing() {
                        put(&mut entries, &mut places, key, value);
                    }
                    self.separator(b'}')?;
                }
            }
        }
    }

    fn key(&mut self) -> Result<Text<'a>, Error> {
        let key = match self.peek() {
            Some(quote @ (b'"' | b'\'')) => self.quoted(quote)?,
            _ => self.bare(self.at, Until::Key),
        };
        self.blanks();
        match self.peek() {
            Some(b':') => self.at += 1,
            _ => return Err(self.unexpected()),
        }
        Ok(key)
    }

    /// A member's value; nothing before a comma is the empty text.
    fn member(&mut self, wish: Wish<'_>) -> Result<Value<'a>, Error> {
        self.blanks();
        match self.peek() {
            Some(b',') => Ok(Value::from("")),
            _ => self.value(Until::Member, wish),
        }
    }

    /// After an item stands a comma or the end.
    fn separator(&mut self, end: u8) -> Result<(), Error> {
        self.blanks();
        match self.peek() {
            Some(b',') => self.at += 1,
            Some(byte) if byte == end => {}
            _ => return Err(self.unexpected()),
        }
        Ok(())
    }

    /// A number, `true`, `false`, `null`, or a text that only begins like one.
    fn word(&mut self, until: Until) -> Result<Value<'a>, Error> {
        let start = self.at;
        while self.peek().is_some_and(|b| !until.stops(b) && !b.is_ascii_whitespace()) {
            self.at += 1;
        }
        let end = self.at;
        self.blanks();
        let ends = self.peek().is_none_or(|b| until.stops(b));
        let value = if ends { literal(&self.source[start..end]) } else { None };
        Ok(value.unwrap_or_else(|| Value::Str(self.bare(start, until))))
    }

    /// A text without quotes, from `start` to where it stops.
    fn bare(&mut self, start: usize, until: Until) -> Text<'a> {
        self.at = start;
        self.reach_stop(until);
        let end = start + self.source[start..self.at].trim_end().len();
        self.source.slice(start, end)
    }

    fn reach_stop(&mut self, until: Until) {
        let rest = &self.bytes[self.at..];
        self.at += rest.iter().position(|&b| until.stops(b)).unwrap_or(rest.len());
    }

    /// Passes a text in quotes; what is wrong with an escape is said all the same.
    fn skip_quoted(&mut self, quote: u8) -> Result<Value<'a>, Error> {
        let start = self.at + 1;
        match memchr::memchr2(quote, b'\\', &self.bytes[start..]).map(|found| start + found) {
            Some(end) if self.bytes[end] == quote => self.at = end + 1,
            _ => drop(self.quoted(quote)?),
        }
        Ok(Value::Null)
    }

    fn quoted(&mut self, quote: u8) -> Result<Text<'a>, Error> {
        self.at += 1;
        let start = self.at;
        loop {
            match self.peek() {
                None => return Err(self.unexpected()),
                Some(byte) if byte == quote => {
                    self.at += 1;
                    return Ok(self.source.slice(start, self.at - 1));
                }
                Some(b'\\' | 0..=31) => return self.escaped(quote, start),
                Some(_) => self.at += 1,
            }
        }
    }

    /// The rest of a quoted text that is not the same as its source.
    fn escaped(&mut self, quote: u8, start: usize) -> Result<Text<'a>, Error> {
        let mut text = String::from(&self.source[start..self.at]);
        loop {
            let from = self.at;
            while self.peek().is_some_and(|b| b != quote && b != b'\\' && b >= 32) {
                self.at += 1;
            }
            text.push_str(&self.source[from..self.at]);
            match self.peek() {
                None => return Err(self.unexpected()),
                Some(b'\\') => self.escape(&mut text)?,
                Some(byte) if byte == quote => {
                    self.at += 1;
                    return Ok(text.into());
                }
                Some(_) => self.at += 1, // a control character is left out
            }
        }
    }

    fn escape(&mut self, text: &mut String) -> Result<(), Error> {
        let escape = self.bytes.get(self.at + 1).copied();
        self.at += 2;
        match escape {
            Some(b'u') => text.push(self.unit()?),
            Some(b'x') => {
                let code = self.hex(2)?;
                text.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            Some(b'b') => text.push('\u{8}'),
            Some(b'f') => text.push('\u{c}'),
            Some(b'n') => text.push('\n'),
            Some(b'r') => text.push('\r'),
            Some(b't') => text.push('\t'),
            Some(b @ (b'"' | b'\\' | b'/' | b'\'')) => text.push(char::from(b)),
            Some(byte) if byte.is_ascii() => {}
            _ => self.at -= 1, // what follows is read as it stands
        }
        Ok(())
    }

    fn unit(&mut self) -> Result<char, Error> {
        let first = self.hex(4)?;
        if !(0xd800..0xdc00).contains(&first) || self.bytes.get(self.at..self.at + 2) != Some(b"\\u") {
            return Ok(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        self.at += 2;
        let second = self.hex(4)?;
        let code = 0x10000 + ((first - 0xd800) << 10) + (second.wrapping_sub(0xdc00) & 0x3ff);
        Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn hex(&mut self, digits: usize) -> Result<u32, Error> {
        let text =
            self.source.get(self.at..self.at + digits).filter(|text| text.bytes().all(|b| b.is_ascii_hexdigit()));
        let code = text.and_then(|text| u32::from_str_radix(text, 16).ok()).ok_or_else(|| self.unexpected())?;
        self.at += digits;
        Ok(code)
    }

    fn blanks(&mut self) {
        while self.peek().is_some_and(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn unexpected(&self) -> Error {
        Error::evaluation("EL1023E", format!("the JSON text is not understood at byte {}", self.at))
    }
}

/// Adds a member; of equal keys the last value stays, in the first one's place.
fn put<'a>(
    entries: &mut Vec<(Value<'a>, Value<'a>)>,
    places: &mut Option<HashMap<Box<str>, usize>>,
    key: Text<'a>,
    value: Value<'a>,
) {
    if entries.len() < FEW {
        match entries.iter_mut().find(|(own, _)| matches!(own, Value::Str(own) if **own == *key)) {
            Some(entry) => entry.1 = value,
            None => entries.push((Value::Str(key), value)),
        }
        return;
    }
    let places = places.get_or_insert_with(|| {
        let named = |(at, entry): (usize, &(Value<'a>, Value<'a>))| match &entry.0 {
            Value::Str(key) => Some((Box::from(&**key), at)),
            _ => None,
        };
        entries.iter().enumerate().filter_map(named).collect()
    });
    match places.get(&*key) {
        Some(&at) => entries[at].1 = value,
        None => {
            places.insert(Box::from(&*key), entries.len());
            entries.push((Value::Str(key), value));
        }
    }
}
