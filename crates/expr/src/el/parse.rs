//! From tokens to a tree, by SpEL's grammar: what it refuses is refused with its code.

mod primary;

use super::ast::{Expr, Link, Node, Operator, Relation};
use super::lex::{Kind, Token, tokens};
use crate::error::Error;

/// The longest expression.
const LONGEST: usize = 10_000;

/// Reads one expression; `origin` tells where in the template a place of the expression is.
pub(super) fn expression(text: &str, depth: usize, origin: &dyn Fn(usize) -> usize) -> Result<Node, Error> {
    let place = |error: Error| Error { place: origin(error.place.min(text.len())), ..error };
    if text.len() > LONGEST {
        return Err(place(Error::parse("EL1079E", 0, format!("the expression is longer than {LONGEST} bytes"))));
    }
    let tokens = tokens(text).map_err(place)?;
    let mut parser = Parser { text, tokens, at: 0, depth: 0, deepest: depth, origin };
    let node = parser.whole().map_err(place)?;
    Ok(node)
}

struct Parser<'t> {
    text: &'t str,
    tokens: Vec<Token<'t>>,
    at: usize,
    depth: usize,
    deepest: usize,
    origin: &'t dyn Fn(usize) -> usize,
}

/// What the grammar calls an expression that may be missing.
type Maybe = Result<Option<Node>, Error>;

impl<'t> Parser<'t> {
    fn whole(&mut self) -> Result<Node, Error> {
        let node = self.expression()?.ok_or_else(|| self.ran_out(0))?;
        match self.peek() {
            None => Ok(node),
            Some(token) => {
                let message = format!("the expression is complete before '{}'", token.text);
                Err(Error::parse("EL1041E", token.start, message))
            }
        }
    }

    /// `or`, followed by at most one of `=`, `?:` and `? :`.
    fn expression(&mut self) -> Maybe {
        self.depth += 1;
        if self.depth > self.deepest {
            let message = format!("nested deeper than {} levels", self.deepest);
            return Err(Error::parse("limit-depth", self.place_of_next(), message));
        }
        let left = self.or()?;
        let node = match self.peek().map(|token| (token.kind, token.start)) {
            Some((Kind::Assign, start)) => {
                self.at += 1;
                let (left, right) = (self.or_null(left, start), self.or()?);
                let right = right.ok_or_else(|| self.ran_out(start))?;
                Some(self.node(start, Expr::Assign(Box::new(left), Box::new(right))))
            }
            Some((Kind::Elvis, start)) => {
                self.at += 1;
                let (left, right) = (self.or_null(left, start), self.expression()?);
                let right = self.or_null(right, start);
                Some(self.node(start, Expr::Elvis(Box::new(left), Box::new(right))))
            }
            Some((Kind::Question, start)) => {
                self.at += 1;
                let condition = self.or_null(left, start);
                let yes = self.expression()?.ok_or_else(|| self.ran_out(start))?;
                self.eat(Kind::Colon)?;
                let no = self.expression()?.ok_or_else(|| self.ran_out(start))?;
                Some(self.node(start, Expr::Ternary(Box::new((condition, yes, no)))))
            }
            _ => left,
        };
        self.depth -= 1;
        Ok(node)
    }

    fn or(&mut self) -> Maybe {
        self.chain(Self::and, |parser, token| {
            (token.kind == Kind::Or || parser.is_word(token, "or")).then_some(Operator::Or)
        })
    }

    fn and(&mut self) -> Maybe {
        self.chain(Self::relation, |parser, token| {
            (token.kind == Kind::And || parser.is_word(token, "and")).then_some(Operator::And)
        })
    }

    fn sum(&mut self) -> Maybe {
        self.chain(Self::product, |_, token| match token.kind {
            Kind::Plus => Some(Operator::Plus),
            Kind::Minus => Some(Operator::Minus),
            _ => None,
        })
    }

    fn product(&mut self) -> Maybe {
        self.chain(Self::power, |_, token| match token.kind {
            Kind::Star => Some(Operator::Times),
            Kind::Div => Some(Operator::Divide),
            Kind::Mod => Some(Operator::Modulus),
            _ => None,
        })
    }

    /// Operands of one level with operators between, kept flat: a long sum is no deep tree.
    fn chain(&mut self, operand: fn(&mut Self) -> Maybe, operator: fn(&Self, &Token<'t>) -> Option<Operator>) -> Maybe {
        let first = operand(self)?;
        let mut links = Vec::new();
        while let Some(token) = self.peek()
            && let Some(operator) = operator(self, &token)
        {
            self.at += 1;
            if links.is_empty() && first.is_none() {
                operand(self)?;
                return Err(Error::parse("EL1070E", token.start, format!("nothing stands before '{}'", token.text)));
            }
            let right = operand(self)?.ok_or_else(|| after(&token))?;
            links.push(Link { place: (self.origin)(token.start), operator, right });
        }
        Ok(match first {
            Some(first) if !links.is_empty() => {
                let place = first.place;
                Some(Node { place, expr: Expr::Chain(Box::new(first), links) })
            }
            first => first,
        })
    }

    fn relation(&mut self) -> Maybe {
        let left = self.sum()?;
        let Some(token) = self.peek() else { return Ok(left) };
        let Some(relation) = self.relation_of(&token) else { return Ok(left) };
        self.at += 1;
        let right = self.sum()?;
        let Some(left) = left else {
            return Err(Error::parse("EL1070E", token.start, format!("nothing stands before '{}'", token.text)));
        };
        let right = right.ok_or_else(|| after(&token))?;
        Ok(Some(self.node(token.start, Expr::Relation(relation, Box::new(left), Box::new(right)))))
    }

    fn relation_of(&self, token: &Token<'t>) -> Option<Relation> {
        Some(match token.kind {
            Kind::Eq => Relation::Equal,
            Kind::Ne => Relation::NotEqual,
            Kind::Lt => Relation::Less,
            Kind::Le => Relation::LessOrEqual,
            Kind::Gt => Relation::Greater,
            Kind::Ge => Relation::GreaterOrEqual,
            _ if self.is_word(token, "instanceof") => Relation::InstanceOf,
            _ if self.is_word(token, "matches") => Relation::Matches,
            _ if self.is_word(token, "between") => Relation::Between,
            _ => return None,
        })
    }

    fn power(&mut self) -> Maybe {
        let left = self.unary()?;
        let Some(token) = self.peek() else { return Ok(left) };
        match (token.kind, left) {
            (Kind::Power, left) => {
                self.at += 1;
                let right = self.unary()?.ok_or_else(|| after(&token))?;
                let left = left.ok_or_else(|| self.ran_out(token.start))?;
                Ok(Some(self.node(token.start, Expr::Power(Box::new(left), Box::new(right)))))
            }
            (Kind::PlusPlus | Kind::MinusMinus, Some(operand)) => {
                self.at += 1;
                Ok(Some(
                    self.node(
                        token.start,
                        Expr::Step { up: token.kind == Kind::PlusPlus, literal: is_literal(&operand) },
                    ),
                ))
            }
            (_, left) => Ok(left),
        }
    }

    fn unary(&mut self) -> Maybe {
        let Some(token) = self.peek() else { return Ok(None) };
        let make: fn(Box<Node>) -> Expr = match token.kind {
            Kind::Not => Expr::Not,
            Kind::Plus => Expr::Plus,
            Kind::Minus => Expr::Minus,
            Kind::PlusPlus => |operand| Expr::Step { up: true, literal: is_literal(&operand) },
            Kind::MinusMinus => |operand| Expr::Step { up: false, literal: is_literal(&operand) },
            _ => return self.primary(),
        };
        self.at += 1;
        self.depth += 1;
        if self.depth > self.deepest {
            let message = format!("nested deeper than {} levels", self.deepest);
            return Err(Error::parse("limit-depth", token.start, message));
        }
        let operand = self.unary()?.ok_or_else(|| self.ran_out(token.start))?;
        self.depth -= 1;
        Ok(Some(self.node(token.start, make(Box::new(operand)))))
    }

    fn or_null(&self, node: Option<Node>, start: usize) -> Node {
        node.unwrap_or_else(|| self.node(start, Expr::Null))
    }

    fn node(&self, start: usize, expr: Expr) -> Node {
        Node { place: (self.origin)(start), expr }
    }

    fn peek(&self) -> Option<Token<'t>> {
        self.tokens.get(self.at).copied()
    }

    fn peek_kind(&self, kind: Kind) -> Option<Token<'t>> {
        self.peek().filter(|token| token.kind == kind)
    }

    /// Takes the next token if it is of that kind.
    fn take(&mut self, kind: Kind) -> Option<Token<'t>> {
        let token = self.peek_kind(kind)?;
        self.at += 1;
        Some(token)
    }

    /// Takes the next token, which must be of that kind.
    fn eat(&mut self, kind: Kind) -> Result<Token<'t>, Error> {
        let token = self.peek().ok_or_else(|| self.ran_out(self.text.len()))?;
        self.at += 1;
        if token.kind != kind && !(kind == Kind::Identifier && token.word) {
            let message = format!("'{}' was not expected here", token.text);
            return Err(Error::parse("EL1043E", token.start, message));
        }
        Ok(token)
    }

    fn is_word(&self, token: &Token<'t>, word: &str) -> bool {
        token.kind == Kind::Identifier && token.text.eq_ignore_ascii_case(word)
    }

    fn place_of_next(&self) -> usize {
        self.peek().map_or(self.text.len(), |token| token.start)
    }

    fn ran_out(&self, start: usize) -> Error {
        Error::parse("EL1044E", start.max(self.place_of_next()), "the expression ends too early")
    }
}

/// Whether a node is a value that stands in the expression.
fn is_literal(node: &Node) -> bool {
    matches!(
        node.expr,
        Expr::Null | Expr::Bool(_) | Expr::Int(_) | Expr::Long(_) | Expr::Float(_) | Expr::Double(_) | Expr::Str(_)
    )
}

fn after(token: &Token<'_>) -> Error {
    Error::parse("EL1042E", token.start, format!("nothing stands after '{}'", token.text))
}
