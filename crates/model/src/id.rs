//! Names of things. An id carries its origin (`native/route/users`), so that sources merge without clashes.

use serde::Serialize;
use std::fmt;
use std::sync::Arc;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Takes the text as it is.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into().into())
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The last part of it: the id without its origin, unless it has a slash itself.
            pub fn bare(&self) -> &str {
                self.0.rsplit('/').next().unwrap_or(&self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", self.0)
            }
        }
    )*};
}

ids! {
    /// Names a [`crate::table::Table`].
    TableId
    /// Names a [`crate::route::Route`] within its table.
    RouteId
    /// Names an [`crate::endpoint::Upstream`].
    UpstreamId
    /// Names a [`crate::consumer::Consumer`].
    ConsumerId
    /// Names a group of consumers.
    GroupId
    /// The name of a policy's place in the chain: the plugin's name, `key-auth` for example.
    /// Of the steps of one slot only one runs on each side of the exchange.
    Slot
}
