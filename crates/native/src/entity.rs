//! The types as written: what a document of the native language may say.
//!
//! Nothing here has a default value; what is left out is filled in by `lower`, in one place.

pub mod answer;
pub mod aws;
pub mod constant;
pub mod consumer;
pub mod endpoints;
pub mod expression;
pub mod keyed;
pub mod listener;
pub mod matching;
pub mod route;
pub mod table;
pub mod upstream;

use crate::decode::{At, Either, Given, OneOrMany, Pairs, Text, entity};
use crate::policy::Step;
use answer::{Answers, Messages};
use consumer::{Consumer, GroupPolicies};
use keyed::KeyedAnswers;
use listener::Listener;
use route::Route;
use table::{Entry, Marks, Normalization, Overlay, Table};
use upstream::Upstream;

entity! {
    /// A gateway.
    Config {
        /// The name of this table of routes; `main` without it.
        name: Option<Text>,
        /// Where clients connect: an address such as `127.0.0.1:8000`, a listener, or a list of them. Without it: `127.0.0.1:8000`.
        listen: Option<OneOrMany<Either<Text, Listener>>>,
        /// Region, endpoint and credentials of every call that says nothing else.
        "aws" account: Option<aws::Account>,
        /// Which requests go where.
        routes: Option<Vec<At<Route>>>,
        /// Policies around every route, and around the answer when there is none.
        policies: Option<Vec<At<Step>>>,
        /// Whether policies around every route leave alone a request that no route takes; false without it. They run on its response in any case.
        policies_need_route: Option<At<bool>>,
        /// Http upstreams that routes refer to by name.
        upstreams: Option<Pairs<Upstream>>,
        /// Clients that the gateway knows.
        consumers: Option<Vec<Consumer>>,
        /// Policies for the members of a group, by its name.
        groups: Option<Pairs<GroupPolicies>>,
        /// What is said when nothing else answered, by failure code.
        answers: Option<Answers>,
        /// How messages are written; as problem details without it.
        messages: Option<Messages>,
        /// What is said by the failure's key, before `messages`.
        keyed_answers: Option<KeyedAnswers>,
        /// Whether all response policies run after a failure, not those around every route alone; false without it.
        failures_run_all: Option<At<bool>>,
        /// What every response shows of the gateway.
        marks: Option<Given<Marks>>,
        /// What happens to a path before routes are tried.
        path_normalization: Option<Normalization>,
        /// Policies for known clients, in the long form.
        overlays: Option<Vec<At<Overlay>>>,
        /// When policies for a known client take effect; without it from the next step on.
        overlay_entry: Option<At<Entry>>,
        /// Further tables of routes by name. Where nothing else of this page is a table's, they are the only ones.
        tables: Option<Pairs<Table>>,
    }
}
