//! Cases of `framing`.

use super::*;

/// All parts of a body that arrives in pieces of `step` bytes, and what is left behind it.
fn parts(mut framing: Framing, text: &str, step: usize) -> Result<(String, Option<HeaderMap>, String), &'static str> {
    let (mut received, mut data, mut trailers) = (BytesMut::new(), String::new(), None);
    let mut pieces = text.as_bytes().chunks(step);
    loop {
        match framing.next(&mut received)? {
            Part::Data(part) => data.push_str(std::str::from_utf8(&part).unwrap()),
            Part::Trailers(fields) => trailers = Some(fields),
            Part::End => break,
            Part::More => match pieces.next() {
                Some(piece) => received.extend_from_slice(piece),
                None if framing.ends_with_connection() => break,
                None => return Err("cut"),
            },
        }
    }
    let left = String::from_utf8(received.to_vec()).unwrap();
    Ok((data, trailers, pieces.fold(left, |left, piece| left + std::str::from_utf8(piece).unwrap())))
}

#[test]
fn a_body_is_the_same_however_it_arrives() {
    let long = "x".repeat(10_000);
    for (framing, text, expected, trailer, left) in [
        (Framing::Nothing, "next", "", None, "next"),
        (Framing::Length(4), "bodynext", "body", None, "next"),
        (Framing::UntilClose, "body", "body", None, ""),
        (Framing::chunked(), "0\r\n\r\nnext", "", None, "next"),
        (Framing::chunked(), "4\r\nbody\r\n0\r\n\r\nnext", "body", None, "next"),
        (Framing::chunked(), "3;a=b\r\nbod\r\n0001 \r\ny\r\n0\r\n\r\n", "body", None, ""),
        (Framing::chunked(), "4\r\nbody\r\n0\r\nsum: 1\r\n\r\nnext", "body", Some("1"), "next"),
        (Framing::chunked(), &format!("2710\r\n{long}\r\n0\r\n\r\n"), &long, None, ""),
        (Framing::Length(10_000), &long, &long, None, ""),
    ] {
        for step in [1, 2, 3, 7, 20_000] {
            let (data, trailers, rest) = parts(framing, text, step).unwrap();
            assert_eq!((data.as_str(), rest.as_str()), (expected, left), "{framing:?} by {step}");
            let sum = trailers.as_ref().and_then(|fields| fields.get("sum")).map(|sum| sum.to_str().unwrap());
            assert_eq!(sum, trailer, "{framing:?} by {step}");
        }
    }
}

#[test]
fn broken_chunks_are_told() {
    for text in [
        "\r\n",
        "x\r\n",
        "-1\r\n",
        "+1\r\n",
        "0x1\r\n",
        "4\nbody",
        "4\r\nbodyx",
        "11111111111111111\r\n",
        "0\r\nbad name: 1\r\n\r\n",
        "4\r\nbo",
    ] {
        assert!(parts(Framing::chunked(), text, 5).is_err(), "{text:?}");
    }
    let endless = format!("1;{}", "x".repeat(LONGEST_LINE));
    assert_eq!(parts(Framing::chunked(), &endless, 100), Err("a chunk's size is too long"));
    let endless = format!("0\r\na: {}", "x".repeat(LONGEST_TRAILERS));
    assert_eq!(parts(Framing::chunked(), &endless, 100), Err("its trailers are too long"));
}
