//! Conditions on variables, written as lists: `[["arg_age", ">", 18], ["OR", ["host", "==", "a"], ["host", "==", "b"]]]`.
//!
//! The form, its operators and its errors are those of lua-resty-expr. What a variable is says whoever reads it: here it
//! is a type of their own, asked through [`Variables`].

mod literal;
mod read;
mod ready;

pub use literal::Literal;
pub use read::{VarsError, read, read_freely};
pub use ready::{Fact, ReadyCondition, Variables};

use ipnet::IpNet;
use serde::Serialize;

/// A condition on variables named by `V`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Condition<V> {
    /// One test.
    Test(Test<V>),
    /// All of these hold; without any it is true.
    All(Vec<Condition<V>>),
    /// One of these holds.
    Any(Vec<Condition<V>>),
    /// Not all of these hold.
    NotAll(Vec<Condition<V>>),
    /// None of these holds.
    NotAny(Vec<Condition<V>>),
}

/// One variable and what is asked of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Test<V> {
    /// The variable.
    pub variable: V,
    /// The opposite is asked.
    pub negated: bool,
    /// What is asked.
    pub check: Check,
}

/// What may be asked of a variable. One that is not there is equal to nothing but [`Literal::Null`].
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Check {
    /// It is this value; a number is compared with a text's number.
    Equal(Literal),
    /// It is another value, or none.
    Different(Literal),
    /// Its number is greater; `None` is no number, and nothing is greater.
    Greater(Option<f64>),
    /// Its number is greater or equal.
    AtLeast(Option<f64>),
    /// Its number is less.
    Less(Option<f64>),
    /// Its number is less or equal.
    AtMost(Option<f64>),
    /// A regular expression, in Perl's manner, matches somewhere.
    Matches {
        /// The expression. One that cannot be read matches nothing ([`Condition::broken`]).
        regex: String,
        /// Whether case does not matter.
        ignore_case: bool,
    },
    /// It is one of these values, of the same kind.
    In(Vec<Literal>),
    /// It is a list, and this value is in it.
    Has(Literal),
    /// It is an address in one of these networks.
    InNetwork(Vec<IpNet>),
}

impl<V> Condition<V> {
    /// All tests, in the order written.
    pub fn tests<'a>(&'a self, each: &mut impl FnMut(&'a Test<V>)) {
        match self {
            Self::Test(test) => each(test),
            Self::All(parts) | Self::Any(parts) | Self::NotAll(parts) | Self::NotAny(parts) => {
                parts.iter().for_each(|part| part.tests(each));
            }
        }
    }

    /// Regular expressions that cannot be read and so match nothing, with what is wrong.
    pub fn broken(&self) -> Vec<(String, String)> {
        let mut broken = Vec::new();
        self.tests(&mut |test| {
            if let Check::Matches { regex, ignore_case } = &test.check
                && let Err(cause) = ready::pattern(regex, *ignore_case)
            {
                broken.push((regex.clone(), cause.to_string()));
            }
        });
        broken
    }
}

/// What is wrong with a regular expression, in Perl's manner; `None`: nothing.
pub fn regex_error(text: &str) -> Option<String> {
    ready::pattern(text, false).err().map(|cause| cause.to_string())
}

#[cfg(test)]
mod tests;
