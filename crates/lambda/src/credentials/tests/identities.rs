//! Roles on top of sources, STS's clock and refusals, and whole identities behind calls.

use super::super::Keys;
use super::super::explain::explain;
use super::super::identity::{IdentityKey, IdentitySource};
use super::super::surroundings::Surroundings;
use super::double::{Answer, Asked, Double, answer, field, keys_json, keys_xml, refusal};
use super::{around, key};
use crate::sign::{Resource, Signer};
use http::header::DATE;
use http::{HeaderMap, HeaderValue, Method};
use model::Secret;
use model::aws::{AssumeRole, Aws, Credentials, Source};
use std::sync::Arc;
use std::time::Duration;

fn aws(credentials: Credentials) -> Aws {
    Aws { credentials, ..Aws::default() }
}

fn identity(credentials: Credentials, around: Surroundings) -> IdentitySource {
    IdentitySource::new(&IdentityKey::new(&aws(credentials), Some("eu-west-1".to_owned())), &Arc::new(around))
}

fn role(name: &str) -> AssumeRole {
    AssumeRole::new(format!("arn:aws:iam::1:role/{name}"))
}

/// Checks the signature with these keys as STS would, at the time that the request says.
fn is_signed(asked: &Asked, id: &str, token: Option<&str>) -> bool {
    let Some(authorization) = field(asked, "authorization") else { return false };
    let expected = format!("AWS4-HMAC-SHA256 Credential={id}/");
    let names = authorization.split("SignedHeaders=").nth(1).unwrap_or("").split(',').next().unwrap_or("").to_owned();
    let mut headers = HeaderMap::new();
    for name in names.split(';').filter(|name| !matches!(*name, "x-amz-date" | "x-amz-security-token")) {
        let name = http::HeaderName::try_from(name).unwrap();
        headers.insert(name.clone(), asked.headers()[&name].clone());
    }
    let secret_key = Secret::new(if token.is_some() { "hush" } else { "s" });
    let session_token = token.map(Secret::new);
    let keys = Arc::new(Keys { access_key: id.to_owned(), secret_key, session_token, expires: None });
    let date = field(asked, "x-amz-date").unwrap();
    let iso =
        format!("{}-{}-{}T{}:{}:{}Z", &date[..4], &date[4..6], &date[6..8], &date[9..11], &date[11..13], &date[13..15]);
    let seconds = iso.parse::<jiff::Timestamp>().unwrap().as_second();
    let resource = Resource::new(&Method::POST, asked.uri().path(), None);
    Signer::new("eu-west-1", "sts").sign(&keys, &resource, &mut headers, asked.body(), seconds);
    authorization.starts_with(&expected) && headers["authorization"] == authorization
}

#[tokio::test]
async fn roles_are_taken_hop_by_hop_with_all_that_is_said_of_them() {
    let sts = Double::start(|asked| match () {
        () if is_signed(asked, "AK", None) => answer(200, keys_xml("AssumeRole", "ASONE")),
        () if is_signed(asked, "ASONE", Some("token of ASONE")) => answer(200, keys_xml("AssumeRole", "ASTWO")),
        () => answer(403, refusal("SignatureDoesNotMatch", "the signature does not match")),
    })
    .await;
    let second = AssumeRole {
        session_name: "web".to_owned(),
        external_id: Some("ex=1&2".to_owned()),
        duration: Some(Duration::from_secs(900)),
        policy: Some("{\"Version\":\"2012-10-17\"}".to_owned()),
        policy_arns: vec!["arn:aws:iam::aws:policy/ReadOnlyAccess".to_owned()],
        tags: vec![("team".to_owned(), "a b".to_owned()), ("tier".to_owned(), "1".to_owned())],
        transitive_tags: vec!["team".to_owned()],
        ..role("two")
    };
    let keys = Credentials::keys("AK", Secret::new("s"), None);
    let credentials = Credentials { roles: vec![role("one"), second], sts_endpoint: Some(sts.url.clone()), ..keys };
    let found = identity(credentials, around(&[])).fetch(None).await.unwrap();
    assert_eq!(key(&found), ("ASTWO", "hush", Some("token of ASTWO")));
    assert!(found.origin.starts_with("arn:aws:iam::1:role/two with the keys of arn:aws:iam::1:role/one"));
    let forms = sts.forms();
    assert_eq!(
        forms[0],
        "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fone&RoleSessionName=lambdagate"
    );
    let asked = "RoleSessionName=web&ExternalId=ex%3D1%262&DurationSeconds=900&Policy=%7B%22Version%22%3A%222012-10-17%22%7D\
                 &PolicyArns.member.1.arn=arn%3Aaws%3Aiam%3A%3Aaws%3Apolicy%2FReadOnlyAccess\
                 &Tags.member.1.Key=team&Tags.member.1.Value=a%20b&Tags.member.2.Key=tier&Tags.member.2.Value=1\
                 &TransitiveTagKeys.member.1=team";
    assert!(forms[1].ends_with(asked), "{}", forms[1]);
}

#[tokio::test]
async fn a_role_lies_on_top_of_any_source() {
    let cloud = Double::start(|asked| match asked.uri().path() {
        "/agent" => answer(200, keys_json("ASPOD")),
        _ if is_signed(asked, "ASPOD", Some("token of ASPOD")) => answer(200, keys_xml("AssumeRole", "ASROLE")),
        _ => answer(403, refusal("AccessDenied", "no")),
    })
    .await;
    let agent = format!("{}/agent", cloud.url);
    let around = around(&[("AWS_CONTAINER_CREDENTIALS_FULL_URI", &agent), ("AWS_ENDPOINT_URL_STS", &cloud.url)]);
    let credentials = Credentials { roles: vec![role("x")], ..Credentials::of(vec![Source::Container]) };
    assert_eq!(key(&identity(credentials, around).fetch(None).await.unwrap()).0, "ASROLE");
}

#[tokio::test]
async fn a_refusal_names_role_endpoint_and_remedy() {
    for (code, remedy) in [
        ("AccessDenied", "trust policy"),
        ("ExpiredToken", "give fresh ones"),
        ("SignatureDoesNotMatch", "secret key"),
        ("RegionDisabledException", "activate STS"),
        ("MalformedPolicyDocument", "session policy"),
    ] {
        let sts = Double::start(move |_| answer(403, refusal(code, "a message"))).await;
        let keys = Credentials::keys("AK", Secret::new("hush"), None);
        let credentials = Credentials { roles: vec![role("x")], sts_endpoint: Some(sts.url.clone()), ..keys };
        let lacks = identity(credentials, around(&[])).fetch(None).await.unwrap_err();
        assert_eq!(lacks.len(), 1);
        super::names(&lacks[0], &["arn:aws:iam::1:role/x", &sts.url, code, "a message", remedy]);
    }
}

/// An hour and a half away from ours.
fn their_time() -> jiff::Timestamp {
    jiff::Timestamp::now() - jiff::SignedDuration::from_mins(90)
}

fn dated(answer: Option<Answer>) -> Option<Answer> {
    let date = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&their_time()).unwrap();
    answer.map(|mut answer| {
        answer.headers_mut().insert(DATE, HeaderValue::from_str(&date).unwrap());
        answer
    })
}

#[tokio::test]
async fn a_clock_that_is_off_is_made_good_by_the_answer() {
    let day = |at: jiff::Timestamp| at.to_string()[..13].replace(['-', ':'], "");
    let sts = Double::start(move |asked| {
        let right = field(asked, "x-amz-date").is_some_and(|date| date.starts_with(&day(their_time())));
        let end = their_time() + jiff::SignedDuration::from_mins(15);
        let keys = keys_xml("AssumeRole", "AS");
        let start = keys.find("<Expiration>").unwrap();
        let keys = format!("{}<Expiration>{end}{}", &keys[..start], &keys[keys.find("</Expiration>").unwrap()..]);
        dated(if right {
            answer(200, keys)
        } else {
            answer(403, refusal("SignatureDoesNotMatch", "Signature expired"))
        })
    })
    .await;
    let keys = Credentials::keys("AK", Secret::new("s"), None);
    let credentials = Credentials { roles: vec![role("x")], sts_endpoint: Some(sts.url.clone()), ..keys };
    let found = identity(credentials, around(&[])).fetch(None).await.unwrap();
    assert_eq!((key(&found).0, sts.asked().len()), ("AS", 2));
    let left = found.keys.expires.unwrap().duration_since(found.clock.unwrap()).unwrap();
    assert!(left > Duration::from_secs(600), "by its own clock it is good: {left:?}");
}

#[test]
fn equal_settings_make_one_identity() {
    let of = |aws: &Aws, region: &str| IdentityKey::new(aws, Some(region.to_owned()));
    let fixed = aws(Credentials::keys("AK", Secret::new("s"), None));
    let other = aws(Credentials::keys("AK", Secret::new("another"), None));
    let everywhere = Aws::default();
    assert!(of(&fixed, "eu-west-1") == of(&fixed, "us-east-1"), "keys are the same in every region");
    assert!(of(&fixed, "eu-west-1") != of(&other, "eu-west-1"), "a secret that was rotated is another identity");
    assert!(of(&everywhere, "eu-west-1") != of(&everywhere, "us-east-1"), "their STS differs");
    assert_eq!(of(&everywhere, "x").label(), "surroundings");
    assert_eq!(of(&fixed, "x").label(), "configuration");
}

#[tokio::test]
async fn it_is_explained_who_wins_and_why_nobody_before() {
    let sts = Double::start(|asked| match is_signed(asked, "AM", None) {
        true => answer(200, "<R><Arn>arn:aws:iam::1:user/a</Arn><Account>1</Account></R>"),
        false => answer(403, refusal("InvalidClientTokenId", "no")),
    })
    .await;
    let variables = [
        ("AWS_ACCESS_KEY_ID", "AK"),
        ("AMAZON_ACCESS_KEY_ID", "AM"),
        ("AMAZON_SECRET_ACCESS_KEY", "s"),
        ("AWS_ENDPOINT_URL_STS", &sts.url),
    ];
    let key = IdentityKey::new(&Aws::default(), Some("eu-west-1".to_owned()));
    let explained = explain(&key, &Arc::new(around(&variables)), true).await;
    assert_eq!(explained.tried.len(), 1);
    assert!(explained.tried[0].to_string().contains("AWS_SECRET_ACCESS_KEY is not"));
    assert_eq!(explained.winner.unwrap().origin, "AMAZON_ACCESS_KEY_ID and AMAZON_SECRET_ACCESS_KEY");
    assert_eq!(explained.caller.unwrap().unwrap().arn, "arn:aws:iam::1:user/a");
    assert_eq!(explained.sts, sts.url);
}
