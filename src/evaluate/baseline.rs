//! What a suite's experiments are compared with: `NAME@3`, an experiment by its number, or `NAME`, the newest of that Evaluation.

use kube::api::Api;
use kube::{Client, ResourceExt};

use super::error::NotRun;
use crate::resources::Evaluation;

/// A baseline as it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Baseline {
    /// Name of the Evaluation.
    pub(super) name: String,
    /// Number of its experiment; `None` for the newest.
    pub(super) number: Option<u32>,
}

impl Baseline {
    pub(super) fn parse(text: &str) -> Result<Self, NotRun> {
        let (name, number) = match text.split_once('@') {
            None => (text, None),
            Some((name, number)) => (name, Some(number)),
        };
        let number = number.map(|number| number.parse().ok().filter(|number| *number > 0));
        match number {
            Some(None) => None,
            _ if name.is_empty() => None,
            number => Some(Self { name: name.to_owned(), number: number.flatten() }),
        }
        .ok_or_else(|| {
            NotRun::Suite(format!(
                "the baseline '{text}' is neither the name of an Evaluation nor NAME@N, an experiment by its number"
            ))
        })
    }

    /// The experiment, as the annotation of an Evaluation names it. What is not there is an error: an experiment without its baseline
    /// would pass where it must not.
    pub(super) async fn named(&self, client: &Client, namespace: &str) -> Result<String, NotRun> {
        if let Some(number) = self.number {
            return Ok(format!("{}@{number}", self.name));
        }
        let api: Api<Evaluation> = Api::namespaced(client.clone(), namespace);
        let what = format!("cannot read the baseline, Evaluation '{}'", self.name);
        let found = api.get_opt(&self.name).await.map_err(NotRun::api(what))?;
        let Some(found) = found else {
            return Err(NotRun::Suite(format!(
                "there is no Evaluation '{}' in namespace '{namespace}' to be the baseline; name an experiment that was made before as {}@N",
                self.name, self.name
            )));
        };
        self.newest(&found)
    }

    /// The newest experiment of its Evaluation.
    pub(super) fn newest(&self, found: &Evaluation) -> Result<String, NotRun> {
        let number = found.status.as_ref().and_then(|status| status.experiment);
        number.map(|number| format!("{}@{number}", found.name_any())).ok_or_else(|| {
            NotRun::Suite(format!(
                "the baseline, Evaluation '{}', has made no experiment: it needs spec.config.dataSet",
                self.name
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_baseline_is_a_name_with_or_without_a_number() {
        let of = |text: &str| Baseline::parse(text).map(|one| (one.name, one.number));
        assert_eq!(of("refunds").unwrap(), ("refunds".to_owned(), None));
        assert_eq!(of("refunds@13").unwrap(), ("refunds".to_owned(), Some(13)));
        for wrong in ["", "@3", "refunds@", "refunds@0", "refunds@x"] {
            assert!(of(wrong).unwrap_err().to_string().contains("NAME@N"), "{wrong}");
        }
    }
}
