//! Where experiments are kept: their rows, what was asked, and each trial once.
//!
//! What is compared is kept apart from what is long, and is read as one text for a whole experiment: a comparison of thousands of
//! items decodes no answer.

use std::collections::HashSet;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::outcome::Outcome;
use super::record::{Experiment, ItemHead, MAX_EXPERIMENTS, REPLACED, State, hash};
use super::trial::{Detail, Trial};
use crate::engine::journal::now_ms;
use crate::evaluation::Steps;
use crate::evaluation::datasets::Item;
use crate::store::{Row, Statement, Store, StoreError};

/// Columns of an experiment, in the order of [`read`].
macro_rules! find {
    ($rest:literal) => {
        Statement::new(concat!(
            "SELECT id, namespace, name, number, evaluation, run, data_set, data_set_version, item_set, items, total, \
             snapshot, started_ms, ended_ms, state, message, outcome FROM experiments ",
            $rest
        ))
    };
}

/// The experiments of all evaluations; cheap to clone.
#[derive(Clone)]
pub struct Experiments {
    store: Store,
}

/// Which trial of an experiment.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place {
    /// Id of the item.
    pub item: String,
    /// Place in the experiment's targets.
    pub target: usize,
    /// Repeat, from 0.
    pub repeat: u32,
}

impl Experiments {
    /// The experiments kept in `store`.
    pub fn new(store: Store) -> Self {
        Self { store }
    }

    /// Begins an experiment: it gets the next number of its name. One that has begun stays as it is. `baseline` is kept however old
    /// it is.
    pub async fn begin(
        &self,
        mut wanted: Experiment,
        items: &[Item],
        baseline: u32,
    ) -> Result<Experiment, StoreError> {
        wanted.id = Experiment::id_of(&wanted.evaluation, &wanted.run);
        let bodies: Vec<String> = items.iter().map(json).collect();
        wanted.item_set = hash(&bodies.iter().map(String::as_str).collect::<Vec<_>>());
        wanted.items = items.len();
        let mut statements = vec![replaced(&wanted), self.row(&wanted)];
        if !self.has_items(&wanted.item_set).await? {
            let all: Vec<(&str, String, String)> = items
                .iter()
                .zip(bodies)
                .map(|(item, body)| (item.id.as_str(), json(&ItemHead::of(item)), body))
                .collect();
            let insert = Statement::each(
                "INSERT INTO experiment_items (item_set, id, place, head, body) \
                 SELECT $1, json_extract(value, '$[0]'), key, json_extract(value, '$[1]'), json_extract(value, '$[2]') \
                 FROM json_each($2) WHERE true ON CONFLICT (item_set, id) DO NOTHING",
                "INSERT INTO experiment_items (item_set, id, place, head, body) \
                 SELECT $1, value->>0, place - 1, value->>1, value->>2 \
                 FROM json_array_elements($2::json) WITH ORDINALITY AS all_items (value, place) \
                 ON CONFLICT (item_set, id) DO NOTHING",
            );
            statements.push(insert.bind(wanted.item_set.as_str()).bind(json(&all)));
        }
        statements.extend(forget_old(&wanted.namespace, &wanted.name, baseline));
        self.store.write(statements).await?;
        // What was written or was there before.
        self.of_run(&wanted.evaluation, &wanted.run).await?.ok_or(StoreError::Unmet)
    }

    fn row(&self, wanted: &Experiment) -> Statement {
        Statement::new(
            "INSERT INTO experiments (id, namespace, name, number, evaluation, run, data_set, data_set_version, item_set, \
             items, total, snapshot, started_ms, state, message) \
             SELECT $1, $2, $3, COALESCE((SELECT MAX(number) FROM experiments WHERE namespace = $2 AND name = $3), 0) + 1, \
             $4, $5, $6, $7, $8, $9, $10, $11, $12, 'running', '' WHERE true ON CONFLICT (id) DO NOTHING",
        )
        .bind(wanted.id.as_str())
        .bind(wanted.namespace.as_str())
        .bind(wanted.name.as_str())
        .bind(wanted.evaluation.as_str())
        .bind(wanted.run.as_str())
        .bind(wanted.data_set.as_str())
        .bind(i64::from(wanted.data_set_version))
        .bind(wanted.item_set.as_str())
        .bind(integer(wanted.items))
        .bind(integer(wanted.total))
        .bind(json(&wanted.snapshot))
        .bind(now_ms())
    }

    async fn has_items(&self, item_set: &str) -> Result<bool, StoreError> {
        let find = Statement::new("SELECT 1 FROM experiment_items WHERE item_set = $1 LIMIT 1");
        Ok(self.store.row(find.bind(item_set)).await?.is_some())
    }

    /// The experiment that a run of an Evaluation made.
    pub async fn of_run(&self, evaluation: &str, run: &str) -> Result<Option<Experiment>, StoreError> {
        let find = find!("WHERE id = $1").bind(Experiment::id_of(evaluation, run));
        self.store.row(find).await?.as_ref().map(read).transpose()
    }

    /// An experiment by name and number; the newest for number 0.
    pub async fn get(
        &self,
        namespace: &str,
        name: &str,
        number: u32,
    ) -> Result<Option<Experiment>, StoreError> {
        let find = find!(
            "WHERE namespace = $1 AND name = $2 AND (number = $3 OR $3 = 0) ORDER BY number DESC LIMIT 1"
        );
        let find = find.bind(namespace).bind(name).bind(i64::from(number));
        self.store.row(find).await?.as_ref().map(read).transpose()
    }

    /// The experiment of a namespace that began last.
    pub async fn newest(&self, namespace: &str) -> Result<Option<Experiment>, StoreError> {
        let find = find!("WHERE namespace = $1 ORDER BY started_ms DESC LIMIT 1").bind(namespace);
        self.store.row(find).await?.as_ref().map(read).transpose()
    }

    /// The last one before `number` that has all its scores.
    pub async fn before(
        &self,
        namespace: &str,
        name: &str,
        number: u32,
    ) -> Result<Option<Experiment>, StoreError> {
        let find = find!(
            "WHERE namespace = $1 AND name = $2 AND number < $3 AND state = 'done' ORDER BY number DESC LIMIT 1"
        );
        let find = find.bind(namespace).bind(name).bind(i64::from(number));
        self.store.row(find).await?.as_ref().map(read).transpose()
    }

    /// All that are kept of a name, newest first.
    pub async fn list(&self, namespace: &str, name: &str) -> Result<Vec<Experiment>, StoreError> {
        let find = find!("WHERE namespace = $1 AND name = $2 ORDER BY number DESC");
        self.store.rows(find.bind(namespace).bind(name)).await?.iter().map(read).collect()
    }

    /// Those that run: by what is kept.
    pub async fn running(&self) -> Result<Vec<Experiment>, StoreError> {
        self.store.rows(find!("WHERE state = 'running'")).await?.iter().map(read).collect()
    }

    /// Ends an experiment that runs.
    pub async fn end(
        &self,
        id: &str,
        state: State,
        message: &str,
        outcome: Option<&Outcome>,
    ) -> Result<(), StoreError> {
        let statement = Statement::new(
            "UPDATE experiments SET state = $2, message = $3, ended_ms = $4, outcome = NULLIF($5, '') \
             WHERE id = $1 AND state = 'running'",
        )
        .bind(id)
        .bind(state.as_str())
        .bind(message)
        .bind(now_ms())
        .bind(outcome.map(json).unwrap_or_default());
        self.store.write(vec![statement]).await
    }

    /// The items of an experiment, as they were asked, in their order.
    pub async fn items(&self, item_set: &str) -> Result<Vec<Item>, StoreError> {
        let find = Statement::new("SELECT body FROM experiment_items WHERE item_set = $1 ORDER BY place");
        let rows = self.store.rows(find.bind(item_set)).await?;
        rows.iter().map(|row| decode(row, 0)).collect()
    }

    /// One of them.
    pub async fn item(&self, item_set: &str, id: &str) -> Result<Option<Item>, StoreError> {
        let find = Statement::new("SELECT body FROM experiment_items WHERE item_set = $1 AND id = $2");
        self.store.row(find.bind(item_set).bind(id)).await?.map(|row| decode(&row, 0)).transpose()
    }

    /// What tables show of them, in their order.
    pub async fn heads(&self, item_set: &str) -> Result<Vec<ItemHead>, StoreError> {
        let find = Statement::each(
            "SELECT '[' || COALESCE(group_concat(head, ','), '') || ']' FROM \
             (SELECT head FROM experiment_items WHERE item_set = $1 ORDER BY place)",
            "SELECT '[' || COALESCE(string_agg(head, ',' ORDER BY place), '') || ']' FROM experiment_items WHERE item_set = $1",
        );
        self.whole(find.bind(item_set)).await
    }

    /// Keeps a trial that was not kept, and forgets what was kept until then (the steps under `steps`): on disk when this returns. Of an
    /// experiment that is forgotten nothing is kept.
    pub async fn keep(
        &self,
        experiment: &Experiment,
        place: &Place,
        trial: &Trial,
        steps: &str,
    ) -> Result<(), StoreError> {
        let (scores, detail) = trial.parts();
        let at = |statement: Statement| {
            statement
                .bind(experiment.id.as_str())
                .bind(place.item.as_str())
                .bind(integer(place.target))
                .bind(i64::from(place.repeat))
        };
        let first = at(Statement::new(
            "INSERT INTO trials (experiment, item, target, repeat, scores) \
             SELECT $1, $2, $3, $4, $5 WHERE EXISTS (SELECT 1 FROM experiments WHERE id = $1) \
             ON CONFLICT (experiment, item, target, repeat) DO NOTHING",
        ));
        let second = at(Statement::new(
            "INSERT INTO trial_details (experiment, item, target, repeat, detail) \
             SELECT $1, $2, $3, $4, $5 WHERE EXISTS (SELECT 1 FROM experiments WHERE id = $1) \
             ON CONFLICT (experiment, item, target, repeat) DO NOTHING",
        ));
        self.store
            .write(vec![
                first.bind(json(&scores)),
                second.bind(json(&detail)),
                Steps::forgotten(&experiment.evaluation, steps),
            ])
            .await
    }

    /// The trials that are kept of an experiment, by where they belong.
    pub async fn places(&self, experiment: &str) -> Result<HashSet<Place>, StoreError> {
        let find = Statement::new("SELECT item, target, repeat FROM trials WHERE experiment = $1");
        let place = |row: &Row| {
            let (target, repeat): (i64, i64) = (row.get(1)?, row.get(2)?);
            Ok(Place {
                item: row.get(0)?,
                target: usize::try_from(target).unwrap_or_default(),
                repeat: u32::try_from(repeat).unwrap_or_default(),
            })
        };
        self.store.rows(find.bind(experiment)).await?.iter().map(place).collect()
    }

    /// The scores of an experiment: trials without their answers and reasons. `target` for those of one place in its targets.
    pub async fn scores(&self, experiment: &str, target: Option<usize>) -> Result<Vec<Trial>, StoreError> {
        let find = Statement::each(
            "SELECT '[' || COALESCE(group_concat(scores, ','), '') || ']' FROM trials \
             WHERE experiment = $1 AND (target = $2 OR $2 < 0)",
            "SELECT '[' || COALESCE(string_agg(scores, ','), '') || ']' FROM trials \
             WHERE experiment = $1 AND (target = $2 OR $2 < 0)",
        );
        self.whole(find.bind(experiment).bind(target.map_or(-1, integer))).await
    }

    /// The trials of one item and one target, whole, by repeat.
    pub async fn trials(
        &self,
        experiment: &str,
        item: &str,
        target: usize,
    ) -> Result<Vec<Trial>, StoreError> {
        let find = Statement::new(
            "SELECT t.scores, d.detail FROM trials t JOIN trial_details d ON d.experiment = t.experiment AND d.item = t.item \
             AND d.target = t.target AND d.repeat = t.repeat \
             WHERE t.experiment = $1 AND t.item = $2 AND t.target = $3 ORDER BY t.repeat",
        );
        let rows = self.store.rows(find.bind(experiment).bind(item).bind(integer(target))).await?;
        rows.iter()
            .map(|row| {
                let (trial, detail): (Trial, Detail) = (decode(row, 0)?, decode(row, 1)?);
                Ok(Trial { output: detail.output, findings: detail.findings, ..trial })
            })
            .collect()
    }

    /// How many experiments asked a data set.
    pub async fn asked(&self, namespace: &str, data_set: &str) -> Result<usize, StoreError> {
        let find = Statement::new("SELECT COUNT(*) FROM experiments WHERE namespace = $1 AND data_set = $2");
        let row = self.store.row(find.bind(namespace).bind(data_set)).await?;
        let count: i64 = row.map_or(Ok(0), |row| row.get(0))?;
        Ok(usize::try_from(count).unwrap_or_default())
    }

    async fn whole<T: DeserializeOwned>(&self, find: Statement) -> Result<Vec<T>, StoreError> {
        let row = self.store.row(find).await?;
        row.map_or_else(|| Ok(Vec::new()), |row| decode(&row, 0))
    }
}

/// Ends what runs under the same name: another is wanted now.
fn replaced(wanted: &Experiment) -> Statement {
    Statement::new(
        "UPDATE experiments SET state = 'canceled', message = $4, ended_ms = $5 \
         WHERE namespace = $1 AND name = $2 AND id <> $3 AND state = 'running'",
    )
    .bind(wanted.namespace.as_str())
    .bind(wanted.name.as_str())
    .bind(wanted.id.as_str())
    .bind(REPLACED)
    .bind(now_ms())
}

/// Which experiments of a name are too old: so many are kept, the baseline, and those that run.
macro_rules! too_old {
    ($begin:literal, $end:literal) => {
        Statement::new(concat!(
            $begin,
            " FROM experiments WHERE namespace = $1 AND name = $2 AND number <> $3 AND state <> 'running' AND number <= \
             (SELECT MAX(number) FROM experiments WHERE namespace = $1 AND name = $2) - $4",
            $end
        ))
    };
}

/// Forgets what is too old, and what only those asked.
fn forget_old(namespace: &str, name: &str, baseline: u32) -> Vec<Statement> {
    let of = [
        too_old!("DELETE FROM trials WHERE experiment IN (SELECT id", ")"),
        too_old!("DELETE FROM trial_details WHERE experiment IN (SELECT id", ")"),
        too_old!("DELETE", ""),
    ];
    let of = of.map(|statement| {
        statement.bind(namespace).bind(name).bind(i64::from(baseline)).bind(MAX_EXPERIMENTS)
    });
    // What was said of experiments that are not kept any more.
    let unheard = Statement::new(
        "DELETE FROM annotations WHERE namespace = $1 AND evaluation = $2 \
         AND number NOT IN (SELECT number FROM experiments WHERE namespace = $1 AND name = $2)",
    );
    of.into_iter().chain([unheard.bind(namespace).bind(name), unasked()]).collect()
}

/// Forgets items that no experiment asked that is kept.
pub(in crate::evaluation) fn unasked() -> Statement {
    Statement::new("DELETE FROM experiment_items WHERE item_set NOT IN (SELECT item_set FROM experiments)")
}

fn read(row: &Row) -> Result<Experiment, StoreError> {
    let number = |column| row.get::<i64>(column).map(|n| u32::try_from(n).unwrap_or_default());
    let count = |column| row.get::<i64>(column).map(|n| usize::try_from(n).unwrap_or_default());
    let outcome: Option<String> = row.get(16)?;
    Ok(Experiment {
        id: row.get(0)?,
        namespace: row.get(1)?,
        name: row.get(2)?,
        number: number(3)?,
        evaluation: row.get(4)?,
        run: row.get(5)?,
        data_set: row.get(6)?,
        data_set_version: number(7)?,
        item_set: row.get(8)?,
        items: count(9)?,
        total: count(10)?,
        snapshot: decode(row, 11)?,
        started_ms: row.get(12)?,
        ended_ms: row.get(13)?,
        state: State::read(row.get(14)?),
        message: row.get(15)?,
        outcome: outcome.and_then(|text| serde_json::from_str(&text).ok()),
    })
}

fn decode<T: DeserializeOwned>(row: &Row, column: usize) -> Result<T, StoreError> {
    let text: &str = row.get(column)?;
    serde_json::from_str(text).map_err(|error| StoreError::Sql(sqlx::Error::Decode(error.into())))
}

/// What serde derives for our own types always encodes.
fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

fn integer(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
