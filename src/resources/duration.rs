//! Durations in Go's syntax (`90s`, `1h30m`, `720h0m0s`), as every Ark manifest and status writes them.

use std::{fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Nanoseconds of each unit that Go knows. `µ` has two code points (micro sign and Greek mu); Go takes both.
const UNITS: &[(&str, i128)] = &[
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("μs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// Longest text looked at: far more than any sum of units needs.
const MAX_TEXT: usize = 128;

/// A signed length of time in nanoseconds, read from and written as Go writes it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GoDuration(i64);

/// Why a text is not a duration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DurationError {
    text: String,
    reason: &'static str,
}

impl fmt::Display for DurationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid duration \"{}\": {}; write it like 30s, 5m or 1h30m", self.text, self.reason)
    }
}

impl std::error::Error for DurationError {}

impl GoDuration {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// A duration of whole seconds.
    pub const fn from_secs(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1_000_000_000))
    }

    /// A duration of whole minutes.
    pub const fn from_mins(minutes: i64) -> Self {
        Self::from_secs(minutes.saturating_mul(60))
    }

    /// A duration of whole hours.
    pub const fn from_hours(hours: i64) -> Self {
        Self::from_mins(hours.saturating_mul(60))
    }

    /// The length in nanoseconds.
    pub const fn as_nanos(self) -> i64 {
        self.0
    }

    /// The length in seconds, with a fraction.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// The standard library's duration; a negative one is zero, as a deadline that has passed already.
    pub fn to_std(self) -> Duration {
        Duration::from_nanos(u64::try_from(self.0).unwrap_or(0))
    }

    /// Whether any time is meant: a timeout or period must be positive.
    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }
}

impl From<Duration> for GoDuration {
    fn from(duration: Duration) -> Self {
        Self(i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX))
    }
}

impl FromStr for GoDuration {
    type Err = DurationError;

    fn from_str(text: &str) -> Result<Self, DurationError> {
        let fail = |reason| DurationError { text: text.chars().take(MAX_TEXT).collect(), reason };
        if text.len() > MAX_TEXT {
            return Err(fail("too long"));
        }
        let trimmed = text.trim();
        let (negative, mut rest) = match trimmed.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, trimmed.strip_prefix('+').unwrap_or(trimmed)),
        };
        if rest == "0" {
            return Ok(Self::ZERO);
        }
        if rest.is_empty() {
            return Err(fail("empty"));
        }
        let mut total: i128 = 0;
        while !rest.is_empty() {
            let number_end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
            let (number, after) = rest.split_at(number_end);
            let unit_end = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
            let (unit, after) = after.split_at(unit_end);
            if number.is_empty() {
                return Err(fail("a number is missing"));
            }
            if unit.is_empty() {
                return Err(fail("a unit is missing"));
            }
            let Some((_, scale)) = UNITS.iter().find(|(name, _)| *name == unit) else {
                return Err(fail("unknown unit"));
            };
            total += nanos(number, *scale).ok_or_else(|| fail("not a number"))?;
            rest = after;
        }
        let signed = if negative { -total } else { total };
        i64::try_from(signed).map(Self).map_err(|_| fail("longer than 292 years"))
    }
}

/// `number` (`1.5`, `.5`, `2.`) of a unit, in nanoseconds; what is finer than one is cut off, as Go does.
fn nanos(number: &str, scale: i128) -> Option<i128> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
        return None;
    }
    // More digits than this overflow 292 years in any unit; fewer cannot overflow an i128.
    const MAX_DIGITS: usize = 20;
    if whole.len() > MAX_DIGITS {
        return Some(i128::from(i64::MAX) + 1);
    }
    let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let digits = &fraction[..fraction.len().min(15)];
    let part = if digits.is_empty() {
        0
    } else {
        digits.parse::<i128>().ok()? * scale / 10_i128.pow(u32::try_from(digits.len()).ok()?)
    };
    Some(whole * scale + part)
}

impl fmt::Display for GoDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("0s");
        }
        if self.0 < 0 {
            f.write_str("-")?;
        }
        let nanos = self.0.unsigned_abs();
        if nanos < 1_000_000_000 {
            let (scale, unit) = match nanos {
                0..1_000 => (1, "ns"),
                1_000..1_000_000 => (1_000, "µs"),
                _ => (1_000_000, "ms"),
            };
            return write_decimal(f, nanos, scale, unit);
        }
        let (hours, minutes) = (nanos / 3_600_000_000_000, nanos / 60_000_000_000 % 60);
        if hours > 0 {
            write!(f, "{hours}h")?;
        }
        if hours > 0 || minutes > 0 {
            write!(f, "{minutes}m")?;
        }
        write_decimal(f, nanos % 60_000_000_000, 1_000_000_000, "s")
    }
}

/// Writes `nanos / scale` with as many decimals as it needs.
fn write_decimal(f: &mut fmt::Formatter<'_>, nanos: u64, scale: u64, unit: &str) -> fmt::Result {
    write!(f, "{}", nanos / scale)?;
    let rest = nanos % scale;
    if rest > 0 {
        let width = scale.ilog10() as usize;
        let digits = format!("{rest:0width$}");
        write!(f, ".{}", digits.trim_end_matches('0'))?;
    }
    f.write_str(unit)
}

impl Serialize for GoDuration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for GoDuration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Go's grammar. Longer texts than 64 characters mean nothing, and the bound keeps the rule's estimated cost small.
#[cfg(feature = "ssr")]
const RULES: &[super::schema::Rule] = &[super::schema::Rule::new(
    "self.matches('^[-+]?(0|(([0-9]+([.][0-9]*)?|[.][0-9]+)(ns|us|µs|μs|ms|s|m|h))+)$')",
    "must be a duration such as 30s, 5m or 1h30m",
)];

#[cfg(feature = "ssr")]
impl schemars::JsonSchema for GoDuration {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Duration".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let mut schema = schemars::json_schema!({ "type": "string", "maxLength": 64 });
        super::schema::rules(RULES)(&mut schema);
        schema
    }
}

/// A period or timeout that cannot be negative.
#[cfg(feature = "ssr")]
pub(super) const NOT_NEGATIVE: &[super::schema::Rule] =
    &[super::schema::Rule::new("!self.startsWith('-')", "cannot be negative")];

/// A limit that makes no sense as nothing.
#[cfg(feature = "ssr")]
pub(super) const POSITIVE: &[super::schema::Rule] = &[super::schema::Rule::new(
    "!self.startsWith('-') && self.matches('[1-9]')",
    "must be a positive duration",
)];

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> GoDuration {
        text.parse().expect(text)
    }

    #[test]
    fn reads_what_go_reads_and_writes_what_go_writes() {
        for (text, normalised) in [
            ("0", "0s"),
            ("720h", "720h0m0s"),
            ("30m", "30m0s"),
            ("5m0s", "5m0s"),
            ("90s", "1m30s"),
            ("1.5h", "1h30m0s"),
            ("1h15m30.918273645s", "1h15m30.918273645s"),
            (".5s", "500ms"),
            ("2.s", "2s"),
            ("1us", "1µs"),
            ("1µs", "1µs"),
            ("1μs", "1µs"),
            ("1234567ns", "1.234567ms"),
            ("-1m", "-1m0s"),
            ("+1.25s", "1.25s"),
            ("100ms", "100ms"),
            (" 5s ", "5s"),
            ("9223372036854775807ns", "2562047h47m16.854775807s"),
        ] {
            assert_eq!(parse(text).to_string(), normalised, "{text}");
            assert_eq!(parse(normalised), parse(text), "{text}");
        }
    }

    #[test]
    fn refuses_what_go_refuses() {
        for text in ["", "-", "5", "s", "5x", "1h 5m", "1..5s", ".s", "5m3", "abc", "9999999999999999h", "1d"]
        {
            let error = text.parse::<GoDuration>().expect_err(text);
            assert!(error.to_string().starts_with(&format!("invalid duration \"{text}\"")), "{error}");
        }
    }

    #[test]
    fn serde_goes_through_the_text() {
        let value: GoDuration = serde_json::from_str("\"1h\"").expect("reads");
        assert_eq!(value, GoDuration::from_hours(1));
        assert_eq!(serde_json::to_string(&value).expect("writes"), "\"1h0m0s\"");
        assert!(serde_json::from_str::<GoDuration>("\"soon\"").is_err());
    }

    #[test]
    fn a_negative_one_is_no_time_left() {
        assert_eq!(parse("-5s").to_std(), Duration::ZERO);
        assert_eq!(parse("1500ms").to_std(), Duration::from_millis(1500));
    }
}
