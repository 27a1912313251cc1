//! Which of several matches wins: the priority written, then the more specific host, then the more specific path, then
//! the number of further conditions.

use model::predicate::{HostPattern, PathPattern, PathTemplate, Predicate, Segment};
use model::route::Rank;

/// What the priority 0 is in a rank, so that negative ones fit below.
const MIDDLE: i128 = 1 << 63;

/// The rank of a match.
pub(crate) fn rank(predicate: &Predicate, priority: i64) -> Rank {
    // Every i64 fits when moved up by half of the range.
    let priority = (MIDDLE + i128::from(priority)) as u64;
    Rank([priority, hosts(&predicate.hosts), path(predicate.path.as_ref()), others(predicate)])
}

/// The priority that a rank was given.
pub(crate) fn priority(rank: Rank) -> i64 {
    (i128::from(rank.0[0]) - MIDDLE) as i64
}

/// Several hosts count as the least specific of them, or a wildcard would borrow its neighbour's rank.
fn hosts(hosts: &[HostPattern]) -> u64 {
    let one = |host: &HostPattern| match host {
        HostPattern::Exact(_) => class(3, 0),
        HostPattern::Suffix(name) => class(2, name.len()),
        HostPattern::Prefix(name) => class(1, name.len()),
    };
    hosts.iter().map(one).min().unwrap_or(0)
}

fn path(path: Option<&PathPattern>) -> u64 {
    match path {
        Some(PathPattern::Exact(_)) => class(4, 0),
        Some(PathPattern::Template(template)) => class(3, 0) | segments(template),
        Some(PathPattern::Regex(_)) => class(2, 0),
        Some(PathPattern::Prefix(text)) => class(1, text.len()),
        None => 0,
    }
}

/// Segment by segment, two bits each: a literal above a parameter above the rest above the end. The bits hold the
/// first 28 segments; templates that differ only later rank equally.
fn segments(template: &PathTemplate) -> u64 {
    let weight = |segment: &Segment| match segment {
        Segment::Literal(_) => 3,
        Segment::Param(_) => 2,
        Segment::Rest(_) => 1,
    };
    template.segments.iter().take(28).enumerate().map(|(at, segment)| weight(segment) << (54 - 2 * at)).sum()
}

/// A class in the upper 8 bits, and a length within it.
fn class(class: u64, length: usize) -> u64 {
    (class << 56) | (length as u64).min((1 << 56) - 1)
}

fn others(predicate: &Predicate) -> u64 {
    let lists = [!predicate.methods.is_empty(), !predicate.schemes.is_empty(), !predicate.clients.is_empty()];
    let lists = lists.into_iter().filter(|there| *there).count();
    (lists + predicate.headers.len() + predicate.query.len()) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(host: &str, path: &str) -> Rank {
        let host = match host {
            "" => None,
            host if host.starts_with('*') => Some(HostPattern::Suffix(host[1..].to_owned())),
            host => Some(HostPattern::Exact(host.to_owned())),
        };
        let path = match path.split_once(' ') {
            Some(("prefix", text)) => Some(PathPattern::Prefix(text.into())),
            Some(("regex", text)) => Some(PathPattern::Regex(text.into())),
            _ if path.is_empty() => None,
            _ if path.contains('{') => Some(PathPattern::Template(PathTemplate::parse(path).unwrap())),
            _ => Some(PathPattern::Exact(path.into())),
        };
        rank(&Predicate { hosts: host.into_iter().collect(), path, ..Predicate::default() }, 0)
    }

    #[test]
    fn the_more_specific_wins() {
        let falling = [
            ("a.example.com", ""),
            ("*.a.example.com", "/x"),
            ("*.example.com", "/x"),
            ("*.example.com", ""),
            ("", "/users/me"),
            ("", "/users/{id}/files"),
            ("", "/users/{id}/{file}"),
            ("", "/users/{id}/{rest+}"),
            ("", "/users/{id}"),
            ("", "/users/{rest+}"),
            ("", "/{any}/me"),
            ("", "regex /u.*"),
            ("", "prefix /users"),
            ("", "prefix /"),
            ("", ""),
        ];
        for pair in falling.windows(2) {
            let [a, b] = [pair[0], pair[1]];
            assert!(of(a.0, a.1) > of(b.0, b.1), "{a:?} must stand above {b:?}");
        }
    }

    #[test]
    fn priority_stands_above_all_and_is_read_back() {
        let plain = Predicate::default();
        for number in [i64::MIN, -1, 0, 1, i64::MAX] {
            assert_eq!(priority(rank(&plain, number)), number);
        }
        assert!(rank(&plain, 1) > of("a.example.com", "/x"));
        assert!(rank(&plain, -1) < of("", ""));
    }

    #[test]
    fn further_conditions_break_ties() {
        let methods = Predicate { methods: vec!["GET".into()], ..Predicate::default() };
        assert!(rank(&methods, 0) > rank(&Predicate::default(), 0));
    }
}
