//! Which of several answers a client accepts (RFC 9110 12.5.1).

use http::HeaderMap;
use http::header::ACCEPT;

/// The first alternative that the client accepts. Without `Accept` that is the first one.
pub(super) fn choose<'a, T>(headers: &HeaderMap, alternatives: &'a [(String, T)]) -> Option<&'a T> {
    alternatives.iter().find(|(range, _)| accepted(headers, range)).map(|(_, answer)| answer)
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
    let mut parts = text.split(';').map(str::trim);
    let range = parts.next().unwrap_or("");
    let quality = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    let refused = quality.is_some_and(|q| q.parse::<f32>().is_ok_and(|q| q <= 0.0));
    (range, !refused)
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
