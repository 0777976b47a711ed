//! Figures and times in words.

/// Thousands apart: `18,204`.
pub fn count(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if number < 0 {
        out.push('-');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A length of time as it is read: `412 ms`, `4.3 s`, `1.2 min`, `2.5 h`.
pub fn span(ms: i64) -> String {
    match ms.max(0) {
        ms if ms < 1_000 => format!("{ms} ms"),
        ms if ms < 10_000 => format!("{:.1} s", ms as f64 / 1e3),
        ms if ms < 60_000 => format!("{} s", ms / 1_000),
        ms if ms < 3_600_000 => format!("{:.1} min", ms as f64 / 60e3),
        ms => format!("{:.1} h", ms as f64 / 3_600e3),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_worded() {
        assert_eq!(count(18_204), "18,204");
        assert_eq!(count(-1_000_000), "-1,000,000");
        assert_eq!(count(7), "7");
        assert_eq!(span(412), "412 ms");
        assert_eq!(span(4_300), "4.3 s");
        assert_eq!(span(42_000), "42 s");
        assert_eq!(span(75_000), "1.2 min");
    }
}
