//! APISIX's objects as APISIX spells them: which kinds there are, what they consist of, how their keys are made.
//!
//! An object is the JSON that was written, without defaults. What it means is told by `lower`.

mod consumer;
mod part;
mod plugin_set;
mod route;
mod secret;
mod service;
mod ssl;
mod stream_route;
mod upstream;

pub use part::Part;
pub(crate) use route::{address, host};

use crate::schema::{Object, Schema};
use serde_json::Value;
use std::sync::OnceLock;

/// APISIX's version whose behaviour is matched and which is told to clients.
pub const VERSION: &str = "3.18.0";

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident $name:literal $singular:literal $schema:path;)*) => {
        /// The kinds of objects.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $($(#[$doc])* $variant,)*
        }

        impl Kind {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// As keys, files and the Admin API's paths spell it. A credential's is that of its last part.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// One of them, as messages and schema endpoints call it.
            pub fn singular(self) -> &'static str {
                match self {
                    $(Self::$variant => $singular,)*
                }
            }

            fn written(self) -> Value {
                match self {
                    $(Self::$variant => $schema(),)*
                }
            }
        }
    };
}

kinds! {
    /// What takes requests.
    Routes "routes" "route" route::schema;
    /// What routes have in common.
    Services "services" "service" service::schema;
    /// Nodes together.
    Upstreams "upstreams" "upstream" upstream::schema;
    /// Clients.
    Consumers "consumers" "consumer" consumer::schema;
    /// What proves who a client is: `consumers/NAME/credentials/ID`.
    Credentials "credentials" "credential" consumer::credential;
    /// What clients have in common.
    ConsumerGroups "consumer_groups" "consumer_group" plugin_set::consumer_group;
    /// Plugins that routes have in common.
    PluginConfigs "plugin_configs" "plugin_config" plugin_set::plugin_config;
    /// Plugins for all requests.
    GlobalRules "global_rules" "global_rule" plugin_set::global_rule;
    /// What a plugin does everywhere; the id is the plugin's name.
    PluginMetadata "plugin_metadata" "plugin_metadata" plugin_set::metadata;
    /// Certificates.
    Ssls "ssls" "ssl" ssl::schema;
    /// Where secrets are kept; the id is `MANAGER/ID`.
    Secrets "secrets" "secret" secret::schema;
    /// Protocol buffers.
    Protos "protos" "proto" plugin_set::proto;
    /// Routes of the stream proxy.
    StreamRoutes "stream_routes" "stream_route" stream_route::schema;
}

impl Kind {
    /// The kind of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }

    /// What its objects consist of. The schema of plugins, and of secrets by manager, is asked elsewhere.
    pub fn schema(self) -> &'static Schema {
        static SCHEMAS: [OnceLock<Schema>; Kind::ALL.len()] = [const { OnceLock::new() }; Kind::ALL.len()];
        SCHEMAS[self as usize].get_or_init(|| Schema::of(self.written()))
    }

    /// The kinds whose objects others name, with the members that name them.
    pub fn references(self) -> &'static [(&'static str, Self)] {
        match self {
            Self::Routes => &[
                ("service_id", Self::Services),
                ("upstream_id", Self::Upstreams),
                ("plugin_config_id", Self::PluginConfigs),
            ],
            Self::Services | Self::StreamRoutes => &[("upstream_id", Self::Upstreams)],
            Self::Consumers => &[("group_id", Self::ConsumerGroups)],
            Self::Upstreams
            | Self::Credentials
            | Self::ConsumerGroups
            | Self::PluginConfigs
            | Self::GlobalRules
            | Self::PluginMetadata
            | Self::Ssls
            | Self::Secrets
            | Self::Protos => &[],
        }
    }
}

/// The schema of a secret manager's objects; `None` for one that is not known.
pub fn secret_schema(manager: &str) -> Option<&'static Schema> {
    secret::of(manager)
}

/// The text of an id, which may be written as a number.
pub fn id_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// What an object is called in its own members: a consumer's name, else its id.
pub fn own_id(kind: Kind, object: &Object) -> Option<String> {
    match kind {
        Kind::Consumers => object.get("username").and_then(id_text),
        _ => object.get("id").and_then(id_text),
    }
}

#[cfg(test)]
mod tests;
