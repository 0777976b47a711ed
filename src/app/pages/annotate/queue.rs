//! What waits, what was said, and the keys.

use leptos::prelude::*;
use leptos_router::params::ParamsMap;
use serde::{Deserialize, Serialize};

use crate::api::experiments::{annotate, annotation_queue, get_experiment_item};
use crate::app::say::say;
use crate::views::experiments::{
    Agreement, AnnotationView, ExperimentKey, ItemView, QueueItem, QueueView, RubricLine, TargetName,
};
use crate::views::problem::Problem;

/// Steps of a criterion.
pub const STEPS: u8 = 5;
/// The queue is asked for again when fewer than this are at hand.
const LOW: usize = 5;

/// What the address asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Whose queue.
    pub key: ExperimentKey,
    /// The answer to begin with: who gave it, to which item.
    pub begin: Option<(TargetName, String)>,
}

impl Asked {
    /// Reads a query string.
    pub fn read(namespace: &str, query: &ParamsMap) -> Self {
        let word = |name: &str| query.get(name).unwrap_or_default();
        let target = word("target")
            .split_once('/')
            .map(|(kind, name)| TargetName { kind: kind.into(), name: name.into() });
        let item = Some(word("item")).filter(|item| !item.is_empty());
        Self {
            key: ExperimentKey {
                namespace: namespace.to_owned(),
                evaluation: word("evaluation"),
                number: word("n").parse().unwrap_or_default(),
            },
            begin: target.zip(item),
        }
    }
}

/// The queue, and the answer that the address names.
pub type Loaded = (QueueView, Option<QueueItem>);

/// Loads what the address asks for.
pub async fn load(asked: Asked) -> Result<Loaded, Problem> {
    let queue = annotation_queue(asked.key.clone()).await?;
    let Some((target, item)) = asked.begin else { return Ok((queue, None)) };
    let known = queue.waiting.iter().find(|one| one.target == target && one.item == item).cloned();
    if known.is_some() {
        return Ok((queue, known));
    }
    // Judged already, or far behind in the queue.
    let view = get_experiment_item(asked.key.clone(), target.clone(), None, item).await?;
    Ok((queue, one_of(asked.key, target, view)))
}

/// An answer that is no longer in the queue, as one of it.
fn one_of(key: ExperimentKey, target: TargetName, item: ItemView) -> Option<QueueItem> {
    let trial = item.trials.into_iter().next()?;
    Some(QueueItem {
        key,
        target,
        item: item.row.id,
        title: item.row.title,
        input: item.input,
        expected: item.expected,
        output: trial.output,
        query: trial.query,
        score: trial.score,
        passed: trial.passed,
        mine: None,
    })
}

/// An answer that was just judged, with what the person said.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// The answer.
    pub item: QueueItem,
    /// Good enough, by the person.
    pub passed: bool,
    /// Mean of the person's scores.
    pub score: f64,
}

/// The work of the page.
#[derive(Clone, Copy)]
pub struct Annotating {
    key: StoredValue<ExperimentKey>,
    /// Criteria.
    pub rubric: RwSignal<Vec<RubricLine>>,
    waiting: RwSignal<Vec<QueueItem>>,
    waiting_total: RwSignal<usize>,
    judged: RwSignal<usize>,
    /// Answers that were kept while the page is open.
    said: StoredValue<u32>,
    /// How judge and people agree.
    pub agreement: RwSignal<Option<Agreement>>,
    /// The answer that is shown.
    pub current: RwSignal<Option<QueueItem>>,
    /// Steps from 1 to [`STEPS`] by criterion; 0 while none is chosen.
    pub marks: RwSignal<Vec<u8>>,
    /// The criterion that a digit sets.
    pub at: RwSignal<usize>,
    /// Good enough.
    pub passed: RwSignal<Option<bool>>,
    /// Why.
    pub note: RwSignal<String>,
    /// The answer before this one.
    pub last: RwSignal<Option<Said>>,
    /// What is missing, or why it was not kept.
    pub problem: RwSignal<Option<String>>,
    /// It is being kept.
    pub busy: RwSignal<bool>,
}

impl Annotating {
    /// Begins.
    pub fn open(key: ExperimentKey, (queue, begin): Loaded) -> Self {
        let current = begin.or_else(|| unjudged(&queue.waiting));
        let work = Self {
            key: StoredValue::new(key),
            rubric: RwSignal::new(queue.rubric),
            waiting: RwSignal::new(queue.waiting),
            waiting_total: RwSignal::new(queue.waiting_total),
            judged: RwSignal::new(queue.judged),
            said: StoredValue::new(0),
            agreement: RwSignal::new(queue.agreement),
            current: RwSignal::new(None),
            marks: RwSignal::new(Vec::new()),
            at: RwSignal::new(0),
            passed: RwSignal::new(None),
            note: RwSignal::new(String::new()),
            last: RwSignal::new(None),
            problem: RwSignal::new(None),
            busy: RwSignal::new(false),
        };
        work.show(current);
        work.listen();
        work
    }

    /// How many were judged by this person, and how many wait; tracked.
    pub fn progress(self) -> (usize, usize) {
        (self.judged.get(), self.waiting_total.get())
    }

    /// Shows an answer, with what this person said of it before.
    pub fn show(self, item: Option<QueueItem>) {
        let lines = self.rubric.get_untracked();
        let mine = item.as_ref().and_then(|item| item.mine.clone());
        self.marks.set(marks_of(&lines, mine.as_ref()));
        self.at.set(0);
        self.passed.set(mine.as_ref().map(|mine| mine.passed));
        self.note.set(mine.map(|mine| mine.note).unwrap_or_default());
        self.problem.set(None);
        self.current.set(item);
    }

    /// Sets a criterion and goes to the next.
    pub fn mark(self, criterion: usize, step: u8) {
        self.marks.update(|marks| {
            if let Some(mark) = marks.get_mut(criterion) {
                *mark = step.clamp(1, STEPS);
            }
        });
        let last = self.marks.with_untracked(Vec::len).saturating_sub(1);
        self.at.set((criterion + 1).min(last));
        self.problem.set(None);
    }

    /// Says pass or fail.
    pub fn judge(self, passed: bool) {
        self.passed.set(Some(passed));
        self.problem.set(None);
    }

    /// Leaves the answer for later.
    pub fn skip(self) {
        let Some(current) = self.current.get_untracked() else { return };
        self.waiting.update(|waiting| {
            waiting.retain(|one| !same(one, &current));
            waiting.push(current);
        });
        let next = self.waiting.with_untracked(|waiting| unjudged(waiting));
        self.show(next);
    }

    /// Opens the answer before this one again.
    pub fn back(self) {
        if let Some(said) = self.last.get_untracked() {
            self.show(Some(said.item));
        }
    }

    /// Keeps what was said and shows the next answer.
    pub fn save(self) {
        if self.busy.get_untracked() {
            return;
        }
        let Some(item) = self.current.get_untracked() else { return };
        let rubric = self.rubric.get_untracked();
        let marks = self.marks.get_untracked();
        if let Some(at) = marks.iter().position(|mark| *mark == 0) {
            let name = rubric.get(at).map(|line| line.name.clone()).unwrap_or_default();
            self.at.set(at);
            self.problem.set(Some(format!("Score {name} first: 1 to {STEPS}.")));
            return;
        }
        let Some(passed) = self.passed.get_untracked() else {
            self.problem.set(Some("Say first whether it is good enough: p passes, f fails.".to_owned()));
            return;
        };
        let scores: Vec<(String, f64)> =
            rubric.iter().zip(&marks).map(|(line, mark)| (line.name.clone(), score(*mark))).collect();
        let note = self.note.get_untracked().trim().to_owned();
        self.busy.set(true);
        leptos::task::spawn_local(async move {
            let kept = annotate(
                item.key.clone(),
                item.target.clone(),
                item.item.clone(),
                scores.clone(),
                passed,
                note.clone(),
            )
            .await;
            if self.busy.try_set(false).is_some() {
                return;
            }
            match kept {
                Ok((score, let_pass)) => {
                    let item = QueueItem { score, passed: let_pass, ..item };
                    self.kept(item, scores, passed, note);
                }
                Err(problem) => self.problem.set(Some(told(&problem))),
            }
        });
    }

    /// It is kept: the judge's score is no secret any more, and the next one comes.
    fn kept(self, mut item: QueueItem, scores: Vec<(String, f64)>, passed: bool, note: String) {
        let score = mean(&scores);
        let first = item.mine.is_none();
        item.mine = Some(AnnotationView { scores, passed, note, ..AnnotationView::default() });
        if first {
            self.judged.update(|judged| *judged += 1);
            self.waiting_total.update(|waiting| *waiting = waiting.saturating_sub(1));
        }
        self.said.update_value(|said| *said += 1);
        self.waiting.update(|waiting| waiting.retain(|one| !same(one, &item)));
        let next = self.waiting.with_untracked(|waiting| unjudged(waiting));
        say(match (item.score, item.passed) {
            (None, _) => "Kept. The judge has no score for it.",
            (_, judge) if judge == passed => "Kept. The judge says the same.",
            (_, true) => "Kept. The judge let it pass.",
            (_, false) => "Kept. The judge did not let it pass.",
        });
        self.last.set(Some(Said { item, passed, score }));
        self.show(next);
        // The note was of the answer before: letters are keys again.
        #[cfg(feature = "hydrate")]
        if let Some(note) = crate::app::browser::find("#f-note:focus") {
            let _ = note.blur();
        }
        self.refresh();
    }

    /// Asks how people and judge agree now, and for further answers where few are left.
    fn refresh(self) {
        let (key, said) = (self.key.get_value(), self.said.get_value());
        leptos::task::spawn_local(async move {
            let Ok(queue) = annotation_queue(key).await else { return };
            // What was kept meanwhile waits in this one still, and would be asked again.
            if self.said.try_get_value() != Some(said) {
                return;
            }
            let Some(few) = self.waiting.try_with_untracked(|waiting| waiting.len() < LOW) else { return };
            self.agreement.set(queue.agreement);
            self.judged.set(queue.judged);
            self.waiting_total.set(queue.waiting_total);
            if few {
                self.waiting.update(|waiting| {
                    let new: Vec<_> = queue
                        .waiting
                        .into_iter()
                        .filter(|new| !waiting.iter().any(|old| same(old, new)))
                        .collect();
                    waiting.extend(new);
                });
                if self.current.with_untracked(Option::is_none) {
                    let next = self.waiting.with_untracked(|waiting| unjudged(waiting));
                    if next.is_some() {
                        self.show(next);
                    }
                }
            }
        });
    }

    /// Digits, `p`, `f`, `n`, `s`, arrows, Enter.
    fn listen(self) {
        #[cfg(feature = "hydrate")]
        {
            use wasm_bindgen::JsCast;

            let owner = Owner::current();
            let keys = window_event_listener(leptos::ev::keydown, move |event| {
                let key = event.key();
                // Enter in the note saves too; on a button or link it presses that.
                if key == "Enter" && !event.shift_key() && !event.is_composing() {
                    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
                    let taken = target.is_some_and(|element| {
                        element.closest("a, button, select, dialog, summary").ok().flatten().is_some()
                    });
                    if !taken {
                        event.prevent_default();
                        self.save();
                    }
                    return;
                }
                if !owner.as_ref().is_some_and(|owner| owner.with(|| crate::app::keys::is_shortcut(&event))) {
                    return;
                }
                let at = self.at.get_untracked();
                let last = self.marks.with_untracked(Vec::len).saturating_sub(1);
                match key.as_str() {
                    "1" | "2" | "3" | "4" | "5" => {
                        self.mark(at, key.parse().unwrap_or(1));
                    }
                    "p" => self.judge(true),
                    "f" => self.judge(false),
                    "s" => self.skip(),
                    "[" => self.back(),
                    "j" => self.at.set((at + 1).min(last)),
                    "k" => self.at.set(at.saturating_sub(1)),
                    _ => return,
                }
                event.prevent_default();
            });
            on_cleanup(move || keys.remove());
        }
    }
}

/// A refusal with all of its reasons.
fn told(problem: &Problem) -> String {
    let reasons = problem.fields.iter().map(|field| field.message.as_str());
    let next = problem.next.as_deref();
    std::iter::once(problem.message.as_str()).chain(reasons).chain(next).collect::<Vec<_>>().join(" ")
}

/// The first that this person has not judged: those that they have follow, to be opened again.
fn unjudged(waiting: &[QueueItem]) -> Option<QueueItem> {
    waiting.iter().find(|one| one.mine.is_none()).cloned()
}

fn same(one: &QueueItem, other: &QueueItem) -> bool {
    one.key == other.key && one.target == other.target && one.item == other.item
}

/// A step as a score from 0 to 1.
pub fn score(step: u8) -> f64 {
    f64::from(step.clamp(1, STEPS) - 1) / f64::from(STEPS - 1)
}

/// A score as the step next to it.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 1 to STEPS")]
fn step(score: f64) -> u8 {
    (score.clamp(0.0, 1.0) * f64::from(STEPS - 1)).round() as u8 + 1
}

fn marks_of(rubric: &[RubricLine], mine: Option<&AnnotationView>) -> Vec<u8> {
    let known = |line: &RubricLine| {
        let (_, score) = mine?.scores.iter().find(|(name, _)| *name == line.name)?;
        Some(step(*score))
    };
    rubric.iter().map(|line| known(line).unwrap_or(0)).collect()
}

fn mean(scores: &[(String, f64)]) -> f64 {
    let count = u32::try_from(scores.len().max(1)).unwrap_or(u32::MAX);
    scores.iter().map(|(_, score)| score).sum::<f64>() / f64::from(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_and_scores_are_the_same_thing() {
        assert_eq!([1, 2, 3, 4, 5].map(score), [0.0, 0.25, 0.5, 0.75, 1.0]);
        assert_eq!([0.0, 0.3, 0.5, 0.8, 1.0].map(step), [1, 2, 3, 4, 5]);
    }

    #[test]
    fn what_was_said_before_is_shown_again() {
        let rubric = ["tone", "facts"].map(|name| RubricLine { name: name.into(), text: String::new() });
        let mine = AnnotationView { scores: vec![("facts".into(), 0.75)], ..AnnotationView::default() };
        assert_eq!(marks_of(&rubric, Some(&mine)), [0, 4]);
        assert_eq!(marks_of(&rubric, None), [0, 0]);
    }

    #[test]
    fn the_address_names_where_to_begin() {
        let mut map = ParamsMap::new();
        for (name, value) in
            [("evaluation", "refunds"), ("n", "14"), ("target", "agent/gull"), ("item", "r-1")]
        {
            map.insert(name, value.to_owned());
        }
        let asked = Asked::read("support", &map);
        assert_eq!((asked.key.evaluation.as_str(), asked.key.number), ("refunds", 14));
        assert_eq!(
            asked.begin.map(|(target, item)| (target.name, item)),
            Some(("gull".into(), "r-1".into()))
        );
    }
}
