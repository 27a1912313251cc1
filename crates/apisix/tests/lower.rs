//! Golden cases of files of APISIX's: see `dialect::golden`. A file ends with `#END`, which the cases need not say; `===
//! config.yaml` is the settings, and `=== routes/1` an object that is kept by itself.

use apisix::Apisix;
use dialect::golden::{self, Golden, World};
use dialect::{Dialect, Lowered, Source};
use std::path::Path;

#[test]
fn cases_mean_what_they_say() {
    let golden = Golden {
        folder: &Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lower"),
        least: 25,
        empty: &[golden::source("apisix.yaml", "routes: []\n#END\n")],
        read: &read,
        lower: &lower,
        also: &|world, lowered| {
            let again = lower(world);
            assert_eq!(lowered.gateway, again.gateway, "{}: lowering is not pure", world.name);
            assert_eq!(lowered.findings, again.findings, "{}: lowering is not pure", world.name);
            Ok(golden::show_more("broken", &lowered.broken))
        },
    };
    golden.check();
}

#[test]
fn every_plugin_has_a_case() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lower");
    let names = apisix::plugin::Plugin::ALL.iter().map(|one| one.name());
    assert_eq!(golden::without_case(&folder, names), Vec::<&str>::new());
}

fn read(input: &str) -> Vec<Source> {
    let mut files = golden::files(input, "apisix.yaml");
    if !input.contains("# no end") {
        files[0].bytes.extend_from_slice(b"\n#END\n");
    }
    files
}

fn lower(world: &World) -> Lowered {
    let allow_missing: Vec<String> = world.words("allow-missing").map(str::to_owned).collect();
    Apisix::new(&allow_missing).lower(&world.documents, &world.environment)
}
