//! Requests from other origins.

use super::api::Api;
use crate::part::Part;
use crate::read::Version;
use model::chain::{Phase, Step, StepRank};
use model::id::Slot;
use model::policy::{Cors, CorsManner, Origins, Policy};
use std::time::Duration;

/// A preflight is answered before anybody is asked who he is, or, where policies are to run, behind them.
pub(super) fn steps(api: &Api<'_>) -> Vec<Step> {
    let Some(part) = part(api).filter(|part| part.flag("enabled")) else { return Vec::new() };
    let cors = Policy::Cors(cors(&part));
    let before = match part.flag("runPolicies") {
        true => StepRank { phase: Phase::Endpoint, order: i64::MIN },
        false => StepRank { phase: Phase::Rewrite, order: 0 },
    };
    let after = StepRank { phase: Phase::Response, order: i64::MAX };
    let step = |rank, policy| Step { slot: Slot::new("cors"), rank, precedence: 0, predicate: None, policy };
    vec![step(before, cors.clone()), step(after, cors)]
}

fn part<'a>(api: &Api<'a>) -> Option<Part<'a>> {
    match api.version {
        Version::V2 => Some(api.part.part("proxy").part("cors")),
        Version::V4 => {
            let listeners = api.part.parts("listeners");
            listeners
                .iter()
                .find(|listener| listener.word("type") == Some("http"))
                .map(|listener| listener.part("cors"))
        }
    }
}

fn cors(part: &Part<'_>) -> Cors {
    Cors {
        timing: None,
        origins: origins(part.texts("allowOrigin")),
        methods: part.texts("allowMethods").iter().map(|method| method.to_ascii_uppercase()).collect(),
        headers: part.texts("allowHeaders"),
        exposed: part.texts("exposeHeaders"),
        credentials: part.flag("allowCredentials"),
        max_age: part.count("maxAge").map(Duration::from_secs),
        private_network: part.flag("allowPrivateNetwork"),
        preflight_on: false,
        manner: CorsManner { preflight_status: 200, ..CorsManner::default() },
    }
}

/// An origin with other characters than origins have is a regular expression.
fn origins(written: Vec<String>) -> Origins {
    if written.iter().any(|origin| origin == "*") {
        return Origins::Any;
    }
    let plain = |origin: &String| origin.chars().all(|c| c.is_ascii_alphanumeric() || ".:/-_".contains(c));
    let (texts, patterns): (Vec<String>, Vec<String>) = written.into_iter().partition(plain);
    let patterns: Vec<String> = patterns.into_iter().filter(|pattern| regex_syntax::parse(pattern).is_ok()).collect();
    if patterns.is_empty() { Origins::List(texts) } else { Origins::Matching { texts, patterns } }
}
