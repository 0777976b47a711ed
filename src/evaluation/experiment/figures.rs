//! What an answer took: time, tokens and cost, from the journal of its run.

use crate::engine::journal::{Cost, Event, Journal, JournalError, MAX_READ, Usage};

/// Entries of a journal that are looked at; a longer run is told by its first ones.
const MAX_ENTRIES: usize = 50_000;

/// What an answer took.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    /// From the begin of the run to its end, without the time it waited for its turn; `None` when it never began.
    pub latency_ms: Option<i64>,
    /// Tokens.
    pub usage: Usage,
    /// Cost, by currency.
    pub costs: Vec<Cost>,
}

impl Figures {
    /// Of the run of the query with this UID.
    pub async fn of(journal: &Journal, query: &str) -> Result<Self, JournalError> {
        let (mut figures, mut began, mut after, mut count) = (Self::default(), None, 0, 0);
        while count < MAX_ENTRIES {
            let entries = journal.read(query, after, MAX_READ).await?;
            let Some(last) = entries.last() else { break };
            let whole = entries.len() < MAX_READ;
            (after, count) = (last.seq, count + entries.len());
            for entry in &entries {
                match &entry.event {
                    Event::Started { .. } => {
                        began.get_or_insert(entry.at_ms);
                    }
                    Event::ModelResponse { usage, cost, .. } => {
                        figures.usage += *usage;
                        if let Some(cost) = cost {
                            add(&mut figures.costs, cost);
                        }
                    }
                    Event::Finished { .. } => {
                        figures.latency_ms = began.map(|began| (entry.at_ms - began).max(0));
                    }
                    _ => {}
                }
            }
            if whole {
                break;
            }
        }
        Ok(figures)
    }
}

/// Adds a cost to those of its currency.
pub fn add(sums: &mut Vec<Cost>, cost: &Cost) {
    match sums.iter_mut().find(|sum| sum.currency == cost.currency) {
        Some(sum) => sum.nanos = sum.nanos.saturating_add(cost.nanos),
        None => sums.push(cost.clone()),
    }
}
