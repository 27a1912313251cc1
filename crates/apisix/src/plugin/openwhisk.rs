//! `openwhisk`: runs an action of Apache OpenWhisk with the request's body, and answers with its result.

use super::aws_lambda::by_url;
use super::{Parts, Steps};
use crate::entity::Part;
use crate::lower::At;
use crate::schema::{Honour, honour};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::call::{Call, Reply, ReplyChecks, ReplyRules, UrlAuth, UrlPath, UrlRelay};
use model::chain::Phase;
use model::policy::Policy;
use model::secret::Secret;
use percent_encoding::utf8_percent_encode;
use serde_json::{Value, json};

/// What names of namespaces, packages and actions look like.
const NAME: &str = r"\A([\w]|[\w][\w@ .-]*[\w@.-]+)\z";

pub(super) fn parts() -> Parts {
    Parts::new(schema()).encrypted(&["service_token"])
}

fn schema() -> Value {
    let name = || json!({"type": "string", "maxLength": 256, "pattern": NAME});
    json!({
        "type": "object",
        "properties": {
            "api_host": {"type": "string"},
            "ssl_verify": {"type": "boolean", "default": true},
            "service_token": {"type": "string"},
            "namespace": name(),
            "package": name(),
            "action": name(),
            "result": {"type": "boolean", "default": true},
            "timeout": honour(
                json!({"type": "integer", "minimum": 1, "maximum": 60000, "default": 3000}),
                Honour::Approximate("it bounds the connection and the whole reply, not each read of it"),
            ),
            "keepalive": {"type": "boolean", "default": true},
            "keepalive_timeout": {"type": "integer", "minimum": 1000, "default": 60000},
            "keepalive_pool": {"type": "integer", "minimum": 1, "default": 5},
            "max_req_body_size": {"type": "integer", "minimum": 1, "default": 67108864},
        },
        "required": ["api_host", "service_token", "namespace", "action"],
    })
}

pub(super) fn lower(conf: Part<'_>, at: &mut At<'_>) -> Steps {
    let Some(host) = by_url::function_url(conf.text("api_host").unwrap_or_default()) else {
        return by_url::nowhere("api_host", at);
    };
    let token = STANDARD.encode(conf.text("service_token").unwrap_or_default());
    let relay = UrlRelay {
        fields: vec![("authorization".to_owned(), Secret::new(format!("Basic {token}")))],
        largest_body: conf.count("max_req_body_size"),
        posts: Some("application/json".to_owned()),
        ..UrlRelay::default()
    };
    let auth = UrlAuth::Relay(Box::new(relay));
    let call = by_url::call(conf, by_url::target(action(&host, conf), UrlPath::Fixed, auth, conf));
    let rules = ReplyRules {
        default_content_type: Some("text/plain; charset=utf-8".to_owned()),
        checks: ReplyChecks::Partial,
        ..ReplyRules::default()
    };
    // a body that is too large is 413 here, unlike that of its siblings
    let call = Call { reply: Reply::Proxy(rules), fault: Default::default(), ..call };
    vec![(Phase::Access, Policy::Call(Box::new(call)))]
}

/// Where the action is run.
fn action(host: &str, conf: Part<'_>) -> String {
    let name = |name: &str| utf8_percent_encode(conf.text(name).unwrap_or_default(), by_url::BARE).to_string();
    let package = conf.text("package").map(|_| format!("{}/", name("package"))).unwrap_or_default();
    let (namespace, action) = (name("namespace"), name("action"));
    let (result, timeout) = (conf.flag("result"), conf.count("timeout").unwrap_or(3000));
    format!(
        "{}/api/v1/namespaces/{namespace}/actions/{package}{action}?blocking=true&result={result}&timeout={timeout}",
        host.trim_end_matches('/')
    )
}
