//! What other languages say, said in the native one: every golden case of theirs is written and means the same again.

use crate::{apisix_cases, gravitee_cases, kong_cases};
use dialect::golden;
use dialect::{Dialect, Lowered, Source};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// What has no form in the native language, and why.
const GAPS: &[(&str, &str)] = &[
    ("regions that are none", "an expression stands where a region would; each call has its own"),
    ("roles that are none", "an expression stands where a role would, and has no value; no call gets as far"),
    ("functions without a name", "an expression names the function; each call has its own"),
    ("schemas that cannot be read", "natively such a schema is an error"),
];

/// Lowers each case of a folder, writes what it means, and reads it again.
fn check(folder: &str, lower: impl Fn(&str, &BTreeMap<String, String>) -> Lowered) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let (mut count, mut wrong) = (0, Vec::new());
    for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.extension().is_none_or(|end| end != "case") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let input = text.split("\n----------------------------------------\n").next().unwrap().trim_end();
        let set = input.lines().filter_map(|line| line.strip_prefix("# env ")?.split_once('='));
        let environment = set.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let name = path.file_name().unwrap().to_string_lossy();
        wrong.extend(written_and_read(&lower(input, &environment)).err().map(|why| format!("{name}: {why}")));
        count += 1;
    }
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n\n"));
    assert!(count >= 20, "only {count} cases");
}

fn allowed(input: &str) -> Vec<String> {
    input.lines().filter_map(|line| line.strip_prefix("# allow-missing ")).map(str::to_owned).collect()
}

fn documents(files: &[Source]) -> store::Documents {
    files.iter().map(golden::document).collect()
}

fn written_and_read(lowered: &Lowered) -> Result<(), String> {
    let written = native::write(&lowered.gateway);
    let unknown = |gap: &&&str| !GAPS.iter().any(|(known, _)| known == *gap);
    let gaps: Vec<&str> = written.gaps.iter().filter(unknown).copied().collect();
    if !gaps.is_empty() {
        return Err(format!("not written: {}", gaps.join(", ")));
    }
    if !written.gaps.is_empty() {
        return Ok(());
    }
    let variables = written.variables.iter();
    let environment: BTreeMap<String, String> =
        variables.map(|variable| (variable.name.clone(), variable.secret.expose().to_owned())).collect();
    let source = golden::source("lambdagate.yaml", &written.text);
    let again = native::Native.lower(&documents(&[source]), &environment);
    let lost = again.findings.iter().any(|finding| finding.message.starts_with("this policy never"));
    if again.broken.is_empty() && !lost && again.gateway == lowered.gateway {
        return Ok(());
    }
    let said: Vec<String> = again.findings.iter().map(|finding| finding.render(Some(&written.text))).collect();
    let (was, is) = (golden::show(&lowered.gateway), golden::show(&again.gateway));
    let lines = was.lines().zip(is.lines()).filter(|(was, is)| was != is).take(5);
    let lines: Vec<String> = lines.map(|(was, is)| format!("{was} became {is}")).collect();
    Err(format!("{}\n{}", said.join("\n"), lines.join("\n")))
}

/// Lowers what each row says, writes what it means, and reads it again.
fn check_rows(files: &[&str], lower: impl Fn(&Value) -> Lowered) {
    let mut wrong = Vec::new();
    let rows = files.iter().flat_map(|file| file.lines()).map(|line| serde_json::from_str::<Value>(line).unwrap());
    for row in rows {
        wrong.extend(written_and_read(&lower(&row)).err().map(|why| format!("{}: {why}", row["id"])));
    }
    assert!(wrong.is_empty(), "{} rows:\n{}", wrong.len(), wrong.join("\n\n"));
}

#[test]
fn every_case_of_kong_is_said_in_full_and_means_the_same() {
    let lower = |input: &str, environment: &BTreeMap<String, String>| {
        let mut files = golden::files(input, "kong.yml");
        if !(input.contains("_format_version") || input.contains("# no version")) {
            files[0].bytes.extend_from_slice(b"\n_format_version: '3.0'\n");
        }
        kong::Kong { allow_missing: allowed(input), kept: false }.lower(&documents(&files), environment)
    };
    check("../kong/tests/lower", lower);
}

#[test]
fn every_case_of_apisix_is_said_in_full_and_means_the_same() {
    check("../apisix/tests/lower", |input, environment| {
        let mut files = golden::files(input, "apisix.yaml");
        if !input.contains("# no end") {
            files[0].bytes.extend_from_slice(b"\n#END\n");
        }
        apisix::Apisix::new(&allowed(input)).lower(&documents(&files), environment)
    });
}

#[test]
fn every_case_of_gravitee_is_said_in_full_and_means_the_same() {
    check("../gravitee/tests/lower", |input, environment| {
        let files = golden::files(input, "api.json");
        gravitee::Gravitee { allow_missing: allowed(input) }.lower(&documents(&files), environment)
    });
}

#[test]
fn every_file_of_the_rows_about_kong_is_said_in_full_and_means_the_same() {
    check_rows(&[kong_cases::ROWS], |row| {
        let file = golden::source("kong.yml", &kong_cases::document(row).to_string());
        kong::Kong::default().lower(&documents(&[file]), &BTreeMap::new())
    });
}

#[test]
fn every_file_of_the_rows_about_apisix_is_said_in_full_and_means_the_same() {
    let doubles = [("A", 9001), ("B", 9002), ("C", 9003)];
    check_rows(&[apisix_cases::ROWS], |row| {
        let site = apisix_cases::site(row, &|text| apisix_cases::filled(text, &doubles, 9));
        let dialect = apisix::Apisix::new(&[]);
        dialect.lower(&documents(&dialect.read(&site.path().join("conf")).unwrap()), &BTreeMap::new())
    });
}

#[test]
fn every_definition_of_the_rows_about_gravitee_is_said_in_full_and_means_the_same() {
    let pems = gravitee_cases::Pems::default();
    check_rows(&[gravitee_cases::ROWS, gravitee_cases::AROUND, gravitee_cases::SHAPING], |row| {
        let site = gravitee_cases::site(row, "http://127.0.0.1:9001", &pems);
        let dialect = gravitee::Gravitee::default();
        dialect.lower(&documents(&dialect.read(site.path()).unwrap()), &BTreeMap::new())
    });
}
