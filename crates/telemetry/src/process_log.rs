//! The process log: what happened besides requests, to standard error, text or JSON.

mod line;

use crate::access::Format;
use line::Lines;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

/// Levels when nothing else is asked for: the AWS libraries tell at `info` what only their authors want to know.
const DEFAULT: &str = "info,aws_config=warn,aws_runtime=warn,aws_smithy_runtime=warn";

/// Starts the log. `RUST_LOG` or `LAMBDAGATE_LOG` choose levels; `info` by default. A second call changes nothing.
pub fn start(format: Format) {
    let asked = ["LAMBDAGATE_LOG", "RUST_LOG"].map(|name| std::env::var(name).ok());
    let (filter, mistake) = filter(asked);
    let log = subscriber(format, filter, std::io::stderr);
    if tracing_subscriber::util::SubscriberInitExt::try_init(log).is_ok()
        && let Some(mistake) = mistake
    {
        tracing::warn!(%mistake, "log levels cannot be read, the default is used");
    }
}

/// The first text that says something decides; one that cannot be read leaves the default, and a word about it.
fn filter(asked: [Option<String>; 2]) -> (EnvFilter, Option<String>) {
    let Some(text) = asked.into_iter().flatten().find(|text| !text.trim().is_empty()) else {
        return (EnvFilter::new(DEFAULT), None);
    };
    match EnvFilter::try_new(&text) {
        Ok(filter) => (filter, None),
        Err(mistake) => (EnvFilter::new(DEFAULT), Some(format!("{text}: {mistake}"))),
    }
}

fn subscriber<W>(format: Format, filter: EnvFilter, writer: W) -> impl tracing::Subscriber + Send + Sync
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer).event_format(Lines(format)).finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Captured(Arc<Mutex<Vec<u8>>>);

    impl Write for Captured {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// What is logged, without the time stamps, which must be RFC 3339.
    fn logged(format: Format, filter: EnvFilter, work: impl FnOnce()) -> Vec<String> {
        let captured = Captured::default();
        let writer = captured.clone();
        let log = subscriber(format, filter, move || writer.clone());
        tracing::subscriber::with_default(log, work);
        let text = String::from_utf8(captured.0.lock().unwrap().clone()).unwrap();
        let strip = |line: &str| {
            let at = line.find("20").unwrap();
            let end = at + "2026-11-21T06:30:00.123Z".len();
            line[at..end].parse::<jiff::Timestamp>().unwrap();
            format!("{}TIME{}", &line[..at], &line[end..])
        };
        text.lines().map(strip).collect()
    }

    fn events() {
        let cause = std::io::Error::other("no\nluck");
        tracing::info!(routes = 3, file = "a b.yaml", path = ?Some("x"), share = 0.5, done = true, "configuration loaded");
        tracing::warn!(%cause, empty = "", "odd\nmessage\u{1b}[31m");
        tracing::debug!("hidden");
    }

    #[test]
    fn text_lines_are_short_and_stay_in_their_line() {
        assert_eq!(
            logged(Format::Text, EnvFilter::new(DEFAULT), events),
            [
                "TIME info  configuration loaded routes=3 file=\"a b.yaml\" path=\"Some(\\\"x\\\")\" share=0.5 done=true",
                "TIME warn  odd\\nmessage\\u{1b}[31m cause=\"no\\nluck\" empty=\"\"",
            ]
        );
    }

    #[test]
    fn json_lines_are_objects() {
        let lines = logged(Format::Json, EnvFilter::new(DEFAULT), events);
        assert_eq!(
            lines,
            [
                r#"{"time":"TIME","level":"info","message":"configuration loaded","routes":3,"file":"a b.yaml","path":"Some(\"x\")","share":0.5,"done":true}"#,
                r#"{"time":"TIME","level":"warn","message":"odd\nmessage\u001b[31m","cause":"no\nluck","empty":""}"#,
            ]
        );
        lines.iter().for_each(|line| drop(serde_json::from_str::<serde_json::Value>(line).unwrap()));
    }

    #[test]
    fn levels_come_from_the_first_text_that_says_something() {
        let text = |text: &str| Some(text.to_owned());
        for (asked, shown, mistaken) in [
            ([None, None], 2, false),
            ([text("warn"), text("trace")], 1, false),
            ([text(" "), text("debug")], 3, false),
            ([None, text("off")], 0, false),
            ([text("=/=x="), None], 2, true),
        ] {
            let (filter, mistake) = filter(asked.clone());
            assert_eq!(logged(Format::Text, filter, events).len(), shown, "{asked:?}");
            assert_eq!(mistake.is_some(), mistaken, "{asked:?}");
        }
    }

    #[test]
    fn starting_twice_is_harmless() {
        start(Format::Text);
        start(Format::Json);
    }
}
