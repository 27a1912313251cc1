//! The emulator from outside, with real Python and Node processes.

mod bootstraps;
mod calls;
mod failures;
mod instances;
mod requests;
mod runtime_api;
mod site;
