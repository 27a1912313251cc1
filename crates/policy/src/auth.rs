//! Policies that make the client known, and those that ask who it is.

pub(crate) mod access_token;
pub(crate) mod acl;
pub(crate) mod any_of;
pub(crate) mod basic_auth;
pub(crate) mod check_addresses;
pub(crate) mod check_json;
pub(crate) mod check_values;
pub(crate) mod csrf;
pub(crate) mod discovery;
pub(crate) mod first_of;
pub(crate) mod forward_auth;
pub(crate) mod gate;
pub(crate) mod hmac_auth;
pub(crate) mod host_certificates;
pub(crate) mod introspection;
pub(crate) mod ip_restriction;
pub(crate) mod jwk;
pub(crate) mod jwt;
pub(crate) mod key_auth;
pub(crate) mod key_set;
pub(crate) mod path_rules;
pub(crate) mod refuse;
pub(crate) mod token_key;
pub(crate) mod token_proof;
pub(crate) mod tokens;
pub(crate) mod validate;
