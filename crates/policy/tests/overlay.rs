//! Golden cases of the chain: who runs, in which order, for whom. The form of a case is told in `overlay/README.md`.

#![allow(clippy::unwrap_used, reason = "all of this is a test")]

use http::{HeaderMap, Response};
use model::Secret;
use model::answer::Answer;
use model::chain::{Chain, Group, Overlay, OverlayEntry, Phase, Step, StepRank, Who};
use model::consumer::{Consumer, Credential};
use model::endpoint::Endpoint;
use model::id::{ConsumerId, GroupId, RouteId, Slot, TableId};
use model::policy::{HeaderEdit, HeaderEdits, KeyAuth, Policy};
use model::predicate::Predicate;
use model::route::{Route, Told};
use model::table::Table;
use net::Body;
use policy::Exchange;
use policy::build::{Builder, Services};
use policy::chain::{Next, ReadyChain};
use policy::exchange::Client;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

const TRACE: &str = "x-trace";

#[tokio::test]
async fn chains_run_as_the_cases_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/overlay");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "case") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let (input, expected) = text.split_once("\n----\n").expect("a line of four dashes");
        let actual = Case::read(input).run().await;
        assert_eq!(actual.trim(), expected.trim(), "{}", path.display());
        seen += 1;
    }
    assert!(seen >= 12, "only {seen} cases found");
}

/// A case, read.
struct Case {
    table: Table,
    route: Route,
    consumers: Vec<Consumer>,
    keys: Vec<Option<String>>,
}

impl Case {
    fn read(input: &str) -> Self {
        let mut case = Self {
            table: Table::new(TableId::new("t")),
            route: Route {
                id: RouteId::new("here"),
                matches: Vec::new(),
                chain: Chain::of(Vec::new()),
                endpoint: Endpoint::None,
                path: None,
                told: Told::default(),
                around: None,
            },
            consumers: Vec::new(),
            keys: Vec::new(),
        };
        let mut place = "";
        for line in input.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
            if line.starts_with(' ') {
                let step = read_step(line, place);
                case.steps(place).push(step);
            } else {
                place = line;
                case.read_line(line);
            }
        }
        case
    }

    fn read_line(&mut self, line: &str) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            ["entry", "next-step"] => self.table.overlay_entry = OverlayEntry::NextStep,
            ["entry", phase] => self.table.overlay_entry = OverlayEntry::EndOf(read_phase(phase)),
            ["consumer", name, ref groups @ ..] => self.consumers.push(Consumer {
                groups: groups.iter().map(|group| GroupId::new(*group)).collect(),
                credentials: vec![Credential::key(Secret::new(name))],
                ..Consumer::new(ConsumerId::new(name), name)
            }),
            ["client", "-"] => self.keys.push(None),
            ["client", name] => self.keys.push(Some(name.to_owned())),
            ["global"] | ["route"] => {}
            ["group", condition] => {
                self.route.chain.groups.push(Group { predicate: Some(read_condition(condition)), ..Group::default() });
            }
            ["overlay", kind, name, ref routes @ ..] => self.table.overlays.push(Overlay {
                who: if kind == "consumer" {
                    Who::Consumer(ConsumerId::new(name))
                } else {
                    Who::Group(GroupId::new(name))
                },
                routes: (!routes.is_empty()).then(|| routes.iter().map(|route| RouteId::new(*route)).collect()),
                steps: Vec::new(),
            }),
            _ => panic!("cannot read {line:?}"),
        }
    }

    fn steps(&mut self, place: &str) -> &mut Vec<Step> {
        match place.split_whitespace().next() {
            Some("global") => &mut self.table.global,
            Some("route") => &mut self.route.chain.groups[0].steps,
            Some("group") => &mut self.route.chain.groups.last_mut().unwrap().steps,
            Some("overlay") => &mut self.table.overlays.last_mut().unwrap().steps,
            _ => panic!("a step stands below {place:?}"),
        }
    }

    /// Runs the case for each of its clients, all with one chain, and writes down who ran.
    async fn run(&self) -> String {
        let services = Services::default();
        let builder = Builder::new(&services, &self.consumers.iter().cloned().map(Arc::new).collect::<Vec<_>>());
        let chain = ReadyChain::compile(&self.table, Some(&self.route), &builder).unwrap();
        let mut told = String::new();
        for key in &self.keys {
            let exchange = run_one(&chain, key.as_deref()).await;
            let response = exchange.response.as_ref().unwrap();
            told += &format!(
                "client   {}\nrequest  {}\nresponse {} {}\n",
                key.as_deref().unwrap_or("-"),
                trace(&exchange.request.headers),
                response.status().as_u16(),
                trace(response.headers())
            );
        }
        told.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
    }
}

async fn run_one(chain: &ReadyChain, key: Option<&str>) -> Exchange {
    let mut request = http::Request::get("/path").header("host", "h");
    if let Some(key) = key {
        request = request.header("key", key);
    }
    let peer = SocketAddr::from(([127, 0, 0, 1], 1));
    let client = Client::plain(peer);
    let mut exchange = Exchange::new(request.body(()).unwrap().into_parts().0, Body::Empty, client, 0);
    if chain.request(&mut exchange).await == Next::Endpoint {
        exchange.response = Some(Response::builder().header(TRACE, "endpoint").body(Body::Empty).unwrap());
    }
    chain.response(&mut exchange).await;
    exchange
}

fn trace(headers: &HeaderMap) -> String {
    headers.get_all(TRACE).iter().map(|value| value.to_str().unwrap()).collect::<Vec<_>>().join(" ")
}

/// `slot phase order precedence [what…] [if condition]`
fn read_step(line: &str, place: &str) -> Step {
    let (line, condition) = line.split_once(" if ").map_or((line, None), |(line, condition)| (line, Some(condition)));
    let words: Vec<&str> = line.split_whitespace().collect();
    let [slot, phase, order, precedence, ref what @ ..] = words[..] else { panic!("cannot read {line:?}") };
    let place = place.split_whitespace().rfind(|word| *word != "here").unwrap();
    let mark = format!("{slot}/{place}");
    let text = str::to_owned;
    let policy = match what {
        [] => Policy::Headers(HeaderEdits { edits: vec![HeaderEdit::Add(text(TRACE), mark)] }),
        ["sets", name] => {
            let edits = vec![HeaderEdit::Add(text(TRACE), mark), HeaderEdit::Set(text(name), text("1"))];
            Policy::Headers(HeaderEdits { edits })
        }
        ["auth", anonymous @ ..] => Policy::KeyAuth(Box::new(KeyAuth {
            headers: vec![text("key")],
            hide: false,
            anonymous: anonymous.first().map(|name| ConsumerId::new(*name)),
            ..KeyAuth::default()
        })),
        ["responds"] => Policy::Respond(Answer { headers: vec![(text(TRACE), mark)], ..Answer::status(299) }),
        ["fails"] => Policy::Missing { name: mark },
        _ => panic!("cannot read {line:?}"),
    };
    Step {
        slot: Slot::new(slot),
        rank: StepRank { phase: read_phase(phase), order: order.parse().unwrap() },
        precedence: precedence.parse().unwrap(),
        predicate: condition.map(|condition| read_condition(condition.trim())),
        policy,
    }
}

fn read_phase(word: &str) -> Phase {
    match word {
        "rewrite" => Phase::Rewrite,
        "access" => Phase::Access,
        "endpoint" => Phase::Endpoint,
        "response" => Phase::Response,
        _ => panic!("{word:?} is no phase"),
    }
}

/// A header that must be there, or with `!` must not.
fn read_condition(word: &str) -> Predicate {
    use model::predicate::{HeaderPattern, TextPattern};
    let (name, value) = match word.strip_prefix('!') {
        Some(name) => (name, TextPattern::Absent),
        None => (word, TextPattern::Present),
    };
    Predicate { headers: vec![HeaderPattern { name: name.to_owned(), value }], ..Predicate::default() }
}
