//! One finished call as people see it: a line, and under it the stack of what failed.

use super::paint::{Paint, Tone};
use emulator::CallReport;

/// Lines of a stack that are shown; the log has the rest.
const MOST: usize = 30;

/// The line, with the stack below.
pub(super) fn line(call: &CallReport, paint: Paint) -> String {
    let status = paint.text(tone(call), &call.status.to_string());
    let start = if call.cold { paint.text(Tone::Odd, "cold") } else { paint.text(Tone::Quiet, "warm") };
    let (time, function, route) = (call.milliseconds, &call.function, one_line(&call.caller.to_string()));
    let mut text = format!("{status}  {time:>8.1} ms  {start}  {route} -> {function}");
    if let Some(error) = &call.error {
        text.push_str("  ");
        text.push_str(&paint.text(Tone::Bad, &one_line(error)));
    }
    let stack: Vec<&str> = call.stack.iter().flatten().flat_map(|entry| entry.lines()).collect();
    for entry in stack.iter().take(MOST) {
        text.push_str("\n    ");
        text.push_str(&paint.text(Tone::Quiet, &one_line(entry)));
    }
    if stack.len() > MOST {
        text.push_str(&format!("\n    … and {} lines more", stack.len() - MOST));
    }
    text
}

fn tone(call: &CallReport) -> Tone {
    match (call.status, &call.error) {
        (429, _) => Tone::Odd,
        (400.., _) | (_, Some(_)) => Tone::Bad,
        (_, None) => Tone::Good,
    }
}

/// What a function says may hold anything: line ends and control characters would spoil the terminal.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use emulator::Caller;

    fn call(cold: bool, status: u16, error: Option<&str>, stack: Option<&[&str]>) -> CallReport {
        CallReport {
            function: "users".into(),
            request_id: "r".into(),
            caller: Caller::Route("/a".into()),
            cold,
            milliseconds: 83.25,
            status,
            error: error.map(str::to_owned),
            stack: stack.map(|stack| stack.iter().map(|entry| (*entry).to_owned()).collect()),
        }
    }

    #[test]
    fn call_is_one_line_and_its_stack_stands_below() {
        for (call, expected) in [
            (call(true, 200, None, None), "200      83.2 ms  cold  /a -> users"),
            (call(false, 200, Some("E: a\nb\u{1b}"), None), "200      83.2 ms  warm  /a -> users  E: a b "),
            (
                call(
                    false,
                    200,
                    Some("KeyError: 'n'"),
                    Some(&["  File \"f.py\", line 2\n    return n\n", "at x\u{7}"]),
                ),
                "200      83.2 ms  warm  /a -> users  KeyError: 'n'\n      File \"f.py\", line 2\n        return n\n    at x ",
            ),
        ] {
            assert_eq!(line(&call, Paint::when(false)), expected);
        }
    }

    #[test]
    fn colours_follow_how_it_went() {
        for (call, status) in [
            (call(false, 200, None, None), "\u{1b}[32m200\u{1b}[0m"),
            (call(false, 200, Some("E: x"), None), "\u{1b}[31m200\u{1b}[0m"),
            (call(false, 429, Some("throttled"), None), "\u{1b}[33m429\u{1b}[0m"),
            (call(false, 502, Some("E"), None), "\u{1b}[31m502\u{1b}[0m"),
        ] {
            let text = line(&call, Paint::when(true));
            assert!(text.starts_with(status), "{text:?}");
        }
    }

    #[test]
    fn a_long_stack_is_cut() {
        let stack = vec!["at somewhere"; MOST + 5];
        let text = line(&call(false, 200, Some("E"), Some(&stack)), Paint::when(false));
        assert_eq!(text.lines().count(), 1 + MOST + 1);
        assert!(text.ends_with("… and 5 lines more"), "{text}");
    }
}
