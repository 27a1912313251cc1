//! Which plugins run on a route: its own before those of its plugin config, these before those of its service; each
//! configuration as a whole.

use super::conf::{Conf, steps};
use super::judged::Judged;
use super::objects::Item;
use super::{Lowering, Said, name};
use crate::entity::Kind;
use dialect::Faith;
use model::call::UrlPath;
use model::chain::{Overlay, Step, Who};
use model::id::{ConsumerId, GroupId};
use std::collections::BTreeMap;

/// What plugins of a route are taken from, the most specific first.
pub(super) type Sources<'a> = Vec<(u8, &'a Item)>;

/// How specific the places of a plugin are.
pub(super) const ROUTE: u8 = 3;
pub(super) const PLUGIN_CONFIG: u8 = 2;
pub(super) const SERVICE: u8 = 1;
const GROUP: u8 = 4;
const CONSUMER: u8 = 5;

/// The steps of a route.
pub(super) fn of_route(
    sources: &Sources<'_>,
    url_path: &UrlPath,
    at: &Lowering<'_>,
    consumers: &mut dyn FnMut(&str) -> bool,
    said: &mut Vec<Said>,
) -> Vec<Step> {
    let mut taken: Vec<&str> = Vec::new();
    let mut found = Vec::new();
    for (precedence, item) in sources {
        for (name, conf) in item.judged.plugins() {
            if taken.contains(&name.as_str()) {
                continue;
            }
            taken.push(name);
            let (counter, url_path) = (counter(&item.judged), url_path.clone());
            let conf = Conf { name, conf, precedence: *precedence, global: false, counter: &counter, url_path };
            found.extend(told(item, said, |remarks| steps(conf, at, consumers, remarks)));
        }
    }
    found
}

/// The steps around all routes. A plugin that two global rules have runs in neither.
pub(super) fn global(at: &Lowering<'_>, said: &mut Vec<Said>) -> Vec<Step> {
    let rules = at.objects.of_kind(Kind::GlobalRules);
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for (name, _) in rules.iter().flat_map(|rule| rule.judged.plugins()) {
        *times.entry(name).or_default() += 1;
    }
    let mut found = Vec::new();
    for item in rules {
        for (name, conf) in item.judged.plugins() {
            if times.get(name.as_str()).is_some_and(|times| *times > 1) {
                let message =
                    format!("several global rules have the plugin {name}: as in the original it runs in none");
                let remark = super::Remark::new(Faith::Exact, format!("plugins.{name}"), message);
                said.push((Some(item.origin()), remark));
                continue;
            }
            let counter = counter(&item.judged);
            let conf = Conf { name, conf, precedence: 0, global: true, counter: &counter, url_path: UrlPath::Fixed };
            found.extend(told(item, said, |remarks| steps(conf, at, &mut exists(at), remarks)));
        }
    }
    found
}

/// What consumers and their groups bring; plugins that authenticate are their credentials.
pub(super) fn overlays(at: &Lowering<'_>, said: &mut Vec<Said>) -> Vec<Overlay> {
    let mut found = Vec::new();
    for (kind, precedence) in [(Kind::ConsumerGroups, GROUP), (Kind::Consumers, CONSUMER)] {
        for item in at.objects.of_kind(kind) {
            let id = &item.judged.place.id;
            let who = match kind {
                Kind::Consumers => Who::Consumer(ConsumerId::new(name("consumer", id))),
                _ => Who::Group(GroupId::new(name("group", id))),
            };
            let mut all = Vec::new();
            for (name, conf) in item.judged.plugins().filter(|(name, _)| is_no_credential(kind, name)) {
                let counter = counter(&item.judged);
                let conf = Conf { name, conf, precedence, global: false, counter: &counter, url_path: UrlPath::Fixed };
                all.extend(told(item, said, |remarks| steps(conf, at, &mut exists(at), remarks)));
            }
            if !all.is_empty() {
                found.push(Overlay { who, routes: None, steps: all });
            }
        }
    }
    found
}

fn is_no_credential(kind: Kind, name: &str) -> bool {
    let authenticates = crate::plugin::Plugin::named(name).is_some_and(crate::plugin::Plugin::authenticates);
    // what a plugin that is not there would have proved, nobody can prove
    let foreign = ["hmac-auth", "ldap-auth", "wolf-rbac", "jwe-decrypt", "openid-connect"].contains(&name);
    kind != Kind::Consumers || !(authenticates || foreign)
}

/// Whether there is a consumer of a name.
fn exists<'a>(at: &'a Lowering<'_>) -> impl FnMut(&str) -> bool + 'a {
    |name| at.objects.get(Kind::Consumers, name).is_some()
}

/// Runs something and keeps its remarks as remarks on an object.
fn told<T>(item: &Item, said: &mut Vec<Said>, run: impl FnOnce(&mut Vec<super::Remark>) -> T) -> T {
    let mut remarks = Vec::new();
    let made = run(&mut remarks);
    said.extend(remarks.into_iter().map(|remark| (Some(item.origin()), remark)));
    made
}

fn counter(judged: &Judged) -> String {
    judged.place.to_string()
}
