//! What is kept of a namespace, data sets, experiments and what people said of them, goes with it: who makes one of the same name
//! again must not find it.

use crate::store::{Statement, Store, StoreError};

/// What is kept, by namespace; cheap to clone.
#[derive(Clone)]
pub struct Namespaces {
    store: Store,
}

/// A namespace that was seen, or of which something is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptNamespace {
    /// Name.
    pub name: String,
    /// UID of the one that was seen; `None` for one that is not noted.
    pub uid: Option<String>,
}

impl Namespaces {
    /// Those of which something is kept in `store`.
    pub fn new(store: Store) -> Self {
        Self { store }
    }

    /// All that were seen, or of which something is kept.
    pub async fn kept(&self) -> Result<Vec<KeptNamespace>, StoreError> {
        let find = Statement::new(
            "SELECT k.name, n.uid FROM (SELECT namespace AS name FROM experiments UNION SELECT namespace FROM data_sets \
             UNION SELECT namespace FROM annotations UNION SELECT name FROM kept_namespaces) AS k \
             LEFT JOIN kept_namespaces n ON n.name = k.name ORDER BY k.name",
        );
        let rows = self.store.rows(find).await?;
        rows.iter().map(|row| Ok(KeptNamespace { name: row.get(0)?, uid: row.get(1)? })).collect()
    }

    /// Notes namespaces (names and UIDs) that were not seen before.
    pub async fn note(&self, seen: &[(String, String)]) -> Result<(), StoreError> {
        if seen.is_empty() {
            return Ok(());
        }
        let note = |(name, uid): &(String, String)| {
            let insert =
                "INSERT INTO kept_namespaces (name, uid) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
            Statement::new(insert).bind(name.as_str()).bind(uid.as_str())
        };
        self.store.write(seen.iter().map(note).collect()).await
    }

    /// Takes note of what a name is now: a namespace of this UID, or none. What is kept of another of its name goes.
    pub async fn is_now(&self, name: &str, uid: Option<&str>) -> Result<(), StoreError> {
        let find = Statement::new("SELECT uid FROM kept_namespaces WHERE name = $1").bind(name);
        let noted: Option<String> = self.store.row(find).await?.map(|row| row.get(0)).transpose()?;
        match (noted, uid) {
            (Some(noted), Some(uid)) if noted == uid => Ok(()),
            (None, Some(uid)) => self.note(&[(name.to_owned(), uid.to_owned())]).await,
            (_, uid) => self.forget(name, uid).await,
        }
    }

    async fn forget(&self, name: &str, uid: Option<&str>) -> Result<(), StoreError> {
        let of = [
            "DELETE FROM trials WHERE experiment IN (SELECT id FROM experiments WHERE namespace = $1)",
            "DELETE FROM trial_details WHERE experiment IN (SELECT id FROM experiments WHERE namespace = $1)",
            "DELETE FROM experiments WHERE namespace = $1",
            "DELETE FROM annotations WHERE namespace = $1",
            "DELETE FROM data_set_items WHERE namespace = $1",
            "DELETE FROM data_set_versions WHERE namespace = $1",
            "DELETE FROM data_sets WHERE namespace = $1",
            "DELETE FROM kept_namespaces WHERE name = $1",
        ];
        let mut statements: Vec<Statement> =
            of.into_iter().map(|sql| Statement::new(sql).bind(name)).collect();
        statements.push(super::experiment::unasked());
        if let Some(uid) = uid {
            let insert = "INSERT INTO kept_namespaces (name, uid) VALUES ($1, $2)";
            statements.push(Statement::new(insert).bind(name).bind(uid));
        }
        self.store.write(statements).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::journal::Cost;
    use crate::evaluation::annotations::{Annotations, Of, Said};
    use crate::evaluation::datasets::{DataSets, Item};
    use crate::evaluation::experiment::{Experiment, Experiments, Place, Target, Trial};
    use crate::store::testing::{Fresh, on_both};

    on_both!(what_is_kept_goes_with_its_namespace);

    async fn fill(store: &Store, namespace: &str) -> Experiment {
        let (sets, experiments) = (DataSets::new(store.clone()), Experiments::new(store.clone()));
        let item = Item { id: "a".into(), input: "When?".into(), ..Item::default() };
        sets.put(namespace, "tides", 0, "", std::slice::from_ref(&item)).await.unwrap();
        let wanted = Experiment {
            namespace: namespace.into(),
            name: "nightly".into(),
            evaluation: format!("{namespace}-uid"),
            run: "1".into(),
            ..Experiment::default()
        };
        let begun = experiments.begin(wanted, &[item], 0).await.unwrap();
        keep(store, &begun).await;
        begun
    }

    async fn keep(store: &Store, of: &Experiment) {
        let place = Place { item: "a".into(), target: 0, repeat: 0 };
        let costs = vec![Cost { currency: "EUR".into(), nanos: 1 }];
        let trial = Trial { item: "a".into(), costs, ..Trial::default() };
        Experiments::new(store.clone()).keep(of, &place, &trial, "none/").await.unwrap();
    }

    async fn count(store: &Store, namespace: &str) -> (usize, usize, usize) {
        let (sets, experiments) = (DataSets::new(store.clone()), Experiments::new(store.clone()));
        let all = experiments.list(namespace, "nightly").await.unwrap();
        let id = Experiment::id_of(&format!("{namespace}-uid"), "1");
        (
            sets.kept_here(Some(namespace)).await.unwrap().len(),
            all.len(),
            experiments.scores(&id, None).await.unwrap().len(),
        )
    }

    async fn what_is_kept_goes_with_its_namespace(Fresh { store, .. }: Fresh) {
        let namespaces = Namespaces::new(store.clone());
        let one =
            |name: &str, uid: Option<&str>| KeptNamespace { name: name.into(), uid: uid.map(str::to_owned) };
        let gone = fill(&store, "lagoon").await;
        fill(&store, "reef").await;
        assert_eq!(namespaces.kept().await.unwrap(), [one("lagoon", None), one("reef", None)]);
        namespaces.note(&[("lagoon".into(), "1".into())]).await.unwrap();
        namespaces.note(&[("lagoon".into(), "2".into())]).await.unwrap();
        assert_eq!(namespaces.kept().await.unwrap()[0], one("lagoon", Some("1")), "the first holds");
        namespaces.is_now("lagoon", Some("1")).await.unwrap();
        namespaces.is_now("reef", Some("3")).await.unwrap();
        assert_eq!((count(&store, "lagoon").await, count(&store, "reef").await), ((1, 1, 1), (1, 1, 1)));
        // Made again while nobody was there.
        namespaces.is_now("lagoon", Some("2")).await.unwrap();
        assert_eq!((count(&store, "lagoon").await, count(&store, "reef").await), ((0, 0, 0), (1, 1, 1)));
        assert_eq!(namespaces.kept().await.unwrap()[0], one("lagoon", Some("2")));
        // A trial that ends late leaves nothing behind.
        keep(&store, &gone).await;
        assert_eq!(count(&store, "lagoon").await, (0, 0, 0));
        let of = Of { namespace: "reef", evaluation: "nightly", number: 1 };
        let (said, target) = (Annotations::new(store.clone()), Target::default());
        said.put(of, &target, "a", "ann", &Said::default()).await.unwrap();
        assert_eq!(said.all(of).await.unwrap().len(), 1);
        namespaces.is_now("reef", None).await.unwrap();
        assert_eq!(count(&store, "reef").await, (0, 0, 0));
        assert!(said.all(of).await.unwrap().is_empty());
        assert_eq!(namespaces.kept().await.unwrap(), [one("lagoon", Some("2"))]);
        let again = fill(&store, "reef").await;
        assert_eq!(again.number, 1);
    }
}
