//! Any policy, and any consumer with its credentials.

use super::calls::call;
use super::{anonymous, answer, client_tls, duration, name, networks, text, value};
use model::Secret;
use model::consumer::{Algorithm, Credential, Password, Proof, Verifier};
use model::forward::Forward;
use model::id::ConsumerId;
use model::policy::*;
use model::variable::Variable;
use proptest::collection::{btree_map, vec};
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use std::time::Duration;

pub(super) fn policy(people: Vec<ConsumerId>) -> BoxedStrategy<Policy> {
    prop_oneof![
        3 => call().prop_map(|call| Policy::Call(Box::new(call))),
        2 => answer().prop_map(Policy::Respond),
        2 => terminate(),
        2 => key_auth(people.clone()),
        2 => basic_auth(people.clone()),
        2 => jwt(people.clone()),
        2 => hmac_auth(people),
        3 => access_token(),
        2 => any_of(),
        2 => forward_auth(),
        1 => policy_agent(),
        1 => client_address(),
        2 => super::shapes::first_of(),
        2 => super::shapes::refuse(),
        2 => super::shapes::split(),
        2 => super::shapes::validate(),
        2 => super::shapes::inject(),
        2 => super::shapes::redirect(),
        2 => super::shapes::rewrite(),
        2 => super::shapes::response_rewrite(),
        1 => super::shapes::refusing(),
        2 => acl(),
        2 => ip_restriction(),
        2 => request_size(),
        2 => rate_limit(),
        2 => pace(),
        2 => cache(),
        2 => breaker(),
        2 => cors(),
        1 => csrf(),
        1 => host_certificates(),
        2 => headers(),
        2 => request_transform(),
        2 => response_transform(),
        2 => request_id(),
        2 => log(),
        1 => keep_body(),
        2 => count(),
        4 => super::expressions::policy(),
        3 => super::endpoints::policy(),
        1 => name().prop_map(|name| Policy::Missing { name }),
    ]
    .boxed()
}

fn terminate() -> BoxedStrategy<Policy> {
    (of(name()), answer(), of(text()))
        .prop_map(|(trigger, answer, echo)| Policy::Terminate(Box::new(Terminate { trigger, answer, echo })))
        .boxed()
}

pub(super) fn refusals() -> BoxedStrategy<Refusals> {
    let media = || select(vec!["application/json; charset=utf-8", "text/plain"]).prop_map(str::to_owned);
    let member = (prop_oneof![text(), Just("message".to_owned())], media(), any::<bool>())
        .prop_map(|(name, content_type, line)| RefusalForm::Member { name, content_type, line });
    let form = prop_oneof![
        Just(RefusalForm::Table),
        Just(RefusalForm::json()),
        member,
        media().prop_map(|content_type| RefusalForm::Text { content_type })
    ];
    let status = prop_oneof![select(vec![401u16, 403, 413, 429]), 200u16..600];
    let one = (status, text(), form).prop_map(|(status, message, form)| Refusal { status, message, form });
    prop_oneof![Just(Refusals::default()), btree_map(select(Case::ALL.to_vec()), one, 0..4).prop_map(Refusals)].boxed()
}

fn identity() -> BoxedStrategy<IdentityHeaders> {
    let names = vec(of(name()), 6).prop_map(|mut names| {
        let mut next = || names.pop().unwrap();
        IdentityHeaders {
            id: next(),
            custom_id: next(),
            name: next(),
            credential: next(),
            groups: next(),
            anonymous: next(),
        }
    });
    let usual = IdentityHeaders::default();
    prop_oneof![Just(usual.clone()), Just(IdentityHeaders { groups: None, ..usual }), names].boxed()
}

fn challenge() -> BoxedStrategy<Challenge> {
    let of_realm = |realm: String| Challenge {
        absent: format!("Bearer realm=\"{realm}\""),
        wrong: format!("Bearer realm=\"{realm}\", error=\"invalid_token\""),
    };
    prop_oneof![
        select(vec!["Key", "Basic", "Basic realm=\"service\"", "Bearer", ""]).prop_map(Challenge::of),
        value().prop_map(|realm| Challenge::of(format!("Key realm=\"{realm}\""))),
        value().prop_map(|realm| Challenge::of(format!("Basic realm=\"{realm}\""))),
        value().prop_map(of_realm),
        (value(), value()).prop_map(|(absent, wrong)| Challenge { absent, wrong }),
    ]
    .boxed()
}

fn names() -> BoxedStrategy<Vec<String>> {
    prop_oneof![select(vec!["x-api-key", "authorization"]).prop_map(|name| vec![name.to_owned()]), vec(name(), 0..3)]
        .boxed()
}

fn key_auth(people: Vec<ConsumerId>) -> BoxedStrategy<Policy> {
    let places = (names(), vec(text(), 0..2), vec(text(), 0..2));
    let rest = (anonymous(people), identity(), challenge(), refusals());
    (places, any::<[bool; 3]>(), rest)
        .prop_map(|((headers, query, body), [by_name, hide, preflight], (anonymous, identity, challenge, refusals))| {
            Policy::KeyAuth(Box::new(KeyAuth {
                headers,
                query,
                body,
                by_name,
                hide,
                preflight,
                anonymous,
                identity,
                challenge,
                refusals,
            }))
        })
        .boxed()
}

fn basic_auth(people: Vec<ConsumerId>) -> BoxedStrategy<Policy> {
    let rest = (anonymous(people), identity(), challenge(), refusals());
    (names(), any::<[bool; 2]>(), rest)
        .prop_map(|(headers, [hide, preflight], (anonymous, identity, challenge, refusals))| {
            Policy::BasicAuth(Box::new(BasicAuth {
                headers,
                hide,
                preflight,
                anonymous,
                identity,
                challenge,
                refusals,
            }))
        })
        .boxed()
}

fn jwt(people: Vec<ConsumerId>) -> BoxedStrategy<Policy> {
    let places = (names(), vec(text(), 0..2), vec(text(), 0..2), prop_oneof![Just("iss".to_owned()), text()]);
    let claims = (
        select(vec![
            vec![],
            vec![RegisteredClaim::Expires],
            vec![RegisteredClaim::NotBefore],
            vec![RegisteredClaim::NotBefore, RegisteredClaim::Expires],
        ]),
        of(duration()),
    );
    let rest = (anonymous(people), identity(), challenge(), refusals());
    (places, claims, any::<[bool; 6]>(), rest)
        .prop_map(|((headers, query, cookies, key_claim), (claims, longest), flags, rest)| {
            let [in_order, bare, base64_secrets, lenient, hide, preflight] = flags;
            let (anonymous, identity, challenge, refusals) = rest;
            // only what ends can be too long
            let longest = longest.filter(|_| claims.contains(&RegisteredClaim::Expires));
            Policy::Jwt(Box::new(Jwt {
                headers,
                query,
                cookies,
                in_order,
                bare,
                key_claim,
                base64_secrets,
                claims,
                lenient,
                longest,
                hide,
                preflight,
                anonymous,
                identity,
                challenge,
                refusals,
            }))
        })
        .boxed()
}

fn hmac_auth(people: Vec<ConsumerId>) -> BoxedStrategy<Policy> {
    let form = select(vec![SignatureForm::Username, SignatureForm::KeyId]);
    let body = select(vec![BodyDigest::Ignored, BodyDigest::OfBodies, BodyDigest::Always]);
    let algorithms = proptest::sample::subsequence(HmacAlgorithm::ALL.to_vec(), 0..=4);
    let rest = (anonymous(people), identity(), challenge(), refusals());
    (form, names(), names(), duration(), algorithms, vec(text(), 0..2), body, any::<[bool; 2]>(), rest)
        .prop_map(|(form, headers, dates, skew, algorithms, signed, body, [any_date, hide], rest)| {
            let (anonymous, identity, challenge, refusals) = rest;
            Policy::HmacAuth(Box::new(HmacAuth {
                form,
                headers,
                dates,
                any_date,
                skew,
                algorithms,
                signed,
                body,
                hide,
                anonymous,
                identity,
                challenge,
                refusals,
            }))
        })
        .boxed()
}

fn any_of() -> BoxedStrategy<Policy> {
    (vec(prop_oneof![jwt(Vec::new()), hmac_auth(Vec::new()), access_token(), acl()], 1..3), refusals())
        .prop_map(|(policies, refusals)| Policy::AnyOf(Box::new(AnyOf { policies, refusals })))
        .boxed()
}

fn forward_auth() -> BoxedStrategy<Policy> {
    let extra = vec((name(), variables()), 0..2);
    (server(), any::<[bool; 2]>(), names(), extra, names(), names(), prop_oneof![Just(403u16), 200u16..600])
        .prop_map(|(server, [post, open], along, extra, upstream, client, away)| {
            Policy::ForwardAuth(Box::new(ForwardAuth { server, post, along, extra, upstream, client, open, away }))
        })
        .boxed()
}

fn policy_agent() -> BoxedStrategy<Policy> {
    (server(), any::<[bool; 3]>(), names())
        .prop_map(|(server, [route, service, consumer], upstream)| {
            Policy::PolicyAgent(Box::new(PolicyAgent { server, route, service, consumer, upstream }))
        })
        .boxed()
}

fn client_address() -> BoxedStrategy<Policy> {
    let source = select(vec!["http_x_real_ip", "arg_ip"]).prop_map(Variable::of);
    let trusted = of(vec(select(vec!["10.0.0.0/8", "::1/128"]).prop_map(|text| text.parse().unwrap()), 0..3));
    (source, any::<bool>(), trusted)
        .prop_map(|(source, last, trusted)| Policy::ClientAddress(Box::new(ClientAddress { source, last, trusted })))
        .boxed()
}

fn server() -> BoxedStrategy<model::server::Server> {
    let url = name().prop_map(|name| format!("https://{name}.test/{name}?a=b"));
    (url, of(client_tls()), select(vec![Forward::Environment, Forward::Direct]), of(duration()), of(duration()))
        .prop_map(|(url, tls, forward, connect, time)| {
            let usual = model::server::Server::at(url);
            model::server::Server {
                tls: tls.unwrap_or_default(),
                forward,
                connect: connect.unwrap_or(usual.connect),
                time: time.unwrap_or(usual.time),
                url: usual.url,
            }
        })
        .boxed()
}

pub(super) fn proof() -> BoxedStrategy<TokenProof> {
    let secret = || text().prop_filter("nobody's", |text| !text.is_empty()).prop_map(Secret::new);
    let shared = || secret().prop_map(Verifier::Shared);
    let public = || text().prop_map(Verifier::Public);
    let algorithms = proptest::sample::subsequence(Algorithm::ALL.to_vec(), 0..3);
    let set = (server(), any::<[bool; 2]>(), algorithms, duration()).prop_map(|(server, flags, algorithms, fresh)| {
        let [discovery, any_issuer] = flags;
        TokenProof::KeySet(Box::new(KeySet { server, discovery, any_issuer, algorithms, fresh }))
    });
    let spot = prop_oneof![
        text().prop_map(TokenSpot::Form),
        text().prop_map(TokenSpot::Query),
        name().prop_map(TokenSpot::Header)
    ];
    let login = prop_oneof![
        (text(), secret()).prop_map(|(id, secret)| ClientLogin::Form { id, secret }),
        (name(), prop_oneof![Just("Basic".to_owned()), text()], text(), secret())
            .prop_map(|(field, scheme, id, secret)| ClientLogin::Header { field, scheme, id, secret })
    ];
    let believed =
        prop_oneof![Just(Believed::Once), Just(Believed::UntilItsEnd), duration().prop_map(Believed::AtMost)];
    let ask = (server(), any::<[bool; 3]>(), vec(spot, 1..3), of(login), names(), believed).prop_map(
        |(server, [discovery, post, silent_is_active], token, login, along, believed)| {
            let ask = Introspection { server, discovery, post, token, login, along, silent_is_active, believed };
            TokenProof::Introspection(Box::new(ask))
        },
    );
    prop_oneof![
        shared().prop_map(|verifier| TokenProof::Key { algorithm: Algorithm::HS256, verifier }),
        shared().prop_map(|verifier| TokenProof::Key { algorithm: Algorithm::HS512, verifier }),
        public().prop_map(|verifier| TokenProof::Key { algorithm: Algorithm::ES256, verifier }),
        vec((text(), public()), 0..3).prop_map(|keys| TokenProof::Issuers { algorithm: Algorithm::RS256, keys }),
        vec((text(), shared()), 0..3).prop_map(|keys| TokenProof::Issuers { algorithm: Algorithm::HS384, keys }),
        set,
        ask
    ]
    .boxed()
}

fn access_token() -> BoxedStrategy<Policy> {
    let fact = prop_oneof![
        Just(TokenFact::Token),
        Just(TokenFact::Bearer),
        Just(TokenFact::Claims),
        text().prop_map(TokenFact::Claim)
    ];
    let audience = (prop_oneof![Just("aud".to_owned()), text()], any::<bool>(), vec(text(), 0..3))
        .prop_map(|(claim, required, values)| Audience { claim, required, values });
    let schema = of(Just(r#"{"type":"object"}"#.to_owned()));
    let holds = (vec(text(), 0..2), of(audience), vec(text(), 0..2), schema);
    let rest = (vec((name(), fact), 0..3), names(), challenge(), refusals());
    (names(), names(), proof(), holds, any::<[bool; 2]>(), rest)
        .prop_map(|(headers, bare_headers, proof, (issuers, audience, scopes, schema), [optional, hide], rest)| {
            let (tell, forget, challenge, refusals) = rest;
            Policy::AccessToken(Box::new(AccessToken {
                headers,
                bare_headers,
                proof,
                issuers,
                audience,
                scopes,
                schema,
                optional,
                hide,
                tell,
                forget,
                challenge,
                refusals,
            }))
        })
        .boxed()
}

fn acl() -> BoxedStrategy<Policy> {
    let groups = || vec(text(), 0..3);
    let rule = prop_oneof![groups().prop_map(GroupRule::Allow), groups().prop_map(GroupRule::Deny)];
    (rule, of(name()), refusals())
        .prop_map(|(rule, header, refusals)| Policy::Acl(Acl { rule, header, refusals }))
        .boxed()
}

fn ip_restriction() -> BoxedStrategy<Policy> {
    (networks(), networks(), refusals())
        .prop_map(|(allow, deny, refusals)| Policy::IpRestriction(IpRestriction { allow, deny, refusals }))
        .boxed()
}

pub(super) fn request_size() -> BoxedStrategy<Policy> {
    (any::<u64>(), any::<bool>(), refusals())
        .prop_map(|(bytes, length_required, refusals)| {
            Policy::RequestSize(RequestSize { bytes, length_required, refusals })
        })
        .boxed()
}

fn by() -> BoxedStrategy<LimitBy> {
    prop_oneof![
        (variables(), any::<bool>()).prop_map(|(text, counts)| LimitBy::Text {
            text,
            without: if counts { WithoutText::Address } else { WithoutText::Nobody },
        }),
        select(vec![LimitBy::Consumer, LimitBy::Credential, LimitBy::Address, LimitBy::Service, LimitBy::Everyone]),
        name().prop_map(LimitBy::Header),
        text().prop_map(LimitBy::Path),
        vec(limit_part(), 0..3).prop_map(LimitBy::Evaluated),
    ]
    .boxed()
}

fn cache() -> BoxedStrategy<Policy> {
    let texts = || vec(variables(), 0..2);
    let zone = (text(), any::<u64>(), any::<u64>(), any::<u64>());
    let zone = zone.prop_map(|(name, bytes, entries, largest)| CacheZone { name, bytes, entries, largest });
    let usual_zone =
        Just(CacheZone { name: "default".to_owned(), bytes: 64 << 20, entries: 100_000, largest: 1 << 20 });
    let path = select(vec![None, Some(CachePath::Exact), Some(CachePath::AnyCase)]);
    let query =
        prop_oneof![Just(CacheQuery::All), Just(CacheQuery::Nothing), vec(text(), 0..3).prop_map(CacheQuery::Of)];
    let scope = prop_oneof![text(), Just("native/route//x/x".to_owned())];
    let key = (scope, any::<[bool; 3]>(), path, query, vec(name(), 0..2), texts(), vec(limit_part(), 0..2));
    let key = key.prop_map(|(scope, [route, consumer, host], path, query, headers, texts, parts)| CacheKey {
        scope,
        route,
        consumer,
        host,
        path,
        query,
        headers,
        texts,
        parts,
    });
    let lifetime = select(vec![Lifetime::Ignored, Lifetime::Preferred, Lifetime::AtMost, Lifetime::Needed]);
    let obeys = (any::<[bool; 5]>(), lifetime).prop_map(|(flags, lifetime)| {
        let [request, authorization, private, public, cookies] = flags;
        CacheRules { request, authorization, private, public, lifetime, cookies }
    });
    let words = vec(prop_oneof![Just("hit".to_owned()), text()], 7).prop_map(|mut words| {
        let mut next = || words.pop().unwrap();
        CacheWords {
            hit: next(),
            miss: next(),
            bypass: next(),
            method: next(),
            stale: next(),
            expired: next(),
            unkept: next(),
        }
    });
    let names = (of(name()), of(name()), of(name()));
    let told = (names, prop_oneof![Just(CacheWords::default()), words])
        .prop_map(|((status, key, age), words)| CacheTold { status, key, age, words });
    let told = prop_oneof![Just(CacheTold::default()), told];
    let steer = (name(), text(), text(), of(text()));
    let steer = steer.prop_map(|(header, query, bypass, refresh)| CacheSteer { header, query, bypass, refresh });
    let statuses = prop_oneof![Just(vec![(200, 200), (301, 301), (404, 404)]), vec((200u16..300, 300u16..600), 0..3)];
    let methods = prop_oneof![Just(vec!["GET".to_owned(), "HEAD".to_owned()]), vec(name(), 0..2)];
    let kept = (prop_oneof![usual_zone, zone], key, methods, statuses, of(vec(text(), 0..2)));
    let times = (duration(), of(duration()), obeys);
    let rest = (
        texts(),
        texts(),
        of(super::expressions::expression()),
        of(steer),
        told,
        vec(name(), 0..2),
        any::<[bool; 2]>(),
    );
    (kept, times, rest)
        .prop_map(|((zone, key, methods, statuses, types), (time, keep, obeys), rest)| {
            let (bypass, skip, condition, steer, told, hidden, [purge, later]) = rest;
            Policy::Cache(Box::new(Cache {
                zone,
                key,
                methods,
                statuses,
                types,
                time,
                keep,
                obeys,
                bypass,
                skip,
                condition,
                steer,
                told,
                hidden,
                purge,
                later,
            }))
        })
        .boxed()
}

fn breaker() -> BoxedStrategy<Policy> {
    let statuses = |usual| prop_oneof![Just(vec![usual]), vec((200u16..300, 300u16..600), 0..3)];
    let scope = prop_oneof![text(), Just("native/route//x/x".to_owned())];
    let counts = (prop_oneof![Just(3), any::<u32>()], prop_oneof![Just(3), any::<u32>()]);
    let times = (duration(), duration());
    (scope, by(), statuses((500, 599)), statuses((200, 499)), counts, times, answer())
        .prop_map(|(scope, by, bad, good, (failures, successes), (first, longest), answer)| {
            Policy::Breaker(Box::new(Breaker { scope, by, bad, failures, good, successes, first, longest, answer }))
        })
        .boxed()
}

fn limit_part() -> BoxedStrategy<LimitPart> {
    prop_oneof![
        text().prop_map(LimitPart::Attribute),
        text().prop_map(LimitPart::AttributeOrAddress),
        super::expressions::expression().prop_map(LimitPart::Text),
    ]
    .boxed()
}

fn measured() -> BoxedStrategy<Box<Measured>> {
    let amount = || {
        prop_oneof![any::<u64>().prop_map(Amount::Fixed), super::expressions::expression().prop_map(Amount::Evaluated)]
    };
    let units =
        vec![TimeUnit::Seconds, TimeUnit::Minutes, TimeUnit::Hours, TimeUnit::Days, TimeUnit::Weeks, TimeUnit::Months];
    let facts = vec![
        LimitFact::Limit,
        LimitFact::Remaining,
        LimitFact::Count,
        LimitFact::Reset,
        LimitFact::Time,
        LimitFact::Unit(Letters::Small),
        LimitFact::Unit(Letters::Capital),
        LimitFact::Unit(Letters::Title),
        LimitFact::PartLimit,
        LimitFact::PartTime,
        LimitFact::PartUnit,
    ];
    let told = move || vec((text(), select(facts.clone())), 0..2);
    let failures = (super::expressions::keyed(), super::expressions::keyed(), super::expressions::keyed());
    (amount(), amount(), select(units), any::<bool>(), failures, told(), told())
        .prop_map(|(limit, time, unit, spread, (refusal, broken, away), parameters, attributes)| {
            Box::new(Measured { limit, time, unit, spread, refusal, broken, away, parameters, attributes })
        })
        .boxed()
}

/// A text with variables, as it is read, or any other.
pub(super) fn variables() -> BoxedStrategy<RequestText> {
    let part = select(vec!["a ", "$remote_addr", "$http_x.", "${uri}b", "${arg_n ?? 60}", "-$ ", "${A}", "$$${x}"]);
    let read = vec(part, 0..4).prop_map(|parts| RequestText::with_variables(&parts.concat()));
    prop_oneof![4 => read, 1 => any_text()].boxed()
}

/// Texts that are not always read from one text.
pub(super) fn any_text() -> BoxedStrategy<RequestText> {
    let variable = select(vec!["uri", "arg_a-b", "http_x", "post_arg.a[*].b", "$ odd", ""]).prop_map(Variable::of);
    let source = prop_oneof![
        text().prop_map(TextSource::Header),
        text().prop_map(TextSource::Query),
        text().prop_map(TextSource::Capture),
        text().prop_map(TextSource::Text),
        variable.prop_map(TextSource::Variable),
        (0usize..12).prop_map(TextSource::Matched),
    ];
    let part = prop_oneof![
        prop_oneof![text(), select(vec!["$x", "$(", "{}", "1"]).prop_map(str::to_owned)].prop_map(TextPart::Text),
        vec(source, 0..3).prop_map(TextPart::FirstOf)
    ];
    vec(part, 0..4).prop_map(|parts| RequestText { parts }).boxed()
}

fn pace() -> BoxedStrategy<Policy> {
    let scope = || prop_oneof![text(), Just("native/route//x/x".to_owned())];
    let number = || select(vec![1.0, 0.5, 10.0, 1e6]);
    let pace = (scope(), number(), prop_oneof![Just(0.0), number()], any::<bool>(), by(), store(), refusals());
    let pace = pace.prop_map(|(scope, rate, burst, waits, by, store, refusals)| {
        Policy::Pace(Box::new(Pace { scope, rate, burst, waits, by, store, refusals }))
    });
    let numbers = (any::<u32>(), any::<u32>(), prop_oneof![Just(Duration::ZERO), duration()], any::<bool>());
    let concurrency = (scope(), numbers, by(), store(), refusals());
    let concurrency = concurrency.prop_map(|(scope, (limit, burst, delay, fixed_delay), by, store, refusals)| {
        Policy::Concurrency(Box::new(Concurrency { scope, limit, burst, delay, fixed_delay, by, store, refusals }))
    });
    prop_oneof![pace, concurrency].boxed()
}

fn store() -> BoxedStrategy<CounterStore> {
    let login = (of(text()), of("[ -~]{1,20}".prop_map(Secret::new)));
    let redis = (name(), any::<u16>(), login, any::<u32>(), of(client_tls()), duration(), any::<bool>());
    let redis = redis.prop_map(|(host, port, (username, password), database, tls, timeout, pass_without)| {
        let store = RedisStore { host, port, username, password, database, tls, timeout, pass_without };
        CounterStore::Redis(Box::new(store))
    });
    prop_oneof![Just(CounterStore::Local), redis].boxed()
}

fn rate_limit() -> BoxedStrategy<Policy> {
    let periods = vec![Period::Second, Period::Minute, Period::Hour, Period::Day, Period::Month, Period::Year];
    let span = prop_oneof![
        select(periods).prop_map(Span::Calendar),
        duration().prop_map(Span::FromFirst),
        (1u32..99).prop_map(Span::Months)
    ];
    let window = (span, any::<u64>()).prop_map(|(span, limit)| Window { span, limit });
    let headers =
        (vec(of("[a-zA-Z-]{1,9}"), 6), any::<[bool; 3]>()).prop_map(|(mut names, [fractions, moment, retry_after])| {
            let mut next = || names.pop().unwrap();
            RateHeaders {
                window_limit: next(),
                window_remaining: next(),
                limit: next(),
                remaining: next(),
                reset: next(),
                fractions,
                moment,
                length: next(),
                retry_after,
            }
        });
    let headers = prop_oneof![Just(RateHeaders::default()), headers];
    let scope = prop_oneof![text(), Just("native/route//x/x".to_owned())];
    let figures = of((variables(), variables(), any::<bool>()).prop_map(|(limit, seconds, optional)| Figures {
        limit,
        seconds,
        optional,
    }));
    let one = (scope, vec(window, 0..3), by(), store(), headers, refusals(), figures, of(measured()));
    let one = one.prop_map(|(scope, windows, by, store, headers, refusals, figures, measured)| RateLimit {
        scope,
        windows,
        by,
        store,
        headers,
        refusals,
        figures,
        measured,
        also: Vec::new(),
    });
    (one.clone(), vec(one, 0..2)).prop_map(|(one, also)| Policy::RateLimit(Box::new(RateLimit { also, ..one }))).boxed()
}

fn cors() -> BoxedStrategy<Policy> {
    let texts = || vec(select(vec!["https://a.example.com", "null", "b.example.com"]).prop_map(str::to_owned), 0..3);
    let patterns = vec(select(vec!["https://.*[.]example[.]com", "x{2}"]).prop_map(str::to_owned), 0..2);
    let origins = prop_oneof![
        Just(Origins::Any),
        texts().prop_map(Origins::List),
        (texts(), patterns).prop_map(|(texts, patterns)| Origins::Matching { texts, patterns })
    ];
    let manner = (200u16..600, any::<[bool; 7]>()).prop_map(|(preflight_status, flags)| {
        let [names_sole_origin, tells_strangers, star_without_origin, needs_origin, dense, everywhere, keeps] = flags;
        CorsManner {
            preflight_status,
            names_sole_origin,
            tells_strangers,
            star_without_origin,
            needs_origin,
            dense,
            everywhere,
            keeps,
        }
    });
    let manner = prop_oneof![Just(CorsManner::default()), manner];
    let names = || vec(prop_oneof![name(), Just("X-A, *".to_owned())], 0..3);
    let methods = select(vec![vec![], vec!["GET".to_owned()], vec!["GET".to_owned(), "X".to_owned()]]);
    ((origins.clone(), of(origins)), (methods, names(), names()), any::<[bool; 3]>(), of(duration()), manner)
        .prop_map(|((origins, timing), (methods, headers, exposed), flags, max_age, manner)| {
            let [credentials, private_network, preflight_on] = flags;
            Policy::Cors(Cors {
                origins,
                methods,
                headers,
                exposed,
                credentials,
                max_age,
                private_network,
                preflight_on,
                timing,
                manner,
            })
        })
        .boxed()
}

fn host_certificates() -> BoxedStrategy<Policy> {
    let names = vec(select(vec!["a.test", "*.test", "b.a.test"]).prop_map(str::to_owned), 1..3);
    let open = vec(select(vec!["^/a", "x$"]).prop_map(str::to_owned), 0..2);
    let host = (names, any::<bool>(), open).prop_map(|(names, demanded, open)| HostDemand { names, demanded, open });
    (vec(host, 0..3), refusals())
        .prop_map(|(hosts, refusals)| Policy::HostCertificates(Box::new(HostCertificates { hosts, refusals })))
        .boxed()
}

fn csrf() -> BoxedStrategy<Policy> {
    (name(), "[ -~]{1,20}".prop_map(Secret::new), of(duration()), refusals())
        .prop_map(|(name, key, lasting, refusals)| Policy::Csrf(Box::new(Csrf { name, key, lasting, refusals })))
        .boxed()
}

pub(super) fn headers() -> BoxedStrategy<Policy> {
    header_edits().prop_map(Policy::Headers).boxed()
}

pub(super) fn header_edits() -> BoxedStrategy<HeaderEdits> {
    let edit = prop_oneof![
        (name(), value()).prop_map(|(name, value)| HeaderEdit::Set(name, value)),
        (name(), value()).prop_map(|(name, value)| HeaderEdit::Add(name, value)),
        name().prop_map(HeaderEdit::Remove),
    ];
    vec(edit, 0..5).prop_map(|edits| HeaderEdits { edits }).boxed()
}

/// A text with parts of the request, as it is read.
fn request_text() -> BoxedStrategy<RequestText> {
    let source = prop_oneof![select(vec![
        "headers.x_a",
        "query_params[\"a-b\"]",
        "uri_captures.1",
        "\"a)'${X}\"",
        "'\"'",
        "headers[\"é\"]"
    ]),];
    let part = prop_oneof![
        "[ -#%-')-~]{0,9}",
        Just("${HOME} $${X} $".to_owned()),
        vec(source, 1..3).prop_map(|sources| format!("$({})", sources.join(" or ")))
    ];
    let read = vec(part, 0..3).prop_map(|parts| RequestText::parse(&parts.concat()).unwrap());
    prop_oneof![4 => read, 1 => any_text()].boxed()
}

fn changes(names: BoxedStrategy<String>, values: BoxedStrategy<RequestText>) -> BoxedStrategy<TextChanges> {
    let pairs = || vec((names.clone(), values.clone()), 0..3);
    let full = (vec(names.clone(), 0..3), vec((names.clone(), names.clone()), 0..3), pairs(), pairs(), pairs());
    let full =
        full.prop_map(|(remove, rename, replace, add, append)| TextChanges { remove, rename, replace, add, append });
    prop_oneof![Just(TextChanges::default()), full].boxed()
}

fn request_transform() -> BoxedStrategy<Policy> {
    let header = changes(name(), request_text());
    let others = || changes(text(), request_text());
    (of(request_text()), of(select(vec!["GET", "PURGE"])), header, others(), others())
        .prop_map(|(path, method, headers, body, query)| {
            let method = method.map(str::to_owned);
            Policy::RequestTransform(Box::new(RequestTransform { path, method, headers, body, query }))
        })
        .boxed()
}

fn response_transform() -> BoxedStrategy<Policy> {
    let plain = prop_oneof![value(), Just("$(headers.x) $(".to_owned())].prop_map(RequestText::plain);
    let plain = prop_oneof![4 => plain, 1 => any_text()].boxed();
    let numbers = ["1", "-7", "0", "007", "1.50", "1e3", "18446744073709551616", "+1", "-0", "inf"];
    let scalar = prop_oneof![
        prop_oneof![text(), select(numbers.to_vec()).prop_map(str::to_owned)].prop_map(JsonScalar::Text),
        select(numbers.to_vec()).prop_map(|digits| JsonScalar::Number(digits.to_owned())),
        any::<bool>().prop_map(JsonScalar::Boolean),
    ];
    let pairs = || vec((text(), scalar.clone()), 0..3);
    let json = (vec(text(), 0..3), vec((text(), text()), 0..3), pairs(), pairs(), pairs());
    let json =
        json.prop_map(|(remove, rename, replace, add, append)| JsonChanges { remove, rename, replace, add, append });
    (changes(name(), plain), json)
        .prop_map(|(headers, json)| Policy::ResponseTransform(Box::new(ResponseTransform { headers, json })))
        .boxed()
}

fn request_id() -> BoxedStrategy<Policy> {
    let range = (1u32..40, "[a-z0-9]{1,9}").prop_map(|(length, characters)| IdForm::Range { length, characters });
    let words = [
        IdForm::Own,
        IdForm::Uuid,
        IdForm::UuidCounter,
        IdForm::Tracker,
        IdForm::NanoId,
        IdForm::Ksuid,
        IdForm::TimedUuid,
    ];
    let form = prop_oneof![3 => select(words.to_vec()), 1 => range];
    (name(), any::<[bool; 3]>(), form)
        .prop_map(|(header, [trust_client, echo, own], form)| {
            Policy::RequestId(RequestId { header, trust_client, echo, form, own })
        })
        .boxed()
}

fn record() -> BoxedStrategy<LogValue> {
    let text =
        prop_oneof![text(), select(vec!["$status", "$$", "$${x", "$x-${y}", "$$status"]).prop_map(str::to_owned)];
    let leaf = prop_oneof![
        select(LogFact::ALL.to_vec()).prop_map(LogValue::Fact),
        text.prop_map(LogValue::Text),
        select(vec!["http_x_a", "status", "nothing"])
            .prop_map(|name| LogValue::Variable(model::variable::Variable::of(name))),
        Just(LogValue::EmptyList)
    ];
    leaf.prop_recursive(3, 12, 4, |below| {
        prop_oneof![
            btree_map(super::text(), below.clone(), 0..4)
                .prop_map(|members| LogValue::Object(members.into_iter().collect())),
            vec(below, 1..3).prop_map(LogValue::FirstOf)
        ]
    })
    .boxed()
}

fn log() -> BoxedStrategy<Policy> {
    let queue = prop_oneof![Just(LogQueue::default()), log_queue()];
    let shape = prop_oneof![3 => Just(LogShape::Plain), 1 => syslog()];
    (log_sink(), queue, record(), shape, of(vars()))
        .prop_map(|(sink, queue, record, shape, when)| Policy::Log(Box::new(Log { sink, queue, record, shape, when })))
        .boxed()
}

fn log_sink() -> BoxedStrategy<LogSink> {
    let url = select(vec!["https://logs.example.com/in?key=marked", "http://127.0.0.1:9000"]).prop_map(Secret::new);
    let header = (name(), "[ -~]{1,20}".prop_map(Secret::new));
    let way = (select(vec!["POST", "PUT", "PATCH"]), value(), vec(header, 0..3));
    let http = (url, way, [duration(), duration()], any::<bool>(), select(vec![300u16, 400])).prop_map(
        |(url, (method, content_type, headers), [timeout, keepalive], verify, taken_below)| {
            let (method, keepalive) = (method.to_owned(), keepalive + Duration::from_millis(1));
            let sink = HttpSink { url, method, content_type, headers, timeout, keepalive, verify, taken_below };
            LogSink::Http(Box::new(sink))
        },
    );
    let host = || select(vec!["logs.example.com", "10.0.0.1", "::1"]).prop_map(str::to_owned);
    let tls = (of(name()), any::<bool>()).prop_map(|(server_name, verify)| LogTls { server_name, verify });
    let tcp = (host(), any::<u16>(), of(tls), duration(), of(duration())).prop_map(
        |(host, port, tls, timeout, keepalive)| LogSink::Tcp(TcpSink { host, port, tls, timeout, keepalive }),
    );
    let path = || "[a-z/${}.]{1,20}";
    prop_oneof![
        3 => http,
        1 => tcp,
        1 => (host(), any::<u16>()).prop_map(|(host, port)| LogSink::Udp { host, port }),
        1 => path().prop_map(|path| LogSink::File { path }),
        1 => path().prop_map(|path| LogSink::Local { path }),
    ]
    .boxed()
}

fn log_queue() -> BoxedStrategy<LogQueue> {
    let join = select(vec![LogJoin::List, LogJoin::Lines, LogJoin::LinesBetween]);
    let bounds = (1usize..9, any::<u32>(), of(any::<u32>()), any::<bool>(), of(any::<u32>()));
    (join, bounds, [duration(), duration(), duration(), duration()], of(duration()))
        .prop_map(|(join, (batch, entries, bytes, keeps_oldest, retries), [delay, first, longest, patience], quiet)| {
            LogQueue {
                batch,
                join,
                delay,
                quiet,
                entries: entries as usize,
                bytes: bytes.map(|bytes| bytes as usize),
                keeps_oldest,
                first_pause: first,
                longest_pause: longest,
                patience,
                retries,
            }
        })
        .boxed()
}

fn syslog() -> BoxedStrategy<LogShape> {
    let data = of("[ -~]{1,20}".prop_map(Secret::new));
    (any::<[bool; 3]>(), 0u8..24, [0u8..8, 0u8..8, 0u8..8, 0u8..8], "[a-z]{1,9}", data)
        .prop_map(
            |([local, process, host_of_request], facility, [success, client_error, server_error, most], app, data)| {
                LogShape::Syslog(Syslog {
                    local,
                    facility,
                    success,
                    client_error,
                    server_error,
                    most,
                    app,
                    process,
                    host_of_request,
                    data,
                })
            },
        )
        .boxed()
}

fn vars() -> BoxedStrategy<model::predicate::Vars> {
    let rules = select(vec![
        serde_json::json!([["status", ">", 399]]),
        serde_json::json!(["OR", ["arg_a", "==", "x"], ["http_x", "~~", "^b"]]),
    ]);
    rules.prop_map(|rules| expr::vars::read(rules.as_array().unwrap(), &model::variable::Variable::of).unwrap()).boxed()
}

fn keep_body() -> BoxedStrategy<Policy> {
    (any::<u32>(), of(vars()))
        .prop_map(|(limit, when)| Policy::KeepBody(Box::new(KeepBody { limit: limit.into(), when })))
        .boxed()
}

fn count() -> BoxedStrategy<Policy> {
    use LabelFact::*;
    let fact = select(vec![Status, Route, RouteName, Service, ServiceName, Path, Host, Consumer, Node]);
    let label = prop_oneof![
        text().prop_map(LabelValue::Text),
        fact.prop_map(LabelValue::Fact),
        (text(), text()).prop_map(|(upstream, gateway)| LabelValue::Answered { upstream, gateway }),
        select(vec!["http_x_a", "status", "arg_q"])
            .prop_map(|name| LabelValue::Variable(model::variable::Variable::of(name))),
    ];
    let counted = select(vec![Counted::Requests, Counted::RequestBytes, Counted::ResponseBytes]);
    let timed = select(vec![Timed::Total, Timed::Wait, Timed::Gateway, Timed::Rest]);
    let bounds = vec(1u64..9_000_000, 1..5).prop_map(|mut bounds| {
        bounds.sort_unstable();
        bounds.into_iter().map(Duration::from_micros).collect()
    });
    let kind = prop_oneof![
        counted.prop_map(MetricKind::Counter),
        (timed, bounds).prop_map(|(of, bounds)| MetricKind::Histogram { of, bounds }),
    ];
    let labels = btree_map("[a-z_]{3,9}", label, 0..4).prop_map(|labels| labels.into_iter().collect());
    let metric = ("[a-z_][a-z0-9_:]{0,12}", text(), kind, labels).prop_map(|(name, help, kind, labels)| Metric {
        name,
        help,
        kind,
        labels,
    });
    ("[a-z0-9_-]{1,9}", vec(metric, 1..4))
        .prop_map(|(book, metrics)| Policy::Count(Box::new(Count { book, metrics })))
        .boxed()
}

/// What proves who somebody is; `name` makes it nobody else's.
pub(super) fn credentials(name: &str) -> BoxedStrategy<Vec<Credential>> {
    let [one, two, three, four] = [(); 4].map(|()| name.to_owned());
    let id = || of(text());
    let keys = vec(id(), 0..3).prop_map(move |ids| {
        let credential = |(n, id)| Credential { id, proof: Proof::Key(Secret::new(format!("{one}: ${{{n}}}"))) };
        ids.into_iter().enumerate().map(credential).collect::<Vec<_>>()
    });
    let password = prop_oneof![
        "[ -~]{1,20}".prop_map(|text| Password::Plain(Secret::new(text))),
        (text(), "[0-9a-f]{4}")
            .prop_map(|(salt, digest)| Password::Sha1 { salt, digest: Secret::new(format!("sha {digest}")) }),
    ];
    let passwords = vec((id(), password), 0..2).prop_map(move |all| {
        let name = |n| format!("{two} ${{{n}}}");
        let credential = |(n, (id, password))| Credential { id, proof: Proof::Basic { name: name(n), password } };
        all.into_iter().enumerate().map(credential).collect::<Vec<_>>()
    });
    let pem = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n".to_owned();
    let verifiers = ("[ -~]{1,20}".prop_map(Secret::new), prop_oneof![text(), Just(pem)]);
    let graces = (any::<bool>(), prop_oneof![Just(Duration::ZERO), duration()]);
    let tokens = vec((id(), select(Algorithm::ALL.to_vec()), verifiers, graces), 0..2).prop_map(move |all| {
        let token = |(n, (id, algorithm, (secret, public), (encoded, grace)))| {
            let algorithm: Algorithm = algorithm;
            let verifier = match (algorithm.is_shared(), encoded) {
                (true, false) => Verifier::Shared(secret),
                (true, true) => Verifier::Encoded(secret),
                (false, _) => Verifier::Public(public),
            };
            Credential { id, proof: Proof::Token { key: format!("{three}{n}"), algorithm, verifier, grace } }
        };
        all.into_iter().enumerate().map(token).collect::<Vec<_>>()
    });
    let signers = vec((id(), "[ -~]{1,20}".prop_map(Secret::new)), 0..2).prop_map(move |all| {
        let name = |n| format!("{four}{n}");
        let signer = |(n, (id, secret))| Credential { id, proof: Proof::Signer { name: name(n), secret } };
        all.into_iter().enumerate().map(signer).collect::<Vec<_>>()
    });
    (keys, passwords, tokens, signers)
        .prop_map(|(keys, passwords, tokens, signers)| [keys, passwords, tokens, signers].concat())
        .boxed()
}
