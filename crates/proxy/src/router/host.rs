//! The first half of the index: which path indices a host may use.

use super::path::{PathIndex, Planting};
use model::predicate::{HostPattern, PathPattern};
use model::table::PathNormalization;
use policy::predicate::comparable_host as comparable;
use std::collections::HashMap;

/// Longer names are no names of hosts (RFC 1035 allows 253 characters): only routes without host take them, so that
/// nobody can make the gateway look up thousands of labels.
const LONGEST: usize = 255;

/// Path indices by host, ready for lookup.
pub(super) type HostIndex = Hosts<PathIndex>;

/// Something for each host pattern.
#[derive(Default)]
pub(super) struct Hosts<T> {
    any: T,
    exact: HashMap<Box<str>, T>,
    /// `*.example.com` as `.example.com`.
    suffixes: HashMap<Box<str>, T>,
    /// `example.*` as `example.`.
    prefixes: HashMap<Box<str>, T>,
}

impl Hosts<Planting> {
    /// Places must come in ascending order.
    pub(super) fn insert(
        &mut self,
        hosts: &[HostPattern],
        path: Option<&PathPattern>,
        rules: PathNormalization,
        place: u32,
    ) {
        if hosts.is_empty() {
            self.any.insert(path, rules, place);
        }
        for host in hosts {
            self.of_pattern(host).insert(path, rules, place);
        }
    }

    fn of_pattern(&mut self, host: &HostPattern) -> &mut Planting {
        let (map, key) = match host {
            HostPattern::Exact(name) => (&mut self.exact, comparable(name).into_owned()),
            HostPattern::Suffix(name) => {
                let name = comparable(name);
                (&mut self.suffixes, format!(".{}", name.strip_prefix('.').unwrap_or(&name)))
            }
            HostPattern::Prefix(name) => {
                let name = comparable(name); // which takes the dot off
                (&mut self.prefixes, format!("{name}."))
            }
        };
        map.entry(key.into()).or_default()
    }

    /// Lays it out for lookup.
    pub(super) fn lay(self) -> HostIndex {
        let lay = |map: HashMap<Box<str>, Planting>| map.into_iter().map(|(host, path)| (host, path.lay())).collect();
        let Self { any, exact, suffixes, prefixes } = self;
        HostIndex { any: any.lay(), exact: lay(exact), suffixes: lay(suffixes), prefixes: lay(prefixes) }
    }
}

impl HostIndex {
    /// Visits all path indices whose host pattern takes this host.
    pub(super) fn each<'a>(&'a self, host: &str, mut visit: impl FnMut(&'a PathIndex)) {
        visit(&self.any);
        let any_only = self.exact.is_empty() && self.suffixes.is_empty() && self.prefixes.is_empty();
        if any_only || host.len() > LONGEST {
            return;
        }
        let host = &*comparable(host);
        self.exact.get(host).into_iter().for_each(&mut visit);
        if self.suffixes.is_empty() && self.prefixes.is_empty() {
            return;
        }
        for dot in memchr::memchr_iter(b'.', host.as_bytes()) {
            if dot > 0 {
                self.suffixes.get(&host[dot..]).into_iter().for_each(&mut visit);
            }
            if dot + 1 < host.len() {
                self.prefixes.get(&host[..=dot]).into_iter().for_each(&mut visit);
            }
        }
    }
}
