//! Cases of `endpoint`, with the rules of AWS's own SDK as judge.

use super::*;
use aws_sdk_sts::config::endpoint::{DefaultResolver, Params, ResolveEndpoint};

/// One region at least of each partition, and every way of asking.
const REGIONS: [&str; 20] = [
    "us-east-1",
    "us-west-2",
    "eu-west-1",
    "eu-central-2",
    "ap-southeast-7",
    "sa-east-1",
    "ca-west-1",
    "me-south-1",
    "af-south-1",
    "il-central-1",
    "mx-central-1",
    "us-gov-west-1",
    "us-gov-east-1",
    "cn-north-1",
    "cn-northwest-1",
    "us-iso-east-1",
    "us-isob-east-1",
    "eu-isoe-west-1",
    "us-isof-south-1",
    "eusc-de-east-1",
];

async fn rule(region: &str, fips: bool, dual_stack: bool) -> String {
    let params = Params::builder().region(region).use_fips(fips).use_dual_stack(dual_stack).use_global_endpoint(false);
    let endpoint = DefaultResolver::new().resolve_endpoint(&params.build().unwrap()).await.unwrap();
    endpoint.url().strip_prefix("https://").unwrap().to_owned()
}

#[tokio::test]
async fn hosts_are_those_of_awss_own_rules_in_every_partition() {
    for region in REGIONS {
        for (fips, dual_stack) in [(false, false), (true, false), (false, true), (true, true)] {
            let judge = rule(region, fips, dual_stack).await;
            assert_eq!(of(Service::Sts, region, fips, dual_stack).unwrap(), judge, "{fips} {dual_stack}");
        }
    }
}

#[test]
fn lambdas_hosts_differ_by_partition_fips_and_dual_stack() {
    for (region, fips, dual_stack, expected) in [
        ("eu-west-1", false, false, "lambda.eu-west-1.amazonaws.com"),
        ("us-east-1", true, false, "lambda-fips.us-east-1.amazonaws.com"),
        ("us-east-1", false, true, "lambda.us-east-1.api.aws"),
        ("us-east-1", true, true, "lambda-fips.us-east-1.api.aws"),
        ("us-gov-west-1", false, false, "lambda.us-gov-west-1.amazonaws.com"),
        ("us-gov-west-1", true, false, "lambda-fips.us-gov-west-1.amazonaws.com"),
        ("us-gov-east-1", false, true, "lambda.us-gov-east-1.api.aws"),
        ("us-gov-east-1", true, true, "lambda-fips.us-gov-east-1.api.aws"),
        ("cn-north-1", false, false, "lambda.cn-north-1.amazonaws.com.cn"),
        ("cn-north-1", true, false, "lambda-fips.cn-north-1.amazonaws.com.cn"),
        ("cn-northwest-1", false, true, "lambda.cn-northwest-1.api.amazonwebservices.com.cn"),
        ("cn-north-1", true, true, "lambda-fips.cn-north-1.api.amazonwebservices.com.cn"),
        ("us-iso-east-1", false, false, "lambda.us-iso-east-1.c2s.ic.gov"),
        ("us-iso-east-1", true, false, "lambda-fips.us-iso-east-1.c2s.ic.gov"),
        ("us-iso-west-1", false, true, "lambda.us-iso-west-1.api.aws.ic.gov"),
        ("us-isob-east-1", false, false, "lambda.us-isob-east-1.sc2s.sgov.gov"),
        ("us-isob-east-1", false, true, "lambda.us-isob-east-1.api.aws.scloud"),
        ("eu-isoe-west-1", false, false, "lambda.eu-isoe-west-1.cloud.adc-e.uk"),
        ("eu-isoe-west-1", true, true, "lambda-fips.eu-isoe-west-1.api.cloud-aws.adc-e.uk"),
        ("us-isof-south-1", false, false, "lambda.us-isof-south-1.csp.hci.ic.gov"),
        ("us-isof-east-1", false, true, "lambda.us-isof-east-1.api.aws.hci.ic.gov"),
        ("eusc-de-east-1", false, false, "lambda.eusc-de-east-1.amazonaws.eu"),
        ("eusc-de-east-1", false, true, "lambda.eusc-de-east-1.api.amazonwebservices.eu"),
    ] {
        assert_eq!(of(Service::Lambda, region, fips, dual_stack).unwrap(), expected);
    }
}

#[test]
fn a_region_tells_its_partition_and_nonsense_tells_none() {
    for (region, expected) in [
        ("eu-west-1", Some("aws")),
        ("zz-north-3", Some("aws")),
        ("aws-global", Some("aws")),
        ("cn-north-1", Some("aws-cn")),
        ("us-gov-west-1", Some("aws-us-gov")),
        ("us-iso-east-1", Some("aws-iso")),
        ("us-isob-east-1", Some("aws-iso-b")),
        ("eu-isoe-west-1", Some("aws-iso-e")),
        ("us-isof-south-1", Some("aws-iso-f")),
        ("eusc-de-east-1", Some("aws-eusc")),
        ("", None),
        ("local", None),
        ("eu-west", None),
        ("europe-west-1", None),
        ("eu-west-1a", None),
        ("eu-west-1.evil.example", None),
        ("EU-WEST-1", None),
    ] {
        assert_eq!(partition_id(region).ok(), expected, "{region:?}");
    }
    let error = of(Service::Lambda, "local", false, false).unwrap_err().to_string();
    assert!(error.contains("\"local\"") && error.contains("eu-west-1") && error.contains("endpoint"), "{error}");
    assert_eq!(of(Service::Sts, "aws-global", false, false).unwrap(), "sts.amazonaws.com");
}
