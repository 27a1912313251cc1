//! What a path on the command line may be, and what is read of it.

#![allow(clippy::unwrap_used, reason = "a test stops at what is not there")]

use dialect::{Dialect, ReadError};
use gravitee::Gravitee;

#[test]
fn a_home_may_be_empty_and_a_folder_may_not() {
    let api = ("apis/a.json", "{}");
    for (files, folders, expected) in [
        (&[api][..], &[][..], Some(1)),
        (&[api, ("config/gravitee.yml", "")], &[], Some(2)),
        (&[], &["apis"], Some(0)),
        (&[("config/gravitee.yml", "")], &["apis"], Some(1)),
        (&[("config/gravitee.yml", "")], &[], None),
        (&[("a.json", "{}")], &[], Some(1)),
        (&[("a.txt", "{}")], &[], None),
        (&[], &[], None),
    ] {
        let home = std::env::temp_dir().join(format!("lambdagate-places-{}", fastrand::u64(..)));
        std::fs::create_dir_all(&home).unwrap();
        for folder in folders {
            std::fs::create_dir_all(home.join(folder)).unwrap();
        }
        for (name, text) in files {
            let file = home.join(name);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        }
        let read = Gravitee::default().read(&home);
        std::fs::remove_dir_all(&home).unwrap();
        match (read, expected) {
            (Ok(sources), Some(count)) => assert_eq!(sources.len(), count, "{files:?} {folders:?}"),
            (Err(ReadError::Nothing { .. }), None) => {}
            (read, _) => panic!("{files:?} {folders:?}: {read:?}"),
        }
    }
}
