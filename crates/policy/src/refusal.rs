//! What a policy says when it refuses, made ready.

use crate::answer::{AnswerError, ReadyAnswer};
use crate::failure::{Blame, Failure};
use model::answer::{Answer, AnswerBody, FailureKind};
use model::policy::{Case, Refusal, RefusalForm, Refusals};
use std::sync::Arc;

/// Refusals whose forms can be sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct ReadyRefusals(Refusals);

impl ReadyRefusals {
    pub(crate) fn compile(refusals: &Refusals) -> Result<Self, AnswerError> {
        for refusal in refusals.0.values() {
            ReadyAnswer::compile(&answer(refusal, "")?)?;
        }
        Ok(Self(refusals.clone()))
    }

    /// Whether something is configured for a case.
    pub(crate) fn has(&self, case: Case) -> bool {
        self.0.0.contains_key(&case)
    }

    /// The failure of this case: in the configured words, or in the policy's `usual` ones. `about` stands in the
    /// place that the words leave for it, and is nothing secret.
    pub(crate) fn failure(&self, case: Case, usual: &str, about: &str) -> Box<Failure> {
        let (kind, status) = (kind(case), case.status());
        let configured = self.0.0.get(&case);
        let words = configured.map_or(usual, |refusal| &refusal.message).replacen("{}", about, 1);
        let mut failure = Failure::new(kind, Blame::Client, words);
        let answer = match configured {
            Some(refusal) => answer(refusal, &failure.public).ok(),
            None if status != kind.status() => Some(in_table_form(status, &failure.public)),
            None => None,
        };
        failure.answer = answer.and_then(|answer| ReadyAnswer::compile(&answer).ok()).map(Arc::new);
        failure
    }
}

/// What kind of failure a case is.
fn kind(case: Case) -> FailureKind {
    match case {
        Case::Absent
        | Case::Several
        | Case::Unknown
        | Case::Unreadable
        | Case::NoKeyClaim
        | Case::BadKeyClaim
        | Case::UnknownKey
        | Case::Algorithm
        | Case::BadKey
        | Case::Signature
        | Case::Claims
        | Case::Clock
        | Case::Anonymous => FailureKind::Unauthorized,
        Case::Away => FailureKind::UpstreamUnreachable,
        Case::Forbidden => FailureKind::Forbidden,
        Case::TooLarge | Case::TooLargeAsked => FailureKind::BodyTooLarge,
        Case::NoLength | Case::Invalid => FailureKind::BadRequest,
        Case::TooMany => FailureKind::TooManyRequests,
    }
}

fn answer(refusal: &Refusal, words: &str) -> Result<Answer, AnswerError> {
    let typed = |content_type: &String, text: String| Answer {
        headers: vec![("content-type".to_owned(), content_type.clone())],
        body: AnswerBody::Text(text),
        ..Answer::status(refusal.status)
    };
    Ok(match &refusal.form {
        RefusalForm::Table => in_table_form(refusal.status, words),
        RefusalForm::Text { content_type } => typed(content_type, words.to_owned()),
        // what is wrong with claims is an object already
        RefusalForm::Member { name, content_type, line } if name.is_empty() => {
            typed(content_type, format!("{words}{}", end(*line)))
        }
        RefusalForm::Member { name, content_type, line } => {
            let text = format!("{{{}:{}}}{}", json(name), json(words), end(*line));
            typed(content_type, text)
        }
    })
}

fn in_table_form(status: u16, words: &str) -> Answer {
    Answer::message(status, words)
}

fn end(line: bool) -> &'static str {
    if line { "\n" } else { "" }
}

fn json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::ReadyAnswers;
    use crate::exchange::testing;

    #[tokio::test]
    async fn a_refusal_has_its_status_words_and_form() {
        let message = |form| Refusal { status: 499, message: "not {} \"you\"".into(), form };
        let text = RefusalForm::Text { content_type: "text/x".into() };
        let line = RefusalForm::Member { name: "error_msg".into(), content_type: "text/plain".into(), line: true };
        let cases = [
            (RefusalForm::json(), "application/json; charset=utf-8", r#"{"message":"not <1> \"you\""}"#),
            (line, "text/plain", "{\"error_msg\":\"not <1> \\\"you\\\"\"}\n"),
            (text, "text/x", "not <1> \"you\""),
        ];
        for (form, content_type, body) in cases {
            let ready = ReadyRefusals::compile(&Refusals::of([(Case::Forbidden, message(form))])).unwrap();
            let failure = ready.failure(Case::Forbidden, "usual", "<1>");
            let response = ReadyAnswers::default().render(&testing::get("/"), &failure);
            assert_eq!(response.status(), 499);
            assert_eq!(response.headers()["content-type"], content_type);
            assert_eq!(response.into_body().hold(999).await.unwrap(), body);
        }
    }

    #[tokio::test]
    async fn without_configured_words_a_refusal_has_the_policys_own() {
        for (case, status) in [(Case::Absent, 401), (Case::TooLargeAsked, 417), (Case::NoLength, 411)] {
            let failure = ReadyRefusals::default().failure(case, "so: {}", "why");
            let response = ReadyAnswers::default().render(&testing::get("/"), &failure);
            assert_eq!(response.status(), status);
            let body = response.into_body().hold(9999).await.unwrap();
            assert!(String::from_utf8_lossy(&body).contains("so: why"));
        }
    }

    #[test]
    fn a_refusal_that_cannot_be_sent_is_told_beforehand() {
        let refusal = Refusal { status: 99, message: String::new(), form: RefusalForm::Table };
        assert!(ReadyRefusals::compile(&Refusals::of([(Case::Absent, refusal)])).is_err());
    }
}
