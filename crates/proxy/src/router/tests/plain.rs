//! The plain loop: asks every match of every route, with nothing clever. What the router must agree with.

use super::Request;
use model::predicate::{HostPattern, PathPattern, Predicate, Segment, TextPattern};
use model::route::{Rank, Route};
use model::table::PathNormalization;
use policy::path::{ComparablePath, pattern_text};
use std::sync::Arc;

/// Route, match, parameters, bytes of the raw path.
pub(super) type Answer = (usize, usize, Vec<(String, String)>, usize);

pub(super) fn find(routes: &[Arc<Route>], rules: PathNormalization, request: &Request) -> Option<Answer> {
    let path = ComparablePath::of(&request.path, rules);
    let mut best: Option<(Rank, Answer)> = None;
    for (route, one) in routes.iter().enumerate() {
        for (matching, alternative) in one.matches.iter().enumerate() {
            let Some((params, bytes)) = path_holds(&alternative.predicate, &path, rules) else { continue };
            let better = best.as_ref().is_none_or(|(rank, _)| alternative.rank > *rank);
            if better && rest_holds(&alternative.predicate, request) {
                best = Some((alternative.rank, (route, matching, params, path.raw_bytes(bytes))));
            }
        }
    }
    best.map(|(_, answer)| answer)
}

type Covered = (Vec<(String, String)>, usize);

fn path_holds(predicate: &Predicate, whole: &ComparablePath<'_>, rules: PathNormalization) -> Option<Covered> {
    let path = whole.text();
    match &predicate.path {
        None => Some((vec![], 0)),
        Some(PathPattern::Exact(text)) => (pattern_text(text, rules) == path).then(|| (vec![], path.len())),
        Some(PathPattern::Prefix(text)) => {
            let text = pattern_text(text, rules);
            path.starts_with(&text).then(|| (vec![], text.len()))
        }
        Some(PathPattern::Template(template)) => {
            let parts: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
            Some((template_params(&template.segments, &parts, whole, rules)?, path.len()))
        }
        Some(PathPattern::Regex(pattern)) => regex_params(pattern, whole),
    }
}

fn template_params(
    segments: &[Segment],
    parts: &[&str],
    path: &ComparablePath<'_>,
    rules: PathNormalization,
) -> Option<Vec<(String, String)>> {
    match (segments.split_first(), parts.split_first()) {
        (None, None) => Some(vec![]),
        (Some((Segment::Rest(name), _)), Some(_)) => {
            let rest = parts.join("/");
            (!rest.is_empty()).then(|| vec![(name.clone(), path.value(&rest))])
        }
        (Some((Segment::Literal(text), segments)), Some((part, parts))) => {
            (pattern_text(text, rules) == **part).then(|| template_params(segments, parts, path, rules))?
        }
        (Some((Segment::Param(name), segments)), Some((part, parts))) if !part.is_empty() => {
            let mut params = vec![(name.clone(), path.value(part))];
            params.extend(template_params(segments, parts, path, rules)?);
            Some(params)
        }
        _ => None,
    }
}

fn regex_params(pattern: &str, path: &ComparablePath<'_>) -> Option<Covered> {
    let regex = regex::Regex::new(pattern).unwrap();
    let captures = regex.captures(path.text()).filter(|captures| captures.get(0).unwrap().start() == 0)?;
    let named = regex.capture_names().flatten();
    let params = named.filter_map(|name| Some((name.to_owned(), path.value(captures.name(name)?.as_str()))));
    Some((params.collect(), captures.get(0).unwrap().end()))
}

fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn rest_holds(predicate: &Predicate, request: &Request) -> bool {
    let scheme = if request.https { "https" } else { "http" };
    let header = |name: &str| request.headers.get_all(name).iter().map(|v| v.to_str().unwrap().to_owned()).collect();
    let query = |name: &str| {
        let pairs = request.query.iter().flat_map(|query| query.split('&')).filter(|pair| !pair.is_empty());
        let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        pairs.filter(|(one, _)| decoded(one) == *name).map(|(_, value)| decoded(value)).collect()
    };
    (predicate.hosts.is_empty() || predicate.hosts.iter().any(|host| host_holds(host, &request.host)))
        && (predicate.methods.is_empty() || predicate.methods.iter().any(|method| method == request.method.as_str()))
        && (predicate.schemes.is_empty() || predicate.schemes.iter().any(|one| one == scheme))
        && (predicate.clients.is_empty() || predicate.clients.iter().any(|net| net.contains(&request.client)))
        && predicate.headers.iter().all(|one| text_holds(&one.value, header(&one.name)))
        && predicate.query.iter().all(|one| text_holds(&one.value, query(&one.name)))
}

fn host_holds(pattern: &HostPattern, host: &str) -> bool {
    let host = host.to_lowercase();
    let host = host.split(':').next().unwrap().trim_end_matches('.');
    match pattern {
        HostPattern::Exact(name) => host == name,
        HostPattern::Suffix(end) => host.len() > end.len() && host.ends_with(end.as_str()),
        HostPattern::Prefix(start) => host.len() > start.len() && host.starts_with(start.as_str()),
    }
}

fn text_holds(pattern: &TextPattern, values: Vec<String>) -> bool {
    match pattern {
        TextPattern::Present => !values.is_empty(),
        TextPattern::Absent => values.is_empty(),
        TextPattern::OneOf(texts) => values.iter().any(|value| texts.contains(value)),
        TextPattern::Regex(pattern) => values.iter().any(|value| regex::Regex::new(pattern).unwrap().is_match(value)),
    }
}
