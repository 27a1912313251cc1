//! Which protocol a plain-text client speaks: HTTP/2 announces itself by its preface.

use bytes::{Bytes, BytesMut};
use std::io;
use tokio::io::{AsyncRead, AsyncReadExt};

/// What every HTTP/2 connection begins with (RFC 9113, 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Reads as much as is needed to tell; the bytes read are handed back with the verdict.
pub(super) async fn is_http2(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<(bool, Bytes)> {
    let mut ahead = BytesMut::with_capacity(1024);
    loop {
        let seen = ahead.len().min(PREFACE.len());
        if ahead[..seen] != PREFACE[..seen] {
            return Ok((false, ahead.freeze()));
        }
        if seen == PREFACE.len() {
            return Ok((true, ahead.freeze()));
        }
        if stream.read_buf(&mut ahead).await? == 0 {
            return Ok((false, ahead.freeze()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_whole_preface_is_http2() {
        let cases: &[(&[&[u8]], bool)] = &[
            (&[PREFACE], true),
            (&[&PREFACE[..1], &PREFACE[1..20], &PREFACE[20..]], true),
            (&[b"GET / HTTP/1.1\r\n\r\n"], false),
            (&[b"P", b"OST / HTTP/1.1\r\n"], false),
            (&[b"PRI * HTTP/2.0\r\n"], false),
            (&[b""], false),
        ];
        for (pieces, expected) in cases {
            let mut stream = tokio_test_stream(pieces);
            let (http2, ahead) = is_http2(&mut stream).await.unwrap();
            assert_eq!(http2, *expected, "{pieces:?}");
            assert!(pieces.concat().starts_with(&ahead), "what was read comes back");
        }
    }

    fn tokio_test_stream(pieces: &[&[u8]]) -> impl AsyncRead + Unpin + use<> {
        let pieces: Vec<Vec<u8>> = pieces.iter().map(|piece| piece.to_vec()).collect();
        let (first, second, third) = (0, 1, 2);
        let piece = |at: usize| io::Cursor::new(pieces.get(at).cloned().unwrap_or_default());
        piece(first).chain(piece(second)).chain(piece(third))
    }
}
