//! Findings for people and for logs, and what they mean for the end of a command.

use crate::exit::Exit;
use bytes::Bytes;
use dialect::{Faith, Finding};
use std::collections::BTreeMap;
use std::fmt::Write;
use telemetry::access::Format;

/// Texts of documents by key, for the lines that findings point at.
pub(crate) type Texts = BTreeMap<String, Bytes>;

/// All findings, each with its line and a caret under the place.
pub(crate) fn render(findings: &[Finding], texts: &Texts) -> String {
    let text = |finding: &Finding| std::str::from_utf8(texts.get(&finding.place.document)?).ok();
    findings.iter().fold(String::new(), |mut all, finding| {
        all.push_str(&finding.render(text(finding)));
        all.push_str("\n\n");
        all
    })
}

/// `3 findings: 1 invalid, 2 ignored`.
pub(crate) fn summary(findings: &[Finding]) -> String {
    const GRAVEST_FIRST: [Faith; 5] =
        [Faith::Invalid, Faith::Unsupported, Faith::Ignored, Faith::Approximate, Faith::Exact];
    let count = |faith: Faith| findings.iter().filter(|finding| finding.faith == faith).count();
    let plural = if findings.len() == 1 { "" } else { "s" };
    let mut text = format!("{} finding{plural}", findings.len());
    let mut separator = ": ";
    for (faith, count) in GRAVEST_FIRST.map(|faith| (faith, count(faith))) {
        if count > 0 {
            let _ = write!(text, "{separator}{count} {}", faith.as_str()); // writing to a string cannot fail
            separator = ", ";
        }
    }
    text
}

/// Says them beside traffic: to standard error with their lines, or as log events where machines read the log.
pub(crate) fn tell(findings: &[Finding], texts: &Texts, format: Format) {
    match format {
        Format::Text => eprint!("{}", render(findings, texts)),
        Format::Json => findings.iter().for_each(log),
    }
}

fn log(finding: &Finding) {
    let (place, faith, remark) = (finding.place.to_string(), finding.faith.as_str(), &finding.message);
    match finding.faith {
        Faith::Invalid => tracing::error!(place, faith, remark, "finding"),
        Faith::Ignored | Faith::Unsupported => tracing::warn!(place, faith, remark, "finding"),
        Faith::Approximate | Faith::Exact => tracing::info!(place, faith, remark, "finding"),
    }
}

/// Whether behaviour differs from what was written.
pub(crate) fn change_behaviour(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.faith.changes_behaviour())
}

/// What a check of these findings comes to. A finding about a document as a whole, without a path in it, means that it
/// could not be read.
pub(crate) fn judge(findings: &[Finding], broken: &[String]) -> Exit {
    let unreadable = |finding: &Finding| {
        finding.faith == Faith::Invalid && finding.place.path.is_empty() && broken.contains(&finding.place.document)
    };
    if findings.iter().any(unreadable) {
        Exit::NotServed
    } else if change_behaviour(findings) {
        Exit::Findings
    } else {
        Exit::Clean
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dialect::Place;

    fn finding(faith: Faith, path: &str) -> Finding {
        let place = Place { document: "a.yaml".into(), path: path.into(), line: 1, column: 1, length: 1 };
        Finding { faith, place, message: "m".into() }
    }

    #[test]
    fn exit_follows_the_gravest_finding() {
        let broken = vec!["a.yaml".to_owned()];
        let cases: [(&[(Faith, &str)], Exit); 6] = [
            (&[], Exit::Clean),
            (&[(Faith::Exact, "x"), (Faith::Approximate, "x")], Exit::Clean),
            (&[(Faith::Exact, "x"), (Faith::Ignored, "x")], Exit::Findings),
            (&[(Faith::Unsupported, "x")], Exit::Findings),
            (&[(Faith::Invalid, "x")], Exit::Findings),
            (&[(Faith::Ignored, "x"), (Faith::Invalid, "")], Exit::NotServed),
        ];
        for (given, expected) in cases {
            let findings: Vec<Finding> = given.iter().map(|(faith, path)| finding(*faith, path)).collect();
            assert_eq!(judge(&findings, &broken), expected, "{given:?}");
        }
        assert_eq!(judge(&[finding(Faith::Invalid, "")], &[]), Exit::Findings);
    }

    #[test]
    fn summary_counts_the_gravest_first() {
        let cases: [(&[Faith], &str); 3] = [
            (&[], "0 findings"),
            (&[Faith::Ignored], "1 finding: 1 ignored"),
            (&[Faith::Ignored, Faith::Invalid, Faith::Ignored], "3 findings: 1 invalid, 2 ignored"),
        ];
        for (faiths, expected) in cases {
            let findings: Vec<Finding> = faiths.iter().map(|faith| finding(*faith, "x")).collect();
            assert_eq!(summary(&findings), expected);
        }
    }

    #[test]
    fn rendering_shows_the_line() {
        let texts = Texts::from([("a.yaml".to_owned(), Bytes::from_static(b"path: value\n"))]);
        let text = render(&[finding(Faith::Invalid, "path")], &texts);
        assert_eq!(text, "a.yaml:1:1: invalid: m\n   1 | path: value\n     | ^\n\n");
    }
}
