//! Which live queries an evaluator scores by itself: a share of them, within a budget; and what came of it.

use serde::{Deserialize, Serialize};

/// Which of the selected queries are scored.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct Sampling {
    /// The share of queries that are scored, in percent. It is drawn from the query's UID: a query that is in a small share is in every
    /// greater one. Default: 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(range(min = 0, max = 100)))]
    pub percent: Option<f64>,
    /// The most evaluations that are made in an hour of the clock. Default: no bound.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(range(min = 0)))]
    pub max_per_hour: Option<i32>,
    /// What the evaluations of a day (UTC) may cost, as an amount and a currency such as '2.50 EUR'. When that is spent none is made
    /// until the next day; those that run then may pass it. It needs the prices of the judge's model. Default: no bound.
    #[serde(skip_serializing_if = "String::is_empty")]
    #[cfg_attr(feature = "ssr", schemars(extend("pattern" = r"^[0-9]{1,9}(\.[0-9]{1,9})? [A-Z]{3}$")))]
    pub max_cost_per_day: String,
    /// Queries that ended before the evaluator was there are scored as well.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub earlier: bool,
}

/// What an evaluator with a selector did today (UTC).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct SamplingStatus {
    /// The day that the figures are of, such as 2026-11-27.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub day: String,
    /// Queries that are scored.
    pub sampled: i64,
    /// Queries that are not in the share.
    pub skipped_by_sampling: i64,
    /// Queries that were left out for want of budget.
    pub skipped_by_budget: i64,
    /// What the scores cost, as amounts and currencies.
    pub spent: String,
    /// Scores of a judge whose cost is not known.
    pub unpriced: i64,
    /// Why nothing more is scored for now; empty while there is budget.
    pub paused: String,
}

impl Sampling {
    /// The share, in percent.
    pub fn percent(&self) -> f64 {
        self.percent.unwrap_or(100.0)
    }

    /// What a day may cost: thousand-millionths of a currency.
    pub fn cost_limit(&self) -> Option<(i64, String)> {
        let (amount, currency) = self.max_cost_per_day.split_once(' ')?;
        let (whole, part) = amount.split_once('.').unwrap_or((amount, ""));
        let whole: i64 = whole.parse().ok()?;
        let part: i64 = format!("{part:0<9}").get(..9)?.parse().ok()?;
        Some((whole.checked_mul(1_000_000_000)?.checked_add(part)?, currency.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_to_the_last_digit() {
        for (text, expected) in [
            ("2.50 EUR", Some((2_500_000_000, "EUR"))),
            ("0.000000001 USD", Some((1, "USD"))),
            ("999999999.999999999 CHF", Some((999_999_999_999_999_999, "CHF"))),
            ("7 EUR", Some((7_000_000_000, "EUR"))),
            ("7", None),
            ("", None),
            ("x EUR", None),
        ] {
            let sampling = Sampling { max_cost_per_day: text.into(), ..Sampling::default() };
            let expected = expected.map(|(nanos, currency): (i64, &str)| (nanos, currency.to_owned()));
            assert_eq!(sampling.cost_limit(), expected, "{text}");
        }
    }
}
