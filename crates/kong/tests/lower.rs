//! Golden cases of files of Kong's: see `dialect::golden`. Most are about version 3.0, which they need not say.

use dialect::golden::{self, Golden, World};
use dialect::{Dialect, Lowered, Source};
use kong::Kong;
use model::Gateway;
use std::path::Path;

#[test]
fn cases_mean_what_they_say() {
    let golden = Golden {
        folder: &Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lower"),
        least: 30,
        empty: &[golden::source("kong.yml", "_format_version: '3.0'\n")],
        read: &read,
        lower: &lower,
        also: &|world, lowered| {
            if !lowered.broken.is_empty() {
                assert_eq!(lowered.gateway, Gateway::default(), "{}: a broken document means nothing", world.name);
            }
            Ok(String::new())
        },
    };
    golden.check();
}

#[test]
fn every_plugin_has_a_case() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lower");
    let names = kong::plugin::Plugin::ALL.iter().map(|one| one.name());
    assert_eq!(golden::without_case(&folder, names), Vec::<&str>::new());
}

fn read(input: &str) -> Vec<Source> {
    let mut files = golden::files(input, "kong.yml");
    if !(input.contains("_format_version") || input.contains("# no version")) {
        files[0].bytes.extend_from_slice(b"\n_format_version: '3.0'\n");
    }
    files
}

fn lower(world: &World) -> Lowered {
    let allow_missing = world.words("allow-missing").map(str::to_owned).collect();
    Kong { allow_missing, kept: false }.lower(&world.documents, &world.environment)
}
