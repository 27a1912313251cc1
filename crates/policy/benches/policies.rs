//! What policies cost a request: each alone in a real chain, both sides, and the four that most routes have together.
//!
//! The figure is the time of an exchange with the chain, less the time of one with an empty chain.

use http::{HeaderMap, HeaderValue, Response};
use model::Secret;
use model::answer::Keyed;
use model::chain::{Chain, Phase, Step, StepRank};
use model::consumer::{Consumer, Credential};
use model::endpoint::Endpoint;
use model::id::{ConsumerId, RouteId, Slot, TableId};
use model::policy::*;
use model::route::{Route, Told};
use model::table::Table;
use model::text::Text;
use net::Body;
use policy::Exchange;
use policy::build::{Builder, Services};
use policy::chain::{Next, ReadyChain};
use policy::exchange::Client;
use std::hint::black_box;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
    let bench = Bench::new(runtime);
    let bare = bench.measure(&[]);
    println!("median of {ROUNDS} rounds, ns per request; an exchange without policies takes {bare:.0} ns");
    for (name, steps) in alone() {
        println!("{name:<28} {:>8.0} ns", bench.measure(&steps) - bare);
    }
    let four = bench.measure(&four()) - bare;
    println!("{:<28} {four:>8.0} ns, {:.2} of the 3000 ns that it may take", "the four together", four / 3000.0);
}

const ROUNDS: usize = 21;

struct Bench {
    runtime: tokio::runtime::Runtime,
    services: Services,
    consumers: Vec<Arc<Consumer>>,
    request: http::request::Parts,
    answer: HeaderMap,
}

impl Bench {
    fn new(runtime: tokio::runtime::Runtime) -> Self {
        let consumer = |name: String| Consumer {
            credentials: vec![Credential::key(Secret::new(format!("key-of-{name}")))],
            ..Consumer::new(ConsumerId::new(name.as_str()), name.as_str())
        };
        let request = http::Request::get("/users/42?color=red")
            .header("host", "api.example.com")
            .header("user-agent", "bench/1")
            .header("accept", "*/*")
            .header("accept-encoding", "gzip")
            .header("origin", "https://app.example.com")
            .header("apikey", "key-of-user-7");
        let request = request.body(()).expect("a request").into_parts().0;
        let answer = [("content-type", "text/html"), ("server", "backend")];
        let answer = answer.map(|(name, value)| (http::HeaderName::from_static(name), HeaderValue::from_static(value)));
        Self {
            runtime,
            services: Services::default(),
            consumers: (0..100).map(|number| Arc::new(consumer(format!("user-{number}")))).collect(),
            request,
            answer: answer.into_iter().collect(),
        }
    }

    /// Nanoseconds of an exchange with these steps.
    fn measure(&self, steps: &[Step]) -> f64 {
        let table = Table::new(TableId::new("t"));
        let route = Route {
            id: RouteId::new("r"),
            matches: Vec::new(),
            chain: Chain::of(steps.to_vec()),
            endpoint: Endpoint::None,
            path: None,
            told: Told::default(),
            around: None,
        };
        let builder = Builder::new(&self.services, &self.consumers);
        let chain = ReadyChain::compile(&table, Some(&route), &builder).expect("the steps can run");
        let once = || self.runtime.block_on(self.exchange(&chain));
        let began = Instant::now();
        let mut warm = 0_u32;
        while began.elapsed() < Duration::from_millis(60) {
            once();
            warm += 1;
        }
        let count = (warm / 3).max(1);
        let mut times: Vec<f64> = (0..ROUNDS)
            .map(|_| {
                let began = Instant::now();
                (0..count).for_each(|_| once());
                began.elapsed().as_nanos() as f64 / f64::from(count)
            })
            .collect();
        times.sort_by(f64::total_cmp);
        times[ROUNDS / 2]
    }

    async fn exchange(&self, chain: &ReadyChain) {
        let peer: SocketAddr = ([127, 0, 0, 1], 40000).into();
        let client = Client::plain(peer);
        let mut exchange = Exchange::new(self.request.clone(), Body::Empty, client, 1 << 20);
        let next = chain.request(&mut exchange).await;
        if next == Next::Endpoint {
            let mut response = Response::new(Body::from(PAGE.to_vec()));
            *response.headers_mut() = self.answer.clone();
            exchange.response = Some(response);
        }
        chain.response(&mut exchange).await;
        let status = exchange.response.as_ref().map(Response::status);
        assert_eq!(black_box(status), Some(http::StatusCode::OK));
    }
}

const PAGE: &[u8] = &[b'a'; 1024];

fn step(slot: &str, phase: Phase, policy: Policy) -> Step {
    Step { slot: Slot::new(slot), rank: StepRank { phase, order: 0 }, precedence: 0, predicate: None, policy }
}

fn both(slot: &str, phase: Phase, policy: &Policy) -> Vec<Step> {
    vec![step(slot, phase, policy.clone()), step(slot, Phase::Response, policy.clone())]
}

fn key_auth() -> Vec<Step> {
    let policy = KeyAuth { headers: vec!["apikey".to_owned()], ..KeyAuth::default() };
    vec![step("key-auth", Phase::Access, Policy::KeyAuth(Box::new(policy)))]
}

fn rate_limit() -> Vec<Step> {
    let window = Window { span: Span::Calendar(Period::Minute), limit: u64::MAX >> 16 };
    let policy = RateLimit { scope: "r".to_owned(), windows: vec![window], ..RateLimit::default() };
    both("rate-limit", Phase::Access, &Policy::RateLimit(Box::new(policy)))
}

fn cors() -> Vec<Step> {
    let policy = Cors {
        origins: Origins::List(vec!["https://app.example.com".to_owned()]),
        methods: vec!["GET".to_owned()],
        headers: Vec::new(),
        exposed: vec!["X-Request-Id".to_owned()],
        credentials: true,
        max_age: None,
        private_network: false,
        timing: None,
        preflight_on: false,
        manner: CorsManner::default(),
    };
    both("cors", Phase::Rewrite, &Policy::Cors(policy))
}

fn request_id() -> Vec<Step> {
    let policy =
        RequestId { header: "x-request-id".to_owned(), trust_client: true, echo: true, form: IdForm::Uuid, own: false };
    both("request-id", Phase::Rewrite, &Policy::RequestId(policy))
}

fn four() -> Vec<Step> {
    [key_auth(), rate_limit(), cors(), request_id()].concat()
}

fn alone() -> Vec<(&'static str, Vec<Step>)> {
    let access = |policy| vec![step("one", Phase::Access, policy)];
    let text = |text: &str| Text::Expression(text.to_owned());
    let failure = Keyed { status: 500, key: None, message: None };
    let edits = HeaderTexts {
        set: vec![("x-path".to_owned(), text("{#request.path}"))],
        append: Vec::new(),
        remove: Vec::new(),
        keep: None,
        failure: failure.clone(),
    };
    let addresses = CheckAddresses {
        allow: vec![text("127.0.0.1"), text("10.0.0.0/8")],
        deny: Vec::new(),
        of: AddressOf::Client,
        edges: true,
        refusal: failure.clone(),
    };
    let rule = ValueRule {
        value: text("{#request.params['color'][0]}"),
        required: true,
        check: ValueCheck::OneOf,
        parameters: vec![text("red"), text("blue")],
        message: None,
    };
    let values = CheckValues { rules: vec![rule], refusal: failure.clone(), failure: failure.clone() };
    let template = "{\"path\": \"${request.path?json_string}\"<#if request.params.color??>, \"is\": true</#if>}";
    let template = BodyTemplate { template: template.to_owned(), failure };
    let restriction = IpRestriction {
        allow: vec!["127.0.0.0/8".parse().expect("a network")],
        deny: Vec::new(),
        refusals: Refusals::default(),
    };
    vec![
        ("key-auth", key_auth()),
        ("rate-limit, local", rate_limit()),
        ("cors", cors()),
        ("request-id", request_id()),
        ("ip-restriction", access(Policy::IpRestriction(restriction))),
        ("header-texts", access(Policy::HeaderTexts(Box::new(edits)))),
        ("check-addresses", access(Policy::CheckAddresses(Box::new(addresses)))),
        ("check-values", access(Policy::CheckValues(Box::new(values)))),
        ("body-template", access(Policy::BodyTemplate(Box::new(template)))),
    ]
}
