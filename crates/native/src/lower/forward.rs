//! Forward proxies.

use super::{Lowering, trust};
use crate::decode::{At, Either, Text};
use crate::entity::upstream::Forward as Written;
use crate::findings::Spot;
use dialect::Faith;
use model::forward::{Forward, ForwardProxy};
use net::forward::{Forward as Read, Scheme};

/// `direct`, `environment`, a URL, or more about it.
pub(crate) fn forward(written: &Either<Text, At<Written>>, at: &mut Lowering<'_>) -> Forward {
    match written {
        Either::First(word) if word.value == "direct" => Forward::Direct,
        Either::First(word) if word.value == "environment" => Forward::Environment,
        Either::First(url) => {
            check(url, at);
            Forward::Through(Box::new(ForwardProxy { url: url.value.clone(), ..ForwardProxy::default() }))
        }
        Either::Second(written) => Forward::Through(Box::new(proxy(written, at))),
    }
}

fn proxy(written: &At<Written>, at: &mut Lowering<'_>) -> ForwardProxy {
    let read = check(&written.url, at);
    let password = written.password.as_ref().map(|password| password.secret());
    if let (None, Some(_)) = (&written.user, &password) {
        at.invalid(&written.spot, "a password needs a user");
    }
    let login = written.user.as_ref().map(|user| {
        (user.value.clone(), password.as_ref().map_or_else(String::new, |password| password.expose().to_owned()))
    });
    if let Some(read) = read {
        let scheme = read.scheme;
        if let Err(problem) = read.with_login(login) {
            at.invalid(&written.spot, problem.to_string());
        }
        if written.tls.is_some() && scheme != Scheme::Https {
            at.findings.say(Faith::Ignored, &written.url.spot, "tls is for a proxy whose URL is https://…");
        }
    }
    ForwardProxy {
        url: written.url.value.clone(),
        user: written.user.as_ref().map(|user| user.value.clone()),
        password,
        tls: written.tls.as_ref().map(|tls| trust::client_tls(tls, at)).unwrap_or_default(),
        except: written.except.iter().flat_map(|list| list.all()).map(|text| text.value.clone()).collect(),
    }
}

/// The value may come from the environment and may have a password in it, so no finding repeats it.
fn check(url: &Text, at: &mut Lowering<'_>) -> Option<Read> {
    let invalid = |at: &mut Lowering<'_>, spot: &Spot, problem: &str| {
        at.invalid(spot, format!("{problem}; write a URL, \"direct\" or \"environment\""));
    };
    match Read::read(url) {
        Ok(read) if read.login.is_some() => {
            at.invalid(&url.spot, "write user and password beside the URL: { url: …, user: …, password: ${NAME} }");
            None
        }
        Ok(read) => Some(read),
        Err(problem) => {
            invalid(at, &url.spot, &problem.to_string());
            None
        }
    }
}
