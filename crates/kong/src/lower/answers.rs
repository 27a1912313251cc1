//! What Kong says itself: its error bodies in four forms, and the header fields that name it.

use super::Lowering;
use crate::entity::VERSION;
use model::answer::FailureKind::{self, *};
use model::answer::{Answers, Escape, KindMessage, MessageForm, MessageForms, Piece, Template};
use model::quirk::Marks;
use std::collections::BTreeMap;

const JSON: &str = "{\n  \"message\":\"%s\",\n  \"request_id\":\"%s\"\n}";
const PLAIN: &str = "%s\nrequest_id: %s\n";
const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<error>\n  <message>%s</message>\n  \
                   <requestid>%s</requestid>\n</error>\n";
const HTML: &str = "<!doctype html>\n<html>\n  <head>\n    <meta charset=\"utf-8\">\n    <title>Error</title>\n  \
                    </head>\n  <body>\n    <h1>Error</h1>\n    <p>%s.</p>\n    <p>request_id: %s</p>\n  </body>\n</html>\n";

/// What is said of everything that goes wrong behind the gateway.
const UNEXPECTED: &str = "An unexpected error occurred";
const INVALID: &str = "An invalid response was received from the upstream server";

pub(super) fn answers(at: &Lowering<'_>) -> Answers {
    let form = |media: &[&str], setting: &str, usual: &str, escape| {
        let named = at.settings.templates.iter().find(|(name, _)| *name == setting);
        let text = named.and_then(|(_, file)| at.file(file)).unwrap_or_else(|| usual.to_owned());
        MessageForm {
            media_types: media.iter().map(|media| (*media).to_owned()).collect(),
            content_type: format!("{}; charset=utf-8", media[0]),
            template: template(&text, escape),
        }
    };
    let forms = vec![
        form(&["application/json"], "error_template_json", JSON, Escape::Json),
        form(&["text/plain"], "error_template_plain", PLAIN, Escape::None),
        form(&["text/html"], "error_template_html", HTML, Escape::Markup),
        form(&["application/xml", "text/xml"], "error_template_xml", XML, Escape::Markup),
    ];
    let kinds = FailureKind::ALL.into_iter().map(|kind| (kind, said(kind, &at.settings.error_type))).collect();
    Answers {
        keyed: None,
        by_kind: BTreeMap::new(),
        messages: Some(MessageForms { forms, kinds, statuses: statuses() }),
        all_steps: true,
    }
}

/// `%s` is the message, the next one the request's id.
fn template(text: &str, escape: Escape) -> Template {
    let mut pieces = Vec::new();
    let mut places = [Piece::Message, Piece::RequestId].into_iter();
    for (at, text) in text.split("%s").enumerate() {
        if at > 0 {
            pieces.extend(places.next());
        }
        if !text.is_empty() {
            pieces.push(Piece::Text(text.to_owned()));
        }
    }
    Template { escape, pieces }
}

fn said(kind: FailureKind, unasked: &str) -> KindMessage {
    // errors of the server below are plain unless a client asks for more
    let below = |status, message: &str| KindMessage {
        status,
        message: Some(message.to_owned()),
        unasked: Some(unasked.to_owned()),
    };
    let own = |status, message: &str| KindMessage { status, message: Some(message.to_owned()), unasked: None };
    match kind {
        NoRoute => own(404, "no Route matched with those values"),
        NoEndpoint => own(503, "no Service found with those values"),
        Unauthorized => own(401, "Unauthorized"),
        Forbidden => own(403, "You cannot consume this service"),
        TooManyRequests => own(429, "API rate limit exceeded"),
        UpstreamUnhealthy => own(503, "failure to get a peer from the ring-balancer"),
        BadRequest => below(400, "Bad request"),
        HeaderTooLarge => below(400, "Request header or cookie too large"),
        BodyTooLarge => below(413, "Payload too large"),
        UriTooLong => below(414, "URI too long"),
        RequestTimeout => below(408, "Request timeout"),
        UpstreamUnreachable | UpstreamMalformed => below(502, INVALID),
        UpstreamTimeout => below(504, "The upstream server is timing out"),
        PolicyMissing => KindMessage { status: 503, message: None, unasked: None },
        MalformedReply => own(502, "Bad Gateway"),
        FunctionError | Throttled | CallTimeout | Denied | Unreachable | Interrupted | FunctionNotFound
        | EventTooLarge | ReplyTooLarge | Rejected | ServiceError | NoCredentials | NoRegion | Internal => {
            own(500, UNEXPECTED)
        }
    }
}

/// Messages for statuses of the service behind, where they are passed on.
fn statuses() -> BTreeMap<u16, String> {
    let texts = [
        (400, "Bad request"),
        (401, "Unauthorized"),
        (403, "Forbidden"),
        (404, "Not found"),
        (405, "Method not allowed"),
        (408, "Request timeout"),
        (411, "Length required"),
        (412, "Precondition failed"),
        (413, "Payload too large"),
        (414, "URI too long"),
        (415, "Unsupported media type"),
        (417, "Expectation failed"),
        (429, "Too many requests"),
        (500, UNEXPECTED),
        (502, INVALID),
        (503, "The upstream server is currently unavailable"),
        (504, "The upstream server is timing out"),
    ];
    texts.into_iter().map(|(status, text)| (status, text.to_owned())).collect()
}

/// The fields that the setting `headers` names.
pub(super) fn marks(headers: &[String]) -> Marks {
    let is = |names: &[&str]| headers.iter().any(|one| names.iter().any(|name| one.eq_ignore_ascii_case(name)));
    let field = |group: &str, name: &str| is(&[group, name]).then(|| name.to_owned());
    let version =
        |protocol: &str, name: &str| is(&["server_tokens", name]).then(|| format!("{protocol}kong/{VERSION}"));
    Marks {
        server: version("", "server"),
        via_call: version("2 ", "via"),
        via_upstream: version("1.1 ", "via"),
        request_id: field("", "X-Kong-Request-Id"),
        own_latency: field("latency_tokens", "X-Kong-Response-Latency"),
        proxy_latency: field("latency_tokens", "X-Kong-Proxy-Latency"),
        upstream_latency: field("latency_tokens", "X-Kong-Upstream-Latency"),
        upstream_status: field("", "X-Kong-Upstream-Status"),
        ..Marks::default()
    }
}
