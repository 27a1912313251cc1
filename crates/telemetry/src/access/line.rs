//! One request as one line.

use super::clock::Clock;
use super::{AccessRecord, Format};
use crate::{escape, redact};
use std::io::Write;
use std::net::IpAddr;
use std::time::Duration;

/// Appends the line, with its end.
pub(super) fn append(out: &mut Vec<u8>, record: &AccessRecord<'_>, format: Format, clock: &mut Clock) {
    match format {
        Format::Text => append_text(out, record, clock),
        Format::Json => append_json(out, record, clock),
    }
    out.push(b'\n');
}

/// The combined format without referrer, then the gateway's own fields as `name=value`; what is not known is left out.
fn append_text(out: &mut Vec<u8>, record: &AccessRecord<'_>, clock: &mut Clock) {
    push_address(out, record.client);
    out.extend_from_slice(b" - ");
    escape::word(out, record.consumer.unwrap_or("-").as_bytes());
    out.extend_from_slice(b" [");
    clock.append(out, record.time, Format::Text);
    out.extend_from_slice(b"] \"");
    escape::quoted(out, record.method.as_bytes());
    out.push(b' ');
    redact::pieces(record.target).for_each(|piece| escape::quoted(out, piece.as_bytes()));
    out.push(b' ');
    escape::quoted(out, record.version.as_bytes());
    out.extend_from_slice(b"\" ");
    push_number(out, u64::from(record.status));
    out.push(b' ');
    push_number(out, record.bytes);
    out.extend_from_slice(b" \"-\" \"");
    escape::quoted(out, record.user_agent.unwrap_or("-").as_bytes());
    out.extend_from_slice(b"\" time=");
    push_seconds(out, record.duration);
    text_fields(out, record);
}

fn text_fields(out: &mut Vec<u8>, record: &AccessRecord<'_>) {
    let mut field = |name: &str, value: Option<&str>| {
        if let Some(value) = value {
            out.extend_from_slice(name.as_bytes());
            escape::word(out, value.as_bytes());
        }
    };
    field(" host=", Some(record.host));
    field(" id=", Some(record.request_id));
    field(" route=", record.route);
    field(" target=", record.target_name);
    field(" aws=", record.aws_request_id);
    field(" failure=", record.failure);
    if let Some(duration) = record.target_duration {
        out.extend_from_slice(b" target_time=");
        push_seconds(out, duration);
    }
    if record.cut {
        out.extend_from_slice(b" cut");
    }
}

/// Members are named like the fields of [`AccessRecord`]; what is not known is left out.
fn append_json(out: &mut Vec<u8>, record: &AccessRecord<'_>, clock: &mut Clock) {
    out.extend_from_slice(b"{\"time\":\"");
    clock.append(out, record.time, Format::Json);
    out.extend_from_slice(b"\",\"client\":\"");
    push_address(out, record.client);
    out.extend_from_slice(b"\",\"method\":\"");
    escape::json(out, record.method.as_bytes());
    out.extend_from_slice(b"\",\"host\":\"");
    escape::json(out, record.host.as_bytes());
    out.extend_from_slice(b"\",\"target\":\"");
    redact::pieces(record.target).for_each(|piece| escape::json(out, piece.as_bytes()));
    out.extend_from_slice(b"\",\"version\":\"");
    escape::json(out, record.version.as_bytes());
    out.extend_from_slice(b"\",\"status\":");
    push_number(out, u64::from(record.status));
    out.extend_from_slice(b",\"bytes\":");
    push_number(out, record.bytes);
    out.extend_from_slice(b",\"seconds\":");
    push_seconds(out, record.duration);
    out.extend_from_slice(if record.cut { b",\"cut\":true" } else { b",\"cut\":false" });
    json_members(out, record);
    out.push(b'}');
}

fn json_members(out: &mut Vec<u8>, record: &AccessRecord<'_>) {
    let mut member = |name: &str, value: Option<&str>| {
        if let Some(value) = value {
            out.extend_from_slice(name.as_bytes());
            escape::json(out, value.as_bytes());
            out.push(b'"');
        }
    };
    member(",\"request_id\":\"", Some(record.request_id));
    member(",\"route\":\"", record.route);
    member(",\"consumer\":\"", record.consumer);
    member(",\"target_name\":\"", record.target_name);
    member(",\"aws_request_id\":\"", record.aws_request_id);
    member(",\"failure\":\"", record.failure);
    member(",\"user_agent\":\"", record.user_agent);
    if let Some(duration) = record.target_duration {
        out.extend_from_slice(b",\"target_seconds\":");
        push_seconds(out, duration);
    }
}

fn push_number(out: &mut Vec<u8>, number: u64) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// Seconds with microseconds: `0.001234`.
fn push_seconds(out: &mut Vec<u8>, duration: Duration) {
    push_number(out, duration.as_secs());
    push_fraction(out, duration.subsec_micros(), 100_000);
}

/// A point and digits; `unit` is what the first digit counts.
pub(super) fn push_fraction(out: &mut Vec<u8>, mut number: u32, mut unit: u32) {
    out.push(b'.');
    while unit > 0 {
        out.push(b'0' + u8::try_from(number / unit).unwrap_or(9));
        number %= unit;
        unit /= 10;
    }
}

fn push_address(out: &mut Vec<u8>, address: IpAddr) {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            for (at, part) in address.octets().into_iter().enumerate() {
                if at > 0 {
                    out.push(b'.');
                }
                push_number(out, u64::from(part));
            }
        }
        IpAddr::V6(address) => {
            let _ = write!(out, "{address}"); // a Vec takes everything
        }
    }
}
