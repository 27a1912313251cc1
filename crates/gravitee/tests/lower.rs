//! Golden cases of API definitions and settings: see `dialect::golden`.

use dialect::golden::{self, Golden, World};
use dialect::{Dialect, Lowered};
use gravitee::Gravitee;
use std::path::Path;

/// What is like everywhere: the answers, the world, the endpoint of the smallest definition.
const USUAL: &str = r#"{
  "id": "usual", "name": "usual", "definitionVersion": "4.0.0",
  "listeners": [{"type": "http", "paths": [{"path": "/usual"}]}],
  "endpointGroups": [{"endpoints": [{"configuration": {"target": "https://usual"}}]}]
}"#;

#[test]
fn cases_mean_what_they_say() {
    let golden = Golden {
        folder: &Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lower"),
        least: 20,
        empty: &[golden::source("usual.json", USUAL)],
        read: &|input| golden::files(input, "api.json"),
        lower: &lower,
        also: &|_, _| Ok(String::new()),
    };
    golden.check();
}

#[test]
fn every_policy_has_a_case() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lower");
    let names = gravitee::policy::Policy::ALL.iter().map(|one| one.name());
    assert_eq!(golden::without_case(&folder, names), Vec::<&str>::new());
}

fn lower(world: &World) -> Lowered {
    let allow_missing = world.words("allow-missing").map(str::to_owned).collect();
    Gravitee { allow_missing }.lower(&world.documents, &world.environment)
}
