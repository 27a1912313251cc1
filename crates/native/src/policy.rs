//! Policies: how each is written, what it means, and the way back. One file for each; the table here names them all.

pub mod access_token;
pub mod acl;
pub mod again;
pub mod any_of;
pub mod assign;
pub mod basic_auth;
mod body_template;
pub mod breaker;
pub mod cache;
pub mod call;
pub mod challenge;
pub mod changes;
mod check_addresses;
mod check_json;
mod check_values;
mod client_address;
pub mod compose;
mod compress;
pub mod concurrency;
pub mod cors;
pub mod count;
pub mod csrf;
pub mod error_body;
pub mod fail;
pub mod fields;
pub mod first_of;
pub mod forward_auth;
pub mod header_name;
pub mod header_texts;
pub mod headers;
pub mod hmac_auth;
pub mod host_certificates;
pub mod http_log;
pub mod identity;
pub mod inject;
pub mod ip_restriction;
pub mod jwt;
pub mod key_auth;
pub mod lead_by_path;
pub mod log;
pub mod missing;
pub mod pace;
pub mod path_rules;
mod policy_agent;
pub mod proof;
pub mod query_texts;
pub mod rate_limit;
pub mod record;
pub mod redirect;
pub mod refusals;
pub mod refuse;
pub mod request_id;
pub mod request_size;
pub mod request_text;
pub mod request_transform;
pub mod respond;
pub mod response_rewrite;
pub mod response_transform;
pub mod rewrite;
pub mod server;
pub mod split;
pub mod substitution;
pub mod terminate;
pub mod validate;

use crate::decode::{
    At, Decode, Either, Given, Hidden, Json, Lasting, OneOrMany, Pairs, Rate, Size, Text, entity, words,
};
use crate::entity::answer::Answer;
use crate::entity::expression::{Expression, Failure};
use crate::entity::matching::Match;
use crate::lower::Lowering;
use crate::lower::place::Holder;
use crate::write::Pen;
use model::chain;
use model::chain::Phase::{Access, Log, Response, Rewrite};
use model::policy::Policy;
use schemars::Schema;
use serde_json::json;
use std::sync::LazyLock;

/// What a policy needs to know of its place.
#[derive(Clone, Copy)]
pub(crate) struct Around<'a> {
    /// What holds the list in which it stands.
    pub(crate) holder: Holder<'a>,
    /// The name under which it competes.
    pub(crate) slot: &'a str,
}

/// Key, field and type of each policy, the phases in which it runs if it does not say, and what reads its meaning.
macro_rules! forms {
    ($($(#[$doc:meta])* $key:literal $field:ident: $form:ty, [$($phase:ident),*], $lower:path;)*) => {
        entity! {
            /// One policy, and where it stands if that is not told by its place in the list. The name alone is enough
            /// where every member has a usual value.
            #[schemars(transform = or_a_name)]
            Step or bare {
                $($(#[$doc])* $key $field: Option<Box<$form>>,)*
                /// The body of what the policy refuses with, instead of its own; or more about it.
                error_body: Option<Either<Text, error_body::ErrorBody>>,
                /// Only for requests that satisfy this.
                when: Option<At<Match>>,
                /// The phase in which it runs, and then on this side only; several for several sides.
                phase: Option<OneOrMany<At<Phase>>>,
                /// Its number within the phase, lower first; 10 for the first of a list, 20 for the second, and so on.
                order: Option<At<i64>>,
                /// Of equal slots the highest runs; 0 in the global list, 10 in a route, 20 for a group, 30 for a consumer.
                precedence: Option<At<u8>>,
                /// The name under which it competes; the policy's own without it.
                slot: Option<Text>,
            }
        }

        /// All policies.
        pub(crate) const KEYS: &[&str] = &[$($key),*];

        /// Those of which the name alone is enough.
        fn bare() -> &'static [&'static str] {
            static BARE: LazyLock<Vec<&str>> = LazyLock::new(|| {
                let all = [$(($key, <$form as Decode>::empty().is_some())),*];
                all.into_iter().filter(|(_, is_bare)| *is_bare).map(|(key, _)| key).collect()
            });
            &BARE
        }

        /// The policies that an entry has, and the phases in which each usually runs. One that is right has one.
        pub(crate) fn named(step: &Step) -> Vec<(&str, &'static [chain::Phase])> {
            let mut all: Vec<(&str, &'static [chain::Phase])> = Vec::new();
            $(if step.$field.is_some() {
                all.push(($key, &[$($phase),*]));
            })*
            all
        }

        /// What an entry does.
        pub(crate) fn lower(step: &Step, around: &Around<'_>, at: &mut Lowering<'_>) -> Option<Policy> {
            $(if let Some(form) = &step.$field {
                let policy = $lower(form, around, at)?;
                return Some(error_body::lower(policy, &step.error_body, at));
            })*
            None
        }
    };
}

forms! {
    /// Cross-origin resource sharing.
    "cors" cors: Given<cors::Cors>, [Rewrite, Response], cors::lower;
    /// Refuses requests that a page of another site may have forged.
    "csrf" csrf: At<csrf::Csrf>, [Access, Response], csrf::lower;
    /// Holds clients to the certificate that the host they ask for demands.
    "host-certificates" host_certificates: At<host_certificates::HostCertificates>, [Rewrite], host_certificates::lower;
    /// Demands a key and makes the client known.
    "key-auth" key_auth: Given<key_auth::KeyAuth>, [Access], key_auth::lower;
    /// Demands name and password and makes the client known.
    "basic-auth" basic_auth: Given<basic_auth::BasicAuth>, [Access], basic_auth::lower;
    /// Demands a signed token and makes the client known.
    "jwt" jwt: Given<jwt::Jwt>, [Access], jwt::lower;
    /// Demands a signature over the request and makes the client known.
    "hmac-auth" hmac_auth: Given<hmac_auth::HmacAuth>, [Access], hmac_auth::lower;
    /// Demands a token of an identity provider, whoever the client is.
    "access-token" access_token: At<access_token::AccessToken>, [Access], access_token::lower;
    /// Lets in whom one of several policies lets in: a list of policies, or more about it.
    "any-of" any_of: any_of::Written, [Access], any_of::lower;
    /// Lets in whom a server lets in.
    "forward-auth" forward_auth: At<forward_auth::ForwardAuth>, [Access], forward_auth::lower;
    /// Lets in whom a policy agent lets in.
    "policy-agent" policy_agent: At<policy_agent::PolicyAgent>, [Access], policy_agent::lower;
    /// Lets in by the first of several ways that fits: the ways, or more about them.
    "first-of" first_of: Either<Vec<At<first_of::Way>>, first_of::FirstOf>, [Access], first_of::lower;
    /// Lets known clients of some groups in.
    "acl" acl: At<acl::Acl>, [Access], acl::lower;
    /// Lets clients of some addresses in.
    "ip-restriction" ip_restriction: At<ip_restriction::IpRestriction>, [Access], ip_restriction::lower;
    /// Refuses requests of which a condition on variables is true: `[[http_user_agent, "~~", bot]]`, or more about it.
    "refuse" refuse: Either<At<Vec<Json>>, At<refuse::Refuse>>, [Access], refuse::lower;
    /// Refuses requests whose header or body is not as a JSON schema says.
    "validate" validate: At<validate::Validate>, [Access], validate::lower;
    /// Refuses requests with larger bodies than this.
    "request-size" request_size: Either<At<Size>, At<request_size::RequestSize>>, [Access], request_size::lower;
    /// Refuses clients that ask too often: `100/minute`, a list of such, or more about it.
    "rate-limit" rate_limit: Either<OneOrMany<Rate>, rate_limit::RateLimit>, [Access, Response], rate_limit::lower;
    /// Refuses clients that ask too fast, or lets them wait: `5/second`, or more about it.
    "pace" pace: Either<At<Rate>, At<pace::Pace>>, [Access], pace::lower;
    /// Refuses clients of which too much is under way: so many requests, or more about it.
    "concurrency" concurrency: Either<At<u32>, At<concurrency::Concurrency>>, [Access], concurrency::lower;
    /// Answers for those behind who fail again and again.
    "breaker" breaker: Given<breaker::Breaker>, [Access, Log], breaker::lower;
    /// Answers with kept responses for so long: a duration, or more about it.
    "cache" cache: Either<At<Lasting>, At<cache::Cache>>, [Access, Response], cache::lower;
    /// Changes header fields of the request.
    "request-headers" request_headers: headers::HeaderEdits, [Access], headers::lower;
    /// Changes header fields of the response.
    "response-headers" response_headers: headers::HeaderEdits, [Response], headers::lower;
    /// Changes path, method, header, body and query of the request, with parts of the request in the texts.
    "request-transform" request_transform: request_transform::RequestTransform, [Access], request_transform::lower;
    /// Changes header and JSON members of the response.
    "response-transform" response_transform: response_transform::ResponseTransform, [Response], response_transform::lower;
    /// Changes what those behind see of the request: its path, or more about it.
    "rewrite" rewrite: Either<Text, At<rewrite::Rewrite>>, [Access], rewrite::lower;
    /// Changes status, header and body of the response.
    "response-rewrite" response_rewrite: response_rewrite::ResponseRewrite, [Response], response_rewrite::lower;
    /// Changes header fields by texts with expressions; of the response with `phase: response`.
    "header-texts" header_texts: header_texts::HeaderTexts, [Access], header_texts::lower;
    /// Changes the query by texts with expressions.
    "query-texts" query_texts: query_texts::QueryTexts, [Access], query_texts::lower;
    /// Sets attributes of the exchange to texts with expressions, which keep their type.
    "assign" assign: Pairs<Expression>, [Access], assign::lower;
    /// Answers with texts with expressions, in the endpoint's place.
    "compose" compose: compose::Compose, [Access], compose::lower;
    /// Writes the body anew, by a template; of the response with `phase: response`.
    "body-template" body_template: body_template::Form, [Access], body_template::lower;
    /// The body must be JSON of a certain shape; of the response with `phase: response`.
    "check-json" check_json: check_json::CheckJson, [Access], check_json::lower;
    /// Refuses requests of which a value is wrong.
    "check-values" check_values: check_values::CheckValues, [Access], check_values::lower;
    /// Lets requests of some addresses in, by lists with expressions.
    "check-addresses" check_addresses: check_addresses::CheckAddresses, [Access], check_addresses::lower;
    /// Takes what a request tells for the client's address.
    "client-address" client_address: At<client_address::TakenAddress>, [Rewrite], client_address::lower;
    /// Encodes responses for clients that accept it.
    "compress" compress: Given<compress::Compress>, [Response], compress::lower;
    /// Refuses paths and methods.
    "path-rules" path_rules: path_rules::PathRules, [Access], path_rules::lower;
    /// Leads requests to another endpoint of the route, to a group or a URL, by their path.
    "lead-by-path" lead_by_path: lead_by_path::LeadByPath, [Access], lead_by_path::lower;
    /// Has the route's endpoints asked again where none has answered well: so many times, or more about it.
    "again" again: again::Written, [Access], again::lower;
    /// Fails the request.
    "fail" fail: Given<Failure>, [Access], fail::lower;
    /// Divides requests by weight: sets an attribute that later steps may ask for.
    "split" split: At<split::Split>, [Access], split::lower;
    /// Gives each request an id.
    "request-id" request_id: Given<request_id::RequestId>, [Rewrite, Response], request_id::lower;
    /// Answers with this, or with this status.
    "respond" respond: Either<At<u16>, Answer>, [Access], respond::lower;
    /// Sends clients elsewhere: where to, or more about it.
    "redirect" redirect: Either<Text, At<redirect::Redirect>>, [Access], redirect::lower;
    /// Pauses, or answers with what is made up.
    "inject" inject: inject::Inject, [Access], inject::lower;
    /// Answers requests that show a sign, or shows them what they are.
    "terminate" terminate: Given<terminate::Terminate>, [Access], terminate::lower;
    /// Calls a function.
    "call" call: At<crate::entity::aws::Call>, [Access], call::lower;
    /// Sends a record of each exchange to a server: its URL, or more about it.
    "http-log" http_log: Either<At<Hidden>, http_log::HttpLog>, [Log], http_log::lower;
    /// Tells of each exchange elsewhere: a server, a file, the log of the machine.
    "log" log: At<log::Log>, [Log], log::lower;
    /// Keeps the beginning of bodies for a log of the same slot.
    "keep-body" keep_body: Given<log::Keep>, [Access, Response], log::lower_keep;
    /// Counts each exchange under names and labels of your own, for a page of the status port.
    "count" count: At<count::Count>, [Log], count::lower;
    /// Refuses every request: stands for a policy of this name that is not there.
    "missing" missing: Text, [Access], missing::lower;
}

words! {
    /// The phases of an exchange in order.
    Phase = chain::Phase {
        /// The request is changed before anyone judges it.
        "rewrite" Rewrite,
        /// Who may, and how often; calls that answer.
        "access" Access,
        /// The last chance before the endpoint.
        "endpoint" Endpoint,
        /// The response is there.
        "response" Response,
        /// The last byte has left.
        "log" Log,
    }
}

/// The entry that says what a policy does in a phase; where it stands is added by others.
pub(crate) fn write(policy: &Policy, phase: chain::Phase, around: &Around<'_>, pen: &mut Pen<'_>) -> Step {
    let empty = Step::default();
    match policy {
        Policy::Call(one) => Step { call: Some(Box::new(call::write(one, around, pen))), ..empty },
        Policy::Respond(one) => Step { respond: Some(Box::new(respond::write(one))), ..empty },
        Policy::Terminate(one) => Step { terminate: Some(Box::new(Given(terminate::write(one)))), ..empty },
        Policy::KeyAuth(one) => Step { key_auth: Some(Box::new(Given(key_auth::write(one)))), ..empty },
        Policy::BasicAuth(one) => Step { basic_auth: Some(Box::new(Given(basic_auth::write(one)))), ..empty },
        Policy::Jwt(one) => Step { jwt: Some(Box::new(Given(jwt::write(one)))), ..empty },
        Policy::HmacAuth(one) => Step { hmac_auth: Some(Box::new(Given(hmac_auth::write(one)))), ..empty },
        Policy::AccessToken(one) => {
            Step { access_token: Some(Box::new(At::new(access_token::write(one, pen)))), ..empty }
        }
        Policy::AnyOf(one) => Step { any_of: Some(Box::new(any_of::write(one, phase, around, pen))), ..empty },
        Policy::ForwardAuth(one) => {
            Step { forward_auth: Some(Box::new(At::new(forward_auth::write(one, pen)))), ..empty }
        }
        Policy::FirstOf(one) => Step { first_of: Some(Box::new(first_of::write(one, pen))), ..empty },
        Policy::Refuse(one) => Step { refuse: Some(Box::new(refuse::write(one, pen))), ..empty },
        Policy::Acl(one) => Step { acl: Some(Box::new(At::new(acl::write(one)))), ..empty },
        Policy::IpRestriction(one) => {
            Step { ip_restriction: Some(Box::new(At::new(ip_restriction::write(one)))), ..empty }
        }
        Policy::RequestSize(one) => Step { request_size: Some(Box::new(request_size::write(one))), ..empty },
        Policy::RateLimit(one) => Step { rate_limit: Some(Box::new(rate_limit::write(one, around, pen))), ..empty },
        Policy::Pace(one) => Step { pace: Some(Box::new(pace::write(one, around, pen))), ..empty },
        Policy::Concurrency(one) => Step { concurrency: Some(Box::new(concurrency::write(one, around, pen))), ..empty },
        Policy::Breaker(one) => Step { breaker: Some(Box::new(breaker::write(one, around, pen))), ..empty },
        Policy::Cache(one) => Step { cache: Some(Box::new(cache::write(one, around, pen))), ..empty },
        Policy::Cors(one) => Step { cors: Some(Box::new(Given(cors::write(one)))), ..empty },
        Policy::HostCertificates(one) => {
            Step { host_certificates: Some(Box::new(At::new(host_certificates::write(one)))), ..empty }
        }
        Policy::Csrf(one) => Step { csrf: Some(Box::new(At::new(csrf::write(one, pen)))), ..empty },
        Policy::Headers(edits) => match phase {
            chain::Phase::Response | chain::Phase::Log => {
                Step { response_headers: Some(Box::new(headers::write(edits, pen))), ..empty }
            }
            chain::Phase::Rewrite | chain::Phase::Access | chain::Phase::Endpoint => {
                Step { request_headers: Some(Box::new(headers::write(edits, pen))), ..empty }
            }
        },
        Policy::RequestTransform(one) => {
            Step { request_transform: Some(Box::new(request_transform::write(one))), ..empty }
        }
        Policy::ResponseTransform(one) => {
            Step { response_transform: Some(Box::new(response_transform::write(one))), ..empty }
        }
        Policy::HeaderTexts(one) => Step { header_texts: Some(Box::new(header_texts::write(one, pen))), ..empty },
        Policy::Assign(one) => Step { assign: Some(Box::new(assign::write(one, pen))), ..empty },
        Policy::Compose(one) => Step { compose: Some(Box::new(compose::write(one, pen))), ..empty },
        Policy::BodyTemplate(one) => Step { body_template: Some(Box::new(body_template::write(one, pen))), ..empty },
        Policy::CheckJson(one) if !check_json::is_readable(&one.schema) => gap("schemas that cannot be read", pen),
        Policy::PolicyAgent(one) => {
            Step { policy_agent: Some(Box::new(At::new(policy_agent::write(one, pen)))), ..empty }
        }
        Policy::ClientAddress(one) => {
            Step { client_address: Some(Box::new(At::new(client_address::write(one)))), ..empty }
        }
        Policy::Compress(one) => Step { compress: Some(Box::new(Given(compress::write(one)))), ..empty },
        Policy::CheckJson(one) => Step { check_json: Some(Box::new(check_json::write(one, pen))), ..empty },
        Policy::CheckValues(one) => Step { check_values: Some(Box::new(check_values::write(one, pen))), ..empty },
        Policy::CheckAddresses(one) => {
            Step { check_addresses: Some(Box::new(check_addresses::write(one, pen))), ..empty }
        }
        Policy::Fail(one) => Step { fail: Some(Box::new(Given(fail::write(one)))), ..empty },
        Policy::RequestId(one) => Step { request_id: Some(Box::new(Given(request_id::write(one)))), ..empty },
        Policy::Log(one) => match http_log::write(one, pen) {
            Some(short) => Step { http_log: Some(Box::new(short)), ..empty },
            None => Step { log: Some(Box::new(At::new(log::write(one, pen)))), ..empty },
        },
        Policy::KeepBody(one) => Step { keep_body: Some(Box::new(Given(log::write_keep(one, pen)))), ..empty },
        Policy::Count(one) => Step { count: Some(Box::new(At::new(count::write(one)))), ..empty },
        Policy::Validate(one) => Step { validate: Some(Box::new(At::new(validate::write(one, pen)))), ..empty },
        Policy::Inject(one) => Step { inject: Some(Box::new(inject::write(one, pen))), ..empty },
        Policy::Split(one) => Step { split: Some(Box::new(At::new(split::write(one, pen)))), ..empty },
        Policy::Redirect(one) => Step { redirect: Some(Box::new(redirect::write(one))), ..empty },
        Policy::Rewrite(one) => Step { rewrite: Some(Box::new(rewrite::write(one))), ..empty },
        Policy::ResponseRewrite(one) => {
            Step { response_rewrite: Some(Box::new(response_rewrite::write(one, pen))), ..empty }
        }
        // One body is the last: a policy within such a policy is said by nobody.
        Policy::Refusing(one) if matches!(one.policy, Policy::Refusing(_)) => {
            gap("an error_body in an error_body", pen)
        }
        Policy::Refusing(one) => {
            Step { error_body: Some(error_body::write(one)), ..write(&one.policy, phase, around, pen) }
        }
        Policy::LeadByPath(one) => Step { lead_by_path: Some(Box::new(lead_by_path::write(one, pen))), ..empty },
        Policy::QueryTexts(one) => Step { query_texts: Some(Box::new(query_texts::write(one, pen))), ..empty },
        Policy::PathRules(one) => Step { path_rules: Some(Box::new(path_rules::write(one))), ..empty },
        Policy::Again(one) => Step { again: Some(Box::new(again::write(one, pen))), ..empty },
        Policy::Missing { name } => Step { missing: Some(Box::new(missing::write(name))), ..empty },
    }
}

/// Says in the schema that the name alone may stand there.
fn or_a_name(schema: &mut Schema) {
    schema.insert("type".to_owned(), json!(["object", "string"]));
    schema.insert("pattern".to_owned(), json!(format!("^({})$", bare().join("|"))));
}

/// Stands for a policy that has no written form: read back, its routes are shut, not open.
fn gap(name: &'static str, pen: &mut Pen<'_>) -> Step {
    pen.left_out.insert(name);
    Step { missing: Some(Box::new(missing::write(name))), ..Step::default() }
}
