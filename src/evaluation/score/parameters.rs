//! The parameters of an evaluation: the evaluator's, and over them its own. Each is looked up in the namespace of the object that
//! has it, with the rights of that namespace's default service account, and is in no log.

use super::{Scorer, Work};
use crate::engine::RunError;
use crate::engine::world::{Account, World};
use crate::evaluation::settings::Parameters;
use crate::resources::parameter::Parameter;
use crate::resources::value_source::Source;

pub(super) async fn resolve(scorer: &Scorer, work: &Work, world: &World) -> Result<Parameters, RunError> {
    let evaluator = &work.evaluator;
    let name = evaluator.metadata.name.as_deref().unwrap_or_default();
    let home = evaluator.metadata.namespace.as_deref().unwrap_or_default();
    let theirs = scorer.engine.seen_by(Account::default_of(home))?;
    let mut parameters = Parameters::new();
    let of = format!("Evaluator '{name}'");
    look_up(&theirs, home, &evaluator.spec.parameters, &of, &mut parameters).await?;
    if let Some(own) = &work.spec.evaluator {
        look_up(world, &work.namespace, &own.parameters, "the evaluation", &mut parameters).await?;
    }
    Ok(parameters)
}

async fn look_up(
    world: &World,
    namespace: &str,
    list: &[Parameter],
    of: &str,
    parameters: &mut Parameters,
) -> Result<(), RunError> {
    for parameter in list {
        let field = format!("Parameter '{}' of {of}", parameter.name);
        let value = world.value(namespace, parameter.source(), None, &field).await?;
        parameters.insert(parameter.name.clone(), value.unwrap_or_default());
    }
    Ok(())
}

/// Where the value of a parameter was looked up, in words; `None` for one that is written out, or is not there. Who may read what
/// became of an evaluation may not read a Secret: what is told names the source, not the value.
pub(super) fn looked_up(work: &Work, name: &str) -> Option<String> {
    let own = work.spec.evaluator.iter().flat_map(|one| one.parameters.iter().rev());
    let mut all = own.chain(work.evaluator.spec.parameters.iter().rev());
    match all.find(|parameter| parameter.name == name)?.source() {
        Source::Secret(from) => Some(format!("key '{}' of Secret '{}'", from.key, from.name)),
        Source::ConfigMap(from) => Some(format!("key '{}' of ConfigMap '{}'", from.key, from.name)),
        Source::Service(from) => Some(format!("Service '{}'", from.name)),
        Source::QueryParameter(from) => Some(format!("query parameter '{from}'")),
        Source::Literal(_) | Source::Missing => None,
    }
}
