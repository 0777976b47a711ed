//! What changed between two experiments, as far as it is known: each a sentence.

use crate::evaluation::experiment::{AskedTarget, Experiment};

/// What changed from `before` to `now`; `then` and `here` are the targets that are compared.
pub(super) fn changed(
    before: &Experiment,
    then: Option<&AskedTarget>,
    now: &Experiment,
    here: Option<&AskedTarget>,
) -> Vec<String> {
    let (old, new) = (&before.snapshot, &now.snapshot);
    let mut told = Vec::new();
    if before.data_set != now.data_set {
        told.push(format!("It asks data set {}, and asked {} before.", now.data_set, before.data_set));
    } else if before.data_set_version != now.data_set_version {
        told.push(format!(
            "Data set {} has version {} now, and had {}.",
            now.data_set, now.data_set_version, before.data_set_version
        ));
    }
    let tags = |one: &Experiment| {
        let tags = one.snapshot.spec.config.data_set.as_ref().map(|set| set.tags.join(", "));
        tags.filter(|tags| !tags.is_empty()).unwrap_or_else(|| "all items".to_owned())
    };
    if tags(before) != tags(now) {
        told.push(format!("Items by tag are {} now, and were {}.", tags(now), tags(before)));
    }
    if let (Some(then), Some(here)) = (then, here) {
        let named = |one: &AskedTarget| format!("{} {}", one.target.kind, one.target.name);
        if then.target != here.target {
            told.push(format!("It shows {}, compared with {}.", named(here), named(then)));
        } else if then.uid != here.uid {
            told.push(format!("The {} was deleted and made again.", named(here)));
        } else if then.generation != here.generation {
            told.push(format!(
                "The {} was changed (generation {} to {}).",
                named(here),
                then.generation,
                here.generation
            ));
        }
    }
    if (&old.evaluator_namespace, &old.evaluator) != (&new.evaluator_namespace, &new.evaluator) {
        told.push(format!("Evaluator {} scores now, and {} did before.", new.evaluator, old.evaluator));
    } else if old.evaluator_uid != new.evaluator_uid {
        told.push(format!("Evaluator {} was deleted and made again.", new.evaluator));
    } else if old.evaluator_generation != new.evaluator_generation {
        told.push(format!(
            "Evaluator {} was changed (generation {} to {}).",
            new.evaluator, old.evaluator_generation, new.evaluator_generation
        ));
    }
    let parameters = |one: &Experiment| one.snapshot.spec.evaluator.clone().map(|one| one.parameters);
    if parameters(before) != parameters(now) {
        told.push("The parameters for the evaluator were changed.".to_owned());
    }
    if old.repeats != new.repeats {
        told.push(format!("Each item is asked {} now, and was {}.", times(new.repeats), times(old.repeats)));
    }
    told
}

fn times(repeats: u32) -> String {
    if repeats == 1 { "once".to_owned() } else { format!("{repeats} times") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::experiment::{Snapshot, Target};

    fn asked(name: &str, uid: &str, generation: i64) -> AskedTarget {
        let target = Target { kind: "agent".into(), name: name.into() };
        AskedTarget { target, uid: uid.into(), generation }
    }

    fn one(version: u32, evaluator_generation: i64, repeats: u32) -> Experiment {
        let snapshot = Snapshot {
            evaluator: "judge".into(),
            evaluator_uid: "e".into(),
            evaluator_generation,
            repeats,
            ..Snapshot::default()
        };
        Experiment { data_set: "tides".into(), data_set_version: version, snapshot, ..Experiment::default() }
    }

    #[test]
    fn each_change_is_told_and_nothing_else() {
        let pilot = asked("pilot", "u", 4);
        assert!(changed(&one(3, 1, 1), Some(&pilot), &one(3, 1, 1), Some(&pilot)).is_empty());
        assert_eq!(
            changed(&one(3, 1, 1), Some(&pilot), &one(4, 2, 3), Some(&asked("pilot", "u", 6))),
            [
                "Data set tides has version 4 now, and had 3.",
                "The agent pilot was changed (generation 4 to 6).",
                "Evaluator judge was changed (generation 1 to 2).",
                "Each item is asked 3 times now, and was once.",
            ]
        );
        assert_eq!(
            changed(&one(3, 1, 1), Some(&pilot), &one(3, 1, 1), Some(&asked("mate", "v", 1))),
            ["It shows agent mate, compared with agent pilot."]
        );
    }
}
