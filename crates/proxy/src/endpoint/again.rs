//! A request that is sent to its endpoint again, as long as nobody has answered it well.

use super::ReadyEndpoint;
use super::groups::ReadyGroups;
use bytes::Bytes;
use model::answer::FailureKind;
use net::Body;
use policy::again::ReadyAgain;
use policy::{Exchange, Failure};

/// What is tried.
#[derive(Clone, Copy)]
pub(super) enum Try<'a> {
    /// The endpoint, with its own way of asking again.
    Whole(&'a ReadyEndpoint, bool),
    /// One endpoint of its groups.
    One(&'a ReadyGroups, bool),
}

/// Tries until a response is good; then it stands in the exchange.
pub(super) async fn answer(rule: &ReadyAgain, what: Try<'_>, exchange: &mut Exchange) -> Result<(), Box<Failure>> {
    let Some(tries) = rule.begin(exchange) else { return Err(rule.failure("too many have failed before")) };
    let body = exchange.hold_body().await?;
    let mut last = String::new();
    for number in 1..=rule.tries() {
        if number > 1 && !rule.pause().is_zero() {
            // whoever leaves in the meantime drops this future with the rest of the request
            tokio::time::sleep(rule.pause()).await;
        }
        match one(rule, what, exchange, &body, number == rule.tries()).await {
            Ok(()) => {
                tries.end(true);
                return Ok(());
            }
            Err(cause) if is_client(&cause) => return Err(cause),
            Err(cause) => last = cause.detail,
        }
    }
    tries.end(false);
    exchange.response = None;
    Err(rule.failure(&last))
}

async fn one(
    rule: &ReadyAgain,
    what: Try<'_>,
    exchange: &mut Exchange,
    body: &Bytes,
    last: bool,
) -> Result<(), Box<Failure>> {
    exchange.body = if body.is_empty() { Body::Empty } else { body.clone().into() };
    exchange.response = None;
    let whole = async {
        match what {
            Try::Whole(endpoint, behind_proxy) => endpoint.once(exchange, behind_proxy).await?,
            Try::One(groups, behind_proxy) => groups.once(exchange, behind_proxy).await?,
        }
        let good = rule.is_good(exchange, last).await;
        if good { Ok(()) } else { Err(rule.failure("the response is none that counts")) }
    };
    let in_time = tokio::time::timeout(rule.patience(), Box::pin(whole)).await;
    in_time.unwrap_or_else(|_| Err(rule.failure("there was no response in time")))
}

/// The client itself is to blame: another try would not help.
fn is_client(failure: &Failure) -> bool {
    matches!(failure.kind, FailureKind::BodyTooLarge | FailureKind::RequestTimeout)
}
