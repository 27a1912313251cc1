//! The emulator from outside, with real Python and Node processes.

mod bootstraps;
mod calls;
mod cleanliness;
mod control;
mod definitions;
mod events;
mod extensions;
mod failures;
mod instances;
mod keys;
mod logs;
mod requests;
mod runtime_api;
mod site;
mod stages;
mod streamed;
mod streams;
mod sts;
mod urls;
