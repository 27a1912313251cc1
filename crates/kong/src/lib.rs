//! The Kong dialect: its files and settings, lowered to the model.
//!
//! [`schema`] says how fields are described, [`entity`] and [`plugin`] what there is, [`read`](mod@read) how files become
//! entities, [`lower`](mod@lower) what they mean. The Admin API stands on the same entities. Not the traffic: that is
//! `proxy`.

pub mod entity;
pub mod plugin;
pub mod read;
pub mod schema;
pub mod settings;
