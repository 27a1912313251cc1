//! What API definitions do, as data, with the real binary: a definition, one request, what the Lambda API and the backend
//! were asked, and what the client got. `tests/cases/gravitee.jsonl` has a row for each thing that the policy does,
//! `gravitee-around.jsonl` for the gateway around it, `gravitee-shaping.jsonl` for policies that judge and change messages.

use crate::client::{Answer, Client};
use crate::double::{Asked, Double};
use crate::gate::Gate;
use crate::site::Site;
use crate::{judge, rows};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

pub(crate) const ROWS: &str = include_str!("../cases/gravitee.jsonl");
pub(crate) const AROUND: &str = include_str!("../cases/gravitee-around.jsonl");
pub(crate) const SHAPING: &str = include_str!("../cases/gravitee-shaping.jsonl");

#[test]
fn every_row_holds() {
    let rows = rows::read(&[ROWS, AROUND, SHAPING]);
    assert!(rows.len() >= 178, "rows are lost: {}", rows.len());
    rows::hold(&rows, "GRAVITEE_CASE", check);
}

fn check(row: &Value) -> Result<(), String> {
    let pems = Pems::default();
    let secure = row["lambda"]["tls"].is_string();
    let lambda = Double::start_with(&row["lambda"], secure.then(|| pems.server()));
    let upstream = Double::start(&row["upstream"]);
    let sts = Double::start(&json!({"status": 200, "body": STS}));
    let site = site(row, &format!("http://{}", upstream.address()), &pems);
    let scheme = if secure { "https" } else { "http" };
    let endpoint = format!("{scheme}://{}", lambda.address());
    let sts_endpoint = format!("http://{}", sts.address());
    let variables = [("AWS_ENDPOINT_URL_LAMBDA", endpoint.as_str()), ("AWS_ENDPOINT_URL_STS", sts_endpoint.as_str())];
    let gate = Gate::start_with(&site, &["run", "--gravitee", ".", "--listen", "127.0.0.1:0"], &variables);
    let answer = ask(&gate, &row["request"]);
    let (calls, requests) = (lambda.asked(), upstream.asked());
    judge(&row["expect"], &calls, &requests, &answer).map_err(|why| {
        let (status, headers, text, sts) = (answer.status, &answer.headers, answer.text(), sts.asked());
        format!(
            "{why}\n  answer: {status} {headers:?} {text}\n  calls: {calls:?}\n  backend: {requests:?}\n  sts: {sts:?}"
        )
    })
}

const STS: &str = "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>A</AccessKeyId>\
    <SecretAccessKey>S</SecretAccessKey><SessionToken>T</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>\
    </Credentials></AssumeRoleResult></AssumeRoleResponse>";

fn judge(expected: &Value, calls: &[Asked], requests: &[Asked], answer: &Answer) -> Result<(), String> {
    for (member, want) in expected.as_object().unwrap() {
        match member.as_str() {
            "lambda_calls" => judge::same("the number of calls", want, &calls.len().into())?,
            "lambda_calls_min" => {
                let enough = calls.len() as u64 >= want.as_u64().unwrap();
                if !enough {
                    return Err(format!("{} calls, not {want} at least", calls.len()));
                }
            }
            "upstream_calls" => judge::same("the number of the backend's requests", want, &requests.len().into())?,
            "invocation" => request(want, calls.last().ok_or("the function was not called")?)?,
            "upstream_request" => request(want, requests.last().ok_or("the backend was not asked")?)?,
            "response" => judge::answer(want, answer)?,
            other => return Err(format!("nobody judges {other}")),
        }
    }
    Ok(())
}

/// In these rows `path` has the query too.
fn request(expected: &Value, asked: &Asked) -> Result<(), String> {
    let members = expected.as_object().into_iter().flatten();
    let renamed = members.map(|(name, want)| (if name == "path" { "target" } else { name }.to_owned(), want.clone()));
    judge::asked(&Value::Object(renamed.collect()), asked)
}

/// A home with the row's definition. Rows about versions whose texts are not evaluated say so in the settings.
pub(crate) fn site(row: &Value, upstream: &str, pems: &Pems) -> Site {
    let site = Site::new("");
    for (name, pem) in &pems.files {
        site.write(name, pem);
    }
    let several = row["definitions"].as_array().cloned().unwrap_or_else(|| vec![row["definition"].clone()]);
    for (number, mut definition) in several.into_iter().enumerate() {
        fill(&mut definition, &|text| pems.filled(&text.replace("${UPSTREAM}", upstream), &site));
        site.write(&format!("apis/api{number}.json"), &serde_json::to_string_pretty(&definition).unwrap());
    }
    let verbatim = row["policy_versions"] == "3.1.0-3.4.0";
    site.write("config/gravitee.yml", &format!("policy:\n  aws-lambda:\n    verbatim-payload: {verbatim}\n"));
    for (name, text) in row["files"].as_object().into_iter().flatten() {
        site.write(name, &text.as_str().unwrap().replace("${UPSTREAM}", upstream));
    }
    site
}

fn fill(value: &mut Value, filled: &dyn Fn(&str) -> String) {
    match value {
        Value::Object(map) => map.values_mut().for_each(|member| fill(member, filled)),
        Value::Array(items) => items.iter_mut().for_each(|item| fill(item, filled)),
        Value::String(text) => *text = filled(text),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Certificates that nobody has signed but they themselves.
pub(crate) struct Pems {
    files: BTreeMap<String, String>,
    chain: rustls::pki_types::CertificateDer<'static>,
    key: Vec<u8>,
}

impl Default for Pems {
    fn default() -> Self {
        let make = || rcgen::generate_simple_self_signed(vec!["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
        let (one, two) = (make(), make());
        let files = [("test1.pem", one.cert.pem()), ("test2.pem", two.cert.pem())];
        Self {
            files: files.map(|(name, pem)| (name.to_owned(), pem)).into(),
            chain: one.cert.der().clone(),
            key: one.signing_key.serialize_der(),
        }
    }
}

impl Pems {
    /// A server that shows the first.
    fn server(&self) -> Arc<ServerConfig> {
        let key = PrivateKeyDer::try_from(self.key.clone()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        Arc::new(config.with_no_client_auth().with_single_cert(vec![self.chain.clone()], key).unwrap())
    }

    /// `${PEM:test1+test2}` is their texts, `${FILE:test2.pem}` the path of one.
    fn filled(&self, text: &str, site: &Site) -> String {
        if let Some(names) = text.strip_prefix("${PEM:").and_then(|rest| rest.strip_suffix('}')) {
            return names.split('+').map(|name| self.files[&format!("{name}.pem")].as_str()).collect();
        }
        match text.strip_prefix("${FILE:").and_then(|rest| rest.strip_suffix('}')) {
            Some(name) => site.path().join(name).to_string_lossy().into_owned(),
            None => text.to_owned(),
        }
    }
}

fn ask(gate: &Gate, request: &Value) -> Answer {
    let headers = request["headers"].as_object().into_iter().flatten();
    let headers: Vec<(&str, &str)> = headers.map(|(name, value)| (name.as_str(), value.as_str().unwrap())).collect();
    let body = request["body"].as_str().unwrap_or_default();
    let mut client = Client::connect(gate.address()).unwrap();
    let (method, path) = (request["method"].as_str().unwrap(), request["path"].as_str().unwrap());
    client.request(method, path, &headers, body.as_bytes()).unwrap()
}
