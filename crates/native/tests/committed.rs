//! The committed schema and reference page are those that the types make.

#![allow(clippy::unwrap_used, reason = "a test stops at what is not there")]

use std::path::Path;

fn check(name: &str, made: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, made).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == made, "{name} lags behind the types: run the tests of `native` with UPDATE_GOLDEN=1");
}

#[test]
fn schema_is_current() {
    check("lambdagate.schema.json", &native::schema());
}

#[test]
fn reference_is_current() {
    check("REFERENCE.md", &native::reference());
}
