//! Defaults of the cluster.

use super::status::plain;
use super::{Present, World, fact_budget, fact_text};
use crate::kubernetes::{Caches, KindCache};
use crate::resources::kind::Kind;
use crate::resources::{ArkConfig, ArkConfigSpec, Condition, QuerySpec};
use crate::views::detail::Fact;
use crate::views::row::{Cell, State, Status};

impl Present for ArkConfig {
    const KIND: Kind = Kind::ArkConfig;

    fn cache(caches: &Caches) -> &KindCache<Self> {
        &caches.ark_configs
    }

    /// Nothing far away can make it unready.
    fn status(&self, _: &World) -> Status {
        plain(State::Done, "Ready")
    }

    fn summary(&self) -> String {
        "Defaults for queries that do not say otherwise".into()
    }

    fn cells(&self, _: &World) -> Vec<Cell> {
        vec![self.spec.query_ttl.map_or(Cell::None, |ttl| Cell::Duration(ttl.as_nanos() / 1_000_000))]
    }

    fn conditions(&self) -> &[Condition] {
        &[]
    }

    fn facts(&self, _: &World) -> Vec<Fact> {
        let mut facts = Vec::new();
        let none = QuerySpec::default();
        facts.push(fact_budget("Queries kept for", none.ttl(Some(&self.spec))));
        facts.push(fact_budget("Queries may take", none.timeout(Some(&self.spec))));
        let iterations = ArkConfigSpec::max_agent_iterations(Some(&self.spec));
        let outbound = self.spec.outbound.as_ref();
        let allowed = outbound.map(|outbound| outbound.allow.join(", ")).unwrap_or_default();
        fact_text(&mut facts, "Calls may also reach", &allowed);
        let priced: Vec<&str> = self.spec.prices.iter().map(|prices| prices.model.as_str()).collect();
        fact_text(&mut facts, "Prices of", &priced.join(", "));
        fact_text(&mut facts, "Model calls of one answer at the most", &iterations.to_string());
        facts
    }
}
