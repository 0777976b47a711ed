//! Share and budget. Pure.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::resources::sampling::Sampling;

/// Seconds of an hour.
const HOUR: i64 = 3600;
/// Hours of a day.
const DAY: i64 = 24;
/// What is drawn from a UID: so many shares of 100 %.
const DRAWN: u32 = 1 << 24;

/// What becomes of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is scored.
    Scored,
    /// It is not in the share.
    NotInShare,
    /// The budget is used up.
    NoBudget,
}

/// What an evaluator did on a day, by UTC.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Today {
    /// Scored, or about to be.
    pub sampled: i64,
    /// Not in the share.
    pub by_share: i64,
    /// Left out for want of budget.
    pub by_budget: i64,
    /// Judged, without a price that is known.
    pub unpriced: i64,
    /// Scored in this hour.
    pub this_hour: i64,
    /// What the scores cost, by currency, in thousand-millionths.
    pub costs: BTreeMap<String, i64>,
}

/// The hour of a time, since 1970.
pub fn hour(at: Timestamp) -> i64 {
    at.as_second().div_euclid(HOUR)
}

/// The first hour of the day of an hour.
pub(super) fn midnight(hour: i64) -> i64 {
    hour - hour.rem_euclid(DAY)
}

/// What becomes of the query with this UID, at `now`.
pub fn decide(sampling: &Sampling, query: &str, today: &Today) -> Verdict {
    if !in_share(sampling.percent(), query) {
        return Verdict::NotInShare;
    }
    match pause(sampling, today) {
        Some(_) => Verdict::NoBudget,
        None => Verdict::Scored,
    }
}

/// Why nothing more is scored now, in a sentence; `None` while there is budget.
pub fn pause(sampling: &Sampling, today: &Today) -> Option<String> {
    if let Some((limit, currency)) = sampling.cost_limit() {
        let spent = today.costs.get(&currency).copied().unwrap_or_default();
        if spent >= limit {
            return Some(format!(
                "The budget of the day is spent ({}); the next evaluations are made after midnight UTC.",
                sampling.max_cost_per_day
            ));
        }
    }
    let most = sampling.max_per_hour.map(i64::from)?;
    (today.this_hour >= most).then(|| {
        format!("The {most} evaluations of this hour are made; the next ones are made in the next hour.")
    })
}

/// When the next hour begins: the first moment at which a budget may be there again.
pub fn next_hour(now: Timestamp) -> std::time::Duration {
    let left = HOUR - now.as_second().rem_euclid(HOUR);
    std::time::Duration::from_secs(u64::try_from(left).unwrap_or_default().max(1))
}

fn in_share(percent: f64, query: &str) -> bool {
    let digest = Sha256::digest(query);
    let drawn = u32::from_be_bytes([0, digest[0], digest[1], digest[2]]);
    f64::from(drawn) / f64::from(DRAWN) * 100.0 < percent
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sampling(json: serde_json::Value) -> Sampling {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn a_share_is_drawn_evenly_and_a_smaller_one_is_part_of_a_greater() {
        let queries: Vec<String> = (0..2000).map(|n| format!("query-{n}")).collect();
        let drawn = |percent: f64| -> Vec<&String> {
            queries.iter().filter(|query| in_share(percent, query)).collect()
        };
        assert_eq!((drawn(0.0).len(), drawn(100.0).len()), (0, 2000));
        let (small, great) = (drawn(5.0), drawn(25.0));
        assert!((60..140).contains(&small.len()), "{}", small.len());
        assert!((420..580).contains(&great.len()), "{}", great.len());
        assert!(small.iter().all(|query| great.contains(query)));
    }

    #[test]
    fn a_budget_ends_by_the_hour_and_by_the_day() {
        let both = sampling(serde_json::json!({"maxPerHour": 2, "maxCostPerDay": "0.50 EUR"}));
        let mut today = Today { this_hour: 1, ..Today::default() };
        assert_eq!(decide(&both, "q", &today), Verdict::Scored);
        today.this_hour = 2;
        assert_eq!(decide(&both, "q", &today), Verdict::NoBudget);
        assert!(pause(&both, &today).unwrap().contains("The 2 evaluations of this hour"));
        // Another currency is not the budget's.
        today = Today { costs: [("USD".into(), 900_000_000), ("EUR".into(), 499_999_999)].into(), ..today };
        today.this_hour = 0;
        assert_eq!(pause(&both, &today), None);
        today.costs.insert("EUR".into(), 500_000_000);
        assert!(pause(&both, &today).unwrap().contains("(0.50 EUR)"));
        let none = sampling(serde_json::json!({"percent": 0}));
        assert_eq!(decide(&none, "q", &Today::default()), Verdict::NotInShare);
    }

    #[test]
    fn hours_and_days_are_those_of_utc() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let now = at("2026-11-27T02:59:59Z");
        assert_eq!(midnight(hour(now)), hour(at("2026-11-27T00:00:00Z")));
        assert_eq!(next_hour(now).as_secs(), 1);
        assert_eq!(next_hour(at("2026-11-27T03:00:00Z")).as_secs(), 3600);
    }
}
