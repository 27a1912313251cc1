//! Expressions: from tokens to a tree.
//!
//! From the loosest to the tightest: `||`, `&&`, `==`, `<`, `..`, `+`, `*`, what stands before a value, what stands behind
//! it. `x!y` takes all that follows as `y`, as in the original.

use super::ast::{Expr, Joint, Node, Reach, Relation, Sign};
use super::built_in::BuiltIn;
use super::cut::{self, Kind, unsupported, wrong};
use super::lex::{Token, TokenKind, tokens};
use crate::error::Error;
use crate::limits::too_deep;
use crate::value::Decimal;
use std::ops::Range;
use std::sync::Arc;

/// Reads what stands in a part of the template.
pub(super) struct Parser {
    tokens: Vec<Token>,
    at: usize,
    end: usize,
    depth: usize,
}

/// Words that are operators where one may stand.
const OPERATORS: [&str; 6] = ["gt", "gte", "lt", "lte", "as", "using"];

/// A part of the template that is one expression.
pub(super) fn expression(template: &str, range: Range<usize>, depth: usize) -> Result<Node, Error> {
    let mut parser = Parser::new(template, range, depth)?;
    let node = parser.expression()?;
    parser.finish()?;
    Ok(node)
}

impl Parser {
    pub(super) fn new(template: &str, range: Range<usize>, depth: usize) -> Result<Self, Error> {
        let end = range.end;
        Ok(Self { tokens: tokens(template, range)?, at: 0, end, depth })
    }

    pub(super) fn place(&self) -> usize {
        self.tokens.get(self.at).map_or(self.end, |token| token.place)
    }

    pub(super) fn is_done(&self) -> bool {
        self.at == self.tokens.len()
    }

    /// Nothing may be left.
    pub(super) fn finish(&self) -> Result<(), Error> {
        if self.is_done() { Ok(()) } else { Err(wrong(self.place(), "this does not belong here")) }
    }

    fn peek(&self) -> Option<&TokenKind> {
        self.tokens.get(self.at).map(|token| &token.kind)
    }

    /// Whether a sign, or a word that stands for one, comes next.
    fn sees(&self, sign: &str) -> bool {
        match self.peek() {
            Some(TokenKind::Sign(own)) => *own == sign,
            Some(TokenKind::Name(name)) => name == sign,
            _ => false,
        }
    }

    pub(super) fn takes(&mut self, sign: &str) -> bool {
        let sees = self.sees(sign);
        self.at += usize::from(sees);
        sees
    }

    fn expect(&mut self, sign: &str) -> Result<(), Error> {
        let place = self.place();
        if self.takes(sign) { Ok(()) } else { Err(wrong(place, format!("{sign} is missing here"))) }
    }

    /// A name.
    pub(super) fn name(&mut self) -> Result<Arc<str>, Error> {
        let place = self.place();
        let Some(TokenKind::Name(name)) = self.peek() else { return Err(wrong(place, "a name is missing here")) };
        let name = name.as_str().into();
        self.at += 1;
        Ok(name)
    }

    /// What an assignment is to: a name or a text.
    pub(super) fn target(&mut self) -> Result<Arc<str>, Error> {
        if let Some(TokenKind::Text { text, .. }) = self.peek() {
            let name = text.as_str().into();
            self.at += 1;
            return Ok(name);
        }
        self.name()
    }

    pub(super) fn expression(&mut self) -> Result<Node, Error> {
        self.depth = self.depth.checked_sub(1).ok_or_else(|| too_deep(64).at(self.place()))?;
        let node = self.logic(false);
        self.depth += 1;
        node
    }

    /// `||`, and within it `&&`.
    fn logic(&mut self, all: bool) -> Result<Node, Error> {
        let place = self.place();
        let (sign, next): (_, fn(&mut Self) -> _) =
            if all { ("&&", Self::equality) } else { ("||", |own| own.logic(true)) };
        let mut nodes = vec![next(self)?];
        while self.takes(sign) {
            nodes.push(next(self)?);
        }
        Ok(match nodes.len() {
            1 => nodes.remove(0),
            _ => Node { place, expr: Expr::Logic { all, nodes } },
        })
    }

    fn equality(&mut self) -> Result<Node, Error> {
        let signs = [("==", Relation::Equal), ("=", Relation::Equal), ("!=", Relation::NotEqual)];
        self.relation(&signs, |own| {
            let signs = [
                ("lt", Relation::Less),
                ("lte", Relation::AtMost),
                ("gt", Relation::Greater),
                ("gte", Relation::AtLeast),
            ];
            own.relation(&signs, Self::range)
        })
    }

    fn relation(
        &mut self,
        signs: &[(&str, Relation)],
        next: fn(&mut Self) -> Result<Node, Error>,
    ) -> Result<Node, Error> {
        let left = next(self)?;
        let place = self.place();
        let Some((_, relation)) = signs.iter().find(|(sign, _)| self.takes(sign)) else { return Ok(left) };
        let right = next(self)?;
        Ok(Node { place, expr: Expr::Compare(*relation, Box::new(left), Box::new(right)) })
    }

    fn range(&mut self) -> Result<Node, Error> {
        let left = self.sum()?;
        let place = self.place();
        let reaches = [("..<", Reach::Below), ("..*", Reach::Count), ("..", Reach::Through)];
        let Some((_, reach)) = reaches.iter().find(|(sign, _)| self.takes(sign)) else { return Ok(left) };
        let right = if self.begins_value() { Some(Box::new(self.sum()?)) } else { None };
        if right.is_none() && *reach != Reach::Through {
            return Err(wrong(place, "the range has no end"));
        }
        Ok(Node { place, expr: Expr::Range(Box::new(left), *reach, right) })
    }

    fn sum(&mut self) -> Result<Node, Error> {
        self.chain(&[("+", Sign::Add), ("-", Sign::Subtract)], |own| {
            let signs = [("*", Sign::Multiply), ("/", Sign::Divide), ("%", Sign::Remainder)];
            own.chain(&signs, Self::before)
        })
    }

    fn chain(&mut self, signs: &[(&str, Sign)], next: fn(&mut Self) -> Result<Node, Error>) -> Result<Node, Error> {
        let first = next(self)?;
        let mut rest = Vec::new();
        loop {
            let place = self.place();
            let Some((_, sign)) = signs.iter().find(|(sign, _)| self.takes(sign)) else { break };
            rest.push((*sign, place, next(self)?));
        }
        if rest.is_empty() {
            return Ok(first);
        }
        Ok(Node { place: first.place, expr: Expr::Chain(Box::new(first), rest) })
    }

    /// `!x`, `-x`, `+x`.
    fn before(&mut self) -> Result<Node, Error> {
        let place = self.place();
        type Make = fn(Box<Node>) -> Expr;
        let makes: [(&str, Make); 3] = [("!", Expr::Not), ("-", Expr::Minus), ("+", Expr::Plus)];
        let Some((_, make)) = makes.iter().find(|(sign, _)| self.takes(sign)) else { return self.behind() };
        self.depth = self.depth.checked_sub(1).ok_or_else(|| too_deep(64).at(place))?;
        let node = self.before();
        self.depth += 1;
        Ok(Node { place, expr: make(Box::new(node?)) })
    }

    /// A value with what follows it: members, functions, defaults.
    fn behind(&mut self) -> Result<Node, Error> {
        let mut node = self.value()?;
        let whole = self.depth;
        loop {
            let place = self.place();
            let next = self.one_behind(node, place)?;
            match next {
                (changed, true) => node = changed,
                (same, false) => {
                    self.depth = whole;
                    return Ok(same);
                }
            }
            self.depth = self.depth.checked_sub(1).ok_or_else(|| too_deep(64).at(place))?;
        }
    }

    fn one_behind(&mut self, node: Node, place: usize) -> Result<(Node, bool), Error> {
        let node = Box::new(node);
        let expr = if self.takes(".") {
            Expr::Member(node, self.name()?)
        } else if self.takes("[") {
            let index = self.expression()?;
            self.expect("]")?;
            Expr::Index(node, Box::new(index))
        } else if self.takes("??") {
            Expr::Exists(node)
        } else if self.takes("?") {
            self.built_in(node)?
        } else if self.takes("!") {
            let has = self.begins_value() && !self.begins_assignment();
            Expr::OrElse(node, if has { Some(Box::new(self.expression()?)) } else { None })
        } else if self.sees("(") {
            return Err(unsupported(place, "calling a method"));
        } else {
            return Ok((*node, false));
        };
        Ok((Node { place, expr }, true))
    }

    fn built_in(&mut self, of: Box<Node>) -> Result<Expr, Error> {
        let place = self.place();
        let name = self.name()?;
        let built_in = BuiltIn::named(&name).ok_or_else(|| unsupported(place, format_args!("?{name}")))?;
        let arguments = if self.takes("(") { self.list(")")? } else { Vec::new() };
        if !built_in.arguments().contains(&arguments.len()) {
            return Err(wrong(place, format!("?{name} takes another number of arguments")));
        }
        if built_in.is_of_loop() && !matches!(of.expr, Expr::Name(_)) {
            return Err(wrong(place, format!("?{name} is of what a list calls its items")));
        }
        if name.as_ref() == "string" && self.sees(".") {
            return Err(unsupported(place, "?string with a format"));
        }
        Ok(Expr::BuiltIn(of, built_in, arguments))
    }

    /// Expressions with commas between them, up to this sign.
    fn list(&mut self, close: &str) -> Result<Vec<Node>, Error> {
        let mut nodes = Vec::new();
        while !self.takes(close) {
            nodes.push(self.expression()?);
            if !self.takes(",") && !self.sees(close) {
                self.expect(close)?;
            }
        }
        Ok(nodes)
    }

    /// Whether what comes next can be a value.
    fn begins_value(&self) -> bool {
        match self.peek() {
            Some(TokenKind::Name(name)) => !OPERATORS.contains(&name.as_str()),
            Some(TokenKind::Number(_) | TokenKind::Text { .. }) => true,
            Some(TokenKind::Sign(sign)) => ["(", "[", "{", "-", "+", "!", "."].contains(sign),
            None => false,
        }
    }

    /// Whether `name =` comes next: the next of several assignments.
    fn begins_assignment(&self) -> bool {
        let next = self.tokens.get(self.at + 1).map(|token| &token.kind);
        matches!(self.peek(), Some(TokenKind::Name(_))) && next == Some(&TokenKind::Sign("="))
    }

    fn value(&mut self) -> Result<Node, Error> {
        let place = self.place();
        let token = self.peek().cloned().ok_or_else(|| wrong(place, "a value is missing here"))?;
        self.at += 1;
        let expr = match token {
            TokenKind::Number(text) => {
                let number = Decimal::read(&text).ok_or_else(|| wrong(place, "this is no number"))?;
                Expr::Number(Arc::new(number))
            }
            TokenKind::Text { text, raw } => self.text(&text, raw, place)?,
            TokenKind::Name(name) if name == "true" || name == "false" => Expr::Bool(name == "true"),
            TokenKind::Name(name) => Expr::Name(name.into()),
            TokenKind::Sign("(") => {
                let node = self.expression()?;
                self.expect(")")?;
                Expr::Paren(Box::new(node))
            }
            TokenKind::Sign("[") => Expr::List(self.list("]")?),
            TokenKind::Sign("{") => self.hash()?,
            TokenKind::Sign(".") => return Err(unsupported(place, "a special variable")),
            TokenKind::Sign(sign) => return Err(wrong(place, format!("{sign} does not belong here"))),
        };
        Ok(Node { place, expr })
    }

    fn hash(&mut self) -> Result<Expr, Error> {
        let mut entries = Vec::new();
        while !self.takes("}") {
            let key = self.expression()?;
            if !self.takes(",") {
                self.expect(":")?;
            }
            entries.push((key, self.expression()?));
            if !self.takes(",") && !self.sees("}") {
                self.expect("}")?;
            }
        }
        Ok(Expr::Hash(entries))
    }

    /// A text; its `${…}` are evaluated.
    fn text(&self, text: &str, raw: bool, place: usize) -> Result<Expr, Error> {
        if raw || !text.contains("${") && !text.contains("#{") {
            return Ok(Expr::Text(text.into()));
        }
        let depth = self.depth.checked_sub(1).ok_or_else(|| too_deep(64).at(place))?;
        let moved = |error: Error| Error { place, ..error };
        let mut joints = Vec::new();
        for piece in cut::interpolations(text).map_err(moved)? {
            joints.push(match piece.kind {
                Kind::Interpolation => Joint::Show(expression(text, piece.inner, depth).map_err(moved)?),
                Kind::Text | Kind::Comment | Kind::Open(_) | Kind::Close(_) => Joint::Text(text[piece.whole].into()),
            });
        }
        Ok(Expr::Joined(joints))
    }
}
