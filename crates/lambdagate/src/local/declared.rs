//! Functions that a template declares, as the local Lambda takes them.

use emulator::{AuthType, Cors, Declared, InvokeMode, Url};
use native::sam::{Function, FunctionUrl, UrlCors};

/// The version that an alias stands for: a local function has one.
const VERSION: &str = "1";

/// The same functions in the local Lambda's words.
pub(crate) fn declared(functions: &[Function]) -> Vec<Declared> {
    functions.iter().cloned().map(one).collect()
}

fn one(function: Function) -> Declared {
    let Function { name, folder, runtime, handler, environment, memory_mb, timeout, concurrency, .. } = function;
    Declared {
        name,
        folder,
        runtime,
        handler,
        memory_mb,
        timeout,
        environment: environment.into_iter().collect(),
        concurrency,
        url: function.url.map(url),
        aliases: function.alias.into_iter().map(|alias| (alias, VERSION.to_owned())).collect(),
        retries: function.retries,
        max_event_age: function.max_event_age,
        ..Declared::default()
    }
}

fn url(written: FunctionUrl) -> Url {
    Url {
        auth: if written.signed { AuthType::AwsIam } else { AuthType::None },
        mode: if written.streamed { InvokeMode::ResponseStream } else { InvokeMode::Buffered },
        cors: written.cors.map(cors),
    }
}

fn cors(UrlCors { origins, methods, headers, exposed, credentials, max_age }: UrlCors) -> Cors {
    Cors {
        allow_origins: origins,
        allow_methods: methods,
        allow_headers: headers,
        expose_headers: exposed,
        allow_credentials: credentials,
        max_age,
    }
}
