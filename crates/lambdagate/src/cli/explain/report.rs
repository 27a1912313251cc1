//! What is known of one call, and how it reads.

use super::{PATIENCE, Subject};
use crate::assemble::moment;
use lambda::CallError;
use lambda::credentials::Explained;
use lambda::invoke::{Lambda, Place};
use model::answer::FailureKind;
use model::call::{FunctionTarget, Invocation};
use std::fmt;

/// What is known of one call.
pub(super) struct Report<'a> {
    subject: &'a Subject,
    place: Result<Place, CallError>,
    address: Option<Result<String, String>>,
    credentials: Explained,
    verdict: Verdict,
    /// The call would not be made.
    pub(super) stands_in_the_way: bool,
}

/// What a dry run said.
enum Verdict {
    /// Nobody was asked.
    NotAsked,
    /// The call is allowed.
    Allowed,
    /// The identity may not.
    Denied { action: String, detail: String },
    /// Something else stands in the way.
    Failed(String),
}

impl<'a> Report<'a> {
    pub(super) async fn make(lambda: &Lambda, subject: &'a Subject, offline: bool) -> Self {
        let target = &subject.target;
        let place = lambda.place(target);
        let address = match (&place, offline) {
            (Ok(place), false) => Some(address(place).await),
            _ => None,
        };
        let region = place.as_ref().ok().map(|place| place.region.as_str());
        let credentials = lambda.explain(&target.aws, region, !offline).await;
        let verdict = match (&place, &credentials.winner, offline) {
            (Ok(_), Some(_), false) => dry_run(lambda, target).await,
            _ => Verdict::NotAsked,
        };
        let stands_in_the_way = place.is_err()
            || credentials.winner.is_none()
            || matches!(verdict, Verdict::Denied { .. } | Verdict::Failed(_));
        Self { subject, place, address, credentials, verdict, stands_in_the_way }
    }
}

async fn address(place: &Place) -> Result<String, String> {
    let found = tokio::net::lookup_host((place.host.as_str(), place.port)).await;
    let found =
        found.map_err(|cause| format!("{} has no address: {cause}; check DNS, region and endpoint", place.host))?;
    let mut all: Vec<String> = found.map(|address| address.to_string()).collect();
    all.dedup();
    Ok(all.join(", "))
}

async fn dry_run(lambda: &Lambda, target: &FunctionTarget) -> Verdict {
    let target = FunctionTarget { invocation: Invocation::DryRun, log_tail: false, ..target.clone() };
    let function = match lambda.function(&target, PATIENCE) {
        Ok(function) => function,
        Err(error) => return Verdict::Failed(error.detail),
    };
    match function.invoke("{}".into()).await {
        Ok(_) => Verdict::Allowed,
        Err(error) if error.kind == FailureKind::Denied => {
            Verdict::Denied { action: missing_action(&error.detail), detail: error.detail }
        }
        Err(error) => Verdict::Failed(error.detail),
    }
}

/// The IAM action that AWS names: `… is not authorized to perform: lambda:InvokeFunction on resource: …`.
fn missing_action(detail: &str) -> String {
    let named = detail.split("to perform: ").nth(1).and_then(|rest| rest.split([' ', ',', ';']).next());
    named.filter(|action| action.contains(':')).unwrap_or("lambda:InvokeFunction").to_owned()
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let target = &self.subject.target;
        write!(f, "{}: function {}", self.subject.route, target.function)?;
        if let Some(qualifier) = &target.qualifier {
            write!(f, ":{qualifier}")?;
        }
        writeln!(f)?;
        match &self.place {
            Ok(place) => {
                writeln!(f, "  region       {} ({})", place.region, place.region_from)?;
                writeln!(f, "  endpoint     {}", place.url)?;
            }
            Err(error) => writeln!(f, "  endpoint     none: {}", error.detail)?,
        }
        if let Some(Ok(text) | Err(text)) = &self.address {
            writeln!(f, "  address      {text}")?;
        }
        self.credentials(f)?;
        self.permission(f)?;
        match &self.subject.event {
            Some(Ok(event)) => writeln!(f, "  event        {}", String::from_utf8_lossy(event)),
            Some(Err(why)) => writeln!(f, "  event        not known: {why}"),
            None => Ok(()),
        }
    }
}

impl Report<'_> {
    fn credentials(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = &self.credentials;
        writeln!(f, "  credentials")?;
        for lack in &found.tried {
            writeln!(f, "    {} {lack}", if lack.absent { "-" } else { "!" })?;
        }
        match &found.winner {
            Some(winner) => {
                let end =
                    winner.expires.map_or_else(|| "without an end".to_owned(), |end| format!("until {}", moment(end)));
                writeln!(f, "    * {}: {}, {end}", winner.provider, winner.origin)?;
            }
            None => writeln!(f, "    no source has any")?,
        }
        match &found.caller {
            Some(Ok(caller)) => writeln!(f, "  identity     {} (account {})", caller.arn, caller.account),
            Some(Err(why)) => writeln!(f, "  identity     not known: {why}"),
            None => Ok(()),
        }
    }

    fn permission(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.verdict {
            Verdict::NotAsked => Ok(()),
            Verdict::Allowed => writeln!(f, "  permission   granted: a dry run was accepted"),
            Verdict::Denied { action, detail } => {
                writeln!(f, "  permission   denied: {action} is missing\n               {detail}")
            }
            Verdict::Failed(detail) => writeln!(f, "  permission   not known: {detail}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_missing_action_is_the_one_that_aws_names() {
        let said = "AccessDeniedException: User: arn:aws:iam::1:user/a is not authorized to perform: \
                    lambda:InvokeAsync on resource: arn:x because no identity-based policy allows it";
        assert_eq!(missing_action(said), "lambda:InvokeAsync");
        assert_eq!(missing_action("403"), "lambda:InvokeFunction");
    }
}
