//! How much one evaluation may take, and the count of what it has taken.

use crate::error::Error;
use std::time::{Duration, Instant};

/// What ends an evaluation.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The longest it may take.
    pub time: Duration,
    /// The most elements that it may put into lists and maps.
    pub elements: usize,
    /// The longest text that it may make, in bytes. Text of the world that passes through unchanged is not made.
    pub text: usize,
    /// How deep expressions, JSON and XML may nest.
    pub depth: usize,
    /// The clock.
    pub now: fn() -> Instant,
}

impl Default for Limits {
    fn default() -> Self {
        Self { time: Duration::from_millis(50), elements: 10_000, text: 1 << 20, depth: 64, now: Instant::now }
    }
}

/// All texts of one evaluation together may be so many times as long as the longest one.
const TEXTS: usize = 16;

/// So many steps pass between two looks at the clock.
const STEPS: u32 = 256;

/// What an evaluation has taken so far.
#[derive(Debug)]
pub(crate) struct Budget<'l> {
    limits: &'l Limits,
    began: Instant,
    steps: u32,
    elements: usize,
    text: usize,
    depth: usize,
}

impl<'l> Budget<'l> {
    pub(crate) fn new(limits: &'l Limits) -> Self {
        Self { limits, began: (limits.now)(), steps: 0, elements: 0, text: 0, depth: 0 }
    }

    /// One step of work.
    pub(crate) fn step(&mut self) -> Result<(), Error> {
        self.steps += 1;
        if self.steps < STEPS { Ok(()) } else { self.look() }
    }

    /// As many steps as there are bytes or elements to look at.
    pub(crate) fn steps(&mut self, count: usize) -> Result<(), Error> {
        self.steps = self.steps.saturating_add(u32::try_from(count / 16).unwrap_or(u32::MAX));
        self.step()
    }

    /// Looks at the clock.
    pub(crate) fn look(&mut self) -> Result<(), Error> {
        self.steps = 0;
        if (self.limits.now)().duration_since(self.began) > self.limits.time {
            let message = format!("the evaluation takes longer than {} ms", self.limits.time.as_millis());
            return Err(Error::evaluation("limit-time", message));
        }
        Ok(())
    }

    /// Elements that go into a list or a map.
    pub(crate) fn elements(&mut self, count: usize) -> Result<(), Error> {
        self.elements = self.elements.saturating_add(count);
        if self.elements > self.limits.elements {
            let message = format!("the evaluation makes more than {} elements", self.limits.elements);
            return Err(Error::evaluation("limit-elements", message));
        }
        self.steps(count)
    }

    /// A text of that many bytes, to be made next or made just now.
    pub(crate) fn text(&mut self, bytes: usize) -> Result<(), Error> {
        self.text = self.text.saturating_add(bytes);
        if bytes > self.limits.text || self.text > self.limits.text.saturating_mul(TEXTS) {
            let message = format!("the evaluation makes more than {} bytes of text", self.limits.text);
            return Err(Error::evaluation("limit-text", message));
        }
        self.steps(bytes / 16)
    }

    /// One level further in; [`Self::leave`] follows.
    pub(crate) fn enter(&mut self) -> Result<(), Error> {
        self.step()?;
        self.depth += 1;
        if self.depth > self.limits.depth {
            return Err(too_deep(self.limits.depth));
        }
        Ok(())
    }

    pub(crate) fn leave(&mut self) {
        self.depth -= 1;
    }

    pub(crate) fn depth_limit(&self) -> usize {
        self.limits.depth
    }

    /// Levels that are left.
    pub(crate) fn depth_left(&self) -> usize {
        self.limits.depth.saturating_sub(self.depth)
    }

    /// Whether a text of that many bytes, which is still growing, may be.
    pub(crate) fn text_within(&mut self, bytes: usize) -> Result<(), Error> {
        if bytes > self.limits.text { self.text(bytes) } else { self.step() }
    }

    pub(crate) fn text_limit(&self) -> usize {
        self.limits.text
    }
}

pub(crate) fn too_deep(limit: usize) -> Error {
    Error::evaluation("limit-depth", format!("nested deeper than {limit} levels"))
}
