//! Tokens of an expression, as SpEL's tokenizer cuts them.

use crate::error::Error;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Int,
    Long,
    HexInt,
    HexLong,
    Real,
    RealFloat,
    Str,
    Identifier,
    Colon,
    Comma,
    Dot,
    SafeDot,
    ParenOpen,
    ParenClose,
    SquareOpen,
    SquareClose,
    CurlyOpen,
    CurlyClose,
    Hash,
    At,
    Ampersand,
    Plus,
    PlusPlus,
    Minus,
    MinusMinus,
    Star,
    Div,
    Mod,
    Power,
    Not,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    Assign,
    And,
    Or,
    Question,
    Elvis,
    Select,
    SelectFirst,
    SelectLast,
    Project,
}

/// A token: what it is, and where its text stands in the expression.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'t> {
    pub(super) kind: Kind,
    pub(super) text: &'t str,
    pub(super) start: usize,
    /// An operator that was written as a word may be an identifier as well.
    pub(super) word: bool,
}

/// Operators that may be written as words of two or three letters.
const WORDS: [(&str, Kind); 9] = [
    ("DIV", Kind::Div),
    ("EQ", Kind::Eq),
    ("GE", Kind::Ge),
    ("GT", Kind::Gt),
    ("LE", Kind::Le),
    ("LT", Kind::Lt),
    ("MOD", Kind::Mod),
    ("NE", Kind::Ne),
    ("NOT", Kind::Not),
];

/// Operators of two characters; they go before those of one.
const PAIRS: [(&str, Kind); 14] = [
    ("++", Kind::PlusPlus),
    ("--", Kind::MinusMinus),
    ("!=", Kind::Ne),
    ("![", Kind::Project),
    ("==", Kind::Eq),
    ("&&", Kind::And),
    ("||", Kind::Or),
    ("?[", Kind::Select),
    ("?:", Kind::Elvis),
    ("?.", Kind::SafeDot),
    ("^[", Kind::SelectFirst),
    ("$[", Kind::SelectLast),
    (">=", Kind::Ge),
    ("<=", Kind::Le),
];

/// Cuts an expression into tokens.
pub(super) fn tokens(text: &str) -> Result<Vec<Token<'_>>, Error> {
    let mut lexer = Lexer { text, at: 0, tokens: Vec::new() };
    while let Some(c) = lexer.text[lexer.at..].chars().next() {
        lexer.token(c)?;
    }
    Ok(lexer.tokens)
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    tokens: Vec<Token<'t>>,
}

impl<'t> Lexer<'t> {
    fn token(&mut self, c: char) -> Result<(), Error> {
        let rest = &self.text[self.at..];
        if let Some((pair, kind)) = PAIRS.iter().find(|(pair, _)| rest.starts_with(pair)) {
            self.push(*kind, pair.len());
            return Ok(());
        }
        match c {
            ' ' | '\t' | '\r' | '\n' => self.at += 1,
            '\'' | '"' => self.string(c)?,
            '0'..='9' => self.number()?,
            c if is_identifier(c) => self.identifier(),
            c => {
                let kind = single(c).ok_or_else(|| self.refused(c))?;
                self.push(kind, 1);
            }
        }
        Ok(())
    }

    fn push(&mut self, kind: Kind, length: usize) {
        let text = &self.text[self.at..self.at + length];
        self.tokens.push(Token { kind, text, start: self.at, word: false });
        self.at += length;
    }

    fn refused(&self, c: char) -> Error {
        match c {
            '|' => Error::parse("EL1069E", self.at, "'|' is missing: 'or' is written '||'"),
            '\\' => Error::parse("EL1065E", self.at, "a backslash escapes nothing here"),
            c => Error::parse("EL1082E", self.at, format!("'{c}' has no meaning here")),
        }
    }

    /// A text in quotes, in which a quote is written twice.
    fn string(&mut self, quote: char) -> Result<(), Error> {
        let bytes = self.text.as_bytes();
        let mut end = self.at + 1;
        loop {
            match bytes.get(end) {
                None => {
                    let code = if quote == '"' { "EL1045E" } else { "EL1046E" };
                    return Err(Error::parse(code, self.at, format!("{quote} that ends the text is missing")));
                }
                Some(&byte) if char::from(byte) == quote => match bytes.get(end + 1) {
                    Some(&next) if next == byte => end += 2,
                    _ => break,
                },
                Some(_) => end += 1,
            }
        }
        self.push(Kind::Str, end + 1 - self.at);
        Ok(())
    }

    fn identifier(&mut self) {
        let rest = &self.text[self.at..];
        let length = rest.find(|c: char| !is_identifier(c)).unwrap_or(rest.len());
        let word = &rest[..length];
        let operator = WORDS.iter().find(|(name, _)| name.eq_ignore_ascii_case(word));
        self.push(operator.map_or(Kind::Identifier, |(_, kind)| *kind), length);
        if let (Some(_), Some(token)) = (operator, self.tokens.last_mut()) {
            token.word = true;
        }
    }

    fn number(&mut self) -> Result<(), Error> {
        let bytes = self.text.as_bytes();
        let at = |index: usize| bytes.get(index).map_or(0, u8::to_ascii_lowercase);
        let digits = |mut index: usize| {
            while at(index).is_ascii_digit() {
                index += 1;
            }
            index
        };
        if at(self.at) == b'0' && at(self.at + 1) == b'x' {
            return self.hexadecimal();
        }
        let mut end = digits(self.at);
        let mut real = false;
        if at(end) == b'.' && at(end + 1).is_ascii_digit() {
            real = true;
            end = digits(end + 1);
        }
        if at(end) == b'l' {
            if real {
                return Err(Error::parse("EL1048E", self.at, "a number with a point cannot be a long"));
            }
            self.push(Kind::Long, end - self.at);
            self.at += 1;
            return Ok(());
        }
        if at(end) == b'e' {
            real = true;
            end += 1 + usize::from(matches!(at(end + 1), b'+' | b'-'));
            end = digits(end);
        }
        let kind = match at(end) {
            b'f' => Kind::RealFloat,
            b'd' => Kind::Real,
            _ if real => Kind::Real,
            _ => Kind::Int,
        };
        self.push(kind, end - self.at);
        self.at += usize::from(matches!(at(end), b'f' | b'd'));
        Ok(())
    }

    fn hexadecimal(&mut self) -> Result<(), Error> {
        self.at += 2;
        let rest = &self.text[self.at..];
        let length = rest.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(rest.len());
        let long = rest[length..].starts_with(['l', 'L']);
        self.push(if long { Kind::HexLong } else { Kind::HexInt }, length);
        self.at += usize::from(long);
        Ok(())
    }
}

fn is_identifier(c: char) -> bool {
    c.is_alphabetic() || c.is_ascii_digit() || c == '_' || c == '$'
}

fn single(c: char) -> Option<Kind> {
    Some(match c {
        ':' => Kind::Colon,
        ',' => Kind::Comma,
        '.' => Kind::Dot,
        '(' => Kind::ParenOpen,
        ')' => Kind::ParenClose,
        '[' => Kind::SquareOpen,
        ']' => Kind::SquareClose,
        '{' => Kind::CurlyOpen,
        '}' => Kind::CurlyClose,
        '#' => Kind::Hash,
        '@' => Kind::At,
        '&' => Kind::Ampersand,
        '+' => Kind::Plus,
        '-' => Kind::Minus,
        '*' => Kind::Star,
        '/' => Kind::Div,
        '%' => Kind::Mod,
        '^' => Kind::Power,
        '!' => Kind::Not,
        '=' => Kind::Assign,
        '<' => Kind::Lt,
        '>' => Kind::Gt,
        '?' => Kind::Question,
        _ => return None,
    })
}
