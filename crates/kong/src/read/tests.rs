//! Documents as entities, and what is said of them.

use super::*;
use dialect::Finding;

fn read(text: &str, variables: &[(&str, &str)]) -> (Entities, Vec<String>) {
    let environment: BTreeMap<String, String> =
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let mut notes = Notes::default();
    let mut found = declarative("kong.yml", text, &environment, &mut notes);
    judge(&mut found, Manner::default(), &mut notes);
    let entities = resolve(found, &mut notes);
    let said = |f: &Finding| {
        format!("{}:{} {} {}: {}", f.place.line, f.place.column, f.place.path, f.faith.as_str(), f.message)
    };
    (entities, notes.into_findings().iter().map(said).collect())
}

fn check(text: &str, expected: &[&str]) -> Entities {
    let (entities, said) = read(text, &[("DECK_PORT", "81"), ("DECK_NAME", "a: \"b\"")]);
    assert_eq!(said, expected, "{text}");
    entities
}

#[test]
fn nested_and_flat_forms_mean_the_same() {
    let nested = "
_format_version: '3.0'
services:
- name: s
  url: http://a.test/x
  routes:
  - name: r
    paths: [/a]
    plugins: [{name: key-auth}]
consumers:
- username: bob
  keyauth_credentials: [{key: k}]
  acls: [{group: g}]
";
    let flat = "
_format_version: '3.0'
services: [{name: s, url: 'http://a.test/x'}]
routes: [{name: r, paths: [/a], service: s}]
plugins: [{name: key-auth, route: r}]
consumers: [{username: bob}]
keyauth_credentials: [{key: k, consumer: bob}]
acls: [{group: g, consumer: bob}]
";
    let (nested, flat) = (check(nested, &[]), check(flat, &[]));
    for collection in [Collection::Services, Collection::Routes, Collection::Consumers, Collection::KeyauthCredentials]
    {
        let objects =
            |entities: &Entities| entities.of(collection).iter().map(|e| e.object.clone()).collect::<Vec<_>>();
        assert_eq!(objects(&nested), objects(&flat), "{collection:?}");
    }
    let service = nested.of(Collection::Services)[0].id();
    assert_eq!(nested.of(Collection::Routes)[0].reference("service"), Some(service));
    assert_eq!(nested.of(Collection::Services)[0].text("host"), Some("a.test"));
    assert_eq!(nested.of(Collection::Acls)[0].reference("consumer"), Some(nested.of(Collection::Consumers)[0].id()));
}

#[test]
fn what_is_wrong_is_said_at_its_place() {
    check(
        "services: []\n",
        &["1:1 _format_version invalid: required field missing: the file begins with _format_version: \"3.0\""],
    );
    check("_format_version: '9.9'\n", &["1:18 _format_version invalid: expected one of: 1.1, 2.1, 3.0"]);
    check(
        "_format_version: 3.0\nservices:\n- name: s\n  host: a.test\n  port: 'x'\n- name: t\n",
        &["5:9 services[0].port invalid: expected an integer", "6:3 services[1].host invalid: required field missing"],
    );
    check(
        "_format_version: '3.0'\nroutes:\n- name: r\n  paths: [/a, b]\n  service: nope\n  what: 1\n",
        &[
            "4:15 routes[0].paths[1] invalid: should start with: / (fixed path) or ~/ (regex path)",
            "5:12 routes[0].service invalid: invalid reference 'service: nope' (no such entry in 'services')",
            "6:9 routes[0].what ignored: unknown field: it has no effect",
        ],
    );
    check(
        "_format_version: '3.0'\nservices:\n- {name: s, host: a}\n- {name: s, host: b}\nthings: [1]\nkeys: [{}]\n",
        &[
            "4:10 services[1].name invalid: uniqueness violation: 'services' entity with name set to 's' already declared",
            "5:1 things ignored: unknown field",
            "6:1 keys unsupported: keys and key sets are used by plugins that are not there",
        ],
    );
}

#[test]
fn decks_additions_are_taken_in() {
    let text = "
_format_version: '3.0'
_info: {select_tags: [team], defaults: {service: {retries: 2}}}
_plugin_configs: {shared: {key_names: [k], hide_credentials: true}}
services:
- name: ${{ env \"DECK_NAME\" }}x
  host: a.test
  port: ${{ env \"DECK_PORT\" | toInt }}
  tags: [mine]
  plugins:
  - {name: key-auth, _config: shared, config: {hide_credentials: false}}
";
    let (entities, said) = read(text, &[("DECK_PORT", "81"), ("DECK_NAME", "a")]);
    assert_eq!(said, [] as [&str; 0]);
    let service = &entities.of(Collection::Services)[0].object;
    assert_eq!((&service["name"], &service["port"], &service["retries"]), (&"ax".into(), &81.into(), &2.into()));
    assert_eq!(service["tags"], serde_json::json!(["mine", "team"]));
    let config = &entities.of(Collection::Plugins)[0].object["config"];
    assert_eq!((&config["key_names"], &config["hide_credentials"]), (&serde_json::json!(["k"]), &false.into()));
    let (_, said) = read("_format_version: '3.0'\nservices: [{name: s, host: ${{ env \"DECK_X\" }}}]\n", &[]);
    assert!(said[0].ends_with("the variable DECK_X is not set"), "{said:?}");
}

#[test]
fn older_files_have_their_paths_upgraded() {
    let text = "_format_version: '1.1'\nroutes: [{name: r, paths: ['/q/\\d+', '/a b', /plain%20x, /p]}]\n";
    let entities = check(text, &[]);
    let expected = serde_json::json!(["~/q/\\d+", "~/a b", "/plain x", "/p"]);
    assert_eq!(entities.of(Collection::Routes)[0].object["paths"], expected);
}

#[test]
fn variables_and_nothing_are_told_from_values() {
    check(
        "_format_version: '3.0'\nplugins:\n- name: key-auth\n  config:\n    anonymous: ~\n    realm: ${REALM}\n",
        &[
            "5:5 plugins[0].config.anonymous exact: ~ is nobody: without a valid credential a request is refused",
            "6:12 plugins[0].config.realm exact: ${REALM} stays as it is, as in Kong: write {vault://env/realm} where references are taken, or let deck's ${{ env \"DECK_REALM\" }} stand for it",
        ],
    );
}
