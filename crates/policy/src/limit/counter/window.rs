//! When a window begins and ends.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use model::policy::{Period, Span};
use std::time::Duration;

/// Beginning and end of the window that a moment lies in, both since 1970. For a window that begins with the first
/// request, `begun` is when that was; one that has ended begins anew.
pub(crate) fn bounds(span: Span, now: Duration, begun: Option<Duration>) -> (Duration, Duration) {
    match span {
        Span::FromFirst(length) => {
            let begun = begun.filter(|begun| now < *begun + length).unwrap_or(now);
            (begun, begun + length)
        }
        Span::Months(months) => {
            let end = |begun| later(begun, months).unwrap_or(begun + Duration::from_secs(86_400));
            let begun = begun.filter(|begun| now < end(*begun)).unwrap_or(now);
            (begun, end(begun))
        }
        Span::Calendar(Period::Second) => even(now, 1),
        Span::Calendar(Period::Minute) => even(now, 60),
        Span::Calendar(Period::Hour) => even(now, 3600),
        Span::Calendar(Period::Day) => even(now, 86_400),
        Span::Calendar(period @ (Period::Month | Period::Year)) => {
            dated(period, now).unwrap_or_else(|| even(now, 86_400))
        }
    }
}

fn even(now: Duration, seconds: u64) -> (Duration, Duration) {
    let begin = Duration::from_secs(now.as_secs() / seconds * seconds);
    (begin, begin + Duration::from_secs(seconds))
}

/// `None` beyond the end of the calendar.
fn dated(period: Period, now: Duration) -> Option<(Duration, Duration)> {
    let date = Timestamp::from_second(i64::try_from(now.as_secs()).ok()?).ok()?.to_zoned(TimeZone::UTC).date();
    let (first, next) = match period {
        Period::Year => (date.first_of_year(), date.first_of_year().checked_add(1.year()).ok()?),
        _ => (date.first_of_month(), date.first_of_month().checked_add(1.month()).ok()?),
    };
    Some((since(first.into())?, since(next.into())?))
}

/// The same time of the same day, so many months later; `None` beyond the end of the calendar.
fn later(begun: Duration, months: u32) -> Option<Duration> {
    let begun = Timestamp::new(i64::try_from(begun.as_secs()).ok()?, begun.subsec_nanos().try_into().ok()?).ok()?;
    let end = begun.to_zoned(TimeZone::UTC).checked_add(i64::from(months).months()).ok()?.timestamp();
    u64::try_from(end.as_millisecond()).ok().map(Duration::from_millis)
}

fn since(date: DateTime) -> Option<Duration> {
    let second = date.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second();
    u64::try_from(second).ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_follow_the_calendar_or_the_first_request() {
        let at = |text: &str| {
            let time: Timestamp = text.parse().unwrap();
            Duration::from_nanos(u64::try_from(time.as_nanosecond()).unwrap())
        };
        let now = "2024-02-29T23:59:59.5Z";
        for (period, begin, end) in [
            (Period::Second, "2024-02-29T23:59:59Z", "2024-03-01T00:00:00Z"),
            (Period::Minute, "2024-02-29T23:59:00Z", "2024-03-01T00:00:00Z"),
            (Period::Hour, "2024-02-29T23:00:00Z", "2024-03-01T00:00:00Z"),
            (Period::Day, "2024-02-29T00:00:00Z", "2024-03-01T00:00:00Z"),
            (Period::Month, "2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z"),
            (Period::Year, "2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z"),
        ] {
            assert_eq!(bounds(Span::Calendar(period), at(now), None), (at(begin), at(end)), "{period:?}");
        }
        for (begun, months, end) in [
            ("2024-01-31T12:00:00.5Z", 1, "2024-02-29T12:00:00.5Z"),
            ("2024-02-10T00:00:00Z", 12, "2025-02-10T00:00:00Z"),
        ] {
            assert_eq!(bounds(Span::Months(months), at(begun), None), (at(begun), at(end)), "{begun}");
        }
        let ten = Span::FromFirst(Duration::from_secs(10));
        let second = Duration::from_secs;
        assert_eq!(bounds(ten, second(105), None), (second(105), second(115)));
        assert_eq!(bounds(ten, second(105), Some(second(100))), (second(100), second(110)));
        assert_eq!(bounds(ten, second(110), Some(second(100))), (second(110), second(120)));
    }
}
