//! Cases of `proxy_protocol`.

use super::*;
use tokio::io::AsyncWriteExt;

/// Reads `input`, given in pieces of `piece` bytes; the outcome in words, and what is left for the stream.
async fn outcome(input: &[u8], piece: usize) -> (String, Vec<u8>) {
    let (mut near, far) = tokio::io::duplex(piece);
    let input = input.to_vec();
    let writer = async move {
        near.write_all(&input).await.ok();
    };
    let reader = async {
        match read(far).await {
            Ok((header, mut stream)) => {
                let mut rest = Vec::new();
                stream.read_to_end(&mut rest).await.unwrap();
                let told = header.addresses.map_or("none".to_owned(), |a| format!("{} > {}", a.source, a.destination));
                (told, rest)
            }
            Err(error) => (error.to_string(), Vec::new()),
        }
    };
    tokio::join!(writer, reader).1
}

async fn check(input: &[u8], expected: &str) {
    let with_request = [input, b"GET / HTTP/1.1\r\n"].concat();
    for piece in [1, 7, 4096] {
        let (told, rest) = outcome(&with_request, piece).await;
        assert_eq!(told, expected, "{:?} in pieces of {piece}", String::from_utf8_lossy(input));
        assert_eq!(rest, b"GET / HTTP/1.1\r\n");
    }
}

async fn refused(input: &[u8], expected: &str) {
    for piece in [1, 7, 4096] {
        let (told, _) = outcome(input, piece).await;
        assert_eq!(told, expected, "{:?} in pieces of {piece}", String::from_utf8_lossy(input));
    }
}

fn v2(command: u8, family: u8, body: &[u8]) -> Vec<u8> {
    let length = (body.len() as u16).to_be_bytes();
    [V2_SIGNATURE.as_slice(), &[command, family], &length, body].concat()
}

const V4_PAIR: [u8; 12] = [192, 0, 2, 1, 198, 51, 100, 2, 0xdc, 0x04, 0x01, 0xbb];

#[tokio::test]
async fn version_1_headers_are_understood() {
    check(b"PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n", "192.0.2.1:56324 > 198.51.100.2:443").await;
    check(b"PROXY TCP6 2001:db8::1 ::1 0 65535\r\n", "[2001:db8::1]:0 > [::1]:65535").await;
    check(b"PROXY UNKNOWN\r\n", "none").await;
    check(b"PROXY UNKNOWN ffff::1 whatever this is\r\n", "none").await;
    let longest = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
    let line = format!("PROXY UNKNOWN {longest} {longest} 65535 65535\r\n");
    assert_eq!(line.len(), V1_LIMIT);
    check(line.as_bytes(), "none").await;
}

#[tokio::test]
async fn version_2_headers_are_understood() {
    let v6: Vec<u8> = [&Ipv6Addr::LOCALHOST.octets()[..], &[0; 16], &[0, 80, 1, 187]].concat();
    let with_more = [&V4_PAIR[..], &[0xea, 0, 4, 1, b'v', b'p', b'c']].concat();
    let much = [&V4_PAIR[..], &vec![0; V2_LIMIT - 12]].concat();
    let pair = "192.0.2.1:56324 > 198.51.100.2:443";
    for (command, family, body, expected) in [
        (0x21, 0x11, &V4_PAIR[..], pair),
        (0x21, 0x11, &with_more, pair),
        (0x21, 0x11, &much, pair),
        (0x21, 0x21, &v6, "[::1]:80 > [::]:443"),
        (0x20, 0x00, &[], "none"),
        (0x20, 0x11, &V4_PAIR, "none"),
        (0x21, 0x00, &[], "none"),
        (0x21, 0x12, &V4_PAIR, "none"),
        (0x21, 0x31, &[0; 216], "none"),
    ] {
        check(&v2(command, family, body), expected).await;
    }
}

#[tokio::test]
async fn connections_without_a_header_are_refused() {
    for input in [&b""[..], b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00", b"PROXYTCP4", b"\r\n\r\n\0\r\nQUIX\n"] {
        refused(input, "the connection does not begin with a PROXY header").await;
    }
}

#[tokio::test]
async fn headers_cut_short_are_refused() {
    let whole = v2(0x21, 0x11, &V4_PAIR);
    for input in [&b"PROX"[..], b"PROXY TCP4 192.0.2.1 198.51", b"PROXY UNKNOWN\r", &whole[..9], &whole[..27]] {
        refused(input, "the connection ended within its PROXY header").await;
    }
}

#[tokio::test]
async fn wrong_headers_are_refused() {
    let family = "an address is not of the protocol's family";
    let port = "a port is not a number from 0 to 65535";
    let count = "it needs two addresses and two ports";
    for (line, what) in [
        ("PROXY TCP4 ::1 ::1 1 2\r\n", family),
        ("PROXY TCP6 192.0.2.1 192.0.2.1 1 2\r\n", family),
        ("PROXY TCP4 192.0.2.256 192.0.2.1 1 2\r\n", family),
        ("PROXY TCP4 192.0.2.1 192.0.2.1 1 65536\r\n", port),
        ("PROXY TCP4 192.0.2.1 192.0.2.1 +1 2\r\n", port),
        ("PROXY TCP4 192.0.2.1 192.0.2.1 01 2\r\n", port),
        ("PROXY TCP4 192.0.2.1 192.0.2.1 1\r\n", count),
        ("PROXY TCP4 192.0.2.1 192.0.2.1 1 2 3\r\n", count),
        ("PROXY TCP4\r\n", count),
        ("PROXY TCP4  192.0.2.1 192.0.2.1 1 2\r\n", count),
        ("PROXY UDP4 192.0.2.1 192.0.2.1 1 2\r\n", "the protocol is not TCP4, TCP6 or UNKNOWN"),
    ] {
        refused(line.as_bytes(), &format!("bad PROXY header: {what}")).await;
    }
    refused(b"PROXY \xff\xff\r\n", "bad PROXY header: it is not text").await;
    let short = "the addresses are cut short";
    for (command, family, body, what) in [
        (0x11, 0x11, &V4_PAIR[..], "unknown version or command"),
        (0x22, 0x11, &V4_PAIR, "unknown version or command"),
        (0x21, 0x41, &V4_PAIR, "unknown address family or protocol"),
        (0x21, 0x11, &V4_PAIR[..11], short),
        (0x21, 0x21, &V4_PAIR, short),
    ] {
        refused(&v2(command, family, body), &format!("bad PROXY header: {what}")).await;
    }
}

#[tokio::test]
async fn endless_headers_are_refused() {
    let line = format!("PROXY UNKNOWN {}", "a".repeat(V1_LIMIT));
    refused(line.as_bytes(), "the PROXY header is longer than 107 bytes").await;
    refused(&v2(0x21, 0x11, &vec![0; V2_LIMIT + 1]), "the PROXY header is longer than 2064 bytes").await;
}
