//! Cases of `basic_auth`.

use super::*;
use crate::auth::gate::Parts;
use crate::consumers::Consumers;
use crate::exchange::testing;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::WWW_AUTHENTICATE;
use model::Secret;
use model::consumer::{Consumer, Credential, Proof};
use model::id::ConsumerId;
use model::policy::{Challenge, IdentityHeaders, Refusals};
use std::sync::Arc;

fn consumer(name: &str, password: Password) -> Arc<Consumer> {
    let proof = Proof::Basic { name: name.into(), password };
    let credentials = vec![Credential { id: None, proof }];
    Arc::new(Consumer { credentials, ..Consumer::new(ConsumerId::new(format!("id-{name}")), name) })
}

fn policy() -> BasicAuth {
    let plain = |text: &str| Password::Plain(Secret::new(text));
    // the SHA-1 of "pwsalt"
    let digest = const_hex::encode_upper(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, b"pwsalt"));
    let hashed = Password::Sha1 { salt: "salt".into(), digest: Secret::new(digest) };
    let consumers = [consumer("bob", plain("p:w")), consumer("eve", hashed), consumer("nil", plain(""))];
    let parts = Parts {
        anonymous: None,
        preflight: true,
        identity: &IdentityHeaders::default(),
        challenge: &Challenge::of("Basic realm=\"r\""),
        refusals: &Refusals::default(),
    };
    let gate = Gate::new(&parts, &Arc::new(Consumers::new(&consumers))).unwrap();
    let headers = ["proxy-authorization", "authorization"].map(HeaderName::from_static).into();
    BasicAuth { gate, headers, hide: true }
}

#[test]
fn name_and_password_name_the_client() {
    let basic = |text: &str| format!("Basic {}", STANDARD.encode(text));
    let cases = [
        ("authorization", basic("bob:p:w"), Ok("bob")),
        ("proxy-authorization", basic("bob:p:w"), Ok("bob")),
        ("authorization", basic("bob:p:w").replacen("Basic", "bASIC ", 1), Ok("bob")),
        ("authorization", basic("eve:pw"), Ok("eve")),
        ("authorization", basic("eve:wrong"), Err("this name and password are not known here")),
        ("authorization", basic("bob:p"), Err("this name and password are not known here")),
        ("authorization", basic("BOB:p:w"), Err("this name and password are not known here")),
        ("authorization", basic("nobody:p:w"), Err("this name and password are not known here")),
        ("authorization", basic("nil:"), Err("this name and password are not known here")),
        ("authorization", basic("bob"), Err("this name and password are not known here")),
        ("authorization", "Basic ?".to_owned(), Err("this name and password are not known here")),
        ("authorization", "Bearer x".to_owned(), Err("this name and password are not known here")),
        ("x-other", basic("bob:p:w"), Err("this route wants name and password")),
    ];
    for (header, value, expected) in cases {
        let mut exchange = testing::of(http::Request::get("/").header(header, &value));
        match policy().run(&mut exchange).done() {
            Outcome::Continue => {
                assert_eq!(Ok(&*exchange.identity.as_ref().unwrap().name), expected, "{value}");
                assert_eq!(exchange.request.headers["x-credential-identifier"], expected.unwrap());
            }
            Outcome::Fail(failure) => {
                assert_eq!(Err(failure.public.as_str()), expected, "{value}");
                assert_eq!(failure.headers[0], (WWW_AUTHENTICATE, "Basic realm=\"r\"".parse().unwrap()));
            }
            Outcome::Respond(_) => panic!("answers"),
        }
        assert!(!exchange.request.headers.contains_key("authorization"), "it is taken off");
    }
}
