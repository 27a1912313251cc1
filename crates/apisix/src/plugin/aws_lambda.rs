//! `aws-lambda`: calls a function, behind a URL as the original does, or by its name.
//!
//! What the original does not have is added where it cannot be noticed by who does not write it: other spellings of the
//! keys, temporary keys, roles, keys of the surroundings, and the function's name in the place of a URL.

pub(super) mod by_url;

use super::{Parts, Steps};
use crate::entity::Part;
use crate::lower::At;
use crate::schema::shown_required;
use model::aws::{AssumeRole, Aws, Credentials};
use model::call::{Call, EventRules, FunctionTarget, Invocation, Payload, Reply, ReplyRules, Target, UrlRelay};
use model::chain::Phase;
use model::policy::Policy;
use model::secret::Secret;
use serde_json::{Value, json};

pub(super) fn parts() -> Parts {
    Parts::new(schema()).check(check).encrypted(&[
        "authorization.apikey",
        "authorization.iam.accesskey",
        "authorization.iam.secretkey",
    ])
}

fn schema() -> Value {
    let text = || json!({"type": "string"});
    let iam = json!({"type": "object", "properties": {
        "accesskey": text(),
        "secretkey": text(),
        "aws_region": {"type": "string", "default": "us-east-1"},
        "service": {"type": "string", "default": "execute-api"},
        "access_key": text(),
        "secret_key": text(),
        "region": text(),
        "session_token": text(),
        "role_arn": text(),
        "role_session_name": text(),
    }});
    let authorization = json!({"type": "object", "properties": {
        "apikey": text(),
        "iam": shown_required(iam, &["accesskey", "secretkey"]),
    }});
    let mut schema = by_url::with(by_url::schema(authorization), json!({"function": text(), "qualifier": text()}));
    // a function by its name needs no URL
    if let Value::Object(members) = &mut schema {
        members.remove("required");
    }
    shown_required(schema, &["function_uri"])
}

/// What the original's schema asks for, where nothing of this gateway's own is written instead.
fn check(conf: Part<'_>) -> Result<(), String> {
    let required = |name: &str| format!("property \"{name}\" is required");
    if conf.value("function_uri").is_none() && conf.value("function").is_none() {
        return Err(required("function_uri"));
    }
    let iam = Iam(conf.part("authorization.iam"));
    let missing = match (iam.access_key(), iam.secret_key()) {
        (Some(_), Some(_)) => return Ok(()),
        (None, Some(_)) => "accesskey",
        (Some(_), None) => "secretkey",
        // without keys those of the surroundings sign; an empty object says nothing at all
        (None, None) if iam.0.is_there() && iam.0.members().next().is_none() => "secretkey",
        (None, None) => return Ok(()),
    };
    let text = required(missing);
    Err(format!("property \"authorization\" validation failed: property \"iam\" validation failed: {text}"))
}

/// Whose keys sign, in all spellings.
#[derive(Clone, Copy)]
struct Iam<'a>(Part<'a>);

impl<'a> Iam<'a> {
    fn access_key(self) -> Option<&'a str> {
        self.0.text("accesskey").or_else(|| self.0.text("access_key"))
    }

    fn secret_key(self) -> Option<&'a str> {
        self.0.text("secretkey").or_else(|| self.0.text("secret_key"))
    }

    /// The other spelling counts where it is written: the default of the first one is written by nobody.
    fn region(self) -> Option<String> {
        self.0.owned("region").or_else(|| self.0.owned("aws_region"))
    }

    fn credentials(self) -> Credentials {
        let token = self.0.text("session_token").map(Secret::new);
        let mut credentials = match (self.access_key(), self.secret_key()) {
            (Some(access), Some(secret)) => Credentials::keys(access, Secret::new(secret), token),
            _ => Credentials::surroundings(),
        };
        if let Some(arn) = self.0.text("role_arn").filter(|arn| !arn.is_empty()) {
            let mut role = AssumeRole::new(arn);
            role.session_name = self.0.owned("role_session_name").unwrap_or(role.session_name);
            credentials.roles.push(role);
        }
        credentials
    }

    fn sign(self, aws: &mut Aws) {
        aws.region = self.region();
        aws.credentials = self.credentials();
    }
}

pub(super) fn lower(conf: Part<'_>, at: &mut At<'_>) -> Steps {
    let iam = Iam(conf.part("authorization.iam"));
    let mut aws = by_url::account(conf);
    if iam.0.is_there() {
        iam.sign(&mut aws);
    }
    if let Some(function) = conf.owned("function") {
        return vec![(Phase::Access, Policy::Call(Box::new(by_name(function, conf, aws))))];
    }
    let key = conf.text("authorization.apikey");
    let relay = UrlRelay {
        fields: key.map(|key| ("x-api-key".to_owned(), Secret::new(key))).into_iter().collect(),
        unless: vec!["x-api-key".to_owned()],
        sign: iam.0.is_there().then(|| iam.0.owned("service").unwrap_or_else(|| "execute-api".to_owned())),
        ..UrlRelay::default()
    };
    by_url::steps(conf, relay, aws, at)
}

/// The function itself, with the event and reply that function URLs have.
fn by_name(function: String, conf: Part<'_>, aws: Aws) -> Call {
    let target = Target::Function(FunctionTarget {
        function,
        qualifier: conf.owned("qualifier"),
        invocation: Invocation::RequestResponse,
        log_tail: false,
        aws,
    });
    let (payload, reply) = (Payload::HttpV2(EventRules::default()), Reply::Proxy(ReplyRules::default()));
    Call { payload, reply, ..by_url::call(conf, target) }
}
