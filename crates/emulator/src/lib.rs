//! A local Lambda: Invoke API in front, Runtime API behind, processes between.
//!
//! A call comes in at `invoke`, finds its function in `functions`, is given an instance by `call` and reaches the
//! function's code through the Runtime API of that `instance`. Read them in this order.
//!
//! A folder of functions holds one folder a function. What is in it says how it runs: `lambda_function.py`,
//! `index.mjs` (`.js`, `.cjs`), or an executable `bootstrap`; a `function.yaml` beside it may say otherwise.
//!
//! What differs from AWS: memory sizes are told to the function and in its report, but not enforced; a function may
//! write to its own folder, and since that is a changed folder its next call starts anew.

mod call;
mod emulator;
mod function;
mod functions;
mod groups;
pub mod guard;
mod host;
mod instance;
mod invoke;
mod payload;
mod settings;
#[cfg(test)]
mod tests;

pub use emulator::Emulator;
pub use settings::{CallReport, FunctionInfo, Guard, KeyPair, Report, Settings, StartError};
