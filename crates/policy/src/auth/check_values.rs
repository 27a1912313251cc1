//! Values that must be as they should.

use crate::exchange::Exchange;
use crate::failure::{Blame, Failure};
use crate::predicate::text_failure;
use crate::rewrite::fail::kind;
use crate::text::{Asks, ReadyText, TextError};
use crate::world::World;
use crate::{Outcome, Policy, Running};
use expr::date_form::DateForm;
use expr::el::{Pattern, format_texts};
use model::answer::Keyed;
use model::policy::{CheckValues as Data, ValueCheck, ValueRule};
use serde_json::json;
use std::borrow::Cow;

/// Refuses requests of which a value is wrong.
pub(crate) struct CheckValues {
    rules: Vec<Rule>,
    asks: Asks,
    refusal: Keyed,
    failure: Keyed,
}

struct Rule {
    value: ReadyText,
    required: bool,
    check: Check,
    parameters: Vec<ReadyText>,
    message: Option<String>,
}

/// A check; what its parameter says of itself is read once.
enum Check {
    Plain(ValueCheck),
    Pattern(Box<Pattern>),
    Date(DateForm),
}

/// A text, or null.
type Value<'v> = Option<Cow<'v, str>>;

impl CheckValues {
    pub(crate) fn compile(data: &Data) -> Self {
        let rules: Vec<Rule> = data.rules.iter().map(Rule::compile).collect();
        let texts = rules.iter().flat_map(|rule| std::iter::once(&rule.value).chain(&rule.parameters));
        Self { asks: Asks::of(texts), rules, refusal: data.refusal.clone(), failure: data.failure.clone() }
    }

    async fn read_and_check(&self, exchange: &mut Exchange) -> Outcome {
        match self.asks.read(exchange).await {
            Ok(()) => self.check(exchange),
            Err(failure) => Outcome::Fail(failure),
        }
    }

    fn check(&self, exchange: &Exchange) -> Outcome {
        let world = World::of(exchange);
        let wrong: Result<Vec<_>, _> = self.rules.iter().filter_map(|rule| rule.wrong(&world).transpose()).collect();
        match wrong {
            Ok(wrong) if wrong.is_empty() => Outcome::Continue,
            Ok(wrong) => Outcome::Fail(self.refuse(&wrong)),
            Err(error) => Outcome::Fail(text_failure(&self.failure, &error)),
        }
    }

    fn refuse(&self, wrong: &[String]) -> Box<Failure> {
        let mut failure = Failure::keyed(kind(self.refusal.status), Blame::Client, &self.refusal);
        failure.public = json!({"message": failure.public, "constraints": wrong}).to_string();
        failure.is_json = true;
        if let Some(key) = &mut failure.key {
            key.parameters.push(("violations".to_owned(), format!("[{}]", wrong.join(", "))));
        }
        failure.detail(format!("values are not as they must be: {}", wrong.join("; ")))
    }
}

impl Policy for CheckValues {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        if self.asks.nothing() {
            Running::Done(self.check(exchange))
        } else {
            Running::Wait(Box::pin(self.read_and_check(exchange)))
        }
    }
}

impl Rule {
    fn compile(data: &ValueRule) -> Self {
        let parameters: Vec<ReadyText> = data.parameters.iter().map(ReadyText::compile).collect();
        let literal = parameters.first().and_then(ReadyText::literal);
        let check = match (data.check, literal) {
            (ValueCheck::Pattern, Some(text)) => Pattern::read(text).ok().map(|one| Check::Pattern(Box::new(one))),
            (ValueCheck::Date, Some(text)) => DateForm::read(text).map(Check::Date),
            _ => None,
        };
        Self {
            value: ReadyText::compile(&data.value),
            required: data.required,
            check: check.unwrap_or(Check::Plain(data.check)),
            parameters,
            message: data.message.clone(),
        }
    }

    /// What is wrong, if anything.
    fn wrong(&self, world: &World<'_>) -> Result<Option<String>, TextError> {
        let value = self.value.text(world)?;
        if value.is_none() && !self.required {
            return Ok(None);
        }
        let parameters: Vec<Value<'_>> =
            self.parameters.iter().map(|text| text.text(world)).collect::<Result<_, _>>()?;
        if self.check.holds(value.as_deref(), &parameters) {
            return Ok(None);
        }
        let pattern = self.message.as_deref().unwrap_or_else(|| self.check.words());
        let texts: Vec<Option<&str>> = std::iter::once(&value).chain(&parameters).map(|text| text.as_deref()).collect();
        Ok(Some(format_texts(pattern, &texts).unwrap_or_else(|_| pattern.to_owned())))
    }
}

impl Check {
    fn kind(&self) -> ValueCheck {
        match self {
            Self::Plain(check) => *check,
            Self::Pattern(_) => ValueCheck::Pattern,
            Self::Date(_) => ValueCheck::Date,
        }
    }

    fn holds(&self, value: Option<&str>, parameters: &[Value<'_>]) -> bool {
        let Some(value) = value else { return false };
        let parameter = |at: usize| parameters.get(at).and_then(|text| text.as_deref());
        let whole = |at: usize| parameter(at).and_then(|text| text.parse::<i64>().ok());
        let number = || value.trim().parse::<f64>().ok().map(|number| number as i64);
        match self {
            Self::Pattern(pattern) => pattern.finds(value).unwrap_or(false),
            Self::Date(form) => form.accepts(value),
            Self::Plain(ValueCheck::Filled) => !value.trim().is_empty(),
            Self::Plain(ValueCheck::Least) => whole(0).zip(number()).is_some_and(|(least, number)| number >= least),
            Self::Plain(ValueCheck::Most) => whole(0).zip(number()).is_some_and(|(most, number)| number <= most),
            Self::Plain(ValueCheck::Mail) => is_mail(value),
            Self::Plain(ValueCheck::Date) => {
                parameter(0).and_then(DateForm::read).is_some_and(|form| form.accepts(value))
            }
            Self::Plain(ValueCheck::Pattern) => {
                let pattern = parameter(0).and_then(|text| Pattern::read(text).ok());
                pattern.is_some_and(|pattern| pattern.finds(value).unwrap_or(false))
            }
            Self::Plain(ValueCheck::Length) => {
                let length = value.encode_utf16().count() as i64;
                whole(0).zip(whole(1)).is_some_and(|(least, most)| (least..=most).contains(&length))
            }
            Self::Plain(ValueCheck::OneOf) => parameters.iter().any(|one| one.as_deref() == Some(value)),
        }
    }

    /// What is said if the rule says nothing.
    fn words(&self) -> &'static str {
        match self.kind() {
            ValueCheck::Filled => "'%s' can not be null.",
            ValueCheck::Least => "'%s' must be higher or equals to '%s'",
            ValueCheck::Most => "'%s' must be lower or equals to '%s'",
            ValueCheck::Mail => "%s is not a valid email.",
            ValueCheck::Date => "'%s' is not valid (format: '%s')",
            ValueCheck::Pattern => "'%s' is not valid (pattern: '%s')",
            ValueCheck::Length => "'%s' length must be higher or equals to '%s' and lower or equals to '%s'",
            ValueCheck::OneOf => "'%s' not included in ENUM",
        }
    }
}

/// Letters, digits and a few signs, `@`, a name with a last part of two to six letters.
fn is_mail(text: &str) -> bool {
    let Some((name, host)) = text.split_once('@') else { return false };
    let Some((front, last)) = host.rsplit_once('.') else { return false };
    let among = |text: &str, more: &str| {
        !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c))
    };
    among(name, "._%+-")
        && among(front, ".-")
        && (2..=6).contains(&last.len())
        && last.bytes().all(|byte| byte.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::testing;
    use model::text::Text;

    fn check(rules: Vec<ValueRule>, query: &str) -> Result<(), String> {
        let (refusal, failure) = (Keyed::new(400, "INVALID", "wrong"), Keyed::new(500, "NO", "no"));
        let policy = CheckValues::compile(&Data { rules, refusal, failure });
        match policy.run(&mut testing::get(&format!("/?{query}"))).done() {
            Outcome::Fail(failure) => Err(failure.public),
            Outcome::Continue | Outcome::Respond(_) => Ok(()),
        }
    }

    fn rule(check: ValueCheck, parameters: &[&str]) -> ValueRule {
        let text = |text: &str| Text::Expression(text.to_owned());
        let parameters = parameters.iter().map(|parameter| text(parameter)).collect();
        ValueRule { value: text("{#request.params['q']}"), required: true, check, parameters, message: None }
    }

    #[test]
    fn each_check_has_its_judgement_and_words() {
        use ValueCheck::{Date, Filled, Least, Length, Mail, Most, OneOf, Pattern};
        let cases: [(ValueCheck, &[&str], &str, Option<&str>); 19] = [
            (Filled, &[], "q=x", None),
            (Filled, &[], "", Some("'null' can not be null.")),
            (Filled, &[], "q=%20", Some("' ' can not be null.")),
            (Least, &["3"], "q=3.9", None),
            (Least, &["3"], "q=2.9", Some("'2.9' must be higher or equals to '3'")),
            (Least, &["x"], "q=9", Some("'9' must be higher or equals to 'x'")),
            (Most, &["3"], "q=4", Some("'4' must be lower or equals to '3'")),
            (Most, &["{#request.params['most'][0]}"], "q=4&most=5", None),
            (Mail, &[], "q=a.b%2Bc@x-y.example", Some("a.b+c@x-y.example is not a valid email.")),
            (Mail, &[], "q=a.b%2Bc@x-y.org", None),
            (Mail, &[], "q=a", Some("a is not a valid email.")),
            (Date, &["yyyy-MM-dd"], "q=2024-02-29", None),
            (Date, &["yyyy-MM-dd"], "q=2023-02-29", Some("'2023-02-29' is not valid (format: 'yyyy-MM-dd')")),
            (Pattern, &["^a+$"], "q=aa", None),
            (Pattern, &["^a+$"], "q=ab", Some("'ab' is not valid (pattern: '^a+$')")),
            (Pattern, &["("], "q=a", Some("'a' is not valid (pattern: '(')")),
            (
                Length,
                &["1", "2"],
                "q=abc",
                Some("'abc' length must be higher or equals to '1' and lower or equals to '2'"),
            ),
            (OneOf, &["a", "b"], "q=b", None),
            (OneOf, &["a", "b"], "q=c", Some("'c' not included in ENUM")),
        ];
        for (kind, parameters, query, wrong) in cases {
            let said = |words: &str| json!({"message": "wrong", "constraints": [words]}).to_string();
            let expected = wrong.map_or(Ok(()), |words| Err(said(words)));
            assert_eq!(check(vec![rule(kind, parameters)], query), expected, "{kind:?} {query}");
        }
    }

    #[test]
    fn all_that_is_wrong_is_told_and_what_is_not_required_may_be_absent() {
        let own = ValueRule { message: Some("%s is bad for %2$s".to_owned()), ..rule(ValueCheck::Least, &["7"]) };
        let optional = ValueRule { required: false, ..rule(ValueCheck::Filled, &[]) };
        let all = vec![own, optional.clone(), rule(ValueCheck::OneOf, &[])];
        let said = r#"{"message":"wrong","constraints":["5 is bad for 7","'5' not included in ENUM"]}"#;
        assert_eq!(check(all, "q=5"), Err(said.to_owned()));
        assert_eq!(check(vec![optional], ""), Ok(()));
        let broken = ValueRule { value: Text::Expression("{#nope.nope}".to_owned()), ..rule(ValueCheck::Filled, &[]) };
        assert_eq!(check(vec![broken], ""), Err("no".to_owned()));
    }
}
