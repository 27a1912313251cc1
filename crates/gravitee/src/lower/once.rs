//! Texts that are evaluated once, when a definition is read: over what is the same for every request.

use crate::part::Part;
use crate::read::Notes;
use dialect::Faith;
use expr::el::{Allowed, Context, Template, Wanted};
use model::world::{Constant, World};
use serde_json::{Map, Value, json};

/// What such texts may ask for.
pub(super) struct Once {
    /// As JSON.
    world: String,
    /// What they may call.
    allowed: Option<Allowed>,
}

impl Once {
    pub(super) fn of(world: &World) -> Self {
        let members: Map<String, Value> =
            world.variables.iter().map(|(name, constant)| (name.clone(), as_json(constant))).collect();
        Self { world: Value::Object(members).to_string(), allowed: world.allowed.clone() }
    }

    /// The value of a field; none where it has none, which is remarked.
    pub(super) fn field(&self, part: &Part<'_>, name: &str, notes: &mut Notes) -> Option<String> {
        let text = part.filled(name)?;
        let value = self.value(text);
        if let Err(cause) = &value {
            notes.say(Faith::Unsupported, part, name, format!("this text has no value ({cause}): it is left out"));
        }
        value.ok()
    }

    /// The value of a text.
    pub(super) fn value(&self, text: &str) -> Result<String, String> {
        if !text.contains('{') {
            return Ok(text.to_owned());
        }
        let context = Context::read(&self.world).map_err(|cause| cause.to_string())?;
        let context = context.allowing(self.allowed.clone());
        let template = Template::parse(text).map_err(|cause| cause.to_string())?;
        let value = template.evaluate(&context, Wanted::Text).map_err(|cause| cause.to_string())?;
        value.as_str().map(str::to_owned).ok_or_else(|| "it is null".to_owned())
    }
}

fn as_json(constant: &Constant) -> Value {
    match constant {
        Constant::Null => Value::Null,
        Constant::Text(text) => json!(text),
        Constant::Secret(secret) => json!(secret.expose()),
        Constant::Number(number) => json!(number),
        Constant::Boolean(truth) => json!(truth),
        Constant::List(items) => items.iter().map(as_json).collect(),
        Constant::Bean(members) | Constant::Map(members) => {
            members.iter().map(|(name, constant)| (name.clone(), as_json(constant))).collect::<Map<_, _>>().into()
        }
        Constant::Secrets(secrets) => {
            let exposed = secrets.iter().map(|(path, secret)| (path.clone(), json!(secret.expose())));
            exposed.collect::<Map<_, _>>().into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::secret::Secret;
    use std::collections::BTreeMap;

    #[test]
    fn texts_are_evaluated_over_what_never_changes() {
        let properties = Constant::Map(BTreeMap::from([("host".to_owned(), Constant::text("h"))]));
        let secrets = Constant::Secrets(BTreeMap::from([("/v/a:k".to_owned(), Secret::new("s"))]));
        let variables = BTreeMap::from([("properties".to_owned(), properties), ("secrets".to_owned(), secrets)]);
        let once = Once::of(&World { variables, ..World::default() });
        for (text, expected) in [
            ("http://a/b", Some("http://a/b")),
            ("http://{#properties['host']}:80/{b}", Some("http://h:80/{b}")),
            ("{#secrets.get('/v/a:k')}", Some("s")),
            ("{#properties['none']}", None),
            ("{#request.path}", None),
            ("{#a +}", None),
        ] {
            assert_eq!(once.value(text).ok().as_deref(), expected, "{text}");
        }
    }
}
