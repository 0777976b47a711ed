//! Amounts of money.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An amount of money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// ISO 4217.
    pub currency: String,
    /// Thousand-millionths of it.
    pub nanos: i64,
}

/// `$0.0061`, `€12.40`, `3.00 CHF`. Below one unit there are four digits, as calls of models cost that little; what is less
/// than the last of them shows as such.
impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNIT: i64 = 1_000_000_000;
        const LEAST: i64 = UNIT / 10_000;
        const CENT: i64 = UNIT / 100;
        let (before, after) = match self.currency.as_str() {
            "USD" => ("$", ""),
            "EUR" => ("€", ""),
            "GBP" => ("£", ""),
            other => ("", other),
        };
        let parts = self.nanos.saturating_add(LEAST / 2) / LEAST;
        let digits = match self.nanos {
            0 => "0".to_owned(),
            nanos if nanos < LEAST => {
                return write!(f, "less than {}", Self { nanos: LEAST, ..self.clone() });
            }
            _ if parts < 10_000 => format!("0.{parts:04}"),
            nanos => {
                let cents = nanos.saturating_add(CENT / 2) / CENT;
                format!("{}.{:02}", cents / 100, cents % 100)
            }
        };
        if after.is_empty() { write!(f, "{before}{digits}") } else { write!(f, "{digits} {after}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_amounts_keep_their_digits() {
        let words = |currency: &str, nanos| Cost { currency: currency.into(), nanos }.to_string();
        assert_eq!((words("USD", 0).as_str(), words("USD", 6_100_000).as_str()), ("$0", "$0.0061"));
        assert_eq!(
            (words("USD", 40).as_str(), words("USD", 999_999_999).as_str()),
            ("less than $0.0001", "$1.00")
        );
        assert_eq!(
            (words("EUR", 12_345_000_000).as_str(), words("CHF", 3_000_000_000).as_str()),
            ("€12.35", "3.00 CHF")
        );
    }
}
