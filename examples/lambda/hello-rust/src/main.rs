//! Greets by name, on AWS's own runtime for Rust. With `wait_ms` in the event it first waits, as a function does that
//! asks a database.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(greet)).await
}

async fn greet(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let name = event.payload["pathParameters"]["name"].as_str().unwrap_or("world");
    if let Some(milliseconds) = event.payload["wait_ms"].as_u64() {
        tokio::time::sleep(Duration::from_millis(milliseconds)).await;
    }
    println!("greeting {name}"); // goes to the log, under the function's name
    Ok(json!({ "message": format!("Hello, {name}!"), "from": event.context.env_config.function_name }))
}
