//! A local Lambda: Invoke API in front, Runtime API behind, processes between.
//!
//! A request comes in at `front`, becomes a call in `invoke` (or `events`, `url`, `stage`), finds its function in `functions`, is given an instance by `call` and reaches the
//! function's code through the Runtime API of that `instance`. Read them in this order.
//!
//! A folder of functions holds one folder a function. What is in it says how it runs: `lambda_function.py`,
//! `index.mjs` (`.js`, `.cjs`), or an executable `bootstrap`; a `function.yaml` beside it may say otherwise.
//!
//! What differs from AWS: memory sizes are told to the function and in its report, but not enforced; a function may
//! write to its own folder, and since that is a changed folder its next call starts anew; extensions lie in the
//! function's own `extensions` folder, and one that subscribes to telemetry or logs is told that there is none; pieces of
//! a streamed answer are sent as fast as the caller takes them. As with AWS, Python functions do not stream.

mod answer;
mod body;
mod browser;
mod call;
pub mod caller;
mod control;
mod detached;
mod emulator;
mod events;
mod front;
mod function;
mod functions;
mod groups;
pub mod guard;
mod host;
mod instance;
mod invoke;
pub mod keys;
mod logs;
mod name;
mod payload;
mod refusal;
mod reply;
mod settings;
mod shape;
mod signature;
mod stage;
mod sts;
mod sweep;
#[cfg(test)]
mod tests;
mod trace;
mod url;
mod version;
mod visit;

pub use caller::Caller;
pub use emulator::Emulator;
pub use function::{AuthType, Cors, InvokeMode, Url};
pub use settings::{CallReport, Declared, EventWaits, FunctionInfo, Guard, KeyPair, Report, Settings, StartError};
