//! What one target answered in one experiment, as it is kept: the way from the store to a comparison.

use super::{Asked, Comparison, Side, compare};
use crate::evaluation::experiment::{Experiment, ItemHead, State, Trial};

/// What was asked in an experiment, and what one of its targets answered.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    /// The items, in the order of the data set.
    pub heads: Vec<ItemHead>,
    /// The trials of the one target.
    pub trials: Vec<Trial>,
    /// Times each item should be asked.
    pub repeats: u32,
    /// The experiment has ended.
    pub over: bool,
}

impl Answers {
    /// Of `experiment`.
    pub fn of(experiment: &Experiment, heads: Vec<ItemHead>, trials: Vec<Trial>) -> Self {
        Self { heads, trials, repeats: experiment.snapshot.repeats, over: experiment.state != State::Running }
    }

    /// Compares them with an earlier time, or shows them alone. See [`compare`] for what it costs.
    pub fn against(&self, then: Option<&Self>) -> Comparison {
        let (asked, before) = (self.asked(), then.map(Self::asked));
        let base = then.zip(before.as_deref()).map(|(answers, asked)| answers.side(asked));
        compare(&self.side(&asked), base.as_ref())
    }

    fn asked(&self) -> Vec<Asked<'_>> {
        self.heads.iter().map(|head| Asked { id: &head.id, title: &head.title, tags: &head.tags }).collect()
    }

    fn side<'a>(&'a self, asked: &'a [Asked<'a>]) -> Side<'a> {
        Side { asked, repeats: self.repeats, trials: &self.trials, over: self.over }
    }
}
