//! What people say of answers. Who may view Evaluations of a namespace sees it; who may change them says something.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::objects::check;
use super::{Services, asker, services};
use crate::evaluation::annotations::{self, Annotation, Annotations, Of, Said, sureness};
use crate::evaluation::experiment::trial::{Target, Trial};
use crate::evaluation::experiment::{Experiment, Experiments, ItemHead};
use crate::evaluation::{CRITERIA, Settings};
use crate::kubernetes::access::Verb;
use crate::resources::kind::Kind;
use crate::resources::value_source::Source;
use crate::store::StoreError;
use crate::views::experiments::{
    Agreement, AnnotationView, ExperimentKey, QueueItem, QueueView, RubricLine, TargetName,
};
use crate::views::problem::{Problem, ProblemCode};

/// Items that a queue shows.
const MAX_WAITING: usize = 20;
/// Items that the person judged last, which a queue shows after those that wait.
const MAX_JUDGED: usize = 5;
/// Characters of a note.
const MAX_NOTE: usize = 2_000;
/// The criterion of those who have none.
const OVERALL: &str = "overall";

/// An answer that can be judged: the first that a target gave to an item and that has a score.
struct Answer<'a> {
    target: usize,
    item: &'a str,
    first: &'a Trial,
    /// How far the scores of its repeats are from each other.
    spread: f64,
}

/// See [`crate::api::experiments::annotation_queue`].
pub async fn queue(key: ExperimentKey) -> Result<QueueView, Problem> {
    check(Verb::Get, Kind::Evaluation, Some(&key.namespace))?;
    let services = services()?;
    let experiments = Experiments::new(services.store().clone());
    let Some(one) = chosen(&experiments, &key).await? else {
        return Ok(QueueView { rubric: rubric(None), ..QueueView::default() });
    };
    let (settings, said) = (settings(&services, &one), Annotations::new(services.store().clone()));
    let least = settings.as_ref().map_or_else(least_usual, |settings| settings.min_score);
    let said = said.all(of(&one)).await.map_err(|error| unreadable(&error))?;
    let trials = experiments.scores(&one.id, None).await.map_err(|error| unreadable(&error))?;
    let heads = experiments.heads(&one.item_set).await.map_err(|error| unreadable(&error))?;
    let titles: HashMap<&str, &ItemHead> = heads.iter().map(|head| (head.id.as_str(), head)).collect();
    let person = asker().display();
    let mine: HashMap<(&Target, &str), &Annotation> = said
        .iter()
        .filter(|one| one.person == person)
        .map(|one| ((&one.target, one.item.as_str()), one))
        .collect();
    let mut answers = answers(&one, &trials);
    let agreement = agreement(&answers, &said);
    // What is as unsure stays as in the data set.
    answers.sort_by(|a, b| {
        let unsure = |one: &Answer<'_>| sureness(one.first.score.unwrap_or_default(), least, one.spread);
        unsure(a).total_cmp(&unsure(b))
    });
    let (judged, open): (Vec<_>, Vec<_>) =
        answers.into_iter().partition(|one| mine.contains_key(&(&one.first.target, one.item)));
    let mut view = QueueView {
        rubric: rubric(settings.as_ref()),
        waiting_total: open.len(),
        judged: judged.len(),
        agreement,
        ..QueueView::default()
    };
    let mut last = judged;
    last.sort_by_key(|one| Reverse(mine.get(&(&one.first.target, one.item)).map_or(0, |said| said.at_ms)));
    for answer in open.into_iter().take(MAX_WAITING).chain(last.into_iter().take(MAX_JUDGED)) {
        let annotation = mine.get(&(&answer.first.target, answer.item)).copied();
        view.waiting.push(item(&experiments, &one, &titles, &answer, annotation).await?);
    }
    Ok(view)
}

/// The experiment that is meant: without a name, the newest of the namespace.
async fn chosen(experiments: &Experiments, key: &ExperimentKey) -> Result<Option<Experiment>, Problem> {
    if key.evaluation.is_empty() {
        return experiments.newest(&key.namespace).await.map_err(|error| unreadable(&error));
    }
    let found = experiments.get(&key.namespace, &key.evaluation, key.number).await;
    match found.map_err(|error| unreadable(&error))? {
        Some(found) => Ok(Some(found)),
        None if key.number == 0 => Ok(None),
        None => Err(no_experiment(key)),
    }
}

fn no_experiment(key: &ExperimentKey) -> Problem {
    Problem::new(
        ProblemCode::NotFound,
        format!(
            "Evaluation {}/{} has no experiment {} (any more).",
            key.namespace, key.evaluation, key.number
        ),
    )
}

fn of(one: &Experiment) -> Of<'_> {
    Of { namespace: &one.namespace, evaluation: &one.name, number: one.number }
}

/// The answers that have a score, in the order of the trials.
fn answers<'a>(one: &Experiment, trials: &'a [Trial]) -> Vec<Answer<'a>> {
    let mut places: HashMap<(&Target, &str), Vec<&'a Trial>> = HashMap::new();
    for trial in trials.iter().filter(|trial| trial.score.is_some()) {
        places.entry((&trial.target, &trial.item)).or_default().push(trial);
    }
    let mut answers: Vec<Answer<'a>> = Vec::with_capacity(places.len());
    for ((target, item), repeats) in places {
        let Some(target) = one.snapshot.targets.iter().position(|asked| asked.target == *target) else {
            continue;
        };
        let Some(first) = repeats.iter().min_by_key(|trial| trial.repeat) else { continue };
        let scores = || repeats.iter().filter_map(|trial| trial.score);
        let spread = scores().fold(0.0, f64::max) - scores().fold(1.0, f64::min);
        answers.push(Answer { target, item, first, spread: spread.max(0.0) });
    }
    answers.sort_by(|a, b| (a.target, a.item).cmp(&(b.target, b.item)));
    answers
}

fn agreement(answers: &[Answer<'_>], said: &[Annotation]) -> Option<Agreement> {
    let judge: HashMap<(&Target, &str), (f64, bool)> = answers
        .iter()
        .map(|one| ((&one.first.target, one.item), (one.first.score.unwrap_or_default(), one.first.passed)))
        .collect();
    let pairs: Vec<((f64, bool), &Said)> = said
        .iter()
        .filter_map(|one| Some((*judge.get(&(&one.target, one.item.as_str()))?, &one.said)))
        .collect();
    annotations::agreement(&pairs).map(|told| Agreement {
        items: told.items,
        share: told.share,
        kappa: told.kappa,
        rank_correlation: told.rank_correlation,
        too_kind: told.too_kind,
        too_strict: told.too_strict,
    })
}

async fn item(
    experiments: &Experiments,
    one: &Experiment,
    titles: &HashMap<&str, &ItemHead>,
    answer: &Answer<'_>,
    mine: Option<&Annotation>,
) -> Result<QueueItem, Problem> {
    let asked = experiments.item(&one.item_set, answer.item).await.map_err(|error| unreadable(&error))?;
    let asked = asked.unwrap_or_default();
    let trials = experiments.trials(&one.id, answer.item, answer.target).await;
    let trials = trials.map_err(|error| unreadable(&error))?;
    let first = trials.into_iter().find(|trial| trial.repeat == answer.first.repeat).unwrap_or_default();
    Ok(QueueItem {
        key: ExperimentKey {
            namespace: one.namespace.clone(),
            evaluation: one.name.clone(),
            number: one.number,
        },
        target: TargetName { kind: answer.first.target.kind.clone(), name: answer.first.target.name.clone() },
        item: answer.item.to_owned(),
        title: titles.get(answer.item).map(|head| head.title.clone()).unwrap_or_default(),
        input: asked.input,
        expected: asked.expected_output,
        output: first.output,
        query: first.query,
        // It does not lead who has not judged yet.
        score: mine.and(answer.first.score),
        passed: mine.is_some() && answer.first.passed,
        mine: mine.map(view),
    })
}

/// What somebody said, as pages show it.
pub fn view(one: &Annotation) -> AnnotationView {
    AnnotationView {
        person: one.person.clone(),
        at_ms: one.at_ms,
        scores: one.said.scores.clone(),
        passed: one.said.passed,
        note: one.said.note.clone(),
    }
}

/// How the evaluator judges, as far as its parameters are literal; `None` when it is gone or has no judge.
fn settings(services: &Services, one: &Experiment) -> Option<Settings> {
    let snapshot = &one.snapshot;
    let evaluator = services.caches().evaluators.get(&snapshot.evaluator_namespace, &snapshot.evaluator)?;
    let own = snapshot.spec.evaluator.iter().flat_map(|evaluator| &evaluator.parameters);
    let literal =
        evaluator.spec.parameters.iter().chain(own).filter_map(|parameter| match parameter.source() {
            Source::Literal(text) => Some((parameter.name.clone(), text.to_owned())),
            _ => None,
        });
    Settings::of(&literal.collect()).ok()
}

fn least_usual() -> f64 {
    Settings::of(&crate::evaluation::Parameters::new()).map_or(0.5, |usual| usual.min_score)
}

fn rubric(settings: Option<&Settings>) -> Vec<RubricLine> {
    let text = |name: &str| {
        let known = CRITERIA.iter().find(|(criterion, _)| *criterion == name);
        known.map(|(_, text)| (*text).to_owned()).unwrap_or_default()
    };
    let judged = settings.filter(|settings| settings.judges);
    let lines: Vec<RubricLine> = judged
        .iter()
        .flat_map(|settings| &settings.criteria)
        .map(|(name, _)| RubricLine { name: name.clone(), text: text(name) })
        .collect();
    if lines.is_empty() {
        let text = "Is the answer good: true, to the point, and of use to who asked?".to_owned();
        return vec![RubricLine { name: OVERALL.to_owned(), text }];
    }
    lines
}

/// See [`crate::api::experiments::annotate`].
pub async fn annotate(
    key: ExperimentKey,
    target: TargetName,
    item: String,
    scores: Vec<(String, f64)>,
    passed: bool,
    note: String,
) -> Result<(Option<f64>, bool), Problem> {
    check(Verb::Apply, Kind::Evaluation, Some(&key.namespace))?;
    let services = services()?;
    let experiments = Experiments::new(services.store().clone());
    let one = experiments.get(&key.namespace, &key.evaluation, key.number).await;
    let one = one.map_err(|error| unreadable(&error))?.ok_or_else(|| no_experiment(&key))?;
    let target = Target { kind: target.kind, name: target.name };
    let mut problem = Problem::new(ProblemCode::Invalid, "This cannot be kept yet.");
    let names: Vec<String> =
        rubric(settings(&services, &one).as_ref()).into_iter().map(|line| line.name).collect();
    for (name, score) in &scores {
        if !names.contains(name) || scores.iter().filter(|(other, _)| other == name).count() > 1 {
            problem = problem.field(name.as_str(), format!("Judge by each of {} once.", names.join(", ")));
        } else if !(0.0..=1.0).contains(score) {
            problem = problem.field(name.as_str(), "Scores are from 0 to 1.");
        }
    }
    if note.chars().count() > MAX_NOTE {
        problem = problem.field("note", format!("Shorten it to {MAX_NOTE} characters."));
    }
    if !problem.fields.is_empty() {
        return Err(problem);
    }
    let place = one.snapshot.targets.iter().position(|asked| asked.target == target);
    let trials = match place {
        Some(place) => experiments.trials(&one.id, &item, place).await.map_err(|error| unreadable(&error))?,
        None => Vec::new(),
    };
    if trials.is_empty() {
        return Err(Problem::new(
            ProblemCode::NotFound,
            format!(
                "Experiment {} has no answer of {} {} to item '{item}'.",
                one.number, target.kind, target.name
            ),
        ));
    }
    let said = Said { scores, passed, note: note.trim().to_owned() };
    let kept = Annotations::new(services.store().clone());
    let done = kept.put(of(&one), &target, &item, asker().display(), &said).await;
    done.map_err(|error| unreadable(&error))?;
    // Of the repeat that was shown.
    let first = trials.iter().filter(|trial| trial.score.is_some()).min_by_key(|trial| trial.repeat);
    Ok((first.and_then(|trial| trial.score), first.is_some_and(|trial| trial.passed)))
}

fn unreadable(error: &StoreError) -> Problem {
    tracing::error!(%error, "annotations could not be read or kept");
    Problem::new(ProblemCode::Internal, format!("What people said could not be read or kept: {error}."))
}
