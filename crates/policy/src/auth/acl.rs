//! Groups of known clients that may, or may not.

use crate::answer::AnswerError;
use crate::exchange::Exchange;
use crate::refusal::ReadyRefusals;
use crate::{Outcome, Policy, Running};
use http::{HeaderName, HeaderValue};
use model::policy::{Acl as Data, Case, GroupRule};
use std::collections::HashSet;

/// Asks who the client is, which an earlier step found out.
pub(crate) struct Acl {
    allow: bool,
    groups: HashSet<String>,
    header: Option<HeaderName>,
    refusals: ReadyRefusals,
}

impl Acl {
    pub(crate) fn compile(data: &Data, header: Option<HeaderName>) -> Result<Self, AnswerError> {
        let (allow, groups) = match &data.rule {
            GroupRule::Allow(groups) => (true, groups),
            GroupRule::Deny(groups) => (false, groups),
        };
        let refusals = ReadyRefusals::compile(&data.refusals)?;
        Ok(Self { allow, groups: groups.iter().cloned().collect(), header, refusals })
    }
}

impl Policy for Acl {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        let Exchange { request, identity, .. } = exchange;
        if let Some(header) = &self.header {
            request.headers.remove(header);
        }
        let Some(identity) = identity else {
            let text = "this route wants to know who asks";
            return Running::Done(Outcome::Fail(self.refusals.failure(Case::Anonymous, text, "")));
        };
        let member = identity.access.iter().any(|group| self.groups.contains(&**group));
        if member != self.allow {
            let text = "this client may not use this route";
            return Running::Done(Outcome::Fail(self.refusals.failure(Case::Forbidden, text, "")));
        }
        if let (Some(header), false) = (&self.header, identity.access.is_empty())
            && let Ok(groups) = HeaderValue::try_from(identity.access.join(", "))
        {
            request.headers.insert(header, groups);
        }
        Running::Done(Outcome::Continue)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::testing;

    fn run(rule: GroupRule, access: Option<&[&str]>) -> (Result<(), u16>, Option<String>) {
        let header = HeaderName::from_static("x-groups");
        let data = Data { rule, header: None, refusals: Default::default() };
        let mut exchange = testing::of(http::Request::get("/").header("x-groups", "forged"));
        exchange.identity = access.map(|groups| testing::identity("c", &[], groups));
        let judged = match Acl::compile(&data, Some(header)).unwrap().run(&mut exchange) {
            Running::Done(Outcome::Continue) => Ok(()),
            Running::Done(Outcome::Fail(failure)) => Err(failure.kind.status()),
            _ => panic!("neither on nor refused"),
        };
        (judged, exchange.request.headers.get("x-groups").map(|value| value.to_str().unwrap().to_owned()))
    }

    #[test]
    fn groups_decide_and_only_the_gateway_names_them() {
        let allow = || GroupRule::Allow(vec!["dev".into(), "ops".into()]);
        let deny = || GroupRule::Deny(vec!["dev".into(), "ops".into()]);
        type Case<'a> = (GroupRule, Option<&'a [&'a str]>, Result<(), u16>, Option<&'a str>);
        let cases: [Case<'_>; 8] = [
            (allow(), Some(&["x", "ops"]), Ok(()), Some("x, ops")),
            (allow(), Some(&["x"]), Err(403), None),
            (allow(), Some(&[]), Err(403), None),
            (allow(), None, Err(401), None),
            (deny(), Some(&["x", "ops"]), Err(403), None),
            (deny(), Some(&["x"]), Ok(()), Some("x")),
            (deny(), Some(&[]), Ok(()), None),
            (deny(), None, Err(401), None),
        ];
        for (rule, access, expected, header) in cases {
            assert_eq!(run(rule, access), (expected, header.map(str::to_owned)));
        }
    }
}
