//! Policies that change or give messages without asking anyone.

pub(crate) mod again;
pub(crate) mod assign;
pub(crate) mod body_template;
pub(crate) mod client_address;
pub(crate) mod compose;
pub(crate) mod compress;
pub(crate) mod cors;
pub(crate) mod fail;
pub(crate) mod field_texts;
pub(crate) mod fields;
pub(crate) mod header_texts;
pub(crate) mod headers;
pub(crate) mod inject;
pub(crate) mod lead_by_path;
pub(crate) mod query_texts;
pub(crate) mod redirect;
pub(crate) mod request_id;
pub(crate) mod respond;
pub(crate) mod response;
pub(crate) mod split;
pub(crate) mod substitution;
pub(crate) mod terminate;
pub(crate) mod texts;
pub(crate) mod transform;
pub(crate) mod upstream;
