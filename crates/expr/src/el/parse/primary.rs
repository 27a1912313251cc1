//! The operands: literals, variables, types, and the steps that follow them.

use super::super::ast::{Expr, Literal, Node, Which};
use super::super::lex::{Kind, Token};
use super::{Maybe, Parser};
use crate::error::Error;

impl<'t> Parser<'t> {
    /// A first node and the steps after it.
    pub(super) fn primary(&mut self) -> Maybe {
        let Some(first) = self.start()? else {
            if self.step()?.is_some() {
                return Err(self.ran_out(self.place_of_next()));
            }
            return Ok(None);
        };
        let place = first.place;
        let mut nodes = vec![first];
        while let Some(node) = self.step()? {
            nodes.push(node);
        }
        Ok(match nodes.len() {
            1 => nodes.pop(),
            _ => Some(Node { place, expr: Expr::Compound(nodes) }),
        })
    }

    fn start(&mut self) -> Maybe {
        let Some(token) = self.peek() else { return Ok(None) };
        if let Some(literal) = self.literal(&token)? {
            self.at += 1;
            return Ok(Some(self.node(token.start, literal)));
        }
        match token.kind {
            Kind::ParenOpen => {
                self.at += 1;
                let inner = self.expression()?;
                self.eat(Kind::ParenClose)?;
                inner.map(Some).ok_or_else(|| Error::parse("EL1044E", token.start, "nothing stands in the parentheses"))
            }
            Kind::Identifier if token.text == "T" => self.type_reference(token).map(Some),
            Kind::Identifier if self.is_word(&token, "null") => {
                self.at += 1;
                Ok(Some(self.node(token.start, Expr::Null)))
            }
            Kind::Identifier if self.is_word(&token, "new") => self.constructor(token).map(Some),
            Kind::At | Kind::Ampersand => self.bean(token).map(Some),
            Kind::CurlyOpen => self.list_or_map(token).map(Some),
            _ => self.navigation(false),
        }
    }

    /// `.name`, `?.name`, `.name(…)`, `.?[…]`, `[…]` and their like.
    fn step(&mut self) -> Maybe {
        let Some(token) = self.peek() else { return Ok(None) };
        match token.kind {
            Kind::Dot | Kind::SafeDot => {
                self.at += 1;
                let node = if token.kind == Kind::Dot && self.peek_kind(Kind::SquareOpen).is_some() {
                    None
                } else {
                    self.navigation(token.kind == Kind::SafeDot)?
                };
                node.map(Some).ok_or_else(|| match self.peek() {
                    None => self.ran_out(token.start),
                    Some(next) => {
                        Error::parse("EL1049E", token.start, format!("'{}' cannot follow a point", next.text))
                    }
                })
            }
            Kind::SquareOpen => self.navigation(false),
            _ => Ok(None),
        }
    }

    /// What may stand first as well as after a point.
    fn navigation(&mut self, safe: bool) -> Maybe {
        let Some(token) = self.peek() else { return Ok(None) };
        let which = match token.kind {
            Kind::Hash => return self.variable(token).map(Some),
            Kind::Project => {
                self.at += 1;
                let each = self.inner(token)?;
                return Ok(Some(self.node(token.start, Expr::Project { each, safe })));
            }
            Kind::SquareOpen => {
                self.at += 1;
                let index = self.inner(token)?;
                return Ok(Some(self.node(token.start, Expr::Index { index, safe })));
            }
            Kind::Select => Which::All,
            Kind::SelectFirst => Which::First,
            Kind::SelectLast => Which::Last,
            _ if token.kind == Kind::Identifier || token.word => return self.member(token, safe).map(Some),
            _ => return Ok(None),
        };
        self.at += 1;
        let condition = self
            .expression()?
            .ok_or_else(|| Error::parse("EL1071E", token.start, "the condition of the selection is missing"))?;
        self.eat(Kind::SquareClose)?;
        Ok(Some(self.node(token.start, Expr::Select { which, condition: Box::new(condition), safe })))
    }

    /// The expression before `]`.
    fn inner(&mut self, open: Token<'t>) -> Result<Box<Node>, Error> {
        let node = self.expression()?.ok_or_else(|| self.ran_out(open.start))?;
        self.eat(Kind::SquareClose)?;
        Ok(Box::new(node))
    }

    fn member(&mut self, token: Token<'t>, safe: bool) -> Result<Node, Error> {
        self.at += 1;
        let name = token.text.to_owned();
        Ok(match self.arguments()? {
            None => self.node(token.start, Expr::Property { name, safe }),
            Some(arguments) => self.node(token.start, Expr::Method { name, arguments, safe }),
        })
    }

    fn variable(&mut self, hash: Token<'t>) -> Result<Node, Error> {
        self.at += 1;
        let name = self.eat(Kind::Identifier)?.text.to_owned();
        Ok(match self.arguments()? {
            None => self.node(hash.start, Expr::Variable(name)),
            Some(arguments) => self.node(hash.start, Expr::Function(name, arguments)),
        })
    }

    /// `(…)`, if it is there.
    fn arguments(&mut self) -> Result<Option<Vec<Node>>, Error> {
        let Some(open) = self.take(Kind::ParenOpen) else { return Ok(None) };
        let ran_out = || Error::parse("EL1051E", open.start, "the arguments do not end");
        let mut arguments = Vec::new();
        loop {
            let next = self.peek().ok_or_else(ran_out)?;
            if next.kind != Kind::ParenClose {
                arguments.push(self.expression()?.ok_or_else(|| self.ran_out(next.start))?);
            }
            if self.take(Kind::Comma).is_none() {
                break;
            }
        }
        self.peek().ok_or_else(ran_out)?;
        self.eat(Kind::ParenClose)?;
        Ok(Some(arguments))
    }

    fn type_reference(&mut self, token: Token<'t>) -> Result<Node, Error> {
        self.at += 1;
        if self.peek_kind(Kind::SquareClose).is_some() {
            return Ok(self.node(token.start, Expr::Property { name: token.text.to_owned(), safe: false }));
        }
        self.eat(Kind::ParenOpen)?;
        let name = self.qualified_name()?;
        let mut dimensions = 0;
        while self.take(Kind::SquareOpen).is_some() {
            self.eat(Kind::SquareClose)?;
            dimensions += 1;
        }
        self.eat(Kind::ParenClose)?;
        Ok(self.node(token.start, Expr::Type { name, dimensions }))
    }

    fn qualified_name(&mut self) -> Result<String, Error> {
        let mut parts = Vec::new();
        while let Some(token) = self.peek() {
            let named = token.word || matches!(token.kind, Kind::Identifier | Kind::Int);
            if token.kind != Kind::Dot && !named {
                break;
            }
            self.at += 1;
            if token.kind != Kind::Dot {
                parts.push(token.text);
            }
        }
        if parts.is_empty() {
            return Err(match self.peek() {
                None => self.ran_out(self.text.len()),
                Some(token) => Error::parse("EL1043E", token.start, "the name of a class was expected here"),
            });
        }
        Ok(parts.join("."))
    }

    fn constructor(&mut self, token: Token<'t>) -> Result<Node, Error> {
        self.at += 1;
        if self.peek_kind(Kind::SquareClose).is_some() {
            return Ok(self.node(token.start, Expr::Property { name: token.text.to_owned(), safe: false }));
        }
        let class = self.qualified_name()?;
        if self.peek_kind(Kind::SquareOpen).is_none() {
            let missing =
                Error::parse("EL1050E", self.place_of_next(), "the arguments (…) of the constructor are missing");
            let arguments = self.arguments()?.ok_or(missing)?;
            return Ok(self.node(token.start, Expr::New { class, arguments }));
        }
        let mut dimensions = Vec::new();
        while self.take(Kind::SquareOpen).is_some() {
            dimensions.push(if self.peek_kind(Kind::SquareClose).is_some() { None } else { self.expression()? });
            self.eat(Kind::SquareClose)?;
        }
        let items = match self.peek_kind(Kind::CurlyOpen) {
            Some(open) => Some(Box::new(self.list_or_map(open)?)),
            None => None,
        };
        Ok(self.node(token.start, Expr::NewArray { class, dimensions, items }))
    }

    fn bean(&mut self, at: Token<'t>) -> Result<Node, Error> {
        self.at += 1;
        let name = self
            .take(Kind::Identifier)
            .or_else(|| self.take(Kind::Str))
            .ok_or_else(|| Error::parse("EL1059E", at.start, "a name must follow @ or &"))?;
        Ok(self.node(at.start, Expr::Bean(name.text.to_owned())))
    }

    /// `{1, 2}` and `{a: 1}`.
    fn list_or_map(&mut self, open: Token<'t>) -> Result<Node, Error> {
        self.at += 1;
        if self.take(Kind::CurlyClose).is_some() {
            return Ok(self.node(open.start, Expr::List(Vec::new())));
        }
        if self.take(Kind::Colon).is_some() {
            self.eat(Kind::CurlyClose)?;
            return Ok(self.node(open.start, Expr::Map(Vec::new())));
        }
        let first = self.item(open)?;
        if self.take(Kind::Colon).is_some() {
            return self.map(open, first);
        }
        let mut items = vec![first];
        while self.take(Kind::Comma).is_some() {
            items.push(self.item(open)?);
        }
        if items.len() == 1 && self.peek_kind(Kind::CurlyClose).is_none() {
            return Err(self.ran_out(open.start));
        }
        self.eat(Kind::CurlyClose)?;
        Ok(self.node(open.start, Expr::List(items)))
    }

    fn map(&mut self, open: Token<'t>, first: Node) -> Result<Node, Error> {
        let mut entries = vec![(first, self.item(open)?)];
        while self.take(Kind::Comma).is_some() {
            let key = self.item(open)?;
            self.eat(Kind::Colon)?;
            entries.push((key, self.item(open)?));
        }
        self.eat(Kind::CurlyClose)?;
        Ok(self.node(open.start, Expr::Map(entries)))
    }

    fn item(&mut self, open: Token<'t>) -> Result<Node, Error> {
        self.expression()?.ok_or_else(|| self.ran_out(open.start))
    }

    fn literal(&self, token: &Token<'t>) -> Result<Option<Expr>, Error> {
        let no_int = || Error::parse("EL1035E", token.start, format!("{} is no int of 32 bits", token.text));
        let no_long = || Error::parse("EL1036E", token.start, format!("{} is no long of 64 bits", token.text));
        let no_real = || Error::parse("EL1040E", token.start, format!("{} is no number", token.text));
        Ok(Some(match token.kind {
            Kind::Int => Expr::Int(token.text.parse().map_err(|_| no_int())?),
            Kind::HexInt => Expr::Int(i32::from_str_radix(token.text, 16).map_err(|_| no_int())?),
            Kind::Long => Expr::Long(token.text.parse().map_err(|_| no_long())?),
            Kind::HexLong => Expr::Long(i64::from_str_radix(token.text, 16).map_err(|_| no_long())?),
            Kind::Real => Expr::Double(token.text.parse().map_err(|_| no_real())?),
            Kind::RealFloat => Expr::Float(token.text.parse().map_err(|_| no_real())?),
            Kind::Str => Expr::Str(Box::new(Literal { text: unquoted(token.text), ..Literal::default() })),
            Kind::Identifier if self.is_word(token, "true") => Expr::Bool(true),
            Kind::Identifier if self.is_word(token, "false") => Expr::Bool(false),
            _ => return Ok(None),
        }))
    }
}

fn unquoted(text: &str) -> String {
    let quote = &text[..1];
    text[1..text.len() - 1].replace(&quote.repeat(2), quote)
}
