//! Calls of functions as steps of a chain.

pub(crate) mod by_texts;
mod evaluated;
mod fault;
pub(crate) mod lambda;
#[cfg(test)]
mod peer;
mod setting;
mod then;
mod trust;
mod url;
