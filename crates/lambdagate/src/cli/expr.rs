//! `lambdagate expr`: evaluates expressions, so that people can try them before a gateway does.

use crate::exit::Exit;
use anyhow::Context as _;
use clap::Args;
use expr::el::{Context, Template, Wanted};
use expr::{Error, Limits, Value};
use serde_json::{Value as Json, json};
use std::fs::{File, read_to_string};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

const MORE: &str = "\
Each line is a JSON object: expr, the text; type, what it shall become (string, which is the default, boolean, \
integer, long, double, list, map, object); context, an object with the variables: request, response, attributes, \
api, lambdaResponse and others. Each line gets one: {\"value\": ...}, {\"null\": true}, or {\"error\": {\"stage\", \
\"code\"}}. With --explain an error has a message and a caret as well.

Exit 1: an expression failed.

Examples:
  echo '{\"expr\": \"{#request.method}\", \"context\": {\"request\": {\"method\": \"GET\"}}}' | lambdagate expr
  lambdagate expr --context request.json --expr '{#request.headers.host[0]}'";

/// Evaluate expressions of API definitions, to try them
#[derive(Args, Debug)]
#[command(after_help = MORE)]
pub(crate) struct Expr {
    /// Files with one JSON object a line; without any: standard input
    file: Vec<PathBuf>,

    /// Evaluate this text, in place of lines
    #[arg(long, value_name = "TEXT", conflicts_with = "file", allow_hyphen_values = true)]
    expr: Option<String>,

    /// What the text shall become
    #[arg(long = "type", value_name = "TYPE", default_value = "string")]
    wanted: String,

    /// File with variables for all lines; those of a line stand before them
    #[arg(long, value_name = "FILE")]
    context: Option<PathBuf>,

    /// Show message and place of an error
    #[arg(long)]
    explain: bool,
}

impl Expr {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let base = self.context.as_deref().map(read).transpose()?;
        let mut out = io::stdout().lock();
        let mut exit = Exit::Clean;
        let mut each = |line: &Json| -> anyhow::Result<()> {
            let answer = answer(line, base.as_deref(), self.explain)?;
            if answer.get("error").is_some() {
                exit = Exit::Findings;
            }
            writeln!(out, "{answer}").context("standard output")
        };
        match &self.expr {
            Some(text) => each(&json!({ "expr": text, "type": self.wanted }))?,
            None => {
                for source in sources(&self.file)? {
                    lines(source, &mut each)?;
                }
            }
        }
        Ok(exit)
    }
}

fn read(path: &Path) -> anyhow::Result<String> {
    read_to_string(path).with_context(|| path.display().to_string())
}

fn sources(files: &[PathBuf]) -> anyhow::Result<Vec<Box<dyn BufRead>>> {
    if files.is_empty() {
        return Ok(vec![Box::new(io::stdin().lock())]);
    }
    let open = |path: &PathBuf| -> anyhow::Result<Box<dyn BufRead>> {
        let file = File::open(path).with_context(|| path.display().to_string())?;
        Ok(Box::new(BufReader::new(file)))
    };
    files.iter().map(open).collect()
}

fn lines(source: Box<dyn BufRead>, each: &mut dyn FnMut(&Json) -> anyhow::Result<()>) -> anyhow::Result<()> {
    for (at, line) in source.lines().enumerate() {
        let line = line?;
        if !line.trim().is_empty() {
            let object = serde_json::from_str(&line).with_context(|| format!("line {}", at + 1))?;
            each(&object).with_context(|| format!("line {}", at + 1))?;
        }
    }
    Ok(())
}

/// The answer to one line.
fn answer(line: &Json, base: Option<&str>, explain: bool) -> anyhow::Result<Json> {
    let text = line.get("expr").and_then(Json::as_str).context("the member expr is missing")?;
    let name = line.get("type").and_then(Json::as_str).unwrap_or("string");
    let wanted = Wanted::named(name).with_context(|| format!("there is no type {name}"))?;
    let own = line.get("context").filter(|own| own.is_object()).map_or_else(|| "{}".to_owned(), Json::to_string);
    let world = Context::over(&own, base, &Limits::default()).context("the context")?;
    let refused = |error: &Error| refusal(error, text, explain);
    Ok(match Template::parse(text) {
        Ok(template) => match template.evaluate(&world, wanted) {
            Ok(Value::Null) => json!({ "null": true }),
            Ok(value) => json!({ "value": shown(&value) }),
            Err(error) => refused(&error),
        },
        Err(error) => refused(&error),
    })
}

fn refusal(error: &Error, text: &str, explain: bool) -> Json {
    let mut shown = json!({ "stage": error.stage.name(), "code": error.code });
    if explain {
        shown["message"] = json!(error.message);
        shown["place"] = json!(error.picture(text).lines().collect::<Vec<_>>());
    }
    json!({ "error": shown })
}

/// A value as JSON; what JSON does not know is text.
fn shown(value: &Value<'_>) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(truth) => json!(truth),
        Value::Int(number) => json!(number),
        Value::Long(number) => json!(number),
        Value::Double(number) if number.is_finite() => json!(number),
        Value::Str(text) => json!(&**text),
        Value::List(list) => list.iter().map(shown).collect(),
        Value::Map(map) => map.iter().map(|(key, value)| (key.to_string(), shown(value))).collect(),
        other => json!(other.to_string()),
    }
}
