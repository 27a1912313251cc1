//! A function whose name, place and identity are evaluated for each request.
//!
//! What was made ready for some values serves all requests with the same ones.

use super::setting::ReadySetting;
use super::trust::Trust;
use crate::build::Services;
use crate::exchange::Exchange;
use crate::text::{Asks, TextError};
use crate::world::World;
use expr::Value;
use lambda::CallError;
use lambda::error::Blame;
use lambda::invoke::{Function, Lambda};
use model::Secret;
use model::answer::FailureKind;
use model::aws::{AssumeRole, Credentials};
use model::call::{CallTexts, CallTimeouts, CallTimes, FunctionTarget, Invocation, Time};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

/// Functions kept for one step.
const KEPT: usize = 128;

/// A target, read.
pub(super) struct EvaluatedTarget {
    base: FunctionTarget,
    timeouts: CallTimeouts,
    times: CallTimes,
    settings: Settings,
    lambda: Lambda,
    constant: bool,
    /// The function of requests that nothing evaluated matters to.
    usual: OnceLock<Arc<Function>>,
    kept: Mutex<HashMap<Key, Arc<Function>>>,
}

struct Settings {
    function: ReadySetting,
    qualifier: ReadySetting,
    invocation: ReadySetting,
    log_type: ReadySetting,
    region: ReadySetting,
    access_key: ReadySetting,
    secret_key: ReadySetting,
    role: ReadySetting,
    session_name: ReadySetting,
    trust_all: ReadySetting,
    trust_kind: ReadySetting,
    trust_path: ReadySetting,
    trust_password: ReadySetting,
    trust_content: ReadySetting,
}

/// What makes two functions one.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    target: FunctionTarget,
    timeouts: CallTimeouts,
    trust: Trust,
}

/// The function of a request, or what it is to be made of.
pub(super) enum Wanted {
    Ready(Arc<Function>),
    /// `usual`: nothing of it is this request's own.
    Key {
        key: Box<Key>,
        usual: bool,
    },
}

impl Wanted {
    /// Name or ARN.
    pub(super) fn name(&self) -> Arc<str> {
        match self {
            Self::Ready(function) => function.name().clone(),
            Self::Key { key, .. } => key.target.function.as_str().into(),
        }
    }

    /// The region that is written, if any.
    pub(super) fn region<'w>(&'w self, target: &'w EvaluatedTarget) -> &'w str {
        let target = match self {
            Self::Ready(_) => &target.base,
            Self::Key { key, .. } => &key.target,
        };
        target.aws.region.as_deref().unwrap_or("")
    }
}

impl EvaluatedTarget {
    pub(super) fn new(base: &FunctionTarget, timeouts: CallTimeouts, texts: &CallTexts, services: &Services) -> Self {
        let settings = Settings::compile(texts);
        let constant = settings.all().iter().all(|setting| setting.is_constant());
        Self {
            base: base.clone(),
            timeouts,
            times: texts.times.clone(),
            settings,
            lambda: services.lambda.clone(),
            constant,
            usual: OnceLock::new(),
            kept: Mutex::default(),
        }
    }

    pub(super) fn asks(&self) -> Asks {
        self.settings.all().into_iter().map(ReadySetting::asks).fold(Asks::default(), Asks::and)
    }

    /// What is called for this request.
    pub(super) fn wanted(&self, exchange: &Exchange) -> Result<Wanted, CallError> {
        let usual = self.constant && !self.is_overridden(exchange);
        if let Some(function) = self.usual.get().filter(|_| usual) {
            return Ok(Wanted::Ready(function.clone()));
        }
        let world = World::of(exchange);
        self.key(exchange, &world).map(|key| Wanted::Key { key: Box::new(key), usual })
    }

    /// The function, made now where nobody has wanted it before.
    pub(super) async fn function(&self, wanted: Wanted) -> Result<Arc<Function>, CallError> {
        let (key, usual) = match wanted {
            Wanted::Ready(function) => return Ok(function),
            Wanted::Key { key, usual } => (*key, usual),
        };
        if let Some(function) = self.kept.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(function.clone());
        }
        let mut target = key.target.clone();
        key.trust.apply(&mut target.aws.tls).await?;
        let function = self.lambda.function(&target, key.timeouts)?;
        if usual {
            return Ok(self.usual.get_or_init(|| function).clone());
        }
        self.keep(key, &function);
        Ok(function)
    }

    fn keep(&self, key: Key, function: &Arc<Function>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT
            && let Some(other) = kept.keys().next().cloned()
        {
            kept.remove(&other);
        }
        kept.insert(key, function.clone());
    }

    fn is_overridden(&self, exchange: &Exchange) -> bool {
        exchange.learned.is_some()
            && (self.settings.all().iter().any(|setting| setting.is_overridden(exchange))
                || times(&self.times).iter().any(|time| attribute(exchange, time).is_some()))
    }

    fn key(&self, exchange: &Exchange, world: &World<'_>) -> Result<Key, CallError> {
        let text = |setting: &ReadySetting| setting.filled(exchange, world).map(|text| text.map(Cow::into_owned));
        let of = &self.settings;
        let mut target = self.base.clone();
        let read = || -> Result<Trust, TextError> {
            if let Some(function) = text(&of.function)? {
                target.function = function;
            }
            target.qualifier = text(&of.qualifier)?.or(target.qualifier.take());
            target.aws.region = text(&of.region)?.or(target.aws.region.take());
            if let Some(log_type) = text(&of.log_type)? {
                target.log_tail = log_type == "Tail";
            }
            if let (Some(key), Some(secret)) = (text(&of.access_key)?, text(&of.secret_key)?) {
                let identity = Credentials::keys(key, Secret::new(secret), None);
                target.aws.credentials = Credentials { sources: identity.sources, ..target.aws.credentials.clone() };
            }
            if let Some(arn) = of.role.value(exchange, world)? {
                let name = text(&of.session_name)?.unwrap_or_else(|| AssumeRole::SESSION_NAME.to_owned());
                let role = AssumeRole { session_name: name, ..AssumeRole::new(&*arn) };
                target.aws.credentials.roles = if arn.is_empty() { Vec::new() } else { vec![role] };
            }
            Ok(Trust {
                all: text(&of.trust_all)?.is_some_and(|all| all.eq_ignore_ascii_case("true")),
                kind: text(&of.trust_kind)?,
                path: text(&of.trust_path)?,
                password: text(&of.trust_password)?.map(Secret::new),
                content: text(&of.trust_content)?,
            })
        };
        let mut read = read;
        let trust = read().map_err(|error| invalid(&error.to_string()))?;
        if let Some(invocation) = text(&of.invocation).map_err(|error| invalid(&error.to_string()))? {
            target.invocation = read_invocation(&invocation)?;
        }
        Ok(Key { target, timeouts: self.timeouts(exchange)?, trust })
    }

    /// Nothing is tried twice, so that the shortest of the times that bound the reply bounds the call.
    pub(super) fn timeouts(&self, exchange: &Exchange) -> Result<CallTimeouts, CallError> {
        let mut read = Vec::with_capacity(4);
        for time in times(&self.times) {
            let given = attribute(exchange, time).map(milliseconds).transpose()?;
            read.push(given.or(time.time).filter(|time| !time.is_zero()));
        }
        let total = read[1..].iter().flatten().min().copied();
        let connect = read[0].unwrap_or(self.timeouts.connect);
        Ok(CallTimeouts { connect, total: total.unwrap_or(self.timeouts.total) })
    }
}

/// Those to connect, of silence, of an attempt, of the whole.
fn times(times: &CallTimes) -> [&Time; 4] {
    [&times.connect, &times.read, &times.attempt, &times.total]
}

fn attribute<'e>(exchange: &'e Exchange, time: &Time) -> Option<&'e Value<'static>> {
    exchange.attribute(time.attribute.as_ref()?)
}

fn milliseconds(value: &Value<'_>) -> Result<Duration, CallError> {
    let count = match value {
        Value::Int(count) => u64::try_from(*count).ok(),
        Value::Long(count) => u64::try_from(*count).ok(),
        Value::Str(text) => text.trim().parse().ok(),
        _ => None,
    };
    count.map(Duration::from_millis).ok_or_else(|| invalid(&format!("{value} is no number of milliseconds")))
}

fn read_invocation(text: &str) -> Result<Invocation, CallError> {
    let known = [Invocation::RequestResponse, Invocation::Event, Invocation::DryRun];
    let found = known.into_iter().find(|invocation| invocation.as_str() == text);
    found.ok_or_else(|| invalid(&format!("{text:?} is no way to call: RequestResponse, Event and DryRun are")))
}

/// A setting that no call can be made with.
pub(super) fn invalid(detail: &str) -> CallError {
    let mut error = CallError::before(FailureKind::Rejected, Blame::Config, detail);
    error.reason = Some("Invalid configuration".into());
    error
}

impl Settings {
    fn compile(texts: &CallTexts) -> Self {
        let ready = ReadySetting::compile;
        Self {
            function: ready(&texts.function),
            qualifier: ready(&texts.qualifier),
            invocation: ready(&texts.invocation),
            log_type: ready(&texts.log_type),
            region: ready(&texts.region),
            access_key: ready(&texts.access_key),
            secret_key: ready(&texts.secret_key),
            role: ready(&texts.role),
            session_name: ready(&texts.session_name),
            trust_all: ready(&texts.trust.all),
            trust_kind: ready(&texts.trust.kind),
            trust_path: ready(&texts.trust.path),
            trust_password: ready(&texts.trust.password),
            trust_content: ready(&texts.trust.content),
        }
    }

    fn all(&self) -> [&ReadySetting; 14] {
        [
            &self.function,
            &self.qualifier,
            &self.invocation,
            &self.log_type,
            &self.region,
            &self.access_key,
            &self.secret_key,
            &self.role,
            &self.session_name,
            &self.trust_all,
            &self.trust_kind,
            &self.trust_path,
            &self.trust_password,
            &self.trust_content,
        ]
    }
}
