//! What a written gateway looks like. That it reads back is told by the golden cases and by a property test.

use super::*;
use store::{Document, Revision};

fn check(text: &str, expected: &str) {
    let bytes = text.to_owned().into();
    let revision = Revision::default();
    let document = Document { key: "f.yaml".into(), bytes, created: revision, modified: revision, expires: None };
    let environment: BTreeMap<String, String> = BTreeMap::new();
    let lowered = crate::lower(&[document].into(), &environment);
    assert!(lowered.broken.is_empty(), "{:?}", lowered.findings);
    assert_eq!(write(&lowered.gateway).text, expected);
}

#[test]
fn what_is_usual_is_left_out() {
    check(
        "routes:\n- { match: { path: '/users/{id}', methods: [GET] }, function: { name: users, timeout: 60s } }\n- respond: 204\n",
        "listen: 127.0.0.1:8000\nroutes:\n- match: GET /users/{id}\n  function: users\n- respond: 204\n",
    );
}

#[test]
fn secrets_become_variables_that_the_head_explains() {
    check(
        "consumers: [{ name: bob-7, keys: [one, two] }]\nroutes:\n- { match: /, url: { to: 'https://x.example.com', api_key: one } }\n",
        "\
# Secrets are not written here. Set these environment variables:
#   KEY_OF_BOB_7: the key of the consumer bob-7
#   KEY_OF_BOB_7_2: the key of the consumer bob-7
listen: 127.0.0.1:8000
routes:
- match: /
  url:
    to: https://x.example.com
    api_key: ${KEY_OF_BOB_7}
consumers:
- name: bob-7
  keys:
  - ${KEY_OF_BOB_7}
  - ${KEY_OF_BOB_7_2}
",
    );
}

#[test]
fn the_account_of_most_calls_is_written_once() {
    check(
        "routes:\n- { match: /a, function: { name: a, aws: { region: r-1 } } }\n- { match: /b, function: { name: b, aws: { region: r-2 } } }\n- { match: /c, function: { name: c, aws: { region: r-2 } } }\n- { match: /d, function: d }\n",
        "\
listen: 127.0.0.1:8000
aws:
  region: r-2
routes:
- match: /a
  function:
    name: a
    aws:
      region: r-1
- match: /b
  function: b
- match: /c
  function: c
- match: /d
  function:
    name: d
    aws:
      inherit: false
",
    );
}

#[test]
fn what_looks_like_a_reference_stays_a_text() {
    check(
        "routes:\n- { match: /, respond: { body: '$${HOME}' } }\n",
        "listen: 127.0.0.1:8000\nroutes:\n- match: /\n  respond:\n    body: $${HOME}\n",
    );
}

#[test]
fn what_has_no_form_is_named() {
    use model::call::CallTexts;
    use model::policy::Policy;
    use std::sync::Arc;

    let text = "routes: [ { match: /, url: https://x.example.com } ]\n";
    let document = Document {
        key: "f.yaml".into(),
        bytes: text.into(),
        created: Revision::default(),
        modified: Revision::default(),
        expires: None,
    };
    let mut gateway = crate::lower(&[document].into(), &BTreeMap::<String, String>::new()).gateway;
    assert_eq!(write(&gateway).gaps, [] as [&str; 0]);
    let route = Arc::make_mut(&mut gateway.tables[0].routes[0]);
    let Policy::Call(call) = &mut route.chain.groups[0].steps[0].policy else { panic!("a call") };
    call.texts = Some(Box::new(CallTexts::default()));
    assert_eq!(write(&gateway).gaps, ["url: texts that are evaluated for each request"]);
}
