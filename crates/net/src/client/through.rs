//! Through a forward proxy: CONNECT for HTTP proxies, SOCKS5 (RFC 1928, RFC 1929).

use crate::forward::Forward;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::io;
use std::net::{IpAddr, SocketAddr};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// An answer to CONNECT is read up to here.
const LONGEST: usize = 16 * 1024;

/// `Basic …`, where the proxy wants to know who asks.
pub(super) fn authorization(forward: &Forward) -> Option<String> {
    let (user, password) = forward.login.as_ref()?;
    Some(format!("Basic {}", STANDARD.encode(format!("{user}:{password}"))))
}

/// Asks an HTTP proxy for a tunnel.
pub(super) async fn connect<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    forward: &Forward,
    host: &str,
    port: u16,
) -> io::Result<()> {
    let bracketed = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    let mut request = format!("CONNECT {bracketed}:{port} HTTP/1.1\r\nhost: {bracketed}:{port}\r\n");
    if let Some(login) = authorization(forward) {
        request.push_str(&format!("proxy-authorization: {login}\r\n"));
    }
    request.push_str("\r\n");
    stream.write_all(request.as_bytes()).await?;
    stream.flush().await?;
    let answer = head(stream).await?;
    let mut fields = [httparse::EMPTY_HEADER; 64];
    let mut parsed = httparse::Response::new(&mut fields);
    let code = match parsed.parse(&answer) {
        Ok(httparse::Status::Complete(_)) | Err(httparse::Error::TooManyHeaders) => parsed.code,
        Ok(httparse::Status::Partial) | Err(_) => None,
    };
    match code {
        Some(200..300) => Ok(()),
        Some(407) => Err(refused(locked(forward).to_owned())),
        Some(code) => Err(refused(format!("it refused the tunnel to {bracketed}:{port} ({code})"))),
        None => Err(refused("it does not answer as an HTTP proxy does".to_owned())),
    }
}

/// What a 407 of an HTTP proxy means.
pub(super) fn locked(forward: &Forward) -> &'static str {
    match forward.login {
        Some(_) => "it does not accept user and password (407)",
        None => "it wants user and password (407), and none are given",
    }
}

/// Byte by byte: what follows the header belongs to the tunnel.
async fn head<S: AsyncRead + Unpin>(stream: &mut S) -> io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(256);
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() >= LONGEST {
            return Err(refused("its answer has no end".to_owned()));
        }
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(cause) if cause.kind() == io::ErrorKind::UnexpectedEof => {
                return Err(refused("it closed the connection without an answer".to_owned()));
            }
            Err(cause) => return Err(cause),
        }
    }
    Ok(head)
}

/// Where a SOCKS5 proxy shall connect to.
pub(super) enum Destination<'a> {
    /// A name, which the proxy resolves.
    Name(&'a str, u16),
    /// An address.
    Address(SocketAddr),
}

const NO_LOGIN: u8 = 0;
const LOGIN: u8 = 2;

/// Asks a SOCKS5 proxy for a connection.
pub(super) async fn socks5<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    forward: &Forward,
    destination: &Destination<'_>,
) -> io::Result<()> {
    let greeting: &[u8] = if forward.login.is_some() { &[5, 2, NO_LOGIN, LOGIN] } else { &[5, 1, NO_LOGIN] };
    stream.write_all(greeting).await?;
    stream.flush().await?;
    match (read::<2, S>(stream).await?, &forward.login) {
        ([5, NO_LOGIN], _) => {}
        ([5, LOGIN], Some((user, password))) => log_in(stream, user, password).await?,
        ([5, 0xff], None) => return Err(refused("it wants user and password, and none are given".to_owned())),
        ([5, _], _) => return Err(refused("it wants a kind of login that is not spoken here".to_owned())),
        _ => return Err(refused("it does not answer as a SOCKS5 proxy does".to_owned())),
    }
    stream.write_all(&ask(destination)?).await?;
    stream.flush().await?;
    let [version, code, _, kind] = read(stream).await?;
    if (version, code) != (5, 0) {
        return Err(refused(format!("it refused the connection: {}", meaning(code))));
    }
    let left = match kind {
        1 => 4,
        3 => usize::from(read::<1, S>(stream).await?[0]),
        4 => 16,
        _ => return Err(refused("it does not answer as a SOCKS5 proxy does".to_owned())),
    };
    stream.read_exact(&mut vec![0; left + 2]).await?; // its own address and port
    Ok(())
}

async fn log_in<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S, user: &str, password: &str) -> io::Result<()> {
    let mut message = vec![1];
    for text in [user, password] {
        message.push(u8::try_from(text.len()).map_err(|_| refused("user or password is too long".to_owned()))?);
        message.extend_from_slice(text.as_bytes());
    }
    stream.write_all(&message).await?;
    stream.flush().await?;
    match read(stream).await? {
        [_, 0] => Ok(()),
        _ => Err(refused("it does not accept user and password".to_owned())),
    }
}

fn ask(destination: &Destination<'_>) -> io::Result<Vec<u8>> {
    let mut message = vec![5, 1, 0];
    let port = match destination {
        Destination::Name(name, port) => {
            let length = u8::try_from(name.len()).map_err(|_| refused("the name is too long for it".to_owned()))?;
            message.extend_from_slice(&[3, length]);
            message.extend_from_slice(name.as_bytes());
            *port
        }
        Destination::Address(address) => {
            match address.ip() {
                IpAddr::V4(ip) => {
                    message.push(1);
                    message.extend_from_slice(&ip.octets());
                }
                IpAddr::V6(ip) => {
                    message.push(4);
                    message.extend_from_slice(&ip.octets());
                }
            }
            address.port()
        }
    };
    message.extend_from_slice(&port.to_be_bytes());
    Ok(message)
}

async fn read<const COUNT: usize, S: AsyncRead + Unpin>(stream: &mut S) -> io::Result<[u8; COUNT]> {
    let mut bytes = [0; COUNT];
    match stream.read_exact(&mut bytes).await {
        Ok(_) => Ok(bytes),
        Err(cause) if cause.kind() == io::ErrorKind::UnexpectedEof => {
            Err(refused("it closed the connection without an answer".to_owned()))
        }
        Err(cause) => Err(cause),
    }
}

/// RFC 1928, section 6.
fn meaning(code: u8) -> &'static str {
    match code {
        1 => "general failure",
        2 => "not allowed by its rules",
        3 => "network unreachable",
        4 => "host unreachable",
        5 => "connection refused",
        6 => "time ran out on the way",
        7 => "it knows no CONNECT",
        8 => "it knows no addresses of this kind",
        _ => "for a reason it keeps to itself",
    }
}

fn refused(text: String) -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionRefused, text)
}

#[cfg(test)]
mod tests;
