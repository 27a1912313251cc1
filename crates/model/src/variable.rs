//! What a condition or a text may ask of an exchange: variables under the names that nginx gives them.

mod body;

pub use body::{BodyPath, BodyStep};

use serde::{Serialize, Serializer};
use std::fmt;

/// One variable. The set is closed: what stands for no part of an exchange is [`Variable::Absent`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Variable {
    /// `uri`: the path with all escapes decoded, `//` merged, dots resolved.
    Path,
    /// `request_uri`: path and query as received.
    Target,
    /// `query_string` or `args`: the query as received, without `?`.
    Query,
    /// `is_args`: `?` where there is a query.
    QueryMark,
    /// `request_method` or `method`.
    Method,
    /// `host`: lower case, without port.
    Host,
    /// `scheme`: `http` or `https`.
    Scheme,
    /// `server_protocol`: `HTTP/1.1`.
    Protocol,
    /// `remote_addr`: the client's address.
    ClientAddress,
    /// `realip_remote_addr`: the address of the connection's own peer.
    PeerAddress,
    /// `remote_port`: the port of the connection's own peer.
    PeerPort,
    /// `server_addr`: the address that the client connected to.
    ServerAddress,
    /// `server_port`.
    ServerPort,
    /// `ssl_server_name`: the name asked for when TLS began.
    ServerName,
    /// `http_NAME`, `content_type`, `content_length`: a header field, lower case with `-` (which stands for `_` too);
    /// several of one name are joined by `, `.
    Header(String),
    /// `arg_NAME`: the first query parameter of the name, decoded; one without `=` is true.
    Argument(String),
    /// `cookie_NAME`.
    Cookie(String),
    /// `post_arg.PATH`: a part of the body, read as JSON, as a form or as multipart, as its type says.
    Body(BodyPath),
    /// `request_body`: the body as a text.
    WholeBody,
    /// `consumer_name`: the known client's.
    Consumer,
    /// `consumer_group_id`: the id of the known client's first group.
    ConsumerGroup,
    /// `consumer_label_NAME`: what else is known of the known client ([`crate::consumer::Consumer::labels`]).
    ConsumerLabel(String),
    /// `route_id` ([`crate::route::Told::id`]).
    Route,
    /// `route_name` ([`crate::route::Told::name`]).
    RouteName,
    /// `service_id` ([`crate::route::Told::service`]).
    Service,
    /// `service_name` ([`crate::route::Told::service_name`]).
    ServiceLabel,
    /// `uri_param_NAME`: what the route's path captured.
    PathParam(String),
    /// `request_id`: the gateway's id of the request.
    RequestId,
    /// `msec`: when the request came, in seconds since 1970, with milliseconds.
    Time,
    /// `time_iso8601`.
    TimeText,
    /// `request_time`: seconds since the request's header came, with milliseconds.
    Duration,
    /// `status`: of the response.
    Status,
    /// `sent_http_NAME`, `upstream_http_NAME`: a header field of the response.
    ResponseHeader(String),
    /// `upstream_status`: what the upstream answered with.
    UpstreamStatus,
    /// `upstream_addr`: address and port of the upstream's node that was asked.
    UpstreamNode,
    /// `balancer_ip`: its address.
    UpstreamAddress,
    /// `balancer_port`: its port.
    UpstreamPort,
    /// A name that stands for nothing: it has no value, ever.
    Absent(String),
}

const PLAIN: [(&str, Variable); 33] = [
    ("uri", Variable::Path),
    ("document_uri", Variable::Path),
    ("request_uri", Variable::Target),
    ("query_string", Variable::Query),
    ("args", Variable::Query),
    ("is_args", Variable::QueryMark),
    ("request_method", Variable::Method),
    ("method", Variable::Method),
    ("host", Variable::Host),
    ("scheme", Variable::Scheme),
    ("server_protocol", Variable::Protocol),
    ("remote_addr", Variable::ClientAddress),
    ("realip_remote_addr", Variable::PeerAddress),
    ("remote_port", Variable::PeerPort),
    ("server_addr", Variable::ServerAddress),
    ("server_port", Variable::ServerPort),
    ("ssl_server_name", Variable::ServerName),
    ("request_body", Variable::WholeBody),
    ("consumer_name", Variable::Consumer),
    ("consumer_group_id", Variable::ConsumerGroup),
    ("route_id", Variable::Route),
    ("route_name", Variable::RouteName),
    ("service_id", Variable::Service),
    ("service_name", Variable::ServiceLabel),
    ("request_id", Variable::RequestId),
    ("msec", Variable::Time),
    ("time_iso8601", Variable::TimeText),
    ("request_time", Variable::Duration),
    ("status", Variable::Status),
    ("upstream_status", Variable::UpstreamStatus),
    ("upstream_addr", Variable::UpstreamNode),
    ("balancer_ip", Variable::UpstreamAddress),
    ("balancer_port", Variable::UpstreamPort),
];

impl Variable {
    /// The variable of this name.
    pub fn of(name: &str) -> Self {
        if let Some((_, plain)) = PLAIN.iter().find(|(known, _)| *known == name) {
            return plain.clone();
        }
        let rest = |prefix: &str| name.strip_prefix(prefix).filter(|rest| !rest.is_empty());
        let header = |name: &str| name.to_ascii_lowercase().replace('_', "-");
        if let "content_type" | "content_length" = name {
            return Self::Header(header(name));
        }
        if let Some(field) = rest("http_") {
            return Self::Header(header(field));
        }
        if let Some(field) = rest("sent_http_").or_else(|| rest("upstream_http_")) {
            return Self::ResponseHeader(header(field));
        }
        if let Some(argument) = rest("arg_") {
            return Self::Argument(argument.to_owned());
        }
        if let Some(cookie) = rest("cookie_") {
            return Self::Cookie(cookie.to_owned());
        }
        if let Some(label) = rest("consumer_label_") {
            return Self::ConsumerLabel(label.to_owned());
        }
        if let Some(param) = rest("uri_param_") {
            return Self::PathParam(param.to_owned());
        }
        let path = rest("post_arg.").or_else(|| rest("post_arg_")).and_then(BodyPath::read);
        path.map_or_else(|| Self::Absent(name.to_owned()), Self::Body)
    }

    /// Whether the body must be held to know it.
    pub fn asks_body(&self) -> bool {
        matches!(self, Self::Body(_) | Self::WholeBody)
    }
}

impl fmt::Display for Variable {
    /// Its name; [`Variable::of`] reads it back.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header(name) => write!(f, "http_{}", name.replace('-', "_")),
            Self::ResponseHeader(name) => write!(f, "sent_http_{}", name.replace('-', "_")),
            Self::Argument(name) => write!(f, "arg_{name}"),
            Self::Cookie(name) => write!(f, "cookie_{name}"),
            Self::ConsumerLabel(name) => write!(f, "consumer_label_{name}"),
            Self::PathParam(name) => write!(f, "uri_param_{name}"),
            Self::Body(path) => write!(f, "post_arg.{path}"),
            Self::Absent(name) => f.write_str(name),
            plain => {
                let (name, _) = PLAIN.iter().find(|(_, known)| known == plain).ok_or(fmt::Error)?;
                f.write_str(name)
            }
        }
    }
}

impl Serialize for Variable {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_and_written() {
        for (name, _) in &PLAIN {
            let again = Variable::of(name).to_string();
            assert_eq!(Variable::of(&again), Variable::of(name), "{name}");
        }
        for (name, variable, again) in [
            ("http_X_A", Variable::Header("x-a".into()), "http_x_a"),
            ("http_x-a", Variable::Header("x-a".into()), "http_x_a"),
            ("content_type", Variable::Header("content-type".into()), "http_content_type"),
            ("arg_a-b", Variable::Argument("a-b".into()), "arg_a-b"),
            ("cookie_S", Variable::Cookie("S".into()), "cookie_S"),
            ("consumer_label_A-b", Variable::ConsumerLabel("A-b".into()), "consumer_label_A-b"),
            ("uri_param_id", Variable::PathParam("id".into()), "uri_param_id"),
            ("sent_http_etag", Variable::ResponseHeader("etag".into()), "sent_http_etag"),
            ("balancer_port", Variable::UpstreamPort, "balancer_port"),
            ("http_", Variable::Absent("http_".into()), "http_"),
            ("nothing", Variable::Absent("nothing".into()), "nothing"),
            ("post_arg.a[", Variable::Absent("post_arg.a[".into()), "post_arg.a["),
        ] {
            assert_eq!(Variable::of(name), variable, "{name}");
            assert_eq!(variable.to_string(), again);
        }
        let Variable::Body(path) = Variable::of("post_arg.a.b[*].c") else { panic!("no body") };
        assert_eq!(path.to_string(), "a.b[*].c");
        assert!(Variable::of("post_arg_name").asks_body() && !Variable::Path.asks_body());
    }
}
