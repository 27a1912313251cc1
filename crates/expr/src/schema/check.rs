//! The judge: the first rule that does not hold, in APISIX's words and order.

use super::lua::{number, quoted, schema_name, type_name};
use super::{
    ArrayRules, Condition, Dependency, Format, Node, NumberRules, Object, ObjectRules, Others, TextRules, Type,
};
use serde_json::Value;
use std::net::{Ipv4Addr, Ipv6Addr};

/// What is said of the first rule that does not hold.
pub(super) trait Complaint: Sized {
    /// Says it.
    fn new(words: impl FnOnce() -> String) -> Self;

    /// Says where it was.
    fn within(self, place: impl FnOnce(&str) -> String) -> Self;
}

impl Complaint for String {
    fn new(words: impl FnOnce() -> String) -> Self {
        words()
    }

    fn within(self, place: impl FnOnce(&str) -> String) -> Self {
        place(&self)
    }
}

/// Nothing is said: alternatives are only asked whether they hold.
struct Silent;

impl Complaint for Silent {
    fn new(_: impl FnOnce() -> String) -> Self {
        Self
    }

    fn within(self, _: impl FnOnce(&str) -> String) -> Self {
        self
    }
}

fn wrong<C: Complaint>(words: impl FnOnce() -> String) -> Result<(), C> {
    Err(C::new(words))
}

/// Whether a value holds.
pub(super) fn holds(node: &Node, value: &Value) -> bool {
    check::<Silent>(node, value).is_ok()
}

/// What a text that stands for another begins with.
const REFERENCES: [&str; 3] = ["$secret://", "$env://", "$ENV://"];

/// Whether a text stands for a value that is known later: `$secret://…`, `$env://…`.
pub fn is_reference(text: &str) -> bool {
    REFERENCES.iter().any(|start| text.starts_with(start))
}

/// Judges a value.
pub(super) fn check<C: Complaint>(node: &Node, value: &Value) -> Result<(), C> {
    let may_refer = node.types.is_empty() || node.types.contains(&Type::String);
    if node.references && may_refer && value.as_str().is_some_and(is_reference) {
        return Ok(());
    }
    if node.never {
        return wrong(|| "expect false always".to_owned());
    }
    kind(node, value)?;
    match value {
        // an empty list is as good as an empty object
        Value::Array(items) if items.is_empty() => {
            on(&node.object, |rules| object(rules, &Object::new()))?;
            on(&node.array, |rules| array(rules, items))?;
        }
        Value::Array(items) => on(&node.array, |rules| array(rules, items))?,
        Value::Object(members) => on(&node.object, |rules| object(rules, members))?,
        Value::String(one) => on(&node.text, |rules| text(rules, one))?,
        Value::Number(one) => on(&node.number, |rules| bounds(rules, one.as_f64().unwrap_or_default()))?,
        Value::Null | Value::Bool(_) => {}
    }
    if !node.one_of_values.is_empty() && !node.one_of_values.iter().any(|one| same(one, value)) {
        return wrong(|| "matches none of the enum values".to_owned());
    }
    compound(node, value)?;
    format(node.format, value)?;
    match node.only.as_ref().is_none_or(|only| same(only, value)) {
        true => Ok(()),
        false => wrong(|| "failed to check const value".to_owned()),
    }
}

fn on<R, C>(rules: &Option<Box<R>>, judge: impl FnOnce(&R) -> Result<(), C>) -> Result<(), C> {
    rules.as_deref().map_or(Ok(()), judge)
}

fn kind<C: Complaint>(node: &Node, value: &Value) -> Result<(), C> {
    if node.types.is_empty() || node.types.iter().any(|one| is(*one, value)) {
        return Ok(());
    }
    wrong(|| {
        let names: Vec<&str> = node.types.iter().map(|one| schema_name(*one)).collect();
        let several = if names.len() > 1 { "one of " } else { "" };
        format!("wrong type: expected {several}{}, got {}", names.join(", "), type_name(value))
    })
}

fn is(kind: Type, value: &Value) -> bool {
    match (kind, value) {
        (Type::Object, Value::Array(items)) => items.is_empty(),
        (Type::Array, Value::Object(members)) => members.is_empty(),
        (Type::Object, Value::Object(_))
        | (Type::Array, Value::Array(_))
        | (Type::String, Value::String(_))
        | (Type::Number, Value::Number(_))
        | (Type::Boolean, Value::Bool(_))
        | (Type::Null, Value::Null) => true,
        (Type::Integer, Value::Number(number)) => number.as_f64().is_some_and(|number| number.fract() == 0.0),
        _ => false,
    }
}

/// Whether two values are the same; numbers by their value.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(a, b)| same(a, b))
        }
        (one, other) => one == other,
    }
}

/// A member of an object. Of few members one is found sooner by a look at all than by its hash.
pub fn member<'m>(members: &'m Object, name: &str) -> Option<&'m Value> {
    const FEW: usize = 8;
    match members.len() {
        0..=FEW => members.iter().find(|(own, _)| *own == name).map(|(_, value)| value),
        _ => members.get(name),
    }
}

fn object<C: Complaint>(rules: &ObjectRules, members: &Object) -> Result<(), C> {
    let there = |name: &str| member(members, name).is_some();
    for (name, node) in &rules.properties {
        match member(members, name) {
            Some(value) => {
                let told = |error: &str| format!("property {} validation failed: {error}", quoted(name));
                check(node, value).map_err(|error: C| error.within(told))?;
                dependency(rules, name, members)?;
            }
            None if rules.required.contains(name) => return wrong(|| required(name)),
            None => {}
        }
    }
    if let Some(missing) = rules.required.iter().find(|name| !there(name)) {
        return wrong(|| required(missing));
    }
    let others = rules.dependencies.iter().filter(|(name, _)| !rules.properties.iter().any(|(one, _)| one == name));
    for (name, _) in others.filter(|(name, _)| there(name)) {
        dependency(rules, name, members)?;
    }
    others_hold(rules, members)?;
    if let Some(least) = rules.least.filter(|least| members.len() < *least) {
        return wrong(|| format!("expect object to have at least {least} properties"));
    }
    match rules.most.filter(|most| members.len() > *most) {
        Some(most) => wrong(|| format!("expect object to have at most {most} properties")),
        None => Ok(()),
    }
}

fn required(name: &str) -> String {
    format!("property {} is required", quoted(name))
}

/// What a member that is there asks of its neighbours.
fn dependency<C: Complaint>(rules: &ObjectRules, name: &str, members: &Object) -> Result<(), C> {
    let Some((_, dependency)) = rules.dependencies.iter().find(|(one, _)| one == name) else { return Ok(()) };
    match dependency {
        Dependency::Members(needed) => match needed.iter().find(|other| !members.contains_key(*other)) {
            Some(other) => wrong(|| format!("property {} is required when {} is set", quoted(other), quoted(name))),
            None => Ok(()),
        },
        Dependency::Schema(node) => {
            let told = |error: &str| format!("failed to validate dependent schema for {}: {error}", quoted(name));
            check(node, &Value::Object(members.clone())).map_err(|error: C| error.within(told))
        }
    }
}

/// Members that are no properties.
fn others_hold<C: Complaint>(rules: &ObjectRules, members: &Object) -> Result<(), C> {
    if rules.patterns.is_empty() && matches!(rules.others, Others::Any) {
        return Ok(());
    }
    for (name, value) in members {
        let mut matched = rules.properties.iter().any(|(one, _)| one == name);
        for (pattern, node) in rules.patterns.iter().filter(|(pattern, _)| pattern.is_match(name)) {
            matched = true;
            let pattern = pattern.as_str();
            let told = |error: &str| format!("failed to validate {name} (matching {}): {error}", quoted(pattern));
            check(node, value).map_err(|error: C| error.within(told))?;
        }
        match &rules.others {
            _ if matched => {}
            Others::Any => {}
            Others::None => return wrong(|| format!("additional properties forbidden, found {name}")),
            Others::Like(node) => {
                let told = |error: &str| format!("failed to validate additional property {name}: {error}");
                check(node, value).map_err(|error: C| error.within(told))?;
            }
        }
    }
    Ok(())
}

fn array<C: Complaint>(rules: &ArrayRules, items: &[Value]) -> Result<(), C> {
    if let Some(least) = rules.least.filter(|least| items.len() < *least) {
        return wrong(|| format!("expect array to have at least {least} items"));
    }
    if let Some(most) = rules.most.filter(|most| items.len() > *most) {
        return wrong(|| format!("expect array to have at most {most} items"));
    }
    for (at, item) in items.iter().enumerate() {
        if let Some(node) = rules.tuple.get(at).or(rules.items.as_ref()) {
            let told = |error: &str| format!("failed to validate item {}: {error}", at + 1);
            check(node, item).map_err(|error: C| error.within(told))?;
        }
    }
    further(rules, items)?;
    match rules.unique.then(|| repeated(items)).flatten() {
        Some((one, two)) => wrong(|| format!("expected unique items but items {one} and {two} are equal")),
        None => Ok(()),
    }
}

/// The items behind those that have a rule each.
fn further<C: Complaint>(rules: &ArrayRules, items: &[Value]) -> Result<(), C> {
    let known = rules.tuple.len();
    match &rules.further {
        Others::Any => Ok(()),
        Others::None if items.len() > known => wrong(|| "found unexpected extra items in array".to_owned()),
        Others::None => Ok(()),
        Others::Like(node) => items.iter().enumerate().skip(known).try_for_each(|(at, item)| {
            let told = |error: &str| format!("failed to validate additional item {}: {error}", at + 1);
            check(node, item).map_err(|error: C| error.within(told))
        }),
    }
}

/// The numbers of two items that are the same.
fn repeated(items: &[Value]) -> Option<(usize, usize)> {
    items.iter().enumerate().find_map(|(at, item)| {
        let first = items[..at].iter().position(|other| same(other, item))?;
        Some((first + 1, at + 1))
    })
}

fn text<C: Complaint>(rules: &TextRules, text: &str) -> Result<(), C> {
    let length = text.chars().count();
    if let Some(least) = rules.least.filter(|least| length < *least) {
        return wrong(|| format!("string too short, expected at least {least}, got {length}"));
    }
    if let Some(most) = rules.most.filter(|most| length > *most) {
        return wrong(|| format!("string too long, expected at most {most}, got {length}"));
    }
    match rules.pattern.as_ref().filter(|pattern| !pattern.is_match(text)) {
        Some(pattern) => {
            wrong(|| format!("failed to match pattern {} with {}", quoted(pattern.as_str()), quoted(text)))
        }
        None => Ok(()),
    }
}

fn bounds<C: Complaint>(rules: &NumberRules, value: f64) -> Result<(), C> {
    let cases = [
        (rules.least, value < rules.least.unwrap_or(value), "at least"),
        (rules.above, rules.above.is_some_and(|bound| value <= bound), "greater than"),
        (rules.most, value > rules.most.unwrap_or(value), "at most"),
        (rules.below, rules.below.is_some_and(|bound| value >= bound), "smaller than"),
    ];
    match cases.into_iter().find_map(|(bound, wrong, words)| bound.filter(|_| wrong).map(|bound| (bound, words))) {
        Some((bound, words)) => wrong(|| format!("expected {} to be {words} {}", number(value), number(bound))),
        None => multiple(rules, value),
    }
}

fn multiple<C: Complaint>(rules: &NumberRules, value: f64) -> Result<(), C> {
    match rules.multiple_of.filter(|divisor| (value / divisor).fract() != 0.0) {
        Some(divisor) => wrong(|| format!("expected {} to be a multiple of {}", number(value), number(divisor))),
        None => Ok(()),
    }
}

fn compound<C: Complaint>(node: &Node, value: &Value) -> Result<(), C> {
    for (at, one) in node.all.iter().enumerate() {
        check(one, value).map_err(|error: C| error.within(|error| format!("allOf {} failed: {error}", at + 1)))?;
    }
    if let Some(any) = node.any.as_ref().filter(|any| !any.nodes.iter().any(|one| holds(one, value))) {
        return wrong(|| format!("object matches none of the required{}", any.required));
    }
    exactly_one(&node.one, value)?;
    if node.not.as_ref().is_some_and(|not| holds(not, value)) {
        return wrong(|| "value wasn't supposed to match schema".to_owned());
    }
    on(&node.condition, |condition| conditional(condition, value))
}

fn exactly_one<C: Complaint>(nodes: &[Node], value: &Value) -> Result<(), C> {
    let mut matching = nodes.iter().enumerate().filter(|(_, one)| holds(one, value)).map(|(at, _)| at + 1);
    match (nodes.is_empty(), matching.next(), matching.next()) {
        (true, _, _) | (false, Some(_), None) => Ok(()),
        (false, None, _) => wrong(|| "value should match only one schema, but matches none".to_owned()),
        (false, Some(one), Some(two)) => {
            wrong(|| format!("value should match only one schema, but matches both schemas {one} and {two}"))
        }
    }
}

fn conditional<C: Complaint>(condition: &Condition, value: &Value) -> Result<(), C> {
    let (branch, words) = match holds(&condition.when, value) {
        true => (&condition.then, "then clause did not match"),
        false => (&condition.otherwise, "else clause did not match"),
    };
    match branch.as_ref().is_none_or(|branch| holds(branch, value)) {
        true => Ok(()),
        false => wrong(|| words.to_owned()),
    }
}

fn format<C: Complaint>(format: Option<Format>, value: &Value) -> Result<(), C> {
    let (Some(format), Value::String(text)) = (format, value) else { return Ok(()) };
    let (good, name) = match format {
        Format::Ipv4 => (text.parse::<Ipv4Addr>().is_ok(), "ipv4"),
        Format::Ipv6 => (text.parse::<Ipv6Addr>().is_ok(), "ipv6"),
    };
    if good { Ok(()) } else { wrong(|| format!("expect valid {name} address but got: {text}")) }
}
