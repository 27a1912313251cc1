//! Cases of `inject`.

use super::*;
use crate::exchange::testing;
use model::policy::Delay;

fn text(text: &str) -> InjectedBody {
    InjectedBody::Text(RequestText::with_variables(text))
}

fn answer(body: InjectedBody, chance: Chance) -> Data {
    let headers = vec![("x-a".to_owned(), RequestText::with_variables("$remote_addr"))];
    Data { delay: None, answer: Some(Injected { chance, status: 503, headers, body }) }
}

fn when(text: &str) -> Chance {
    let rules: Vec<serde_json::Value> = serde_json::from_str(text).unwrap();
    Chance { percent: None, when: Some(expr::vars::read(&rules, &Variable::of).unwrap()) }
}

async fn run(data: &Data, target: &str) -> Option<(u16, String, String)> {
    let policy = Inject::compile(data).unwrap();
    let mut exchange = testing::get(target);
    let outcome = match policy.run(&mut exchange) {
        Running::Done(outcome) => outcome,
        Running::Wait(future) => future.await,
    };
    let Outcome::Respond(response) = outcome else { return None };
    let header = response.headers()["x-a"].to_str().unwrap().to_owned();
    let status = response.status().as_u16();
    let body = response.into_body().hold(9999).await.unwrap();
    Some((status, header, String::from_utf8(body.to_vec()).unwrap()))
}

#[tokio::test]
async fn answers_are_made_up_for_those_that_are_hit() {
    let said = |body: &str| Some((503, "127.0.0.1".to_owned(), body.to_owned()));
    assert_eq!(run(&answer(text("hi $arg_n"), Chance::default()), "/?n=j").await, said("hi j"));
    let conditional = answer(text(""), when(r#"[["arg_n","==","j"]]"#));
    assert_eq!(run(&conditional, "/?n=j").await, said(""));
    assert_eq!(run(&conditional, "/?n=k").await, None);
    let never = answer(text(""), Chance { percent: Some(0), when: None });
    let always = answer(text(""), Chance { percent: Some(100), when: None });
    assert_eq!(run(&never, "/").await, None);
    assert_eq!(run(&always, "/").await, said(""));
}

#[tokio::test]
async fn examples_have_their_shape() {
    let sample = Sample::Object(vec![
        ("a".into(), Sample::Text(Some("<x>".into()))),
        ("b".into(), Sample::List(Box::new(Sample::Integer(Some(2))))),
        ("c".into(), Sample::Object(vec![("d".into(), Sample::Boolean(Some(true)))])),
        ("e".into(), Sample::Nothing),
    ]);
    let example = |xml| answer(InjectedBody::Example { sample: sample.clone(), xml }, Chance::default());
    let (_, _, json) = run(&example(false), "/").await.unwrap();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["a"], &json["b"][0], &json["c"]["d"]), (&"<x>".into(), &2.into(), &true.into()));
    assert!(json.get("e").is_none());
    let (_, _, xml) = run(&example(true), "/").await.unwrap();
    assert!(xml.starts_with("<data><a>&lt;x&gt;</a><b>2</b>") && xml.ends_with("<c><d>true</d></c></data>"), "{xml}");
    for (sample, holds) in [
        (Sample::Text(None), (|value: &serde_json::Value| value.is_string()) as fn(&_) -> bool),
        (Sample::Number(None), |value| value.is_f64()),
        (Sample::Integer(None), |value| value.as_i64().is_some_and(|number| (1..=10_000).contains(&number))),
        (Sample::Boolean(None), |value| value.is_boolean()),
    ] {
        assert!(holds(&sample::json(&sample)), "{sample:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_pause_takes_its_time_and_then_goes_on() {
    let delay = |chance| Data { delay: Some(Delay { time: Duration::from_secs(20), chance }), answer: None };
    let began = tokio::time::Instant::now();
    assert_eq!(run(&delay(Chance::default()), "/").await, None);
    assert_eq!(began.elapsed().as_secs(), 20);
    assert_eq!(run(&delay(when(r#"[["arg_n","==","j"]]"#)), "/").await, None);
    assert_eq!(began.elapsed().as_secs(), 20);
}
