//! What is said at the start: addresses, routes, and the functions that are there.

use super::Row;
use super::paint::{Paint, Tone};
use emulator::FunctionInfo;
use std::fmt::Write;
use std::net::SocketAddr;
use std::path::PathBuf;

/// What the greeting tells beside the routes.
pub(crate) struct Premises<'a> {
    pub(crate) gateway: &'a [SocketAddr],
    pub(crate) emulator: SocketAddr,
    pub(crate) folders: &'a [PathBuf],
    pub(crate) functions: &'a [FunctionInfo],
}

pub(super) fn greeting(premises: &Premises<'_>, rows: &[Row], paint: Paint) -> String {
    let mut text = format!("lambdagate {}: development\n\n", env!("CARGO_PKG_VERSION"));
    let mut put = |line: String| {
        let _ = writeln!(text, "  {line}"); // writing to a string cannot fail
    };
    for address in premises.gateway {
        put(format!("gateway       {address}"));
    }
    put(format!("local Lambda  http://{}", premises.emulator));
    for folder in premises.folders {
        put(format!("functions in  {}", folder.display()));
    }
    put(String::new());
    routes(premises, rows, paint).into_iter().for_each(&mut put);
    put(String::new());
    functions(premises, paint).into_iter().for_each(&mut put);
    text.push_str("\nA changed file is in force at the next request. Ctrl-C ends.\n\n");
    text.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

fn routes(premises: &Premises<'_>, rows: &[Row], paint: Paint) -> Vec<String> {
    if rows.is_empty() {
        return vec!["no route calls a function by name".to_owned()];
    }
    let width = |of: fn(&Row) -> &str| rows.iter().map(|row| of(row).chars().count()).max().unwrap_or_default();
    let (methods, path) = (width(|row| &row.methods), width(|row| &row.path));
    let line = |row: &Row| {
        let is_there = premises.functions.iter().any(|function| function.name == row.function);
        let remark = if is_there { String::new() } else { paint.text(Tone::Odd, "(no function of this name yet)") };
        format!("{:methods$}  {:path$}  ->  {}  {remark}", row.methods, row.path, row.function)
    };
    rows.iter().map(line).collect()
}

fn functions(premises: &Premises<'_>, paint: Paint) -> Vec<String> {
    let all = premises.functions;
    let name = all.iter().map(|function| function.name.chars().count()).max().unwrap_or_default();
    let runtime = all.iter().filter_map(|function| function.runtime).map(str::len).max().unwrap_or_default().max(1);
    let line = |function: &FunctionInfo| {
        let (kind, told) = match (function.runtime, &function.problem) {
            (Some(kind), None) => (kind, url(premises.emulator, &function.name)),
            (kind, problem) => {
                let problem = problem.as_deref().unwrap_or("cannot be understood");
                (kind.unwrap_or("?"), paint.text(Tone::Bad, problem))
            }
        };
        format!("{:name$}  {kind:runtime$}  {told}", function.name)
    };
    if all.is_empty() { vec!["no function is there yet".to_owned()] } else { all.iter().map(line).collect() }
}

/// Where the function is reached over plain HTTP.
fn url(emulator: SocketAddr, name: &str) -> String {
    format!("http://{emulator}/url/{name}/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_routes_and_functions_are_told() {
        let function = |name: &str, runtime, problem: Option<&str>| FunctionInfo {
            name: name.into(),
            folder: name.into(),
            runtime,
            problem: problem.map(str::to_owned),
        };
        let functions = [function("odd", None, Some("no code")), function("users", Some("python"), None)];
        let premises = Premises {
            gateway: &[([127, 0, 0, 1], 8000).into()],
            emulator: ([127, 0, 0, 1], 9001).into(),
            folders: &["functions".into()],
            functions: &functions,
        };
        let row = |methods: &str, path: &str, function: &str| Row {
            methods: methods.into(),
            path: path.into(),
            function: function.into(),
        };
        let rows = [row("GET,PUT", "/users/{id}", "users"), row("ANY", "/x", "gone")];
        let text = greeting(&premises, &rows, Paint::when(false));
        for part in [
            "  gateway       127.0.0.1:8000\n",
            "  local Lambda  http://127.0.0.1:9001\n",
            "  GET,PUT  /users/{id}  ->  users\n",
            "  ANY      /x           ->  gone  (no function of this name yet)\n",
            "  odd    ?       no code\n",
            "  users  python  http://127.0.0.1:9001/url/users/\n",
        ] {
            assert!(text.contains(part), "{part}\n{text}");
        }
    }
}
