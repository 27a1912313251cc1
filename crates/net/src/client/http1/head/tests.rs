//! Cases of `head`.

use super::*;

fn read_one(text: &str, expects_body: bool) -> Result<Option<Head>, &'static str> {
    read(&mut BytesMut::from(text), expects_body, false)
}

#[test]
fn what_marks_out_a_body_follows_from_its_header() {
    use Framing::{Length, Nothing, UntilClose};
    let chunked = Framing::chunked();
    for (header, framing, persists) in [
        ("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n", Length(5), true),
        ("HTTP/1.1 200 OK\r\ncontent-length: 5, 5\r\ncontent-length: 5\r\n\r\n", Length(5), true),
        ("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", Nothing, true),
        ("HTTP/1.1 204 No Content\r\ncontent-length: 5\r\n\r\n", Nothing, true),
        ("HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\n", Nothing, true),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", chunked, true),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, Chunked\r\n\r\n", chunked, true),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\n", UntilClose, false),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n", chunked, false),
        ("HTTP/1.1 200 OK\r\n\r\n", UntilClose, false),
        ("HTTP/1.1 200 OK\r\nconnection: x, Close\r\ncontent-length: 5\r\n\r\n", Length(5), false),
        ("HTTP/1.0 200 OK\r\ncontent-length: 5\r\n\r\n", Length(5), false),
        ("HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: 5\r\n\r\n", Length(5), true),
        ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nlink: x\r\n\r\nHTTP/1.1 204 No\r\n\r\n", Nothing, true),
    ] {
        let head = read_one(header, true).unwrap().unwrap();
        assert_eq!((head.framing, head.persists), (framing, persists), "{header}");
        let announced = head.response.headers().contains_key(CONTENT_LENGTH);
        assert!(!announced || framing != chunked, "two announcements: {header}");
    }
    let head = read_one("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n", false).unwrap().unwrap();
    assert_eq!(head.framing, Nothing, "HEAD");
}

#[test]
fn a_header_is_read_when_it_is_complete() {
    let text = "HTTP/1.1 201 Made\r\nX-A: 1\r\nx-a:2\r\ncontent-length: 3\r\n\r\nabc";
    let end = text.len() - 3;
    for length in 0..end {
        assert!(read_one(&text[..length], true).unwrap().is_none(), "{length}");
    }
    let mut received = BytesMut::from(text);
    let response = read(&mut received, true, false).unwrap().unwrap().response;
    assert_eq!(response.status(), 201);
    assert_eq!(response.headers().get_all("x-a").iter().collect::<Vec<_>>(), ["1", "2"]);
    assert_eq!(received, "abc");
}

#[test]
fn what_is_no_response_is_told() {
    for text in [
        "SSH-2.0-OpenSSH\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: +5\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999\r\n\r\n",
        "HTTP/1.1 200 OK\r\nbad name: 1\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n",
    ] {
        assert!(read_one(text, true).is_err(), "{text}");
    }
    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "a: b\r\n".repeat(MOST_FIELDS + 1));
    assert!(read_one(&many, true).is_err());
    let long = format!("HTTP/1.1 200 OK\r\na: {}", "b".repeat(LONGEST));
    assert!(read_one(&long, true).is_err());
}

#[test]
fn a_request_header_announces_its_body_once() {
    use sending::Framing::{Chunked, Length};
    let given = "GET /a?b HTTP/1.1\r\nhost: a\r\n";
    let cases = [
        ("GET", None, Length(0), ""),
        ("GET", Some("0"), Length(0), "content-length: 0\r\n"),
        ("POST", None, Length(0), "content-length: 0\r\n"),
        ("POST", Some("9"), Length(3), "content-length: 3\r\n"),
        ("POST", None, Chunked, "transfer-encoding: chunked\r\n"),
        ("POST", Some("9"), Chunked, "transfer-encoding: chunked\r\n"),
    ];
    for (method, announced, framing, expected) in cases {
        let mut request = http::Request::builder().method(method).uri("http://a/a?b").header("host", "a");
        if let Some(length) = announced {
            request = request.header("content-length", length).header("transfer-encoding", "x");
        }
        let mut out = Vec::new();
        write(&mut out, &request.body(()).unwrap().into_parts().0, "", framing);
        let given = given.replacen("GET", method, 1);
        assert_eq!(String::from_utf8(out).unwrap(), format!("{given}{expected}\r\n"), "{method} {framing:?}");
    }
}

#[test]
fn a_change_of_protocol_is_a_response_where_it_was_asked_for() {
    let text = "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\nhello";
    assert!(read_one(text, true).is_err());
    let mut received = BytesMut::from(text);
    let head = read(&mut received, true, true).unwrap().unwrap();
    assert_eq!((head.response.status().as_u16(), head.framing, head.persists), (101, Framing::Nothing, false));
    assert_eq!(received, "hello");
}
