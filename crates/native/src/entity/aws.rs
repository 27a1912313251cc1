//! Calls of functions as written, and as whom they are made.

mod credentials;
mod evaluated;
mod payload;

pub use credentials::{Credentials, Role, Source, SourceWord, WebIdentity};
pub use evaluated::*;
pub use payload::*;

use super::answer::Answer;
use super::upstream::{ClientTls, Forward, Keepalive};
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
        /// The region's FIPS endpoint; without it as `AWS_USE_FIPS_ENDPOINT` says.
        fips: Option<At<bool>>,
        /// The region's endpoint with IPv4 and IPv6; without it as `AWS_USE_DUALSTACK_ENDPOINT` says.
        dual_stack: Option<At<bool>>,
        /// The forward proxy on the way: a URL, more about it, `direct`, or `environment` (without it), which is
        /// what `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` say.
        "proxy" forward: Option<Either<Text, At<Forward>>>,
        /// HTTP/2 towards AWS; false without it.
        http2: Option<At<bool>>,
        /// Kept-alive connections.
        keepalive: Option<Keepalive>,
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
        /// Every failure of the call is told by its key, instead of `on_error`.
        keyed_failures: Option<KeyedFailures>,
        /// What is evaluated for each request, and what the call leaves for expressions.
        evaluated: Option<Box<At<Evaluated>>>,
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
        path: Option<Either<At<UrlPathWord>, At<UrlParam>>>,
        /// Sign with SigV4 for this service: `execute-api` for API Gateway, `lambda` for a function URL.
        sign: Option<Text>,
        /// The `x-api-key` to send, best as `${NAME}`.
        api_key: Option<Hidden>,
        /// Authorization that yields to the client's own, instead of `sign` and `api_key`.
        relay: Option<At<Relay>>,
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
        /// Every failure of the call is told by its key, instead of `on_error`.
        keyed_failures: Option<KeyedFailures>,
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
    /// What of the route's path is appended; one of these.
    UrlParam {
        /// The value of this parameter: `rest` of `/orders/{rest+}`.
        param: Option<Text>,
        /// What the route's path leaves open: all that follows a prefix that ends in a slash, or else the value of this
        /// parameter. Where something is open, a slash comes before it.
        open: Option<Text>,
    }
}

entity! {
    /// Authorization that yields to the client's own. Where the client sends none of `unless`, the fields are set and
    /// nothing is signed; else the request is signed, if the client sends no `Authorization`.
    Relay {
        /// Header fields, best as `${NAME}`.
        fields: Option<Pairs<Hidden>>,
        /// Fields of the client's before which they yield.
        unless: Option<OneOrMany<Text>>,
        /// The service to sign for with SigV4.
        sign: Option<Text>,
        /// Whether `X-Forwarded-Proto`, `-Host` and `-Port` tell of the client's request; false without it.
        forwarded: Option<At<bool>>,
        /// A body has at most so many bytes; the listener's limit without it.
        largest_body: Option<At<Size>>,
        /// Posts the client's body as this media type, without its query and header fields.
        posts: Option<Text>,
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
        /// Whether a new body stands under the old header, of which only what would make it unreadable goes; false
        /// without it.
        keep_header: Option<At<bool>>,
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
