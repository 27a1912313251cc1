//! What of a route the router cannot compile: expressions, and regular expressions that its engine does not know.
//!
//! The Admin API refuses such a route. In a file it takes no request, and the rest serves.

use super::Flavor;
use crate::schema::{Object, Violation};
use expr::routing::Routing;
use regex::Regex;
use serde_json::Value;

/// How the refusal of the original begins.
pub(crate) const REFUSED: &str = "Router Expression failed validation: ";

/// What a file's finding says beyond it.
pub(crate) const LEFT_OUT: &str = "; it takes no request";

/// One thing that cannot be compiled.
pub(crate) struct Misread {
    /// Where: `expression`, `paths.1`, `headers.x-name.1`.
    pub(crate) field: String,
    /// The number of the path among the route's, from 0.
    pub(crate) path: Option<usize>,
    /// Why.
    pub(crate) why: String,
}

/// All that cannot be compiled of a route.
pub(crate) fn misread(route: &Object, flavor: Flavor) -> Vec<Misread> {
    if flavor == Flavor::Expressions
        && let Some(text) = route.get("expression").and_then(Value::as_str).filter(|text| !text.is_empty())
    {
        let why = Routing::read(text).err().map(|why| short(&why));
        let one = |why| Misread { field: "expression".to_owned(), path: None, why };
        return why.map(one).into_iter().collect();
    }
    let mut found = Vec::new();
    for (at, path) in strings(route.get("paths")).enumerate() {
        let why = path.strip_prefix('~').and_then(of_pattern);
        found.extend(why.map(|why| Misread { field: format!("paths.{}", at + 1), path: Some(at), why }));
    }
    for (name, values) in route.get("headers").and_then(Value::as_object).into_iter().flatten() {
        for (at, value) in strings(Some(values)).enumerate() {
            let why = value.strip_prefix("~*").and_then(of_pattern);
            found.extend(why.map(|why| Misread { field: format!("headers.{name}.{}", at + 1), path: None, why }));
        }
    }
    found
}

/// The same as the Admin API says it.
pub(super) fn of_expression(route: &Object) -> Vec<Violation> {
    refused(route, Flavor::Expressions)
}

/// The same of routes that have attributes alone.
pub(super) fn of_attributes(route: &Object) -> Vec<Violation> {
    refused(route, Flavor::Compatible)
}

fn refused(route: &Object, flavor: Flavor) -> Vec<Violation> {
    let first = misread(route, flavor).into_iter().next();
    first.map(|one| Violation::entity(format!("{REFUSED}{}", one.why))).into_iter().collect()
}

fn strings(values: Option<&Value>) -> impl Iterator<Item = &str> {
    values.and_then(Value::as_array).into_iter().flatten().map(|value| value.as_str().unwrap_or_default())
}

/// Only patterns that repeat or are long can be too large for the engine, so that others need not be compiled.
fn of_pattern(pattern: &str) -> Option<String> {
    let why = match regex_syntax::parse(pattern) {
        Err(error) => error.to_string(),
        Ok(_) if pattern.contains('{') || pattern.len() > 200 => Regex::new(pattern).err()?.to_string(),
        Ok(_) => return None,
    };
    let why = why.lines().last().unwrap_or_default().trim_start_matches("error: ").trim_end_matches('.');
    Some(format!("the regular expression '{pattern}': {why}"))
}

/// One line of a text with a drawing: ` --> 1:7` and below it `  = expected …`, or of a regular expression `error: …`.
fn short(why: &str) -> String {
    let place = why.lines().find_map(|line| line.trim().strip_prefix("--> 1:"));
    let said = why.lines().find_map(|line| line.trim().strip_prefix("= "));
    if let Some(of_pattern) = why.lines().find_map(|line| line.trim().trim_start_matches("= ").strip_prefix("error: "))
    {
        return of_pattern.to_owned();
    }
    match (place, said) {
        (Some(place), Some(said)) => format!("{said} at character {place}"),
        _ => why.lines().map(str::trim).collect::<Vec<_>>().join(" "),
    }
}
