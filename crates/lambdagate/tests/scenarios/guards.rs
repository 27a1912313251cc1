//! docs/policies.md lists the plugins that guard and are not there. `UPDATE_GOLDEN=1` writes the list anew.

use dialect::absent::Absent;
use std::path::Path;

const OPEN: &str = "<!-- guards that are not there -->\n";
const CLOSE: &str = "<!-- end of guards that are not there -->";

#[test]
fn the_list_of_guards_is_that_of_the_languages() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/policies.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once(OPEN).unwrap();
    let (_, after) = rest.split_once(CLOSE).unwrap();
    let made = format!("{before}{OPEN}{}{CLOSE}{after}", table());
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &made).unwrap();
        return;
    }
    assert!(text == made, "docs/policies.md differs from the lists of absent plugins; UPDATE_GOLDEN=1 writes it anew");
}

fn table() -> String {
    let guards = |one: &&Absent| one.guards;
    let languages: [(&str, Vec<&str>); 3] = [
        ("Kong", kong::plugin::ABSENT.iter().filter(guards).map(|one| one.name).collect()),
        ("APISIX", apisix::plugin::ABSENT.iter().filter(guards).map(|one| one.name).collect()),
        ("Gravitee", gravitee::policy::ABSENT.iter().filter(|one| one.guards).map(|one| one.name).collect()),
    ];
    let mut table = String::from("| language | names |\n|---|---|\n");
    for (language, mut names) in languages {
        names.sort_unstable();
        assert!(!names.is_empty(), "no guard of {language}'s is absent: take its row off");
        table += &format!("| {language} | `{}` |\n", names.join("`, `"));
    }
    table
}

/// Every plugin that comes with Kong 3.9, and those of its closed editions whose order its own tests tell.
const KONG: &str = "acl acme ai-prompt-decorator ai-prompt-guard ai-prompt-template ai-proxy ai-request-transformer \
    ai-response-transformer aws-lambda azure-functions basic-auth bot-detection correlation-id cors datadog file-log \
    grpc-gateway grpc-web hmac-auth http-log ip-restriction jwt key-auth ldap-auth loggly oauth2 opentelemetry \
    post-function pre-function prometheus proxy-cache rate-limiting redirect request-size-limiting \
    request-termination request-transformer response-ratelimiting response-transformer session standard-webhooks \
    statsd syslog tcp-log udp-log zipkin \
    ai-azure-content-safety ai-proxy-advanced ai-semantic-cache ai-semantic-prompt-guard application-registration \
    canary confluent degraphql exit-transformer forward-proxy graphql-proxy-cache-advanced jq jwe-decrypt \
    json-threat-protection key-auth-enc mocking oauth2-introspection proxy-cache-advanced rate-limiting-advanced \
    request-transformer-advanced response-transformer-advanced route-by-header route-transformer-advanced \
    statsd-advanced tls-handshake-modifier tls-metadata-headers upstream-timeout websocket-size-limit \
    websocket-validator xml-threat-protection";

/// Those of them that let in or keep out.
const KONG_GUARDS: &str = "acl ai-azure-content-safety ai-prompt-guard ai-semantic-prompt-guard \
    application-registration basic-auth bot-detection hmac-auth ip-restriction json-threat-protection jwe-decrypt jwt \
    key-auth key-auth-enc ldap-auth oauth2 oauth2-introspection post-function pre-function rate-limiting \
    rate-limiting-advanced request-size-limiting response-ratelimiting session standard-webhooks \
    tls-handshake-modifier websocket-size-limit websocket-validator xml-threat-protection \
    header-cert-auth jwt-signer ldap-auth-advanced mtls-auth opa openid-connect request-validator saml vault-auth";

/// Every plugin that APISIX loads by default.
const APISIX: &str = "real-ip ai client-control proxy-control request-id zipkin ext-plugin-pre-req fault-injection \
    mocking serverless-pre-function cors ip-restriction ua-restriction referer-restriction csrf uri-blocker \
    request-validation chaitin-waf multi-auth openid-connect cas-auth authz-casbin authz-casdoor wolf-rbac ldap-auth \
    hmac-auth basic-auth jwt-auth jwe-decrypt key-auth consumer-restriction attach-consumer-label forward-auth opa \
    authz-keycloak proxy-cache body-transformer ai-prompt-template ai-prompt-decorator ai-prompt-guard ai-rag \
    ai-rate-limiting ai-proxy-multi ai-proxy ai-aws-content-moderation ai-aliyun-content-moderation proxy-mirror \
    proxy-rewrite workflow api-breaker limit-conn limit-count limit-req gzip server-info traffic-split redirect \
    response-rewrite mcp-bridge degraphql kafka-proxy grpc-transcode grpc-web http-dubbo public-api prometheus datadog \
    lago loki-logger elasticsearch-logger echo loggly http-logger splunk-hec-logging skywalking-logger \
    google-cloud-logging sls-logger tcp-logger kafka-logger rocketmq-logger syslog udp-logger file-logger \
    clickhouse-logger tencent-cloud-cls inspect example-plugin aws-lambda azure-functions openwhisk openfunction \
    serverless-post-function ext-plugin-post-req ext-plugin-post-resp ai-request-rewrite proxy-buffering saml-auth \
    dingtalk-auth feishu-auth acl data-mask graphql-proxy-cache graphql-limit-count traffic-label oas-validator";

/// Those of them that let in or keep out.
const APISIX_GUARDS: &str = "ip-restriction ua-restriction referer-restriction csrf uri-blocker request-validation \
    chaitin-waf multi-auth openid-connect cas-auth authz-casbin authz-casdoor wolf-rbac ldap-auth hmac-auth basic-auth \
    jwt-auth jwe-decrypt key-auth consumer-restriction forward-auth opa authz-keycloak ai-prompt-guard \
    ai-rate-limiting ai-aws-content-moderation ai-aliyun-content-moderation workflow limit-conn limit-count limit-req \
    serverless-pre-function serverless-post-function ext-plugin-pre-req ext-plugin-post-req saml-auth dingtalk-auth \
    feishu-auth acl graphql-limit-count oas-validator";

/// What a language knows of a name: whether the plugin is there, or what is said of its absence.
type Known = fn(&str) -> (bool, Option<&'static Absent>);

#[test]
fn every_plugin_of_the_originals_is_known_and_every_guard_guards() {
    let kong: Known = |name| (kong::plugin::Plugin::named(name).is_some(), kong::plugin::absent(name));
    let apisix: Known = |name| (apisix::plugin::Plugin::named(name).is_some(), apisix::plugin::absent(name));
    for (known, names, guards) in [(kong, KONG, KONG_GUARDS), (apisix, APISIX, APISIX_GUARDS)] {
        for name in names.split_whitespace() {
            let (there, absent) = known(name);
            assert!(there != absent.is_some(), "{name} is there, or it is told what is lost, and not both");
        }
        for name in guards.split_whitespace() {
            let (there, absent) = known(name);
            assert!(there || absent.is_some_and(|absent| absent.guards), "{name} is there, or its routes are shut");
        }
    }
}
