//! AWS's own host names: partitions, FIPS, dual stack. Facts: the endpoint rules that AWS publishes with its SDKs.
//!
//! Not for endpoints that somebody names (a VPC endpoint, a stand-in): those are taken as they are.

/// A service whose endpoints are known here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// The Lambda API.
    Lambda,
    /// The Security Token Service.
    Sts,
    /// Secrets Manager.
    SecretsManager,
}

/// A region that stands in no partition.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{region:?} is a region of no AWS partition that is known here; correct it (one looks like eu-west-1), or name \
     the endpoint itself"
)]
pub struct UnknownRegion {
    /// The region.
    pub region: String,
}

/// AWS's regions that share domains and accounts.
#[derive(Debug, PartialEq, Eq)]
struct Partition {
    id: &'static str,
    /// What its regions begin with; the commercial one takes what no other does.
    prefix: &'static str,
    suffix: &'static str,
    dual_stack: &'static str,
}

const COMMERCIAL: Partition = partition("aws", "", "amazonaws.com", "api.aws");

const OTHERS: [Partition; 7] = [
    partition("aws-cn", "cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn"),
    partition("aws-us-gov", "us-gov-", "amazonaws.com", "api.aws"),
    partition("aws-iso", "us-iso-", "c2s.ic.gov", "api.aws.ic.gov"),
    partition("aws-iso-b", "us-isob-", "sc2s.sgov.gov", "api.aws.scloud"),
    partition("aws-iso-e", "eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"),
    partition("aws-iso-f", "us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov"),
    partition("aws-eusc", "eusc-", "amazonaws.eu", "api.amazonwebservices.eu"),
];

const fn partition(
    id: &'static str,
    prefix: &'static str,
    suffix: &'static str,
    dual_stack: &'static str,
) -> Partition {
    Partition { id, prefix, suffix, dual_stack }
}

/// The host of a service's own endpoint in a region, always for https on port 443. AWS runs FIPS endpoints in some
/// regions only; its rules, and so this function, name one everywhere.
pub fn of(service: Service, region: &str, fips: bool, dual_stack: bool) -> Result<String, UnknownRegion> {
    let partition = partition_of(region)?;
    let name = match service {
        Service::Lambda => "lambda",
        Service::Sts if region == "aws-global" => return Ok("sts.amazonaws.com".to_owned()),
        Service::Sts => "sts",
        Service::SecretsManager => "secretsmanager",
    };
    // GovCloud's usual endpoint of STS is its FIPS endpoint
    let usual_is_fips = service == Service::Sts && partition.id == "aws-us-gov" && !dual_stack;
    let kind = if fips && !usual_is_fips { "-fips" } else { "" };
    let suffix = if dual_stack { partition.dual_stack } else { partition.suffix };
    Ok(format!("{name}{kind}.{region}.{suffix}"))
}

/// The partition of a region, as ARNs write it: `aws`, `aws-cn`.
pub fn partition_id(region: &str) -> Result<&'static str, UnknownRegion> {
    partition_of(region).map(|partition| partition.id)
}

fn partition_of(region: &str) -> Result<&'static Partition, UnknownRegion> {
    if region == "aws-global" {
        return Ok(&COMMERCIAL);
    }
    let unknown = || UnknownRegion { region: region.to_owned() };
    match OTHERS.iter().find(|partition| region.strip_prefix(partition.prefix).is_some_and(is_place)) {
        Some(partition) => Ok(partition),
        // a part of the world in which AWS was not yet when this was written is the commercial partition's
        None => match region.split_once('-') {
            Some((world, place)) if world.len() == 2 && is_word(world) && is_place(place) => Ok(&COMMERCIAL),
            _ => Err(unknown()),
        },
    }
}

/// `west-1`; the European sovereign cloud's names go one level deeper: `de-east-1`.
fn is_place(text: &str) -> bool {
    let Some((words, number)) = text.rsplit_once('-') else { return false };
    let known = words.split('-').all(is_word) && words.split('-').count() <= 2;
    known && !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase())
}

#[cfg(test)]
mod tests;
