//! What a path of the Admin API names.

use crate::document::Place;
use crate::entity::Kind;

/// What stands before every path.
const ROOT: &str = "/apisix/admin/";

/// What a path names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Spot {
    /// Objects, or one of them.
    Objects(Target),
    /// `/plugins…`, with what follows.
    Plugins(String),
    /// `/schema…`, with what follows.
    Schema(String),
    /// A whole configuration.
    Configs,
    /// The trial of a whole configuration.
    Validate,
    /// A kind of object that there is not.
    Unknown(String),
}

/// Objects of one kind, one of them, or a part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    /// Their kind.
    pub(super) kind: Kind,
    /// The consumer of credentials, the manager of secrets.
    pub(super) parent: Option<String>,
    /// The id of one.
    pub(super) id: Option<String>,
    /// The path to a member of it.
    pub(super) below: Option<String>,
}

impl Spot {
    /// What a decoded path names.
    pub(super) fn find(path: &str) -> Option<Self> {
        let rest = path.strip_prefix(ROOT)?;
        let (first, rest) = rest.split_once('/').unwrap_or((rest, ""));
        Some(match (first, rest.trim_end_matches('/')) {
            ("plugins", rest) => Self::Plugins(rest.to_owned()),
            ("schema", rest) => Self::Schema(rest.to_owned()),
            ("configs", "") => Self::Configs,
            ("configs", "validate") => Self::Validate,
            (kind, rest) => match Kind::named(kind) {
                Some(Kind::Credentials) | None => Self::Unknown(kind.to_owned()),
                Some(kind) => Self::Objects(Target::of(kind, rest)),
            },
        })
    }
}

impl Target {
    fn of(kind: Kind, rest: &str) -> Self {
        let part = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let mut parts = rest.splitn(3, '/');
        let (first, second, third) =
            (parts.next().unwrap_or_default(), parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        if kind == Kind::Consumers && second == "credentials" {
            let (id, below) = third.split_once('/').unwrap_or((third, ""));
            return Self { kind: Kind::Credentials, parent: part(first), id: part(id), below: part(below) };
        }
        if kind == Kind::Secrets {
            return Self { kind, parent: part(first), id: part(second), below: part(third) };
        }
        let below = rest.split_once('/').and_then(|(_, below)| part(below));
        Self { kind, parent: None, id: part(first), below }
    }

    /// The object of this id.
    pub(super) fn place(&self, id: &str) -> Place {
        Place { kind: self.kind, parent: self.parent.clone(), id: id.to_owned() }
    }

    /// What messages call an object of this kind.
    pub(super) fn name(&self) -> String {
        self.kind.singular().replace('_', " ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_name_objects_and_parts_of_them() {
        let objects = |kind, parent: Option<&str>, id: Option<&str>, below: Option<&str>| {
            let owned = |text: Option<&str>| text.map(str::to_owned);
            Some(Spot::Objects(Target { kind, parent: owned(parent), id: owned(id), below: owned(below) }))
        };
        let cases = [
            ("/apisix/admin/routes", objects(Kind::Routes, None, None, None)),
            ("/apisix/admin/routes/", objects(Kind::Routes, None, None, None)),
            ("/apisix/admin/routes/1", objects(Kind::Routes, None, Some("1"), None)),
            ("/apisix/admin/routes/1/a/b", objects(Kind::Routes, None, Some("1"), Some("a/b"))),
            ("/apisix/admin/consumers/j", objects(Kind::Consumers, None, Some("j"), None)),
            ("/apisix/admin/consumers/j/credentials", objects(Kind::Credentials, Some("j"), None, None)),
            ("/apisix/admin/consumers/j/credentials/c", objects(Kind::Credentials, Some("j"), Some("c"), None)),
            ("/apisix/admin/secrets/vault/1/uri", objects(Kind::Secrets, Some("vault"), Some("1"), Some("uri"))),
            ("/apisix/admin/credentials", Some(Spot::Unknown("credentials".to_owned()))),
            ("/apisix/admin/schema/plugins/cors", Some(Spot::Schema("plugins/cors".to_owned()))),
            ("/apisix/admin/configs/validate", Some(Spot::Validate)),
            ("/apisix/other", None),
        ];
        for (path, expected) in cases {
            assert_eq!(Spot::find(path), expected, "{path}");
        }
    }
}
