//! A model as text, without what is like everywhere.

use model::Gateway;
use serde::Serialize;
use serde_json::{Map, Value, json};

/// Shows models.
pub(super) struct Show {
    usual: Vec<Value>,
}

impl Show {
    /// Leaves out what this gateway has too: what a language means when nothing is written.
    pub(super) fn without(empty: &Gateway) -> Self {
        let mut usual = everywhere();
        usual.push(value(&empty.listeners));
        for table in &empty.tables {
            usual.extend([
                value(&table.answers),
                value(&table.marks),
                value(table.normalization),
                value(&table.global),
            ]);
            for around in table.routes.iter().filter_map(|route| route.around.as_ref()) {
                usual.push(value(&around.answers));
                usual.extend(around.world.variables.values().map(value));
            }
        }
        usual.retain(|value| !is_empty(value));
        Self { usual }
    }

    /// The model as YAML.
    pub(super) fn text(&self, gateway: &Gateway) -> String {
        let mut value = value(gateway);
        self.shorten(&mut value);
        if is_empty(&value) { "nothing\n".to_owned() } else { yaml(&value) }
    }

    fn shorten(&self, value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.shorten(item)),
            Value::Object(map) => match duration(map) {
                Some(text) => *value = text,
                None => self.shorten_members(map),
            },
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn shorten_members(&self, map: &mut Map<String, Value>) {
        if let Some(Value::Array(rank)) = map.get_mut("rank") {
            // Four numbers whose upper bits say the class.
            let parts: Vec<String> = rank.iter().map(|n| format!("{:x}", n.as_u64().unwrap())).collect();
            map.insert("rank".into(), parts.join(" ").into());
        }
        map.retain(|_, member| !is_empty(member) && !self.usual.contains(member));
        if let Some(Value::Object(account)) = map.get_mut("aws") {
            // An account always has TLS; an upstream that has it shows it.
            account.retain(|_, member| *member != value(model::tls::ClientTls::default()));
        }
        map.values_mut().for_each(|member| self.shorten(member));
        map.retain(|_, member| !is_empty(member));
    }
}

/// A value as YAML, under a name; nothing when it is empty.
pub(super) fn more(name: &str, of: impl Serialize) -> String {
    let mut value = value(of);
    Show { usual: everywhere() }.shorten(&mut value);
    if is_empty(&value) { String::new() } else { yaml(&json!({ name: value })) }
}

fn yaml(value: &Value) -> String {
    serde_saphyr::to_string(value).unwrap()
}

fn value(of: impl Serialize) -> Value {
    serde_json::to_value(of).unwrap()
}

fn duration(map: &Map<String, Value>) -> Option<Value> {
    let (secs, nanos) = (map.get("secs")?.as_u64()?, map.get("nanos")?.as_u64()?);
    Some(json!(format!("{}ms", secs * 1000 + nanos / 1_000_000)))
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

fn everywhere() -> Vec<Value> {
    vec![
        value(model::listener::Limits::default()),
        value(model::table::PathNormalization::default()),
        value(model::call::Arguments::default()),
        value(model::call::CallTimeouts::default()),
        value(model::call::EventRules::default()),
        value(model::call::ReplyRules::default()),
        value(model::endpoint::UpstreamTimeouts::default()),
        value(model::endpoint::Keepalive::default()),
        value(model::aws::Aws::default()),
        value(model::aws::Aws::KEEPALIVE),
        value(model::aws::Credentials::default()),
        value(model::forward::Forward::Direct),
        value(model::forward::Forward::Environment),
        value(model::chain::OverlayEntry::NextStep),
    ]
}
