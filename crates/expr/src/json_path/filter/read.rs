//! From the text of a filter to its conditions.

use super::super::compile::{end_of, path};
use super::super::failed;
use super::{Filter, Operand, Operator};
use crate::el::Pattern;
use crate::error::Error;

pub(super) fn filter(text: &[char], depth: usize) -> Result<Filter, Error> {
    let mut reader = Reader { text, at: 0, depth };
    let filter = reader.any()?;
    reader.blanks();
    match reader.peek() {
        None => Ok(filter),
        Some(c) => Err(failed(format!("'{c}' was not expected in the filter"))),
    }
}

struct Reader<'t> {
    text: &'t [char],
    at: usize,
    depth: usize,
}

/// Parentheses and negations nest so deep at most.
const DEPTH: usize = 32;

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.text.get(self.at).copied()
    }

    fn blanks(&mut self) {
        while self.peek() == Some(' ') {
            self.at += 1;
        }
    }

    fn take(&mut self, word: &str) -> bool {
        self.blanks();
        let found = word.chars().enumerate().all(|(n, c)| self.text.get(self.at + n) == Some(&c));
        if found {
            self.at += word.len();
        }
        found
    }

    fn any(&mut self) -> Result<Filter, Error> {
        let mut filters = vec![self.all()?];
        while self.take("||") {
            filters.push(self.all()?);
        }
        Ok(if filters.len() == 1 { filters.remove(0) } else { Filter::Any(filters) })
    }

    fn all(&mut self) -> Result<Filter, Error> {
        let mut filters = vec![self.one()?];
        while self.take("&&") {
            filters.push(self.one()?);
        }
        Ok(if filters.len() == 1 { filters.remove(0) } else { Filter::All(filters) })
    }

    fn one(&mut self) -> Result<Filter, Error> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(Error::evaluation("limit-depth", "the filter nests too deep"));
        }
        self.blanks();
        let negated = self.take("!");
        self.blanks();
        let path = matches!(self.peek(), Some('$' | '@'));
        let filter = match (negated, path) {
            (true, false) => Filter::Not(Box::new(self.one()?)),
            (negated, _) if self.take("(") => {
                let inner = self.any()?;
                if !self.take(")") {
                    return Err(failed("a parenthesis of the filter is not closed"));
                }
                if negated { Filter::Not(Box::new(inner)) } else { inner }
            }
            (negated, _) => self.comparison(!negated)?,
        };
        self.depth -= 1;
        Ok(filter)
    }

    fn comparison(&mut self, wanted: bool) -> Result<Filter, Error> {
        let left = self.operand()?;
        let before = self.at;
        let compared = self.operator().and_then(|operator| Ok((operator, self.operand()?)));
        match (compared, left) {
            (Ok((operator, right)), left) => Ok(Filter::Compare { left, operator, right }),
            (Err(_), Operand::Path(path)) => {
                self.at = before;
                Ok(Filter::Exists { path, wanted })
            }
            (Err(error), _) => Err(error),
        }
    }

    fn operator(&mut self) -> Result<Operator, Error> {
        self.blanks();
        let start = self.at;
        let sign = |c: char| matches!(c, '<' | '>' | '=' | '~' | '!');
        let signs = self.peek().is_some_and(sign);
        while self.peek().is_some_and(|c| if signs { sign(c) } else { c != ' ' }) {
            self.at += 1;
        }
        let word: String = self.text[start..self.at].iter().collect();
        Ok(match &*word.to_uppercase() {
            "==" => Operator::Equal,
            "!=" => Operator::NotEqual,
            "===" => Operator::Same,
            "!==" => Operator::NotSame,
            "<" => Operator::Less,
            "<=" => Operator::LessOrEqual,
            ">" => Operator::Greater,
            ">=" => Operator::GreaterOrEqual,
            "=~" => Operator::Regex,
            "IN" => Operator::In,
            "NIN" => Operator::NotIn,
            "CONTAINS" => Operator::Contains,
            "ALL" => Operator::All,
            "SIZE" => Operator::Size,
            "EMPTY" => Operator::Empty,
            "SUBSETOF" => Operator::SubsetOf,
            "ANYOF" => Operator::AnyOf,
            "NONEOF" => Operator::NoneOf,
            _ => return Err(failed(format!("'{word}' is no operator of a filter"))),
        })
    }

    fn operand(&mut self) -> Result<Operand, Error> {
        self.blanks();
        let start = self.at;
        let cut = |reader: &Self, from: usize, to: usize| reader.text[from..to].iter().collect::<String>();
        match self.peek() {
            None => Err(failed("the filter ends too early")),
            Some('$' | '@') => self.path(),
            Some(quote @ ('\'' | '"')) => {
                let end = end_of(self.text, start, quote).ok_or_else(|| failed("a text in a filter is not closed"))?;
                self.at = end + 1;
                Ok(Operand::Text(plain(&cut(self, start + 1, end))))
            }
            Some('/') => self.pattern(),
            Some(open @ ('[' | '{')) => {
                let end = matching(self.text, start, open).ok_or_else(|| failed("JSON in a filter is not closed"))?;
                self.at = end + 1;
                Ok(Operand::Json(cut(self, start, end + 1)))
            }
            Some('t') if self.take("true") => Ok(Operand::Bool(true)),
            Some('f') if self.take("false") => Ok(Operand::Bool(false)),
            Some('n') if self.take("null") => Ok(Operand::Null),
            Some(_) => {
                while self.peek().is_some_and(|c| c.is_ascii_digit() || matches!(c, '-' | '.' | 'e' | 'E' | '+')) {
                    self.at += 1;
                }
                let number = cut(self, start, self.at);
                crate::value::Decimal::read(&number)
                    .ok_or_else(|| failed("a value of the filter is not understood"))?;
                Ok(Operand::Number(number))
            }
        }
    }

    fn path(&mut self) -> Result<Operand, Error> {
        let start = self.at;
        self.at += 1;
        while let Some(c) = self.peek() {
            match c {
                '[' => {
                    self.at = matching(self.text, self.at, '[')
                        .ok_or_else(|| failed("a bracket of the filter is not closed"))?;
                }
                '(' => match self.text.get(self.at + 1) {
                    Some(')') => self.at += 1,
                    _ => break,
                },
                ' ' | ')' | '<' | '>' | '=' | '~' | '!' | '&' | '|' => break,
                _ => {}
            }
            self.at += 1;
        }
        let text: String = self.text[start..self.at].iter().collect();
        path(&text, self.depth).map(Operand::Path)
    }

    /// `/pattern/` with flags behind it.
    fn pattern(&mut self) -> Result<Operand, Error> {
        let end = end_of(self.text, self.at, '/').ok_or_else(|| failed("a pattern of the filter is not closed"))?;
        let pattern: String = self.text[self.at + 1..end].iter().collect();
        self.at = end + 1;
        let start = self.at;
        while self.peek().is_some_and(|c| "idmsuxU".contains(c)) {
            self.at += 1;
        }
        let flags: String = self.text[start..self.at].iter().filter(|c| "imsx".contains(**c)).collect();
        Pattern::with_flags(&pattern, &flags).map(Box::new).map(Operand::Pattern).map_err(|error| failed(error.message))
    }
}

/// The bracket that closes the one at `start`; texts in quotes are skipped.
fn matching(text: &[char], start: usize, open: char) -> Option<usize> {
    let close = if open == '[' { ']' } else { '}' };
    let mut depth = 0;
    let mut at = start;
    while let Some(&c) = text.get(at) {
        match c {
            '\'' | '"' => at = end_of(text, at, c)?,
            c if c == open => depth += 1,
            c if c == close => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}

/// A text without its backslashes.
fn plain(text: &str) -> String {
    let mut result = String::new();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '\\' => match rest.next() {
                Some('n') => result.push('\n'),
                Some('t') => result.push('\t'),
                Some('r') => result.push('\r'),
                Some(other) => result.push(other),
                None => result.push('\\'),
            },
            c => result.push(c),
        }
    }
    result
}
