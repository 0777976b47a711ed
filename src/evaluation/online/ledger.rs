//! What was scored and spent, by hour, in the database: in the transaction that keeps what became of the query or what the
//! evaluation cost, so that none is counted twice.

use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;

use super::budget::{Today, Verdict, hour, midnight};
use crate::evaluation::steps::Steps;
use crate::store::{Statement, Store, StoreError};

/// Hours that are kept: what is older is in no figure.
const KEPT_HOURS: i64 = 48;

/// Adds one to a column of counts.
macro_rules! count {
    ($column:literal) => {
        concat!(
            "INSERT INTO online_counts (evaluator, hour, ",
            $column,
            ") VALUES ($1, $2, 1) ON CONFLICT (evaluator, hour) DO UPDATE SET ",
            $column,
            " = online_counts.",
            $column,
            " + 1"
        )
    };
}

/// The ledger of all evaluators; cheap to clone.
#[derive(Clone)]
pub struct Ledger {
    store: Store,
}

impl Ledger {
    /// The ledger in the database of `steps`.
    pub fn beside(steps: &Steps) -> Self {
        Self { store: steps.store().clone() }
    }

    /// What `evaluator` did on the day of `now`.
    pub async fn today(&self, evaluator: &str, now: Timestamp) -> Result<Today, StoreError> {
        let (hour, mut today) = (hour(now), Today::default());
        let counts = Statement::new(
            "SELECT hour, sampled, by_share, by_budget, unpriced FROM online_counts WHERE evaluator = $1 AND hour >= $2",
        );
        for row in self.store.rows(counts.bind(evaluator).bind(midnight(hour))).await? {
            let sampled: i64 = row.get(1)?;
            today.sampled += sampled;
            today.by_share += row.get::<i64>(2)?;
            today.by_budget += row.get::<i64>(3)?;
            today.unpriced += row.get::<i64>(4)?;
            if row.get::<i64>(0)? == hour {
                today.this_hour += sampled;
            }
        }
        let costs =
            Statement::new("SELECT currency, nanos FROM online_costs WHERE evaluator = $1 AND hour >= $2");
        for row in self.store.rows(costs.bind(evaluator).bind(midnight(hour))).await? {
            let nanos: i64 = row.get(1)?;
            let sum = today.costs.entry(row.get(0)?).or_default();
            *sum = sum.saturating_add(nanos);
        }
        Ok(today)
    }

    /// Keeps what became of a query under its `step`, and counts it.
    pub async fn decided(
        &self,
        evaluator: &str,
        query: &str,
        step: &str,
        verdict: Verdict,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let sql = match verdict {
            Verdict::Scored => count!("sampled"),
            Verdict::NotInShare => count!("by_share"),
            Verdict::NoBudget => count!("by_budget"),
        };
        let keep = Steps::keeping(query, step, &(verdict == Verdict::Scored));
        let old = Statement::new("DELETE FROM online_counts WHERE hour < $1").bind(hour(now) - KEPT_HOURS);
        self.store.write(vec![keep, count(evaluator, sql, now), old]).await
    }

    /// Keeps that an evaluation's cost is counted, under its `step`, and counts it: by currency, in thousand-millionths. `unpriced`
    /// says that a judge was paid and nobody knows how much.
    pub async fn spent(
        &self,
        evaluator: &str,
        evaluation: &str,
        step: &str,
        costs: &BTreeMap<String, i64>,
        unpriced: bool,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut statements = vec![Steps::keeping(evaluation, step, &true)];
        if unpriced {
            statements.push(count(evaluator, count!("unpriced"), now));
        }
        for (currency, nanos) in costs {
            let add = Statement::new(
                "INSERT INTO online_costs (evaluator, hour, currency, nanos) VALUES ($1, $2, $3, $4) \
                 ON CONFLICT (evaluator, hour, currency) DO UPDATE SET nanos = online_costs.nanos + excluded.nanos",
            );
            statements.push(add.bind(evaluator).bind(hour(now)).bind(currency.as_str()).bind(*nanos));
        }
        let old = Statement::new("DELETE FROM online_costs WHERE hour < $1");
        statements.push(old.bind(hour(now) - KEPT_HOURS));
        self.store.write(statements).await
    }

    /// Forgets an evaluator that is gone.
    pub async fn forget(&self, evaluator: &str) -> Result<(), StoreError> {
        let both = [
            "DELETE FROM online_counts WHERE evaluator = $1",
            "DELETE FROM online_costs WHERE evaluator = $1",
        ];
        self.store.write(both.map(|sql| Statement::new(sql).bind(evaluator)).to_vec()).await
    }

    /// Forgets all but the evaluators that exist: those that went while this process was not there.
    pub async fn keep_only(&self, existing: &HashSet<String>) -> Result<(), StoreError> {
        let all = "SELECT evaluator FROM online_counts UNION SELECT evaluator FROM online_costs";
        for row in self.store.rows(Statement::new(all)).await? {
            let evaluator: String = row.get(0)?;
            if !existing.contains(&evaluator) {
                self.forget(&evaluator).await?;
            }
        }
        Ok(())
    }
}

fn count(evaluator: &str, sql: &'static str, now: Timestamp) -> Statement {
    Statement::new(sql).bind(evaluator).bind(hour(now))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{Fresh, on_both};

    on_both!(a_day_is_counted_by_hours_and_goes_with_its_evaluator);

    async fn a_day_is_counted_by_hours_and_goes_with_its_evaluator(Fresh { store, .. }: Fresh) {
        let steps = Steps::new(store.clone());
        let ledger = Ledger::beside(&steps);
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let (yesterday, morning, noon) =
            (at("2026-11-26T23:30:00Z"), at("2026-11-27T08:10:00Z"), at("2026-11-27T12:20:00Z"));
        for (query, verdict, now) in [
            ("q1", Verdict::Scored, yesterday),
            ("q2", Verdict::Scored, morning),
            ("q3", Verdict::NotInShare, morning),
            ("q4", Verdict::Scored, noon),
            ("q5", Verdict::NoBudget, noon),
        ] {
            ledger.decided("judge", query, "made/judge", verdict, now).await.unwrap();
        }
        let costs = BTreeMap::from([("EUR".to_owned(), 250)]);
        for (evaluation, now) in [("e1", yesterday), ("e2", morning), ("e4", noon)] {
            ledger.spent("judge", evaluation, "spent", &costs, evaluation == "e4", now).await.unwrap();
        }
        let today = ledger.today("judge", noon).await.unwrap();
        let expected = Today {
            sampled: 2,
            by_share: 1,
            by_budget: 1,
            unpriced: 1,
            this_hour: 1,
            costs: [("EUR".to_owned(), 500)].into(),
        };
        assert_eq!(today, expected);
        assert_eq!(steps.of("q5").await.unwrap().answer("made/judge"), Some(false));
        assert_eq!(ledger.today("other", noon).await.unwrap(), Today::default());
        ledger.keep_only(&HashSet::new()).await.unwrap();
        assert_eq!(ledger.today("judge", noon).await.unwrap(), Today::default());
    }
}
