//! Requests led elsewhere by their path.

use super::fail::kind;
use super::substitution::regex;
use crate::exchange::Exchange;
use crate::failure::{Blame, Failure};
use crate::path::decoded;
use crate::text::{Asks, ReadyText, TextError};
use crate::world::{Groups, World};
use crate::{Outcome, Policy, Running};
use fancy_regex::Regex;
use model::answer::{FailureKind, Keyed};
use model::policy::LeadByPath as Data;
use std::borrow::Cow;
use std::sync::Arc;

/// Rules made ready.
pub(crate) struct LeadByPath {
    rules: Vec<Rule>,
    attribute: Arc<str>,
    no_rule: Keyed,
    no_regex: Keyed,
    asks: Asks,
}

struct Rule {
    regex: Written,
    target: ReadyText,
}

enum Written {
    Once(Box<Regex>),
    /// It is evaluated for each request, or cannot be read.
    Each(ReadyText),
}

impl LeadByPath {
    pub(crate) fn compile(data: &Data) -> Self {
        let rule = |rule: &model::policy::LeadRule| {
            let text = ReadyText::compile(&rule.regex);
            let once = text.literal().and_then(|text| whole(text).ok());
            let regex = once.map_or(Written::Each(text), |regex| Written::Once(Box::new(regex)));
            Rule { regex, target: ReadyText::compile(&rule.target) }
        };
        let rules: Vec<Rule> = data.rules.iter().map(rule).collect();
        Self {
            asks: Asks::of(rules.iter().map(|rule| &rule.target)),
            rules,
            attribute: data.attribute.as_str().into(),
            no_rule: data.no_rule.clone(),
            no_regex: data.no_regex.clone(),
        }
    }

    fn lead(&self, exchange: &mut Exchange) -> Outcome {
        match self.target(exchange) {
            Ok(Some(target)) => {
                exchange.set_attribute(&self.attribute, target.into());
                Outcome::Continue
            }
            Ok(None) => Outcome::Continue,
            Err(failure) => Outcome::Fail(failure),
        }
    }

    /// Where a request is led, if anywhere.
    fn target(&self, exchange: &Exchange) -> Result<Option<String>, Box<Failure>> {
        if self.rules.is_empty() {
            return Ok(None);
        }
        let path = exchange.path_below();
        let plain = decoded(path).replace('+', " ");
        for rule in &self.rules {
            let regex = rule.regex.of(exchange).map_err(|cause| self.fail(&self.no_regex, &cause))?;
            let Some(found) = groups(&regex, &plain) else { continue };
            // what is captured stays as the client wrote it
            let groups = groups(&regex, path).unwrap_or(found);
            let value = rule.target.text(&World::of(exchange).with_groups(&groups));
            return Ok(value.map_err(|cause| no_value(&cause))?.map(Cow::into_owned));
        }
        Err(self.fail(&self.no_rule, "no rule fits"))
    }

    fn fail(&self, told: &Keyed, detail: &str) -> Box<Failure> {
        Failure::keyed(kind(told.status), Blame::Client, told).detail(detail)
    }

    async fn read_and_lead(&self, exchange: &mut Exchange) -> Outcome {
        match self.asks.read(exchange).await {
            Ok(()) => self.lead(exchange),
            Err(failure) => Outcome::Fail(failure),
        }
    }
}

impl Written {
    fn of(&self, exchange: &Exchange) -> Result<Cow<'_, Regex>, String> {
        match self {
            Self::Once(regex) => Ok(Cow::Borrowed(regex)),
            Self::Each(text) => {
                let value = text.text(&World::of(exchange)).map_err(|cause| cause.to_string())?;
                whole(&value.unwrap_or_default()).map(Cow::Owned)
            }
        }
    }
}

/// An expression that a whole text matches.
fn whole(text: &str) -> Result<Regex, String> {
    regex(&format!("^(?:{text})$"), false).map_err(|cause| cause.to_string())
}

/// What an expression captures of a path; `None` where it does not match.
fn groups(regex: &Regex, path: &str) -> Option<Groups> {
    let found = regex.captures(path).ok().flatten()?;
    let numbered = found.iter().skip(1).map(|group| group.map(|group| group.as_str().to_owned())).collect();
    let named = regex.capture_names().flatten();
    let text = |name: &str| found.name(name).map(|group| group.as_str().to_owned());
    Some(Groups { numbered, named: named.map(|name| (name.to_owned(), text(name))).collect() })
}

fn no_value(cause: &TextError) -> Box<Failure> {
    let text = "where a request is led has no value";
    Failure::new(FailureKind::Internal, Blame::Config, "").detail(format!("{text}: {cause}"))
}

impl Policy for LeadByPath {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        if !self.asks.nothing() {
            return Running::Wait(Box::pin(self.read_and_lead(exchange)));
        }
        Running::Done(self.lead(exchange))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::testing;
    use model::policy::LeadRule;
    use model::text::Text;

    fn check(rules: &[(&str, &str)], target: &str, expected: Result<Option<&str>, u16>) {
        let text = |text: &str| Text::Expression(text.to_owned());
        let rules = rules.iter().map(|(regex, target)| LeadRule { regex: text(regex), target: text(target) });
        let policy = LeadByPath::compile(&Data {
            rules: rules.collect(),
            attribute: "to".to_owned(),
            no_rule: Keyed { status: 400, key: None, message: None },
            no_regex: Keyed { status: 500, key: None, message: None },
        });
        let mut exchange = testing::get(target);
        let seen = match policy.run(&mut exchange).done() {
            Outcome::Continue => Ok(exchange.attribute("to").map(ToString::to_string)),
            Outcome::Fail(failure) => Err(failure.status.unwrap_or(failure.kind.status())),
            Outcome::Respond(_) => panic!("nobody answers"),
        };
        assert_eq!(seen, expected.map(|to| to.map(str::to_owned)), "{target}");
    }

    #[test]
    fn the_first_rule_that_fits_leads() {
        let rules = [
            ("/stores/(.*)", "http://h/{#group[0]}"),
            ("/(?<version>v[0-9]+)/.*", "{#groupName['version']}:/x"),
            ("/{#request.params['p'][0]}", "/evaluated"),
        ];
        check(&rules, "/stores/a%20b", Ok(Some("http://h/a%20b")));
        check(&rules, "/v2/y", Ok(Some("v2:/x")));
        check(&rules, "/x?p=x", Ok(Some("/evaluated")));
        check(&rules, "/stores?p=other", Err(400));
        check(&[("/%41", "never"), ("/A", "/decoded")], "/%41", Ok(Some("/decoded")));
        check(&[("(", "/")], "/", Err(500));
        check(&[("/.*", "{#nope.nope}")], "/", Err(500));
        check(&[], "/", Ok(None));
    }
}
