//! What no scenario may tell: secrets that begin with [`MARK`], and those that configurations have under names of secrets.
//! Whatever a gateway of a scenario says is searched for them when it ends.

use crate::gate::Gate;
use crate::site::Site;
use regex::Regex;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

/// What every marked secret begins with.
pub(crate) const MARK: &str = "hush";

/// Values that stand under a name of secrets, long enough not to be found by chance.
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    let names = "[a-z_-]*(?:secret|passw(?:or)?d|secret[_-]?(?:access[_-]?)?key|session[_-]?token|service[_-]?token)|accountKey|admin[_-]?key";
    Regex::new(&format!(r#"(?i)["']?\b(?:{names})["']?\s*[:=]\s*["']?([^\s"',\]}}{{$\[|>]{{8,}})"#)).unwrap()
});

/// The secrets of one gateway.
pub(crate) struct Kept(BTreeSet<String>);

impl Kept {
    /// Those in the files of a folder, in arguments, and in variables of the environment.
    pub(crate) fn of(site: &Site, variables: &[(&str, &str)]) -> Self {
        let mut found = BTreeSet::from([MARK.to_owned()]);
        read(site.path(), &mut found);
        for (name, value) in variables {
            collect(&format!("{name}={value}"), &mut found);
        }
        Self(found)
    }

    /// The lines in which one of them stands, in any letters.
    pub(crate) fn told_in<'a>(&self, said: &'a str) -> Vec<&'a str> {
        let secrets: Vec<String> = self.0.iter().map(|secret| secret.to_lowercase()).collect();
        let tells = |line: &&str| {
            let line = line.to_lowercase();
            secrets.iter().any(|secret| line.contains(secret))
        };
        said.lines().filter(tells).collect()
    }
}

/// Of a folder with a configuration; code of functions is no configuration.
fn read(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().map_while(Result::ok) {
        let path = entry.path();
        if path.is_dir() {
            if !path.ends_with("functions") {
                read(&path, found);
            }
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            collect(&text, found);
        }
    }
}

fn collect(text: &str, found: &mut BTreeSet<String>) {
    found.extend(NAMED.captures_iter(text).map(|captures| captures[1].to_owned()));
}

#[test]
fn a_gateway_that_tells_a_secret_is_caught() {
    let config = "listen: 127.0.0.1:0\nroutes: [{match: {path: {prefix: /}}, respond: 204}]\n";
    for (path, caught) in [("/", false), ("/hush-hush", true)] {
        let site = Site::new(config);
        let gate = Gate::start(&site, &["run", "."]);
        gate.get(path);
        let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(gate)));
        assert_eq!(ended.is_err(), caught, "{path}");
    }
}

#[test]
fn names_of_secrets_lead_to_their_values() {
    for (text, expected) in [
        (r#"{"aws_secret":"mock-secret","name":"x"}"#, Some("mock-secret")),
        ("redis_password: open-sesame,", Some("open-sesame")),
        ("secretkey: 'a+b/c=defg'", Some("a+b/c=defg")),
        ("AWS_SECRET_ACCESS_KEY=whatever-it-is", Some("whatever-it-is")),
        ("password: ${FROM_ENVIRONMENT}", None),
        ("secret: short", None),
        ("hide_secret: 1", None),
    ] {
        let mut found = BTreeSet::new();
        collect(text, &mut found);
        assert_eq!(found.first().map(String::as_str), expected, "{text}");
    }
}
