//! What is said to a Redis and what it answers: RESP, version 2.

use std::io;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt};

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// `OK` and its like.
    Word(String),
    /// What went wrong there.
    Error(String),
    Number(i64),
    /// `None`: nothing is there.
    Text(Option<Vec<u8>>),
    List(Vec<Answer>),
}

/// Bytes of a line or text, elements of a list, lists in lists: no answer to our questions has more.
const LONGEST: usize = 64 * 1024;
const MOST: usize = 64;
const DEEPEST: usize = 4;

/// Writes a command behind those that stand there.
pub(super) fn command(out: &mut Vec<u8>, words: &[&[u8]]) {
    out.extend_from_slice(format!("*{}\r\n", words.len()).as_bytes());
    for word in words {
        out.extend_from_slice(format!("${}\r\n", word.len()).as_bytes());
        out.extend_from_slice(word);
        out.extend_from_slice(b"\r\n");
    }
}

/// Reads one answer.
pub(super) async fn answer(from: &mut (impl AsyncBufRead + Unpin + Send)) -> io::Result<Answer> {
    let mut open: Vec<(usize, Vec<Answer>)> = Vec::new();
    loop {
        let mut one = match read(from).await? {
            Part::Whole(answer) => answer,
            Part::List(0) => Answer::List(Vec::new()),
            Part::List(_) if open.len() >= DEEPEST => return Err(strange("too many lists in lists")),
            Part::List(length) => {
                open.push((length, Vec::with_capacity(length)));
                continue;
            }
        };
        // a list that is whole is an element of the one around it
        loop {
            let Some((length, items)) = open.last_mut() else { return Ok(one) };
            items.push(one);
            if items.len() < *length {
                break;
            }
            one = Answer::List(std::mem::take(items));
            open.pop();
        }
    }
}

enum Part {
    Whole(Answer),
    /// As many answers follow.
    List(usize),
}

async fn read(from: &mut (impl AsyncBufRead + Unpin + Send)) -> io::Result<Part> {
    let line = line(from).await?;
    let (kind, rest) = line.split_at_checked(1).ok_or_else(|| strange("an empty line"))?;
    let number = || rest.parse::<i64>().map_err(|_| strange("no number"));
    Ok(Part::Whole(match kind {
        "+" => Answer::Word(rest.to_owned()),
        "-" => Answer::Error(rest.to_owned()),
        ":" => Answer::Number(number()?),
        "$" | "*" if number()? < 0 => Answer::Text(None),
        "$" => Answer::Text(Some(text(from, number()?).await?)),
        "*" => match usize::try_from(number()?) {
            Ok(length) if length <= MOST => return Ok(Part::List(length)),
            _ => return Err(strange("too long a list")),
        },
        _ => return Err(strange("an unknown kind of answer")),
    }))
}

async fn line(from: &mut (impl AsyncBufRead + Unpin + Send)) -> io::Result<String> {
    let mut line = Vec::new();
    from.take(LONGEST as u64).read_until(b'\n', &mut line).await?;
    match line.strip_suffix(b"\r\n") {
        Some(text) => String::from_utf8(text.to_vec()).map_err(|_| strange("no text")),
        None if line.is_empty() => Err(io::ErrorKind::UnexpectedEof.into()),
        None => Err(strange("a line without end")),
    }
}

async fn text(from: &mut (impl AsyncBufRead + Unpin + Send), length: i64) -> io::Result<Vec<u8>> {
    let length = usize::try_from(length).ok().filter(|length| *length <= LONGEST);
    let mut text = vec![0; length.ok_or_else(|| strange("too long a text"))? + 2];
    from.read_exact(&mut text).await?;
    text.truncate(text.len() - 2);
    Ok(text)
}

fn strange(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("not as Redis speaks: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn check(bytes: &str, expected: Result<Answer, &str>) {
        let found = answer(&mut bytes.as_bytes()).await.map_err(|error| error.to_string());
        match expected {
            Ok(expected) => assert_eq!(found.as_ref(), Ok(&expected), "{bytes:?}"),
            Err(why) => assert!(found.is_err_and(|error| error.contains(why)), "{bytes:?}"),
        }
    }

    #[tokio::test]
    async fn answers_are_read_and_what_is_none_is_refused() {
        check("+OK\r\n", Ok(Answer::Word("OK".into()))).await;
        check("-NOAUTH no\r\n", Ok(Answer::Error("NOAUTH no".into()))).await;
        check("$2\r\n\r\n\r\n", Ok(Answer::Text(Some(b"\r\n".to_vec())))).await;
        check("$-1\r\n", Ok(Answer::Text(None))).await;
        let nested = Answer::List(vec![Answer::Number(1), Answer::List(vec![Answer::Number(-2)]), Answer::Number(3)]);
        check("*3\r\n:1\r\n*1\r\n:-2\r\n:3\r\n", Ok(nested)).await;
        check("*0\r\n", Ok(Answer::List(Vec::new()))).await;
        for (bytes, why) in [
            ("", "end of file"),
            ("HTTP/1.1 400 Bad Request\r\n", "unknown kind"),
            (":x\r\n", "no number"),
            ("+OK", "without end"),
            ("*100000\r\n", "too long a list"),
            ("$100000000\r\n", "too long a text"),
            ("*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n", "lists in lists"),
        ] {
            check(bytes, Err(why)).await;
        }
    }

    #[test]
    fn commands_are_written_with_the_length_of_each_word() {
        let mut out = Vec::new();
        command(&mut out, &[b"SELECT", b"3"]);
        assert_eq!(out, b"*2\r\n$6\r\nSELECT\r\n$1\r\n3\r\n");
    }
}
