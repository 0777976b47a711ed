//! The values of a team's fields.

use leptos::prelude::*;

use crate::views::forms::{MemberForm, SelectorForm, TeamForm};

/// Members at the most, as the schema has it.
pub const MAX_MEMBERS: usize = 100;
/// Edges at the most, as the schema has it.
pub const MAX_EDGES: usize = 400;

/// A row of the members.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Member {
    pub(super) id: u32,
    pub(super) name: RwSignal<String>,
    pub(super) team: RwSignal<bool>,
}

/// An end of an edge: a row, whose name may change, or the name of nobody in the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// A row.
    Row(u32),
    /// Another name.
    Name(String),
}

/// The fields' values.
#[derive(Clone, Copy)]
pub struct TeamFields {
    pub(super) name: RwSignal<String>,
    pub(super) description: RwSignal<String>,
    pub(super) strategy: RwSignal<String>,
    pub(super) members: RwSignal<Vec<Member>>,
    pub(super) loops: RwSignal<bool>,
    pub(super) max_turns: RwSignal<String>,
    pub(super) agent: RwSignal<String>,
    pub(super) model: RwSignal<String>,
    pub(super) prompt: RwSignal<String>,
    pub(super) terminate: RwSignal<bool>,
    pub(super) terminate_prompt: RwSignal<String>,
    pub(super) edges: RwSignal<Vec<(End, End)>>,
    next: StoredValue<u32>,
}

impl TeamFields {
    /// The fields of a team.
    pub fn new(form: &TeamForm) -> Self {
        let text = || RwSignal::new(String::new());
        let fields = Self {
            name: text(),
            description: text(),
            strategy: text(),
            members: RwSignal::new(Vec::new()),
            loops: RwSignal::new(false),
            max_turns: text(),
            agent: text(),
            model: text(),
            prompt: text(),
            terminate: RwSignal::new(false),
            terminate_prompt: text(),
            edges: RwSignal::new(Vec::new()),
            next: StoredValue::new(0),
        };
        fields.set(form);
        fields
    }

    /// Shows another state of it.
    pub fn set(self, form: &TeamForm) {
        self.name.set(form.name.clone());
        self.description.set(form.description.clone());
        self.strategy.set(form.strategy.clone());
        self.loops.set(form.loops);
        self.max_turns.set(form.max_turns.clone());
        self.agent.set(form.selector.agent.clone());
        self.model.set(form.selector.model.clone());
        self.prompt.set(form.selector.prompt.clone());
        self.terminate.set(form.selector.terminate);
        self.terminate_prompt.set(form.selector.terminate_prompt.clone());
        let rows: Vec<Member> = form.members.iter().map(|member| self.row(member)).collect();
        let end = |name: &String| {
            let row = rows.iter().find(|row| row.name.with_untracked(|other| other == name));
            row.map_or_else(|| End::Name(name.clone()), |row| End::Row(row.id))
        };
        let edges = form.edges.iter().map(|(from, to)| (end(from), end(to))).collect();
        self.members.set(rows);
        self.edges.set(edges);
    }

    /// The team that the fields say; what they do not hold is that of `base`. Tracked.
    pub fn read(self, base: &TeamForm) -> TeamForm {
        let trimmed = |field: RwSignal<String>| field.get().trim().to_owned();
        let rows = self.members.get();
        let members = rows
            .iter()
            .map(|row| MemberForm { team: row.team.get(), name: row.name.get().trim().to_owned() });
        let members = members.collect();
        TeamForm {
            namespace: base.namespace.clone(),
            name: trimmed(self.name),
            description: self.description.get(),
            strategy: self.strategy.get(),
            members,
            loops: self.loops.get(),
            max_turns: trimmed(self.max_turns),
            selector: SelectorForm {
                agent: trimmed(self.agent),
                model: trimmed(self.model),
                prompt: self.prompt.get(),
                terminate: self.terminate.get(),
                terminate_prompt: self.terminate_prompt.get(),
            },
            edges: self.edges.with(|edges| {
                edges.iter().map(|(from, to)| (name_of(&rows, from), name_of(&rows, to))).collect()
            }),
            version: base.version.clone(),
        }
    }

    fn row(self, member: &MemberForm) -> Member {
        let id = self.next.try_update_value(|next| {
            *next += 1;
            *next
        });
        Member {
            id: id.unwrap_or_default(),
            name: RwSignal::new(member.name.clone()),
            team: RwSignal::new(member.team),
        }
    }

    /// One more member.
    pub fn add(self, member: &MemberForm) {
        let row = self.row(member);
        self.members.update(|rows| {
            if rows.len() < MAX_MEMBERS {
                rows.push(row);
            }
        });
    }

    /// Takes a member out, and its edges.
    pub fn remove(self, id: u32) {
        let end = End::Row(id);
        self.edges.update(|edges| edges.retain(|(from, to)| *from != end && *to != end));
        self.members.update(|rows| rows.retain(|row| row.id != id));
    }

    /// Moves a member up or down.
    pub fn shift(self, at: usize, down: bool) {
        let other = if down { at + 1 } else { at.wrapping_sub(1) };
        self.members.update(|rows| {
            if at < rows.len() && other < rows.len() {
                rows.swap(at, other);
            }
        });
    }

    /// Adds an edge between two places in the list of members, or takes it away; whether it is there now.
    pub fn toggle(self, from: usize, to: usize) -> bool {
        let ends = self.members.with_untracked(|rows| {
            let end = |at: usize| rows.get(at).map(|row| End::Row(row.id));
            end(from).zip(end(to))
        });
        let Some(edge) = ends else { return false };
        let mut there = false;
        self.edges.update(|edges| match edges.iter().position(|other| *other == edge) {
            Some(at) => drop(edges.remove(at)),
            None if edges.len() < MAX_EDGES => {
                edges.push(edge);
                there = true;
            }
            None => {}
        });
        there
    }
}

/// The name of an end; tracked.
pub(super) fn name_of(rows: &[Member], end: &End) -> String {
    match end {
        End::Name(name) => name.clone(),
        End::Row(id) => {
            let row = rows.iter().find(|row| row.id == *id);
            row.map(|row| row.name.get().trim().to_owned()).unwrap_or_default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn team() -> TeamForm {
        let member = |name: &str| MemberForm { team: false, name: name.into() };
        TeamForm {
            strategy: "graph".into(),
            members: vec![member("a"), member("b")],
            edges: vec![("a".into(), "b".into()), ("a".into(), "gone".into())],
            ..TeamForm::default()
        }
    }

    #[test]
    fn edges_follow_names_order_and_removal() {
        let owner = Owner::new();
        owner.with(|| {
            let fields = TeamFields::new(&team());
            assert_eq!(fields.read(&team()), team());
            fields.members.get_untracked()[1].name.set("c".into());
            assert_eq!(fields.read(&team()).edges, [("a".into(), "c".into()), ("a".into(), "gone".into())]);
            fields.shift(1, false);
            assert_eq!(fields.read(&team()).members[0].name, "c");
            assert!(fields.toggle(0, 1));
            assert_eq!(fields.read(&team()).edges.len(), 3);
            assert!(!fields.toggle(0, 1));
            let first = fields.members.get_untracked()[0].id;
            fields.remove(first);
            assert_eq!(fields.read(&team()).edges, [("a".to_owned(), "gone".to_owned())]);
        });
    }
}
