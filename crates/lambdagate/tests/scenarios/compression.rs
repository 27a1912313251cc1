//! Encoded responses, as clients get and decode them.

use crate::client::Answer;
use crate::gate::Gate;
use crate::needs::needs;
use crate::site::Site;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::mpsc::{Sender, channel};

const PAGE: &str =
    "return {'statusCode': 200, 'headers': {'content-type': 'text/html', 'etag': '\"e\"'}, 'body': 'again ' * 999}";

fn page() -> String {
    "again ".repeat(999)
}

fn site() -> Site {
    let config = "
listen: 127.0.0.1:0
routes:
  - { match: /page, policies: [ { compress: {} } ], function: page }
  - { match: /gzip, policies: [ { compress: { encodings: { gzip: 9 }, vary: false } } ], function: page }
  - { match: /short, policies: [ { compress: { least: 1MiB } } ], function: page }
";
    Site::new(config).python("page", PAGE)
}

fn decoded(answer: &Answer) -> String {
    let mut text = String::new();
    match answer.header("content-encoding") {
        Some("gzip") => flate2::read::GzDecoder::new(&answer.body[..]).read_to_string(&mut text).unwrap(),
        Some("br") => brotli::Decompressor::new(&answer.body[..], 4096).read_to_string(&mut text).unwrap(),
        _ => return answer.text(),
    };
    text
}

#[test]
fn a_functions_page_is_encoded_for_those_who_accept_it() {
    let site = site();
    let gate = Gate::dev(&site);
    for (path, accept, encoding, vary) in [
        ("/page", "gzip, deflate, br", Some("br"), Some("Accept-Encoding")),
        ("/page", "gzip, br;q=0", Some("gzip"), Some("Accept-Encoding")),
        ("/page", "identity", None, Some("Accept-Encoding")),
        ("/gzip", "br, gzip;q=0.1", Some("gzip"), None),
        ("/gzip", "br", None, None),
        ("/short", "gzip", None, None),
    ] {
        let answer = gate.request("GET", path, &[("accept-encoding", accept)], b"");
        let shown = format!("{path} {accept}: {:?}", answer.headers);
        assert_eq!(answer.header("content-encoding"), encoding, "{shown}");
        assert_eq!(answer.header("vary"), vary, "{shown}");
        assert_eq!(answer.header("etag"), Some(if encoding.is_some() { "W/\"e\"" } else { "\"e\"" }), "{shown}");
        assert_eq!(answer.header("content-length"), Some(answer.body.len().to_string().as_str()), "{shown}");
        assert_eq!(answer.body.len() < 200, encoding.is_some(), "{shown}");
        assert_eq!(decoded(&answer), page(), "{shown}");
    }
    let head = gate.request("HEAD", "/page", &[("accept-encoding", "gzip")], b"");
    assert_eq!((head.status, head.header("content-encoding")), (200, None));
}

#[test]
fn curl_reads_what_is_encoded() {
    if !needs("curl_reads_what_is_encoded", &["curl"]) {
        return;
    }
    let site = site();
    let gate = Gate::dev(&site);
    let url = format!("http://{}/page", gate.address());
    let output = Command::new("curl").args(["-s", "--compressed", "-w", "\n%{size_download}", &url]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let (body, bytes) = text.rsplit_once('\n').unwrap();
    assert_eq!(body, page());
    assert!(bytes.parse::<usize>().unwrap() < 200, "{bytes} bytes came");
}

/// An upstream that sends a first part, and the second once it is told that the client has read the first.
fn slow() -> (SocketAddr, Sender<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (tell, told) = channel();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            BufReader::new(&stream).lines().map_while(Result::ok).take_while(|line| !line.is_empty()).for_each(drop);
            let fields = "content-type: text/event-stream\r\ntransfer-encoding: chunked\r\nconnection: close";
            let _gone = write!(stream, "HTTP/1.1 200 OK\r\n{fields}\r\n\r\n7\r\nfirst\n\n\r\n");
            if told.recv().is_ok() {
                let _gone = write!(stream, "8\r\nsecond\n\n\r\n0\r\n\r\n");
            }
        }
    });
    (address, tell)
}

/// The bytes of a chunked body, as they come.
struct Chunks {
    stream: BufReader<TcpStream>,
    left: usize,
}

impl Chunks {
    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        Ok(line.trim_end().to_owned())
    }

    /// Asks for a path, and reads the response's header.
    fn ask(address: SocketAddr, path: &str, accept: &str) -> (String, Self) {
        let mut stream = TcpStream::connect(address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nhost: a\r\naccept-encoding: {accept}\r\n\r\n").unwrap();
        let mut chunks = Self { stream: BufReader::new(stream), left: 0 };
        let mut head = String::new();
        loop {
            let line = chunks.line().unwrap();
            if line.is_empty() {
                return (head, chunks);
            }
            head += &(line.to_ascii_lowercase() + "\n");
        }
    }
}

impl Read for Chunks {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            let mut line = self.line()?;
            if line.is_empty() {
                line = self.line()?; // behind a chunk
            }
            self.left = usize::from_str_radix(&line, 16).map_err(io::Error::other)?;
        }
        let most = bytes.len().min(self.left);
        let count = self.stream.read(&mut bytes[..most])?;
        self.left -= count;
        Ok(count)
    }
}

#[test]
fn events_can_be_read_when_they_come() {
    let (upstream, tell) = slow();
    let site = Site::new("");
    let plugins = [("/br", "brotli"), ("/gz", "gzip")];
    let routes = plugins.map(|(uri, plugin)| {
        let conf = serde_json::json!({"types": ["text/event-stream"]});
        serde_json::json!({"uri": uri, "upstream": {"nodes": {upstream.to_string(): 1}}, "plugins": {plugin: conf}})
    });
    site.write("conf/config.yaml", "deployment: {role: data_plane, role_data_plane: {config_provider: yaml}}\n");
    site.write("conf/apisix.yaml", &format!("{}\n#END\n", serde_json::json!({"routes": routes})));
    let gate = Gate::start(&site, &["run", "--apisix", "conf", "--listen", "127.0.0.1:0"]);
    for (path, encoding) in [("/br", "br"), ("/gz", "gzip")] {
        let (head, chunks) = Chunks::ask(gate.address(), path, encoding);
        assert!(head.contains(&format!("content-encoding: {encoding}\n")), "{head}");
        let mut body: Box<dyn Read> = match encoding {
            "br" => Box::new(brotli::Decompressor::new(chunks, 4096)),
            _ => Box::new(flate2::read::GzDecoder::new(chunks)),
        };
        let mut first = [0; 7];
        body.read_exact(&mut first).unwrap();
        assert_eq!(&first, b"first\n\n", "{encoding}");
        tell.send(()).unwrap();
        let mut rest = String::new();
        body.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "second\n\n", "{encoding}");
    }
}
