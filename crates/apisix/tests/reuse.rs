//! What is made again is what would be made anew, and what nothing has happened to is the same.

#![allow(clippy::unwrap_used, reason = "a test stops at what is not there")]

use apisix::Apisix;
use dialect::Dialect;
use model::route::Route;
use pieces::Pieces;
use std::collections::BTreeMap;
use std::sync::Arc;
use store::{Change, Document, Documents, Revision};

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

/// Documents that depend on each other in every way, and each time some of them change: what is made of them after all that
/// came before is what is made of them at once.
#[test]
fn whatever_came_before_the_same_is_made_of_the_same_documents() {
    let mut random = Random(7);
    let mut seen = [0; 4];
    for _ in 0..12 {
        let (apisix, mut documents, mut revision) = (Apisix::default(), Documents::default(), 0);
        for _ in 0..30 {
            revision += 1;
            let before = documents.clone();
            for _ in 0..random.below(6) {
                documents.change(&[change(&mut random)], Revision(revision));
            }
            let lowered = agree(&apisix, &documents);
            let table = &lowered.gateway.tables[0];
            let sizes =
                [table.routes.len(), lowered.gateway.upstreams.len(), lowered.findings.len(), lowered.broken.len()];
            (0..4).for_each(|at| seen[at] += sizes[at]);
            if random.below(4) == 0 {
                agree(&apisix, &before); // a change that was tried and refused
                documents = before;
            }
        }
    }
    assert!(seen.iter().all(|seen| *seen > 100), "chance made too little of something: {seen:?}");
}

#[test]
fn very_many_routes_change_as_few_do() {
    let mut random = Random(11);
    let (apisix, mut documents) = (Apisix::default(), Documents::default());
    for at in 0..3000 {
        let key = format!("routes/{at}");
        let text = object(&mut random, &key);
        documents.change(&[Change::Put { key, bytes: text.into(), expires: None }], Revision(at / 700));
    }
    agree(&apisix, &documents);
    for revision in 10..22 {
        for _ in 0..random.below(40) {
            let key = format!("routes/{}", random.below(3010));
            let gone = random.below(3) == 0;
            let put = Change::Put { key: key.clone(), bytes: object(&mut random, &key).into(), expires: None };
            let change = if gone { Change::Remove { key } } else { put };
            documents.change(&[change], Revision(revision));
        }
        if random.below(3) == 0 {
            documents.change(&[change(&mut random)], Revision(revision));
        }
        agree(&apisix, &documents);
    }
}

fn agree(apisix: &Apisix, documents: &Documents) -> dialect::Lowered {
    let (lowered, fresh) = (lower(apisix, documents), lower(&Apisix::default(), documents));
    assert_eq!(lowered.gateway, fresh.gateway);
    assert_eq!(lowered.findings, fresh.findings);
    assert_eq!(lowered.broken, fresh.broken);
    lowered
}

fn lower(apisix: &Apisix, documents: &Documents) -> dialect::Lowered {
    apisix.lower(documents, &BTreeMap::new())
}

fn change(random: &mut Random) -> Change {
    let keys = ["routes", "services", "upstreams", "plugin_configs", "consumers", "plugin_metadata", "global_rules"];
    let key = match random.below(12) {
        0 => "conf/apisix.yaml".to_owned(),
        1 => "conf/config.yaml".to_owned(),
        2 => format!("consumers/{}/credentials/1", random.name()),
        _ if random.below(2) == 0 => format!("routes/{}", random.name()),
        _ => match keys[random.below(7)] {
            "plugin_metadata" => "plugin_metadata/limit-count".to_owned(),
            kind => format!("{kind}/{}", random.name()),
        },
    };
    if random.below(4) == 0 {
        return Change::Remove { key };
    }
    let bytes = object(random, &key).into();
    Change::Put { key, bytes, expires: None }
}

/// A text for a key: mostly one that is what it should be.
fn object(random: &mut Random, key: &str) -> String {
    if random.below(15) == 0 {
        return ["{", "[]", r#"{"uri": 7, "nodes": 1, "username": []}"#, r#"{"id": "x"}"#][random.below(4)].to_owned();
    }
    let (kind, name) = key.split_once('/').unwrap();
    let upstream = |random: &mut Random| format!(r#"{{"nodes": {{"{}:1": {}}}}}"#, random.name(), random.below(3));
    match kind {
        "conf" if name == "config.yaml" => {
            let router = ["radixtree_uri", "radixtree_host_uri"][random.below(2)];
            format!("apisix: {{router: {{http: {router}}}}}\n")
        }
        "conf" => {
            let route = |random: &mut Random| {
                let (name, inner) = (random.name(), object(random, "routes/x"));
                format!("- {}\n", inner.replacen('{', &format!(r#"{{"id": "{name}", "#), 1))
            };
            let routes: String = (0..random.below(4)).map(|_| route(random)).collect();
            let node = upstream(random).replacen('{', r#"{"id": "a", "#, 1);
            format!("routes:\n{routes}upstreams:\n- {node}\n#END\n")
        }
        "routes" => {
            let more = [
                String::new(),
                format!(r#", "service_id": "{}""#, random.name()),
                format!(r#", "upstream_id": "{}""#, random.name()),
                format!(r#", "upstream": {}"#, upstream(random)),
                format!(r#", "plugin_config_id": "{}""#, random.name()),
                format!(r#", "plugins": {{"key-auth": {{"anonymous_consumer": "{}"}}}}"#, random.name()),
                r#", "plugins": {"limit-count": {"count": 1, "time_window": 1}}"#.to_owned(),
                r#", "status": 0"#.to_owned(),
                format!(r#", "upstream_id": "{}", "timeout": {{"connect": 1, "send": 1, "read": 1}}"#, random.name()),
            ];
            format!(r#"{{"uri": "/{}"{}}}"#, random.name(), more[random.below(9)])
        }
        "services" => match random.below(2) {
            0 => format!(r#"{{"upstream": {}}}"#, upstream(random)),
            _ => format!(r#"{{"upstream_id": "{}"}}"#, random.name()),
        },
        "upstreams" => {
            let more = ["", r#", "type": "none""#, r#", "checks": {"active": {}}"#][random.below(3)];
            upstream(random).replacen('}', &format!("}}{more}"), 1)
        }
        "consumers" if name.contains("credentials") => r#"{"plugins": {"key-auth": {"key": "k"}}}"#.to_owned(),
        "consumers" => {
            format!(r#"{{"username": "{name}", "plugins": {{"cors": {{"max_age": {}}}}}}}"#, random.below(2))
        }
        "plugin_metadata" => format!(r#"{{"limit_header": "X-{}"}}"#, random.name()),
        _ => format!(r#"{{"plugins": {{"cors": {{"max_age": {}}}}}}}"#, random.below(3)),
    }
}

/// Numbers that look like chance, the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % bound
    }

    fn name(&mut self) -> &'static str {
        ["a", "b", "c", "d", "e"][self.below(5)]
    }
}
