//! Which place of the Admin API a path names, and what may be asked of it. Places of entities come from the table of
//! collections: none is written twice.

use crate::entity::Collection;
use percent_encoding::percent_decode_str;

/// A place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Root,
    Status,
    Endpoints,
    Metrics,
    PluginsEnabled,
    Config,
    Tags,
    Tag(String),
    Schema(String),
    PluginSchema(String),
    Validate(String),
    /// `/services`.
    All(Collection),
    /// `/services/NAME`.
    One(Collection, String),
    /// `/services/NAME/routes`.
    Children(Family),
    /// `/services/NAME/routes/NAME`.
    Child(Family, String),
    /// `/routes/NAME/service`.
    Parent(Family),
    /// `/upstreams/NAME/health`.
    Health(String),
    Apis,
    Api(String),
    ApiPlugins(String),
    ApiPlugin(String, String),
}

/// An entity and those around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Family {
    /// The one that is named first.
    pub(super) of: Collection,
    /// Its id or name.
    pub(super) key: String,
    /// The other ones.
    pub(super) other: Collection,
    /// The child's member that names the parent.
    pub(super) member: &'static str,
}

/// A collection's name among paths.
fn name(collection: Collection) -> &'static str {
    match collection {
        Collection::KeyauthCredentials => "key-auths",
        Collection::BasicauthCredentials => "basic-auths",
        Collection::JwtSecrets => "jwts",
        Collection::HmacauthCredentials => "hmac-auths",
        other => other.name(),
    }
}

/// The same inside a parent.
fn nested(collection: Collection) -> &'static str {
    match collection {
        Collection::KeyauthCredentials => "key-auth",
        Collection::BasicauthCredentials => "basic-auth",
        Collection::JwtSecrets => "jwt",
        Collection::HmacauthCredentials => "hmac-auth",
        other => other.name(),
    }
}

/// Where lists of a collection go on.
pub(super) fn path(collection: Collection) -> String {
    format!("/{}", name(collection))
}

/// Where lists of children go on.
pub(super) fn child_path(parent: Collection, id: &str, child: Collection) -> String {
    format!("/{}/{id}/{}", name(parent), nested(child))
}

fn named(segment: &str) -> Option<Collection> {
    Collection::ALL.iter().copied().find(|collection| name(*collection) == segment)
}

/// Children of a collection by their name there: all that name it, also those that cannot stand inside it in files.
fn child(parent: Collection, segment: &str) -> Option<(Collection, &'static str)> {
    let all = Collection::ALL.iter().copied().filter(|child| nested(*child) == segment);
    all.into_iter().find_map(|child| {
        let (member, _) = child.foreign().iter().find(|(_, of)| *of == parent)?;
        Some((child, *member))
    })
}

/// The place of a path; a slash at its end changes nothing.
pub(super) fn find(path: &str) -> Option<Place> {
    let path = path.strip_prefix('/')?;
    let path = path.strip_suffix('/').unwrap_or(path);
    if path.is_empty() {
        return Some(Place::Root);
    }
    let decoded = path.split('/').map(|segment| percent_decode_str(segment).decode_utf8().ok().map(String::from));
    let segments: Vec<String> = decoded.collect::<Option<_>>()?;
    if segments.iter().any(String::is_empty) {
        return None;
    }
    let words: Vec<&str> = segments.iter().map(String::as_str).collect();
    fixed(&words).or_else(|| of_entities(&words))
}

fn fixed(words: &[&str]) -> Option<Place> {
    Some(match words {
        ["status"] => Place::Status,
        ["endpoints"] => Place::Endpoints,
        ["metrics"] => Place::Metrics,
        ["plugins", "enabled"] => Place::PluginsEnabled,
        ["config"] => Place::Config,
        ["tags"] => Place::Tags,
        ["tags", tag] => Place::Tag((*tag).to_owned()),
        ["schemas", "plugins", "validate"] => Place::Validate("plugins".to_owned()),
        ["schemas", "plugins", name] => Place::PluginSchema((*name).to_owned()),
        ["schemas", name] => Place::Schema((*name).to_owned()),
        ["schemas", name, "validate"] => Place::Validate((*name).to_owned()),
        ["upstreams", key, "health"] => Place::Health((*key).to_owned()),
        ["apis"] => Place::Apis,
        ["apis", key] => Place::Api((*key).to_owned()),
        ["apis", key, "plugins"] => Place::ApiPlugins((*key).to_owned()),
        ["apis", key, "plugins", id] => Place::ApiPlugin((*key).to_owned(), (*id).to_owned()),
        _ => return None,
    })
}

fn of_entities(words: &[&str]) -> Option<Place> {
    let of = named(words.first()?)?;
    let family = |key: &str, other, member| Family { of, key: key.to_owned(), other, member };
    Some(match words {
        [_] => Place::All(of),
        [_, key] => Place::One(of, (*key).to_owned()),
        [_, key, segment] => match of.foreign().iter().find(|(member, _)| member == segment) {
            Some((member, parent)) => Place::Parent(family(key, *parent, member)),
            None => {
                // `/upstreams/NAME/targets/all` is the same list
                let (other, member) = child(of, segment)?;
                Place::Children(family(key, other, member))
            }
        },
        ["upstreams", key, "targets", "all"] => Place::Children(family(key, Collection::Targets, "upstream")),
        [_, key, segment, one] => {
            let (other, member) = child(of, segment)?;
            Place::Child(family(key, other, member), (*one).to_owned())
        }
        _ => return None,
    })
}

impl Place {
    /// What may be asked of it, besides OPTIONS and HEAD.
    pub(super) fn methods(&self) -> &'static [&'static str] {
        match self {
            Self::Root
            | Self::Status
            | Self::Endpoints
            | Self::Metrics
            | Self::PluginsEnabled
            | Self::Tags
            | Self::Tag(_)
            | Self::Schema(_)
            | Self::PluginSchema(_)
            | Self::Health(_) => &["GET"],
            Self::Validate(_) => &["POST"],
            Self::Config | Self::All(_) | Self::Children(_) => &["GET", "POST"],
            // the parent that an entity names is not deleted this way: it is said which method it is
            Self::One(..) | Self::Child(..) => &["GET", "PUT", "PATCH", "DELETE"],
            Self::Parent(_) => &["GET", "PUT", "PATCH"],
            Self::Apis | Self::ApiPlugins(_) => &["GET", "POST", "PUT"],
            Self::Api(_) | Self::ApiPlugin(..) => &["GET", "PATCH", "DELETE"],
        }
    }
}

/// All places, as `/endpoints` shows them.
pub(super) fn all() -> Vec<String> {
    const FIXED: [&str; 13] = [
        "/",
        "/status",
        "/endpoints",
        "/metrics",
        "/config",
        "/tags",
        "/tags/{tags}",
        "/plugins/enabled",
        "/schemas/{name}",
        "/schemas/{db_entity_name}/validate",
        "/schemas/plugins/{name}",
        "/schemas/plugins/validate",
        "/upstreams/{upstreams}/health",
    ];
    let mut all: Vec<String> = FIXED.iter().map(|path| (*path).to_owned()).collect();
    for collection in Collection::ALL {
        let own = format!("/{0}/{{{1}}}", name(*collection), collection.name());
        all.push(path(*collection));
        for (member, parent) in collection.foreign() {
            all.push(format!("{own}/{member}"));
            let there = format!("/{0}/{{{1}}}/{2}", name(*parent), parent.name(), nested(*collection));
            all.push(format!("{there}/{{{}}}", collection.name()));
            all.push(there);
        }
        all.push(own);
    }
    all.sort_by_key(|path| path.replace('/', "\0"));
    all.dedup();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_name_places() {
        let family = |of, key: &str, other, member| Family { of, key: key.to_owned(), other, member };
        let cases = [
            ("/", Some(Place::Root)),
            ("/services", Some(Place::All(Collection::Services))),
            ("/services/", Some(Place::All(Collection::Services))),
            ("/services//", None),
            ("//services", None),
            ("/services/a%20b", Some(Place::One(Collection::Services, "a b".to_owned()))),
            ("/plugins/enabled", Some(Place::PluginsEnabled)),
            ("/key-auths", Some(Place::All(Collection::KeyauthCredentials))),
            ("/keyauth_credentials", None),
            (
                "/consumers/c/key-auth",
                Some(Place::Children(family(Collection::Consumers, "c", Collection::KeyauthCredentials, "consumer"))),
            ),
            (
                "/services/s/routes/r",
                Some(Place::Child(family(Collection::Services, "s", Collection::Routes, "service"), "r".to_owned())),
            ),
            (
                "/routes/r/service",
                Some(Place::Parent(family(Collection::Routes, "r", Collection::Services, "service"))),
            ),
            (
                "/upstreams/u/targets/all",
                Some(Place::Children(family(Collection::Upstreams, "u", Collection::Targets, "upstream"))),
            ),
            ("/workspaces", None),
            ("/services/s/consumers", None),
            ("/status/ready", None),
        ];
        for (path, expected) in cases {
            assert_eq!(find(path), expected, "{path}");
        }
    }
}
