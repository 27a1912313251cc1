//! Kong's entities as Kong spells them: which collections there are, what their entities consist of, how they are named.
//!
//! An entity is an object whose defaults are filled in; what it consists of is told by its [`Record`]. What it means is
//! told by `lower`.

pub(crate) mod certificate;
mod consumer;
pub mod credential;
pub mod id;
pub mod path;
mod plugin;
mod route;
mod service;
mod upstream;
mod vault;

pub use route::Flavor;
pub(crate) use route::{LEFT_OUT, REFUSED, misread};

use crate::schema::{Field, Object, Record, Rule, array, integer, set, string, text};

/// Kong's version whose behaviour is matched and which is told to clients.
pub const VERSION: &str = "3.10.0";

/// One entity with its defaults.
#[derive(Clone, PartialEq)]
pub struct Entity {
    /// What it is.
    pub collection: Collection,
    /// Its members.
    pub object: Object,
    /// Where it was written.
    pub origin: Origin,
    /// Its values are as Kong stores them: passwords are hashed.
    pub stored: bool,
}

/// Where an entity was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// Number of the document among those that were read.
    pub document: usize,
    /// Path in it.
    pub path: Vec<crate::schema::Step>,
}

macro_rules! collections {
    ($($(#[$doc:meta])* $variant:ident $name:literal $key:expr, $record:expr;)*) => {
        /// The collections of entities.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Collection {
            $($(#[$doc])* $variant,)*
        }

        impl Collection {
            /// All of them, parents before children.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// As it is called in files and in the Admin API.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// The member by which an entity may be named instead of its id.
            pub fn endpoint_key(self) -> Option<&'static str> {
                match self {
                    $(Self::$variant => $key,)*
                }
            }

            /// What its entities consist of.
            pub fn record(self, flavor: Flavor) -> Record {
                let of: fn(Flavor) -> Record = match self {
                    $(Self::$variant => $record,)*
                };
                of(flavor)
            }
        }
    };
}

collections! {
    /// Keys that `{vault://…}` finds.
    Vaults "vaults" Some("prefix"), |_| vault::record();
    /// Certificate authorities.
    CaCertificates "ca_certificates" None, |_| certificate::authority();
    /// Certificates with their keys.
    Certificates "certificates" None, |_| certificate::record();
    /// Server names of certificates.
    Snis "snis" Some("name"), |_| certificate::sni();
    /// Upstreams.
    Services "services" Some("name"), |_| service::record();
    /// What leads requests to services.
    Routes "routes" Some("name"), route::record;
    /// Clients.
    Consumers "consumers" Some("username"), |_| consumer::record();
    /// Keys of clients.
    KeyauthCredentials "keyauth_credentials" Some("key"), |_| credential::key();
    /// Names and passwords of clients.
    BasicauthCredentials "basicauth_credentials" Some("username"), |_| credential::basic();
    /// Clients' keys for tokens.
    JwtSecrets "jwt_secrets" Some("key"), |_| credential::jwt();
    /// Clients' secrets for signatures.
    HmacauthCredentials "hmacauth_credentials" Some("username"), |_| credential::hmac();
    /// Groups that clients belong to.
    Acls "acls" None, |_| credential::acl();
    /// Nodes together.
    Upstreams "upstreams" Some("name"), |_| upstream::record();
    /// Nodes.
    Targets "targets" Some("target"), |_| upstream::target();
    /// What is done to requests.
    Plugins "plugins" Some("instance_name"), |_| plugin::record();
}

/// Collections that Kong or its tools know and that mean nothing here, with what is lost.
pub const FOREIGN: &[(&str, &str)] = &[
    ("keys", "keys and key sets are used by plugins that are not there"),
    ("key_sets", "keys and key sets are used by plugins that are not there"),
    ("filter_chains", "WebAssembly filters do not run here, so requests pass without them"),
    ("workspaces", "there is one workspace; entities of others are served in it"),
    ("oauth2_credentials", "the plugin oauth2 is not there, so nobody can use them"),
    ("oauth2_tokens", "the plugin oauth2 is not there, so nobody can use them"),
    ("oauth2_authorization_codes", "the plugin oauth2 is not there, so nobody can use them"),
    ("sessions", "the plugin session is not there, so nobody can use them"),
    ("parameters", "they belong to Kong's own cluster"),
    ("rbac_roles", "the Admin API knows no roles"),
    ("rbac_users", "the Admin API knows no roles"),
    ("licenses", "no license is needed"),
    ("service_packages", "they belong to Kong's cloud"),
    ("degraphql_routes", "the plugin degraphql is not there, so nobody can use them"),
    ("custom_plugins", "plugins written in Lua do not run here"),
    ("partials", "plugins that refer to them do not get their values"),
];

impl Collection {
    /// The collection of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|collection| collection.name() == name)
    }

    /// The members that name entities of other collections, with these.
    pub fn foreign(self) -> &'static [(&'static str, Self)] {
        match self {
            Self::Snis => &[("certificate", Self::Certificates)],
            Self::Services => &[("client_certificate", Self::Certificates)],
            Self::Upstreams => &[("client_certificate", Self::Certificates)],
            Self::Routes => &[("service", Self::Services)],
            Self::Targets => &[("upstream", Self::Upstreams)],
            Self::Plugins => &[("route", Self::Routes), ("service", Self::Services), ("consumer", Self::Consumers)],
            Self::KeyauthCredentials
            | Self::BasicauthCredentials
            | Self::JwtSecrets
            | Self::HmacauthCredentials
            | Self::Acls => &[("consumer", Self::Consumers)],
            Self::Vaults | Self::CaCertificates | Self::Certificates | Self::Consumers => &[],
        }
    }

    /// The collections that may stand inside an entity of this one, with the member that names the parent.
    pub fn children(self) -> impl Iterator<Item = (Self, &'static str)> {
        let of = move |child: Self| {
            let (member, _) = child.foreign().iter().find(|(_, parent)| *parent == self)?;
            (*member != "client_certificate").then_some((child, *member))
        };
        Self::ALL.iter().copied().filter_map(of)
    }

    /// Members that no two entities share.
    pub fn unique(self) -> &'static [&'static str] {
        match self {
            Self::Services | Self::Routes | Self::Upstreams | Self::Snis => &["name"],
            Self::Consumers => &["username", "custom_id"],
            Self::KeyauthCredentials | Self::JwtSecrets => &["key"],
            Self::BasicauthCredentials | Self::HmacauthCredentials => &["username"],
            Self::Vaults => &["prefix"],
            Self::Plugins => &["instance_name"],
            Self::CaCertificates | Self::Certificates | Self::Acls | Self::Targets => &[],
        }
    }
}

impl Entity {
    /// Its id.
    pub fn id(&self) -> &str {
        self.text("id").unwrap_or_default()
    }

    /// A text of it.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.object.get(name)?.as_str()
    }

    /// The id of another entity that it names.
    pub fn reference(&self, name: &str) -> Option<&str> {
        self.object.get(name)?.get("id")?.as_str()
    }

    /// How people call it: its name, or its id.
    pub fn label(&self) -> &str {
        let name = self.collection.endpoint_key().filter(|_| !self.is_credential());
        let name = if self.collection == Collection::Plugins { Some("name") } else { name };
        name.and_then(|name| self.text(name)).unwrap_or_else(|| self.id())
    }

    fn is_credential(&self) -> bool {
        matches!(self.collection, Collection::KeyauthCredentials | Collection::JwtSecrets)
    }
}

impl std::fmt::Debug for Entity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.collection.name(), self.id())
    }
}

/// Members that all entities have.
fn with_common(mut fields: Vec<Field>) -> Vec<Field> {
    let mut all = vec![string("id").rule(Rule::Text(text::uuid)), integer("created_at"), integer("updated_at")];
    all.append(&mut fields);
    all.push(set("tags", string("").rule(Rule::Text(text::tag))));
    all
}

/// A list of texts.
fn texts(name: &'static str) -> Field {
    array(name, string(""))
}

#[cfg(test)]
mod tests;
