//! Who runs next: a bounded number of runs at once, fair between namespaces.
//!
//! Pure: it decides, the engine starts and stops. The namespace with the least running for its weight goes next, ties
//! by who was served longest ago. So a namespace alone may use every place, no share is stranded, and a burst in one
//! namespace delays another by one run at the most.

use std::collections::{BTreeSet, HashMap, VecDeque};

/// Fixed-point scale of `running / weight`.
const SCALE: u64 = 1 << 16;

/// The queue. Its length is bounded by the number of Query objects, which the cache holds anyhow; a waiting run adds
/// its UID and an `Arc` to them.
pub struct Scheduler<T> {
    limit: usize,
    running: usize,
    weights: HashMap<String, u32>,
    namespaces: HashMap<String, Namespace<T>>,
    /// Namespaces with somebody waiting: (running by weight, last served, name).
    order: BTreeSet<(u64, u64, String)>,
    /// Where each waiting run waits.
    waiting: HashMap<String, String>,
    served: u64,
}

struct Namespace<T> {
    queue: VecDeque<(String, T)>,
    running: u64,
    served: u64,
    weight: u64,
}

impl<T> Namespace<T> {
    fn key(&self, name: &str) -> (u64, u64, String) {
        (self.running * SCALE / self.weight, self.served, name.to_owned())
    }
}

impl<T> Scheduler<T> {
    /// At most `limit` runs at once (at least one); namespaces not in `weights` weigh 1.
    pub fn new(limit: usize, weights: HashMap<String, u32>) -> Self {
        Self {
            limit: limit.max(1),
            running: 0,
            weights,
            namespaces: HashMap::new(),
            order: BTreeSet::new(),
            waiting: HashMap::new(),
            served: 0,
        }
    }

    /// Puts a run in the queue of its namespace. The caller sees to it that an id is queued once.
    pub fn enqueue(&mut self, namespace: &str, id: &str, item: T) {
        self.insert(namespace, id, item, false);
    }

    /// The same at the front of the namespace's queue: for a run that has begun, gave its place back and goes on. What
    /// it did so far has been paid for, and its time runs.
    pub fn enqueue_first(&mut self, namespace: &str, id: &str, item: T) {
        self.insert(namespace, id, item, true);
    }

    fn insert(&mut self, namespace: &str, id: &str, item: T, first: bool) {
        let weight = u64::from(self.weights.get(namespace).copied().unwrap_or(1).max(1));
        let served = self.served;
        let entry = self
            .namespaces
            .entry(namespace.to_owned())
            // A newcomer counts as just served, so that coming and going gains nothing.
            .or_insert_with(|| Namespace { queue: VecDeque::new(), running: 0, served, weight });
        if first {
            entry.queue.push_front((id.to_owned(), item));
        } else {
            entry.queue.push_back((id.to_owned(), item));
        }
        self.order.insert(entry.key(namespace));
        self.waiting.insert(id.to_owned(), namespace.to_owned());
    }

    /// The next run to start, if there is a place; the place is taken until [`release`](Self::release).
    pub fn admit(&mut self) -> Option<T> {
        if self.running >= self.limit {
            return None;
        }
        let (.., name) = self.order.pop_first()?;
        let entry = self.namespaces.get_mut(&name)?;
        let (id, item) = entry.queue.pop_front()?;
        self.served += 1;
        entry.served = self.served;
        entry.running += 1;
        self.running += 1;
        if !entry.queue.is_empty() {
            self.order.insert(entry.key(&name));
        }
        self.waiting.remove(&id);
        Some(item)
    }

    /// Gives back the place of a run of `namespace`.
    pub fn release(&mut self, namespace: &str) {
        let Some(entry) = self.namespaces.get_mut(namespace) else { return };
        self.running = self.running.saturating_sub(1);
        let before = entry.key(namespace);
        entry.running = entry.running.saturating_sub(1);
        if self.order.remove(&before) {
            self.order.insert(entry.key(namespace));
        } else if entry.running == 0 {
            self.namespaces.remove(namespace);
        }
    }

    /// Takes a run out of the queue.
    pub fn remove(&mut self, id: &str) -> Option<T> {
        let namespace = self.waiting.remove(id)?;
        let entry = self.namespaces.get_mut(&namespace)?;
        let at = entry.queue.iter().position(|(other, _)| other == id)?;
        let (_, item) = entry.queue.remove(at)?;
        if entry.queue.is_empty() {
            self.order.remove(&entry.key(&namespace));
            if entry.running == 0 {
                self.namespaces.remove(&namespace);
            }
        }
        Some(item)
    }

    /// Place in the queue, from 1, if every namespace weighs the same and takes equally long.
    pub fn position(&self, id: &str) -> Option<usize> {
        let namespace = self.waiting.get(id)?;
        let own = self.namespaces.get(namespace)?.queue.iter().position(|(other, _)| other == id)?;
        let others: usize = self
            .namespaces
            .iter()
            .filter(|(name, _)| *name != namespace)
            .map(|(_, entry)| entry.queue.len().min(own))
            .sum();
        Some(own + others + 1)
    }

    /// Runs that wait.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Runs that hold a place.
    pub fn running(&self) -> usize {
        self.running
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scheduler(limit: usize) -> Scheduler<String> {
        Scheduler::new(limit, HashMap::from([("heavy".to_owned(), 3)]))
    }

    fn fill(scheduler: &mut Scheduler<String>, namespace: &str, count: usize) {
        for i in 0..count {
            let id = format!("{namespace}-{i}");
            scheduler.enqueue(namespace, &id, id.clone());
        }
    }

    fn namespace(item: &str) -> String {
        item.rsplit_once('-').unwrap().0.to_owned()
    }

    #[test]
    fn a_burst_delays_another_namespace_by_one_run() {
        let mut scheduler = scheduler(2);
        fill(&mut scheduler, "burst", 100);
        let first = scheduler.admit().unwrap();
        scheduler.admit().unwrap();
        assert_eq!(scheduler.admit(), None, "the bound holds");
        fill(&mut scheduler, "late", 1);
        assert_eq!(scheduler.position("late-0"), Some(1));
        scheduler.release(&namespace(&first));
        assert_eq!(scheduler.admit().unwrap(), "late-0");
    }

    #[test]
    fn one_namespace_alone_uses_every_place() {
        let mut scheduler = scheduler(8);
        fill(&mut scheduler, "alone", 20);
        let admitted = std::iter::from_fn(|| scheduler.admit()).count();
        assert_eq!((admitted, scheduler.waiting()), (8, 12));
    }

    #[test]
    fn places_are_shared_equally_while_everybody_waits() {
        let mut scheduler = scheduler(7);
        for name in ["a", "b", "c"] {
            fill(&mut scheduler, name, 300);
        }
        let mut running = VecDeque::new();
        let mut served: HashMap<String, usize> = HashMap::new();
        for _ in 0..300 {
            while let Some(item) = scheduler.admit() {
                *served.entry(namespace(&item)).or_default() += 1;
                running.push_back(namespace(&item));
            }
            scheduler.release(&running.pop_front().unwrap());
        }
        let (least, most) = (served.values().min().unwrap(), served.values().max().unwrap());
        assert!(most - least <= 7, "{served:?}");
    }

    #[test]
    fn who_comes_back_is_next_in_its_namespace() {
        let mut scheduler = scheduler(1);
        fill(&mut scheduler, "a", 3);
        let first = scheduler.admit().unwrap();
        scheduler.release("a");
        assert_eq!(scheduler.admit().unwrap(), "a-1");
        scheduler.enqueue_first("a", &first, first.clone());
        assert_eq!(scheduler.position(&first), Some(1));
        scheduler.release("a");
        assert_eq!(scheduler.admit().unwrap(), first);
    }

    #[test]
    fn weights_count() {
        let mut scheduler = scheduler(8);
        fill(&mut scheduler, "heavy", 50);
        fill(&mut scheduler, "light", 50);
        let admitted: Vec<String> = std::iter::from_fn(|| scheduler.admit()).map(|i| namespace(&i)).collect();
        assert_eq!(admitted.iter().filter(|n| *n == "heavy").count(), 6);
    }

    #[test]
    fn removed_runs_leave_no_trace() {
        let mut scheduler = scheduler(1);
        fill(&mut scheduler, "a", 2);
        fill(&mut scheduler, "b", 1);
        let first = scheduler.admit().unwrap();
        assert_eq!(scheduler.remove("b-0").unwrap(), "b-0");
        assert_eq!(scheduler.remove("b-0"), None);
        assert_eq!(scheduler.position("a-1"), Some(1));
        scheduler.release(&namespace(&first));
        assert_eq!(scheduler.admit().unwrap(), "a-1");
        scheduler.release("a");
        assert_eq!((scheduler.running(), scheduler.waiting()), (0, 0));
        assert!(scheduler.namespaces.is_empty() && scheduler.order.is_empty());
    }
}
