//! Which of several answers a client accepts (RFC 9110 12.5.1).

use http::HeaderMap;
use http::header::ACCEPT;

/// The first alternative that the client accepts. Without `Accept` that is the first one.
pub(super) fn choose<'a, T>(headers: &HeaderMap, alternatives: &'a [(String, T)]) -> Option<&'a T> {
    alternatives.iter().find(|(range, _)| accepted(headers, range)).map(|(_, answer)| answer)
}

/// Which of the groups of media types the client wants most: by weight, then by the order of its ranges. `None`
/// where it wants none of them.
pub(super) fn most_wanted<'t>(
    headers: &HeaderMap,
    groups: impl Iterator<Item = &'t [String]> + Clone,
) -> Option<usize> {
    let fields = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let mut best: Option<(f32, usize)> = None;
    for text in fields.flat_map(|field| field.split(',')) {
        let (range, quality) = weighted(text);
        let takes = |types: &[String]| types.iter().any(|media| specificity(range, media).is_some());
        let Some(group) = groups.clone().position(takes) else { continue };
        if quality > best.map_or(0.0, |(quality, _)| quality) {
            best = Some((quality, group));
        }
    }
    best.map(|(_, group)| group)
}

fn accepted(headers: &HeaderMap, offered: &str) -> bool {
    if offered == "*/*" || !headers.contains_key(ACCEPT) {
        return true;
    }
    let fields = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let ranges = fields.flat_map(|field| field.split(',')).map(read_range);
    let matching = ranges.filter_map(|(range, wanted)| Some((specificity(range, offered)?, wanted)));
    // of several that match, the most specific one speaks
    matching.max_by_key(|(specificity, _)| *specificity).is_some_and(|(_, wanted)| wanted)
}

/// A media range and whether it is wanted at all.
fn read_range(text: &str) -> (&str, bool) {
    let (range, quality) = weighted(text);
    (range, quality > 0.0)
}

/// A media range and how much it is wanted; what cannot be read is wanted.
pub(super) fn weighted(text: &str) -> (&str, f32) {
    let mut parts = text.split(';').map(str::trim);
    let range = parts.next().unwrap_or("");
    let quality = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    (range, quality.and_then(|q| q.parse().ok()).unwrap_or(1.0))
}

fn specificity(range: &str, offered: &str) -> Option<u8> {
    let (kind, subkind) = range.split_once('/')?;
    let (offered_kind, offered_subkind) = offered.split(';').next()?.trim().split_once('/')?;
    if kind == "*" {
        return Some(0);
    }
    if !kind.eq_ignore_ascii_case(offered_kind) {
        return None;
    }
    if subkind == "*" || offered_subkind == "*" {
        return Some(1);
    }
    subkind.eq_ignore_ascii_case(offered_subkind).then_some(2)
}
