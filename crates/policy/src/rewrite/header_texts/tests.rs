//! Cases of `header_texts`.

use super::*;
use crate::exchange::testing;
use model::text::Text;

fn text(text: &str) -> Text {
    Text::Expression(text.to_owned())
}

fn fields(fields: &[(&str, &str)]) -> Vec<(String, Text)> {
    fields.iter().map(|(name, value)| ((*name).to_owned(), text(value))).collect()
}

fn changes(set: &[(&str, &str)], append: &[(&str, &str)], remove: &[&str], keep: Option<&[&str]>) -> Data {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let failure = Keyed::new(500, "HEADERS", "headers cannot be changed");
    Data { set: fields(set), append: fields(append), remove: names(remove), keep: keep.map(names), failure }
}

fn shown(headers: &HeaderMap) -> String {
    let mut all: Vec<String> =
        headers.iter().map(|(name, value)| format!("{name}={}", value.to_str().unwrap())).collect();
    all.sort();
    all.join(" ")
}

async fn check(data: &Data, expected: Result<&str, &str>) {
    let request = || http::Request::post("/").header("a", "1").header("b", "2").header("host", "h");
    for response in [false, true] {
        let mut exchange = testing::with_body(request(), "body");
        if response {
            let of = http::Response::builder().header("a", "1").header("b", "2").header("host", "h");
            exchange.response = Some(of.body("answer".into()).unwrap());
        }
        let step = HeaderTexts::compile(data, response).unwrap();
        let outcome = match step.run(&mut exchange) {
            Running::Done(outcome) => outcome,
            Running::Wait(future) => future.await,
        };
        let seen = match outcome {
            Outcome::Continue if response => Ok(shown(exchange.response.as_ref().unwrap().headers())),
            Outcome::Continue => Ok(shown(&exchange.request.headers)),
            Outcome::Fail(failure) => Err(failure.key.unwrap().key.unwrap()),
            Outcome::Respond(_) => panic!("nothing answers here"),
        };
        assert_eq!(seen, expected.map(str::to_owned).map_err(str::to_owned), "{data:?}");
    }
}

#[tokio::test]
async fn fields_are_set_then_appended_then_taken_off() {
    let none: &[(&str, &str)] = &[];
    for (data, expected) in [
        (changes(&[("A", "{#request.method}")], &[("a", "x"), ("c", "y")], &["b"], None), Ok("a=POST a=x c=y host=h")),
        (changes(&[("a", "{#nothing}"), ("b", "")], none, &[], None), Ok("a=1 b= host=h")),
        (changes(&[("c", "3")], none, &[], Some(&["C"])), Ok("c=3 host=h")),
        (changes(none, none, &["c", "content-length"], None), Ok("a=1 b=2 host=h")),
        (changes(&[("c", "line\nbreak")], none, &[], None), Ok("a=1 b=2 host=h")),
        (changes(&[("c", "{#request.content}")], none, &[], None), Ok("a=1 b=2 c=body host=h")),
        (changes(&[("a", "9"), ("c", "{#nope.nope}")], none, &[], None), Err("HEADERS")),
        (changes(&[("c", "{#a +}")], none, &[], None), Err("HEADERS")),
    ] {
        check(&data, expected).await;
    }
}

#[test]
fn fields_that_frame_the_message_are_refused() {
    let none: &[(&str, &str)] = &[];
    for (data, expected) in [
        (changes(&[("a b", "1")], none, &[], None), EditError::Header { name: "a b".into() }),
        (changes(none, &[("Content-Length", "1")], &[], None), EditError::Framing { name: header::CONTENT_LENGTH }),
    ] {
        assert_eq!(HeaderTexts::compile(&data, false).err(), Some(expected));
    }
}
