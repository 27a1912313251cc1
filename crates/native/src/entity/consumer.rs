//! Clients that the gateway knows, as written.

use super::policy::Step;
use crate::decode::{At, Hidden, OneOrMany, Text, entity};

entity! {
    /// A known client.
    Consumer {
        /// Its name, as functions and upstreams are told it.
        name: Text,
        /// Its id, where that is not made from the name.
        id: Option<Text>,
        /// Groups it belongs to.
        groups: Option<OneOrMany<Text>>,
        /// Its keys for `key-auth`, best as `${NAME}`.
        keys: Option<OneOrMany<Hidden>>,
        /// Policies for it alone, instead of those of equal slot or beside them.
        policies: Option<Vec<At<Step>>>,
        /// The routes on which its policies hold; all without it.
        routes: Option<OneOrMany<Text>>,
    }
}

entity! {
    /// Policies for the members of a group.
    GroupPolicies {
        /// The policies.
        policies: Option<Vec<At<Step>>>,
        /// The routes on which they hold; all without it.
        routes: Option<OneOrMany<Text>>,
    }
}
