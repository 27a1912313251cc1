//! Colours, on a terminal that wants them.

use std::io::IsTerminal;

/// What a text is, of which its colour is a hint only: the words say it too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    /// It went well.
    Good,
    /// Look at it.
    Odd,
    /// It failed.
    Bad,
    /// Of less weight than what stands around it.
    Quiet,
}

/// Whether texts are coloured.
#[derive(Clone, Copy, Debug)]
pub(super) struct Paint(bool);

impl Paint {
    /// As standard output and the environment want it: `NO_COLOR`, set to anything, means no colour.
    pub(super) fn of_stdout() -> Self {
        let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        let dumb = set("TERM").is_some_and(|term| term == "dumb");
        Self(std::io::stdout().is_terminal() && set("NO_COLOR").is_none() && !dumb)
    }

    #[cfg(test)]
    pub(super) fn when(colours: bool) -> Self {
        Self(colours)
    }

    /// The text in this tone.
    pub(super) fn text(self, tone: Tone, text: &str) -> String {
        let code = match tone {
            Tone::Good => 32,
            Tone::Odd => 33,
            Tone::Bad => 31,
            Tone::Quiet => 2,
        };
        if self.0 { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}
