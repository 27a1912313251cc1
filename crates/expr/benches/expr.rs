//! What an evaluation costs: a literal, a header lookup, a path through 10 KB of JSON.

use expr::el::{Context, Template, Wanted};
use std::hint::black_box;
use std::time::{Duration, Instant};

fn main() {
    let items: Vec<String> = (0..80).map(item).collect();
    let body = format!("{{\"items\": [{}], \"last\": {{\"id\": \"end\"}}}}", items.join(", "));
    let escaped = body.replace('"', "\\\"");
    let headers = r#"{"Host": ["api.example.com"], "Accept": ["*/*"], "X-Tenant": ["acme"], "User-Agent": ["curl/8"]}"#;
    let context =
        format!("{{\"request\": {{\"method\": \"POST\", \"headers\": {headers}, \"content\": \"{escaped}\"}}}}");
    let small = context.replace(&escaped, "{}");
    println!("body of {} bytes; median of {ROUNDS} rounds, each ns per evaluation", body.len());
    measure("a literal", "{(42)}", Wanted::Integer, &small);
    measure("text without an expression", "plain text", Wanted::Text, &small);
    measure("a header", "{#request.headers['X-Tenant'][0]}", Wanted::Text, &small);
    measure("a condition on a header", "{#request.headers['X-Tenant'][0] == 'acme'}", Wanted::Boolean, &small);
    measure("a header matched", "{#request.headers['X-Tenant'][0] matches '[a-z]+'}", Wanted::Boolean, &small);
    measure(
        "text with two expressions",
        "{#request.method} for {#request.headers['X-Tenant'][0]}",
        Wanted::Text,
        &small,
    );
    measure("jsonPath over 10 KB", "{#jsonPath(#request.content, '$.last.id')}", Wanted::Text, &context);
    measure(
        "jsonPath with a filter",
        "{#jsonPath(#request.content, '$.items[?(@.id == 79)].name')}",
        Wanted::Text,
        &context,
    );
}

fn item(at: usize) -> String {
    format!(
        "{{\"id\": {at}, \"name\": \"item number {at}\", \"price\": {at}.25, \"tags\": [\"red\", \"blue\"], \"stock\": {{\"a\": 1, \"b\": true, \"c\": null}}}}"
    )
}

const ROUNDS: usize = 21;

fn measure(name: &str, template: &str, wanted: Wanted, context: &str) {
    let world = Context::read(context).expect("the context is JSON");
    let template = Template::parse(template).expect("the template is one");
    let once = || {
        black_box(template.evaluate(black_box(&world), wanted)).expect("the template has a value");
    };
    let began = Instant::now();
    let mut warm = 0_u32;
    while began.elapsed() < Duration::from_millis(50) {
        once();
        warm += 1;
    }
    let count = (warm / 5).max(1);
    let mut times: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let began = Instant::now();
            (0..count).for_each(|_| once());
            began.elapsed().as_nanos() as f64 / f64::from(count)
        })
        .collect();
    times.sort_by(f64::total_cmp);
    println!("{name:<28} {:>10.0} ns", times[ROUNDS / 2]);
}
