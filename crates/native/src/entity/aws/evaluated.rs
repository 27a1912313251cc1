//! What of a call is evaluated for each request, as written.

use crate::decode::{At, Either, Lasting, Pairs, Text, entity, words};
use crate::entity::expression::{Expression, Failure};

/// A text with expressions, or more about it.
pub type Setting = Either<Text, At<SettingOf>>;

entity! {
    /// A setting that is evaluated for each request.
    SettingOf {
        /// The text.
        text: Option<Expression>,
        /// The attribute that stands before the text, where an exchange has one of this name.
        attribute: Option<Text>,
        /// Whether a value that is null is what is written; false without it.
        or_written: Option<At<bool>>,
    }
}

entity! {
    /// What of a call is evaluated for each request. A setting that is there stands before what the call says otherwise;
    /// what is wrong with it fails the request.
    Evaluated {
        /// Name or ARN of the function.
        function: Option<Setting>,
        /// Version or alias.
        qualifier: Option<Setting>,
        /// `RequestResponse`, `Event` or `DryRun`.
        invocation: Option<Setting>,
        /// `Tail` asks for the log.
        log_type: Option<Setting>,
        /// Region.
        region: Option<Setting>,
        /// Access key id. Keys sign where both are there.
        access_key: Option<Setting>,
        /// Secret access key.
        secret_key: Option<Setting>,
        /// ARN of a role that is assumed first.
        role: Option<Setting>,
        /// Name of its session.
        session_name: Option<Setting>,
        /// Whom TLS trusts beside the system's roots.
        trust: Option<Trust>,
        /// How long things may take.
        times: Option<Times>,
        /// Which bodies expressions of the call may ask for; `for-call` without it.
        bodies: Option<At<Readable>>,
        /// Attributes that are set from the reply; none where a text is null.
        variables: Option<Pairs<Option<Expression>>>,
        /// Whether a variable without a value is left out, instead of failing the request; false without it.
        lenient_variables: Option<At<bool>>,
        /// Whether expressions see the reply's header fields, its log and its error too; false without it.
        whole_reply: Option<At<bool>>,
    }
}

entity! {
    /// Whom TLS trusts.
    Trust {
        /// Everybody, where it is true.
        all: Option<Setting>,
        /// `JKS`, `PKCS12` or `PEM`.
        kind: Option<Setting>,
        /// The file.
        path: Option<Setting>,
        /// What opens it.
        password: Option<Setting>,
        /// Certificates in PEM, which stand before the file.
        content: Option<Setting>,
    }
}

entity! {
    /// How long a call's parts may take: a time, or more about it.
    Times {
        /// To connect.
        connect: Option<Either<At<Lasting>, Time>>,
        /// Silence of the other side.
        read: Option<Either<At<Lasting>, Time>>,
        /// One attempt. There is one.
        attempt: Option<Either<At<Lasting>, Time>>,
        /// The whole call.
        total: Option<Either<At<Lasting>, Time>>,
    }
}

entity! {
    /// A time that an attribute may set.
    Time {
        /// How long; what the call says otherwise without it.
        time: Option<At<Lasting>>,
        /// The attribute, a number of milliseconds.
        attribute: Option<Text>,
    }
}

words! {
    /// Which bodies are held so that a call's expressions can ask for them.
    Readable {
        /// None: they see what an earlier policy has asked for.
        "unread" Unread,
        /// Those that target and payload name.
        "for-call" ForCall,
        /// Those that variables name, too.
        "for-all" ForAll,
    }
}

entity! {
    /// What becomes of a failed call where failures have keys.
    KeyedFailures {
        /// Every failure of the call.
        call: Option<Failure>,
        /// A variable without a value.
        variable: Option<Failure>,
        /// What stands before the words of what went wrong; they stand behind the message.
        detail_prefix: Option<Text>,
        /// Whether the failure has the parameters `function`, `region` and `error`; false without it.
        parameters: Option<At<bool>>,
    }
}
