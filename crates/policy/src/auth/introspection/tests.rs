//! Cases of `introspection`: what is asked, what answers mean, and how long they are believed.

use super::*;
use crate::server::testing::Double;
use model::Secret;
use model::server::Server as ServerData;
use serde_json::json;

const NOW: u64 = 1_700_000_000;

fn data(server: &ServerData, believed: Believed) -> Data {
    Data {
        server: server.clone(),
        discovery: false,
        post: true,
        token: vec![TokenSpot::Form("token".to_owned())],
        login: Some(ClientLogin::Header {
            field: "authorization".to_owned(),
            scheme: "Basic".to_owned(),
            id: "gate".to_owned(),
            secret: Secret::new("hush"),
        }),
        along: vec!["x-tenant".to_owned()],
        silent_is_active: false,
        believed,
    }
}

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(NOW)
}

fn client() -> HeaderMap {
    let field = |name: &'static str| (HeaderName::from_static(name), HeaderValue::from_static("t1"));
    HeaderMap::from_iter([field("x-tenant"), field("x-other")])
}

#[tokio::test]
async fn an_answer_says_whether_a_token_is_active() {
    let double = Double::answering(200, "").await;
    let server = Introspection::new(&data(&double.data, Believed::Once)).unwrap();
    for (status, body, expected) in [
        (200, json!({"active": true, "client_id": "shop"}).to_string(), Some(true)),
        (200, json!({"active": "true"}).to_string(), Some(true)),
        (200, json!({"active": false}).to_string(), Some(false)),
        (200, json!({"active": 1}).to_string(), Some(false)),
        (200, json!({"client_id": "shop"}).to_string(), Some(false)),
        (200, json!({"active": true, "exp": NOW + 1}).to_string(), Some(true)),
        (200, json!({"active": true, "exp": NOW}).to_string(), Some(false)),
        (200, "[]".to_owned(), None),
        (200, "nonsense".to_owned(), None),
        (401, json!({"active": true}).to_string(), None),
        (500, String::new(), None),
    ] {
        double.say(status, body.clone());
        let said = server.ask("t", &client(), now()).await.map(|said| said.active).ok();
        assert_eq!(said, expected, "{status} {body}");
    }
    let silent = Data { silent_is_active: true, ..data(&double.data, Believed::Once) };
    double.say(200, "{}");
    assert!(Introspection::new(&silent).unwrap().ask("t", &client(), now()).await.unwrap().active);
}

#[tokio::test]
async fn the_server_is_asked_as_configured() {
    let double = Double::answering(200, "{}").await;
    let form = |login| Data { login, ..data(&double.data, Believed::Once) };
    let by_get = Data {
        post: false,
        token: vec![TokenSpot::Query("t".to_owned()), TokenSpot::Header("x-token".to_owned())],
        login: None,
        ..data(&double.data, Believed::Once)
    };
    let in_form = ClientLogin::Form { id: "a&b".to_owned(), secret: Secret::new("hu sh") };
    for (data, expected) in [
        (form(None), &["POST /x HTTP/1.1", "x-tenant: t1", "token=a%2Bb"][..]),
        (data(&double.data, Believed::Once), &["authorization: Basic Z2F0ZTpodXNo", "x-www-form-urlencoded"][..]),
        (form(Some(in_form)), &["token=a%2Bb&client_id=a%26b&client_secret=hu%20sh"][..]),
        (by_get, &["GET /x?t=a%2Bb HTTP/1.1", "x-token: a+b"][..]),
    ] {
        Introspection::new(&data).unwrap().ask("a+b", &client(), now()).await.unwrap();
        let asked = double.asked.lock().unwrap().pop().unwrap();
        for part in expected {
            assert!(asked.contains(part), "{part} in {asked}");
        }
        assert!(!asked.contains("x-other"));
    }
}

#[tokio::test]
async fn answers_are_believed_for_a_while_and_never_beyond_their_end() {
    let double = Double::answering(200, "").await;
    let long = Duration::from_secs(100);
    for (believed, exp, after, expected) in [
        (Believed::Once, Some(NOW + 50), 0, false),
        (Believed::UntilItsEnd, Some(NOW + 50), 49, true),
        (Believed::UntilItsEnd, Some(NOW + 50), 50, false),
        (Believed::UntilItsEnd, None, 0, false),
        (Believed::AtMost(long), Some(NOW + 50), 50, false),
        (Believed::AtMost(long), Some(NOW + 500), 99, true),
        (Believed::AtMost(long), Some(NOW + 500), 100, false),
        (Believed::AtMost(long), None, 99, true),
    ] {
        let server = Introspection::new(&data(&double.data, believed)).unwrap();
        let mut body = json!({"active": true});
        if let Some(exp) = exp {
            body["exp"] = exp.into();
        }
        double.say(200, body.to_string());
        server.ask("t", &client(), now()).await.unwrap();
        let later = now() + Duration::from_secs(after);
        assert_eq!(server.known("t", later).is_some(), expected, "{believed:?} {exp:?} {after}");
        assert!(server.known("another", later).is_none());
    }
    let server = Introspection::new(&data(&double.data, Believed::AtMost(long))).unwrap();
    double.say(200, json!({"active": false}).to_string());
    server.ask("t", &client(), now()).await.unwrap();
    assert!(server.known("t", now()).is_none(), "what is not active may become so");
}

#[test]
fn no_more_answers_are_kept_than_there_is_room_for() {
    let mut remembered = Remembered::default();
    let said = Said { active: true, claims: Arc::default(), text: "{}".into() };
    for at in 0..MOST + 10 {
        remembered.put(name(&at.to_string()), UNIX_EPOCH, said.clone());
        remembered.put(name(&at.to_string()), UNIX_EPOCH, said.clone());
    }
    assert_eq!((remembered.answers.len(), remembered.order.len()), (MOST, MOST));
    assert!(remembered.answers.contains_key(&name(&(MOST + 9).to_string())));
}
