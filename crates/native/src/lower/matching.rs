//! Conditions on a request.

use super::{Lowering, expression, header, listener};
use crate::decode::{At, Either, OneOrMany, Text, said};
use crate::entity::matching::{self as entity, TextCondition};
use crate::findings::Spot;
use model::predicate::{HeaderPattern, HostPattern, PathPattern, PathTemplate, Predicate, QueryPattern, TextPattern};

/// `GET,PUT /users/{id}` or `/users/{id}`.
pub(super) fn short(text: &Text, at: &mut Lowering<'_>) -> Predicate {
    let (methods, path) = text.split_once(' ').unwrap_or(("", text));
    let path = Text { value: path.trim_start().to_owned(), spot: text.spot.clone() };
    let methods = methods.split(',').filter(|m| !m.is_empty()).map(|m| method(m, &text.spot, at)).collect();
    Predicate { path: plain_path(&path, at), methods, ..Predicate::default() }
}

pub(super) fn predicate(written: &entity::Match, at: &mut Lowering<'_>) -> Predicate {
    let mut headers = Vec::new();
    for (name, condition) in written.headers.iter().flat_map(|headers| &headers.0) {
        let lower = header::name(name, &name.spot, at).to_ascii_lowercase();
        headers.push(HeaderPattern { name: lower, value: condition_on(condition, &name.spot, at) });
    }
    let mut query = Vec::new();
    for (name, condition) in written.query.iter().flat_map(|query| &query.0) {
        query.push(QueryPattern { name: name.value.clone(), value: condition_on(condition, &name.spot, at) });
    }
    let all = |texts: &Option<OneOrMany<Text>>| texts.iter().flat_map(|t| t.all().to_vec()).collect::<Vec<Text>>();
    Predicate {
        path: written.path.as_ref().and_then(|path| match path {
            Either::First(text) => plain_path(text, at),
            Either::Second(rule) => path_rule(rule, at),
        }),
        hosts: all(&written.hosts).iter().map(|text| host(text, at)).collect(),
        methods: all(&written.methods).iter().map(|text| method(text, &text.spot, at)).collect(),
        headers,
        query,
        schemes: all(&written.schemes).iter().map(|text| scheme(text, at)).collect(),
        clients: listener::networks(written.clients.as_ref(), at),
        server_names: all(&written.server_names).iter().map(|text| host(text, at)).collect(),
        below: said(&written.below, false),
        conditions: expression::conditions(&written.conditions, at),
        expression: written.expression.as_ref().map(|text| text.value.clone()),
        vars: written.vars.as_ref().and_then(|rules| expression::vars(rules, at)),
    }
}

/// A path as most are written: braces make it a template.
fn plain_path(text: &Text, at: &mut Lowering<'_>) -> Option<PathPattern> {
    if text.ends_with("/*") {
        let stem = text.trim_end_matches('*');
        let remedy = format!("write {stem}{{rest+}}, or {{ prefix: {stem} }}, or {{ exact: … }} if a star is meant");
        at.invalid(&text.spot, format!("a star stands for itself in a path; {remedy}"));
        return None;
    }
    match PathTemplate::parse(text) {
        Ok(template) if template.is_literal() => Some(PathPattern::Exact(template.text)),
        Ok(template) => Some(PathPattern::Template(template)),
        Err(error) => {
            at.invalid(&text.spot, error.to_string());
            None
        }
    }
}

fn path_rule(rule: &At<entity::Path>, at: &mut Lowering<'_>) -> Option<PathPattern> {
    let all = [&rule.exact, &rule.prefix, &rule.regex, &rule.template];
    let mut there = all.into_iter().flatten();
    let (first, second) = (there.next(), there.next());
    let Some(first) = first else {
        at.incomplete(&rule.spot, "a path says one of exact, prefix, regex, template");
        return None;
    };
    if let Some(second) = second {
        at.invalid(&second.spot, "a path is compared in one way: exact, prefix, regex or template");
    }
    let slash = |text: &Text, at: &mut Lowering<'_>| {
        if !text.starts_with('/') {
            at.invalid(&text.spot, "a path begins with '/'");
        }
        text.value.clone()
    };
    Some(if let Some(text) = &rule.exact {
        PathPattern::Exact(slash(text, at))
    } else if let Some(text) = &rule.prefix {
        PathPattern::Prefix(slash(text, at))
    } else if let Some(text) = &rule.regex {
        PathPattern::Regex(regex(text, at))
    } else {
        match PathTemplate::parse(first) {
            Ok(template) => PathPattern::Template(template),
            Err(error) => {
                at.invalid(&first.spot, error.to_string());
                return None;
            }
        }
    })
}

pub(crate) fn regex(text: &Text, at: &mut Lowering<'_>) -> String {
    if let Err(error) = regex::Regex::new(text) {
        let reason = error.to_string();
        let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ");
        at.invalid(&text.spot, format!("this is no regular expression: {reason}"));
    }
    text.value.clone()
}

fn host(text: &Text, at: &mut Lowering<'_>) -> HostPattern {
    let lower = text.to_ascii_lowercase();
    let (pattern, name) = if let Some(rest) = lower.strip_prefix("*.") {
        (HostPattern::Suffix(format!(".{rest}")), rest)
    } else if let Some(rest) = lower.strip_suffix(".*") {
        (HostPattern::Prefix(format!("{rest}.")), rest)
    } else {
        (HostPattern::Exact(lower.clone()), lower.as_str())
    };
    let bracketed = name.starts_with('[') && name.ends_with(']');
    if name.is_empty() || name.contains(['*', '/', ' ']) || (name.contains(':') && !bracketed) {
        let remedy = "write api.example.com, *.example.com or example.*, without scheme and port";
        at.invalid(&text.spot, format!("this is no host; {remedy}"));
    }
    pattern
}

pub(crate) fn method(text: &str, spot: &Spot, at: &mut Lowering<'_>) -> String {
    if http::Method::from_bytes(text.as_bytes()).is_err() {
        at.invalid(spot, format!("{text:?} is no method"));
    }
    text.to_ascii_uppercase()
}

fn scheme(text: &Text, at: &mut Lowering<'_>) -> String {
    if !matches!(text.as_str(), "http" | "https") {
        at.invalid(&text.spot, "a scheme is http or https");
    }
    text.value.clone()
}

fn condition_on(condition: &TextCondition, name: &Spot, at: &mut Lowering<'_>) -> TextPattern {
    let texts = |all: &OneOrMany<Text>| TextPattern::OneOf(all.all().iter().map(|text| text.value.clone()).collect());
    let rule = match condition {
        Either::First(all) => return texts(all),
        Either::Second(rule) => rule,
    };
    match (&rule.present, &rule.regex, &rule.one_of) {
        (Some(present), None, None) if present.value => TextPattern::Present,
        (Some(_), None, None) => TextPattern::Absent,
        (None, Some(text), None) => TextPattern::Regex(regex(text, at)),
        (None, None, Some(all)) => texts(all),
        _ => {
            at.incomplete(name, "a condition says one of present, regex, one_of");
            TextPattern::Present
        }
    }
}
