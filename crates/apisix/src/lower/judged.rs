//! One object, looked at by itself: whether it is what it should be, its references to the environment replaced, and what
//! of it is not honoured.

use crate::check;
use crate::document::Place;
use crate::entity::{Kind, Part, secret_schema};
use crate::plugin::{Plugin, Side};
use crate::schema::{Object, Schema};
use crate::secret::PREFIX;
use dialect::Faith;
use dialect::resolve::{Environment, NoSecret};
use serde_json::Value;

/// A remark on an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Remark {
    /// How faithful.
    pub(crate) faith: Faith,
    /// Dotted path in the object.
    pub(crate) path: String,
    /// What differs.
    pub(crate) message: String,
}

impl Remark {
    pub(crate) fn new(faith: Faith, path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { faith, path: path.into(), message: message.into() }
    }
}

/// An object that was looked at.
pub(crate) struct Judged {
    pub(crate) place: Place,
    /// Its members, references replaced where they lead somewhere.
    pub(crate) object: Object,
    /// Whether it is what it should be.
    pub(crate) good: bool,
    pub(crate) remarks: Vec<Remark>,
}

/// How objects are looked at.
pub(crate) struct Manner<'a> {
    pub(crate) environment: &'a dyn Environment,
    /// Plugins that may be used; `None`: those that are known.
    pub(crate) plugins: Option<&'a [String]>,
    /// The object comes from a file, where an unknown plugin spoils it; else such a plugin is passed over.
    pub(crate) file: bool,
}

impl Judged {
    /// Looks at an object.
    pub(crate) fn of(place: Place, object: Object, manner: &Manner<'_>) -> Self {
        let mut remarks = Vec::new();
        let known = |name: &str| {
            !manner.file || manner.plugins.map_or_else(|| check::exists(name), |all| all.iter().any(|one| one == name))
        };
        let value = Value::Object(object);
        let good = match check::check(&place, &value, &known) {
            Ok(()) => true,
            Err(error) => {
                remarks.push(Remark::new(Faith::Invalid, "", format!("{error}: it is left out")));
                false
            }
        };
        if good {
            honoured(&place, &value, &mut remarks);
        }
        let Value::Object(mut object) = value else { return Self { place, object: Object::new(), good, remarks } };
        if good {
            replace(&mut object, manner.environment, &mut remarks);
        }
        Self { place, object, good, remarks }
    }

    pub(crate) fn part(&self) -> Part<'_> {
        Part::of(&self.object)
    }

    /// The configurations of its plugins.
    pub(crate) fn plugins(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.part().part("plugins").members()
    }
}

/// Whether a secret is missing in a configuration.
pub(super) fn lacks_secret(value: &Value) -> bool {
    match value {
        Value::String(text) => text.starts_with(PREFIX),
        Value::Array(items) => items.iter().any(lacks_secret),
        Value::Object(members) => members.values().any(lacks_secret),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// What is not honoured of the members that are written.
fn honoured(place: &Place, value: &Value, remarks: &mut Vec<Remark>) {
    let mut add = |schema: &Schema, value: &Value, below: &str| {
        for (path, faith, message) in schema.remarks(value) {
            let path = if below.is_empty() { path } else { format!("{below}.{path}") };
            remarks.push(Remark::new(faith, path, message));
        }
    };
    add(place.kind.schema(), value, "");
    match place.kind {
        Kind::Secrets => {
            if let Some(schema) = place.parent.as_deref().and_then(secret_schema) {
                add(schema, value, "");
            }
        }
        Kind::PluginMetadata => {
            if let Some(schema) = Plugin::named(&place.id).and_then(Plugin::metadata) {
                add(schema, value, "");
            }
        }
        kind => {
            let side = if matches!(kind, Kind::Consumers | Kind::Credentials) { Side::Consumer } else { Side::Route };
            for (name, conf) in Part::of_value(Some(value)).part("plugins").members() {
                if let Some(plugin) = Plugin::named(name) {
                    add(plugin.schema(side), conf, &format!("plugins.{name}"));
                }
            }
        }
    }
}

/// Replaces references to the environment in all texts below.
pub(crate) fn in_environment(value: &mut Value, environment: &dyn Environment) {
    replace_in(value, String::new(), environment, &mut Vec::new());
}

/// Replaces `$env://NAME`, `$env://NAME/MEMBER` and `$secret://…` in texts. What cannot be resolved stays as it is.
fn replace(object: &mut Object, environment: &dyn Environment, remarks: &mut Vec<Remark>) {
    for (name, value) in object.iter_mut().filter(|(_, value)| refers(value)) {
        replace_in(value, name.clone(), environment, remarks);
    }
}

/// Whether a text below stands for another: few do.
fn refers(value: &Value) -> bool {
    match value {
        Value::String(text) => text.starts_with('$'),
        Value::Array(items) => items.iter().any(refers),
        Value::Object(members) => members.values().any(refers),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn replace_in(value: &mut Value, path: String, environment: &dyn Environment, remarks: &mut Vec<Remark>) {
    match value {
        Value::String(text) if text.starts_with("$env://") || text.starts_with("$ENV://") => {
            match resolved(&text["$env://".len()..], environment) {
                Some(found) => *text = found,
                None => {
                    let message = "the environment has no such variable: the text stands as it is";
                    remarks.push(Remark::new(Faith::Unsupported, path, message));
                }
            }
        }
        Value::String(text) if text.starts_with(PREFIX) => match environment.secret(text) {
            Ok(found) => found.expose().clone_into(text),
            Err(NoSecret::Later) => {
                remarks.push(Remark::new(Faith::Exact, path, "the secret is fetched when the gateway runs"));
            }
            Err(NoSecret::Away(cause)) => {
                let message = format!("{cause}: what needs this secret refuses until it is here");
                remarks.push(Remark::new(Faith::Unsupported, path, message));
            }
        },
        Value::Array(items) => {
            for (at, item) in items.iter_mut().enumerate() {
                replace_in(item, format!("{path}[{at}]"), environment, remarks);
            }
        }
        Value::Object(members) => {
            for (name, member) in members.iter_mut() {
                replace_in(member, format!("{path}.{name}"), environment, remarks);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn resolved(reference: &str, environment: &dyn Environment) -> Option<String> {
    let (name, member) = match reference.split_once('/') {
        Some((name, member)) => (name, Some(member)),
        None => (reference, None),
    };
    let value = environment.variable(name)?;
    let Some(member) = member else { return Some(value) };
    match serde_json::from_str::<Value>(&value).ok()?.get(member)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(_) | Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
