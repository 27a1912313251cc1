//! Cases of `sign`.

use super::*;
use aws_credential_types::Credentials;
use aws_sigv4::http_request::{PayloadChecksumKind, SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use http::Method;
use model::Secret;
use proptest::prelude::*;
use std::time::{Duration, UNIX_EPOCH};

const SECOND: i64 = 1_440_938_160; // 2015-08-30 12:36:00

fn keys(token: Option<&str>) -> Arc<Keys> {
    Arc::new(Keys {
        access_key: "AKIDEXAMPLE".to_owned(),
        secret_key: Secret::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
        session_token: token.map(Secret::new),
        expires: None,
    })
}

/// A request to be signed.
#[derive(Clone, Debug)]
struct Asked {
    method: Method,
    path: String,
    query: Option<String>,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    token: Option<String>,
}

fn ours(signer: &Signer, asked: &Asked, second: i64) -> String {
    let mut headers = HeaderMap::new();
    headers.insert("host", HeaderValue::from_static("example.amazonaws.com"));
    for (name, value) in &asked.headers {
        headers.append(HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(value).unwrap());
    }
    let resource = Resource::new(&asked.method, &asked.path, asked.query.as_deref());
    signer.sign(&keys(asked.token.as_deref()), &resource, &mut headers, &asked.body, second);
    assert_eq!(headers.get("x-amz-security-token").is_some(), asked.token.is_some());
    headers["authorization"].to_str().unwrap().to_owned()
}

/// What the AWS SDK's signer says.
fn theirs(asked: &Asked, second: i64) -> String {
    let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    let identity = Credentials::new("AKIDEXAMPLE", secret, asked.token.clone(), None, "test").into();
    let mut settings = SigningSettings::default();
    settings.payload_checksum_kind = PayloadChecksumKind::NoHeader;
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region("us-east-1")
        .name("service")
        .time(UNIX_EPOCH + Duration::from_secs(second as u64))
        .settings(settings)
        .build()
        .unwrap()
        .into();
    let uri = match &asked.query {
        Some(query) => format!("https://example.amazonaws.com{}?{query}", asked.path),
        None => format!("https://example.amazonaws.com{}", asked.path),
    };
    let headers = asked.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let request = SignableRequest::new(asked.method.as_str(), uri, headers, SignableBody::Bytes(&asked.body)).unwrap();
    let (instructions, _) = sign(request, &params).unwrap().into_parts();
    let mut request = http::Request::new(());
    instructions.apply_to_request_http1x(&mut request);
    request.headers()["authorization"].to_str().unwrap().to_owned()
}

fn asked() -> impl Strategy<Value = Asked> {
    let methods = prop_oneof![Just(Method::GET), Just(Method::POST), Just(Method::DELETE), Just(Method::PATCH)];
    let segment = "(\\.|\\.\\.|[a-zA-Z0-9._~!$&'()*+,;=:@-]{0,6}|%[0-9A-F]{2}|arn%3Aaws%3Alambda|%2F|%C3%BC)";
    let path = proptest::collection::vec(segment, 0..6).prop_map(|segments| format!("/{}", segments.join("/")));
    let query =
        proptest::option::of("([a-cA-C]{1,2}(=([a-z0-9+~._*:/?@!$'(),;=-]|%20|%2B|%C3%BC|%24|%3D){0,5})?&){0,4}x=1");
    let header = ("(x-amz-[a-c]|[a-c]{1,2}|content-type)", "[!-~]([ -~]{0,12}[!-~])?");
    let headers = proptest::collection::vec(header, 0..6);
    let body = proptest::collection::vec(any::<u8>(), 0..200);
    let token = proptest::option::of("[A-Za-z0-9/+=]{1,40}");
    (methods, path, query, headers, body, token).prop_map(|(method, path, query, headers, body, token)| Asked {
        method,
        path,
        query,
        headers,
        body,
        token,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn signatures_are_those_of_awss_own_signer(asked in asked(), later in 0_i64..400_000) {
        let signer = Signer::new("us-east-1", "service");
        prop_assert_eq!(ours(&signer, &asked, SECOND + later), theirs(&asked, SECOND + later));
    }

    #[test]
    fn an_encoded_query_is_signed_as_it_is_sent(query in "([a-c]{1,2}(=([a-z +&]|%2B|%20|%zz|%C3%BC){0,5})?&?){0,4}") {
        let encoded = encode_query(&query);
        prop_assert!(!encoded.contains('+') && !encoded.contains(' '));
        prop_assert_eq!(encode_query(&encoded), encoded.clone());
        let decoded = |text: &str| -> Vec<u8> { percent_encoding::percent_decode_str(&text.replace('+', " ")).collect() };
        prop_assert_eq!(decoded(&encoded), decoded(&query));
    }
}

fn get(path: &str, query: Option<&str>, headers: &[(&str, &str)]) -> Asked {
    Asked {
        method: Method::GET,
        path: path.to_owned(),
        query: query.map(str::to_owned),
        headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        body: Vec::new(),
        token: None,
    }
}

/// The signatures that AWS publishes with its signing test suite.
#[test]
fn published_signatures_are_met() {
    let signer = Signer::new("us-east-1", "service");
    let vanilla = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";
    let post = Asked { method: Method::POST, ..get("/", None, &[]) };
    for (name, asked, signature) in [
        ("get-vanilla", get("/", None, &[]), vanilla),
        ("get-slash-normalized", get("//", None, &[]), vanilla),
        ("get-relative-relative-normalized", get("/example1/example2/../..", None, &[]), vanilla),
        (
            "get-vanilla-query-order-key-case",
            get("/", Some("Param2=value2&Param1=value1"), &[]),
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
        ),
        ("post-vanilla", post, "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
    ] {
        let authorization = ours(&signer, &asked, SECOND);
        let expected = format!(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
             SignedHeaders=host;x-amz-date, Signature={signature}"
        );
        assert_eq!(authorization, expected, "{name}");
    }
}

#[test]
fn what_changes_on_the_way_is_not_signed() {
    let signer = Signer::new("us-east-1", "service");
    let names = [
        "authorization",
        "connection",
        "content-length",
        "expect",
        "keep-alive",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "via",
        "x-amzn-trace-id",
        "x-forwarded-for",
        "forwarded",
    ];
    for name in names {
        let authorization = ours(&signer, &get("/", None, &[(name, "1"), ("x-own", "2")]), SECOND);
        assert!(authorization.contains("SignedHeaders=host;x-amz-date;x-own,"), "{name}: {authorization}");
    }
}

#[test]
fn a_signing_key_is_kept_for_its_day_and_its_keys() {
    let signer = Signer::new("us-east-1", "service");
    let asked = get("/", None, &[]);
    let derived = |signer: &Signer| signer.derived.load_full().unwrap();
    ours(&signer, &asked, SECOND);
    let first = derived(&signer);
    ours(&signer, &asked, SECOND + 60);
    assert!(Arc::ptr_eq(&first, &derived(&signer)), "the same day");
    ours(&signer, &asked, SECOND + 86_400);
    let second = derived(&signer);
    assert!(!Arc::ptr_eq(&first, &second), "the next day");
    ours(&signer, &Asked { token: Some("t".to_owned()), ..asked }, SECOND + 86_400);
    assert!(!Arc::ptr_eq(&second, &derived(&signer)), "other keys");
}

#[test]
fn nothing_secret_is_printed() {
    let mut headers = HeaderMap::new();
    let resource = Resource::new(&Method::GET, "/", None);
    Signer::new("us-east-1", "service").sign(&keys(Some("hush-token")), &resource, &mut headers, b"", SECOND);
    let printed = format!("{headers:?} {:?}", keys(Some("hush-token")));
    for secret in ["hush-token", "wJalrXUtnFEMI", "Signature="] {
        assert!(!printed.contains(secret), "{printed}");
    }
}
