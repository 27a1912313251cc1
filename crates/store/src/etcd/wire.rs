//! What is said to etcd and what it answers: in the JSON form of its API, with bytes in base64 and 64-bit numbers as text;
//! a list in the form of gRPC as well, with the numbers of fields from etcd's `rpc.proto` and `kv.proto`.

use crate::{Document, Revision};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

/// Bytes as they are sent.
pub(super) fn coded(bytes: impl AsRef<[u8]>) -> String {
    STANDARD.encode(bytes)
}

/// A request as it is sent.
pub(super) fn bytes(request: &Value) -> Bytes {
    request.to_string().into()
}

/// Asks for what lies from one key up to another.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Range {
    #[prost(bytes = "bytes", tag = "1")]
    pub(super) from: Bytes,
    #[prost(bytes = "bytes", tag = "2")]
    pub(super) to: Bytes,
    /// At most so many.
    #[prost(uint64, tag = "3")]
    pub(super) limit: u64,
    /// As it was then; 0: the newest.
    #[prost(uint64, tag = "4")]
    pub(super) revision: u64,
}

impl Range {
    /// The JSON form.
    pub(super) fn json(&self) -> Bytes {
        let (from, to) = (coded(&self.from), coded(&self.to));
        let mut request = json!({"key": from, "range_end": to, "limit": self.limit.to_string()});
        if self.revision > 0 {
            request["revision"] = json!(self.revision.to_string());
        }
        bytes(&request)
    }
}

/// Asks to be told of changes from a revision on.
pub(super) fn watch(from: &str, to: &str, revision: u64) -> Bytes {
    bytes(&json!({"create_request": {
        "key": coded(from), "range_end": coded(to), "start_revision": revision.to_string(), "progress_notify": true,
    }}))
}

/// What every answer begins with.
#[derive(Clone, Copy, PartialEq, Deserialize, prost::Message)]
pub(super) struct Header {
    /// The cluster's.
    #[serde(default, deserialize_with = "number")]
    #[prost(uint64, tag = "3")]
    pub(super) revision: u64,
}

/// A key with its value.
#[derive(Clone, PartialEq, Deserialize, prost::Message)]
pub(super) struct KeyValue {
    #[serde(default, deserialize_with = "binary")]
    #[prost(bytes = "bytes", tag = "1")]
    pub(super) key: Bytes,
    #[serde(default, deserialize_with = "binary")]
    #[prost(bytes = "bytes", tag = "5")]
    value: Bytes,
    #[serde(default, deserialize_with = "number")]
    #[prost(uint64, tag = "2")]
    create_revision: u64,
    #[serde(default, deserialize_with = "number")]
    #[prost(uint64, tag = "3")]
    pub(super) mod_revision: u64,
}

impl KeyValue {
    /// The document of this key. What etcd shall forget has no end here: etcd tells of it.
    pub(super) fn document(self, key: String) -> Document {
        let (created, modified) = (Revision(self.create_revision), Revision(self.mod_revision));
        Document { key, bytes: self.value, created, modified, expires: None }
    }
}

/// The answer to a [`Range`].
#[derive(Clone, PartialEq, Deserialize, prost::Message)]
pub(super) struct Ranged {
    #[serde(default)]
    #[prost(message, required, tag = "1")]
    pub(super) header: Header,
    #[serde(default)]
    #[prost(message, repeated, tag = "2")]
    pub(super) kvs: Vec<KeyValue>,
    #[serde(default)]
    #[prost(bool, tag = "3")]
    pub(super) more: bool,
}

/// The answer to a transaction.
#[derive(Debug, Deserialize)]
pub(super) struct Decided {
    #[serde(default)]
    pub(super) header: Header,
    /// Whether everything compared was as expected, and done.
    #[serde(default)]
    pub(super) succeeded: bool,
}

/// The answer to a wish for a lease.
#[derive(Debug, Deserialize)]
pub(super) struct Lease {
    #[serde(rename = "ID")]
    pub(super) id: String,
}

/// The answer to name and password.
#[derive(Deserialize)]
pub(super) struct Token {
    pub(super) token: String,
}

/// One line of a watch.
#[derive(Debug, Deserialize)]
pub(super) struct Line {
    #[serde(default)]
    pub(super) result: Option<Told>,
    #[serde(default)]
    pub(super) error: Option<Value>,
}

/// What a watch tells.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Told {
    #[serde(default)]
    pub(super) header: Header,
    #[serde(default)]
    pub(super) created: bool,
    #[serde(default)]
    pub(super) canceled: bool,
    #[serde(default)]
    pub(super) cancel_reason: String,
    /// What is older than this cannot be told any more.
    #[serde(default, deserialize_with = "number")]
    pub(super) compact_revision: u64,
    #[serde(default)]
    pub(super) events: Vec<Event>,
}

/// One change.
#[derive(Debug, Deserialize)]
pub(super) struct Event {
    #[serde(default, rename = "type")]
    pub(super) kind: Kind,
    pub(super) kv: KeyValue,
}

/// What happened to a key.
#[derive(Debug, Default, Deserialize)]
pub(super) enum Kind {
    #[default]
    #[serde(rename = "PUT")]
    Put,
    #[serde(rename = "DELETE")]
    Delete,
}

/// What is said instead of an answer.
pub(super) struct Complaint;

impl Complaint {
    /// Reads one; a text that is none is one itself.
    pub(super) fn read(status: http::StatusCode, body: &[u8]) -> (String, i64) {
        // both members may be there, with the same text
        let value: Value = serde_json::from_slice(body).unwrap_or_default();
        let text = ["message", "error"].iter().find_map(|name| value[*name].as_str()).map(str::to_owned);
        let code = value["code"].as_i64().unwrap_or_default();
        let raw = || String::from_utf8_lossy(&body[..body.len().min(200)]).trim().to_owned();
        (format!("{} ({status})", text.unwrap_or_else(raw)), code)
    }
}

fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either<'a> {
        Text(#[serde(borrow)] std::borrow::Cow<'a, str>),
        Number(u64),
    }
    match Either::deserialize(deserializer)? {
        Either::Text(text) => text.parse().map_err(serde::de::Error::custom),
        Either::Number(number) => Ok(number),
    }
}

fn binary<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
    let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
    STANDARD.decode(text.as_bytes()).map(Bytes::from).map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complaints_of_every_version_are_read() {
        let cases = [
            (r#"{"error":"a","code":16}"#, "a (400 Bad Request)", 16),
            (r#"{"error":"a","message":"a","code":11}"#, "a (400 Bad Request)", 11),
            (r#"{"code":3,"message":"b","details":[]}"#, "b (400 Bad Request)", 3),
            ("not found\n", "not found (400 Bad Request)", 0),
        ];
        for (body, text, code) in cases {
            let read = Complaint::read(http::StatusCode::BAD_REQUEST, body.as_bytes());
            assert_eq!(read, (text.to_owned(), code), "{body}");
        }
    }

    #[test]
    fn a_change_is_read() {
        let line = r#"{"result":{"header":{"cluster_id":"1","revision":"7"},"events":[
            {"kv":{"key":"Yg==","create_revision":"3","mod_revision":"7","version":"2","value":"eA=="}},
            {"type":"DELETE","kv":{"key":"Yw==","mod_revision":"7"}}]}}"#;
        let told = serde_json::from_str::<Line>(line).unwrap().result.unwrap();
        let [put, gone] = <[Event; 2]>::try_from(told.events).unwrap();
        assert!(matches!((put.kind, gone.kind), (Kind::Put, Kind::Delete)));
        assert_eq!((&*gone.kv.key, gone.kv.mod_revision, told.header.revision), (&b"c"[..], 7, 7));
        let document = put.kv.document("k".to_owned());
        assert_eq!((&*document.bytes, document.created, document.modified), (&b"x"[..], Revision(3), Revision(7)));
    }
}
