//! A condition made ready: regular expressions compiled, then asked many times.

use super::literal::number;
use super::{Check, Condition, Literal};
use fancy_regex::{Regex, RegexBuilder};
use ipnet::IpNet;
use std::borrow::Cow;
use std::net::IpAddr;

/// What conditions ask: variables named by `V`.
pub trait Variables<V> {
    /// The variable's value; `None` where it is not there.
    fn fact(&self, variable: &V) -> Option<Fact<'_>>;
}

/// The value of a variable.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact<'a> {
    /// A text.
    Text(Cow<'a, str>),
    /// A number.
    Number(f64),
    /// True or false.
    Bool(bool),
    /// Several values.
    List(Vec<Fact<'a>>),
}

impl<'a> From<&'a str> for Fact<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Fact<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl<'a> Fact<'a> {
    /// As it stands in a text, without copying one that is borrowed.
    pub fn into_text(self) -> Cow<'a, str> {
        match self {
            Self::Text(text) => text,
            Self::Number(number) => Cow::Owned(number.to_string()),
            Self::Bool(true) => Cow::Borrowed("true"),
            Self::Bool(false) => Cow::Borrowed("false"),
            Self::List(_) => Cow::Borrowed(""),
        }
    }

    /// As it stands in a text. A list has none.
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Number(_) | Self::Bool(_) | Self::List(_) => self.clone().into_text(),
        }
    }

    fn number(&self) -> Option<f64> {
        match self {
            Self::Text(text) => number(text),
            Self::Number(number) => Some(*number),
            Self::Bool(_) | Self::List(_) => None,
        }
    }

    /// The same value of the same kind.
    fn is(&self, literal: &Literal) -> bool {
        match (self, literal) {
            (Self::Text(text), Literal::Text(other)) => *text == *other,
            (Self::Number(number), Literal::Number(other)) => number == other,
            (Self::Bool(value), Literal::Bool(other)) => value == other,
            (Self::Text(_) | Self::Number(_) | Self::Bool(_) | Self::List(_), _) => false,
        }
    }
}

/// A condition that can be asked.
#[derive(Clone, Debug)]
pub struct ReadyCondition<V>(Node<V>);

#[derive(Clone, Debug)]
enum Node<V> {
    Test {
        variable: V,
        negated: bool,
        check: Ready,
    },
    /// Whether all or one of them must hold, and whether the opposite is asked.
    Join {
        all: bool,
        negated: bool,
        parts: Box<[Node<V>]>,
    },
}

#[derive(Clone, Debug)]
enum Ready {
    Equal(Literal),
    Different(Literal),
    Greater(Option<f64>),
    AtLeast(Option<f64>),
    Less(Option<f64>),
    AtMost(Option<f64>),
    /// `None`: an expression that cannot be read.
    Matches(Option<Box<Regex>>),
    In(Box<[Literal]>),
    Has(Literal),
    InNetwork(Box<[IpNet]>),
}

/// Steps that a regular expression may go back: beyond, it does not match. Only expressions with look-around or
/// back-references go back at all.
const BACKTRACKS: usize = 100_000;

pub(super) fn pattern(regex: &str, ignore_case: bool) -> Result<Regex, Box<fancy_regex::Error>> {
    let mut builder = RegexBuilder::new(regex);
    builder.case_insensitive(ignore_case).backtrack_limit(BACKTRACKS).build().map_err(Box::new)
}

impl<V: Clone> ReadyCondition<V> {
    /// Makes it ready.
    pub fn new(condition: &Condition<V>) -> Self {
        Self(node(condition))
    }

    /// Whether it is true of this world.
    pub fn holds(&self, world: &impl Variables<V>) -> bool {
        self.0.holds(world)
    }
}

fn node<V: Clone>(condition: &Condition<V>) -> Node<V> {
    let join =
        |all, negated, parts: &[Condition<V>]| Node::Join { all, negated, parts: parts.iter().map(node).collect() };
    match condition {
        Condition::Test(test) => {
            Node::Test { variable: test.variable.clone(), negated: test.negated, check: ready(&test.check) }
        }
        Condition::All(parts) => join(true, false, parts),
        Condition::Any(parts) => join(false, false, parts),
        Condition::NotAll(parts) => join(true, true, parts),
        Condition::NotAny(parts) => join(false, true, parts),
    }
}

fn ready(check: &Check) -> Ready {
    match check {
        Check::Equal(literal) => Ready::Equal(literal.clone()),
        Check::Different(literal) => Ready::Different(literal.clone()),
        Check::Greater(number) => Ready::Greater(*number),
        Check::AtLeast(number) => Ready::AtLeast(*number),
        Check::Less(number) => Ready::Less(*number),
        Check::AtMost(number) => Ready::AtMost(*number),
        Check::Matches { regex, ignore_case } => Ready::Matches(pattern(regex, *ignore_case).ok().map(Box::new)),
        Check::In(literals) => Ready::In(literals.iter().cloned().collect()),
        Check::Has(literal) => Ready::Has(literal.clone()),
        Check::InNetwork(networks) => Ready::InNetwork(networks.iter().copied().collect()),
    }
}

impl<V> Node<V> {
    fn holds(&self, world: &impl Variables<V>) -> bool {
        match self {
            Self::Test { variable, negated, check } => check.holds(world.fact(variable)) != *negated,
            Self::Join { all: true, negated, parts } => parts.iter().all(|part| part.holds(world)) != *negated,
            Self::Join { all: false, negated, parts } => parts.iter().any(|part| part.holds(world)) != *negated,
        }
    }
}

impl Ready {
    fn holds(&self, fact: Option<Fact<'_>>) -> bool {
        let compare = |limit: &Option<f64>, holds: fn(&f64, &f64) -> bool| {
            fact.as_ref().and_then(Fact::number).zip(*limit).is_some_and(|(number, limit)| holds(&number, &limit))
        };
        match self {
            Self::Equal(literal) => equal(fact.as_ref(), literal),
            Self::Different(literal) => !equal(fact.as_ref(), literal),
            Self::Greater(limit) => compare(limit, f64::gt),
            Self::AtLeast(limit) => compare(limit, f64::ge),
            Self::Less(limit) => compare(limit, f64::lt),
            Self::AtMost(limit) => compare(limit, f64::le),
            Self::Matches(regex) => match (regex, &fact) {
                (Some(regex), Some(Fact::Text(_) | Fact::Number(_) | Fact::Bool(_))) => {
                    fact.is_some_and(|fact| regex.is_match(&*fact.text()).unwrap_or(false))
                }
                (Some(_), Some(Fact::List(_)) | None) | (None, _) => false,
            },
            Self::In(literals) => fact.is_some_and(|fact| literals.iter().any(|literal| fact.is(literal))),
            Self::Has(literal) => match fact {
                Some(Fact::List(facts)) => facts.iter().any(|fact| fact.is(literal)),
                Some(Fact::Text(_) | Fact::Number(_) | Fact::Bool(_)) | None => false,
            },
            Self::InNetwork(networks) => {
                let address = fact.and_then(|fact| fact.text().parse::<IpAddr>().ok());
                address.is_some_and(|address| networks.iter().any(|net| net.contains(&address.to_canonical())))
            }
        }
    }
}

fn equal(fact: Option<&Fact<'_>>, literal: &Literal) -> bool {
    match (fact, literal) {
        (None, Literal::Null) => true,
        (None, _) => false,
        (Some(fact), Literal::Number(number)) => fact.number() == Some(*number),
        (Some(fact), literal) => fact.is(literal),
    }
}
