//! A function's name in the forms that the Invoke API takes: name, partial ARN, full ARN, each with a qualifier.

use crate::functions::is_name;
use crate::refusal::Refusal;
use percent_encoding::percent_decode_str;

const MAX_LENGTH: usize = 256;
const MAX_QUALIFIER: usize = 128;
const DIFFERENT: &str = "The derived qualifier from the function name does not match the specified qualifier.";

/// Which function is meant. Region and account of an ARN are not kept: whatever a configuration for AWS names is here.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct FunctionName {
    pub(crate) name: String,
    pub(crate) qualifier: Option<String>,
}

impl FunctionName {
    /// Reads the path's segment and the query, both still percent-encoded.
    pub(crate) fn read(segment: &str, query: Option<&str>) -> Result<Self, Refusal> {
        let text = percent_decode_str(segment).decode_utf8_lossy();
        let invalid = |place, value: &str| Refusal::Validation {
            place,
            value: value.to_owned(),
            constraint: "Member must satisfy regular expression pattern of a function name or ARN",
        };
        let (name, inner) = split(&text).ok_or_else(|| invalid("functionName", &text))?;
        let outer = query.and_then(qualifier_of);
        if let Some(outer) = outer.as_deref().filter(|outer| !is_qualifier(outer)) {
            return Err(invalid("qualifier", outer));
        }
        match (inner, outer) {
            (Some(inner), Some(outer)) if inner != outer => Err(Refusal::InvalidParameter(DIFFERENT)),
            (inner, outer) => Ok(Self { name: name.to_owned(), qualifier: inner.map(str::to_owned).or(outer) }),
        }
    }
}

/// Name and qualifier of `[[arn:PARTITION:lambda:][REGION:][ACCOUNT:]function:]NAME[:QUALIFIER]`.
fn split(text: &str) -> Option<(&str, Option<&str>)> {
    if text.len() > MAX_LENGTH {
        return None;
    }
    let rest = match text.strip_prefix("arn:") {
        Some(arn) => arn.split_once(":lambda:").filter(|(partition, _)| !partition.contains(':'))?.1,
        None => text,
    };
    let rest = skip(rest, is_region);
    let rest = skip(rest, |part| part.len() == 12 && part.bytes().all(|byte| byte.is_ascii_digit()));
    let rest = skip(rest, |part| part == "function");
    let (name, qualifier) = match rest.split_once(':') {
        Some((name, qualifier)) => (name, Some(qualifier)),
        None => (rest, None),
    };
    (is_name(name) && qualifier.is_none_or(is_qualifier)).then_some((name, qualifier))
}

fn skip(text: &str, is_part: impl Fn(&str) -> bool) -> &str {
    text.split_once(':').filter(|(part, _)| is_part(part)).map_or(text, |(_, rest)| rest)
}

/// `eu-west-1`, `us-gov-west-1`, `eusc-de-east-1`, `us-isob-east-1`.
fn is_region(part: &str) -> bool {
    let pieces: Vec<&str> = part.split('-').collect();
    let letters = |piece: &&str| !piece.is_empty() && piece.bytes().all(|byte| byte.is_ascii_lowercase());
    match &pieces[..] {
        [words @ .., number] => {
            (2..=3).contains(&words.len()) && words.iter().all(letters) && number.parse::<u8>().is_ok()
        }
        [] => false,
    }
}

fn is_qualifier(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'$' | b'.');
    (1..=MAX_QUALIFIER).contains(&text.len()) && text.bytes().all(allowed)
}

fn qualifier_of(query: &str) -> Option<String> {
    let value = query.split('&').find_map(|pair| pair.strip_prefix("Qualifier="))?;
    Some(percent_decode_str(value).decode_utf8_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_names_the_function() {
        check("users", None, Some(("users", None)));
        check("my.users_v-2", None, Some(("my.users_v-2", None)));
        check("users:live", None, Some(("users", Some("live"))));
        check("users", Some("Qualifier=%24LATEST"), Some(("users", Some("$LATEST"))));
        check("users%3Alive", Some("x=1&Qualifier=live"), Some(("users", Some("live"))));
        check("function:users", None, Some(("users", None)));
        check("123456789012:function:users:7", None, Some(("users", Some("7"))));
        check("eu-west-1:123456789012:function:users", None, Some(("users", None)));
        check("arn%3Aaws%3Alambda%3Aeu-west-1%3A123456789012%3Afunction%3Ausers", None, Some(("users", None)));
        check(
            "arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:users:live",
            None,
            Some(("users", Some("live"))),
        );
        check("arn:aws-eusc:lambda:eusc-de-east-1:123456789012:function:users", None, Some(("users", None)));
    }

    #[test]
    fn what_is_no_name_is_refused() {
        let long = "x".repeat(300);
        for name in
            ["", "..", ".hidden", "a%2Fb", "..%2F..%2Fetc", "a b", "users:", "users:a:b", "arn:aws:s3:::x", &long]
        {
            check(name, None, None);
        }
        check("users", Some("Qualifier=a%20b"), None);
        check("users:live", Some("Qualifier=test"), None);
    }

    fn check(segment: &str, query: Option<&str>, expected: Option<(&str, Option<&str>)>) {
        let expected = expected
            .map(|(name, qualifier)| FunctionName { name: name.to_owned(), qualifier: qualifier.map(str::to_owned) });
        assert_eq!(FunctionName::read(segment, query).ok(), expected, "{segment} {query:?}");
    }
}
