//! Calls of functions as written, and as whom they are made.

mod credentials;

pub use credentials::{Credentials, Role, Source, SourceWord, WebIdentity};

use super::answer::Answer;
use super::upstream::ClientTls;
use crate::decode::{At, Either, Hidden, Lasting, OneOrMany, Pairs, Size, Text, entity, words};

entity! {
    /// Region, endpoint and identity. In a call it changes what the whole configuration says, key by key.
    Account {
        /// The region; without it `AWS_REGION`, `AWS_DEFAULT_REGION`, then the one in the function's ARN.
        region: Option<Text>,
        /// Base URL of the Lambda API instead of the region's own.
        endpoint: Option<Text>,
        /// Whose keys sign: one source by its word (`chain` without it), or more in detail.
        credentials: Option<Either<At<SourceWord>, At<Credentials>>>,
        /// TLS towards AWS.
        tls: Option<ClientTls>,
        /// False: takes nothing from what the whole configuration says.
        inherit: Option<At<bool>>,
    }
}

entity! {
    /// A call as a policy; one of these.
    Call {
        /// A function by name or ARN.
        function: Option<Either<Text, At<Function>>>,
        /// A function behind a URL.
        url: Option<Either<Text, At<Url>>>,
    }
}

entity! {
    /// A call of a function through the Invoke API.
    Function {
        /// Name, partial ARN or ARN; may end in `:qualifier`.
        name: Text,
        /// Version or alias.
        qualifier: Option<Text>,
        /// What the function is given; `http-v2` without it.
        event: Option<Either<At<EventWord>, At<Event>>>,
        /// What its reply means; `proxy` without it, `raw` when it is not waited for.
        reply: Option<Either<At<ReplyWord>, At<Reply>>>,
        /// Whether the reply is waited for; `request-response` without it.
        invocation: Option<At<Invocation>>,
        /// How long the call may take; one minute without it. Lambda's own longest is 15m.
        timeout: Option<At<Lasting>>,
        /// To open a connection; 5s without it.
        connect_timeout: Option<At<Lasting>>,
        /// The last 4 KB of the function's log; `none` without it.
        log_tail: Option<At<LogTail>>,
        /// As whom and where, changed from what the whole configuration says.
        "aws" account: Option<Account>,
        /// Answers to failures of the call, by failure code.
        on_error: Option<Pairs<Answer>>,
        /// What an error of the function is: `fail` (without it), `reply`, or the status with which its payload goes on.
        function_error: Option<Either<At<u16>, At<FunctionError>>>,
        /// Whether that status is for errors of the class `Unhandled` alone; false without it.
        unhandled_only: Option<At<bool>>,
        /// Whether a refusal by the Lambda API keeps its status; false without it.
        api_status: Option<At<bool>>,
        /// What becomes of the reply; `respond` without it.
        then: Option<Either<At<ThenWord>, Then>>,
    }
}

entity! {
    /// A call of a function behind a URL. Method, query, header fields and body are the client's.
    Url {
        /// Scheme, host, optional port and base path.
        to: Text,
        /// What is appended to its path: `fixed` (nothing), `append` (all of the request's), or a parameter.
        /// Without it the parameter `{rest+}` of the route, or nothing.
        path: Option<Either<At<UrlPathWord>, UrlParam>>,
        /// Sign with SigV4 for this service: `execute-api` for API Gateway, `lambda` for a function URL.
        sign: Option<Text>,
        /// The `x-api-key` to send, best as `${NAME}`.
        api_key: Option<Hidden>,
        /// What it is given; the request's own body, `raw`, without it.
        event: Option<Either<At<EventWord>, At<Event>>>,
        /// What its reply means; everything as it came, `mirror`, without it.
        reply: Option<Either<At<ReplyWord>, At<Reply>>>,
        /// How long the call may take; one minute without it.
        timeout: Option<At<Lasting>>,
        /// To open a connection; 5s without it.
        connect_timeout: Option<At<Lasting>>,
        /// Whether a log tail in the reply passes to the client (`pass`).
        log_tail: Option<At<LogTail>>,
        /// As whom, changed from what the whole configuration says.
        "aws" account: Option<Account>,
        /// Answers to failures of the call, by failure code.
        on_error: Option<Pairs<Answer>>,
        /// What an error of the function is: `fail` (without it), `reply`, or the status with which its payload goes on.
        function_error: Option<Either<At<u16>, At<FunctionError>>>,
        /// Whether that status is for errors of the class `Unhandled` alone; false without it.
        unhandled_only: Option<At<bool>>,
        /// Whether a refusal by the Lambda API keeps its status; false without it.
        api_status: Option<At<bool>>,
        /// What becomes of the reply; `respond` without it.
        then: Option<Either<At<ThenWord>, Then>>,
    }
}

words! {
    /// What is appended to the path of a URL.
    UrlPathWord {
        /// Nothing.
        "fixed" Fixed,
        /// The whole path of the request.
        "append" Append,
    }
}

entity! {
    /// A parameter of the route's path.
    UrlParam {
        /// Its name: `rest` of `/orders/{rest+}`.
        param: Text,
    }
}

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
    }
}

words! {
    /// How a call is made.
    Invocation {
        /// Waits for the reply.
        "request-response" RequestResponse,
        /// Queues the event and answers 202.
        "event" Event,
        /// Only asks whether the call would be allowed.
        "dry-run" DryRun,
    }
}

words! {
    /// What is done with a function's log tail.
    LogTail {
        /// It is not asked for.
        "none" None,
        /// It is asked for and stays here.
        "ask" Ask,
        /// It is asked for and sent to the client as `X-Amz-Log-Result`.
        "expose" Expose,
        /// It is not asked for, but sent to the client if it comes.
        "pass" Pass,
    }
}

words! {
    /// What an error of the function is.
    FunctionError {
        /// A failure of the call.
        "fail" Fail,
        /// A reply like any other.
        "reply" Reply,
    }
}

words! {
    /// What becomes of the reply.
    ThenWord {
        /// It is the response, now.
        "respond" Respond,
        /// It is the response in the endpoint's place: later policies still run.
        "answer" Answer,
        /// It is kept for later steps only.
        "keep" Keep,
    }
}

entity! {
    /// The reply replaces parts of a response.
    Then {
        /// These parts.
        replace: OneOrMany<At<Part>>,
    }
}

words! {
    /// A part of a response.
    Part {
        /// The body.
        "body" Body,
        /// The status.
        "status" Status,
    }
}
