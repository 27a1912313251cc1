//! A panic never goes unnoticed: it is a log line with thread and place, whichever thread it happens on.

use std::any::Any;
use std::panic::PanicHookInfo;

/// From now on panics are logged, in the format of the process log.
pub(crate) fn log_them() {
    std::panic::set_hook(Box::new(|info: &PanicHookInfo<'_>| {
        let thread = std::thread::current();
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(
            thread = thread.name().unwrap_or("unnamed"),
            place,
            reason = reason(info.payload()),
            "panic in the gateway; this is a defect of it, please report it"
        );
    }));
}

fn reason(payload: &dyn Any) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("unknown")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reason_is_the_text_of_the_panic() {
        assert_eq!(reason(&"plain"), "plain");
        assert_eq!(reason(&"built".to_owned()), "built");
        assert_eq!(reason(&7), "unknown");
    }
}
