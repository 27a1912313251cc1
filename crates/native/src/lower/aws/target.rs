//! Function names, URLs, and as whom they are called.

use super::super::{Lowering, forward, header, trust, upstream};
use super::credentials;
use crate::decode::{At, Either, Text, said};
use crate::entity::aws::{Account, Relay, Url, UrlParam, UrlPathWord};
use crate::findings::Spot;
use model::aws::Aws;
use model::call::{UrlAuth, UrlPath, UrlRelay};
use model::predicate::{PathPattern, Predicate, Segment};

/// What every call starts from.
#[derive(Clone, Default)]
pub(in super::super) struct Base(Aws);

/// What the whole configuration says.
pub(in super::super) fn base(written: Option<&Account>, at: &mut Lowering<'_>) -> Base {
    Base(account(written, at))
}

/// A call's own account: the whole configuration's, changed key by key.
pub(super) fn account(written: Option<&Account>, at: &mut Lowering<'_>) -> Aws {
    let Some(written) = written else { return at.account.0.clone() };
    let inherits = written.inherit.as_ref().is_none_or(|inherit| inherit.value);
    let mut aws = if inherits { at.account.0.clone() } else { Aws::default() };
    if let Some(region) = &written.region {
        if !is_region(region) {
            at.invalid(&region.spot, "this is no region; write eu-west-1, or leave it out");
        }
        aws.region = Some(region.value.clone());
    }
    if let Some(endpoint) = &written.endpoint {
        check_endpoint(endpoint, at);
        aws.endpoint = Some(endpoint.value.clone());
    }
    if let Some(written) = &written.credentials {
        aws.credentials = credentials::credentials(written, at);
    }
    if let Some(tls) = &written.tls {
        aws.tls = trust::client_tls(tls, at);
    }
    way(written, &mut aws, at);
    aws
}

/// How the endpoint is chosen and reached.
fn way(written: &Account, aws: &mut Aws, at: &mut Lowering<'_>) {
    for (wanted, kept, name) in
        [(&written.fips, &mut aws.fips, "FIPS"), (&written.dual_stack, &mut aws.dual_stack, "dual-stack")]
    {
        let Some(said) = wanted else { continue };
        *kept = Some(said.value);
        if said.value && aws.endpoint.is_some() {
            at.invalid(
                &said.spot,
                format!("an endpoint is named already, so the region's {name} endpoint is not used"),
            );
        }
    }
    if let Some(written) = &written.forward {
        aws.forward = forward::forward(written, at);
    }
    if let Some(http2) = &written.http2 {
        aws.http2 = http2.value;
    }
    aws.keepalive = upstream::keepalive(written.keepalive.as_ref(), aws.keepalive);
}

/// What a region looks like.
pub(crate) fn is_region(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

/// A name, `123456789012:function:name`, or an ARN; a qualifier stands in one place.
pub(super) fn check_name(name: &Text, qualifier: Option<&Text>, at: &mut Lowering<'_>) {
    let parts: Vec<&str> = name.split(':').collect();
    let (rest, remedy) = if parts[0] == "arn" {
        let good = parts.len() >= 7
            && parts[2] == "lambda"
            && !parts[3].is_empty()
            && is_account(parts[4])
            && parts[5] == "function";
        (good.then(|| &parts[6..]), "an ARN is arn:aws:lambda:REGION:ACCOUNT:function:NAME, with :QUALIFIER if need be")
    } else if parts.len() >= 3 && parts[1] == "function" {
        (is_account(parts[0]).then(|| &parts[2..]), "a partial ARN is ACCOUNT:function:NAME, the account 12 digits")
    } else {
        (Some(&parts[..]), "")
    };
    let Some(rest) = rest else { return at.invalid(&name.spot, format!("this is no function; {remedy}")) };
    let good = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_$.".contains(c));
    if rest.len() > 2 || !rest.iter().all(|part| good(part)) {
        let remedy = "a name has letters, digits, '-' and '_'; a qualifier may follow after ':'";
        return at.invalid(&name.spot, format!("this is no function; {remedy}"));
    }
    match qualifier {
        Some(text) if rest.len() == 2 => at.invalid(&text.spot, "the name says a qualifier already"),
        Some(text) if !good(text) => at.invalid(&text.spot, "a qualifier is an alias, a version, or $LATEST"),
        _ => {}
    }
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.chars().all(|c| c.is_ascii_digit())
}

/// The value may come from the environment, so no finding repeats it.
pub(super) fn check_url(url: &Text, at: &mut Lowering<'_>) {
    if !is_url(url) {
        at.invalid(&url.spot, "this is no URL to call: https://HOST/PATH or http://HOST/PATH, without user");
    }
}

/// The same of an endpoint of AWS, which has no query.
pub(super) fn check_endpoint(url: &Text, at: &mut Lowering<'_>) {
    if !is_url(url) || url.contains('?') {
        at.invalid(&url.spot, "this is no endpoint: https://HOST or http://HOST, without user and query");
    }
}

fn is_url(url: &str) -> bool {
    let parsed: Option<http::Uri> = url.parse().ok();
    let good = parsed.is_some_and(|uri| {
        let scheme = matches!(uri.scheme_str(), Some("http" | "https"));
        scheme && uri.authority().is_some_and(|authority| !authority.as_str().contains('@'))
    });
    good && !url.contains('#')
}

pub(super) fn url_path(
    written: Option<&Either<At<UrlPathWord>, At<UrlParam>>>,
    params: Option<&[&Predicate]>,
    at: &mut Lowering<'_>,
) -> UrlPath {
    match written {
        None => params.and_then(common_rest).map_or(UrlPath::Fixed, UrlPath::Param),
        Some(Either::First(word)) => match word.value {
            UrlPathWord::Fixed => UrlPath::Fixed,
            UrlPathWord::Append => UrlPath::Append,
        },
        Some(Either::Second(written)) => {
            let (param, open) = match (&written.param, &written.open) {
                (Some(param), None) => (param, false),
                (None, Some(param)) => (param, true),
                _ => {
                    at.incomplete(&written.spot, "what is appended is told by \"param\" or by \"open\"");
                    return UrlPath::Fixed;
                }
            };
            let lost = !open && params.iter().copied().flatten().any(|predicate| !has_param(predicate, param));
            if lost {
                let message = format!(
                    "the path of this route has no parameter {:?}; write {{{}+}} there",
                    param.value, param.value
                );
                at.invalid(&param.spot, message);
            }
            if open { UrlPath::Open(param.value.clone()) } else { UrlPath::Param(param.value.clone()) }
        }
    }
}

/// What a URL's path means when it says nothing: the rest of the path, if every match of the route has it.
pub(crate) fn common_rest(params: &[&Predicate]) -> Option<String> {
    let rest = |predicate: &Predicate| match &predicate.path {
        Some(PathPattern::Template(template)) => match template.segments.last() {
            Some(Segment::Rest(name)) => Some(name.clone()),
            _ => None,
        },
        _ => None,
    };
    let first = rest(params.first()?)?;
    params.iter().all(|predicate| rest(predicate).as_ref() == Some(&first)).then_some(first)
}

fn has_param(predicate: &Predicate, wanted: &str) -> bool {
    match &predicate.path {
        Some(PathPattern::Template(template)) => template.segments.iter().any(|segment| match segment {
            Segment::Param(name) | Segment::Rest(name) => name == wanted,
            Segment::Literal(_) => false,
        }),
        Some(PathPattern::Regex(text)) => {
            regex::Regex::new(text).is_ok_and(|regex| regex.capture_names().flatten().any(|name| name == wanted))
        }
        Some(PathPattern::Exact(_) | PathPattern::Prefix(_)) | None => false,
    }
}

pub(super) fn url_auth(written: &Url, spot: &Spot, at: &mut Lowering<'_>) -> UrlAuth {
    if let Some(relay) = &written.relay {
        if written.sign.is_some() || written.api_key.is_some() {
            at.invalid(&relay.spot, "\"relay\" says all; \"sign\" and \"api_key\" say nothing beside it");
        }
        return UrlAuth::Relay(Box::new(self::relay(relay, at)));
    }
    match (&written.sign, &written.api_key) {
        (None, None) => UrlAuth::None,
        (Some(service), None) => {
            if !matches!(service.as_str(), "execute-api" | "lambda") {
                let message = "signing is for API Gateway (execute-api) or a function URL (lambda); another service will refuse it";
                at.findings.say(dialect::Faith::Exact, &service.spot, message);
            }
            UrlAuth::Sign(service.value.clone())
        }
        (None, Some(key)) => {
            let secret = key.secret();
            if secret.is_empty() {
                at.invalid(spot, "api_key is empty");
            }
            UrlAuth::ApiKey(secret)
        }
        (Some(service), Some(_)) => {
            at.invalid(&service.spot, "a URL is called signed or with an api_key, not both");
            UrlAuth::Sign(service.value.clone())
        }
    }
}

fn relay(written: &At<Relay>, at: &mut Lowering<'_>) -> UrlRelay {
    let mut name = |name: &Text| header::name(name, &name.spot, at).to_ascii_lowercase();
    let fields = written.fields.iter().flat_map(|pairs| &pairs.0);
    UrlRelay {
        fields: fields.map(|(field, secret)| (name(field), secret.secret())).collect(),
        unless: written.unless.iter().flat_map(|names| names.all()).map(&mut name).collect(),
        sign: written.sign.as_ref().map(|service| service.value.clone()),
        forwarded: said(&written.forwarded, false),
        largest_body: written.largest_body.as_ref().map(|size| size.0),
        posts: written.posts.as_ref().map(|text| header::value(text, at)),
    }
}
