//! A server that policies ask: its URL, or more about it.

use crate::decode::{At, Either, Lasting, Text, entity, said};
use crate::entity::upstream::{ClientTls, Forward};
use crate::lower::{self, Lowering};
use crate::write::{self, Pen, text, unless};
use http::Uri;
use model::server;
use model::tls;

entity! {
    /// A server that is asked.
    Server {
        /// `https://` or `http://`, host, port, path and query.
        url: Text,
        /// TLS towards it.
        tls: Option<ClientTls>,
        /// The forward proxy on the way: `direct`, `environment`, a URL, or more about it; `environment` without it.
        proxy: Option<Either<Text, At<Forward>>>,
        /// Time to connect; 2s without it.
        connect: Option<At<Lasting>>,
        /// Time for one question, from connecting to the last byte of the answer; 5s without it.
        time: Option<At<Lasting>>,
    }
}

/// The URL, or more about it.
pub type Asked = Either<Text, Server>;

pub(crate) fn lower(written: &Asked, at: &mut Lowering<'_>) -> server::Server {
    let written = match written {
        Either::First(url) => return server::Server::at(address(url, at)),
        Either::Second(written) => written,
    };
    let usual = server::Server::at(address(&written.url, at));
    server::Server {
        tls: written.tls.as_ref().map_or(usual.tls, |tls| lower::trust::client_tls(tls, at)),
        forward: written.proxy.as_ref().map_or(usual.forward, |proxy| lower::forward::forward(proxy, at)),
        connect: said(&written.connect, Lasting(usual.connect)).0,
        time: said(&written.time, Lasting(usual.time)).0,
        url: usual.url,
    }
}

fn address(url: &Text, at: &mut Lowering<'_>) -> String {
    let read = url.parse::<Uri>().ok();
    let read = read.filter(|uri| matches!(uri.scheme_str(), Some("http" | "https")));
    match read.as_ref().and_then(Uri::authority) {
        None => at.invalid(&url.spot, "this is no address of a server; write https://server.example.com/path"),
        Some(authority) if authority.as_str().contains('@') => {
            at.invalid(&url.spot, "a URL with user and password stands in logs; write them apart");
        }
        Some(_) => {}
    }
    url.value.clone()
}

pub(crate) fn write(one: &server::Server, pen: &mut Pen<'_>) -> Asked {
    let usual = server::Server::at(&one.url);
    if *one == usual {
        return Either::First(text(&one.url));
    }
    Either::Second(Server {
        url: text(&one.url),
        tls: (one.tls != tls::ClientTls::default()).then(|| write::trust::client_tls(&one.tls, pen)),
        proxy: (one.forward != usual.forward).then(|| write::forward::forward(&one.forward, pen)),
        connect: unless(Lasting(one.connect), &Lasting(usual.connect)),
        time: unless(Lasting(one.time), &Lasting(usual.time)),
    })
}
