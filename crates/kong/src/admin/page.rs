//! Lists in pages: `size`, `offset`, and only what has certain tags.

use super::book::Book;
use super::problem::Problem;
use super::reply::{Answer, Reply};
use crate::entity::Entity;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

/// Rows on a page unless told otherwise.
const SIZE: usize = 100;
/// Rows on a page at most.
const MOST: f64 = 1000.0;
/// Tags that may be asked for at once.
const TAGS: usize = 5;

/// A query's names and values.
pub(super) type Query = Vec<(String, String)>;

/// A page of entities that are in order of their ids.
pub(super) fn page(book: &Book, mut rows: Vec<&Entity>, query: &Query, path: &str) -> Answer {
    let size = size(query)?;
    if let Some(wanted) = Tags::asked(query)? {
        rows.retain(|row| wanted.fit(row));
    }
    if let Some(first) = offset(query)? {
        rows.retain(|row| row.id() >= first.as_str());
    }
    let next = rows.get(size).map(|row| STANDARD.encode(json!([row.id()]).to_string()));
    rows.truncate(size);
    let data: Vec<Value> = rows.into_iter().map(|row| book.shown(row)).collect();
    Ok(Reply::ok(listed(data, next, query, path)))
}

/// The body of a list.
fn listed(data: Vec<Value>, next: Option<String>, query: &Query, path: &str) -> Value {
    let mut body = json!({ "data": data, "next": null });
    if let Some(offset) = next {
        let escaped = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let also = |name: &str| value(query, name).map(|text| format!("&{name}={}", escaped(text))).unwrap_or_default();
        body["next"] = json!(format!("{path}?offset={}{}{}", escaped(&offset), also("tags"), also("size")));
        body["offset"] = json!(offset);
    }
    body
}

/// The last value of a name counts.
pub(super) fn value<'q>(query: &'q Query, name: &str) -> Option<&'q str> {
    query.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

fn size(query: &Query) -> Result<usize, Problem> {
    let Some(text) = value(query, "size") else { return Ok(SIZE) };
    let number: f64 = text.trim().parse().map_err(|_| Problem::Size("size must be a number"))?;
    match number.fract() == 0.0 && (1.0..=MOST).contains(&number) {
        true => Ok(number as usize),
        false => Err(Problem::Size("size must be an integer between 1 and 1000")),
    }
}

fn offset(query: &Query) -> Result<Option<String>, Problem> {
    let Some(text) = value(query, "offset") else { return Ok(None) };
    let wrong = |why| Problem::Offset { offset: text.to_owned(), why };
    let bytes = STANDARD.decode(text).map_err(|_| wrong("bad base64 encoding"))?;
    let ids: Vec<String> = serde_json::from_slice(&bytes).map_err(|_| wrong("bad json"))?;
    ids.into_iter().next().map(Some).ok_or_else(|| wrong("bad json"))
}

/// What tags a row must have.
enum Tags {
    All(Vec<String>),
    Any(Vec<String>),
}

impl Tags {
    fn asked(query: &Query) -> Result<Option<Self>, Problem> {
        let Some(text) = value(query, "tags") else { return Ok(None) };
        let split = |by: char| text.split(by).map(str::to_owned).collect::<Vec<_>>();
        let tags = match (text.contains(','), text.contains('/')) {
            (true, true) => return Err(Problem::Tags("invalid filter syntax")),
            (false, true) => Self::Any(split('/')),
            (_, false) => Self::All(split(',')),
        };
        let (Self::All(names) | Self::Any(names)) = &tags;
        if names.iter().any(|name| name.is_empty() || name.chars().any(char::is_control)) {
            return Err(Problem::Tags("invalid filter syntax"));
        }
        if names.len() > TAGS {
            return Err(Problem::Tags("cannot query more than 5 tags"));
        }
        Ok(Some(tags))
    }

    fn fit(&self, row: &Entity) -> bool {
        let own = row.object.get("tags").and_then(Value::as_array);
        let has = |name: &String| own.is_some_and(|own| own.iter().any(|tag| tag == name.as_str()));
        match self {
            Self::All(names) => names.iter().all(has),
            Self::Any(names) => names.iter().any(has),
        }
    }
}
