//! The Apache APISIX dialect: its files and settings, lowered to the model.
//!
//! [`schema`] says how objects are described and judged, [`entity`] and [`plugin`] what there is, [`check`](mod@check)
//! what is wrong with an object in the Admin API's words, [`document`] how objects are kept one by one. Not the traffic:
//! that is `proxy`.

#![allow(dead_code, reason = "what plugins mean is asked by the next piece")]

pub mod admin;
pub mod check;
pub mod crypt;
pub mod document;
pub mod entity;
mod lower;

pub mod plugin;
pub mod read;
pub mod schema;
pub mod settings;
