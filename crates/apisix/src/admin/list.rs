//! Lists of objects: filtered, in pages.

use super::book::{Book, Kept};
use super::objects::shown;
use super::place::Target;
use super::reply::{Answer, Problem, Reply};
use super::{Asked, Rules, body};
use crate::document::Place;
use crate::entity::{Kind, id_text};
use http::StatusCode;
use regex::Regex;
use serde_json::{Value, json};

/// All objects of a kind.
pub(super) fn all(rules: &Rules, book: &Book, target: &Target, asked: &Asked<'_>) -> Answer {
    if let (Kind::Credentials, Some(consumer)) = (target.kind, &target.parent)
        && !book.has(&Place::new(Kind::Consumers, consumer))
    {
        return Err(Problem::error(StatusCode::NOT_FOUND, "consumer not found"));
    }
    let parent = target.parent.as_deref();
    let filters = Filters::of(asked)?;
    let mut found = book.all(target.kind, parent, |_| true);
    found.retain(|kept| filters.pass(kept));
    let total = found.len();
    let page = page(asked)?;
    let shown_there = |found: Vec<Kept>| found.into_iter().map(|kept| shown(rules, kept)).collect::<Vec<_>>();
    let list = match page {
        None => json!(shown_there(found)),
        Some((page, size)) => {
            let first = (page - 1).saturating_mul(size).min(found.len());
            let last = first.saturating_add(size).min(found.len());
            let page = shown_there(found.drain(first..last).collect());
            if page.is_empty() { json!({}) } else { json!(page) } // an empty page is an object in the original
        }
    };
    Ok(Reply::ok(json!({"total": total, "list": list})))
}

/// The number of a page from 1, and its size; both must be asked for.
fn page(asked: &Asked<'_>) -> Result<Option<(usize, usize)>, Problem> {
    let number = |name| asked.argument(name).and_then(|text| text.parse::<f64>().ok());
    let (Some(page), Some(size)) = (number("page"), number("page_size")) else { return Ok(None) };
    if !(10.0..=500.0).contains(&size) {
        return Err(Problem::plain(StatusCode::BAD_REQUEST, "page_size must be between 10 and 500"));
    }
    Ok(Some((page.max(1.0) as usize, size as usize)))
}

/// What objects must have to be listed.
struct Filters {
    name: Option<Regex>,
    label: Option<String>,
    uri: Option<Regex>,
    /// Members with the ids that they must have.
    references: Vec<(String, String)>,
}

impl Filters {
    fn of(asked: &Asked<'_>) -> Result<Self, Problem> {
        let pattern = |name: &str| match asked.argument(name).map(Regex::new) {
            Some(Err(_)) => Err(Problem::wrong(format!("invalid regex of argument {name}"))),
            Some(Ok(regex)) => Ok(Some(regex)),
            None => Ok(None),
        };
        let references = asked.argument("filter").map(body::pairs).unwrap_or_default();
        let label = asked.argument("label").map(str::to_owned);
        Ok(Self { name: pattern("name")?, label, uri: pattern("uri")?, references })
    }

    fn pass(&self, kept: &Kept) -> bool {
        let object = &kept.object;
        let text = |name: &str| object.get(name).and_then(Value::as_str);
        let has_name = |regex: &Regex| text("name").is_some_and(|name| regex.is_match(name));
        let has_label = |label: &String| {
            object.get("labels").and_then(Value::as_object).is_some_and(|labels| labels.contains_key(label))
        };
        let uris = object.get("uris").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        let mut uris = uris.chain(text("uri"));
        let refers = |(member, id): &(String, String)| object.get(member).and_then(id_text).as_ref() == Some(id);
        self.name.as_ref().is_none_or(has_name)
            && self.label.as_ref().is_none_or(has_label)
            && self.uri.as_ref().is_none_or(|regex| uris.any(|uri| regex.is_match(uri)))
            && self.references.iter().all(refers)
    }
}
