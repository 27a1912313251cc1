//! What a request's body says: JSON, or a form whose names have dots and brackets.

mod form;
mod infer;
mod multipart;

pub(super) use form::pairs;
pub(super) use infer::infer;

use super::problem::Problem;
use super::reply::Reply;
use crate::schema::Object;
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use serde_json::Value;

/// What is sent where.
#[derive(Clone, Debug, Default)]
pub(super) struct Arguments {
    /// Names and values.
    pub(super) object: Object,
    /// All values are texts: their types are told by schemas.
    pub(super) texts: bool,
}

/// The page that is shown for media types that nobody reads.
const UNSUPPORTED: &str = "<html>\r\n<head><title>415 Unsupported Media Type</title></head>\r\n<body>\r\n\
                           <center><h1>415 Unsupported Media Type</h1></center>\r\n</body>\r\n</html>\r\n";

/// Why a body has no arguments.
pub(super) enum Unread {
    /// The original's server refuses it before the API sees it.
    Page(Reply),
    Problem(Problem),
}

/// Reads a body by its media type.
pub(super) fn read(headers: &HeaderMap, body: &Bytes) -> Result<Arguments, Unread> {
    let media = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match kind.as_str() {
        "application/json" => json(body),
        "application/x-www-form-urlencoded" => {
            Ok(Arguments { object: form::tree(pairs(&String::from_utf8_lossy(body))), texts: true })
        }
        "multipart/form-data" => {
            let parts = multipart::parts(media, body).ok_or_else(|| broken("Cannot parse multipart body"))?;
            Ok(Arguments { object: form::tree(parts), texts: true })
        }
        _ if body.is_empty() => Ok(Arguments::default()),
        _ => Err(Unread::Page(Reply::text(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "text/html; charset=utf-8",
            UNSUPPORTED.to_owned(),
        ))),
    }
}

fn json(body: &Bytes) -> Result<Arguments, Unread> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Arguments::default());
    }
    // the original fails with 500 on a list, which helps nobody
    match serde_json::from_slice(body) {
        Ok(Value::Object(object)) => Ok(Arguments { object, texts: false }),
        _ => Err(broken("Cannot parse JSON body")),
    }
}

fn broken(text: &str) -> Unread {
    Unread::Problem(Problem::Said(StatusCode::BAD_REQUEST, text.to_owned()))
}
