//! Calls of functions as steps of a chain.

mod fault;
pub(crate) mod lambda;
mod url;
