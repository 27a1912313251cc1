//! `X-Amzn-Trace-Id`: taken over when it is one, made otherwise.

use http::HeaderMap;
use jiff::Timestamp;

const MAX_LENGTH: usize = 256;

/// The caller's trace id, or a new one that is not sampled.
pub(crate) fn id(headers: &HeaderMap) -> String {
    let given = headers.get("x-amzn-trace-id").and_then(|value| value.to_str().ok());
    match given.filter(|given| is_valid(given)) {
        Some(given) => given.to_owned(),
        None => {
            let seconds = Timestamp::now().as_second();
            format!("Root=1-{seconds:08x}-{:024x};Sampled=0", fastrand::u128(..) >> 32)
        }
    }
}

fn is_valid(given: &str) -> bool {
    let root = given.split(';').find_map(|part| part.trim().strip_prefix("Root="));
    let hex = |text: &str, length| text.len() == length && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    given.len() <= MAX_LENGTH
        && root.is_some_and(|root| match root.split('-').collect::<Vec<_>>()[..] {
            [version, time, number] => version == "1" && hex(time, 8) && hex(number, 24),
            _ => false,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_trace_id_is_taken_over() {
        let root = "Root=1-67891233-abcdef012345678912345678";
        check(root, true);
        check(&format!("{root};Parent=53995c3f42cd8ad8;Sampled=1"), true);
        check(&format!("Self=1-67891234-12456789abcdef012345678;{root}"), true);
        check("", false);
        check("Root=2-67891233-abcdef012345678912345678", false);
        check("Root=1-67891233-abcdef01234567891234567g", false);
        check("Root=1-67891233", false);
        check(&format!("{root};{}", "x".repeat(256)), false);
    }

    fn check(given: &str, taken: bool) {
        let headers = HeaderMap::from_iter([(
            http::HeaderName::from_static("x-amzn-trace-id"),
            http::HeaderValue::from_str(given).unwrap(),
        )]);
        let id = id(&headers);
        assert_eq!(id == given, taken, "{given}");
        assert!(is_valid(&id), "{id}");
    }
}
