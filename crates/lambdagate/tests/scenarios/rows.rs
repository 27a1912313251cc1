//! Cases as data: tables with a row for each, all of which must hold.

use serde_json::Value;
use std::panic::catch_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Gateways running at once.
const SIDE_BY_SIDE: usize = 2;

/// The rows of tables with a JSON text in each line.
pub(crate) fn read(tables: &[&str]) -> Vec<Value> {
    tables.iter().flat_map(|table| table.lines()).map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Checks every row; or those alone whose ids begin as this variable of the environment says.
pub(crate) fn hold(rows: &[Value], variable: &str, check: fn(&Value) -> Result<(), String>) {
    let chosen = std::env::var(variable).unwrap_or_default();
    let next = AtomicUsize::new(0);
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let work = || {
            let mut wrong = Vec::new();
            while let Some(row) = rows.get(next.fetch_add(1, Ordering::Relaxed)) {
                let id = row["id"].as_str().unwrap();
                if id.starts_with(&chosen) {
                    let checked = catch_unwind(|| check(row)).unwrap_or_else(|_| Err("panicked, see above".to_owned()));
                    let title = row["title"].as_str().or(row["desc"].as_str()).unwrap_or_default();
                    wrong.extend(checked.err().map(|why| format!("{id} ({title}): {why}")));
                }
            }
            wrong
        };
        let workers: Vec<_> = (0..SIDE_BY_SIDE).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    assert!(wrong.is_empty(), "{} of {} rows:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}
