//! Objects as people see them: rows, facts, status words.
//!
//! Each kind implements [`Present`]; [`source`] is the same for every kind, so that lists, pages, search, home and the
//! live stream are written once.

mod agent;
mod config;
mod evaluation;
mod evaluation_form;
mod evaluation_view;
mod evaluator;
mod model;
mod query;
mod servers;
mod source;
mod status;
mod task;
mod team;
mod text;
mod tool;
mod world;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use crate::kubernetes::Caches;
use crate::kubernetes::KindCache;
use crate::kubernetes::cache::Cached;
use crate::resources::Condition;
use crate::resources::duration::GoDuration;
use crate::resources::kind::Kind;
use crate::views::ObjectKey;
use crate::views::detail::{Fact, FactValue, Specific};
use crate::views::facets::Facets;
use crate::views::row::{Cell, Status};

pub use agent::agent_form;
pub use model::{demo_address, is_scripted, model_form, source_form};
pub use query::{
    conversation, images, is_over, is_queued, query_status, question, summary, targets as query_targets,
    usage as query_usage,
};
pub use source::{Parts, Source, source};
pub use text::{first_line, moment};
pub use world::{World, query_place};

/// How a kind is shown.
pub trait Present: Cached {
    /// Which kind it is.
    const KIND: Kind;
    /// Its cache.
    fn cache(caches: &Caches) -> &KindCache<Self>;
    /// Its state, word and reason.
    fn status(&self, world: &World) -> Status;
    /// Second line of the first column.
    fn summary(&self) -> String {
        String::new()
    }
    /// Cells of [`crate::views::row::columns`] without the age at the end.
    fn cells(&self, world: &World) -> Vec<Cell>;
    /// Conditions of its status.
    fn conditions(&self) -> &[Condition];
    /// Facts of its overview.
    fn facts(&self, world: &World) -> Vec<Fact>;
    /// Objects that its specification names.
    fn references(&self) -> Vec<ObjectKey> {
        Vec::new()
    }
    /// Start and end of a run.
    fn times(&self) -> (Option<i64>, Option<i64>) {
        (None, None)
    }
    /// What its row is filtered by besides what it shows, without the labels.
    fn facets(&self) -> Facets {
        Facets::default()
    }
    /// What only this kind has.
    fn specific(&self, _: &World) -> Specific {
        Specific::None
    }
}

/// A fact.
fn fact(title: &str, value: FactValue) -> Fact {
    Fact { title: title.into(), value }
}

/// A fact that is a length of time.
fn fact_budget(title: &str, length: GoDuration) -> Fact {
    fact(title, FactValue::Budget(length.as_nanos() / 1_000_000))
}

/// Adds a description of which the head of the page shows only the first line.
fn fact_description(facts: &mut Vec<Fact>, text: &str) {
    if first_line(text) != text.trim() {
        facts.push(fact("Description", FactValue::Block(text.into())));
    }
}

/// Adds a fact of text unless it is empty.
fn fact_text(facts: &mut Vec<Fact>, title: &str, text: &str) {
    if !text.is_empty() {
        facts.push(fact(title, FactValue::Text(text.into())));
    }
}

/// Adds a fact in the code face unless it is empty.
fn fact_code(facts: &mut Vec<Fact>, title: &str, text: &str) {
    if !text.is_empty() {
        facts.push(fact(title, FactValue::Code(text.into())));
    }
}

/// Namespace of an object, or nothing for cluster-scoped ones.
fn namespace(meta: &ObjectMeta) -> &str {
    meta.namespace.as_deref().unwrap_or_default()
}
