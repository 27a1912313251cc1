//! What a body is, by its media type.

use super::super::EventRequest;
use super::super::body::{content_type, media_type};
use model::call::BodyReading;

pub(super) enum Kind<'a> {
    Form(&'a str),
    /// With the whole `content-type`, which has the boundary.
    Multipart(&'a str),
    Json,
    Other,
}

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";
const MULTIPART: &str = "multipart/form-data";

impl<'a> Kind<'a> {
    pub(super) fn of(reading: BodyReading, request: &EventRequest<'a>) -> Self {
        match reading {
            BodyReading::Standard if request.body.is_empty() => Self::Other,
            BodyReading::Standard => Self::standard(request),
            BodyReading::ByPrefix => Self::by_prefix(request),
        }
    }

    fn standard(request: &EventRequest<'a>) -> Self {
        let media = media_type(request);
        if media.eq_ignore_ascii_case(FORM) {
            return Self::form(request);
        }
        let json = media.eq_ignore_ascii_case(JSON) || media.to_ascii_lowercase().ends_with("+json");
        if json { Self::Json } else { Self::Other }
    }

    fn by_prefix(request: &EventRequest<'a>) -> Self {
        let media = media_type(request);
        let begins = |start: &str| media.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start));
        if begins(FORM) {
            Self::form(request)
        } else if begins(JSON) {
            Self::Json
        } else if begins(MULTIPART) {
            Self::Multipart(content_type(request))
        } else {
            Self::Other
        }
    }

    fn form(request: &EventRequest<'a>) -> Self {
        std::str::from_utf8(request.body).map_or(Self::Other, Self::Form)
    }
}
