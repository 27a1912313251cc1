//! Reading files and folders.

#![allow(clippy::unwrap_used, reason = "a test stops at what is not there")]

use dialect::{Dialect, ReadError};
use native::Native;
use std::path::PathBuf;

/// A folder of its own for each test, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let path = std::env::temp_dir().join(format!("lambdagate-read-{name}-{}", std::process::id()));
        for (file, text) in files {
            let file = path.join(file);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        }
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn folder_gives_its_configuration_and_the_files_it_names() {
    let main = "listen: { address: ':1', tls: { certificates: [ { chain: tls/c.pem, key: lost.pem } ] } }\n\
                aws: { tls: { authorities: [ca.pem, '-----BEGIN CERTIFICATE-----'] } }";
    let folder = Folder::new(
        "folder",
        &[("lambdagate.yaml", main), ("tls/c.pem", "chain"), ("ca.pem", "ca"), ("other.pem", "not named")],
    );
    let sources = Native.read(&folder.0).unwrap();
    let keys: Vec<String> = sources.iter().map(|s| s.key.replace(folder.0.to_str().unwrap(), "")).collect();
    assert_eq!(keys, ["/lambdagate.yaml", "/ca.pem", "/tls/c.pem"]);
    assert_eq!(sources[2].bytes, b"chain");
}

#[test]
fn file_may_have_any_name() {
    let folder = Folder::new("file", &[("mine.conf", "listen: 1")]);
    let sources = Native.read(&folder.0.join("mine.conf")).unwrap();
    assert_eq!(sources.len(), 1);
    assert_eq!(sources[0].bytes, b"listen: 1");
}

#[test]
fn folder_of_a_template_gives_the_template() {
    let template = "Transform: AWS::Serverless-2016-10-31\nResources: { certificates: { chain: lost.pem } }";
    for (name, files, expected) in [
        ("template", vec![("template.yml", template), ("lost.pem", "no configuration")], vec!["/template.yml"]),
        ("both", vec![("template.yaml", template), ("lambdagate.yaml", "listen: 1")], vec!["/lambdagate.yaml"]),
    ] {
        let folder = Folder::new(name, &files);
        let sources = Native.read(&folder.0).unwrap();
        let keys: Vec<String> = sources.iter().map(|s| s.key.replace(folder.0.to_str().unwrap(), "")).collect();
        assert_eq!(keys, expected);
    }
}

#[test]
fn what_is_not_there_is_told() {
    let folder = Folder::new("none", &[("other.yaml", "")]);
    let error = Native.read(&folder.0).unwrap_err();
    assert!(matches!(error, ReadError::Nothing { .. }) && error.to_string().contains("lambdagate.yaml"), "{error}");
    assert!(matches!(Native.read(&folder.0.join("lost.yaml")).unwrap_err(), ReadError::Io { .. }));
}
