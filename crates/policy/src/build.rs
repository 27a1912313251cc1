//! From the model to runnable policies: one exhaustive match.

mod error;
mod name;
mod services;

pub use error::{BuildCause, BuildError};
pub use services::{IdentityStatus, Services, Slots};

use crate::Policy;
use crate::again::ReadyAgain;
use crate::answer::{AnswerError, ReadyAnswer, ReadyAnswers};
use crate::auth::access_token::AccessToken;
use crate::auth::acl::Acl;
use crate::auth::any_of::AnyOf;
use crate::auth::basic_auth::BasicAuth;
use crate::auth::check_addresses::CheckAddresses;
use crate::auth::check_json::CheckJson;
use crate::auth::check_values::CheckValues;
use crate::auth::csrf::{self, CheckToken, GiveToken};
use crate::auth::first_of::FirstOf;
use crate::auth::forward_auth::ForwardAuth;
use crate::auth::gate::{Gate, Parts};
use crate::auth::hmac_auth::HmacAuth;
use crate::auth::host_certificates::HostCertificates;
use crate::auth::ip_restriction::IpRestriction;
use crate::auth::jwt::Jwt;
use crate::auth::key_auth::KeyAuth;
use crate::auth::path_rules::PathRules;
use crate::auth::policy_agent::PolicyAgent;
use crate::auth::refuse::Refuse;
use crate::auth::validate::Validate;
use crate::cache::{self, AnswerKept, Keep};
use crate::call::by_texts::CallByTexts;
use crate::call::lambda::CallStep;
use crate::chain::{Place, ReadyChain, ReadyGroup, ReadyStep, Ring, Side};
use crate::consumers::Consumers;
use crate::limit::breaker::{self, Rest, TakeDown};
use crate::limit::concurrency::Concurrency;
use crate::limit::pace::Pace;
use crate::limit::rate::{self, RateLimit, TellRate};
use crate::limit::request_size::RequestSize;
use crate::log::count::Count;
use crate::log::keep::{KeepRequest, KeepResponse};
use crate::log::step::Log;
use crate::missing::Missing;
use crate::predicate::ReadyPredicate;
use crate::refusal::ReadyRefusals;
use crate::refusing::Refusing;
use crate::rewrite::again::Again;
use crate::rewrite::assign::Assign;
use crate::rewrite::body_template::BodyTemplate;
use crate::rewrite::client_address::ClientAddress;
use crate::rewrite::compose::Compose;
use crate::rewrite::compress::Compress;
use crate::rewrite::cors::{Preflight, Rules, Share};
use crate::rewrite::fail::Fail;
use crate::rewrite::header_texts::HeaderTexts;
use crate::rewrite::headers::{Edits, RequestHeaders, ResponseHeaders};
use crate::rewrite::inject::Inject;
use crate::rewrite::lead_by_path::LeadByPath;
use crate::rewrite::query_texts::QueryTexts;
use crate::rewrite::redirect::Redirect;
use crate::rewrite::request_id::{Choice, EchoRequestId, RequestId};
use crate::rewrite::respond::Respond;
use crate::rewrite::response::ResponseRewrite;
use crate::rewrite::split::Split;
use crate::rewrite::terminate::Terminate;
use crate::rewrite::transform::{RequestTransform, ResponseTransform};
use crate::rewrite::upstream::Rewrite;
use http::HeaderName;
use model::answer::Answers;
use model::call::{CallTexts, Payload};
use model::chain::{Group, Phase, Step};
use model::consumer::Consumer;
use model::id::TableId;
use model::policy::{self, CounterStore, Policy as Data};
use model::table::{PathNormalization, Table};
use name::{is_log, may_log, name};
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

/// Makes steps ready, for one compilation of one gateway.
pub struct Builder<'a> {
    services: &'a Services,
    consumers: Arc<Consumers>,
    rings: RefCell<HashMap<TableId, Arc<Ring>>>,
}

impl<'a> Builder<'a> {
    /// A builder for a gateway with these clients.
    pub fn new(services: &'a Services, consumers: &[Arc<Consumer>]) -> Self {
        Self::with(services, Arc::new(Consumers::new(consumers)))
    }

    /// A builder for a gateway whose clients are indexed already.
    pub fn with(services: &'a Services, consumers: Arc<Consumers>) -> Self {
        Self { services, consumers, rings: RefCell::default() }
    }

    /// What surrounds the routes of this table is as it was when this chain was made.
    pub fn adopt(&self, table: &TableId, chain: &ReadyChain) {
        self.rings.borrow_mut().insert(table.clone(), chain.ring().clone());
    }

    /// What surrounds all routes of a table, built when first asked for.
    pub(crate) fn ring(&self, table: &Table) -> Result<Arc<Ring>, BuildError> {
        if let Some(ring) = self.rings.borrow().get(&table.id) {
            return Ok(ring.clone());
        }
        let ring = Arc::new(Ring::compile(table, self)?);
        self.rings.borrow_mut().insert(table.id.clone(), ring.clone());
        Ok(ring)
    }

    pub(crate) fn answers(&self, answers: &Answers) -> Result<ReadyAnswers, BuildError> {
        let place = |cause: AnswerError| BuildError { place: "answers".to_owned(), cause: cause.into() };
        ReadyAnswers::compile(answers).map_err(place)
    }

    /// Adds a group and tells its number; none for a group that asks nothing.
    pub(crate) fn group(
        &self,
        group: &Group,
        normalization: PathNormalization,
        groups: &mut Vec<ReadyGroup>,
    ) -> Result<Option<u16>, BuildError> {
        if group.predicate.is_none() && group.set.is_none() {
            return Ok(None);
        }
        let fail = |cause| BuildError { place: "group".to_owned(), cause };
        let at = u16::try_from(groups.len()).map_err(|_| fail(BuildCause::TooManyGroups))?;
        let ready = |predicate| ReadyPredicate::compile(predicate, normalization).map_err(|cause| fail(cause.into()));
        groups.push(ReadyGroup { predicate: group.predicate.as_ref().map(ready).transpose()?, set: group.set });
        Ok(Some(at))
    }

    /// Makes a step ready.
    pub(crate) fn step(
        &self,
        step: &Step,
        place: Place,
        group: Option<u16>,
        normalization: PathNormalization,
    ) -> Result<ReadyStep, BuildError> {
        let fail = |cause| BuildError { place: step.slot.to_string(), cause };
        let ready = |predicate| ReadyPredicate::compile(predicate, normalization);
        let predicate = step.predicate.as_ref().map(ready).transpose().map_err(|cause| fail(cause.into()))?;
        let slot = self.services.slots.of(&step.slot);
        let (side, policy) = self.policy(&step.policy, step.rank.phase, slot).map_err(fail)?;
        let (rank, precedence) = (step.rank, step.precedence);
        let asks_body = side == Side::Request && predicate.as_ref().is_some_and(ReadyPredicate::asks_body);
        let always = place == Place::Global;
        Ok(ReadyStep { slot, side, rank, precedence, place, group, predicate, asks_body, always, policy })
    }

    fn policy(&self, data: &Data, phase: Phase, slot: usize) -> Result<(Side, Box<dyn Policy>), BuildCause> {
        let side = match phase {
            Phase::Rewrite | Phase::Access | Phase::Endpoint => Side::Request,
            Phase::Response => Side::Response,
            Phase::Log => Side::Log,
        };
        if is_log(data) && side != Side::Log || side == Side::Log && !may_log(data) {
            return Err(BuildCause::Side { policy: name(data), phase });
        }
        let policy: Box<dyn Policy> = match (data, side) {
            (Data::Call(call), side) => match (&call.texts, &call.payload) {
                (Some(texts), _) => Box::new(CallByTexts::build(call, texts, side, phase, self.services)?),
                (None, Payload::Template(_)) => {
                    let texts = CallTexts::default();
                    Box::new(CallByTexts::build(call, &texts, side, phase, self.services)?)
                }
                (None, _) => Box::new(CallStep::build(call, side, phase, self.services)?),
            },
            (Data::Refusing(one), _) => Box::new(Refusing::build(one, self.policy(&one.policy, phase, slot)?.1)?),
            (Data::Respond(answer), _) => Box::new(Respond { answer: ReadyAnswer::compile(answer)? }),
            (Data::KeyAuth(data), Side::Request) => Box::new(self.key_auth(data)?),
            (Data::BasicAuth(data), Side::Request) => Box::new(self.basic_auth(data)?),
            (Data::Jwt(data), Side::Request) => Box::new(self.jwt(data)?),
            (Data::HmacAuth(data), Side::Request) => Box::new(self.hmac_auth(data)?),
            (Data::AccessToken(data), Side::Request) => Box::new(AccessToken::compile(data, &self.services.tokens)?),
            (Data::AnyOf(data), Side::Request) => Box::new(self.any_of(data, phase, slot)?),
            (Data::ForwardAuth(data), Side::Request) => Box::new(ForwardAuth::compile(data)?),
            (Data::PolicyAgent(data), Side::Request) => Box::new(PolicyAgent::compile(data)?),
            (Data::ClientAddress(data), Side::Request) => Box::new(ClientAddress((**data).clone())),
            (Data::Acl(data), Side::Request) => {
                Box::new(Acl::compile(data, data.header.as_deref().map(header_name).transpose()?)?)
            }
            (Data::IpRestriction(data), Side::Request) => Box::new(IpRestriction {
                allow: data.allow.clone(),
                deny: data.deny.clone(),
                refusals: ReadyRefusals::compile(&data.refusals)?,
            }),
            (Data::RequestSize(data), Side::Request) => Box::new(RequestSize {
                bytes: data.bytes,
                length_required: data.length_required,
                refusals: ReadyRefusals::compile(&data.refusals)?,
            }),
            (Data::RateLimit(data), Side::Request) => Box::new(RateLimit::new(self.rate_limit(data)?, slot)),
            (Data::RateLimit(data), Side::Response | Side::Log) => {
                Box::new(TellRate { rules: self.rate_limit(data)?, slot })
            }
            (
                Data::KeyAuth(_)
                | Data::BasicAuth(_)
                | Data::Jwt(_)
                | Data::HmacAuth(_)
                | Data::AccessToken(_)
                | Data::AnyOf(_)
                | Data::ForwardAuth(_)
                | Data::PolicyAgent(_)
                | Data::ClientAddress(_)
                | Data::Acl(_)
                | Data::IpRestriction(_)
                | Data::RequestSize(_),
                Side::Response | Side::Log,
            ) => return Err(BuildCause::Side { policy: name(data), phase }),
            (Data::Terminate(data), _) => Box::new(Terminate::compile(data)?),
            (Data::HeaderTexts(data), side) => Box::new(HeaderTexts::compile(data, side != Side::Request)?),
            (Data::Assign(data), _) => Box::new(Assign::compile(data)),
            (Data::BodyTemplate(data), side) => Box::new(BodyTemplate::compile(data, side != Side::Request)),
            (Data::Compose(data), Side::Request) => Box::new(Compose::compile(data)?),
            (Data::Fail(told), _) => Box::new(Fail(told.clone())),
            (Data::FirstOf(data), Side::Request) => Box::new(FirstOf::compile(data, &self.services.tokens)?),
            (Data::CheckJson(data), side) => Box::new(CheckJson::compile(data, side != Side::Request)),
            (Data::CheckValues(data), Side::Request) => Box::new(CheckValues::compile(data)),
            (Data::CheckAddresses(data), Side::Request) => Box::new(CheckAddresses::compile(data)),
            (
                Data::Compose(_) | Data::FirstOf(_) | Data::CheckValues(_) | Data::CheckAddresses(_),
                Side::Response | Side::Log,
            ) => {
                return Err(BuildCause::Side { policy: name(data), phase });
            }
            (Data::RequestTransform(data), Side::Request) => Box::new(RequestTransform::compile(data)?),
            (Data::ResponseTransform(data), Side::Response | Side::Log) => Box::new(ResponseTransform::compile(data)?),
            (Data::RequestTransform(_), Side::Response | Side::Log) | (Data::ResponseTransform(_), Side::Request) => {
                return Err(BuildCause::Side { policy: name(data), phase });
            }
            (Data::Log(data), _) => Box::new(Log::build(data, &self.services.logs, &self.services.metrics, slot)?),
            (Data::KeepBody(data), Side::Request) => Box::new(KeepRequest::build(data, slot)),
            (Data::KeepBody(data), Side::Response | Side::Log) => Box::new(KeepResponse::build(data, slot)),
            (Data::Count(data), _) => Box::new(Count::build(data, &self.services.metrics)),
            (Data::Cors(cors), Side::Request) => Box::new(Preflight(rules(cors)?)),
            (Data::Cors(cors), Side::Response | Side::Log) => Box::new(Share(rules(cors)?)),
            (Data::Csrf(data), Side::Request) => Box::new(CheckToken(csrf::Rules::compile(data)?)),
            (Data::Csrf(data), Side::Response | Side::Log) => Box::new(GiveToken(csrf::Rules::compile(data)?)),
            (Data::Headers(edits), Side::Request) => Box::new(RequestHeaders(Edits::compile(edits)?)),
            (Data::Headers(edits), Side::Response | Side::Log) => Box::new(ResponseHeaders(Edits::compile(edits)?)),
            (Data::RequestId(id), Side::Request) => Box::new(RequestId { choice: Choice::of(id)?, own: id.own, slot }),
            (Data::RequestId(id), Side::Response | Side::Log) => {
                let choice = id.echo.then(|| Choice::of(id)).transpose()?;
                Box::new(EchoRequestId { choice, own: id.own, slot })
            }
            (Data::Pace(data), Side::Request) => Box::new(Pace::compile(data, &self.services.counters)?),
            (Data::Concurrency(data), Side::Request) => {
                Box::new(Concurrency::compile(data, &self.services.counters, slot)?)
            }
            (Data::Breaker(data), Side::Request) => Box::new(Rest { rules: self.breaker(data)?, slot }),
            (Data::Breaker(data), Side::Log) => Box::new(TakeDown { rules: self.breaker(data)?, slot }),
            (Data::Cache(data), Side::Request) => Box::new(AnswerKept { rules: self.cache(data)?, slot }),
            (Data::Cache(data), Side::Response) => Box::new(Keep { rules: self.cache(data)?, slot }),
            (Data::Refuse(data), Side::Request) => Box::new(Refuse::compile(data)?),
            (Data::HostCertificates(data), Side::Request) => Box::new(HostCertificates::compile(data)?),
            (Data::Validate(data), Side::Request) => Box::new(Validate::compile(data)?),
            (Data::Inject(data), Side::Request) => Box::new(Inject::compile(data)?),
            (Data::Split(data), Side::Request) => Box::new(Split::compile(data)),
            (Data::Redirect(data), Side::Request) => Box::new(Redirect::compile(data)?),
            (Data::LeadByPath(data), Side::Request) => Box::new(LeadByPath::compile(data)),
            (Data::QueryTexts(data), Side::Request) => Box::new(QueryTexts::compile(data)),
            (Data::PathRules(data), Side::Request) => {
                Box::new(PathRules::compile(data).map_err(|cause| no_pattern(&cause))?)
            }
            (Data::Again(data), Side::Request) => Box::new(Again(Arc::new(ReadyAgain::new(data)))),
            (Data::Rewrite(data), Side::Request) => Box::new(Rewrite::compile(data)?),
            (Data::Compress(data), Side::Response) => Box::new(Compress((**data).clone())),
            (Data::ResponseRewrite(data), Side::Response) => Box::new(ResponseRewrite::compile(data)?),
            (
                Data::Pace(_)
                | Data::Concurrency(_)
                | Data::Cache(_)
                | Data::Breaker(_)
                | Data::Refuse(_)
                | Data::HostCertificates(_)
                | Data::Validate(_)
                | Data::Inject(_)
                | Data::LeadByPath(_)
                | Data::QueryTexts(_)
                | Data::PathRules(_)
                | Data::Again(_)
                | Data::Redirect(_)
                | Data::Split(_)
                | Data::Rewrite(_)
                | Data::ResponseRewrite(_)
                | Data::Compress(_),
                _,
            ) => return Err(BuildCause::Side { policy: name(data), phase }),
            (Data::Missing { name }, _) => Box::new(Missing { name: name.clone() }),
        };
        Ok((side, policy))
    }

    fn rate_limit(&self, data: &policy::RateLimit) -> Result<Arc<rate::Rules>, BuildCause> {
        let counter = |data: &policy::RateLimit| match &data.store {
            CounterStore::Local => Ok(rate::Store::Local(self.services.counters.local(data))),
            CounterStore::Redis(store) => {
                let counter = self.services.counters.redis(data, store);
                counter.map(rate::Store::Redis).map_err(|why| BuildCause::Tls(Box::new(why)))
            }
        };
        rate::Rules::compile(data, &counter).map(Arc::new)
    }

    fn breaker(&self, data: &policy::Breaker) -> Result<Arc<breaker::Rules>, BuildCause> {
        breaker::Rules::compile(data, &self.services.counters).map(Arc::new)
    }

    fn cache(&self, data: &policy::Cache) -> Result<Arc<cache::Rules>, BuildCause> {
        cache::Rules::compile(data, &self.services.caches).map(Arc::new)
    }

    fn key_auth(&self, data: &policy::KeyAuth) -> Result<KeyAuth, BuildCause> {
        let policy::KeyAuth { anonymous, preflight, identity, challenge, refusals, .. } = data;
        let parts = Parts { anonymous: anonymous.as_ref(), preflight: *preflight, identity, challenge, refusals };
        Ok(KeyAuth {
            gate: Gate::new(&parts, &self.consumers)?,
            headers: header_names(&data.headers)?,
            query: data.query.clone(),
            body: data.body.clone(),
            by_name: data.by_name,
            hide: data.hide,
        })
    }

    fn basic_auth(&self, data: &policy::BasicAuth) -> Result<BasicAuth, BuildCause> {
        let policy::BasicAuth { anonymous, preflight, identity, challenge, refusals, .. } = data;
        let parts = Parts { anonymous: anonymous.as_ref(), preflight: *preflight, identity, challenge, refusals };
        let gate = Gate::new(&parts, &self.consumers)?;
        Ok(BasicAuth { gate, headers: header_names(&data.headers)?, hide: data.hide })
    }

    fn any_of(&self, data: &policy::AnyOf, phase: Phase, slot: usize) -> Result<AnyOf, BuildCause> {
        let ready = |one: &Data| self.policy(one, phase, slot).map(|(_, policy)| policy);
        let policies = data.policies.iter().map(ready).collect::<Result<_, _>>()?;
        Ok(AnyOf { policies, refusals: ReadyRefusals::compile(&data.refusals)? })
    }

    fn hmac_auth(&self, data: &policy::HmacAuth) -> Result<HmacAuth, BuildCause> {
        let policy::HmacAuth { anonymous, identity, challenge, refusals, .. } = data;
        let parts = Parts { anonymous: anonymous.as_ref(), preflight: true, identity, challenge, refusals };
        let gate = Gate::new(&parts, &self.consumers)?;
        let (headers, dates) = (header_names(&data.headers)?, header_names(&data.dates)?);
        Ok(HmacAuth { gate, headers, dates, data: data.clone() })
    }

    fn jwt(&self, data: &policy::Jwt) -> Result<Jwt, BuildCause> {
        let policy::Jwt { anonymous, preflight, identity, challenge, refusals, .. } = data;
        let parts = Parts { anonymous: anonymous.as_ref(), preflight: *preflight, identity, challenge, refusals };
        let gate = Gate::new(&parts, &self.consumers)?;
        Ok(Jwt { gate, headers: header_names(&data.headers)?, data: data.clone() })
    }
}

fn rules(cors: &policy::Cors) -> Result<Arc<Rules>, BuildCause> {
    Rules::compile(cors).map(Arc::new).map_err(|text| BuildCause::Header { text })
}

pub(crate) fn header_name(text: &str) -> Result<HeaderName, BuildCause> {
    HeaderName::from_bytes(text.as_bytes()).map_err(|_| BuildCause::Header { text: text.to_owned() })
}

pub(crate) fn header_names(texts: &[String]) -> Result<Vec<HeaderName>, BuildCause> {
    texts.iter().map(|text| header_name(text)).collect()
}

fn no_pattern(cause: &regex::Error) -> BuildCause {
    BuildCause::Regex { text: "a pattern of paths".to_owned(), cause: cause.to_string() }
}

#[cfg(test)]
mod tests;
