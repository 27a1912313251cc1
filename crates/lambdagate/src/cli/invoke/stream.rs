//! Makes the call with `InvokeWithResponseStream` and prints the pieces of the reply as they come.

mod frame;

use super::aim::Aim;
use super::show::{failed, log_lines, printable};
use crate::exit::{Exit, Refusal};
use bytes::BytesMut;
use frame::{Frame, Malformed};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use http_body_util::BodyExt;
use lambda::invoke::{Invoked, Lambda, UrlRequest};
use model::aws::Aws;
use model::call::{UrlAuth, UrlPath, UrlTarget};
use std::io::{IsTerminal, Write};

/// More than the API says when it refuses.
const REFUSAL_LIMIT: u64 = 64 * 1024;

/// What the last frame says.
#[derive(Default, serde::Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Complete {
    error_code: Option<String>,
    error_details: Option<String>,
    log_result: Option<String>,
}

/// Calls, and prints what comes, the end of the log last.
pub(super) async fn call(aim: &Aim) -> anyhow::Result<Exit> {
    let target = target(aim, |name| std::env::var(name).ok())?;
    let url = match Lambda::default().url(&target, aim.timeouts) {
        Ok(url) => url,
        Err(error) => return Ok(failed(&error)),
    };
    let query = aim.target.qualifier.as_deref().map(|qualifier| format!("Qualifier={}", encoded(qualifier)));
    let request = UrlRequest {
        method: &Method::POST,
        path: "",
        query: query.as_deref(),
        headers: &HeaderMap::new(),
        body: aim.payload.clone(),
    };
    let log_tail =
        HeaderMap::from_iter([(HeaderName::from_static("x-amz-log-type"), HeaderValue::from_static("Tail"))]);
    match url.call_with(request, log_tail).await {
        Ok(invoked) if invoked.status.is_success() => print(invoked, &aim.target.function).await,
        Ok(invoked) => refused(invoked).await,
        Err(error) => Ok(failed(&error)),
    }
}

/// The operation's own URL, signed as any call.
fn target(aim: &Aim, variable: impl Fn(&str) -> Option<String>) -> Result<UrlTarget, Refusal> {
    let first = |names: [&str; 2]| names.into_iter().find_map(|name| variable(name).filter(|value| !value.is_empty()));
    let region = aim.target.aws.region.clone().or_else(|| first(["AWS_REGION", "AWS_DEFAULT_REGION"]));
    let endpoint = aim.target.aws.endpoint.clone().or_else(|| first(["AWS_ENDPOINT_URL_LAMBDA", "AWS_ENDPOINT_URL"]));
    let base = match (endpoint, &region) {
        (Some(endpoint), _) => endpoint.trim_end_matches('/').to_owned(),
        (None, Some(region)) if region.starts_with("cn-") => format!("https://lambda.{region}.amazonaws.com.cn"),
        (None, Some(region)) => format!("https://lambda.{region}.amazonaws.com"),
        (None, None) => {
            return Err(Refusal::new("neither a region nor an endpoint is known", "set AWS_REGION, or give --local"));
        }
    };
    let function = encoded(&aim.target.function);
    Ok(UrlTarget {
        url: format!("{base}/2021-11-15/functions/{function}/response-streaming-invocations"),
        path: UrlPath::Fixed,
        auth: UrlAuth::Sign("lambda".to_owned()),
        aws: Aws { region: region.or_else(|| Some("us-east-1".to_owned())), endpoint: None, ..aim.target.aws.clone() },
    })
}

/// Names, ARNs and qualifiers have two characters that a path may not have as they are.
fn encoded(name: &str) -> String {
    name.replace(':', "%3A").replace('$', "%24")
}

async fn print(mut invoked: Invoked, function: &str) -> anyhow::Result<Exit> {
    eprintln!("{} {function}, streaming", invoked.status);
    let mut body = std::mem::take(&mut invoked.body);
    let mut arrived = BytesMut::new();
    while let Some(piece) = body.frame().await {
        arrived.extend_from_slice(&piece?.into_data().unwrap_or_default());
        while let Some(frame) = frame::take(&mut arrived).map_err(broken)? {
            if let Some(exit) = show(&frame)? {
                return Ok(exit);
            }
        }
    }
    Err(broken(Malformed).into())
}

fn broken(_: Malformed) -> Refusal {
    Refusal::new("the reply broke off, or is no event stream", "the function may have run to its end")
}

/// Prints a frame; the last one, or an error, is an end.
fn show(frame: &Frame) -> anyhow::Result<Option<Exit>> {
    match (frame.message_type.as_str(), frame.event_type.as_str()) {
        ("event", "PayloadChunk") => {
            let mut out = std::io::stdout().lock();
            match out.is_terminal() {
                true => out.write_all(printable(&String::from_utf8_lossy(&frame.payload)).as_bytes())?,
                false => out.write_all(&frame.payload)?,
            }
            out.flush()?;
            Ok(None)
        }
        ("event", "InvokeComplete") => {
            let complete: Complete = serde_json::from_slice(&frame.payload).unwrap_or_default();
            if let Some(code) = &complete.error_code {
                eprintln!("\nerror: {}: {}", printable(code), printable(&complete.error_details.unwrap_or_default()));
            }
            if let Some(log) = &complete.log_result {
                eprint!("{}", log_lines(log));
            }
            Ok(Some(if complete.error_code.is_some() { Exit::Findings } else { Exit::Clean }))
        }
        ("event", _) => Ok(None), // a kind that does not exist yet
        (_, kind) => {
            eprintln!("\nerror: {}: {}", printable(kind), printable(&String::from_utf8_lossy(&frame.payload)));
            Ok(Some(Exit::NotServed))
        }
    }
}

async fn refused(mut invoked: Invoked) -> anyhow::Result<Exit> {
    let body = std::mem::take(&mut invoked.body).hold(REFUSAL_LIMIT).await?;
    let kind = invoked.headers.get("x-amzn-errortype").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    eprintln!("error: {} {kind}: {}", invoked.status, printable(&String::from_utf8_lossy(&body)));
    Ok(Exit::NotServed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::local::LocalAccount;
    use model::Gateway;

    #[test]
    fn url_is_that_of_the_operation() {
        type Case = (&'static str, &'static [(&'static str, &'static str)], Option<&'static str>);
        let cases: [Case; 4] = [
            ("f", &[], None),
            (
                "f",
                &[("AWS_REGION", "eu-west-1")],
                Some("https://lambda.eu-west-1.amazonaws.com/2021-11-15/functions/f/"),
            ),
            (
                "f:live",
                &[("AWS_REGION", "cn-north-1")],
                Some("https://lambda.cn-north-1.amazonaws.com.cn/2021-11-15/functions/f%3Alive/"),
            ),
            ("f", &[("AWS_ENDPOINT_URL", "http://127.0.0.1:1/")], Some("http://127.0.0.1:1/2021-11-15/functions/f/")),
        ];
        for (function, environment, expected) in cases {
            let aim = Aim::by_name(&Gateway::default(), function, vec![]);
            let value = |name: &str| environment.iter().find(|(key, _)| *key == name).map(|(_, v)| (*v).to_owned());
            let url = target(&aim, value).ok().map(|target| target.url);
            let expected = expected.map(|start| format!("{start}response-streaming-invocations"));
            assert_eq!(url, expected, "{function} {environment:?}");
        }
        let mut aim = Aim::by_name(&Gateway::default(), "f", vec![]);
        aim.target.aws = LocalAccount::at(([127, 0, 0, 1], 9001).into()).aws(None);
        assert!(target(&aim, |_| None).is_ok_and(|target| target.url.starts_with("http://127.0.0.1:9001/2021-11-15/")));
    }
}
