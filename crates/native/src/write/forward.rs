//! Forward proxies.

use super::{Pen, text, texts, trust};
use crate::decode::{At, Either, Text};
use crate::entity::upstream::Forward as Written;
use model::forward::{Forward, ForwardProxy};
use model::tls::ClientTls;

pub(crate) fn forward(forward: &Forward, pen: &mut Pen<'_>) -> Either<Text, At<Written>> {
    match forward {
        Forward::Direct => Either::First(text("direct")),
        Forward::Environment => Either::First(text("environment")),
        Forward::Through(proxy) if **proxy == (ForwardProxy { url: proxy.url.clone(), ..Default::default() }) => {
            Either::First(text(&proxy.url))
        }
        Forward::Through(proxy) => Either::Second(At::new(Written {
            url: text(&proxy.url),
            user: proxy.user.as_ref().map(|user| text(user)),
            password: proxy.password.as_ref().map(|password| {
                pen.secrets.hide(
                    password,
                    "PROXY_PASSWORD",
                    &format!("the password for the forward proxy {}", proxy.url),
                )
            }),
            tls: (proxy.tls != ClientTls::default()).then(|| trust::client_tls(&proxy.tls, pen)),
            except: texts(&proxy.except),
        })),
    }
}
