//! What is made again is what would be made anew, and what nothing has happened to is the same.

#![allow(clippy::unwrap_used, reason = "a test stops at what is not there")]

use apisix::Apisix;
use dialect::Dialect;
use model::route::Route;
use pieces::Pieces;
use std::collections::BTreeMap;
use std::sync::Arc;
use store::{Document, Documents, Revision};

fn document(key: &str, text: &str) -> Document {
    let revision = Revision::default();
    Document { key: key.into(), bytes: text.to_owned().into(), created: revision, modified: revision, expires: None }
}

fn routes(apisix: &Apisix, documents: &BTreeMap<&str, String>) -> Pieces<Arc<Route>> {
    let documents: Documents = documents.iter().map(|(key, text)| document(key, text)).collect();
    let lowered = apisix.lower(&documents, &BTreeMap::new());
    let fresh = Apisix::default().lower(&documents, &BTreeMap::new());
    assert_eq!(lowered.gateway, fresh.gateway);
    assert_eq!(lowered.findings, fresh.findings);
    assert_eq!(lowered.broken, fresh.broken);
    lowered.gateway.tables.into_iter().next().unwrap().routes
}

/// The key and text that change (an empty text removes it), and which of the routes 1 to 4 are made anew.
#[test]
fn only_what_a_change_is_about_is_made_anew() {
    let start = [
        ("routes/1", r#"{"uri": "/1", "service_id": "s"}"#),
        ("routes/2", r#"{"uri": "/2", "upstream_id": "u", "plugin_config_id": "p"}"#),
        ("routes/3", r#"{"uri": "/3", "upstream_id": "u", "plugins": {"key-auth": {"anonymous_consumer": "nobody"}}}"#),
        ("routes/4", r#"{"uri": "/4", "plugins": {"limit-count": {"count": 1, "time_window": 1}}}"#),
        ("services/s", r#"{"upstream": {"nodes": {"a:1": 1}}}"#),
        ("upstreams/u", r#"{"nodes": {"b:1": 1}}"#),
        ("plugin_configs/p", r#"{"plugins": {"cors": {}}}"#),
        ("consumers/nobody", r#"{"username": "nobody"}"#),
    ];
    let changes: [(&str, &str, &[usize]); 11] = [
        ("routes/1", r#"{"uri": "/1", "service_id": "s", "priority": 1}"#, &[1]),
        ("services/s", r#"{"upstream": {"nodes": {"c:1": 1}}}"#, &[1]),
        ("upstreams/u", r#"{"nodes": {"d:1": 1}}"#, &[2, 3]),
        ("plugin_configs/p", r#"{"plugins": {"cors": {"max_age": 9}}}"#, &[2]),
        ("consumers/nobody", "", &[3]),
        ("consumers/nobody", r#"{"username": "nobody"}"#, &[3]),
        ("consumers/other", r#"{"username": "other"}"#, &[]),
        ("plugin_metadata/limit-count", r#"{"limit_header": "X-L"}"#, &[1, 2, 3, 4]),
        ("services/s", "", &[1]),
        ("services/s", r#"{"upstream": {"nodes": {"c:1": 1}}}"#, &[1]),
        ("global_rules/1", r#"{"plugins": {"request-id": {}}}"#, &[]),
    ];
    let apisix = Apisix::default();
    let mut documents: BTreeMap<&str, String> = start.into_iter().map(|(key, text)| (key, text.to_owned())).collect();
    let mut before = routes(&apisix, &documents);
    for (key, text, anew) in changes {
        match text {
            "" => drop(documents.remove(key)),
            text => drop(documents.insert(key, text.to_owned())),
        }
        let after = routes(&apisix, &documents);
        let made: Vec<usize> = (0..4).filter(|at| !Arc::ptr_eq(&before[*at], &after[*at])).map(|at| at + 1).collect();
        assert_eq!(made, anew, "{key} {text}");
        before = after;
    }
}
