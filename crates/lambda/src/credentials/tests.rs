//! Every source against a server that speaks its protocol over a socket.

mod container;
mod double;
mod identities;
mod metadata;
mod profile;
mod web_identity;

use super::chain::Chain;
use super::source::{Found, NoKeys};
use super::surroundings::Surroundings;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

/// Surroundings with these variables; `HOME` is a folder without anything.
fn around(variables: &[(&str, &str)]) -> Surroundings {
    let variables: HashMap<String, String> =
        variables.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    Surroundings::with(Box::new(move |name| match (variables.get(name), name) {
        (Some(value), _) => Some(value.clone()),
        (None, "HOME") => Some("/nonexistent".to_owned()),
        (None, _) => None,
    }))
}

/// A folder of the test's own.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("lambda-credentials-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn key(found: &Found) -> (&str, &str, Option<&str>) {
    let keys = &found.keys;
    (&keys.access_key, keys.secret_key.expose(), keys.session_token.as_ref().map(|token| token.expose()))
}

/// The one reason of a source.
#[track_caller]
fn lack(result: Result<Found, NoKeys>) -> NoKeys {
    match result {
        Ok(found) => panic!("found keys of {}", found.origin),
        Err(lack) => lack,
    }
}

/// One line that names all of these, and no secret.
#[track_caller]
fn names(lack: &NoKeys, parts: &[&str]) {
    let line = lack.to_string();
    assert!(parts.iter().all(|part| line.contains(part)), "{parts:?} in {line}");
    assert!(!line.contains('\n') && !line.contains("hush"), "{line}");
}

#[tokio::test]
async fn variables_give_keys_in_both_spellings() {
    use super::environment::OfEnvironment;
    use super::source::CredentialSource;
    use model::aws::Variables;
    let aws = [("AWS_ACCESS_KEY_ID", "AK"), ("AWS_SECRET_ACCESS_KEY", "hush"), ("AWS_SESSION_TOKEN", "token")];
    let amazon = [("AMAZON_ACCESS_KEY_ID", "AM"), ("AMAZON_SECRET_ACCESS_KEY", "hush")];
    let source = |names, variables: &[(&str, &str)]| OfEnvironment { names, around: Arc::new(around(variables)) };
    assert_eq!(key(&source(Variables::Aws, &aws).fetch().await.unwrap()), ("AK", "hush", Some("token")));
    assert_eq!(key(&source(Variables::Amazon, &amazon).fetch().await.unwrap()), ("AM", "hush", None));
    assert!(lack(source(Variables::Aws, &amazon).fetch().await).absent);
    let half = lack(source(Variables::Aws, &aws[1..2]).fetch().await);
    assert!(!half.absent);
    names(&half, &["environment", "AWS_SECRET_ACCESS_KEY is set", "AWS_ACCESS_KEY_ID is not"]);
    let both = Chain(vec![Box::new(source(Variables::Aws, &amazon)), Box::new(source(Variables::Amazon, &amazon))]);
    assert_eq!(both.fetch(None).await.unwrap().origin, "AMAZON_ACCESS_KEY_ID and AMAZON_SECRET_ACCESS_KEY");
}
