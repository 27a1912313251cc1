//! The languages of the blocks, and the frame around what a block shows of a file.

use super::meaning::Meaning;
use dialect::{Dialect, Faith, Finding, Lowered, golden};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A language.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Language {
    Native,
    Kong,
    Apisix,
    Gravitee,
}

use Language::{Apisix, Gravitee, Kong, Native};

impl Language {
    /// The language of a block with this info string.
    pub(super) fn of(info: &str) -> Option<Self> {
        [Native, Kong, Apisix, Gravitee].into_iter().find(|one| info.split(' ').nth(1) == Some(one.name()))
    }

    /// Its name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Native => "lambdagate",
            Kong => "kong",
            Apisix => "apisix",
            Gravitee => "gravitee",
        }
    }

    /// What a block means beside what its frame means; or what was found about it.
    pub(super) fn meaning(self, body: &str, environment: &BTreeMap<String, String>) -> Result<Meaning, String> {
        let frame = self.lowered(&self.whole(self.nothing())?, &BTreeMap::new());
        let lowered = self.lowered(&self.whole(body)?, environment);
        let is_new = |finding: &&Finding| !frame.findings.iter().any(|usual| usual.message == finding.message);
        let is_loss = |finding: &&Finding| !matches!(finding.faith, Faith::Exact | Faith::Approximate);
        let said: Vec<String> =
            lowered.findings.iter().filter(is_new).filter(is_loss).map(|finding| finding.render(None)).collect();
        if said.is_empty() { Ok(Meaning::of(lowered.gateway, &frame.gateway)) } else { Err(said.join("\n")) }
    }

    fn lowered(self, files: &str, environment: &BTreeMap<String, String>) -> Lowered {
        let documents = |main| golden::files(files, main).iter().map(golden::document).collect();
        match self {
            Native => native::Native.lower(&documents("lambdagate.yaml"), environment),
            Kong => kong::Kong::default().lower(&documents("kong.yml"), environment),
            Apisix => apisix::Apisix::new(&[]).lower(&documents("apisix.yaml"), environment),
            Gravitee => gravitee::Gravitee::default().lower(&documents("api.json"), environment),
        }
    }

    /// A block that shows nothing.
    fn nothing(self) -> &'static str {
        match self {
            Native | Kong => "[]",
            Apisix | Gravitee => "{}",
        }
    }

    /// A whole file with what a block shows: policies of a route, or what stands at the top of a file.
    fn whole(self, body: &str) -> Result<String, String> {
        let shown: Value = serde_saphyr::from_str(body).map_err(|error| error.to_string())?;
        let is_list = shown.is_array();
        Ok(match self {
            Native if is_list => native_frame(shown).to_string(),
            Native => body.to_owned(),
            Kong if is_list => over(kong_frame(), json!({ "plugins": shown })).to_string(),
            Kong => over(kong_frame(), shown).to_string(),
            Apisix if TOP_OF_APISIX.iter().any(|key| !shown[key].is_null()) => {
                format!("{}\n#END\n", over(apisix_frame(json!({})), shown))
            }
            Apisix => format!("{}\n#END\n", apisix_frame(shown)),
            Gravitee if !shown["policy"].is_null() => with_flow(json!({ "request": [shown] })),
            Gravitee if !shown["request"].is_null() || !shown["response"].is_null() => with_flow(shown),
            Gravitee => over(gravitee_frame(), shown).to_string(),
        })
    }
}

/// What stands at the top of a file of APISIX's and is no plugin.
const TOP_OF_APISIX: &[&str] =
    &["routes", "services", "consumers", "upstreams", "global_rules", "ssls", "plugin_metadata"];

/// What stands in the environment of the blocks of other languages.
pub(super) fn environment() -> BTreeMap<String, String> {
    let pem = |what: &str| format!("-----BEGIN {what}-----{}", "x".repeat(130));
    let all = [("SHOP_CERT", "CERTIFICATE"), ("SHOP_KEY", "PRIVATE KEY"), ("CLIENTS_CA", "CERTIFICATE")];
    all.map(|(name, what)| (name.to_owned(), pem(what))).into()
}

fn native_frame(policies: Value) -> Value {
    json!({
        "consumers": [{ "name": "alice", "groups": "staff" }],
        "routes": [{ "policies": policies, "endpoint": "none" }],
    })
}

fn kong_frame() -> Value {
    let routes = json!([{ "name": "all", "paths": ["/"] }]);
    json!({ "_format_version": "3.0", "services": [{ "name": "shop", "url": "http://shop.internal", "routes": routes }] })
}

fn apisix_frame(plugins: Value) -> Value {
    let upstream = json!({ "nodes": { "shop.internal:80": 1 } });
    json!({ "routes": [{ "id": "all", "uri": "/*", "upstream": upstream, "plugins": plugins }] })
}

fn gravitee_frame() -> Value {
    let endpoint =
        json!({ "name": "shop", "type": "http-proxy", "configuration": { "target": "http://shop.internal" } });
    json!({
        "id": "shop", "name": "shop", "definitionVersion": "4.0.0", "type": "proxy", "apiVersion": "1",
        "listeners": [{ "type": "http", "paths": [{ "path": "/" }], "entrypoints": [{ "type": "http-proxy" }] }],
        "endpointGroups": [{ "name": "shop", "type": "http-proxy", "endpoints": [endpoint] }],
    })
}

fn with_flow(mut flow: Value) -> String {
    flow["selectors"] = json!([{ "type": "http", "path": "/", "pathOperator": "STARTS_WITH" }]);
    over(gravitee_frame(), json!({ "flows": [flow] })).to_string()
}

/// A map with members of another one instead of its own.
fn over(mut frame: Value, shown: Value) -> Value {
    for (name, member) in shown.as_object().into_iter().flatten() {
        frame[name] = member.clone();
    }
    frame
}
