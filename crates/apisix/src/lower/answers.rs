//! What APISIX says itself: one line of JSON where no route is found, nginx's pages for everything else.

use super::status_line;
use crate::entity::VERSION;
use crate::settings::Settings;
use model::answer::FailureKind::{self, *};
use model::answer::{Answer, AnswerBody, Answers, Escape, KindMessage, MessageForm, MessageForms, Piece, Template};
use model::quirk::{Charset, Marks};

/// What stands before and after a status line on a page.
const PAGE: [&str; 3] = [
    "<html>\r\n<head><title>",
    "</title></head>\r\n<body>\r\n<center><h1>",
    "</h1></center>\r\n<hr><center>openresty</center>\r\n<p><em>Powered by <a \
     href=\"https://apisix.apache.org/\">APISIX</a>.</em></p></body>\r\n</html>\r\n",
];

pub(super) fn answers() -> Answers {
    let [begin, middle, end] = PAGE.map(|text| Piece::Text(text.to_owned()));
    let page = MessageForm {
        media_types: vec!["text/html".to_owned()],
        content_type: "text/html; charset=utf-8".to_owned(),
        template: Template { escape: Escape::Markup, pieces: vec![begin, Piece::Message, middle, Piece::Message, end] },
    };
    let kinds = FailureKind::ALL.into_iter().map(|kind| (kind, said(kind))).collect();
    let no_route = Answer {
        headers: vec![("content-type".to_owned(), "text/plain; charset=utf-8".to_owned())],
        body: AnswerBody::Text("{\"error_msg\":\"404 Route Not Found\"}\n".to_owned()),
        ..Answer::status(404)
    };
    Answers {
        by_kind: [(NoRoute, vec![("*/*".to_owned(), no_route)])].into(),
        messages: Some(MessageForms { forms: vec![page], kinds, statuses: Default::default() }),
        all_steps: true,
        ..Answers::default()
    }
}

fn said(kind: FailureKind) -> KindMessage {
    let status = status(kind);
    let message = match kind {
        HeaderTooLarge => "400 Request Header Or Cookie Too Large".to_owned(),
        _ => status_line(status),
    };
    KindMessage { status, message: Some(message), unasked: None }
}

/// Every failed call of a function is 503.
fn status(kind: FailureKind) -> u16 {
    match kind {
        NoRoute => 404,
        BadRequest | HeaderTooLarge => 400,
        BodyTooLarge => 413,
        UriTooLong => 414,
        RequestTimeout => 408,
        Unauthorized => 401,
        Forbidden => 403,
        UpstreamUnreachable | UpstreamMalformed | UpstreamUnhealthy => 502,
        UpstreamTimeout => 504,
        Internal => 500,
        NoEndpoint | TooManyRequests | PolicyMissing | FunctionError | Throttled | CallTimeout | Denied
        | Unreachable | Interrupted | MalformedReply | FunctionNotFound | EventTooLarge | ReplyTooLarge | Rejected
        | ServiceError | NoCredentials | NoRegion => 503,
    }
}

/// The answer to a request whose body is larger than a function gets.
pub(crate) fn too_large() -> Answer {
    Answer::message(400, status_line(400))
}

/// What responses show of the gateway.
pub(super) fn marks(settings: &Settings) -> Marks {
    let status = "X-APISIX-Upstream-Status".to_owned();
    let types =
        ["text/html", "text/plain", "text/xml", "text/vnd.wap.wml", "application/javascript", "application/rss+xml"];
    let shows = settings.shows_upstream_status;
    Marks {
        server: Some(if settings.server_tokens { format!("APISIX/{VERSION}") } else { "APISIX".to_owned() }),
        server_everywhere: true,
        upstream_status: shows.then(|| status.clone()),
        upstream_error: (!shows).then_some(status),
        charset: Some(Charset { name: "utf-8".to_owned(), media_types: types.map(str::to_owned).to_vec() }),
        ..Marks::default()
    }
}
