//! Calls of functions as written, and as whom they are made.

use super::answer::Answer;
use super::upstream::ClientTls;
use crate::decode::{At, Either, Hidden, Lasting, OneOrMany, Pairs, Text, entity, words};

entity! {
    /// Region, endpoint and identity. In a call it changes what the whole configuration says, key by key.
    Account {
        /// The region; without it `AWS_REGION`, `AWS_DEFAULT_REGION`, then the one in the function's ARN.
        region: Option<Text>,
        /// Base URL of the Lambda API instead of the region's own.
        endpoint: Option<Text>,
        /// `chain` (environment, profile, container, instance: without it), or keys.
        credentials: Option<Either<At<Chain>, Keys>>,
        /// TLS towards AWS.
        tls: Option<ClientTls>,
        /// False: takes nothing from what the whole configuration says.
        inherit: Option<At<bool>>,
    }
}

words! {
    /// Credentials from the surroundings.
    Chain {
        /// Environment, profile, web identity, container, instance metadata: the first that has any.
        "chain" Chain,
    }
}

entity! {
    /// Keys written here.
    Keys {
        /// Access key id.
        access_key: Text,
        /// Secret access key, best as `${NAME}`.
        secret_key: Hidden,
        /// Session token of temporary keys.
        session_token: Option<Hidden>,
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
        body: Option<Either<At<BodyWord>, BinaryTypes>>,
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
    /// Base64 for some media types.
    BinaryTypes {
        /// The media types, such as `image/*`; everything else is text.
        binary: OneOrMany<Text>,
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
