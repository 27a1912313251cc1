//! Ways in, refusals by conditions, and what requests and responses are made into.

use super::expressions::{expression, keyed, vars};
use super::policies::{any_text, refusals, request_size, variables};
use super::{duration, name, text, value};
use model::Secret;
use model::policy::*;
use model::world::Constant;
use proptest::collection::{btree_map, vec};
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use std::time::{Duration, SystemTime};

pub(super) fn constant() -> BoxedStrategy<Constant> {
    let looks = select(vec!["1", "true", "null", "1.5", "${A}"]).prop_map(str::to_owned);
    let secrets = btree_map(text(), "[ -~]{1,20}".prop_map(Secret::new), 0..3);
    let leaf = prop_oneof![
        Just(Constant::Null),
        prop_oneof![text(), looks].prop_map(Constant::Text),
        any::<i64>().prop_map(Constant::Number),
        any::<bool>().prop_map(Constant::Boolean),
        secrets.prop_map(Constant::Secrets),
        "[ -~]{1,20}".prop_map(|text| Constant::Secret(Secret::new(text))),
    ];
    leaf.prop_recursive(2, 8, 3, |below| {
        prop_oneof![
            vec(below.clone(), 0..3).prop_map(Constant::List),
            btree_map(text(), below.clone(), 0..3).prop_map(Constant::Bean),
            btree_map(text(), below, 0..3).prop_map(Constant::Map),
        ]
    })
    .boxed()
}

fn attributes() -> BoxedStrategy<Vec<(String, Constant)>> {
    vec((text(), constant()), 0..3).boxed()
}

pub(super) fn first_of() -> BoxedStrategy<Policy> {
    let entrance = prop_oneof![Just(Entrance::Open), Just(Entrance::Certificate), key_entrance(), token_entrance()];
    let way = (text(), entrance, of(expression()), attributes(), vec(subscription(), 0..3));
    let way = way.prop_map(|(id, entrance, rule, attributes, subscriptions)| Way {
        id,
        entrance,
        rule,
        attributes,
        subscriptions,
    });
    (vec(way, 0..3), said(401, "Unauthorized"), said(503, "Service Unavailable"))
        .prop_map(|(ways, nobody, undecided)| Policy::FirstOf(Box::new(FirstOf { ways, nobody, undecided })))
        .boxed()
}

fn said(status: u16, message: &str) -> BoxedStrategy<model::answer::Keyed> {
    let usual = model::answer::Keyed { status, key: None, message: Some(message.to_owned()) };
    prop_oneof![Just(usual), keyed()].boxed()
}

fn key_entrance() -> BoxedStrategy<Entrance> {
    let header = of(prop_oneof![Just("x-api-key".to_owned()), name()]);
    (header, any::<[bool; 2]>(), of(text()), of(text()))
        .prop_map(|(header, [bearer, hide], query, attribute)| {
            Entrance::Key(KeyEntrance { header, bearer, query, hide, attribute })
        })
        .boxed()
}

fn token_entrance() -> BoxedStrategy<Entrance> {
    let usual = ["azp", "aud", "client_id"].map(str::to_owned).to_vec();
    let claims = (prop_oneof![Just(usual), vec(text(), 0..3)], prop_oneof![Just("sub".to_owned()), text()]);
    let types = (vec(text(), 1..3), any::<[bool; 2]>());
    let types = types.prop_map(|(names, [any_case, missing])| TokenTypes { names, any_case, missing });
    let bound = (any::<bool>(), said(401, "Unauthorized")).prop_map(|(missing, wrong)| Bound { missing, wrong });
    let to = (of(text()), of(text()), of(text()), of(text()), of(text()), of(text()));
    let scopes = (vec(text(), 0..3), prop_oneof![Just(" ".to_owned()), text()], any::<[bool; 2]>());
    let told = (said(401, "Unauthorized"), said(403, "Forbidden"), said(503, "Service Unavailable"), of(text()));
    (super::policies::proof(), of(types), of(bound), claims, scopes, to, told)
        .prop_map(|(proof, types, bound, (client_claims, user_claim), scopes, to, told)| {
            let (scopes, scope_separator, [all_scopes, hide]) = scopes;
            let (claims_attribute, payload_attribute, scopes_attribute, ..) = to.clone();
            let (.., token_attribute, client_attribute, user_attribute) = to;
            let (wrong, insufficient, away, challenge) = told;
            Entrance::Token(Box::new(TokenEntrance {
                proof,
                types,
                bound,
                client_claims,
                user_claim,
                scopes,
                all_scopes,
                scope_separator,
                hide,
                claims_attribute,
                payload_attribute,
                scopes_attribute,
                token_attribute,
                client_attribute,
                user_attribute,
                wrong,
                insufficient,
                away,
                challenge,
            }))
        })
        .boxed()
}

fn subscription() -> BoxedStrategy<Subscription> {
    let shows = prop_oneof![
        "[ -~]{1,20}".prop_map(|key| Shows::Key(Secret::new(key))),
        text().prop_map(Shows::Client),
        text().prop_map(Shows::Certificate),
    ];
    let moment = || of((0u64..1 << 40).prop_map(|millis| SystemTime::UNIX_EPOCH + Duration::from_millis(millis)));
    (text(), text(), of(text()), shows, moment(), moment(), attributes())
        .prop_map(|(id, application, name, shows, from, until, attributes)| Subscription {
            id,
            application,
            name,
            shows,
            from,
            until,
            attributes,
        })
        .boxed()
}

pub(super) fn refuse() -> BoxedStrategy<Policy> {
    let case = prop_oneof![Just(Case::Forbidden), select(Case::ALL.to_vec())];
    let message = prop_oneof![Just("this request may not pass".to_owned()), text()];
    let short = (prop_oneof![Just(403u16), 200u16..600], message).prop_map(|(status, message)| {
        Refusals::of([(Case::Forbidden, Refusal { status, message, form: RefusalForm::Table })])
    });
    (vec((vars(), case), 0..3), prop_oneof![refusals(), short])
        .prop_map(|(rules, refusals)| Policy::Refuse(Box::new(Refuse { rules, refusals })))
        .boxed()
}

pub(super) fn split() -> BoxedStrategy<Policy> {
    let way = (prop_oneof![Just(1), any::<u32>()], of(text())).prop_map(|(weight, value)| SplitWay { weight, value });
    let rule = (vec(vars(), 0..2), vec(way, 0..3)).prop_map(|(when, ways)| SplitRule { when, ways });
    (text(), vec(rule, 0..2)).prop_map(|(attribute, rules)| Policy::Split(Box::new(Split { attribute, rules }))).boxed()
}

pub(super) fn refusing() -> BoxedStrategy<Policy> {
    let media = prop_oneof![Just("text/plain; charset=utf-8".to_owned()), value()];
    (prop_oneof![request_size(), super::policies::headers()], text(), media)
        .prop_map(|(policy, body, content_type)| Policy::Refusing(Box::new(Refusing { policy, body, content_type })))
        .boxed()
}

pub(super) fn validate() -> BoxedStrategy<Policy> {
    let schema = || {
        of(select(vec![
            "{}",
            "true",
            r#"{"type":"object","required":["${A}","1"],"properties":{"${A}":{"minimum":-3},"null":{"enum":["1",1,null,true]}}}"#,
            r#"{ "minimum": 1.50 }"#,
            r#"{"maximum":1e3,"minimum":18446744073709551615}"#,
        ]))
    };
    (schema(), schema(), of(any::<u64>()), any::<bool>(), refusals())
        .prop_filter("one schema", |(header, body, ..)| header.is_some() || body.is_some())
        .prop_map(|(header, body, largest_body, rewrites_json, refusals)| {
            let (header, body) = (header.map(str::to_owned), body.map(str::to_owned));
            Policy::Validate(Box::new(Validate { header, body, largest_body, rewrites_json, refusals }))
        })
        .boxed()
}

pub(super) fn inject() -> BoxedStrategy<Policy> {
    let chance = || (of(0u8..=100), of(vars())).prop_map(|(percent, when)| Chance { percent, when });
    let chance = move || prop_oneof![Just(Chance::default()), chance()];
    let delay = (duration(), chance()).prop_map(|(time, chance)| Delay { time, chance });
    let body = prop_oneof![
        Just(InjectedBody::Text(RequestText::default())),
        text().prop_map(InjectedBody::Message),
        variables().prop_map(InjectedBody::Text),
        (sample(), any::<bool>()).prop_map(|(sample, xml)| InjectedBody::Example { sample, xml }),
    ];
    let answer = (chance(), prop_oneof![Just(200u16), 200u16..600], fields(), body);
    let answer = answer.prop_map(|(chance, status, headers, body)| Injected { chance, status, headers, body });
    (of(delay), of(answer)).prop_map(|(delay, answer)| Policy::Inject(Box::new(Inject { delay, answer }))).boxed()
}

fn sample() -> BoxedStrategy<Sample> {
    let leaf = prop_oneof![
        Just(Sample::Nothing),
        of(text()).prop_map(Sample::Text),
        of(prop_oneof![any::<i32>().prop_map(f64::from), select(vec![1.5, -0.25, 1e300, 1e-9])])
            .prop_map(Sample::Number),
        of(any::<i64>()).prop_map(Sample::Integer),
        of(any::<bool>()).prop_map(Sample::Boolean),
    ];
    leaf.prop_recursive(2, 8, 3, |below| {
        prop_oneof![
            below.clone().prop_map(|one| Sample::List(Box::new(one))),
            vec((text(), below), 0..3).prop_map(Sample::Object),
        ]
    })
    .boxed()
}

fn fields() -> BoxedStrategy<Vec<(String, RequestText)>> {
    let plain = value().prop_map(|text| RequestText::with_variables(&text));
    vec((name(), prop_oneof![plain, any_text()]), 0..3).boxed()
}

fn field_texts() -> BoxedStrategy<FieldTexts> {
    let full = (fields(), fields(), vec(name(), 0..3));
    let full = full.prop_map(|(add, set, remove)| FieldTexts { add, set, remove });
    prop_oneof![Just(FieldTexts::default()), full].boxed()
}

fn substitution() -> BoxedStrategy<Substitution> {
    let captured = select(vec!["/b/$1", "${2}x$uri", "plain"]).prop_map(RequestText::with_captures);
    let regex = select(vec!["^/a/(.*)", "(?i)x{2}", "${A}"]).prop_map(str::to_owned);
    (regex, prop_oneof![captured, any_text()])
        .prop_map(|(regex, replacement)| Substitution { regex, replacement })
        .boxed()
}

pub(super) fn redirect() -> BoxedStrategy<Policy> {
    let words =
        || prop_oneof![select(vec!["301 Moved Permanently", "308 Permanent Redirect"]).prop_map(str::to_owned), text()];
    let to = prop_oneof![
        variables().prop_map(RedirectTo::Text),
        substitution().prop_map(RedirectTo::Path),
        (of(any::<u16>()), words(), words())
            .prop_map(|(port, moved, kept)| RedirectTo::Https { port, messages: [moved, kept] }),
    ];
    let said = prop_oneof![Just((302u16, "302 Found".to_owned())), (200u16..600, text())];
    (to, said, any::<[bool; 2]>())
        .prop_map(|(to, (status, message), [escape, append_query])| {
            Policy::Redirect(Box::new(Redirect { to, status, message, escape, append_query }))
        })
        .boxed()
}

pub(super) fn rewrite() -> BoxedStrategy<Policy> {
    let path = prop_oneof![
        Just(PathSource::Normal),
        Just(PathSource::Received),
        variables().prop_map(PathSource::Text),
        vec(substitution(), 0..3).prop_map(PathSource::FirstOf),
    ];
    let method = of(select(vec!["GET", "PURGE"]).prop_map(str::to_owned));
    (path, method, of(variables()), field_texts())
        .prop_map(|(path, method, host, headers)| Policy::Rewrite(Box::new(Rewrite { path, method, host, headers })))
        .boxed()
}

pub(super) fn response_rewrite() -> BoxedStrategy<Policy> {
    let filter = (substitution(), any::<[bool; 2]>())
        .prop_map(|(substitution, [everywhere, ignore_case])| BodyFilter { substitution, everywhere, ignore_case });
    let body = of(prop_oneof![text().prop_map(String::into_bytes), vec(any::<u8>(), 0..9)]);
    (of(vars()), of(200u16..600), field_texts(), body, vec(filter, 0..3), of(any::<u64>()))
        .prop_map(|(when, status, headers, body, filters, largest_body)| {
            let rewrite = ResponseRewrite { when, status, headers, body, filters, largest_body };
            Policy::ResponseRewrite(Box::new(rewrite))
        })
        .boxed()
}
