//! The PROXY protocol, versions 1 and 2: what a load balancer says of a connection before its first byte.

use bytes::{Buf, Bytes, BytesMut};
use std::io::{self, IoSlice};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};

/// What the header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The two ends; `None` when the load balancer speaks for itself (a health check) or does not know.
    pub addresses: Option<Addresses>,
}

/// The two ends of the connection that the load balancer accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Addresses {
    /// The client.
    pub source: SocketAddr,
    /// Where it connected to.
    pub destination: SocketAddr,
}

/// Why a header could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ProxyError {
    /// The connection does not begin with a header.
    #[error("the connection does not begin with a PROXY header")]
    Missing,
    /// The connection ended within the header.
    #[error("the connection ended within its PROXY header")]
    Truncated,
    /// The header is longer than allowed.
    #[error("the PROXY header is longer than {limit} bytes")]
    TooLong {
        /// Bytes allowed.
        limit: usize,
    },
    /// The header is wrong.
    #[error("bad PROXY header: {what}")]
    Malformed {
        /// What is wrong with it.
        what: &'static str,
    },
    /// Reading failed.
    #[error("reading the PROXY header: {0}")]
    Io(#[from] io::Error),
}

/// The longest version 1 header with its line end.
const V1_LIMIT: usize = 107;
/// Bytes after the fixed part of version 2: addresses, and what load balancers add to them.
const V2_LIMIT: usize = 2048;
const V2_FIXED: usize = 16;
const V2_SIGNATURE: &[u8; 12] = b"\r\n\r\n\0\r\nQUIT\n";
const V1_SIGNATURE: &[u8; 6] = b"PROXY ";

/// Reads the header. Bytes that came along with it are read from the returned stream first. Sets no time limit.
pub async fn read<S: AsyncRead + Unpin>(mut stream: S) -> Result<(Header, Prefixed<S>), ProxyError> {
    let mut bytes = BytesMut::with_capacity(512);
    loop {
        if let Some((header, length)) = parse(&bytes)? {
            bytes.advance(length);
            return Ok((header, Prefixed::new(stream, bytes.freeze())));
        }
        if stream.read_buf(&mut bytes).await? == 0 {
            return Err(if bytes.is_empty() { ProxyError::Missing } else { ProxyError::Truncated });
        }
    }
}

/// A header at the beginning of the bytes, with its length; `None` while it is not complete.
fn parse(bytes: &[u8]) -> Result<Option<(Header, usize)>, ProxyError> {
    let begins = |signature: &[u8]| bytes.iter().zip(signature).all(|(byte, expected)| byte == expected);
    if begins(V2_SIGNATURE) {
        return parse_v2(bytes);
    }
    if begins(V1_SIGNATURE) {
        return parse_v1(bytes);
    }
    Err(ProxyError::Missing)
}

fn malformed<T>(what: &'static str) -> Result<T, ProxyError> {
    Err(ProxyError::Malformed { what })
}

fn parse_v1(bytes: &[u8]) -> Result<Option<(Header, usize)>, ProxyError> {
    let line = &bytes[..bytes.len().min(V1_LIMIT)];
    let Some(end) = line.windows(2).position(|pair| pair == b"\r\n") else {
        return if bytes.len() < V1_LIMIT { Ok(None) } else { Err(ProxyError::TooLong { limit: V1_LIMIT }) };
    };
    let Ok(text) = std::str::from_utf8(&line[V1_SIGNATURE.len()..end]) else {
        return malformed("it is not text");
    };
    Ok(Some((Header { addresses: v1_addresses(text)? }, end + 2)))
}

fn v1_addresses(text: &str) -> Result<Option<Addresses>, ProxyError> {
    let mut words = text.split(' ');
    let protocol = words.next();
    if protocol == Some("UNKNOWN") {
        return Ok(None); // whatever follows is to be ignored
    }
    let (Some(source), Some(destination), Some(source_port), Some(destination_port), None) =
        (words.next(), words.next(), words.next(), words.next(), words.next())
    else {
        return malformed("it needs two addresses and two ports");
    };
    let (source, destination) = match protocol {
        Some("TCP4") => (v1_ip::<Ipv4Addr>(source)?, v1_ip::<Ipv4Addr>(destination)?),
        Some("TCP6") => (v1_ip::<Ipv6Addr>(source)?, v1_ip::<Ipv6Addr>(destination)?),
        _ => return malformed("the protocol is not TCP4, TCP6 or UNKNOWN"),
    };
    Ok(Some(Addresses {
        source: SocketAddr::new(source, v1_port(source_port)?),
        destination: SocketAddr::new(destination, v1_port(destination_port)?),
    }))
}

fn v1_ip<A: std::str::FromStr + Into<IpAddr>>(text: &str) -> Result<IpAddr, ProxyError> {
    text.parse::<A>().map(Into::into).or(malformed("an address is not of the protocol's family"))
}

fn v1_port(text: &str) -> Result<u16, ProxyError> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    match text.parse() {
        Ok(port) if digits => Ok(port),
        _ => malformed("a port is not a number from 0 to 65535"),
    }
}

fn parse_v2(bytes: &[u8]) -> Result<Option<(Header, usize)>, ProxyError> {
    let Some((fixed, rest)) = bytes.split_first_chunk::<V2_FIXED>() else { return Ok(None) };
    let [.., command, family, high, low] = *fixed;
    let length = usize::from(u16::from_be_bytes([high, low]));
    if length > V2_LIMIT {
        return Err(ProxyError::TooLong { limit: V2_FIXED + V2_LIMIT });
    }
    let local = match command {
        0x20 => true,
        0x21 => false,
        _ => return malformed("unknown version or command"),
    };
    let Some(body) = rest.get(..length) else { return Ok(None) };
    let addresses = if local { None } else { v2_addresses(family, body)? };
    Ok(Some((Header { addresses }, V2_FIXED + length)))
}

fn v2_addresses(family: u8, mut body: &[u8]) -> Result<Option<Addresses>, ProxyError> {
    let pair: (IpAddr, IpAddr) = match family {
        0x11 if body.len() >= 12 => (Ipv4Addr::from(body.get_u32()).into(), Ipv4Addr::from(body.get_u32()).into()),
        0x21 if body.len() >= 36 => (Ipv6Addr::from(body.get_u128()).into(), Ipv6Addr::from(body.get_u128()).into()),
        0x11 | 0x21 => return malformed("the addresses are cut short"),
        // unspecified, datagrams, unix sockets: real connections, of which no TCP address is known
        0x00 | 0x12 | 0x22 | 0x31 | 0x32 => return Ok(None),
        _ => return malformed("unknown address family or protocol"),
    };
    let source = SocketAddr::new(pair.0, body.get_u16());
    Ok(Some(Addresses { source, destination: SocketAddr::new(pair.1, body.get_u16()) }))
}

/// A stream with some bytes put back in front of it.
#[derive(Debug)]
pub struct Prefixed<S> {
    prefix: Bytes,
    stream: S,
}

impl<S> Prefixed<S> {
    /// The stream, read after `prefix`.
    pub fn new(stream: S, prefix: Bytes) -> Self {
        Self { prefix, stream }
    }

    /// The stream itself.
    pub fn get_ref(&self) -> &S {
        &self.stream
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Prefixed<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.prefix.is_empty() || buf.remaining() == 0 {
            return Pin::new(&mut self.stream).poll_read(cx, buf);
        }
        let length = self.prefix.len().min(buf.remaining());
        buf.put_slice(&self.prefix[..length]);
        self.prefix.advance(length);
        if self.prefix.is_empty() {
            self.prefix = Bytes::new(); // lets go of the buffer
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Prefixed<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests;
