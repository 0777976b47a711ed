//! Wording of figures and times, the same on server and browser.

/// Milliseconds in a second, a minute, an hour, a day.
const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// How long ago a moment was: `now`, `12 s ago`, `3 min ago`, `2 h ago`, `5 days ago`.
pub fn ago(at_ms: i64, now_ms: i64) -> String {
    let age = now_ms - at_ms;
    match age {
        ..SECOND => "now".to_owned(),
        _ => format!("{} ago", span(age)),
    }
}

/// An age in one unit: `12 s`, `3 min`, `2 h`, `1 day`.
pub fn span(ms: i64) -> String {
    match ms.max(0) {
        ms if ms < MINUTE => format!("{} s", ms / SECOND),
        ms if ms < HOUR => format!("{} min", ms / MINUTE),
        ms if ms < DAY => format!("{} h", ms / HOUR),
        ms if ms < 2 * DAY => "1 day".to_owned(),
        ms => format!("{} days", ms / DAY),
    }
}

/// A measured length of time: `412 ms`, `4.1 s`, `1 min 12 s`, `2 h 5 min`, `2 days 3 h`.
pub fn duration(ms: i64) -> String {
    match ms.max(0) {
        ms if ms < SECOND => format!("{ms} ms"),
        ms if ms < MINUTE => format!("{}.{} s", ms / SECOND, ms % SECOND / 100),
        ms if ms < HOUR => two(format!("{} min", ms / MINUTE), ms % MINUTE / SECOND, "s"),
        ms if ms < DAY => two(format!("{} h", ms / HOUR), ms % HOUR / MINUTE, "min"),
        ms => two(span(ms), ms % DAY / HOUR, "h"),
    }
}

/// A length of time that somebody chose, without a fraction that nobody wrote: `30 s`, `1 min`, `30 days`.
pub fn budget(ms: i64) -> String {
    if (SECOND..MINUTE).contains(&ms) && ms % SECOND == 0 { span(ms) } else { duration(ms) }
}

fn two(large: String, small: i64, unit: &str) -> String {
    if small == 0 { large } else { format!("{large} {small} {unit}") }
}

/// A mark on a time axis, in as few letters as tell it from its neighbours: `500 ms`, `1.5 s`, `40 s`, `1:20`, `2 min`.
pub fn mark(ms: i64) -> String {
    match ms {
        0 => "0".to_owned(),
        ms if ms < SECOND => format!("{ms} ms"),
        ms if ms < MINUTE && ms % SECOND == 0 => span(ms),
        ms if ms < MINUTE => duration(ms),
        ms if ms < HOUR && ms % MINUTE != 0 => elapsed(ms),
        ms => duration(ms),
    }
}

/// The clock of something that runs, with fixed width within the hour: `0:48`, `12:03`, `1:02:03`.
pub fn elapsed(ms: i64) -> String {
    let seconds = ms.max(0) / SECOND;
    match seconds {
        s if s < 3_600 => format!("{}:{:02}", s / 60, s % 60),
        s => format!("{}:{:02}:{:02}", s / 3_600, s % 3_600 / 60, s % 60),
    }
}

/// A difference of scores: `▲ 0.07`, `▼ 0.61`, `0.00`.
pub fn change(by: f64) -> String {
    let size = format!("{:.2}", by.abs());
    match by {
        _ if size == "0.00" => size,
        by if by < 0.0 => format!("▼ {size}"),
        _ => format!("▲ {size}"),
    }
}

/// A count with thousands set apart: `46,212`.
pub fn number(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if value < 0 {
        text.push('-');
    }
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 agent`, `3 agents`, `2 queries`; `one` and `many` are the nouns.
pub fn count(value: usize, one: &str, many: &str) -> String {
    if value == 1 {
        format!("1 {one}")
    } else {
        format!("{} {many}", number(i64::try_from(value).unwrap_or(i64::MAX)))
    }
}

/// A moment in full, in UTC: `24 November 2026, 15:04:28 UTC`. The same on the server and in every browser.
pub fn absolute(at_ms: i64) -> String {
    let (year, month, day) = civil(at_ms.div_euclid(DAY));
    let of_day = at_ms.rem_euclid(DAY) / SECOND;
    let month = MONTHS.get(month.saturating_sub(1)).copied().unwrap_or_default();
    format!("{day} {month} {year}, {:02}:{:02}:{:02} UTC", of_day / 3_600, of_day % 3_600 / 60, of_day % 60)
}

/// A day in UTC, or an hour of it: `24 November`, `24 November, 15:00`.
pub fn slot(at_ms: i64, hour: bool) -> String {
    let (_, month, day) = civil(at_ms.div_euclid(DAY));
    let month = MONTHS.get(month.saturating_sub(1)).copied().unwrap_or_default();
    match hour {
        true => format!("{day} {month}, {:02}:00", at_ms.rem_euclid(DAY) / HOUR),
        false => format!("{day} {month}"),
    }
}

/// A moment for `<time datetime>`.
pub fn rfc3339(at_ms: i64) -> String {
    let (year, month, day) = civil(at_ms.div_euclid(DAY));
    let of_day = at_ms.rem_euclid(DAY);
    let s = of_day / SECOND;
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{:03}Z",
        s / 3_600,
        s % 3_600 / 60,
        s % 60,
        of_day % SECOND
    )
}

/// Year, month and day of a day number since 1970 (Howard Hinnant's `civil_from_days`).
fn civil(days: i64) -> (i64, usize, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, usize::try_from(month).unwrap_or(1), day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_as_the_design_words_them() {
        assert_eq!(ago(10_000, 10_400), "now");
        assert_eq!(ago(10_000, 22_400), "12 s ago");
        assert_eq!(ago(0, 26 * MINUTE), "26 min ago");
        assert_eq!(ago(0, 3 * DAY), "3 days ago");
        assert_eq!(duration(412), "412 ms");
        assert_eq!(duration(4_180), "4.1 s");
        assert_eq!(duration(72_000), "1 min 12 s");
        assert_eq!(duration(2 * HOUR), "2 h");
        assert_eq!(duration(51 * HOUR), "2 days 3 h");
        assert_eq!([30 * SECOND, MINUTE, 720 * HOUR].map(budget), ["30 s", "1 min", "30 days"]);
        assert_eq!(
            [0, 500, 1_500, 2_000, 80_000, 120_000].map(mark),
            ["0", "500 ms", "1.5 s", "2 s", "1:20", "2 min"]
        );
        assert_eq!(elapsed(48_000), "0:48");
        assert_eq!(elapsed(3_723_000), "1:02:03");
    }

    #[test]
    fn figures_have_their_thousands_set_apart() {
        assert_eq!(number(46_212), "46,212");
        assert_eq!(number(-1_204), "-1,204");
        assert_eq!(number(7), "7");
        assert_eq!(count(1, "agent", "agents"), "1 agent");
        assert_eq!(count(0, "agent", "agents"), "0 agents");
    }

    #[test]
    fn moments_are_absolute_in_utc() {
        assert_eq!(absolute(1_795_532_668_114), "24 November 2026, 15:04:28 UTC");
        assert_eq!(rfc3339(1_795_532_668_114), "2026-11-24T15:04:28.114Z");
        assert_eq!(slot(1_795_532_668_114, true), "24 November, 15:00");
        assert_eq!(slot(1_795_532_668_114, false), "24 November");
        assert_eq!(absolute(951_782_400_000), "29 February 2000, 00:00:00 UTC");
    }
}
