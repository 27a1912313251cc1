//! What is the same for every request of a route, made ready.

use super::Value;
use expr::el::Allowed;
use expr::{Kind, Lookup, Object};
use model::Secret;
use model::world::{Constant, MappedPath, ParamPath, World};
use regex::Regex;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The constants of a route.
#[derive(Debug)]
pub struct ReadyWorld {
    pub(super) variables: Members,
    pub(super) attributes: Members,
    /// What stands before the full names of attributes.
    pub(super) prefix: String,
    /// Where parameters stand in the path.
    pub(super) paths: Vec<(Regex, Vec<String>)>,
    /// Names for paths.
    pub(super) mapped: Vec<(Regex, String)>,
    /// What expressions may call.
    pub(super) allowed: Option<Allowed>,
}

impl ReadyWorld {
    /// Makes them ready.
    pub fn new(world: &World) -> Self {
        Self {
            variables: Members::of(&world.variables),
            attributes: Members::of(&world.attributes),
            prefix: world.attribute_prefix.clone(),
            // a path that is none has no parameters
            paths: world.paths.iter().filter_map(read_path).collect(),
            mapped: world.mapped.iter().filter_map(read_mapped).collect(),
            allowed: world.allowed.clone(),
        }
    }
}

fn read_path(path: &ParamPath) -> Option<(Regex, Vec<String>)> {
    Some((Regex::new(&format!("^(?:{})", path.regex)).ok()?, path.names.clone()))
}

fn read_mapped(path: &MappedPath) -> Option<(Regex, String)> {
    Some((Regex::new(&format!("^(?:{})$", path.regex)).ok()?, path.name.clone()))
}

/// Constants by name.
#[derive(Debug, Default)]
pub(super) struct Members(BTreeMap<String, Ready>);

#[derive(Debug)]
enum Ready {
    Value(Value<'static>),
    Object(Kind, Members),
    Secrets(Secrets),
}

#[derive(Debug)]
struct Secrets(BTreeMap<String, Secret>);

impl Members {
    fn of(constants: &BTreeMap<String, Constant>) -> Self {
        Self(constants.iter().map(|(name, constant)| (name.clone(), Ready::of(constant))).collect())
    }
}

impl Ready {
    fn of(constant: &Constant) -> Self {
        match constant {
            Constant::Bean(members) => Self::Object(Kind::Bean, Members::of(members)),
            Constant::Map(members) => Self::Object(Kind::Map, Members::of(members)),
            Constant::Secrets(secrets) => Self::Secrets(Secrets(secrets.clone())),
            plain => Self::Value(value(plain)),
        }
    }
}

/// A constant as a value; objects within lists are nothing.
pub(crate) fn value(constant: &Constant) -> Value<'static> {
    match constant {
        Constant::Text(text) => Value::text(text.clone()),
        Constant::Number(number) => match i32::try_from(*number) {
            Ok(small) => Value::Int(small),
            Err(_) => Value::Long(*number),
        },
        Constant::Boolean(truth) => Value::Bool(*truth),
        Constant::List(items) => items.iter().map(value).collect::<Vec<_>>().into(),
        Constant::Secret(secret) => Value::text(secret.expose().to_owned()),
        Constant::Null | Constant::Bean(_) | Constant::Map(_) | Constant::Secrets(_) => Value::Null,
    }
}

impl Lookup for Members {
    fn get(&self, name: &str) -> Option<Value<'_>> {
        Some(match self.0.get(name)? {
            Ready::Value(value) => value.clone(),
            Ready::Object(kind, members) => Value::Object(Object { kind: *kind, members }),
            Ready::Secrets(secrets) => Value::Object(Object { kind: Kind::Secrets, members: secrets }),
        })
    }

    fn names(&self) -> Vec<Cow<'_, str>> {
        self.0.keys().map(|name| Cow::Borrowed(name.as_str())).collect()
    }
}

impl Lookup for Secrets {
    fn get(&self, path: &str) -> Option<Value<'_>> {
        // with and without a slash before it the path is the same
        let other = path.strip_prefix('/').map_or_else(|| Cow::Owned(format!("/{path}")), Cow::Borrowed);
        self.0.get(path).or_else(|| self.0.get(&*other)).map(|secret| secret.expose().into())
    }
}
