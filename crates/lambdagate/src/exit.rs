//! How the process ends: the exit codes, and refusals that say what to do.

use std::fmt;
use std::process::ExitCode;

/// What a command came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All is well.
    Clean,
    /// Findings change behaviour; of `invoke`: the function failed.
    Findings,
    /// A source cannot be read, or nothing is served.
    NotServed,
    /// A second signal ended a drain: 128 and its number, as shells have it.
    Signal(u8),
}

impl Exit {
    /// The number the shell sees.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Findings => 1,
            Self::NotServed => 2,
            Self::Signal(number) => 128 + number,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Why a command cannot do what it was asked, and what to do about it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    what: String,
    remedy: String,
}

impl Refusal {
    /// `what` says what is wrong, `remedy` what helps.
    pub(crate) fn new(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { what: what.into(), remedy: remedy.into() }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        self.remedy.lines().try_for_each(|line| match line {
            "" => writeln!(f),
            line => write!(f, "\n  {line}"),
        })
    }
}

impl std::error::Error for Refusal {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_that_scripts_rely_on() {
        let cases = [(Exit::Clean, 0), (Exit::Findings, 1), (Exit::NotServed, 2), (Exit::Signal(15), 143)];
        for (exit, code) in cases {
            assert_eq!(exit.code(), code, "{exit:?}");
        }
    }

    #[test]
    fn remedy_stands_below_indented() {
        assert_eq!(Refusal::new("no file", "write one:\n\nx: 1").to_string(), "no file\n  write one:\n\n  x: 1");
    }
}
