//! Where the default router and the documentation would choose different routes.

use super::rank::Weights;
use crate::entity::{Collection, Entity, Flavor};
use crate::part::Part;
use crate::read::{Entities, Notes};
use crate::settings::Settings;
use dialect::Faith;
use std::collections::BTreeSet;

/// The most routes that are compared with each other.
const MOST: usize = 2000;

/// Remarks on routes that win by default and would lose by the documentation.
pub(super) fn remark(entities: &Entities, settings: &Settings, notes: &mut Notes) {
    let routes = entities.of(Collection::Routes);
    if settings.flavor != Flavor::Compatible || routes.len() > MOST {
        return;
    }
    let sides: Vec<Side<'_>> = routes.iter().flat_map(Side::all).collect();
    let mut told = BTreeSet::new();
    for (at, one) in sides.iter().enumerate() {
        for other in &sides[at + 1..] {
            if one.route.id() != other.route.id() && one.disagrees(other) && one.meets(other) {
                let (winner, loser) = if one.default > other.default { (one, other) } else { (other, one) };
                if told.insert((winner.route.id(), loser.route.id())) {
                    tell(winner.route, loser.route, notes);
                }
            }
        }
    }
}

fn tell(winner: &Entity, loser: &Entity, notes: &mut Notes) {
    let message = format!(
        "where both take a request, the route {:?} wins against {:?}, as in Kong 3; by Kong's documentation, and with \
         router_flavor = traditional, it is the other way round",
        winner.label(),
        loser.label()
    );
    notes.say(Faith::Exact, winner, "", message);
}

/// One path of a route with its places in both orders.
struct Side<'a> {
    route: &'a Entity,
    path: Option<String>,
    default: model::route::Rank,
    documented: model::route::Rank,
}

impl<'a> Side<'a> {
    fn all(route: &'a Entity) -> Vec<Self> {
        let paths = Part::of(&route.object).texts("paths");
        let paths: Vec<Option<String>> =
            if paths.is_empty() { vec![None] } else { paths.into_iter().map(Some).collect() };
        let side = |path: Option<String>| {
            let weights = Weights::of(route, path.as_deref());
            Self {
                route,
                path,
                default: weights.rank(Flavor::Compatible),
                documented: weights.rank(Flavor::Traditional),
            }
        };
        paths.into_iter().map(side).collect()
    }

    fn disagrees(&self, other: &Self) -> bool {
        self.default.cmp(&other.default) != self.documented.cmp(&other.documented)
    }

    /// Whether some request may be taken by both; where regular expressions meet, nobody knows, so it may.
    fn meets(&self, other: &Self) -> bool {
        let (one, two) = (Part::of(&self.route.object), Part::of(&other.route.object));
        let methods = (one.texts("methods"), two.texts("methods"));
        let shared =
            methods.0.is_empty() || methods.1.is_empty() || methods.0.iter().any(|one| methods.1.contains(one));
        shared
            && hosts_meet(&one.texts("hosts"), &two.texts("hosts"))
            && paths_meet(self.path.as_deref(), other.path.as_deref())
    }
}

fn hosts_meet(one: &[String], two: &[String]) -> bool {
    let pair = |a: &String, b: &String| {
        let fits = |wild: &str, host: &str| match (wild.strip_prefix('*'), wild.strip_suffix('*')) {
            (Some(end), _) => host.ends_with(end) || host.contains('*'),
            (None, Some(start)) => host.starts_with(start) || host.contains('*'),
            (None, None) => wild.eq_ignore_ascii_case(host),
        };
        fits(a, b) || fits(b, a)
    };
    one.is_empty() || two.is_empty() || one.iter().any(|a| two.iter().any(|b| pair(a, b)))
}

fn paths_meet(one: Option<&str>, two: Option<&str>) -> bool {
    let (Some(one), Some(two)) = (one, two) else { return true };
    let fixed = |path: &str| {
        // what stands before the first sign of a regular expression must be there
        let pattern = path.strip_prefix('~');
        let end =
            pattern.map_or(path.len(), |text| text.find(|c: char| "\\.[](){}*+?|^$".contains(c)).unwrap_or(text.len()));
        pattern.unwrap_or(path)[..end].to_owned()
    };
    let (one, two) = (fixed(one), fixed(two));
    one.starts_with(&two) || two.starts_with(&one)
}
