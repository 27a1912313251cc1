//! A world written down as JSON: to try expressions, and to test them.

use super::allowed::Allowed;
use super::content;
use crate::error::Error;
use crate::json;
use crate::limits::{Budget, Limits};
use crate::lookup::{Kind, Lookup, Object};
use crate::value::{Map, Text, Value};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A world in which `request`, `response`, `context` and the other variables are what a JSON object says.
///
/// `attributes` of the object are `context.attributes`, `api.properties` are `properties` too. Contents are texts; what
/// `jsonContent`, `xmlContent`, `paths` and `pathInfos` are follows from them.
#[derive(Debug)]
pub struct Context<'t> {
    variables: BTreeMap<String, Variable<'t>>,
    allowed: Option<Allowed>,
}

#[derive(Debug)]
enum Variable<'t> {
    Bean(Members<'t>),
    Secrets(Members<'t>),
    Plain(Value<'t>),
    Attributes { attributes: Attributes<'t> },
}

/// Members of a bean or a map.
#[derive(Debug)]
struct Members<'t> {
    members: BTreeMap<String, Member<'t>>,
}

#[derive(Debug)]
enum Member<'t> {
    Value(Value<'t>),
    Multi(Multi<'t>),
    Headers(Multi<'t>),
}

/// Names with several values.
#[derive(Debug)]
struct Multi<'t> {
    entries: Vec<(Text<'t>, Value<'t>)>,
    any_case: bool,
}

/// Attributes: a name also means the one with the gateway's prefix.
#[derive(Debug)]
struct Attributes<'t>(Map<'t>);

/// Members that a request has.
const REQUEST: [&str; 19] = [
    "id",
    "transactionId",
    "uri",
    "path",
    "contextPath",
    "pathInfo",
    "params",
    "pathParams",
    "headers",
    "method",
    "scheme",
    "host",
    "version",
    "timestamp",
    "remoteAddress",
    "localAddress",
    "content",
    "paths",
    "ssl",
];
/// Members that a response has.
const RESPONSE: [&str; 3] = ["status", "headers", "content"];

impl<'t> Context<'t> {
    /// Reads a JSON object.
    ///
    /// # Errors
    /// The text is no JSON object.
    pub fn read(text: &'t str) -> Result<Self, Error> {
        Self::over(text, None, &Limits::default())
    }

    /// Reads a JSON object whose members stand before those of another.
    ///
    /// # Errors
    /// One of the texts is no JSON object.
    pub fn over(text: &'t str, base: Option<&'t str>, limits: &Limits) -> Result<Self, Error> {
        let mut variables = BTreeMap::new();
        for text in base.into_iter().chain([text]) {
            let Value::Map(map) = json::read(&Text::Borrowed(text), &mut Budget::new(limits))? else {
                return Err(Error::evaluation("context", "the context is no JSON object"));
            };
            for (name, value) in map.iter() {
                if let Value::Str(name) = name {
                    declare(&mut variables, name, value)?;
                }
            }
        }
        Ok(Self { variables, allowed: None })
    }
}

/// Makes a variable, or several, of one member of the object.
fn declare<'t>(variables: &mut BTreeMap<String, Variable<'t>>, name: &str, value: &Value<'t>) -> Result<(), Error> {
    let variable = match (name, value) {
        ("request", Value::Map(map)) => Variable::Bean(request(map)?),
        ("response", Value::Map(map)) => Variable::Bean(message(map, &RESPONSE)?),
        ("attributes", Value::Map(map)) => {
            let attributes = Variable::Attributes { attributes: Attributes(map.clone()) };
            variables.insert("context".to_owned(), attributes);
            return Ok(());
        }
        ("context", Value::Map(map)) if matches!(map.get_text("attributes"), Some(Value::Map(_))) => {
            let Some(attributes) = map.get_text("attributes") else { return Ok(()) };
            return declare(variables, "attributes", attributes);
        }
        ("api", Value::Map(map)) => {
            if let Some(properties) = map.get_text("properties") {
                variables.insert("properties".to_owned(), Variable::Plain(properties.clone()));
            }
            Variable::Bean(members(map, &["id", "name", "version", "properties"]))
        }
        ("node", Value::Map(map)) => Variable::Bean(members(map, &["id", "version", "tenant", "zone", "shardingTags"])),
        ("lambdaResponse", Value::Map(map)) => Variable::Bean(members(map, &["status", "content"])),
        ("secrets", Value::Map(map)) => Variable::Secrets(members(map, &[])),
        ("error", Value::Map(map)) => {
            Variable::Bean(members(map, &["key", "statusCode", "message", "parameters", "cause"]))
        }
        (_, value) => Variable::Plain(value.clone()),
    };
    variables.insert(name.to_owned(), variable);
    Ok(())
}

/// The named members of an object; those that are missing are null.
fn members<'t>(map: &Map<'t>, names: &[&str]) -> Members<'t> {
    let named = names.iter().map(|name| (*name).to_owned());
    let all = named.chain(map.iter().filter_map(|(key, _)| match key {
        Value::Str(key) => Some(key.to_string()),
        _ => None,
    }));
    let member = |name: String| {
        let value = map.get_text(&name).cloned().unwrap_or(Value::Null);
        (name, Member::Value(value))
    };
    Members { members: all.map(member).collect() }
}

/// A request or response: its content may be asked for as JSON and XML.
fn message<'t>(map: &Map<'t>, names: &[&str]) -> Result<Members<'t>, Error> {
    let mut result = members(map, names);
    for (name, headers) in [("headers", true), ("params", false), ("pathParams", false)] {
        if let Some(Member::Value(Value::Map(map))) = result.members.get(name) {
            let multi = Multi { entries: several(map), any_case: headers };
            let member = if headers { Member::Headers(multi) } else { Member::Multi(multi) };
            result.members.insert(name.to_owned(), member);
        }
    }
    let (json, xml) = match map.get_text("content") {
        Some(Value::Str(text)) => (content::json(text), content::xml(text)),
        _ => (Value::Null, Value::Null),
    };
    for (name, value) in [("jsonContent", json), ("xmlContent", xml)] {
        if map.get_text(name).is_none() {
            result.members.insert(name.to_owned(), Member::Value(value));
        }
    }
    Ok(result)
}

fn request<'t>(map: &Map<'t>) -> Result<Members<'t>, Error> {
    let mut result = message(map, &REQUEST)?;
    for (name, from) in [("paths", "path"), ("pathInfos", "pathInfo")] {
        if map.get_text(name).is_none() {
            let segments = match map.get_text(from) {
                Some(Value::Str(path)) => content::segments(path),
                _ => Value::Null,
            };
            result.members.insert(name.to_owned(), Member::Value(segments));
        }
    }
    Ok(result)
}

fn several<'t>(map: &Map<'t>) -> Vec<(Text<'t>, Value<'t>)> {
    let list = |value: &Value<'t>| match value {
        Value::List(_) => value.clone(),
        single => vec![single.clone()].into(),
    };
    let named = |(key, value): &(Value<'t>, Value<'t>)| match key {
        Value::Str(key) => Some((key.clone(), list(value))),
        _ => None,
    };
    map.iter().filter_map(named).collect()
}

/// The value; a text by reference.
fn borrowed<'s>(value: &'s Value<'_>) -> Value<'s> {
    match value {
        Value::Str(text) => Value::from(&**text),
        other => other.clone(),
    }
}

impl Context<'_> {
    /// The same where expressions may call only this.
    pub fn allowing(self, allowed: Option<Allowed>) -> Self {
        Self { allowed, ..self }
    }
}

impl Lookup for Context<'_> {
    fn allowed(&self) -> Option<&Allowed> {
        self.allowed.as_ref()
    }

    fn get(&self, name: &str) -> Option<Value<'_>> {
        Some(match self.variables.get(name)? {
            Variable::Bean(members) => Value::Object(Object { kind: Kind::Bean, members }),
            Variable::Secrets(members) => Value::Object(Object { kind: Kind::Secrets, members }),
            Variable::Plain(value) => borrowed(value),
            Variable::Attributes { .. } => Value::Object(Object { kind: Kind::Bean, members: &self.variables[name] }),
        })
    }
}

impl Lookup for Variable<'_> {
    fn get(&self, name: &str) -> Option<Value<'_>> {
        match self {
            Self::Attributes { attributes } if name == "attributes" => {
                Some(Value::Object(Object { kind: Kind::Map, members: attributes }))
            }
            _ => None,
        }
    }
}

impl Lookup for Members<'_> {
    fn get(&self, name: &str) -> Option<Value<'_>> {
        Some(match self.members.get(name)? {
            Member::Value(value) => borrowed(value),
            Member::Multi(members) => Value::Object(Object { kind: Kind::MultiMap, members }),
            Member::Headers(members) => Value::Object(Object { kind: Kind::Headers, members }),
        })
    }
}

impl Lookup for Multi<'_> {
    fn get(&self, name: &str) -> Option<Value<'_>> {
        let same = |own: &str| if self.any_case { own.eq_ignore_ascii_case(name) } else { own == name };
        self.entries.iter().find(|(own, _)| same(own)).map(|(_, value)| value.clone())
    }

    fn names(&self) -> Vec<Cow<'_, str>> {
        self.entries.iter().map(|(name, _)| Cow::Borrowed(&**name)).collect()
    }
}

/// The prefix under which the gateway keeps its own attributes.
const PREFIX: &str = "gravitee.attribute.";

impl Lookup for Attributes<'_> {
    fn get(&self, name: &str) -> Option<Value<'_>> {
        let own = self.0.get_text(name);
        let short = || name.strip_prefix(PREFIX).and_then(|short| self.0.get_text(short));
        own.or_else(short).or_else(|| self.0.get_text(&format!("{PREFIX}{name}"))).cloned()
    }

    fn names(&self) -> Vec<Cow<'_, str>> {
        let name = |(key, _): &(Value<'_>, Value<'_>)| match key {
            Value::Str(key) => Some(Cow::Owned(key.to_string())),
            _ => None,
        };
        self.0.iter().filter_map(name).collect()
    }
}
