//! A team's work: turns of its members until its strategy, its cap or a `terminate` ends it.
//!
//! Every member is told what was said before the team began, all that its colleagues said (tool calls and results
//! included), and the question last, as in Ark. Who has a turn, by which rule and why is in the journal before the turn's first
//! model call, so that after a restart nobody is chosen anew.

mod graph;
mod nesting;
mod round_robin;
mod selector;
mod sequential;
mod table;

use futures::FutureExt;
use futures::future::BoxFuture;

use super::outcome::Answer;
use super::place::Place;
use super::{Run, agent};
use crate::engine::error::{RunError, codes};
use crate::engine::journal::{Event, ObjectRef, TeamEnd, TurnRule};
use crate::engine::providers::{Message, Role};
use crate::resources::kind::Kind;
use crate::resources::team::{MemberType, Team, TeamMember, TeamSpec, TeamStrategy};
use table::Table;

/// Turns for each member of a team that sets no `maxTurns` and has no end of its own.
const TURNS_PER_MEMBER: usize = 10;

/// Who may speak next.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Candidates {
    /// Nobody: the team has ended.
    Nobody(TeamEnd, String),
    /// This member, by a rule that needs no model.
    One(Choice),
    /// One of these members (their places in the list), whom the picker chooses.
    Several(Vec<usize>),
}

/// Who speaks next.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Choice {
    /// Place in the list of members.
    member: usize,
    rule: TurnRule,
    why: String,
}

/// What the picker decided.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Picked {
    Member(Choice),
    /// The conversation ends, with these last words if there are any.
    Terminate(String),
    /// It named nobody who may speak.
    Nobody(String),
}

/// Asks the team `name` of the run's namespace; the question is the last message of `conversation`.
pub(super) fn answer<'a>(
    run: &'a Run,
    place: &'a Place,
    name: &'a str,
    conversation: &'a [Message],
) -> BoxFuture<'a, Result<Answer, RunError>> {
    async move {
        let team: Team = run.world.get(&run.namespace, name).await?;
        if team.spec.members.is_empty() {
            let message = format!("Team '{name}' has no members. Add one to spec.members.");
            return Err(RunError::new(codes::NO_MEMBERS, message));
        }
        if place.is_target() {
            // Before anything is paid for: else the cycle would be met in the middle.
            nesting::check(&run.world, &run.namespace, name, &team.spec).await?;
        }
        Session { run, place, name, spec: &team.spec, table: Table::new(conversation) }.talk().await
    }
    .boxed()
}

/// One team at work.
struct Session<'a> {
    run: &'a Run,
    place: &'a Place,
    name: &'a str,
    spec: &'a TeamSpec,
    table: Table<'a>,
}

impl Session<'_> {
    async fn talk(mut self) -> Result<Answer, RunError> {
        let limit = limit(self.spec);
        let mut turn = 0;
        let mut last = String::new();
        let mut previous: Option<TeamMember> = None;
        loop {
            let step = self.place.turn(turn);
            let member = if let Some(before) = self.run.past.turn(&step) {
                TeamMember { name: before.name.clone(), type_: type_of(before.kind) }
            } else {
                let choice = match candidates(self.spec, turn, previous.as_ref()) {
                    Candidates::Nobody(reason, message) => return Ok(self.end(turn, last, reason, message)),
                    _ if turn >= limit => {
                        let message = format!("Team conversation reached maximum turns limit ({limit})");
                        self.table.add([Message::system(message.as_str())])?;
                        return Ok(self.end(turn, last, TeamEnd::MaxTurns, message));
                    }
                    Candidates::One(choice) => choice,
                    Candidates::Several(legal) => match selector::pick(&self, turn, &legal).await? {
                        Picked::Member(choice) => choice,
                        Picked::Terminate(words) => {
                            if !words.is_empty() {
                                last.clone_from(&words);
                                self.table.add([Message::assistant(words, Vec::new(), None)])?;
                            }
                            let message =
                                format!("The picker of team '{}' ended the conversation.", self.name);
                            return Ok(self.end(turn, last, TeamEnd::Terminated, message));
                        }
                        Picked::Nobody(why) => {
                            self.table.add([Message::system(why.as_str())])?;
                            return Ok(self.end(turn, last, TeamEnd::NoChoice, why));
                        }
                    },
                };
                self.begin(&step, turn, &choice);
                self.spec.members[choice.member].clone()
            };
            let said = self.speak(&step, turn, &member).await?;
            if !said.content.is_empty() {
                last.clone_from(&said.content);
            }
            self.table.add(said.messages)?;
            self.close(&step, Event::TurnDone { step: step.clone(), content: said.content });
            turn += 1;
            if said.terminated {
                let message = format!("The {} '{}' ended the conversation.", member.type_, member.name);
                return Ok(self.end(turn, last, TeamEnd::Terminated, message));
            }
            previous = Some(member);
        }
    }

    /// Notes who speaks; it is written with the turn's first step.
    fn begin(&self, step: &str, turn: usize, choice: &Choice) {
        let member = &self.spec.members[choice.member];
        let event = Event::TurnStarted {
            step: step.to_owned(),
            turn: turn + 1,
            team: self.team(),
            member: agent::object(member.type_.kind(), &self.run.namespace, &member.name),
            rule: choice.rule,
            why: choice.why.clone(),
        };
        self.run.journal.stage(Some(self.place.target), event);
    }

    async fn speak(&self, step: &str, turn: usize, member: &TeamMember) -> Result<Answer, RunError> {
        let kind = member.type_.kind();
        let place = self.place.enter(step.to_owned(), kind, &member.name)?;
        let told = self.table.told();
        let said = match member.type_ {
            MemberType::Agent => agent::answer(self.run, &place, &member.name, &told).await,
            MemberType::Team => answer(self.run, &place, &member.name, &told).await,
        };
        said.map_err(|error| {
            let who =
                format!("Turn {} of team '{}', {} '{}'", turn + 1, self.name, member.type_, member.name);
            RunError::new(error.code, format!("{who}: {}", error.message))
        })
    }

    /// The end of the team. Its answer is what was said last.
    fn end(self, turns: usize, last: String, reason: TeamEnd, message: String) -> Answer {
        let step = self.place.end();
        let ended = Event::TeamEnded { step: step.clone(), team: self.team(), turns, reason, message };
        self.close(&step, ended);
        let messages = self.table.into_said();
        let content = if last.is_empty() { last_words(&messages) } else { last };
        Answer::new(content, messages)
    }

    /// Notes an end; it is written with what comes next. After a restart it may be there already.
    fn close(&self, step: &str, event: Event) {
        if !self.run.past.closed(step) {
            self.run.journal.stage(Some(self.place.target), event);
        }
    }

    fn team(&self) -> ObjectRef {
        agent::object(Kind::Team, &self.run.namespace, self.name)
    }
}

/// Who may speak in `turn` (from 0) after `previous`.
fn candidates(spec: &TeamSpec, turn: usize, previous: Option<&TeamMember>) -> Candidates {
    let at = previous.and_then(|previous| spec.members.iter().position(|member| member == previous));
    match spec.strategy {
        TeamStrategy::Sequential => sequential::next(&spec.members, spec.loops, turn),
        TeamStrategy::RoundRobin => round_robin::next(&spec.members, turn),
        TeamStrategy::Graph => graph::next(&spec.members, spec.edges(), turn, at),
        TeamStrategy::Selector => selector::legal(&spec.members, spec.edges(), turn, at),
    }
}

/// Most turns of the team.
fn limit(spec: &TeamSpec) -> usize {
    let own = spec.turn_limit().map(|turns| usize::try_from(turns).unwrap_or(usize::MAX));
    own.unwrap_or(spec.members.len() * TURNS_PER_MEMBER)
}

/// What an assistant said last, if any said something.
fn last_words(messages: &[Message]) -> String {
    let said = messages.iter().rev().filter(|message| message.role == Role::Assistant);
    said.map(Message::plain_text).find(|text| !text.is_empty()).unwrap_or_default()
}

fn type_of(kind: Kind) -> MemberType {
    match kind {
        Kind::Team => MemberType::Team,
        _ => MemberType::Agent,
    }
}

#[cfg(test)]
mod tests;
