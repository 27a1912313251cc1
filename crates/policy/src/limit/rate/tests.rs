//! Cases of `rate`.

use super::*;
use crate::answer::ReadyAnswers;
use crate::exchange::testing;
use crate::limit::counters::Counters;
use model::answer::Keyed;
use model::policy::{
    Amount, CounterStore, Letters, LimitBy, LimitFact, LimitPart, Measured, Period, RateHeaders, Refusal, RefusalForm,
    Refusals, RequestText, TimeUnit, WithoutText,
};
use model::text::Text;
use std::time::SystemTime;

fn data(by: LimitBy, limits: &[(Period, u64)]) -> Data {
    let window = |(period, limit): &(Period, u64)| Window { span: Span::Calendar(*period), limit: *limit };
    let name = |text: &str| Some(text.to_owned());
    Data {
        scope: "s".into(),
        windows: limits.iter().map(window).collect(),
        by,
        store: CounterStore::Local,
        headers: RateHeaders {
            window_limit: name("X-RateLimit-Limit-"),
            window_remaining: name("X-RateLimit-Remaining-"),
            ..RateHeaders::default()
        },
        refusals: Refusals::default(),
        ..Data::default()
    }
}

fn rules(data: &Data, counters: &Counters) -> Arc<Rules> {
    Arc::new(
        Rules::compile(data, &|data| Ok(Store::Local(counters.local(data)))).unwrap_or_else(|error| panic!("{error}")),
    )
}

/// 20 s into a minute.
fn noon(exchange: &mut Exchange) {
    exchange.time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
}

fn ask(rules: &Arc<Rules>, mut exchange: Exchange) -> (u16, String) {
    noon(&mut exchange);
    let (request, tell) = (RateLimit::new(rules.clone(), 1), TellRate { rules: rules.clone(), slot: 1 });
    let Running::Done(outcome) = request.run(&mut exchange) else { panic!("waits") };
    let response = match outcome {
        Outcome::Fail(failure) => ReadyAnswers::default().render(&exchange, &failure),
        _ => http::Response::new(net::Body::Empty),
    };
    exchange.response = Some(response);
    let _ = tell.run(&mut exchange);
    let response = exchange.response.unwrap();
    let mut headers: Vec<String> = response
        .headers()
        .iter()
        .filter(|(name, _)| *name != "content-type")
        .map(|(name, value)| format!("{name}={}", value.to_str().unwrap()))
        .collect();
    headers.sort();
    (response.status().as_u16(), headers.join(" "))
}

#[test]
fn clients_learn_what_is_left_and_when_to_come_again() {
    let rules = rules(&data(LimitBy::Address, &[(Period::Minute, 2), (Period::Hour, 9)]), &Counters::default());
    let expected = [
        (200, "1", "8", ""),
        (200, "0", "7", ""),
        (429, "0", "7", " retry-after=40"),
        (429, "0", "7", " retry-after=40"),
    ];
    for (status, minute, hour, retry) in expected {
        let headers = format!(
            "ratelimit-limit=2 ratelimit-remaining={minute} ratelimit-reset=40{retry} x-ratelimit-limit-hour=9 \
             x-ratelimit-limit-minute=2 x-ratelimit-remaining-hour={hour} x-ratelimit-remaining-minute={minute}"
        );
        assert_eq!(ask(&rules, testing::get("/")), (status, headers));
    }
}

#[test]
fn a_refusal_says_what_is_configured() {
    let refusal = Refusal { status: 503, message: "slow down".into(), form: RefusalForm::json() };
    let refusals = Refusals::of([(Case::TooMany, refusal)]);
    let rules = rules(&Data { refusals, ..data(LimitBy::Everyone, &[(Period::Year, 0)]) }, &Counters::default());
    assert_eq!(ask(&rules, testing::get("/")).0, 503);
}

#[test]
fn each_client_has_a_count_of_its_own() {
    let header = |value: &str| testing::of(http::Request::get("/").header("x-who", value));
    let known = |name: &str, credential: &str| {
        let mut exchange = testing::get("/");
        exchange.identity = Some(testing::identity(name, &[], &[]));
        exchange.identity.as_mut().unwrap().credential = Some(credential.into());
        exchange
    };
    let from = |address: &str| {
        let mut exchange = testing::get("/");
        exchange.client.address = address.parse().unwrap();
        exchange
    };
    let cases: [(LimitBy, [Exchange; 3], [bool; 3]); 6] = [
        (LimitBy::Consumer, [known("a", "1"), known("a", "2"), known("b", "1")], [true, false, true]),
        (LimitBy::Credential, [known("a", "1"), known("a", "2"), known("a", "1")], [true, true, false]),
        (LimitBy::Address, [from("10.0.0.1"), from("10.0.0.2"), from("::ffff:10.0.0.1")], [true, true, false]),
        (LimitBy::Header("x-who".into()), [header("a"), header("b"), header("a")], [true, true, false]),
        (
            LimitBy::Path("/p".into()),
            [testing::get("/p"), testing::get("/q"), testing::get("/p?x")],
            [true, true, false],
        ),
        (LimitBy::Everyone, [from("10.0.0.1"), from("10.0.0.2"), known("a", "1")], [true, false, false]),
    ];
    for (by, exchanges, expected) in cases {
        let rules = rules(&data(by.clone(), &[(Period::Day, 1)]), &Counters::default());
        assert_eq!(exchanges.map(|exchange| ask(&rules, exchange).0 == 200), expected, "{by:?}");
    }
}

#[test]
fn a_reload_loses_no_count() {
    let counters = Counters::default();
    let data = data(LimitBy::Everyone, &[(Period::Day, 1)]);
    let before = rules(&data, &counters);
    assert_eq!(ask(&before, testing::get("/")).0, 200);
    let after = rules(&data, &counters);
    drop(before);
    assert_eq!(ask(&after, testing::get("/")).0, 429);
    drop(after);
    assert_eq!(ask(&rules(&data, &counters), testing::get("/")).0, 200, "what nobody uses is forgotten");
}

fn by_text(text: &str, without: WithoutText) -> LimitBy {
    LimitBy::Text { text: RequestText::with_variables(text), without }
}

fn figures(limit: &str, seconds: &str, optional: bool, by: LimitBy, prefix: &str) -> Data {
    let name = |text: &str| Some(format!("{prefix}-{text}"));
    Data {
        headers: RateHeaders {
            limit: name("limit"),
            remaining: name("remaining"),
            reset: name("reset"),
            fractions: true,
            retry_after: false,
            ..RateHeaders::default()
        },
        figures: Some(Figures {
            limit: RequestText::with_variables(limit),
            seconds: RequestText::with_variables(seconds),
            optional,
        }),
        ..data(by, &[])
    }
}

fn get(fields: &[(&str, &str)]) -> Exchange {
    let request = fields.iter().fold(http::Request::get("/"), |request, (name, value)| request.header(*name, *value));
    testing::of(request)
}

#[test]
fn bounds_are_looked_up_and_share_one_count() {
    let by = by_text("$http_u", WithoutText::Address);
    let rules = rules(&figures("${http_n ?? 2}", "60", false, by, "x"), &Counters::default());
    for (fields, expected) in [
        (&[("u", "a")][..], (200, "x-limit=2 x-remaining=1 x-reset=60")),
        (&[("u", "a"), ("n", "3")], (200, "x-limit=3 x-remaining=1 x-reset=60")),
        (&[("u", "a")], (429, "x-limit=2 x-remaining=0 x-reset=60")),
        (&[("u", "b")], (200, "x-limit=2 x-remaining=1 x-reset=60")),
        (&[], (200, "x-limit=2 x-remaining=1 x-reset=60")),
        (&[("n", "none")], (500, "")),
        (&[("n", "0")], (500, "")),
    ] {
        let (status, headers) = ask(&rules, get(fields));
        assert_eq!((status, headers.as_str()), expected, "{fields:?}");
    }
}

#[test]
fn several_limits_hold_in_their_order() {
    let one = figures("1", "60", true, by_text("$http_u", WithoutText::Nobody), "x-1");
    let two = figures("$http_n", "60", true, by_text("$request_method", WithoutText::Nobody), "x-2");
    let mut first = one;
    first.also.push(Data { scope: "two".into(), ..two });
    let rules = rules(&first, &Counters::default());
    for (fields, expected) in [
        (&[][..], (200, "")),
        (&[("n", "2")], (200, "x-2-limit=2 x-2-remaining=1 x-2-reset=60")),
        (
            &[("u", "a"), ("n", "2")],
            (200, "x-1-limit=1 x-1-remaining=0 x-1-reset=60 x-2-limit=2 x-2-remaining=0 x-2-reset=60"),
        ),
        (
            &[("u", "b"), ("n", "2")],
            (429, "x-1-limit=1 x-1-remaining=0 x-1-reset=60 x-2-limit=2 x-2-remaining=0 x-2-reset=60"),
        ),
        (&[("u", "a")], (429, "x-1-limit=1 x-1-remaining=0 x-1-reset=60")),
    ] {
        let (status, headers) = ask(&rules, get(fields));
        assert_eq!((status, headers.as_str()), expected, "{fields:?}");
    }
}

#[test]
fn seconds_have_two_digits_where_they_are_asked_for() {
    for (millis, expected) in [(60_000, "60"), (59_879, "59.87"), (1500, "1.5"), (1005, "1"), (1059, "1.05")] {
        assert_eq!(names::hundredths(Duration::from_millis(millis)), expected);
    }
}

fn measured(limit: Amount, time: Amount, unit: TimeUnit) -> Data {
    let name = |text: &str| Some(text.to_owned());
    let told = |status, key: &str, message: &str| Keyed::new(status, key, message);
    let fact = |name: &str, fact| (name.to_owned(), fact);
    Data {
        by: LimitBy::Evaluated(vec![
            LimitPart::Attribute("plan".into()),
            LimitPart::AttributeOrAddress("who".into()),
            LimitPart::Text(Text::Expression("{#request.headers['x-key']?.get(0)}".into())),
        ]),
        headers: RateHeaders {
            limit: name("limit"),
            remaining: name("remaining"),
            reset: name("reset"),
            length: name("length"),
            moment: true,
            retry_after: false,
            ..RateHeaders::default()
        },
        measured: Some(Box::new(Measured {
            limit,
            time,
            unit,
            spread: false,
            refusal: told(429, "MANY", "{limit} in {time} {unit}"),
            broken: told(500, "BROKEN", "broken"),
            away: told(429, "AWAY", "away"),
            parameters: vec![
                fact("limit", LimitFact::Limit),
                fact("time", LimitFact::Time),
                fact("unit", LimitFact::Unit(Letters::Small)),
            ],
            attributes: vec![
                fact("count", LimitFact::Count),
                fact("left", LimitFact::Remaining),
                fact("reset", LimitFact::Reset),
            ],
        })),
        ..data(LimitBy::Everyone, &[])
    }
}

fn text(text: &str) -> Amount {
    Amount::Evaluated(Text::Expression(text.to_owned()))
}

#[test]
fn evaluated_windows_tell_of_themselves() {
    let rules = rules(&measured(Amount::Fixed(2), Amount::Fixed(1), TimeUnit::Minutes), &Counters::default());
    let told = |remaining| format!("length=60000ms limit=2 remaining={remaining} reset=1700000060000");
    assert_eq!(ask(&rules, get(&[])), (200, told(1)));
    assert_eq!(ask(&rules, get(&[("x-key", "other")])), (200, told(1)));
    assert_eq!(ask(&rules, get(&[])), (200, told(0)));

    let mut exchange = get(&[]);
    noon(&mut exchange);
    let Running::Done(Outcome::Fail(failure)) = RateLimit::new(rules.clone(), 1).run(&mut exchange) else {
        panic!("not refused")
    };
    let key = failure.key.as_ref().unwrap();
    assert_eq!((failure.status, key.key.as_deref()), (Some(429), Some("MANY")));
    assert_eq!(failure.public, "2 in 1 minutes");
    let parameters: Vec<String> = key.parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(parameters.join(" "), "limit=2 time=1 unit=minutes");
    let seen = ["count", "left", "reset"].map(|name| exchange.attribute(name).unwrap().to_string());
    assert_eq!(seen, ["3", "0", "1700000060000"]);
}

#[test]
fn figures_come_from_expressions_and_null_lets_nobody_pass() {
    let header = |name: &str| text(&format!("{{#request.headers['{name}']?.get(0)}}"));
    for (limit, time, fields, expected) in [
        (
            header("n"),
            Amount::Fixed(1),
            &[("n", "1")][..],
            (200, "length=1000ms limit=1 remaining=0 reset=1700000001000"),
        ),
        (header("none"), Amount::Fixed(1), &[], (429, "length=1000ms limit=0 remaining=0 reset=1700000001000")),
        (
            Amount::Fixed(3),
            header("t"),
            &[("t", "30")],
            (200, "length=30000ms limit=3 remaining=2 reset=1700000030000"),
        ),
        (header("n"), Amount::Fixed(1), &[("n", "many")], (500, "")),
    ] {
        let rules = rules(&measured(limit, time, TimeUnit::Seconds), &Counters::default());
        let (status, headers) = ask(&rules, get(fields));
        assert_eq!((status, headers.as_str()), expected, "{fields:?}");
    }
}

#[test]
fn requests_that_are_spread_have_parts_of_their_time() {
    let mut data = measured(Amount::Fixed(20), Amount::Fixed(1), TimeUnit::Seconds);
    data.measured.as_mut().unwrap().spread = true;
    let rules = rules(&data, &Counters::default());
    let seen = [1, 2, 3].map(|_| ask(&rules, get(&[])).0);
    assert_eq!(seen, [200, 200, 429]);
}
