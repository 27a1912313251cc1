//! Addresses that may, or may not, in lists that are evaluated for each request.

use crate::exchange::Exchange;
use crate::failure::{Blame, Failure};
use crate::rewrite::fail::kind;
use crate::text::{Asks, ReadyText, TextError};
use crate::world::World;
use crate::{Outcome, Policy, Running};
use ipnet::IpNet;
use model::answer::Keyed;
use model::policy::{AddressOf, CheckAddresses as Data};
use std::net::IpAddr;

/// Looks at addresses.
pub(crate) struct CheckAddresses {
    allow: List,
    deny: List,
    of: Of,
    asks: Asks,
    edges: bool,
    refusal: Keyed,
}

enum Of {
    Client,
    Forwarded,
    Text(ReadyText),
}

/// A list; what is the same for every request is read once.
struct List {
    fixed: Vec<Entry>,
    texts: Vec<ReadyText>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Entry {
    Address(IpAddr),
    Network(IpNet),
    /// Neither.
    Unknown,
}

impl CheckAddresses {
    pub(crate) fn compile(data: &Data) -> Self {
        let of = match &data.of {
            AddressOf::Client => Of::Client,
            AddressOf::Forwarded => Of::Forwarded,
            AddressOf::Text(text) => Of::Text(ReadyText::compile(text)),
        };
        let (allow, deny) = (List::compile(&data.allow), List::compile(&data.deny));
        let own = match &of {
            Of::Text(text) => Some(text),
            Of::Client | Of::Forwarded => None,
        };
        let asks = Asks::of(allow.texts.iter().chain(&deny.texts).chain(own));
        Self { allow, deny, of, asks, edges: data.edges, refusal: data.refusal.clone() }
    }

    async fn read_and_check(&self, exchange: &mut Exchange) -> Outcome {
        match self.asks.read(exchange).await {
            Ok(()) => self.check(exchange),
            Err(failure) => Outcome::Fail(failure),
        }
    }

    fn check(&self, exchange: &Exchange) -> Outcome {
        match self.denied(exchange) {
            Ok(None) => Outcome::Continue,
            Ok(Some(who)) => Outcome::Fail(self.refuse(&who)),
            Err(error) => Outcome::Fail(self.refuse("").detail(error.to_string())),
        }
    }

    /// Who may not, if somebody.
    fn denied(&self, exchange: &Exchange) -> Result<Option<String>, TextError> {
        let world = World::of(exchange);
        let addresses = self.addresses(exchange, &world)?;
        if addresses.is_empty() {
            return Ok(Some(exchange.client.address.to_canonical().to_string()));
        }
        let among = |list: &[Entry], text: &String| {
            let address = text.parse::<IpAddr>().ok().map(|address| address.to_canonical());
            address.is_some_and(|address| list.iter().any(|entry| entry.holds(address, self.edges)))
        };
        let deny = self.deny.entries(&world)?;
        if deny.contains(&Entry::Unknown) {
            return Ok(Some(addresses.join(", ")));
        }
        if let Some(found) = addresses.iter().find(|address| among(&deny, address)) {
            return Ok(Some(found.clone()));
        }
        let allow = self.allow.entries(&world)?;
        let may = allow.is_empty() || addresses.iter().any(|address| among(&allow, address));
        Ok((!may).then(|| addresses.join(", ")))
    }

    fn addresses(&self, exchange: &Exchange, world: &World<'_>) -> Result<Vec<String>, TextError> {
        let split =
            |text: &str| text.split(',').map(|one| one.trim().to_owned()).filter(|one| !one.is_empty()).collect();
        Ok(match &self.of {
            Of::Client => vec![exchange.client.address.to_canonical().to_string()],
            Of::Forwarded => {
                let value = exchange.request.headers.get("x-forwarded-for").and_then(|value| value.to_str().ok());
                value.map(split).unwrap_or_default()
            }
            Of::Text(text) => text.text(world)?.as_deref().map(split).unwrap_or_default(),
        })
    }

    fn refuse(&self, who: &str) -> Box<Failure> {
        let mut failure = Failure::keyed(kind(self.refusal.status), Blame::Client, &self.refusal);
        failure.public = failure.public.replacen("{}", who, 1);
        let detail = failure.public.clone();
        failure.detail(detail)
    }
}

impl Policy for CheckAddresses {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        match self.asks.nothing() {
            true => Running::Done(self.check(exchange)),
            false => Running::Wait(Box::pin(self.read_and_check(exchange))),
        }
    }
}

impl List {
    fn compile(texts: &[model::text::Text]) -> Self {
        let (mut fixed, mut open) = (Vec::new(), Vec::new());
        for text in texts.iter().map(ReadyText::compile) {
            match text.literal() {
                Some(literal) => fixed.extend(Entry::all(literal)),
                None => open.push(text),
            }
        }
        Self { fixed, texts: open }
    }

    fn entries(&self, world: &World<'_>) -> Result<Vec<Entry>, TextError> {
        let mut entries = self.fixed.clone();
        for text in &self.texts {
            entries.extend(text.text(world)?.as_deref().into_iter().flat_map(Entry::all));
        }
        Ok(entries)
    }
}

impl Entry {
    /// What stands between commas.
    fn all(text: &str) -> Vec<Self> {
        text.split(',').map(str::trim).filter(|one| !one.is_empty()).map(Self::read).collect()
    }

    fn read(text: &str) -> Self {
        if let Ok(address) = text.parse::<IpAddr>() {
            return Self::Address(address.to_canonical());
        }
        text.parse::<IpNet>().map_or(Self::Unknown, Self::Network)
    }

    fn holds(self, address: IpAddr, edges: bool) -> bool {
        match self {
            Self::Address(own) => own == address,
            Self::Network(IpNet::V4(network)) if !edges => {
                let inner = |address| address > network.network() && address < network.broadcast();
                matches!(address, IpAddr::V4(address) if inner(address))
            }
            Self::Network(network) => network.contains(&address),
            Self::Unknown => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::testing;
    use model::text::Text;

    fn texts(all: &[&str]) -> Vec<Text> {
        all.iter().map(|text| Text::Expression((*text).to_owned())).collect()
    }

    /// Who is told to be refused.
    fn refused(data: Data, address: &str, forwarded: Option<&'static str>) -> Option<String> {
        let mut request = http::Request::get("/?net=10.0.0.0/8,192.168.0.7");
        if let Some(forwarded) = forwarded {
            request = request.header("x-forwarded-for", forwarded);
        }
        let mut exchange = testing::of(request);
        exchange.client.address = address.parse().unwrap();
        match CheckAddresses::compile(&data).run(&mut exchange).done() {
            Outcome::Fail(failure) => Some(failure.public),
            Outcome::Continue | Outcome::Respond(_) => None,
        }
    }

    fn data(allow: &[&str], deny: &[&str]) -> Data {
        let refusal = Keyed { status: 403, key: None, message: Some("not {}".to_owned()) };
        Data { allow: texts(allow), deny: texts(deny), of: AddressOf::Client, edges: false, refusal }
    }

    #[test]
    fn clients_are_found_in_lists() {
        let query = "{#request.params['net'][0]}";
        let cases: [(&[&str], &[&str], &str, bool); 13] = [
            (&[], &[], "1.2.3.4", true),
            (&["10.0.0.0/8"], &[], "10.1.2.3", true),
            (&["10.0.0.0/8"], &[], "11.1.2.3", false),
            (&["10.0.0.0/24"], &[], "10.0.0.0", false),
            (&["10.0.0.0/24"], &[], "10.0.0.255", false),
            (&["10.0.0.9"], &[], "::ffff:10.0.0.9", true),
            (&["10.0.0.0/8"], &["10.0.0.9"], "10.0.0.9", false),
            (&[], &["2001:db8::/32"], "2001:db8::7", false),
            (&[query], &[], "192.168.0.7", true),
            (&[query], &[], "192.168.0.8", false),
            (&["", "{#request.params['none']}"], &[], "1.2.3.4", true),
            (&["host.example"], &[], "1.2.3.4", false),
            (&[], &["host.example"], "1.2.3.4", false),
        ];
        for (allow, deny, address, may) in cases {
            let shown = address.trim_start_matches("::ffff:");
            let expected = (!may).then(|| format!("not {shown}"));
            assert_eq!(refused(data(allow, deny), address, None), expected, "{allow:?} {deny:?} {address}");
        }
        let edges = Data { edges: true, ..data(&["10.0.0.0/24"], &[]) };
        assert_eq!(refused(edges, "10.0.0.255", None), None);
    }

    #[test]
    fn addresses_of_others_are_judged_instead() {
        let forwarded = |allow: &[&str], deny: &[&str]| Data { of: AddressOf::Forwarded, ..data(allow, deny) };
        for (policy, header, expected) in [
            (forwarded(&["10.0.0.9"], &[]), Some("1.1.1.1, 10.0.0.9"), None),
            (forwarded(&["10.0.0.9"], &[]), Some("1.1.1.1, 2.2.2.2"), Some("not 1.1.1.1, 2.2.2.2")),
            (forwarded(&[], &["2.2.2.2"]), Some("1.1.1.1, 2.2.2.2"), Some("not 2.2.2.2")),
            (forwarded(&[], &["2.2.2.2"]), None, Some("not 127.0.0.1")),
            (
                Data {
                    of: AddressOf::Text(Text::Expression("{#request.headers['x-forwarded-for'][0]}".into())),
                    ..data(&["3.3.3.3"], &[])
                },
                Some("3.3.3.3"),
                None,
            ),
        ] {
            assert_eq!(refused(policy, "127.0.0.1", header).as_deref(), expected);
        }
    }
}
