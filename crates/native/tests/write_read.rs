//! Whatever gateway is written, reading it gives the same gateway.

#![allow(clippy::unwrap_used, reason = "a test stops at what is not there")]

use dialect::Dialect;
use expr::el::{Allowed, Permit};
use ipnet::IpNet;
use model::answer::*;
use model::aws::{AssumeRole, Aws, Credentials, Metadata, Source, Variables};
use model::call::*;
use model::chain::*;
use model::consumer::Consumer;
use model::endpoint::*;
use model::forward::{Forward, ForwardProxy};
use model::id::*;
use model::listener::{ClientAddress, Limits, Listener};
use model::policy::*;
use model::predicate::*;
use model::quirk::{Charset, ForwardMarks, Marks};
use model::route::{Match, Rank, Route, Told};
use model::table::{PathNormalization, Table};
use model::tls::{Certificate, ClientCertificates, ClientDemand, ClientIdentity, ClientTls, ServerTls};
use model::world::{Around, MappedPath, ParamPath, World};
use model::{Gateway, Secret};
use native::Native;
use proptest::collection::{btree_map, vec};
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::test_runner::TestRunner;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use store::{Document, Revision};

#[path = "write_read/calls.rs"]
mod calls;
#[path = "write_read/endpoints.rs"]
mod endpoints;
#[path = "write_read/expressions.rs"]
mod expressions;
#[path = "write_read/policies.rs"]
mod policies;
#[path = "write_read/shapes.rs"]
mod shapes;

#[test]
fn written_gateway_reads_back() {
    let config =
        ProptestConfig { cases: 400, failure_persistence: None, max_shrink_iters: 2_000, ..Default::default() };
    let run = move || TestRunner::new(config).run(&gateway(), |gateway| reads_back(&gateway)).unwrap();
    // unoptimised, making a gateway of everything at once takes more than the usual two megabytes
    std::thread::Builder::new().stack_size(32 << 20).spawn(run).unwrap().join().unwrap();
}

fn reads_back(gateway: &Gateway) -> Result<(), TestCaseError> {
    let written = native::write(gateway);
    let environment: BTreeMap<String, String> =
        written.variables.iter().map(|v| (v.name.clone(), v.secret.expose().to_owned())).collect();
    let revision = Revision::default();
    let bytes = written.text.clone().into();
    let document = Document { key: "f.yaml".into(), bytes, created: revision, modified: revision, expires: None };
    let lowered = Native.lower(&[document].into(), &environment);
    let said: Vec<String> = lowered.findings.iter().map(|f| f.render(Some(&written.text))).collect();
    prop_assert!(lowered.broken.is_empty(), "{}\n{}", said.join("\n"), written.text);
    prop_assert_eq!(&lowered.gateway, gateway, "{}", written.text);
    Ok(())
}

/// Any text, with what YAML and references may stumble over.
fn text() -> BoxedStrategy<String> {
    let odd = [
        "",
        "~",
        "null",
        "true",
        "off",
        "1e3",
        "0x1f",
        "- a",
        "a: b",
        "#x",
        "${A}",
        "$${A}",
        "$",
        "'",
        "\"",
        "a\nb\n",
        " x ",
        "|",
        "2026-01-01",
        "\u{85}\t",
        "<<",
        "*a",
        "&a",
        "!t",
        "%",
        "@",
        "é",
    ];
    prop_oneof![select(odd.to_vec()).prop_map(str::to_owned), any::<String>(), "[ -~]{0,200}"].boxed()
}

fn name() -> BoxedStrategy<String> {
    "[a-z][a-z0-9-]{0,6}".boxed()
}

/// A header value: printable, and trimmed by nobody.
fn value() -> BoxedStrategy<String> {
    "[ -~]{0,20}".boxed()
}

fn duration() -> BoxedStrategy<Duration> {
    prop_oneof![
        Just(Duration::from_secs(60)),
        (1u64..100_000).prop_map(Duration::from_millis),
        (1u64..1 << 40).prop_map(Duration::from_nanos)
    ]
    .boxed()
}

fn networks() -> BoxedStrategy<Vec<IpNet>> {
    subsequence(vec!["10.0.0.0/8".parse().unwrap(), "192.168.1.1/32".parse().unwrap(), "::/0".parse().unwrap()], 0..=3)
        .boxed()
}

fn id<T>(kind: &'static str, make: fn(String) -> T) -> impl Fn(String) -> T {
    move |name| make(format!("native/{kind}/{name}"))
}

fn gateway() -> BoxedStrategy<Gateway> {
    let upstreams = btree_map(
        prop_oneof![name(), Just("/x".to_owned())].prop_map(id("upstream", UpstreamId::new)),
        upstream(),
        1..3,
    );
    let consumers = vec(name(), 0..3).prop_flat_map(|names| {
        let names: std::collections::BTreeSet<String> = names.into_iter().collect();
        names.into_iter().map(consumer).collect::<Vec<_>>()
    });
    (upstreams, consumers)
        .prop_flat_map(|(upstreams, consumers)| {
            let ids: Vec<UpstreamId> = upstreams.keys().cloned().collect();
            let tables = btree_map(name(), table(ids, consumers.clone()), 0..3);
            (tables, Just(upstreams), Just(consumers))
        })
        .prop_flat_map(|(tables, upstreams, consumers)| {
            let tables: Vec<Table> = tables
                .into_iter()
                .map(|(name, table)| Table { id: TableId::new(format!("native/table/{name}")), ..table })
                .collect();
            let ids: Vec<TableId> = tables.iter().map(|table| table.id.clone()).collect();
            (listeners(ids), Just(tables), Just(upstreams), Just(consumers))
        })
        .prop_map(|(listeners, tables, upstreams, consumers)| {
            let consumers = consumers.into_iter().map(Arc::new).collect();
            Gateway { listeners, tables, upstreams: upstreams.into(), consumers }
        })
        .boxed()
}

fn consumer(name: String) -> BoxedStrategy<Consumer> {
    let access = of(vec(text(), 0..2));
    let labels = btree_map(self::name(), text(), 0..2);
    let credentials = policies::credentials(&name);
    (vec(self::name(), 0..2), access, labels, any::<bool>(), of(text()), of(text()), credentials)
        .prop_map(move |(groups, access, labels, other, shown_id, custom_id, credentials)| Consumer {
            id: ConsumerId::new(format!("{}/consumer/{name}", if other { "kong" } else { "native" })),
            shown_id,
            custom_id,
            labels: labels.into_iter().collect(),
            access: access.unwrap_or_else(|| groups.clone()),
            groups: groups.into_iter().map(id("group", GroupId::new)).collect(),
            credentials,
            name: name.clone(),
        })
        .boxed()
}

fn listeners(tables: Vec<TableId>) -> BoxedStrategy<Vec<Listener>> {
    let all = tables.len();
    let limits = prop_oneof![
        Just(Limits::default()),
        (any::<u32>(), any::<u32>(), any::<u64>(), duration(), any::<u16>()).prop_map(
            |(bytes, count, body, time, connections)| Limits {
                header_bytes: bytes as usize,
                header_count: count as usize,
                body_bytes: body,
                header_time: time,
                idle_time: time,
                request_time: time,
                connections: connections.into(),
            }
        )
    ];
    let certificate = (vec(name(), 0..2), text(), text()).prop_map(|(hosts, chain, key)| Certificate {
        hosts,
        chain,
        key: Secret::new(key),
    });
    let demand = select(vec![ClientDemand::Any, ClientDemand::Trusted, ClientDemand::Required]);
    let clients = (vec(name(), 0..2), vec(text(), 0..2), vec(text(), 1..3), demand)
        .prop_map(|(hosts, authorities, known, demand)| ClientCertificates { hosts, authorities, known, demand });
    let tls = of((vec(certificate, 1..3), vec(clients, 0..3))
        .prop_map(|(certificates, clients)| ServerTls { certificates, clients }));
    let field = of(select(vec!["x-forwarded-for", "x-real-ip"]).prop_map(str::to_owned));
    let client_address = (field, any::<bool>(), any::<bool>()).prop_map(|(field, past_trusted, alone)| ClientAddress {
        field,
        past_trusted,
        alone,
    });
    let one = (subsequence(tables, 0..=all), tls, any::<[bool; 2]>(), networks(), client_address, limits);
    let one =
        one.prop_map(|(tables, tls, [http2, proxy_protocol], trusted_proxies, client_address, limits)| Listener {
            address: ([127, 0, 0, 1], 0).into(),
            tables,
            tls,
            http2,
            proxy_protocol,
            trusted_proxies,
            client_address,
            limits,
        });
    vec(one, 0..3).boxed()
}

fn client_tls() -> BoxedStrategy<ClientTls> {
    let identity = Just(ClientIdentity {
        chain: include_str!("../../net/src/tls/store/fixtures/client.pem").to_owned(),
        key: Secret::new(include_str!("../../net/src/tls/store/fixtures/client.key")),
    });
    (any::<bool>(), vec(text(), 0..2), of(name()), of(identity))
        .prop_map(|(verify, authorities, server_name, identity)| ClientTls {
            verify,
            authorities,
            server_name,
            identity,
        })
        .boxed()
}

fn forward() -> BoxedStrategy<Forward> {
    let url =
        select(vec!["http://proxy.test:3128", "https://proxy.test", "socks5://10.0.0.1:1080", "socks5h://[::1]:1"]);
    let login = prop_oneof![
        Just((None, None)),
        name().prop_map(|user| (Some(user), None)),
        (name(), "[ -~]{0,20}").prop_map(|(user, password)| (Some(user), Some(Secret::new(password))))
    ];
    let tls = prop_oneof![Just(ClientTls::default()), client_tls()];
    let through = (url, login, tls, vec(text(), 0..3)).prop_map(|(url, (user, password), tls, except)| {
        Forward::Through(Box::new(ForwardProxy { url: url.to_owned(), user, password, tls, except }))
    });
    prop_oneof![Just(Forward::Environment), Just(Forward::Direct), through].boxed()
}

fn keepalive(usual: usize) -> BoxedStrategy<Keepalive> {
    (prop_oneof![Just(usual), 0usize..9], duration()).prop_map(|(idle, time)| Keepalive { idle, time }).boxed()
}

fn upstream() -> BoxedStrategy<Upstream> {
    let node = (prop_oneof![name(), Just("::1".to_owned()), Just("10.0.0.1".to_owned())], any::<u16>(), 0u32..3);
    let nodes = vec(node.prop_map(|(host, port, weight)| Node { host, port, weight }), 0..3);
    let nodes = (nodes.clone(), prop_oneof![3 => Just(Vec::new()), 1 => vec(nodes, 1..3)]);
    let timeouts = prop_oneof![
        Just(UpstreamTimeouts::default()),
        (duration(), duration(), duration()).prop_map(|(connect, write, read)| UpstreamTimeouts {
            connect,
            write,
            read
        })
    ];
    let passive = (limits(), of(duration())).prop_map(|(limits, pause)| PassiveHealth { limits, pause });
    let way = (of(client_tls()), any::<[bool; 2]>(), forward(), keepalive(256));
    (way, nodes, balance(), timeouts, 0u32..3, of(passive), of(active()))
        .prop_map(|(way, (nodes, reserves), balance, timeouts, retries, passive_health, active_health)| {
            let (tls, [http2, never_empty], forward, keepalive) = way;
            Upstream {
                tls,
                http2,
                forward,
                nodes,
                reserves,
                never_empty,
                balance,
                timeouts,
                retries,
                keepalive,
                passive_health,
                active_health,
            }
        })
        .boxed()
}

fn balance() -> BoxedStrategy<Balance> {
    let key = prop_oneof![
        select(vec![
            HashKey::Address,
            HashKey::Consumer,
            HashKey::Path,
            HashKey::Target,
            HashKey::QueryString,
            HashKey::Host,
        ]),
        name().prop_map(HashKey::Header),
        (name(), of(name())).prop_map(|(name, set)| HashKey::Cookie { name, set }),
        name().prop_map(HashKey::Query),
        name().prop_map(HashKey::Param),
    ];
    prop_oneof![
        Just(Balance::RoundRobin),
        Just(Balance::LeastConnections),
        Just(Balance::Latency),
        vec(key, 0..3).prop_map(Balance::Hash),
    ]
    .boxed()
}

fn statuses() -> BoxedStrategy<Vec<(u16, u16)>> {
    vec((200u16..500, 0u16..100).prop_map(|(first, more)| (first, first + more)), 0..3).boxed()
}

fn limits() -> BoxedStrategy<HealthLimits> {
    let count = || prop_oneof![Just(0u32), Just(3), 1u32..5];
    let bad = prop_oneof![Just(vec![(500, 599)]), statuses()];
    (count(), count(), count(), count(), bad)
        .prop_map(|(any, broken, timeouts, statuses, bad)| HealthLimits { any, broken, timeouts, statuses, bad })
        .boxed()
}

fn active() -> BoxedStrategy<ActiveHealth> {
    let path = select(vec!["/", "/well"]).prop_map(str::to_owned);
    let http = (path, of(name()), vec((name(), value()), 0..3), of(any::<u16>()))
        .prop_map(|(path, host, headers, port)| Probe::Http { path, host, headers, port });
    let probe = prop_oneof![of(any::<u16>()).prop_map(|port| Probe::Connect { port }), http];
    let interval = || of(prop_oneof![Just(Duration::from_secs(10)), duration()]);
    (probe, duration(), 1usize..20, [interval(), interval()], limits(), 0u32..4, statuses())
        .prop_map(|(probe, timeout, concurrency, [well_interval, sick_interval], limits, successes, good)| {
            ActiveHealth { probe, timeout, concurrency, well_interval, sick_interval, limits, successes, good }
        })
        .boxed()
}

fn table(upstreams: Vec<UpstreamId>, consumers: Vec<Consumer>) -> BoxedStrategy<Table> {
    let people: Vec<ConsumerId> = consumers.iter().map(|consumer| consumer.id.clone()).collect();
    let routes = btree_map(
        prop_oneof![name(), Just("/x".to_owned()), Just("kong/route/x".to_owned())],
        route(upstreams, people.clone()),
        0..4,
    );
    let entry = select(vec![
        OverlayEntry::NextStep,
        OverlayEntry::EndOf(Phase::Rewrite),
        OverlayEntry::EndOf(Phase::Access),
        OverlayEntry::EndOf(Phase::Log),
    ]);
    let flags = any::<[bool; 8]>();
    (routes, steps(people.clone()), overlays(people), entry, answers(), flags, of(marks()))
        .prop_map(
            |(
                routes,
                global,
                overlays,
                overlay_entry,
                answers,
                [
                    decode_unreserved,
                    decode_all,
                    resolve_dots,
                    merge_slashes,
                    ring_needs_route,
                    keep_escaped_slashes,
                    cut_end_slash,
                    cut_parameters,
                ],
                marks,
            )| {
                Table {
                    id: TableId::new("native/table/main"),
                    normalization: PathNormalization {
                        decode_unreserved,
                        decode_all,
                        resolve_dots,
                        merge_slashes,
                        keep_escaped_slashes,
                        cut_end_slash,
                        cut_parameters,
                    },
                    routes: routes
                        .into_iter()
                        .map(|(name, route)| {
                            let id = if name.starts_with("kong/") { name } else { format!("native/route/{name}") };
                            Arc::new(Route { id: RouteId::new(id), ..route })
                        })
                        .collect(),
                    global,
                    ring_needs_route,
                    overlays,
                    overlay_entry,
                    answers,
                    marks,
                }
            },
        )
        .boxed()
}

fn answers() -> BoxedStrategy<Answers> {
    let media = || select(vec!["*/*", "text/html"]).prop_map(str::to_owned);
    let by_kind = btree_map(select(FailureKind::ALL.to_vec()), vec((media(), answer()), 0..3), 0..3);
    let body = of(expressions::expression());
    let keyed = (200u16..600, vec((name(), value()), 0..3), body).prop_map(|(status, headers, body)| KeyedAnswer {
        status,
        headers,
        body,
    });
    let templates = btree_map(text(), vec((media(), keyed), 0..3), 0..3);
    let kinds = btree_map(select(FailureKind::ALL.to_vec()), expressions::keyed(), 0..3);
    let keyed = (kinds, btree_map(text(), text(), 0..3), templates, of(text()), any::<[bool; 2]>());
    let keyed = keyed.prop_map(|(kinds, parents, templates, fallback, [listed, always_close])| {
        let usual = UsualAnswer { listed, always_close };
        Box::new(KeyedAnswers { kinds, parents, templates, fallback, usual })
    });
    (by_kind, of(messages()), of(keyed), any::<bool>())
        .prop_map(|(by_kind, messages, keyed, all_steps)| Answers { by_kind, messages, keyed, all_steps })
        .boxed()
}

fn around() -> BoxedStrategy<Around> {
    let constants = || btree_map(text(), shapes::constant(), 0..3);
    let path = (select(vec!["^/a/([^/]+)", "/x{2}"]).prop_map(str::to_owned), vec(text(), 0..3));
    let path = path.prop_map(|(regex, names)| ParamPath { regex, names });
    let mapped = (text(), select(vec!["/a/[^/]*/*", ".*"]).prop_map(str::to_owned));
    let mapped = mapped.prop_map(|(name, regex)| MappedPath { name, regex });
    let lines = vec!["class java.lang.Math", "method java.util.List get int", "new java.lang.Long java.lang.String"];
    let permits = vec(select(lines), 0..3).prop_map(|lines| {
        Allowed::of(lines.into_iter().map(|line| Permit::read(line).expect("the line names what there is")))
    });
    let world = (constants(), constants(), text(), vec(path, 0..2), vec(mapped, 0..2), of(permits)).prop_map(
        |(variables, attributes, attribute_prefix, paths, mapped, allowed)| World {
            variables,
            attributes,
            attribute_prefix,
            paths,
            mapped,
            allowed,
        },
    );
    (prop_oneof![Just(World::default()), world], of(answers()))
        .prop_map(|(world, answers)| Around { world, answers })
        .boxed()
}

fn template() -> BoxedStrategy<Template> {
    let piece = prop_oneof![
        text().prop_map(Piece::Text),
        select(vec![Piece::Message, Piece::RequestId, Piece::Status, Piece::Reason]),
    ];
    (select(vec![Escape::None, Escape::Json, Escape::Markup]), vec(piece, 0..4))
        .prop_map(|(escape, pieces)| Template { escape, pieces })
        .boxed()
}

fn messages() -> BoxedStrategy<MessageForms> {
    let media = || select(vec!["text/html", "application/json"]).prop_map(str::to_owned);
    let form = (vec(media(), 0..3), media(), template())
        .prop_map(|(media_types, content_type, template)| MessageForm { media_types, content_type, template });
    let said = (200u16..600, of(text()), of(media())).prop_map(|(status, message, unasked)| KindMessage {
        status,
        message,
        unasked,
    });
    let kinds = btree_map(select(FailureKind::ALL.to_vec()), said, 0..3);
    (vec(form, 0..3), kinds, btree_map(any::<u16>(), text(), 0..3))
        .prop_map(|(forms, kinds, statuses)| MessageForms { forms, kinds, statuses })
        .boxed()
}

fn marks() -> BoxedStrategy<Marks> {
    let charset = (name(), vec(name(), 0..3)).prop_map(|(name, media_types)| Charset { name, media_types });
    (vec(of(name()), 9), any::<bool>(), of(charset))
        .prop_map(|(mut names, server_everywhere, charset)| {
            let mut next = || names.pop().unwrap();
            Marks {
                server: next(),
                via_call: next(),
                via_upstream: next(),
                request_id: next(),
                own_latency: next(),
                proxy_latency: next(),
                upstream_latency: next(),
                upstream_status: next(),
                upstream_error: next(),
                server_everywhere,
                charset,
            }
        })
        .boxed()
}

fn path_rule() -> BoxedStrategy<PathRule> {
    let rewrite = prop_oneof![
        Just(PathRewrite::Keep),
        select(vec!["/", "/base"]).prop_map(|prefix| PathRewrite::StripMatched { prefix: prefix.to_owned() }),
        Just(PathRewrite::Prepend { prefix: "/v1".to_owned() }),
    ];
    let seam = select(vec![Seam::Slash, Seam::LikeRequest, Seam::Glued]);
    let full = (rewrite.clone(), seam, any::<bool>()).prop_map(|(rewrite, seam, normalized)| PathRule {
        rewrite,
        seam,
        normalized,
    });
    prop_oneof![rewrite.prop_map(PathRule::from), full].boxed()
}

fn forward_marks() -> BoxedStrategy<ForwardMarks> {
    let full = (any::<[bool; 4]>(), of(name()), of(text())).prop_map(
        |([path, prefix, real_ip, any_addresses], request_id, via)| ForwardMarks {
            path,
            prefix,
            real_ip,
            request_id,
            via,
            any_addresses,
        },
    );
    prop_oneof![Just(ForwardMarks::default()), full].boxed()
}

fn overlays(people: Vec<ConsumerId>) -> BoxedStrategy<Vec<Overlay>> {
    let group = name().prop_map(id("group", GroupId::new)).prop_map(Who::Group);
    let who = if people.is_empty() {
        group.boxed()
    } else {
        prop_oneof![group, select(people.clone()).prop_map(Who::Consumer)].boxed()
    };
    let one =
        (who, of(Just(Vec::new())), steps(people)).prop_map(|(who, routes, steps)| Overlay { who, routes, steps });
    vec(one, 0..3).boxed()
}

fn route(upstreams: Vec<UpstreamId>, people: Vec<ConsumerId>) -> BoxedStrategy<Route> {
    let host = prop_oneof![
        Just(HostHeader::Client),
        Just(HostHeader::Node),
        select(vec!["node", "client", "x.example.com"]).prop_map(|name| HostHeader::Fixed(name.to_owned())),
    ];
    let groups = endpoints::groups(upstreams.clone()).prop_map(|all| Endpoint::Groups(Box::new(all)));
    let http = (select(upstreams), path_rule(), host, forward_marks(), any::<bool>())
        .prop_map(|(upstream, path, host, marks, websocket)| HttpEndpoint { upstream, path, host, marks, websocket });
    let endpoint =
        prop_oneof![Just(Endpoint::None), http.prop_map(Endpoint::Http), groups, answer().prop_map(Endpoint::Answer)];
    let group = (expressions::set(), of(expressions::beside(predicate())), steps(people), any::<bool>())
        .prop_map(|(set, predicate, steps, always)| Group { set, predicate, steps, always });
    let last = (calls::call(), any::<bool>()).prop_map(|(call, usual)| Step {
        slot: Slot::new(match (&call.target, usual) {
            (Target::Function(_), _) => "function",
            (Target::Url(_), true) => "url",
            (Target::Url(_), false) => "function",
        }),
        rank: StepRank { phase: Phase::Access, order: 1_000_000 },
        precedence: 10,
        predicate: None,
        policy: Policy::Call(Box::new(call)),
    });
    let matches = vec((predicate(), of(any::<[u64; 4]>())), 0..3);
    let object = || btree_map(text(), text(), 0..3).prop_map(|members| serde_json::to_string_pretty(&members).unwrap());
    let names = (of(text()), of(text()), of(text()));
    let told = (names, of(text()), of(object()), of(object()));
    let told = told.prop_map(|((id, name, service_name), service, route, about_service)| Told {
        id,
        name,
        service_name,
        service,
        route,
        about_service,
    });
    (matches, vec(group, 0..3), of(last), endpoint, of(path_rule()), told, of(around()))
        .prop_map(|(matches, mut groups, last, endpoint, path, told, around)| {
            if let (Some(first), Some(last)) = (groups.first_mut(), last) {
                first.steps.push(last);
            }
            Route {
                id: RouteId::new("native/route/x"),
                // Any rank may stand in a model; the usual ones are in the golden cases.
                matches: matches
                    .into_iter()
                    .map(|(predicate, rank)| Match { rank: rank.map_or(Rank([1 << 63, 0, 0, 0]), Rank), predicate })
                    .collect(),
                chain: Chain { groups },
                endpoint,
                path,
                told,
                around: around.map(Arc::new),
            }
        })
        .boxed()
}

fn predicate() -> BoxedStrategy<Predicate> {
    let template = |text: &str| PathTemplate::parse(text).unwrap();
    let path = prop_oneof![
        select(vec!["/", "/a", "/{b}", "/a/*", "/a b"]).prop_map(|path| PathPattern::Exact(path.to_owned())),
        select(vec!["/", "/a", "/{b}"]).prop_map(|path| PathPattern::Prefix(path.to_owned())),
        select(vec![template("/a"), template("/a/{b}"), template("/{c+}"), template("/x y/{z}")])
            .prop_map(PathPattern::Template),
        select(vec!["^/a$", "/(?<id>\\d+)", "^/[$]{1}"]).prop_map(|regex| PathPattern::Regex(regex.to_owned())),
    ];
    let host = select(vec![
        HostPattern::Exact("a.example.com".into()),
        HostPattern::Suffix(".example.com".into()),
        HostPattern::Prefix("example.".into()),
    ]);
    let pattern = || {
        prop_oneof![
            Just(TextPattern::Present),
            Just(TextPattern::Absent),
            vec(text(), 0..3).prop_map(TextPattern::OneOf),
            Just(TextPattern::Regex("^a|b$".into())),
        ]
    };
    let headers = vec((name(), pattern()).prop_map(|(name, value)| HeaderPattern { name, value }), 0..3);
    let query = vec((text(), pattern()).prop_map(|(name, value)| QueryPattern { name, value }), 0..3);
    let methods = subsequence(vec!["GET".to_owned(), "PUT".to_owned()], 0..=2);
    let schemes = subsequence(vec!["http".to_owned(), "https".to_owned()], 0..=2);
    let plain = (of(path.clone()), methods.clone()).prop_map(|(path, methods)| Predicate {
        path,
        methods,
        ..Predicate::default()
    });
    let wire = (vec(host.clone(), 0..2), of(text()), of(expressions::vars()));
    let full = (of(path), vec(host, 0..3), methods, headers, query, schemes, networks(), wire).prop_map(
        |(path, hosts, methods, headers, query, schemes, clients, (server_names, expression, vars))| Predicate {
            path,
            hosts,
            methods,
            headers,
            query,
            schemes,
            clients,
            server_names,
            expression,
            vars,
            ..Predicate::default()
        },
    );
    prop_oneof![plain, full].boxed()
}

fn answer() -> BoxedStrategy<Answer> {
    let body = prop_oneof![
        Just(AnswerBody::Problem),
        text().prop_map(AnswerBody::Text),
        text().prop_map(AnswerBody::Message),
        template().prop_map(AnswerBody::Template),
    ];
    let behind = Just(Location::Behind("https://new.test:81".to_owned()));
    let location = of(prop_oneof![of(any::<u16>()).prop_map(Location::Https), behind]);
    (200u16..600, vec((name(), value()), 0..4), location, body)
        .prop_map(|(status, headers, location, body)| Answer { status, headers, location, body })
        .boxed()
}

fn steps(people: Vec<ConsumerId>) -> BoxedStrategy<Vec<Step>> {
    let phase = select(vec![Phase::Rewrite, Phase::Access, Phase::Endpoint, Phase::Response, Phase::Log]);
    let slot = select(vec!["cors", "call", "request-id", "x", "cors#2"]).prop_map(Slot::new);
    let precedence = prop_oneof![select(vec![0u8, 10, 20, 30]), any::<u8>()];
    let order = prop_oneof![select(vec![10i64, 20, 30]), any::<i64>()];
    let step =
        (slot, phase, order, precedence, of(expressions::beside(predicate())), policies::policy(people), any::<bool>());
    let step = step.prop_map(|(slot, phase, order, precedence, predicate, policy, both)| {
        let one = Step { slot, rank: StepRank { phase, order }, precedence, predicate, policy };
        if !both {
            return vec![one];
        }
        let at = |phase| Step { rank: StepRank { phase, order }, ..one.clone() };
        vec![at(Phase::Rewrite), at(Phase::Response)]
    });
    vec(step, 0..3).prop_map(|pairs| pairs.into_iter().flatten().collect()).boxed()
}

fn anonymous(people: Vec<ConsumerId>) -> BoxedStrategy<Option<ConsumerId>> {
    if people.is_empty() { Just(None).boxed() } else { of(select(people)).boxed() }
}

fn aws() -> BoxedStrategy<Aws> {
    let tls = prop_oneof![Just(ClientTls::default()), client_tls()];
    let way = (of(Just("http://127.0.0.1:9001".to_owned())), of(any::<bool>()), of(any::<bool>()));
    (of(name()), way, credentials(), tls, forward(), any::<bool>(), keepalive(1024))
        .prop_map(|(region, (endpoint, fips, dual_stack), credentials, tls, forward, http2, keepalive)| {
            // beside an endpoint of one's own the region's are not chosen from
            let beside = |wanted: Option<bool>| wanted.filter(|wanted| endpoint.is_none() || !wanted);
            let (fips, dual_stack) = (beside(fips), beside(dual_stack));
            Aws { region, endpoint, credentials, tls, fips, dual_stack, forward, http2, keepalive }
        })
        .boxed()
}

fn credentials() -> BoxedStrategy<Credentials> {
    let sources = prop_oneof![Just(Credentials::surroundings().sources), vec(source(), 1..4)];
    let endpoint = of(Just("https://sts.example.com".to_owned()));
    (sources, vec(role(), 0..3), endpoint)
        .prop_map(|(sources, roles, sts_endpoint)| Credentials { sources, roles, sts_endpoint })
        .boxed()
}

fn source() -> BoxedStrategy<Source> {
    let secret = || prop_oneof!["[a-z]{1,4}", "[ -~]{1,20}"].prop_map(Secret::new);
    let keys = (name(), secret(), of(secret())).prop_map(|(access_key, secret_key, session_token)| Source::Static {
        access_key,
        secret_key,
        session_token,
    });
    let web_identity = (of(Just(ROLE.to_owned())), of(name()), of(name()))
        .prop_map(|(role, token_file, session_name)| Source::WebIdentity { role, token_file, session_name });
    prop_oneof![
        keys,
        web_identity,
        of(name()).prop_map(|name| Source::Profile { name }),
        select(vec![Variables::Aws, Variables::Amazon]).prop_map(Source::Environment),
        Just(Source::Container),
        select(vec![Metadata::V1WithV2First, Metadata::V2, Metadata::V1]).prop_map(Source::Metadata),
    ]
    .boxed()
}

const ROLE: &str = "arn:aws:iam::123456789012:role/gateway";

fn role() -> BoxedStrategy<AssumeRole> {
    let (long, policy) = (Just(std::time::Duration::from_secs(900)), Just("{\"Version\": \"2012-10-17\"}".to_owned()));
    let tags =
        prop_oneof![Just(vec![]), Just(vec![("team".to_owned(), "a: b".to_owned()), ("x".to_owned(), String::new())])];
    (of(text()), of(long), of(policy), vec(name(), 0..2), tags, any::<bool>())
        .prop_map(|(external_id, duration, policy, policy_arns, tags, transitive)| AssumeRole {
            external_id,
            duration,
            policy,
            policy_arns,
            session_name: if transitive { "me@home" } else { "lambdagate" }.to_owned(),
            transitive_tags: tags.iter().filter(|_| transitive).map(|(key, _)| key.clone()).collect(),
            tags,
            ..AssumeRole::new(ROLE)
        })
        .boxed()
}
