//! Texts with expressions, conditions on variables and expressions, failures with a key.

use super::{name, text, value};
use model::Secret;
use model::answer::Keyed;
use model::chain::GroupSet;
use model::policy::*;
use model::predicate::{Condition, Predicate, Vars};
use model::text::Text;
use model::variable::Variable;
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;

pub(super) fn policy() -> BoxedStrategy<Policy> {
    let texts = || vec((name(), expression()), 0..3);
    let headers = (texts(), texts(), vec(name(), 0..3), of(vec(name(), 0..3)), keyed());
    let headers = headers.prop_map(|(set, append, remove, keep, failure)| {
        Policy::HeaderTexts(Box::new(HeaderTexts { set, append, remove, keep, failure }))
    });
    let status = prop_oneof![Just(Text::Expression("200".to_owned())), expression()];
    let compose = (status, texts(), of(expression()), keyed()).prop_map(|(status, headers, body, failure)| {
        Policy::Compose(Box::new(Compose { status, headers, body, failure }))
    });
    let assign = vec((text(), expression()), 0..3).prop_map(|attributes| Policy::Assign(Assign { attributes }));
    let template = (text(), keyed())
        .prop_map(|(template, failure)| Policy::BodyTemplate(Box::new(BodyTemplate { template, failure })));
    let json = (select(vec!["{}", r#"{"type": "object"}"#]), keyed(), keyed(), of(expression()), any::<bool>())
        .prop_map(|(schema, shape, form, words, only_logs)| {
            Policy::CheckJson(Box::new(CheckJson { schema: schema.to_owned(), shape, form, words, only_logs }))
        });
    let whose =
        prop_oneof![Just(AddressOf::Client), Just(AddressOf::Forwarded), expression().prop_map(AddressOf::Text)];
    let lists = || vec(expression(), 0..3);
    let addresses = (lists(), lists(), whose, any::<bool>(), keyed()).prop_map(|(allow, deny, of, edges, refusal)| {
        Policy::CheckAddresses(Box::new(CheckAddresses { allow, deny, of, edges, refusal }))
    });
    prop_oneof![
        headers,
        compose,
        assign,
        template,
        compress(),
        json,
        addresses,
        values(),
        keyed().prop_map(Policy::Fail)
    ]
    .boxed()
}

fn compress() -> BoxedStrategy<Policy> {
    let mode = select(vec![BrotliMode::Any, BrotliMode::Text, BrotliMode::Font]);
    let block = prop_oneof![Just(0), 16u8..=24];
    let encoding = prop_oneof![
        (1u8..=9).prop_map(|level| Encoding::Gzip { level }),
        (0u8..=11, 10u8..=24, block, mode).prop_map(|(quality, window, block, mode)| Encoding::Brotli {
            quality,
            window,
            block,
            mode
        }),
    ];
    let types = of(vec(select(vec!["text/html", "a/b"]).prop_map(str::to_owned), 1..3));
    let all = (vec(encoding, 0..3), types, any::<u32>(), any::<bool>(), any::<bool>());
    all.prop_map(|(encodings, types, least, http_1_0, vary)| {
        Policy::Compress(Box::new(Compress { encodings, types, least: least.into(), http_1_0, vary }))
    })
    .boxed()
}

fn values() -> BoxedStrategy<Policy> {
    use ValueCheck::{Date, Filled, Least, Length, Mail, Most, OneOf, Pattern};
    let check = select(vec![Filled, Least, Most, Mail, Date, Pattern, Length, OneOf]);
    let rule = (expression(), any::<bool>(), check, vec(expression(), 0..3), of(text()));
    let rule = rule.prop_map(|(value, required, check, parameters, message)| ValueRule {
        value,
        required,
        check,
        parameters,
        message,
    });
    let all = (vec(rule, 0..3), keyed(), keyed());
    all.prop_map(|(rules, refusal, failure)| Policy::CheckValues(Box::new(CheckValues { rules, refusal, failure })))
        .boxed()
}

pub(super) fn expression() -> BoxedStrategy<Text> {
    let looks = select(vec!["{#request.headers['a'][0]}", "${A}", "$${A}"]).prop_map(str::to_owned);
    let written = prop_oneof![text(), looks];
    prop_oneof![
        3 => written.clone().prop_map(Text::Expression),
        1 => written.prop_map(Text::Plain),
        1 => "[ -~]{1,20}".prop_map(|text| Text::Secret(Secret::new(text))),
    ]
    .boxed()
}

pub(super) fn keyed() -> BoxedStrategy<Keyed> {
    let any = (200u16..600, of(text()), of(text())).prop_map(|(status, key, message)| Keyed { status, key, message });
    prop_oneof![Just(Keyed { status: 500, key: None, message: None }), any].boxed()
}

pub(super) fn set() -> BoxedStrategy<Option<GroupSet>> {
    of((any::<u16>(), any::<bool>()).prop_map(|(number, otherwise)| GroupSet { number, otherwise })).boxed()
}

/// What groups and policies may ask for, and routes not.
pub(super) fn beside(predicate: BoxedStrategy<Predicate>) -> BoxedStrategy<Predicate> {
    let attribute = (text(), text()).prop_map(|(name, value)| Condition::Attribute { name, value });
    let condition = (expression(), of(keyed())).prop_map(|(text, failure)| Condition::Expression { text, failure });
    (predicate, any::<bool>(), vec(prop_oneof![attribute, condition], 0..3))
        .prop_map(|(predicate, below, conditions)| Predicate { below, conditions, ..predicate })
        .boxed()
}

/// A condition on variables.
pub(super) fn vars() -> BoxedStrategy<Vars> {
    let names = select(vec!["arg_age", "http_x_a", "cookie_S", "uri", "post_arg.a.b[*].c", "nothing", "route_id"]);
    let literal = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(|flag| json!(flag)),
        prop_oneof![any::<i32>().prop_map(|number| json!(number)), select(vec![json!(1.5), json!(-0.25)])],
        prop_oneof![value(), Just("${A}".to_owned()), Just("7".to_owned())].prop_map(|text| json!(text)),
        Just(json!([])),
    ];
    let compared = (select(vec!["==", "~=", "has", ">", ">=", "<", "<="]), literal.clone());
    let listed = (Just("in"), vec(literal, 0..3).prop_map(|all| json!(all)));
    let matched = (select(vec!["~~", "~*"]), Just(json!("^a{2}")));
    let within = (Just("ipmatch"), Just(json!(["10.0.0.0/8", "::1"])));
    let test = (names, any::<bool>(), prop_oneof![compared, listed, matched, within]).prop_map(
        |(name, not, (operator, value))| match not {
            true => json!([name, "!", operator, value]),
            false => json!([name, operator, value]),
        },
    );
    let test = test.prop_map(|test| match expr::vars::read_freely(test.as_array().unwrap(), &Variable::of).unwrap() {
        Vars::All(_) => unreachable!("a test is no list of such"),
        test => test,
    });
    let joined = test.prop_recursive(2, 8, 3, |below| {
        let join = select(vec![Vars::All as fn(Vec<Vars>) -> Vars, Vars::Any, Vars::NotAll, Vars::NotAny]);
        (join, vec(below, 0..4)).prop_map(|(join, parts)| join(parts))
    });
    joined.boxed()
}
