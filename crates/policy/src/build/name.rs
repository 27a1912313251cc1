//! What policies are called in errors, and which of them run at the end.

use model::policy::Policy as Data;

/// Whether it runs after the last byte, and only then.
pub(super) fn is_log(data: &Data) -> bool {
    match data {
        Data::Refusing(one) => is_log(&one.policy),
        data => matches!(data, Data::Log(_) | Data::Count(_)),
    }
}

/// Whether it may run after the last byte.
pub(super) fn may_log(data: &Data) -> bool {
    match data {
        Data::Refusing(one) => may_log(&one.policy),
        data => is_log(data) || matches!(data, Data::Breaker(_)),
    }
}

/// What it is called.
pub(super) fn name(data: &Data) -> &'static str {
    match data {
        Data::Call(_) => "a call",
        Data::Respond(_) => "a fixed answer",
        Data::Terminate(_) => "a termination",
        Data::KeyAuth(_) => "key authentication",
        Data::BasicAuth(_) => "basic authentication",
        Data::Jwt(_) => "token authentication",
        Data::HmacAuth(_) => "authentication by signature",
        Data::AccessToken(_) => "a judgement of tokens",
        Data::AnyOf(_) => "a choice of policies",
        Data::ForwardAuth(_) => "a question to a server",
        Data::PolicyAgent(_) => "a question to a policy agent",
        Data::ClientAddress(_) => "the client's address",
        Data::Acl(_) => "an access list",
        Data::IpRestriction(_) => "a restriction of addresses",
        Data::RequestSize(_) => "a limit of request sizes",
        Data::RateLimit(_) => "a rate limit",
        Data::HeaderTexts(_) => "a change of headers by expressions",
        Data::Assign(_) => "an assignment of attributes",
        Data::BodyTemplate(_) => "a body by a template",
        Data::CheckJson(_) => "a check of bodies",
        Data::CheckValues(_) => "a check of values",
        Data::CheckAddresses(_) => "a check of addresses",
        Data::Compress(_) => "an encoding of responses",
        Data::Compose(_) => "an answer by expressions",
        Data::FirstOf(_) => "a choice of ways in",
        Data::Fail(_) => "a failure",
        Data::RequestTransform(_) => "a change of requests",
        Data::ResponseTransform(_) => "a change of responses",
        Data::Log(_) => "a log",
        Data::KeepBody(_) => "a body that is kept",
        Data::Count(_) => "a count",
        Data::Cors(_) => "cors",
        Data::Csrf(_) => "csrf",
        Data::HostCertificates(_) => "host-certificates",
        Data::Headers(_) => "a change of headers",
        Data::RequestId(_) => "a request id",
        Data::Pace(_) => "a limit of pace",
        Data::Concurrency(_) => "a limit of concurrency",
        Data::Cache(_) => "a cache",
        Data::Breaker(_) => "a breaker",
        Data::Refuse(_) => "a refusal",
        Data::Refusing(one) => name(&one.policy),
        Data::Validate(_) => "a validation of requests",
        Data::Inject(_) => "an answer that is made up",
        Data::Split(_) => "a division",
        Data::Redirect(_) => "a redirect",
        Data::Rewrite(_) => "a rewrite of requests",
        Data::ResponseRewrite(_) => "a rewrite of responses",
        Data::LeadByPath(_) => "a lead by paths",
        Data::QueryTexts(_) => "a change of queries by expressions",
        Data::PathRules(_) => "rules of paths",
        Data::Again(_) => "a repetition",
        Data::Missing { .. } => "a missing policy",
    }
}
