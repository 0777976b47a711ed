//! What evaluations have paid for: steps with their answers, in the database before anything follows from them.

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::engine::journal::now_ms;
use crate::store::{Statement, Store, StoreError};

/// The steps of all evaluations; cheap to clone.
#[derive(Clone)]
pub struct Steps {
    store: Store,
}

/// The steps of one owner, as they were read. Owners are evaluations, and queries that evaluations are made for, by their UIDs.
#[derive(Debug, Default)]
pub struct Kept {
    answers: HashMap<String, String>,
}

impl Kept {
    /// The answer of a step; `None` when it has none, or one that this version cannot read.
    pub fn answer<T: DeserializeOwned>(&self, step: &str) -> Option<T> {
        serde_json::from_str(self.answers.get(step)?).ok()
    }

    /// All answers that are of this type.
    pub fn all<T: DeserializeOwned>(&self) -> impl Iterator<Item = T> {
        self.answers.values().filter_map(|text| serde_json::from_str(text).ok())
    }
}

impl Steps {
    /// The steps kept in `store`.
    pub fn new(store: Store) -> Self {
        Self { store }
    }

    /// Where they are kept.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// What is kept of `owner`.
    pub async fn of(&self, owner: &str) -> Result<Kept, StoreError> {
        let find = Statement::new(
            "SELECT step, answer FROM evaluation_steps WHERE owner = $1 AND answer IS NOT NULL",
        );
        let rows = self.store.rows(find.bind(owner)).await?;
        let answers = rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?)));
        Ok(Kept { answers: answers.collect::<Result<_, StoreError>>()? })
    }

    /// What is kept of those steps of `owner` that begin with `place`.
    pub async fn under(&self, owner: &str, place: &str) -> Result<Kept, StoreError> {
        // Not a range: the order of texts is the database's.
        let find = Statement::new(
            "SELECT step, answer FROM evaluation_steps \
             WHERE owner = $1 AND substr(step, 1, length($2)) = $2 AND answer IS NOT NULL",
        );
        let rows = self.store.rows(find.bind(owner).bind(place)).await?;
        let answers = rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?)));
        Ok(Kept { answers: answers.collect::<Result<_, StoreError>>()? })
    }

    /// Forgets those steps of `owner` that begin with `place`, together with the write that what they led to is kept by.
    pub fn forgotten(owner: &str, place: &str) -> Statement {
        let statement = Statement::new(
            "DELETE FROM evaluation_steps WHERE owner = $1 AND substr(step, 1, length($2)) = $2",
        );
        statement.bind(owner).bind(place)
    }

    /// Notes that `step` is about to be done: what is found without an answer was cut, and is attempt 2 when it is done again.
    pub async fn begin(&self, owner: &str, step: &str) -> Result<(), StoreError> {
        let statement = Statement::new(
            "INSERT INTO evaluation_steps (owner, step, at_ms, attempts) VALUES ($1, $2, $3, 1) \
             ON CONFLICT (owner, step) DO UPDATE SET attempts = evaluation_steps.attempts + 1, at_ms = excluded.at_ms",
        );
        self.store.write(vec![statement.bind(owner).bind(step).bind(now_ms())]).await
    }

    /// Keeps the answer of a step that has none; on disk when this returns.
    pub async fn keep(&self, owner: &str, step: &str, answer: &impl Serialize) -> Result<(), StoreError> {
        self.store.write(vec![Self::keeping(owner, step, answer)]).await
    }

    /// The statement of [`keep`](Self::keep), for what must be in one transaction with something else.
    pub(super) fn keeping(owner: &str, step: &str, answer: &impl Serialize) -> Statement {
        // What serde derives for our own types always encodes.
        let json = serde_json::to_string(answer).unwrap_or_default();
        let statement = Statement::new(
            "INSERT INTO evaluation_steps (owner, step, at_ms, attempts, answer) VALUES ($1, $2, $3, 1, $4) \
             ON CONFLICT (owner, step) DO UPDATE SET answer = excluded.answer WHERE evaluation_steps.answer IS NULL",
        );
        statement.bind(owner).bind(step).bind(now_ms()).bind(json)
    }

    /// Forgets what belongs to an object that is gone.
    pub async fn forget(&self, owner: &str) -> Result<(), StoreError> {
        let statement = Statement::new("DELETE FROM evaluation_steps WHERE owner = $1").bind(owner);
        self.store.write(vec![statement]).await
    }

    /// Forgets what belongs to others than `existing`: those that went while this process was not there.
    pub async fn keep_only(&self, existing: &HashSet<String>) -> Result<(), StoreError> {
        for row in self.store.rows(Statement::new("SELECT DISTINCT owner FROM evaluation_steps")).await? {
            let owner: String = row.get(0)?;
            if !existing.contains(&owner) {
                self.forget(&owner).await?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{Fresh, on_both};

    on_both!(an_answer_is_kept_once_and_goes_with_its_owner);

    async fn an_answer_is_kept_once_and_goes_with_its_owner(Fresh { store, .. }: Fresh) {
        let steps = Steps::new(store.clone());
        steps.begin("e1", "judge/0").await.unwrap();
        assert_eq!(steps.of("e1").await.unwrap().answer::<String>("judge/0"), None, "it was cut");
        steps.begin("e1", "judge/0").await.unwrap();
        steps.keep("e1", "judge/0", &"first").await.unwrap();
        steps.keep("e1", "judge/0", &"second").await.unwrap();
        assert_eq!(steps.of("e1").await.unwrap().answer("judge/0"), Some("first".to_owned()));
        steps.keep("e2", "judge/0", &"other").await.unwrap();
        steps.keep_only(&HashSet::from(["e2".to_owned()])).await.unwrap();
        assert_eq!(steps.of("e1").await.unwrap().answer::<String>("judge/0"), None);
        assert_eq!(steps.of("e2").await.unwrap().answer("judge/0"), Some("other".to_owned()));
        steps.keep("e2", "1/4/judge/0", &"fourth").await.unwrap();
        assert_eq!(steps.under("e2", "1/4/").await.unwrap().answers.len(), 1);
        store.write(vec![Steps::forgotten("e2", "1/4/")]).await.unwrap();
        assert_eq!(steps.of("e2").await.unwrap().answers.len(), 1, "the others stay");
    }
}
