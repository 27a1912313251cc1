//! From the text of a path to its steps.

use super::filter::Filter;
use super::{Parameter, Path, Step, failed};
use crate::error::Error;

/// Paths within filters and functions within paths nest so deep at most.
const DEPTH: usize = 16;

pub(super) fn path(text: &str, depth: usize) -> Result<Path, Error> {
    if depth > DEPTH {
        return Err(Error::evaluation("limit-depth", "the path nests too deep"));
    }
    let trimmed = text.trim();
    let full = if trimmed.starts_with(['$', '@']) { trimmed.to_owned() } else { format!("$.{trimmed}") };
    if full.ends_with('.') {
        return Err(failed("a path cannot end with a point"));
    }
    let mut compiler = Compiler { text: full.chars().collect(), at: 1, depth, steps: Vec::new() };
    compiler.steps()?;
    let from_root = full.starts_with('$');
    Ok(turned(Path { from_root, steps: compiler.steps, keys: Vec::new() }))
}

/// `$..a.length()` means the length of what `$..a` finds, not that of each thing found.
fn turned(path: Path) -> Path {
    let ends_with_function = matches!(path.steps.last(), Some(Step::Function { .. }));
    if !ends_with_function || !matches!(path.steps.first(), Some(Step::Scan)) {
        return path;
    }
    let mut steps = path.steps;
    let at = steps.iter().position(|step| matches!(step, Step::Function { .. })).unwrap_or(0);
    let mut rest = steps.split_off(at);
    let inner = Path { from_root: true, steps, keys: Vec::new() };
    if let Some(Step::Function { name, parameters }) = rest.first_mut() {
        *parameters = vec![Parameter::Path(counted(name, inner))];
    }
    Path { from_root: true, steps: rest, keys: Vec::new() }
}

/// The length of what a path finds is the number of elements in it.
fn counted(function: &str, mut path: Path) -> Path {
    let open = path.steps.last().is_some_and(|step| !matches!(step, Step::Function { .. }));
    if open && matches!(function, "length" | "size") {
        path.steps.push(Step::Wildcard);
    }
    path
}

struct Compiler {
    text: Vec<char>,
    at: usize,
    depth: usize,
    steps: Vec<Step>,
}

impl Compiler {
    fn peek(&self) -> Option<char> {
        self.text.get(self.at).copied()
    }

    /// The next character that is no blank, behind a place.
    fn significant(&self, from: usize) -> Option<(usize, char)> {
        (from + 1..self.text.len()).map(|at| (at, self.text[at])).find(|(_, c)| *c != ' ')
    }

    fn steps(&mut self) -> Result<(), Error> {
        match self.peek() {
            None => return Ok(()),
            Some('.' | '[') => {}
            Some(c) => return Err(failed(format!("'{c}' in the path where a point or bracket was expected"))),
        }
        while let Some(c) = self.peek() {
            match c {
                '[' => self.bracket()?,
                '.' => self.dot()?,
                '*' => {
                    self.at += 1;
                    self.steps.push(Step::Wildcard);
                }
                _ => self.name()?,
            }
        }
        if matches!(self.steps.last(), Some(Step::Scan)) {
            return Err(failed("a path cannot end with two points"));
        }
        Ok(())
    }

    fn dot(&mut self) -> Result<(), Error> {
        self.at += 1;
        if self.peek() == Some('.') {
            self.at += 1;
            self.steps.push(Step::Scan);
        }
        match self.peek() {
            None => Err(failed("a path cannot end with a point")),
            Some('.') => Err(failed("there is a point too many in the path")),
            Some(_) => Ok(()),
        }
    }

    fn name(&mut self) -> Result<(), Error> {
        let start = self.at;
        let end = (start..self.text.len())
            .find(|&at| matches!(self.text[at], '.' | '[' | '(' | ' '))
            .unwrap_or(self.text.len());
        let name: String = self.text[start..end].iter().collect();
        self.at = end;
        match self.peek() {
            Some(' ') => Err(failed("names with blanks are written ['in brackets']")),
            Some('(') => {
                self.at += 1;
                let parameters = self.parameters(&name)?;
                if !super::function::exists(&name) {
                    return Err(failed(format!("there is no function {name}()")));
                }
                self.steps.push(Step::Function { name, parameters });
                Ok(())
            }
            _ if name.is_empty() => Err(failed("a name is missing in the path")),
            _ => {
                self.steps.push(Step::Properties(vec![name]));
                Ok(())
            }
        }
    }

    /// The parameters of a function up to the parenthesis that closes them.
    fn parameters(&mut self, name: &str) -> Result<Vec<Parameter>, Error> {
        let mut parts = vec![String::new()];
        let mut open = 1;
        let mut quoted = false;
        while let Some(c) = self.peek() {
            self.at += 1;
            match c {
                '\\' if quoted => {
                    let next = self.peek();
                    if let Some(escaped @ ('"' | ',')) = next {
                        self.at += 1;
                        last(&mut parts).push_str(if escaped == '"' { "\\\"" } else { "," });
                        continue;
                    }
                }
                '"' => quoted = !quoted,
                '(' | '[' | '{' if !quoted => open += 1,
                ')' | ']' | '}' if !quoted => open -= 1,
                ',' if !quoted && open == 1 => {
                    parts.push(String::new());
                    continue;
                }
                _ => {}
            }
            if open == 0 {
                let parameters = parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty());
                return parameters.filter_map(|part| self.parameter(name, part).transpose()).collect();
            }
            last(&mut parts).push(c);
        }
        Err(failed(format!("the arguments of {name}() are not closed")))
    }

    fn parameter(&self, function: &str, part: &str) -> Result<Option<Parameter>, Error> {
        Ok(match part.chars().next() {
            Some('$' | '@') => Some(Parameter::Path(counted(function, path(part, self.depth + 1)?))),
            Some('{' | '"' | '-' | '0'..='9') => Some(Parameter::Json(part.to_owned())),
            _ => None,
        })
    }

    fn bracket(&mut self) -> Result<(), Error> {
        let (at, c) = self.significant(self.at).ok_or_else(|| failed("a bracket of the path is not closed"))?;
        match c {
            '\'' | '"' => self.quoted_names(c),
            '0'..='9' | '-' | ':' => self.indexes(),
            '*' => match self.significant(at) {
                Some((end, ']')) => {
                    self.at = end + 1;
                    self.steps.push(Step::Wildcard);
                    Ok(())
                }
                _ => Err(failed("']' is missing behind '*'")),
            },
            '?' => self.filter(at),
            _ => Err(failed(format!("'{c}' in brackets: expected ?, ', 0-9 or *"))),
        }
    }

    fn quoted_names(&mut self, quote: char) -> Result<(), Error> {
        let mut names = Vec::new();
        let mut name: Option<String> = None;
        let mut comma = false;
        let mut at = self.at + 1;
        loop {
            let Some(&c) = self.text.get(at) else { return Err(failed("a name in brackets is not closed")) };
            match (c, &mut name) {
                ('\\', Some(name)) => {
                    at += 1;
                    let Some(&escaped) = self.text.get(at) else { return Err(failed("a name ends with a backslash")) };
                    name.push(unescaped(escaped, &self.text, &mut at));
                }
                (c, Some(_)) if c == quote => {
                    if !matches!(self.significant(at), Some((_, ']' | ','))) {
                        return Err(failed("behind a name in brackets stands a comma or the closing bracket"));
                    }
                    names.extend(name.take());
                }
                (c, Some(name)) => name.push(c),
                (c, None) if c == quote => {
                    name = Some(String::new());
                    comma = false;
                }
                (']', None) if comma => return Err(failed("a name is missing behind a comma")),
                (']', None) => break,
                (',', None) if comma => return Err(failed("a name is missing between commas")),
                (',', None) => comma = true,
                _ => {}
            }
            at += 1;
        }
        self.at = at + 1;
        self.steps.push(Step::Properties(names));
        Ok(())
    }

    fn indexes(&mut self) -> Result<(), Error> {
        let length = self.text[self.at..].iter().position(|c| *c == ']').ok_or_else(|| failed("']' is missing"))?;
        let inner: String = self.text[self.at + 1..self.at + length].iter().collect();
        let wrong = || failed(format!("[{inner}] is neither an index nor a range"));
        let number = |text: &str| text.trim().parse::<i32>().map(i64::from).map_err(|_| wrong());
        let step = if inner.contains(':') {
            let mut parts = inner.trim().split(':');
            let mut bound = || match parts.next().map(str::trim) {
                None | Some("") => Ok(None),
                Some(text) => number(text).map(Some),
            };
            let (from, to) = (bound()?, bound()?);
            if from.is_none() && to.is_none() {
                return Err(wrong());
            }
            Step::Slice(from, to)
        } else {
            Step::Indexes(inner.split(',').map(number).collect::<Result<_, _>>()?)
        };
        self.at += length + 1;
        self.steps.push(step);
        Ok(())
    }

    fn filter(&mut self, question: usize) -> Result<(), Error> {
        let Some((open, '(')) = self.significant(question) else {
            return Err(failed("a filter is written [?(…)]"));
        };
        let close = closing(&self.text, open).ok_or_else(|| failed("a filter is not closed"))?;
        let Some((end, ']')) = self.significant(close) else {
            return Err(failed("']' is missing behind a filter"));
        };
        let filter = Filter::read(&self.text[open + 1..close], self.depth + 1)?;
        self.at = end + 1;
        self.steps.push(Step::Filter(Box::new(filter)));
        Ok(())
    }
}

fn last(parts: &mut [String]) -> &mut String {
    parts.last_mut().expect("there is always a part")
}

/// A character behind a backslash.
fn unescaped(escaped: char, text: &[char], at: &mut usize) -> char {
    match escaped {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'u' => {
            let digits: String = text.iter().skip(*at + 1).take(4).collect();
            let code = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32);
            if code.is_some() {
                *at += 4;
            }
            code.unwrap_or('u')
        }
        c => c,
    }
}

/// The parenthesis that closes the one at `open`; texts in quotes and patterns are skipped.
pub(super) fn closing(text: &[char], open: usize) -> Option<usize> {
    let mut depth = 0;
    let mut at = open;
    while let Some(&c) = text.get(at) {
        match c {
            '\'' | '"' => at = end_of(text, at, c)?,
            '/' if text[..at].iter().rev().find(|c| **c != ' ') == Some(&'~') => at = end_of(text, at, '/')?,
            '(' => depth += 1,
            ')' => {
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

/// Where what begins with a quote ends.
pub(super) fn end_of(text: &[char], start: usize, quote: char) -> Option<usize> {
    let mut at = start + 1;
    while let Some(&c) = text.get(at) {
        match c {
            '\\' => at += 1,
            c if c == quote => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}
