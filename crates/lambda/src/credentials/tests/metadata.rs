//! EC2's metadata service, in both versions.

use super::super::metadata::InstanceMetadata;
use super::super::source::CredentialSource;
use super::super::surroundings::Surroundings;
use super::double::{Double, answer, field, keys_json};
use super::{around, key, lack, names};
use model::aws::Metadata;
use std::sync::Arc;

#[derive(Clone, Copy, PartialEq)]
enum Speaks {
    /// A token is needed for everything.
    Two,
    /// Version 1; there is no such thing as a token.
    One,
    /// Version 1; the answer to a request for a token gets lost, as behind too few hops.
    OneAndSilence,
    /// Nothing.
    Silence,
    /// Version 2, but the instance has no role.
    NoRole,
}

async fn service(speaks: Speaks) -> Double {
    Double::start(move |asked| {
        let path = asked.uri().path();
        let v2 = matches!(speaks, Speaks::Two | Speaks::NoRole);
        if speaks == Speaks::Silence {
            return None;
        }
        if asked.method() == "PUT" && path == "/latest/api/token" {
            assert!(field(asked, "x-aws-ec2-metadata-token-ttl-seconds").is_some());
            return match speaks {
                Speaks::OneAndSilence => None,
                _ if v2 => answer(200, "a-token"),
                _ => answer(405, ""),
            };
        }
        if v2 && field(asked, "x-aws-ec2-metadata-token") != Some("a-token") {
            return answer(401, "");
        }
        match path {
            "/latest/meta-data/iam/security-credentials/" if speaks != Speaks::NoRole => answer(200, "gateway-role"),
            "/latest/meta-data/iam/security-credentials/gateway-role" => answer(200, keys_json("ASEC2")),
            "/latest/meta-data/placement/region" => answer(200, "eu-west-1"),
            _ => answer(404, ""),
        }
    })
    .await
}

async fn source(version: Metadata, speaks: Speaks) -> (InstanceMetadata, Double) {
    let service = service(speaks).await;
    let around = Surroundings { metadata: service.url.clone(), ..around(&[]) };
    (InstanceMetadata::new(version, Arc::new(around)), service)
}

#[tokio::test]
async fn each_version_is_spoken_as_it_is_asked_for() {
    use Metadata::{V1, V1WithV2First, V2};
    for (version, speaks, works, requests) in [
        (V1WithV2First, Speaks::Two, true, 3),
        (V1WithV2First, Speaks::One, true, 3),
        (V1WithV2First, Speaks::OneAndSilence, true, 3),
        (V2, Speaks::Two, true, 3),
        (V2, Speaks::One, false, 1),
        (V1, Speaks::One, true, 2),
        (V1, Speaks::Two, false, 1),
    ] {
        let (source, service) = source(version, speaks).await;
        let found = source.fetch().await;
        assert_eq!(found.as_ref().is_ok_and(|found| key(found).0 == "ASEC2"), works, "{version:?}: {found:?}");
        assert_eq!(service.asked().len(), requests, "{version:?}");
        if works {
            assert_eq!(source.region().await.unwrap(), "eu-west-1");
        }
    }
}

#[tokio::test]
async fn a_service_that_hangs_or_refuses_is_named_with_a_remedy() {
    for (version, speaks, absent, parts) in [
        (
            Metadata::V1WithV2First,
            Speaks::Silence,
            false,
            vec!["does not answer within 2s", "AWS_EC2_METADATA_DISABLED"],
        ),
        (Metadata::V2, Speaks::OneAndSilence, false, vec!["/latest/api/token", "hop limit"]),
        (Metadata::V1, Speaks::Two, false, vec!["401", "version 2 only"]),
        (Metadata::V2, Speaks::NoRole, true, vec!["no role is attached", "instance profile"]),
    ] {
        let (source, service) = source(version, speaks).await;
        let lack = lack(source.fetch().await);
        assert_eq!(lack.absent, absent, "{lack}");
        names(&lack, &[&["metadata", service.url.as_str()], parts.as_slice()].concat());
    }
}

#[tokio::test]
async fn a_machine_without_the_service_has_no_such_source() {
    let nobody = Surroundings { metadata: "http://127.0.0.1:1".to_owned(), ..around(&[]) };
    assert!(lack(InstanceMetadata::new(Metadata::V1WithV2First, Arc::new(nobody)).fetch().await).absent);
    let off = around(&[("AWS_EC2_METADATA_DISABLED", "true")]);
    let lack = lack(InstanceMetadata::new(Metadata::V2, Arc::new(off)).fetch().await);
    assert!(lack.absent && lack.to_string().contains("AWS_EC2_METADATA_DISABLED"), "{lack}");
}
