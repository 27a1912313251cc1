//! The functions of XPath 1.0.

use super::failed;
use super::walk::{Found, Item, Place};
use crate::error::Error;
use crate::limits::Budget;

/// Names, with the fewest and the most arguments.
const NAMES: [(&str, usize, usize); 27] = [
    ("last", 0, 0),
    ("position", 0, 0),
    ("count", 1, 1),
    ("local-name", 0, 1),
    ("namespace-uri", 0, 1),
    ("name", 0, 1),
    ("string", 0, 1),
    ("concat", 2, usize::MAX),
    ("starts-with", 2, 2),
    ("contains", 2, 2),
    ("substring-before", 2, 2),
    ("substring-after", 2, 2),
    ("substring", 2, 3),
    ("string-length", 0, 1),
    ("normalize-space", 0, 1),
    ("translate", 3, 3),
    ("boolean", 1, 1),
    ("not", 1, 1),
    ("true", 0, 0),
    ("false", 0, 0),
    ("number", 0, 1),
    ("sum", 1, 1),
    ("floor", 1, 1),
    ("ceiling", 1, 1),
    ("round", 1, 1),
    ("id", 1, 1),
    ("lang", 1, 1),
];

/// Refuses calls of what is not there, and calls with the wrong number of arguments.
pub(super) fn check(name: &str, count: usize) -> Result<(), Error> {
    match NAMES.iter().find(|(own, ..)| *own == name) {
        Some((_, least, most)) if (*least..=*most).contains(&count) => Ok(()),
        Some(_) => Err(failed(format!("XPath: {name}() cannot take {count} arguments"))),
        None => Err(failed(format!("XPath: there is no function {name}()"))),
    }
}

pub(super) fn call<'d, 'x>(
    name: &str,
    arguments: Vec<Found<'d, 'x>>,
    place: &Place<'d, 'x>,
    budget: &mut Budget<'_>,
) -> Result<Found<'d, 'x>, Error> {
    let here = || Found::Nodes(vec![place.node]);
    let first = arguments.first().cloned().unwrap_or_else(here);
    let text = |at: usize| arguments.get(at).map(Found::text).unwrap_or_default();
    let number = |at: usize| arguments.get(at).map_or(f64::NAN, Found::number);
    Ok(match name {
        "last" => Found::Number(place.size as f64),
        "position" => Found::Number(place.position as f64),
        "count" => Found::Number(first.nodes()?.len() as f64),
        "name" => Found::Text(first.nodes()?.first().map(Item::name).unwrap_or_default()),
        "local-name" => {
            let name = first.nodes()?.first().map(Item::name).unwrap_or_default();
            Found::Text(name.rsplit(':').next().unwrap_or_default().to_owned())
        }
        "namespace-uri" => Found::Text(String::new()),
        // Without a DTD no attribute is an id.
        "id" => Found::Nodes(Vec::new()),
        "lang" => Found::Truth(spoken(&place.node, &text(0))),
        "string" => Found::Text(first.text()),
        "concat" => {
            let whole: String = arguments.iter().map(Found::text).collect();
            budget.text(whole.len())?;
            Found::Text(whole)
        }
        "starts-with" => Found::Truth(text(0).starts_with(&text(1))),
        "contains" => Found::Truth(text(0).contains(&text(1))),
        "substring-before" => {
            Found::Text(text(0).split_once(&text(1)).map(|(before, _)| before.to_owned()).unwrap_or_default())
        }
        "substring-after" => {
            Found::Text(text(0).split_once(&text(1)).map(|(_, after)| after.to_owned()).unwrap_or_default())
        }
        "substring" => Found::Text(substring(&text(0), number(1), arguments.get(2).map(Found::number))),
        "string-length" => Found::Number(first.text().chars().count() as f64),
        "normalize-space" => Found::Text(first.text().split_ascii_whitespace().collect::<Vec<_>>().join(" ")),
        "translate" => Found::Text(translated(&text(0), &text(1), &text(2))),
        "boolean" => Found::Truth(first.truth()),
        "not" => Found::Truth(!first.truth()),
        "true" => Found::Truth(true),
        "false" => Found::Truth(false),
        "number" => Found::Number(first.number()),
        "sum" => Found::Number(first.nodes()?.iter().map(|item| Found::Text(item.text()).number()).sum::<f64>() + 0.0),
        "floor" => Found::Number(number(0).floor()),
        "ceiling" => Found::Number(number(0).ceil()),
        _ => Found::Number((number(0) + 0.5).floor()),
    })
}

/// Whether the nearest `xml:lang` is that language or a part of it.
fn spoken(item: &Item<'_, '_>, language: &str) -> bool {
    let (Item::Node(node) | Item::Attribute(node, _)) = item;
    let own = node.ancestors().find_map(|up| up.attribute((roxmltree::NS_XML_URI, "lang")));
    own.is_some_and(|own| {
        let (own, wanted) = (own.to_lowercase(), language.to_lowercase());
        own.strip_prefix(&wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    })
}

/// Characters are counted from one; positions are rounded.
fn substring(text: &str, from: f64, length: Option<f64>) -> String {
    let from = (from + 0.5).floor();
    let to = length.map_or(f64::INFINITY, |length| from + (length + 0.5).floor());
    let inside = |at: usize| (at + 1) as f64 >= from && ((at + 1) as f64) < to;
    text.chars().enumerate().filter(|(at, _)| inside(*at)).map(|(_, c)| c).collect()
}

fn translated(text: &str, from: &str, to: &str) -> String {
    let to: Vec<char> = to.chars().collect();
    let change = |c: char| match from.chars().position(|own| own == c) {
        Some(at) => to.get(at).copied(),
        None => Some(c),
    };
    text.chars().filter_map(change).collect()
}
