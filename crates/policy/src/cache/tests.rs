//! Cases of `cache`.

use super::*;
use crate::exchange::testing;
use bytes::Bytes;
use model::policy::{CacheKey, CachePath, CacheQuery, CacheRules, CacheSteer, CacheTold, CacheWords, CacheZone};
use std::time::SystemTime;

fn data() -> Data {
    let name = |text: &str| Some(text.to_owned());
    Data {
        zone: CacheZone { name: "z".into(), bytes: 1 << 20, entries: 100, largest: 1 << 10 },
        key: CacheKey { host: true, path: Some(CachePath::Exact), query: CacheQuery::All, ..CacheKey::default() },
        methods: vec!["GET".into(), "HEAD".into()],
        statuses: vec![(200, 299), (404, 404)],
        types: None,
        time: Duration::from_secs(60),
        keep: Some(Duration::from_secs(90)),
        obeys: CacheRules {
            request: false,
            authorization: false,
            private: false,
            public: false,
            lifetime: Lifetime::Ignored,
            cookies: false,
        },
        bypass: vec![],
        skip: vec![],
        condition: None,
        steer: None,
        told: CacheTold {
            status: name("x-cache"),
            key: None,
            age: name("age"),
            words: CacheWords { expired: "expired".into(), unkept: "unkept".into(), ..CacheWords::default() },
        },
        hidden: vec!["x-hidden".into()],
        purge: true,
        later: false,
    }
}

fn rules(data: &Data) -> Arc<Rules> {
    Arc::new(Rules::compile(data, &Caches::default()).unwrap_or_else(|error| panic!("{error}")))
}

/// Asks at this second; an endpoint that is reached answers with these fields. Status, word, age, and who answered.
async fn ask(
    rules: &Arc<Rules>,
    second: u64,
    request: http::request::Builder,
    fields: &[(&'static str, &'static str)],
) -> String {
    let mut exchange = testing::of(request);
    exchange.time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + second);
    let outcome = AnswerKept { rules: rules.clone(), slot: 1 }.run(&mut exchange).done();
    exchange.response = Some(match outcome {
        Outcome::Respond(response) => response,
        Outcome::Continue => {
            let response = fields.iter().fold(Response::builder(), |all, (name, value)| match *name {
                ":status" => all.status(*value),
                name => all.header(name, *value),
            });
            response.body(Body::from(format!("made at {second}"))).unwrap()
        }
        Outcome::Fail(failure) => panic!("{failure:?}"),
    });
    assert!(matches!(Keep { rules: rules.clone(), slot: 1 }.run(&mut exchange).done(), Outcome::Continue));
    let (head, body) = exchange.response.take().unwrap().into_parts();
    let field = |name: &str| head.headers.get(name).map_or("-", |value| value.to_str().unwrap());
    assert!(!head.headers.contains_key("x-hidden"));
    let body: Bytes = body.hold(99).await.unwrap();
    let body = String::from_utf8_lossy(&body).into_owned();
    format!("{} {} {} {body}", head.status.as_u16(), field("x-cache"), field("age"))
}

fn get(target: &str) -> http::request::Builder {
    http::Request::get(target).header("host", "a")
}

#[tokio::test]
async fn a_response_answers_as_long_as_it_is_fresh() {
    let rules = rules(&data());
    let hidden = [("x-hidden", "1")];
    for (second, target, expected) in [
        (0, "/a?x=1&y=2", "200 miss - made at 0"),
        (1, "/a?y=2&x=1", "200 hit 1 made at 0"),
        (1, "/a?x=1", "200 miss - made at 1"),
        (60, "/a?x=1&y=2", "200 hit 60 made at 0"),
        (61, "/a?x=1&y=2", "200 stale - made at 61"),
        (62, "/a?x=1&y=2", "200 hit 1 made at 61"),
        (152, "/a?x=1&y=2", "200 expired - made at 152"),
    ] {
        assert_eq!(ask(&rules, second, get(target), &hidden).await, expected, "{second} {target}");
    }
    assert_eq!(ask(&rules, 152, get("/a").method("POST"), &[]).await, "200 bypass - made at 152");
    assert_eq!(ask(&rules, 152, get("/a?x=1&y=2").method("HEAD"), &[]).await, "200 miss - made at 152");
    assert_eq!(ask(&rules, 152, get("/a?x=1&y=2").method("PURGE"), &[]).await, "200 - - ");
    assert_eq!(ask(&rules, 152, get("/a?x=1&y=2").method("PURGE"), &[]).await, "404 - - ");
    assert_eq!(ask(&rules, 153, get("/a?x=1&y=2"), &[]).await, "200 miss - made at 153");
}

#[tokio::test]
async fn some_responses_are_never_kept() {
    for fields in [&[(":status", "500")][..], &[(":status", "206")], &[("set-cookie", "a=b")], &[("vary", "Accept, *")]]
    {
        let rules = rules(&data());
        ask(&rules, 0, get("/"), fields).await;
        assert!(ask(&rules, 1, get("/"), &[]).await.contains("made at 1"), "{fields:?}");
    }
}

#[tokio::test]
async fn what_a_response_varies_by_must_be_the_same() {
    let rules = rules(&data());
    let asked = |language: &str| get("/").header("accept-language", language);
    let fields = [("vary", "Accept-Language")];
    assert_eq!(ask(&rules, 0, asked("de"), &fields).await, "200 miss - made at 0");
    assert_eq!(ask(&rules, 1, asked("de"), &fields).await, "200 hit 1 made at 0");
    assert_eq!(ask(&rules, 2, asked("en"), &fields).await, "200 miss - made at 2");
    assert_eq!(ask(&rules, 3, get("/"), &fields).await, "200 miss - made at 3");
}

#[tokio::test]
async fn cache_control_of_both_sides_is_obeyed_where_the_policy_says_so() {
    let obeys = CacheRules {
        request: true,
        authorization: true,
        private: true,
        public: true,
        lifetime: Lifetime::Needed,
        cookies: true,
    };
    let asked = |control: &str| get("/").header("cache-control", control);
    for (fields, kept) in [
        (&[("cache-control", "public, max-age=30")][..], true),
        (&[("cache-control", "public")], false),
        (&[("cache-control", "max-age=30")], false),
        (&[("cache-control", "public, max-age=0")], false),
        (&[("cache-control", "public, private, max-age=30")], false),
    ] {
        let rules = rules(&Data { obeys, keep: None, ..data() });
        ask(&rules, 0, get("/"), fields).await;
        assert_eq!(ask(&rules, 1, get("/"), fields).await.contains("hit"), kept, "{fields:?}");
        if kept {
            for (control, expected) in [
                ("no-cache", "200 bypass - made at 2"),
                ("max-age=1", "200 stale - made at 2"),
                ("min-fresh=29", "200 stale - made at 2"),
                ("max-age=5", "200 hit 2 made at 0"),
            ] {
                let rules = self::rules(&Data { obeys, keep: None, ..data() });
                ask(&rules, 0, get("/"), fields).await;
                assert_eq!(ask(&rules, 2, asked(control), fields).await, expected, "{control}");
            }
            assert!(ask(&rules, 2, get("/").header("authorization", "x"), fields).await.contains("bypass"));
            assert_eq!(ask(&rules, 2, get("/other").header("cache-control", "only-if-cached"), &[]).await, "504 - - ");
        }
    }
}

#[tokio::test]
async fn clients_may_steer_and_texts_may_keep_a_request_out() {
    let steer = CacheSteer {
        header: "x-steer".into(),
        query: "cache".into(),
        bypass: "BY_PASS".into(),
        refresh: Some("REFRESH".into()),
    };
    let texts = |text: &str| vec![RequestText::with_variables(text)];
    let rules = rules(&Data {
        steer: Some(steer),
        bypass: texts("$http_x_out"),
        skip: texts("$http_x_skip"),
        key: CacheKey { path: Some(CachePath::AnyCase), ..CacheKey::default() },
        ..data()
    });
    ask(&rules, 0, get("/a"), &[]).await;
    for (request, expected) in [
        (get("/A"), "200 hit 1 made at 0"),
        (get("/a?cache=BY_PASS"), "200 bypass - made at 1"),
        (get("/a").header("x-out", "1"), "200 bypass - made at 1"),
        (get("/a").header("x-out", "0"), "200 hit 1 made at 0"),
        (get("/b").header("x-skip", "1"), "200 unkept - made at 1"),
        (get("/b"), "200 miss - made at 1"),
        (get("/a").header("x-steer", "REFRESH"), "200 stale - made at 1"),
        (get("/a"), "200 hit 0 made at 1"),
    ] {
        let shown = format!("{request:?}");
        assert_eq!(ask(&rules, 1, request, &[]).await, expected, "{shown}");
    }
}
