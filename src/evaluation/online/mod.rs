//! Evaluations of live queries: which of them an Evaluator scores by itself. A share is drawn from the query's UID, so that the same
//! queries are drawn again after a restart, and by every evaluator of the same share; a budget is measured by what is kept here.

mod budget;
mod ledger;

pub use budget::{Today, Verdict, decide, hour, next_hour, pause};
pub use ledger::Ledger;
