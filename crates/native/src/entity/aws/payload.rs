//! What a function is given, and what its reply means, as written.

use crate::decode::{At, Either, OneOrMany, Pairs, Size, Text, entity, words};

words! {
    /// What a function is given.
    EventWord {
        /// The event of HTTP APIs and function URLs, version 2.0.
        "http-v2" HttpV2,
        /// The event of REST APIs, version 1.0.
        "http-v1" HttpV1,
        /// The event of an Application Load Balancer.
        "alb" Alb,
        /// The request's body as it is.
        "raw" Raw,
    }
}

entity! {
    /// What a function is given, in detail.
    Event {
        /// The form of the event; `http-v2` without it.
        shape: Option<At<EventWord>>,
        /// A text with expressions instead; null and empty become no payload.
        template: Option<super::Setting>,
        /// Chosen parts of the request as one object instead; none of them merges query and body arguments.
        fields: Option<Vec<At<Field>>>,
        /// Which of several equal names the single-value maps keep; `last` without it.
        duplicates: Option<At<Duplicates>>,
        /// How an absent map is written; `nothing`, which is JSON's null, without it.
        empty_map: Option<At<EmptyMap>>,
        /// When a body is text; `by-media-type` without it.
        body: Option<Either<At<BodyWord>, At<MediaTypes>>>,
        /// What stands for an empty body; without it what the form of the event has for it.
        empty_body: Option<At<EmptyBody>>,
        /// What becomes of a large body; the same as of a small one without it.
        large_body: Option<LargeBody>,
        /// How arguments are read from query and body.
        arguments: Option<Arguments>,
        /// Which path the event shows; `client` without it.
        path: Option<At<EventPath>>,
        /// How much `requestContext` of `http-v1` holds; `full` without it.
        context: Option<At<ContextWord>>,
        /// Whether slashes stand as `\/`, which readers of JSON do not see; false without it.
        escaped_slashes: Option<At<bool>>,
        /// Multi-value maps instead of single-value ones (`alb` only).
        multi_value: Option<At<bool>>,
        /// The stage named in the event; `$default` without it.
        stage: Option<Text>,
        /// Stage variables.
        stage_variables: Option<Pairs<Text>>,
    }
}

words! {
    /// A part of the request.
    Field {
        /// `request_method`.
        "method" Method,
        /// `request_uri` and `request_uri_args`.
        "uri" Uri,
        /// `request_headers`.
        "headers" Headers,
        /// `request_body`, `request_body_args` and `request_body_base64`.
        "body" Body,
    }
}

words! {
    /// Which of several equal names is kept.
    Duplicates {
        /// The first.
        "first" First,
        /// The last, as AWS does.
        "last" Last,
    }
}

words! {
    /// How an absent map is written.
    EmptyMap {
        /// `{}`.
        "object" Object,
        /// Not at all.
        "omit" Omit,
        /// `null`.
        "nothing" Null,
    }
}

words! {
    /// When a body is text.
    BodyWord {
        /// Text for textual media types, else base64.
        "by-media-type" ByMediaType,
        /// Always base64.
        "base64" Base64,
        /// Text whenever it is valid UTF-8.
        "utf8" Utf8,
    }
}

entity! {
    /// Text or base64 by media type; one of these.
    MediaTypes {
        /// These are base64, such as `image/*`; everything else is text.
        binary: Option<OneOrMany<Text>>,
        /// These are text, the whole `content-type` compared; everything else is base64.
        text: Option<OneOrMany<Text>>,
    }
}

words! {
    /// What stands for an empty body.
    EmptyBody {
        /// The empty text, said to be base64.
        "base64" Base64,
        /// Nothing.
        "omit" Omit,
    }
}

entity! {
    /// What becomes of a large body.
    LargeBody {
        /// A body of more bytes than these is large; the header does not count.
        over: At<Size>,
        /// Whether it stands in the event, or is dropped as if it had been empty; true without it.
        keep: Option<At<bool>>,
        /// Whether arguments are read from it (`fields`); true without it.
        arguments: Option<At<bool>>,
    }
}

entity! {
    /// How arguments are read.
    Arguments {
        /// So many count, the rest is left out; all without it.
        most: Option<At<usize>>,
        /// Whether a query with more is refused (414); false without it.
        refuse_more: Option<At<bool>>,
        /// Whose value stands where query and body have one name (`fields`); `query` without it.
        winner: Option<At<Winner>>,
        /// Which bodies have arguments (`fields`); `standard` without it.
        bodies: Option<At<Bodies>>,
        /// What an argument without `=` is in `http-v1`: true, or the empty text (without it).
        bare_is_true: Option<At<bool>>,
    }
}

words! {
    /// Whose value stands.
    Winner {
        /// The query's.
        "query" Query,
        /// The body's.
        "body" Body,
    }
}

words! {
    /// Which bodies have arguments.
    Bodies {
        /// Forms, and JSON objects.
        "standard" Standard,
        /// What begins with the name of a form, of JSON or of `multipart/form-data`; lists too.
        "by-prefix" ByPrefix,
    }
}

words! {
    /// Which path an event shows.
    EventPath {
        /// The client's.
        "client" Client,
        /// The one that an upstream sees.
        "forwarded" Forwarded,
    }
}

words! {
    /// How much `requestContext` holds.
    ContextWord {
        /// All that API Gateway writes.
        "full" Full,
        /// Nothing of account, API and stage.
        "lean" Lean,
    }
}

words! {
    /// What a reply means.
    ReplyWord {
        /// An object with `statusCode`, `headers`, `body`.
        "proxy" Proxy,
        /// The body of the response; its status is the call's.
        "raw" Raw,
        /// As `raw`, without a single header field.
        "bare" Bare,
        /// Everything that came: status, headers and body.
        "mirror" Mirror,
    }
}

entity! {
    /// What a reply means, in detail.
    Reply {
        /// The form of the reply; `proxy` without it.
        shape: Option<At<ReplyWord>>,
        /// Whether a reply without `statusCode` is the body itself; true without it.
        infer: Option<At<bool>>,
        /// `content-type` when the reply names none; `application/json` without it, none if empty.
        default_content_type: Option<Text>,
        /// Whether header fields of the call's own response stand where the reply has none of the name (`proxy`).
        call_headers: Option<At<bool>>,
        /// Whether a text that holds JSON is read once more (`proxy`).
        nested: Option<At<bool>>,
        /// What is asked of the members (`proxy`); `detailed` without it.
        checks: Option<At<Checks>>,
        /// Whether each `[]` of a JSON body becomes `{}` (`mirror`); false without it.
        empty_arrays_as_objects: Option<At<bool>>,
    }
}

words! {
    /// What is asked of the members of a proxy reply.
    Checks {
        /// null is as good as absent; messages are for who runs the gateway.
        "detailed" Detailed,
        /// One after the other, null is wrong; messages are for clients.
        "ordered" Ordered,
        /// None: `statusCode`, `headers` and `body` stand over what the call gave, each where it is there.
        "partial" Partial,
    }
}
