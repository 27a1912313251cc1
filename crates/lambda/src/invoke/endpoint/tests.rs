//! Cases of `endpoint`.

use super::*;
use crate::credentials::surroundings::Surroundings;
use model::aws::Aws;

fn registry(variables: &'static [(&'static str, &'static str)]) -> Registry {
    Registry::within(Surroundings::with(Box::new(move |name| {
        variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    })))
}

/// Region and URL that a function is called with; the error's kind and text otherwise.
fn found(
    region: Option<&str>,
    endpoint: Option<&str>,
    variables: &'static [(&'static str, &'static str)],
    function: &str,
) -> Result<(String, String), CallError> {
    let aws = Aws { region: region.map(str::to_owned), endpoint: endpoint.map(str::to_owned), ..Aws::default() };
    resolve(&registry(variables), &aws, function).map(|(region, base)| {
        let scheme = if base.https { "https" } else { "http" };
        (region, format!("{scheme}://{}:{}{}", base.host, base.port, base.path))
    })
}

const ARN: &str = "arn:aws:lambda:ap-south-1:123456789012:function:users:live";

#[test]
fn the_nearest_region_and_endpoint_win() {
    for (region, endpoint, variables, function, expected) in [
        (
            Some("eu-west-1"),
            None,
            &[("AWS_REGION", "us-east-2")][..],
            ARN,
            ("eu-west-1", "https://lambda.eu-west-1.amazonaws.com:443"),
        ),
        (
            None,
            None,
            &[("AWS_REGION", "us-east-2"), ("AWS_DEFAULT_REGION", "us-west-1")],
            ARN,
            ("us-east-2", "https://lambda.us-east-2.amazonaws.com:443"),
        ),
        (
            None,
            None,
            &[("AWS_REGION", ""), ("AWS_DEFAULT_REGION", "us-west-1")],
            "f",
            ("us-west-1", "https://lambda.us-west-1.amazonaws.com:443"),
        ),
        (None, None, &[], ARN, ("ap-south-1", "https://lambda.ap-south-1.amazonaws.com:443")),
        (
            None,
            None,
            &[],
            "sa-east-1:123456789012:function:users",
            ("sa-east-1", "https://lambda.sa-east-1.amazonaws.com:443"),
        ),
        (Some("cn-north-1"), None, &[], "f", ("cn-north-1", "https://lambda.cn-north-1.amazonaws.com.cn:443")),
        (Some("eusc-de-east-1"), None, &[], "f", ("eusc-de-east-1", "https://lambda.eusc-de-east-1.amazonaws.eu:443")),
        (Some("us-iso-east-1"), None, &[], "f", ("us-iso-east-1", "https://lambda.us-iso-east-1.c2s.ic.gov:443")),
        (Some("us-isob-east-1"), None, &[], "f", ("us-isob-east-1", "https://lambda.us-isob-east-1.sc2s.sgov.gov:443")),
        (Some("us-gov-west-1"), None, &[], "f", ("us-gov-west-1", "https://lambda.us-gov-west-1.amazonaws.com:443")),
        (
            None,
            Some("http://127.0.0.1:9001"),
            &[("AWS_ENDPOINT_URL", "http://no")],
            "f",
            ("us-east-1", "http://127.0.0.1:9001"),
        ),
        (None, Some("http://[::1]:9001/base/"), &[], ARN, ("ap-south-1", "http://::1:9001/base")),
        (
            Some("eu-west-1"),
            None,
            &[("AWS_ENDPOINT_URL_LAMBDA", "http://l"), ("AWS_ENDPOINT_URL", "http://a")],
            "f",
            ("eu-west-1", "http://l:80"),
        ),
        (Some("eu-west-1"), None, &[("AWS_ENDPOINT_URL", "https://a:4566")], "f", ("eu-west-1", "https://a:4566")),
    ] {
        let (region, url) = found(region, endpoint, variables, function).unwrap();
        assert_eq!((region.as_str(), url.as_str()), expected);
    }
}

#[test]
fn what_cannot_be_called_is_refused_with_words() {
    for (region, endpoint, function, kind, text) in [
        (None, None, "users", FailureKind::NoRegion, "no region or host specified"),
        (None, None, "123456789012:function:users", FailureKind::NoRegion, "AWS_REGION"),
        (Some("eu west"), None, "users", FailureKind::Rejected, "eu-west-1"),
        (Some("evil.example.com/"), None, "users", FailureKind::Rejected, "not a region"),
        (Some("r"), Some("127.0.0.1:9001"), "f", FailureKind::Rejected, "scheme"),
        (Some("r"), Some("ftp://host"), "f", FailureKind::Rejected, "scheme"),
        (Some("r"), Some("http://user:pass@host"), "f", FailureKind::Rejected, "user name"),
        (Some("r"), Some("http://host:99999"), "f", FailureKind::Rejected, "not a usable URL"),
        (Some("r"), Some("http://host:0"), "f", FailureKind::Rejected, "1 to 65535"),
        (Some("r"), Some("http://host:"), "f", FailureKind::Rejected, "1 to 65535"),
        (Some("r"), Some("http://"), "f", FailureKind::Rejected, "not a usable URL"),
    ] {
        let error = found(region, endpoint, &[], function).unwrap_err();
        assert_eq!(error.kind, kind, "{}", error.detail);
        assert!(error.detail.contains(text) && !error.detail.contains("pass"), "{}", error.detail);
        assert!(error.nothing_ran && error.blame == crate::error::Blame::Config);
    }
}

#[test]
fn fips_and_dual_stack_come_from_configuration_or_environment() {
    type Variables = &'static [(&'static str, &'static str)];
    let host = |fips, dual_stack, endpoint: Option<&str>, variables: Variables| {
        let (region, endpoint) = (Some("us-east-1".to_owned()), endpoint.map(str::to_owned));
        let aws = Aws { region, endpoint, fips, dual_stack, ..Aws::default() };
        resolve(&registry(variables), &aws, "f").map(|(_, base)| base.host).map_err(|error| error.detail)
    };
    const BOTH: Variables = &[("AWS_USE_FIPS_ENDPOINT", "true"), ("AWS_USE_DUALSTACK_ENDPOINT", "true")];
    const URL: Variables = &[("AWS_ENDPOINT_URL", "http://stand-in:1"), ("AWS_USE_FIPS_ENDPOINT", "true")];
    const IGNORED: Variables =
        &[("AWS_ENDPOINT_URL", "http://stand-in:1"), ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")];
    for (fips, dual_stack, endpoint, variables, expected) in [
        (None, None, None, &[] as Variables, "lambda.us-east-1.amazonaws.com"),
        (Some(true), None, None, &[], "lambda-fips.us-east-1.amazonaws.com"),
        (None, Some(true), None, &[], "lambda.us-east-1.api.aws"),
        (None, None, None, BOTH, "lambda-fips.us-east-1.api.aws"),
        (Some(false), Some(false), None, BOTH, "lambda.us-east-1.amazonaws.com"),
        (None, None, None, &[("AWS_USE_FIPS_ENDPOINT", "false")], "lambda.us-east-1.amazonaws.com"),
        (None, None, None, URL, "stand-in"),
        (None, None, None, IGNORED, "lambda.us-east-1.amazonaws.com"),
        (None, None, Some("https://vpce.example"), IGNORED, "vpce.example"),
        (None, None, Some("https://vpce.example"), BOTH, "vpce.example"),
    ] {
        assert_eq!(host(fips, dual_stack, endpoint, variables).unwrap(), expected, "{variables:?}");
    }
    for (fips, dual_stack, expected) in [(Some(true), None, "FIPS"), (None, Some(true), "dual-stack")] {
        let error = host(fips, dual_stack, Some("https://vpce.example"), &[]).unwrap_err();
        assert!(error.contains(expected) && error.contains("remove one"), "{error}");
    }
}

#[test]
fn a_region_of_no_partition_is_refused_unless_the_endpoint_is_named() {
    let error = found(Some("mars-1"), None, &[], "f").unwrap_err();
    assert!(error.detail.contains("\"mars-1\"") && error.detail.contains("endpoint"), "{}", error.detail);
    assert!(found(Some("mars-1"), Some("http://stand-in"), &[], "f").is_ok());
}

#[test]
fn pools_belong_to_an_identity_an_endpoint_and_a_way_there() {
    let base = Base::read("https://lambda.eu-west-1.amazonaws.com").unwrap();
    let key = |aws: &Aws| base.key(aws, CallTimeouts::default());
    let usual = key(&Aws::default());
    let keys = Credentials::keys("AK", model::Secret::new("secret"), None);
    let keepalive = Keepalive { idle: 1, time: std::time::Duration::from_secs(1) };
    assert_eq!(usual, key(&Aws { region: Some("eu-west-1".into()), ..Aws::default() }));
    for other in [
        Aws { credentials: keys, ..Aws::default() },
        Aws { forward: Forward::Direct, ..Aws::default() },
        Aws { http2: true, ..Aws::default() },
        Aws { keepalive, ..Aws::default() },
        Aws { tls: ClientTls { verify: false, ..ClientTls::default() }, ..Aws::default() },
    ] {
        assert_ne!(usual, key(&other), "{other:?}");
    }
}

#[test]
fn a_proxy_of_the_environment_that_is_none_is_told_without_its_password() {
    let registry = registry(&[("HTTPS_PROXY", "ftp://me:s3cret@proxy")]);
    let base = Base::read("https://lambda.eu-west-1.amazonaws.com").unwrap();
    let Err(error) = registry.endpoint(base.key(&Aws::default(), CallTimeouts::default())) else { panic!("no ftp") };
    assert!(error.detail.contains("HTTPS_PROXY") && !error.detail.contains("s3cret"), "{}", error.detail);
}
