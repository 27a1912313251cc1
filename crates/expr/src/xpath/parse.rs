//! From the text of an XPath expression to a tree.

use super::failed;
use super::lex::{Token, tokens};
use super::step::{Axis, Step, Test};
use crate::error::Error;

#[derive(Debug)]
pub(super) enum Expr {
    Number(f64),
    Text(String),
    Binary(Operator, Box<Expr>, Box<Expr>),
    Negative(Box<Expr>),
    Call(String, Vec<Expr>),
    /// A location path: from the root, from the place, or from what an expression finds.
    Path {
        from: Start,
        steps: Vec<Step>,
    },
}

#[derive(Debug)]
pub(super) enum Start {
    Root,
    Here,
    Found(Box<Expr>, Vec<Expr>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Plus,
    Minus,
    Times,
    Divide,
    Modulus,
    Union,
}

/// Operators by how tightly they bind, the loosest first.
const LEVELS: [&[(&str, Operator)]; 7] = [
    &[("or", Operator::Or)],
    &[("and", Operator::And)],
    &[("=", Operator::Equal), ("!=", Operator::NotEqual)],
    &[("<", Operator::Less), ("<=", Operator::LessOrEqual), (">", Operator::Greater), (">=", Operator::GreaterOrEqual)],
    &[("+", Operator::Plus), ("-", Operator::Minus)],
    &[("*", Operator::Times), ("div", Operator::Divide), ("mod", Operator::Modulus)],
    &[("|", Operator::Union)],
];

/// Expressions nest so deep at most.
const DEPTH: usize = 32;
/// So many tokens make an expression at most.
const LONGEST: usize = 2000;

pub(super) fn expression(text: &str) -> Result<Expr, Error> {
    let tokens = tokens(text)?;
    if tokens.len() > LONGEST {
        return Err(failed("XPath: the expression is too long"));
    }
    let mut parser = Parser { tokens, at: 0, depth: 0, operators: 0 };
    let expr = parser.level(0)?;
    if parser.at < parser.tokens.len() {
        return Err(failed("XPath: the expression is complete before its end"));
    }
    Ok(expr)
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    operators: usize,
}

impl Parser {
    fn is(&self, sign: &str) -> bool {
        matches!(self.tokens.get(self.at), Some(Token::Sign(own)) if *own == sign)
    }

    fn take(&mut self, sign: &str) -> bool {
        let found = self.is(sign);
        self.at += usize::from(found);
        found
    }

    fn eat(&mut self, sign: &str) -> Result<(), Error> {
        if self.take(sign) { Ok(()) } else { Err(failed(format!("XPath: '{sign}' is missing"))) }
    }

    fn level(&mut self, level: usize) -> Result<Expr, Error> {
        if level == 0 {
            self.depth += 1;
            if self.depth > DEPTH {
                return Err(Error::evaluation("limit-depth", "XPath: the expression nests too deep"));
            }
        }
        let mut left = self.operand(level)?;
        while let Some(operator) = self.operator(level) {
            self.operators += 1;
            if self.operators > 64 {
                return Err(failed("XPath: there are too many operators"));
            }
            let right = self.operand(level)?;
            left = Expr::Binary(operator, Box::new(left), Box::new(right));
        }
        if level == 0 {
            self.depth -= 1;
        }
        Ok(left)
    }

    fn operand(&mut self, level: usize) -> Result<Expr, Error> {
        if level + 1 == LEVELS.len() {
            return self.path();
        }
        // A sign binds less than a union and more than a product.
        if level + 2 == LEVELS.len() {
            let mut negative = false;
            while self.take("-") {
                negative = !negative;
            }
            let operand = self.level(level + 1)?;
            return Ok(if negative { Expr::Negative(Box::new(operand)) } else { operand });
        }
        self.level(level + 1)
    }

    fn operator(&mut self, level: usize) -> Option<Operator> {
        let written = match self.tokens.get(self.at)? {
            Token::Sign(sign) => sign,
            Token::Name(name) => &**name,
            _ => return None,
        };
        let (_, operator) = LEVELS[level].iter().find(|(own, _)| *own == written)?;
        self.at += 1;
        Some(*operator)
    }

    fn path(&mut self) -> Result<Expr, Error> {
        let mut steps = Vec::new();
        let from = if self.take("//") {
            steps.push(Step::descendants());
            self.steps(&mut steps)?;
            Start::Root
        } else if self.take("/") {
            if self.begins_step() {
                self.steps(&mut steps)?;
            }
            Start::Root
        } else if self.begins_step() {
            self.steps(&mut steps)?;
            Start::Here
        } else {
            let primary = self.primary()?;
            let predicates = self.predicates()?;
            let more = self.is("/") || self.is("//");
            if predicates.is_empty() && !more {
                return Ok(primary);
            }
            self.more_steps(&mut steps)?;
            Start::Found(Box::new(primary), predicates)
        };
        Ok(Expr::Path { from, steps })
    }

    /// Whether a step begins here, and no function, number or text.
    fn begins_step(&self) -> bool {
        match self.tokens.get(self.at) {
            Some(Token::Sign(sign)) => matches!(*sign, "." | ".." | "@" | "*"),
            Some(Token::Name(name)) => {
                let call = matches!(self.tokens.get(self.at + 1), Some(Token::Sign("(")));
                !call || matches!(&**name, "node" | "text" | "comment" | "processing-instruction")
            }
            _ => false,
        }
    }

    fn steps(&mut self, steps: &mut Vec<Step>) -> Result<(), Error> {
        steps.push(self.step()?);
        self.more_steps(steps)
    }

    fn more_steps(&mut self, steps: &mut Vec<Step>) -> Result<(), Error> {
        loop {
            if self.take("//") {
                steps.push(Step::descendants());
            } else if !self.take("/") {
                return Ok(());
            }
            steps.push(self.step()?);
        }
    }

    fn step(&mut self) -> Result<Step, Error> {
        if self.take(".") {
            return Ok(Step { axis: Axis::Itself, test: Test::Node, predicates: Vec::new() });
        }
        if self.take("..") {
            return Ok(Step { axis: Axis::Parent, test: Test::Node, predicates: Vec::new() });
        }
        let mut axis = if self.take("@") { Axis::Attribute } else { Axis::Child };
        if let (Some(Token::Name(name)), Some(Token::Sign("::"))) =
            (self.tokens.get(self.at), self.tokens.get(self.at + 1))
        {
            axis = Axis::named(name).ok_or_else(|| failed(format!("XPath: there is no axis {name}")))?;
            self.at += 2;
        }
        let test = self.test()?;
        Ok(Step { axis, test, predicates: self.predicates()? })
    }

    fn test(&mut self) -> Result<Test, Error> {
        if self.take("*") {
            return Ok(Test::Any);
        }
        let Some(Token::Name(name)) = self.tokens.get(self.at).cloned() else {
            return Err(failed("XPath: the name of a node is missing"));
        };
        self.at += 1;
        if !self.take("(") {
            // No prefix is declared for paths: such a name is that of nothing.
            return Ok(if name.contains(':') { Test::Nothing } else { Test::Name(name) });
        }
        if matches!(self.tokens.get(self.at), Some(Token::Text(_))) {
            self.at += 1;
        }
        self.eat(")")?;
        Ok(match &*name {
            "node" => Test::Node,
            "text" => Test::Text,
            "comment" => Test::Comment,
            "processing-instruction" => Test::Instruction,
            _ => return Err(failed(format!("XPath: {name}() is no kind of node"))),
        })
    }

    fn predicates(&mut self) -> Result<Vec<Expr>, Error> {
        let mut predicates = Vec::new();
        while self.take("[") {
            predicates.push(self.level(0)?);
            self.eat("]")?;
        }
        Ok(predicates)
    }

    fn primary(&mut self) -> Result<Expr, Error> {
        let token = self.tokens.get(self.at).cloned().ok_or_else(|| failed("XPath: the expression ends too early"))?;
        self.at += 1;
        match token {
            Token::Number(number) => Ok(Expr::Number(number)),
            Token::Text(text) => Ok(Expr::Text(text)),
            Token::Sign("(") => {
                let inner = self.level(0)?;
                self.eat(")")?;
                Ok(inner)
            }
            Token::Name(name) => {
                self.eat("(")?;
                let mut arguments = Vec::new();
                while !self.is(")") {
                    arguments.push(self.level(0)?);
                    if !self.take(",") {
                        break;
                    }
                }
                self.eat(")")?;
                super::function::check(&name, arguments.len())?;
                Ok(Expr::Call(name, arguments))
            }
            Token::Variable => Err(failed("XPath: there are no variables")),
            Token::Sign(sign) => Err(failed(format!("XPath: '{sign}' was not expected"))),
        }
    }
}
