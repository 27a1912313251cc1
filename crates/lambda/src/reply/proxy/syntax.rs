//! Where a text stops being JSON, in the words of a common decoder (lua-cjson): some clients match on them.

/// Structures within structures that are looked into.
const DEEPEST: usize = 1000;

/// `Expected value but found T_END at character 1`; `None` where nothing is wrong.
pub(super) fn fault(text: &[u8]) -> Option<String> {
    let mut reader = Reader { text, at: 0, deep: 0 };
    reader.whole().err()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Token {
    ObjectBegin,
    ObjectEnd,
    ArrayBegin,
    ArrayEnd,
    Text,
    Number,
    Boolean,
    Null,
    Colon,
    Comma,
    End,
    Wrong(&'static str),
}

impl Token {
    fn name(self) -> &'static str {
        match self {
            Self::ObjectBegin => "T_OBJ_BEGIN",
            Self::ObjectEnd => "T_OBJ_END",
            Self::ArrayBegin => "T_ARR_BEGIN",
            Self::ArrayEnd => "T_ARR_END",
            Self::Text => "T_STRING",
            Self::Number => "T_NUMBER",
            Self::Boolean => "T_BOOLEAN",
            Self::Null => "T_NULL",
            Self::Colon => "T_COLON",
            Self::Comma => "T_COMMA",
            Self::End => "T_END",
            Self::Wrong(what) => what,
        }
    }
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    deep: usize,
}

/// A token and where it begins.
type Placed = (Token, usize);

impl Reader<'_> {
    fn whole(&mut self) -> Result<(), String> {
        let first = self.next();
        self.value(first)?;
        match self.next() {
            (Token::End, _) => Ok(()),
            other => expected("the end", other),
        }
    }

    fn value(&mut self, token: Placed) -> Result<(), String> {
        match token.0 {
            Token::Text | Token::Number | Token::Boolean | Token::Null => Ok(()),
            Token::ObjectBegin | Token::ArrayBegin if self.deep >= DEEPEST => {
                let (deep, at) = (self.deep + 1, token.1 + 1);
                Err(format!("Found too many nested data structures ({deep}) at character {at}"))
            }
            Token::ObjectBegin => self.inside(Self::object),
            Token::ArrayBegin => self.inside(Self::array),
            _ => expected("value", token),
        }
    }

    fn inside(&mut self, read: fn(&mut Self) -> Result<(), String>) -> Result<(), String> {
        self.deep += 1;
        let read = read(self);
        self.deep -= 1;
        read
    }

    fn object(&mut self) -> Result<(), String> {
        let mut token = self.next();
        if token.0 == Token::ObjectEnd {
            return Ok(());
        }
        loop {
            if token.0 != Token::Text {
                return expected("object key string", token);
            }
            match self.next() {
                (Token::Colon, _) => {}
                other => return expected("colon", other),
            }
            let value = self.next();
            self.value(value)?;
            match self.next() {
                (Token::ObjectEnd, _) => return Ok(()),
                (Token::Comma, _) => token = self.next(),
                other => return expected("comma or object end", other),
            }
        }
    }

    fn array(&mut self) -> Result<(), String> {
        let mut token = self.next();
        if token.0 == Token::ArrayEnd {
            return Ok(());
        }
        loop {
            self.value(token)?;
            match self.next() {
                (Token::ArrayEnd, _) => return Ok(()),
                (Token::Comma, _) => token = self.next(),
                other => return expected("comma or array end", other),
            }
        }
    }

    fn next(&mut self) -> Placed {
        while self.text.get(self.at).is_some_and(|byte| b" \t\r\n".contains(byte)) {
            self.at += 1;
        }
        let begin = self.at;
        let Some(&byte) = self.text.get(begin) else { return (Token::End, begin) };
        let one = match byte {
            b'{' => Token::ObjectBegin,
            b'}' => Token::ObjectEnd,
            b'[' => Token::ArrayBegin,
            b']' => Token::ArrayEnd,
            b':' => Token::Colon,
            b',' => Token::Comma,
            0 => return (Token::End, begin),
            b'"' => return (self.string(), begin),
            b'-' | b'0'..=b'9' => return (self.number(), begin),
            _ => return (self.word(), begin),
        };
        self.at += 1;
        (one, begin)
    }

    fn word(&mut self) -> Token {
        let rest = &self.text[self.at..];
        for (word, token) in [("true", Token::Boolean), ("false", Token::Boolean), ("null", Token::Null)] {
            if rest.starts_with(word.as_bytes()) {
                self.at += word.len();
                return token;
            }
        }
        Token::Wrong("invalid token")
    }

    fn number(&mut self) -> Token {
        let rest = &self.text[self.at..];
        let length = rest.iter().position(|byte| !b"+-.eE0123456789".contains(byte)).unwrap_or(rest.len());
        let digits = rest[..length].strip_prefix(b"-").unwrap_or(&rest[..length]);
        let led_by_zero = digits.len() > 1 && digits[0] == b'0' && digits[1].is_ascii_digit();
        let number = std::str::from_utf8(&rest[..length]).ok().and_then(|text| text.parse::<f64>().ok());
        match number {
            Some(_) if !led_by_zero => {
                self.at += length;
                Token::Number
            }
            _ => Token::Wrong("invalid number"),
        }
    }

    fn string(&mut self) -> Token {
        let mut at = self.at + 1;
        loop {
            match self.text.get(at) {
                None => return Token::Wrong("unexpected end of string"),
                Some(b'"') => break,
                Some(b'\\') => match self.text.get(at + 1) {
                    Some(b'u') => {
                        let digits = self.text.get(at + 2..at + 6);
                        if !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
                            return Token::Wrong("invalid unicode escape code");
                        }
                        at += 6;
                    }
                    Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => at += 2,
                    _ => return Token::Wrong("invalid escape code"),
                },
                Some(_) => at += 1,
            }
        }
        self.at = at + 1;
        Token::Text
    }
}

fn expected<T>(what: &str, (found, at): Placed) -> Result<T, String> {
    Err(format!("Expected {what} but found {} at character {}", found.name(), at + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_fault_is_told_with_its_place() {
        for (text, told) in [
            ("", Some("Expected value but found T_END at character 1")),
            ("s", Some("Expected value but found invalid token at character 1")),
            ("{bad", Some("Expected object key string but found invalid token at character 2")),
            ("{\"foo\":\"bar\"\n", Some("Expected comma or object end but found T_END at character 14")),
            ("{\"a\" 1}", Some("Expected colon but found T_NUMBER at character 6")),
            ("[1 2]", Some("Expected comma or array end but found T_NUMBER at character 4")),
            ("[1,]", Some("Expected value but found T_ARR_END at character 4")),
            ("{} x", Some("Expected the end but found invalid token at character 4")),
            ("\"a", Some("Expected value but found unexpected end of string at character 1")),
            ("\"\\x\"", Some("Expected value but found invalid escape code at character 1")),
            ("\"\\u12\"", Some("Expected value but found invalid unicode escape code at character 1")),
            ("-", Some("Expected value but found invalid number at character 1")),
            ("{\"a\":[1,{\"b\":null}],\"c\":\"\\u00e4\\n\"}", None),
            (" [true, false, -1.5e3] ", None),
        ] {
            assert_eq!(fault(text.as_bytes()).as_deref(), told, "{text}");
        }
        let deep = "[".repeat(2000);
        let told = "Found too many nested data structures (1001) at character 1001";
        assert_eq!(fault(deep.as_bytes()).as_deref(), Some(told));
    }
}
