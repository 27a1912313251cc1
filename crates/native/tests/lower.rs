//! Golden cases of the native language: see `dialect::golden`. Behind the model stand the functions that a template
//! declares. Each case that means something is also written and read back.

#![allow(clippy::unwrap_used, reason = "a test stops at what is not there")]

use dialect::golden::{self, Golden};
use dialect::{Dialect, Lowered};
use native::Native;
use std::collections::BTreeMap;
use std::path::Path;

#[test]
fn cases_mean_what_they_say() {
    let golden = Golden {
        folder: &Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lower"),
        least: 25,
        empty: &[],
        read: &|input| golden::files(input, "lambdagate.yaml"),
        lower: &|world| Native.lower(&world.documents, &world.environment),
        also: &|world, lowered| {
            if lowered.broken.is_empty() {
                read_back(&world.name, lowered)?;
            }
            Ok(golden::show_more("functions", native::functions(&world.documents, &world.environment)))
        },
    };
    golden.check();
}

/// What is written means the same again.
fn read_back(name: &str, lowered: &Lowered) -> Result<(), String> {
    let written = native::write(&lowered.gateway);
    let variables = written.variables.iter();
    let environment: BTreeMap<String, String> =
        variables.map(|v| (v.name.clone(), v.secret.expose().to_owned())).collect();
    for secret in environment.values().filter(|secret| secret.len() > 3) {
        assert!(!written.text.contains(secret.as_str()), "{name}: a secret is written:\n{}", written.text);
    }
    let again =
        Native.lower(&[golden::document(&golden::source("lambdagate.yaml", &written.text))].into(), &environment);
    if again.broken.is_empty() && again.gateway == lowered.gateway {
        return Ok(());
    }
    let said: Vec<String> = again.findings.iter().map(|f| f.render(Some(&written.text))).collect();
    let (was, is) = (golden::show(&lowered.gateway), golden::show(&again.gateway));
    Err(format!("{name} is written as\n{}\n{}\n{was}\nreads back as\n{is}", written.text, said.join("\n")))
}
