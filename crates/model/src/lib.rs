//! The gateway as data: what every dialect lowers to and what traffic compiles from.
//!
//! Plain data without I/O and without a clock. It names no dialect: what only one of the
//! originals does stands under a neutral name. Not the run-time form: see `proxy::snapshot`.

pub mod answer;
pub mod aws;
pub mod call;
pub mod chain;
pub mod consumer;
pub mod endpoint;
pub mod forward;
pub mod gateway;
pub mod id;
pub mod listener;
pub mod policy;
pub mod predicate;
pub mod quirk;
pub mod route;
pub mod secret;
pub mod server;
pub mod table;
pub mod text;
pub mod tls;
pub mod variable;
pub mod world;

pub use gateway::Gateway;
pub use secret::Secret;
