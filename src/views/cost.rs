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

impl Cost {
    /// Adds to the sum of its currency.
    pub fn add_to(&self, sums: &mut Vec<Self>) {
        match sums.iter_mut().find(|sum| sum.currency == self.currency) {
            Some(sum) => sum.nanos = sum.nanos.saturating_add(self.nanos),
            None => sums.push(self.clone()),
        }
    }

    /// Sums in words; `None` where no price is known, which is not 0. `partly`: there is more that has no price.
    pub fn words(sums: &[Self], partly: bool) -> Option<String> {
        let all = sums.iter().map(ToString::to_string).collect::<Vec<_>>().join(" + ");
        (!sums.is_empty()).then(|| if partly { format!("{all} and more") } else { all })
    }
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
    fn sums_are_by_currency_and_say_what_is_not_known() {
        let mut sums = Vec::new();
        assert_eq!(Cost::words(&sums, true), None);
        for (currency, nanos) in [("USD", 6_000_000), ("EUR", 2_000_000_000), ("USD", 100_000)] {
            Cost { currency: currency.into(), nanos }.add_to(&mut sums);
        }
        assert_eq!(Cost::words(&sums, false).as_deref(), Some("$0.0061 + €2.00"));
        assert_eq!(Cost::words(&sums[..1], true).as_deref(), Some("$0.0061 and more"));
    }

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
