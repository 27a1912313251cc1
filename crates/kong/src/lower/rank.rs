//! Which route wins where several take a request: as the documentation says, and as the default router does it.

use crate::entity::{Entity, Flavor};
use crate::part::Part;
use model::route::Rank;
use serde_json::Value;

/// What of a route decides its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Weights {
    /// How many kinds of things it asks.
    kinds: u32,
    /// It names hosts, and all of them in full.
    plain_hosts: bool,
    headers: u32,
    /// The path is a regular expression.
    regex: bool,
    regex_priority: i64,
    /// Length of the path as a prefix.
    length: u32,
}

impl Weights {
    /// Those of a route with one of its paths.
    pub(super) fn of(route: &Entity, path: Option<&str>) -> Self {
        let part = Part::of(&route.object);
        let some = |name: &str| match part.value(name) {
            Some(Value::Array(items)) => !items.is_empty(),
            Some(Value::Object(members)) => !members.is_empty(),
            _ => false,
        };
        let kinds = ["methods", "hosts", "headers", "paths", "snis", "sources", "destinations"];
        let hosts = part.texts("hosts");
        let regex = path.is_some_and(|path| path.starts_with('~'));
        let length = path.filter(|_| !regex).map_or(0, |path| u32::try_from(path.len()).unwrap_or(u32::MAX));
        Self {
            kinds: kinds.iter().filter(|name| some(name)).count() as u32,
            plain_hosts: !hosts.is_empty() && hosts.iter().all(|host| !host.contains('*')),
            headers: u32::try_from(part.part("headers").members().count().min(255)).unwrap_or(255),
            regex,
            regex_priority: if regex { part.value("regex_priority").and_then(Value::as_i64).unwrap_or(0) } else { 0 },
            length,
        }
    }

    /// The place in the order of a flavor.
    pub(super) fn rank(self, flavor: Flavor) -> Rank {
        match flavor {
            Flavor::Traditional => self.documented(),
            Flavor::Compatible => self.measured(),
            // Routes by attributes beside expressions count like expressions of the priority of the default router.
            Flavor::Expressions => self.measured(),
        }
    }

    /// Kinds, then plain hosts, headers, regular expressions, their priority, and the length of prefixes.
    fn documented(self) -> Rank {
        let first = u64::from(self.kinds) << 32 | u64::from(self.plain_hosts) << 16 | u64::from(self.headers);
        let priority = (self.regex_priority as u64) ^ (1 << 63); // so that negative ones come below
        Rank([first, u64::from(self.regex), priority, u64::from(self.length)])
    }

    /// What Kong 3.0 to 3.10 do: the shifts that were meant for 64 bits work on 32, signed.
    fn measured(self) -> Rank {
        let shifted = |number: u32, by: u32| ((number << (by % 32)) as i32) as i64 as u64;
        let mut priority = shifted(self.kinds, 61) | shifted(self.headers, 52);
        priority |= shifted(self.regex_priority as u32, 19);
        priority |= u64::from(self.length & 0x7_FFFF);
        priority |= u64::from(self.plain_hosts) << 60;
        priority |= u64::from(self.regex) << 51;
        Rank([priority, 0, 0, 0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entity::{Collection, Origin};
    use serde_json::json;

    fn rank(route: Value, flavor: Flavor) -> Rank {
        let Value::Object(object) = route else { panic!("{route}") };
        let path = object.get("paths").and_then(|paths| paths[0].as_str()).map(str::to_owned);
        let entity = Entity { collection: Collection::Routes, object, origin: Origin::default(), stored: false };
        Weights::of(&entity, path.as_deref()).rank(flavor)
    }

    /// The first of two wins by default; whether it does so by the documentation.
    fn check(first: Value, second: Value, documented: bool) {
        let wins = |flavor| rank(first.clone(), flavor) > rank(second.clone(), flavor);
        assert!(wins(Flavor::Compatible), "{first} does not win against {second}");
        assert_eq!(wins(Flavor::Traditional), documented, "{first} against {second}");
    }

    #[test]
    fn the_default_order_is_the_one_that_was_measured() {
        let regex = json!({"paths": ["~/g1"]});
        check(regex.clone(), json!({"methods": ["GET"], "headers": {"x": ["1"]}, "paths": ["/g1/longer"]}), false);
        check(json!({"hosts": ["g2.test"]}), json!({"methods": ["GET"], "paths": ["~/g2"]}), false);
        check(
            json!({"hosts": ["a.g.test"]}),
            json!({"hosts": ["*.g.test"], "methods": ["GET"], "paths": ["/"]}),
            false,
        );
        check(regex, json!({"hosts": ["*.g.test"], "paths": ["/g1"]}), false);
        let four = json!({"methods": ["GET"], "hosts": ["*.g3.test"], "headers": {"x": ["1"]}, "paths": ["/g3"]});
        check(four, json!({"methods": ["GET"], "hosts": ["a.g3.test"], "paths": ["~/g3"]}), true);
    }

    #[test]
    fn both_orders_agree_on_the_common_cases() {
        check(json!({"hosts": ["a"], "paths": ["/a"]}), json!({"methods": ["GET"], "paths": ["/a"]}), true);
        check(json!({"headers": {"x": ["1"]}, "paths": ["/a"]}), json!({"paths": ["/a/longer"]}), true);
        check(json!({"headers": {"x": ["1"], "y": ["1"]}}), json!({"headers": {"x": ["1"]}}), true);
        check(json!({"paths": ["~/a"], "regex_priority": 2}), json!({"paths": ["~/a/b"], "regex_priority": 1}), true);
        check(json!({"paths": ["/a/b"]}), json!({"paths": ["/a"]}), true);
        check(json!({"paths": ["~/a"]}), json!({"paths": ["/a/b/c"]}), true);
    }
}
