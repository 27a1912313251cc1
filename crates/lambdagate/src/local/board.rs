//! What `dev` shows: a greeting with addresses and routes, then one line for each call.

use crate::assemble::function_calls;
use arc_swap::ArcSwap;
use emulator::{CallReport, FunctionInfo};
use model::Gateway;
use model::predicate::{PathPattern, Predicate};
use model::route::Route;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use telemetry::access::Format;

/// Which routes call which functions, kept up to date across reloads.
pub(crate) struct Board {
    format: Format,
    routes: ArcSwap<Vec<Row>>,
}

/// A route that calls a function.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Row {
    methods: String,
    path: String,
    function: String,
}

/// What the greeting tells beside the routes.
pub(crate) struct Premises<'a> {
    pub(crate) gateway: &'a [SocketAddr],
    pub(crate) emulator: SocketAddr,
    pub(crate) folders: &'a [PathBuf],
    pub(crate) functions: &'a [FunctionInfo],
}

impl Board {
    /// An empty board.
    pub(crate) fn new(format: Format) -> Self {
        Self { format, routes: ArcSwap::default() }
    }

    /// Takes over the routes of a gateway.
    pub(crate) fn take(&self, gateway: &Gateway) {
        let rows = function_calls(gateway).flat_map(|(route, target)| rows(route, bare_name(&target.function)));
        self.routes.store(rows.collect::<Vec<_>>().into());
    }

    /// Says where everything is.
    pub(crate) fn greet(&self, premises: &Premises<'_>) {
        print!("{}", greeting(premises, &self.routes.load()));
    }

    /// Says what became of a call.
    pub(crate) fn report(&self, call: &CallReport) {
        let route = route_of(&self.routes.load(), &call.function);
        match self.format {
            Format::Text => println!("{}", line(call, &route)),
            Format::Json => tracing::info!(
                route,
                function = &*call.function,
                cold = call.cold,
                milliseconds = (call.milliseconds * 1000.0).round() / 1000.0,
                status = call.status,
                error = call.error,
                request_id = &*call.request_id,
                "call"
            ),
        }
    }
}

fn rows(route: &Route, function: &str) -> Vec<Row> {
    let row = |predicate: &Predicate| Row {
        methods: if predicate.methods.is_empty() { "ANY".to_owned() } else { predicate.methods.join(",") },
        path: path(predicate),
        function: function.to_owned(),
    };
    route.matches.iter().map(|matching| row(&matching.predicate)).collect()
}

fn path(predicate: &Predicate) -> String {
    match &predicate.path {
        None => "*".to_owned(),
        Some(PathPattern::Exact(path)) => path.clone(),
        Some(PathPattern::Prefix(path)) => format!("{path}*"),
        Some(PathPattern::Template(template)) => template.text.clone(),
        Some(PathPattern::Regex(regex)) => format!("~{regex}"),
    }
}

/// The name alone of `users:live`, of a partial ARN, or of an ARN.
fn bare_name(function: &str) -> &str {
    let after = function.split_once("function:").map_or(function, |(_, name)| name);
    after.split(':').next().unwrap_or(after)
}

/// The path of the one route that leads to a function; of several nobody here knows which it was.
fn route_of(rows: &[Row], function: &str) -> String {
    let mut own = rows.iter().filter(|row| row.function == function);
    match (own.next(), own.next()) {
        (Some(row), None) => row.path.clone(),
        (Some(_), Some(_)) => "one of its routes".to_owned(),
        (None, _) => "called directly".to_owned(),
    }
}

fn greeting(premises: &Premises<'_>, rows: &[Row]) -> String {
    let mut text = format!("lambdagate {}: development\n\n", env!("CARGO_PKG_VERSION"));
    let mut put = |line: std::fmt::Arguments<'_>| {
        let _ = writeln!(text, "  {line}"); // writing to a string cannot fail
    };
    for address in premises.gateway {
        put(format_args!("gateway       {address}"));
    }
    put(format_args!("local Lambda  http://{}", premises.emulator));
    for folder in premises.folders {
        put(format_args!("functions in  {}", folder.display()));
    }
    put(format_args!(""));
    let width = |of: fn(&Row) -> &str| rows.iter().map(|row| of(row).len()).max().unwrap_or_default();
    let (methods, path) = (width(|row| &row.methods), width(|row| &row.path));
    for row in rows {
        let remark = remark(premises.functions, &row.function);
        put(format_args!("{:methods$}  {:path$}  ->  {}  {remark}", row.methods, row.path, row.function));
    }
    if rows.is_empty() {
        put(format_args!("no route calls a function by name"));
    }
    text.push_str("\nA changed file is in force at the next request. Ctrl-C ends.\n\n");
    text.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

fn remark(functions: &[FunctionInfo], name: &str) -> String {
    let Some(function) = functions.iter().find(|function| function.name == name) else {
        return "(no folder of this name yet)".to_owned();
    };
    let problem = || function.problem.clone().unwrap_or_else(|| "cannot be understood".to_owned());
    function.runtime.map_or_else(|| format!("({})", problem()), |runtime| format!("({runtime})"))
}

fn line(call: &CallReport, route: &str) -> String {
    let start = if call.cold { "cold" } else { "warm" };
    let (status, time, function) = (call.status, call.milliseconds, &call.function);
    let error = call.error.as_ref().map(|error| format!("  {}", one_line(error))).unwrap_or_default();
    format!("{status}  {time:>8.1} ms  {start}  {route} -> {function}{error}")
}

/// What a function says may hold anything: line ends and control characters would spoil the terminal.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Folders that are named more than once count once.
pub(crate) fn distinct(folders: impl Iterator<Item = PathBuf>) -> Vec<PathBuf> {
    let mut seen = BTreeMap::new();
    folders.filter(|folder| seen.insert(folder.clone(), ()).is_none()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(methods: &str, path: &str, function: &str) -> Row {
        Row { methods: methods.into(), path: path.into(), function: function.into() }
    }

    #[test]
    fn function_is_known_by_its_bare_name() {
        for (text, expected) in [
            ("users", "users"),
            ("users:live", "users"),
            ("123456789012:function:users", "users"),
            ("arn:aws:lambda:eu-west-1:123456789012:function:users:7", "users"),
        ] {
            assert_eq!(bare_name(text), expected);
        }
    }

    #[test]
    fn call_is_one_line() {
        let rows = [row("GET", "/users/{id}", "users"), row("ANY", "/a", "twice"), row("ANY", "/b", "twice")];
        let call = |function: &str, cold, error: Option<&str>| CallReport {
            function: function.into(),
            request_id: "r".into(),
            cold,
            milliseconds: 83.25,
            status: 200,
            error: error.map(str::to_owned),
        };
        for (call, expected) in [
            (call("users", true, None), "200      83.2 ms  cold  /users/{id} -> users"),
            (
                call("twice", false, Some("E: a\nb\u{1b}")),
                "200      83.2 ms  warm  one of its routes -> twice  E: a b ",
            ),
            (call("other", false, None), "200      83.2 ms  warm  called directly -> other"),
        ] {
            assert_eq!(line(&call, &route_of(&rows, &call.function)), expected);
        }
    }

    #[test]
    fn greeting_tells_addresses_and_routes() {
        let function = |name: &str, runtime, problem: Option<&str>| FunctionInfo {
            name: name.into(),
            folder: name.into(),
            runtime,
            problem: problem.map(str::to_owned),
        };
        let functions = [function("users", Some("python"), None), function("odd", None, Some("no code"))];
        let premises = Premises {
            gateway: &[([127, 0, 0, 1], 8000).into()],
            emulator: ([127, 0, 0, 1], 9001).into(),
            folders: &["functions".into()],
            functions: &functions,
        };
        let rows = [row("GET,PUT", "/users/{id}", "users"), row("ANY", "/odd", "odd"), row("ANY", "/x", "gone")];
        let text = greeting(&premises, &rows);
        for part in [
            "  gateway       127.0.0.1:8000\n",
            "  local Lambda  http://127.0.0.1:9001\n",
            "  GET,PUT  /users/{id}  ->  users  (python)\n",
            "  ANY      /odd         ->  odd  (no code)\n",
            "  ANY      /x           ->  gone  (no folder of this name yet)\n",
        ] {
            assert!(text.contains(part), "{part}\n{text}");
        }
    }
}
