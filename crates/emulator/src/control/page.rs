//! A part of a list: `MaxItems` from `Marker` on.

use crate::refusal::Refusal;
use percent_encoding::percent_decode_str;

/// What a list has when nobody says how much, and what it has at most.
const USUAL: usize = 50;
const MOST: usize = 10_000;

/// A part of a list.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Page<T> {
    pub(super) items: Vec<T>,
    /// `Marker` of the next part.
    pub(super) next: Option<String>,
}

impl<T> Page<T> {
    /// The part of `all` that the query asks for. A marker is the name of the first that is wanted.
    pub(super) fn of(mut all: Vec<T>, query: Option<&str>, name: impl Fn(&T) -> &str) -> Result<Self, Refusal> {
        let most = match argument(query, "MaxItems") {
            None => USUAL,
            Some(text) => number(&text)?,
        };
        let begin =
            argument(query, "Marker").map_or(Some(0), |marker| all.iter().position(|item| name(item) == marker));
        // The one that was next may be gone by now.
        let begin = begin.ok_or(Refusal::InvalidParameter("Invalid Marker"))?;
        let mut items = all.split_off(begin);
        let rest = items.split_off(most.min(items.len()));
        Ok(Self { next: rest.first().map(|item| name(item).to_owned()), items })
    }
}

fn number(text: &str) -> Result<usize, Refusal> {
    text.parse().ok().filter(|number| (1..=MOST).contains(number)).ok_or_else(|| Refusal::Validation {
        place: "maxItems",
        value: text.to_owned(),
        constraint: "Member must have value between 1 and 10000",
    })
}

fn argument(query: Option<&str>, name: &str) -> Option<String> {
    let value = query?.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?;
    Some(percent_decode_str(value).decode_utf8_lossy().into_owned()).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_part_by_part() {
        check(None, Some((&["a", "b", "c"], None)));
        check(Some("MaxItems=2"), Some((&["a", "b"], Some("c"))));
        check(Some("Marker=c&MaxItems=2"), Some((&["c"], None)));
        check(Some("Marker=%62&MaxItems=1"), Some((&["b"], Some("c"))));
        check(Some("MaxItems=3&Marker="), Some((&["a", "b", "c"], None)));
        check(Some("MaxItems=0"), None);
        check(Some("MaxItems=x"), None);
        check(Some("Marker=d"), None);
    }

    fn check(query: Option<&str>, expected: Option<(&[&str], Option<&str>)>) {
        let page = Page::of(vec!["a", "b", "c"], query, |item| item).ok();
        let page = page.as_ref().map(|page| (&page.items[..], page.next.as_deref()));
        assert_eq!(page, expected, "{query:?}");
    }
}
