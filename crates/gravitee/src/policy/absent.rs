//! Policies that the original has and this gateway does not: what changes without each.

/// A policy that is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Absent {
    /// Its name.
    pub name: &'static str,
    /// Whether it guards: APIs that it would have guarded answer 503 rather than stand open.
    pub guards: bool,
    /// What changes because it is not there.
    pub loss: &'static str,
}

const fn guard(name: &'static str, loss: &'static str) -> Absent {
    Absent { name, guards: true, loss }
}

const fn plain(name: &'static str, loss: &'static str) -> Absent {
    Absent { name, guards: false, loss }
}

/// All policies of the original that are not there.
pub const ABSENT: &[Absent] = &[
    guard("basic-authentication", "names and passwords are not checked"),
    guard("jwt", "as a step of a flow it checks no token; as a plan it does"),
    guard("api-key", "as a step of a flow it checks no key; as a plan it does"),
    plain("key-less", "everybody passes in any case"),
    guard("oauth2", "as a step of a flow it checks no token; as a plan it does"),
    guard("openid-connect-userinfo", "the identity provider is not asked who the client is"),
    guard("http-signature", "signatures of requests are not checked"),
    guard("webhook-signature-validator", "signatures of requests are not checked"),
    guard("jws", "signed bodies are not checked"),
    guard("jwe", "encrypted tokens are not opened"),
    guard("saml", "assertions are not checked"),
    guard("certificate-authentication", "client certificates are not checked"),
    guard("mtls", "as a step of a flow it checks no certificate; as a plan it does"),
    guard("geoip-filtering", "addresses are not checked"),
    guard("rbac", "roles are not checked"),
    guard("role-based-access-control", "roles are not checked"),
    guard("ai-rate-limit", "requests are not limited"),
    guard("concurrency-limit", "requests are not limited"),
    guard("xml-validation", "bodies are not validated"),
    guard("oas-validation", "requests are not validated"),
    guard("graphql-rate-limit", "requests are not limited"),
    guard("json-threat-protection", "bodies are not examined"),
    guard("xml-threat-protection", "bodies are not examined"),
    guard("regex-threat-protection", "requests are not examined"),
    guard("data-logging-masking", "nothing is masked"),
    guard("policy-data-masking", "nothing is masked"),
    guard("groovy", "its script does not run; it may have refused requests"),
    guard("javascript", "its script does not run; it may have refused requests"),
    guard("policy-circuit-breaker", "the endpoint is not left alone"),
    guard("callout-http", "its calls are not made; their answers may have refused requests"),
    guard("policy-http-callout", "its calls are not made; their answers may have refused requests"),
    guard("traffic-shadowing", "requests are not copied"),
    guard("opa", "the policy agent is not asked"),
    guard("authz", "nobody is asked whether the client may"),
    guard("guard-rails", "prompts are not examined"),
    plain("transform-body", "bodies stay as they are"),
    plain("json-to-json", "bodies stay as they are"),
    plain("json-xml", "bodies stay as they are"),
    plain("xml-json", "bodies stay as they are"),
    plain("xslt", "bodies stay as they are"),
    plain("html-json", "bodies stay as they are"),
    plain("url-rewriting", "addresses in responses stay as they are"),
    plain("rest-to-soap", "requests stay as they are"),
    plain("metrics-reporter", "no figures are sent"),
    plain("policy-metrics-reporter", "no figures are sent"),
    plain("generate-jwt", "no token is made"),
    plain("generate-http-signature", "requests are not signed"),
    guard("ssl-enforcement", "requests without TLS are not refused"),
    plain("message-filtering", "there are no messages"),
    plain("avro-json", "bodies stay as they are"),
    plain("protobuf-json", "bodies stay as they are"),
];

/// What is known about a policy that is not there; nothing is known about people's own.
pub fn absent(name: &str) -> Option<&'static Absent> {
    ABSENT.iter().find(|policy| policy.name == name)
}
