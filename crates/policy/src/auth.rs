//! Policies that make the client known, and those that ask who it is.

pub(crate) mod acl;
pub(crate) mod basic_auth;
pub(crate) mod first_of;
pub(crate) mod gate;
pub(crate) mod ip_restriction;
pub(crate) mod jwt;
pub(crate) mod key_auth;
pub(crate) mod refuse;
pub(crate) mod token_key;
pub(crate) mod validate;
