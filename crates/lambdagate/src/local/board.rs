//! What `dev` shows: a greeting with addresses, routes and functions, then one line for each call.

mod greeting;
mod line;
mod paint;

pub(crate) use greeting::Premises;

use crate::assemble::function_calls;
use arc_swap::ArcSwap;
use emulator::CallReport;
use greeting::greeting;
use line::line;
use model::Gateway;
use model::predicate::{PathPattern, Predicate};
use model::route::Route;
use paint::Paint;
use std::collections::BTreeMap;
use std::path::PathBuf;
use telemetry::access::Format;

/// Which routes call which functions, kept up to date across reloads.
pub(crate) struct Board {
    format: Format,
    paint: Paint,
    routes: ArcSwap<Vec<Row>>,
}

/// A route that calls a function.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Row {
    methods: String,
    path: String,
    function: String,
}

impl Board {
    /// An empty board.
    pub(crate) fn new(format: Format) -> Self {
        Self { format, paint: Paint::of_stdout(), routes: ArcSwap::default() }
    }

    /// Takes over the routes of a gateway.
    pub(crate) fn take(&self, gateway: &Gateway) {
        let rows = function_calls(gateway).flat_map(|(route, target)| rows(route, bare_name(&target.function)));
        self.routes.store(rows.collect::<Vec<_>>().into());
    }

    /// Says where everything is.
    pub(crate) fn greet(&self, premises: &Premises<'_>) {
        print!("{}", greeting(premises, &self.routes.load(), self.paint));
    }

    /// Says what became of a call.
    pub(crate) fn report(&self, call: &CallReport) {
        match self.format {
            Format::Text => println!("{}", line(call, self.paint)),
            Format::Json => tracing::info!(
                route = %call.caller,
                function = &*call.function,
                cold = call.cold,
                milliseconds = (call.milliseconds * 1000.0).round() / 1000.0,
                status = call.status,
                error = call.error,
                stack = call.stack.as_ref().map(|stack| stack.join("\n")),
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

/// The path of a route as it is written.
pub(super) fn path(predicate: &Predicate) -> String {
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

/// Folders that are named more than once count once.
pub(crate) fn distinct(folders: impl Iterator<Item = PathBuf>) -> Vec<PathBuf> {
    let mut seen = BTreeMap::new();
    folders.filter(|folder| seen.insert(folder.clone(), ()).is_none()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
