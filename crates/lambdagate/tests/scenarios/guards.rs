//! docs/policies.md lists the plugins that guard and are not there. `UPDATE_GOLDEN=1` writes the list anew.

use dialect::absent::Absent;
use std::path::Path;

const OPEN: &str = "<!-- guards that are not there -->\n";
const CLOSE: &str = "<!-- end of guards that are not there -->";

#[test]
fn the_list_of_guards_is_that_of_the_languages() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/policies.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once(OPEN).unwrap();
    let (_, after) = rest.split_once(CLOSE).unwrap();
    let made = format!("{before}{OPEN}{}{CLOSE}{after}", table());
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &made).unwrap();
        return;
    }
    assert!(text == made, "docs/policies.md differs from the lists of absent plugins; UPDATE_GOLDEN=1 writes it anew");
}

fn table() -> String {
    let guards = |one: &&Absent| one.guards;
    let languages: [(&str, Vec<&str>); 3] = [
        ("Kong", kong::plugin::ABSENT.iter().filter(guards).map(|one| one.name).collect()),
        ("APISIX", apisix::plugin::ABSENT.iter().filter(guards).map(|one| one.name).collect()),
        ("Gravitee", gravitee::policy::ABSENT.iter().filter(|one| one.guards).map(|one| one.name).collect()),
    ];
    let mut table = String::from("| language | names |\n|---|---|\n");
    for (language, mut names) in languages {
        names.sort_unstable();
        assert!(!names.is_empty(), "no guard of {language}'s is absent: take its row off");
        table += &format!("| {language} | `{}` |\n", names.join("`, `"));
    }
    table
}
