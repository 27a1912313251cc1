//! `policy-agent`: a policy agent that decides whether a request may pass.

use super::Around;
use super::server::{self, Asked};
use crate::decode::{At, OneOrMany, Text, entity, said};
use crate::lower::{Lowering, header};
use crate::write::{Pen, texts, unless};
use model::policy::{self, Policy};

entity! {
    /// Who decides, what he is told, and what becomes of his decision. He is asked as an Open Policy Agent is: by POST,
    /// with `{"input": {"request": …, "var": …}}`, and answers `{"result": {"allow": true}}`, which may have `reason`,
    /// `headers` and `status_code` beside. Who gets no decision gets 403, or 503 where it cannot be read.
    PolicyAgent {
        /// Who decides: the URL of a decision, or more about it: `http://127.0.0.1:8181/v1/data/example`.
        server: Asked,
        /// Whether he is told id and name of the route; false without it.
        route: Option<At<bool>>,
        /// Whether he is told id and name of the service; false without it.
        service: Option<At<bool>>,
        /// Whether he is told who the client is; false without it.
        consumer: Option<At<bool>>,
        /// Headers of the decision that those behind get instead of the client's.
        upstream: Option<OneOrMany<Text>>,
    }
}

pub(crate) fn lower(written: &At<PolicyAgent>, _: &Around<'_>, at: &mut Lowering<'_>) -> Option<Policy> {
    Some(Policy::PolicyAgent(Box::new(policy::PolicyAgent {
        server: server::lower(&written.server, at),
        route: said(&written.route, false),
        service: said(&written.service, false),
        consumer: said(&written.consumer, false),
        upstream: header::names(written.upstream.as_ref(), &[], at),
    })))
}

pub(crate) fn write(one: &policy::PolicyAgent, pen: &mut Pen<'_>) -> PolicyAgent {
    PolicyAgent {
        server: server::write(&one.server, pen),
        route: unless(one.route, &false),
        service: unless(one.service, &false),
        consumer: unless(one.consumer, &false),
        upstream: texts(&one.upstream),
    }
}
