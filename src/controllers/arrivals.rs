//! Queries that came before what they ask: `kubectl apply -f folder/` must work in any order (decision 3). They wait
//! for it a little, and are woken when it comes.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use parking_lot::Mutex;

use super::ControllerDeps;
use super::queue::Key;
use crate::resources::kind::Kind;
use crate::resources::query::QuerySpec;

/// How long after its creation a query waits for what it names; then it runs, and says what is missing.
pub(super) const PATIENCE: Duration = Duration::from_secs(4);
/// Objects looked at for one query; what lies further is not waited for.
const MAX_LOOKED_AT: usize = 200;

/// An object by kind, namespace and name.
pub(super) type Wanted = (Kind, String, String);

/// Who waits for what; bounded by the queries that have not begun.
#[derive(Default)]
pub(super) struct Arrivals {
    waiting: Mutex<Waiting>,
}

/// Both ways, so that an object that comes finds its queries however many wait.
#[derive(Default)]
struct Waiting {
    wanted: HashMap<Key, Wanted>,
    by: HashMap<Wanted, HashSet<Key>>,
}

impl Waiting {
    fn forget(&mut self, key: &Key) {
        let Some(wanted) = self.wanted.remove(key) else { return };
        if let Some(keys) = self.by.get_mut(&wanted) {
            keys.remove(key);
            if keys.is_empty() {
                self.by.remove(&wanted);
            }
        }
    }
}

impl Arrivals {
    /// Notes that the query `key` waits for `wanted`.
    pub(super) fn wait(&self, key: Key, wanted: Wanted) {
        let mut waiting = self.waiting.lock();
        waiting.forget(&key);
        waiting.by.entry(wanted.clone()).or_default().insert(key.clone());
        waiting.wanted.insert(key, wanted);
    }

    /// The query waits no more.
    pub(super) fn forget(&self, key: &Key) {
        self.waiting.lock().forget(key);
    }

    /// The queries that wait for an object that has come.
    pub(super) fn of(&self, kind: Kind, namespace: &str, name: &str) -> Vec<Key> {
        let came = (kind, namespace.to_owned(), name.to_owned());
        self.waiting.lock().by.get(&came).into_iter().flatten().cloned().collect()
    }
}

/// The first object that a query in `namespace` names, itself or through its agents and teams, and that is not there.
pub(super) fn missing(deps: &ControllerDeps, namespace: &str, query: &QuerySpec) -> Option<Wanted> {
    let mut open: Vec<Wanted> = query
        .targets()
        .into_iter()
        .map(|target| (target.type_.kind(), namespace.to_owned(), target.name))
        .collect();
    let mut at = 0;
    while let Some(wanted) = open.get(at).cloned() {
        let Some(named) = named_by(deps, &wanted) else { return Some(wanted) };
        for one in named {
            if open.len() < MAX_LOOKED_AT && !open.contains(&one) {
                open.push(one);
            }
        }
        at += 1;
    }
    None
}

/// What an object names in its turn; `None` when it is not there.
fn named_by(deps: &ControllerDeps, (kind, namespace, name): &Wanted) -> Option<Vec<Wanted>> {
    let own = |kind, name: &str| (kind, namespace.clone(), name.to_owned());
    match kind {
        Kind::Agent => {
            let agent = deps.agents.get(namespace, name)?;
            let mut named = Vec::new();
            if agent.spec.engine().is_none() {
                let (model, from) = agent.spec.model(namespace);
                named.push((Kind::Model, from.to_owned(), model.to_owned()));
            }
            let tools = agent.spec.tools.iter().filter(|tool| !tool.is_builtin());
            named.extend(tools.map(|tool| own(Kind::Tool, tool.lookup_name())));
            Some(named)
        }
        Kind::Team => {
            let team = deps.teams.get(namespace, name)?;
            Some(team.spec.members.iter().map(|member| own(member.type_.kind(), &member.name)).collect())
        }
        Kind::Model => deps.models.get(namespace, name).map(|_| Vec::new()),
        Kind::Tool => {
            let tool = deps.tools.get(namespace, name)?;
            let agent = tool.spec.agent.as_ref().map(|agent| own(Kind::Agent, &agent.name));
            let team = tool.spec.team.as_ref().map(|team| own(Kind::Team, &team.name));
            Some(agent.into_iter().chain(team).collect())
        }
        _ => Some(Vec::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_finds_who_waits_for_it_and_nobody_else() {
        let arrivals = Arrivals::default();
        let key = |name: &str| ("lagoon".to_owned(), name.to_owned());
        let agent = |name: &str| (Kind::Agent, "lagoon".to_owned(), name.to_owned());
        arrivals.wait(key("a"), agent("pilot"));
        arrivals.wait(key("b"), agent("pilot"));
        // The first that is missing is there by now, and the next one is not.
        arrivals.wait(key("b"), agent("mate"));
        assert_eq!(arrivals.of(Kind::Agent, "lagoon", "pilot"), [key("a")]);
        assert_eq!(arrivals.of(Kind::Agent, "lagoon", "mate"), [key("b")]);
        assert!(arrivals.of(Kind::Team, "lagoon", "mate").is_empty());
        arrivals.forget(&key("a"));
        arrivals.forget(&key("b"));
        assert!(arrivals.of(Kind::Agent, "lagoon", "pilot").is_empty());
        assert!(arrivals.waiting.lock().by.is_empty(), "nothing is left behind");
    }
}
