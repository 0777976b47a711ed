//! What a run remembers: the history that it is told, and what it leaves for the next query of its conversation.
//!
//! A query takes part in a conversation when it names one (`conversationId`, or `sessionId` as 0.1.31 does) or a Memory. Any other
//! costs no look-up; a later query may go on with it under its UID, and finds its question and answer then.

use kube::ResourceExt;

use super::{Run, input};
use crate::engine::journal::{Event, ObjectRef};
use crate::engine::memory::{self, ConversationKey, DEFAULT, Memories, Said, Window};
use crate::engine::providers::{Message, Role};
use crate::resources::conditions::query as reasons;
use crate::resources::kind::Kind;
use crate::resources::memory::Memory;
use crate::resources::query::{Query, QueryTarget, TargetType};

/// What a run remembers.
#[derive(Default)]
pub(super) struct Recall {
    /// What was said before, oldest first.
    pub(super) history: Vec<Message>,
    /// Where the run's own messages go.
    keep: Option<Keep>,
    report: Report,
}

struct Keep {
    memory: ObjectRef,
    key: ConversationKey,
    question: Said,
}

/// What the status says about the memory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Report {
    /// The query wants to be remembered.
    pub(crate) wanted: bool,
    /// Why it cannot be: reason and sentence.
    pub(crate) failure: Option<(String, String)>,
}

impl Report {
    /// That what was said could not be written, if nothing worse happened.
    pub(crate) fn refused(&mut self) {
        self.failure.get_or_insert_with(|| (reasons::ADD_MESSAGES_FAILED.to_owned(), NOT_WRITTEN.to_owned()));
    }
}

const NOT_WRITTEN: &str = "What was said could not be written to the memory; later queries of the conversation will not know it. The log has the details.";

/// A memory that cannot be used.
struct Failure {
    reason: &'static str,
    message: String,
}

/// What the query remembers, read or, after a restart, read again.
pub(super) async fn recall(run: &Run, input: &[Message]) -> Recall {
    let spec = &run.query.spec;
    if spec.conversation().is_none() && spec.memory.is_none() {
        return Recall::default();
    }
    let mut recall = Recall { report: Report { wanted: true, failure: None }, ..Recall::default() };
    let failed_before = run.past.memory_failure.clone();
    let without = failed_before.as_ref().is_some_and(|(reason, _)| reason == reasons::NO_MEMORY_BACKEND);
    recall.report.failure = failed_before;
    if without {
        return recall;
    }
    if let Err(failure) = fill(run, input, &mut recall).await {
        let event = Event::MemoryFailed {
            conversation: conversation(&run.query).to_owned(),
            reason: failure.reason.to_owned(),
            message: failure.message.clone(),
        };
        run.journal.stage(None, event);
        recall.report.failure = Some((failure.reason.to_owned(), failure.message));
    }
    recall
}

/// What the journal of an ended run says.
pub(super) fn report(run: &Run) -> Report {
    let spec = &run.query.spec;
    let wanted = spec.conversation().is_some() || spec.memory.is_some();
    Report { wanted, failure: run.past.memory_failure.clone() }
}

/// The conversation of a query.
pub(crate) fn conversation(query: &Query) -> &str {
    query.spec.conversation().unwrap_or_else(|| query.metadata.uid.as_deref().unwrap_or_default())
}

async fn fill(run: &Run, input: &[Message], recall: &mut Recall) -> Result<(), Failure> {
    let conversation = conversation(&run.query).to_owned();
    let (memory, uid) = match &run.past.memory_read {
        Some(read) => (read.memory.clone(), read.uid.clone()),
        None => find(run).await?,
    };
    let key = ConversationKey { memory: uid, conversation };
    let own_history = input.iter().rposition(|message| message.role == Role::Assistant);
    let question = Said::question(&input[own_history.map_or(0, |last| last + 1)..]);
    recall.keep = Some(Keep { memory: memory.clone(), key: key.clone(), question });
    if recall.report.failure.is_some() || run.query.spec.conversation().is_none() {
        // It could not be read before the restart either; or the conversation begins with this query.
        return Ok(());
    }
    if own_history.is_some() {
        if run.past.starts == 0 {
            let message = "The input brings its own history, so the memory's was not added.".to_owned();
            run.journal.stage(None, Event::Notice { message });
        }
        return Ok(());
    }
    recall.history = read(run, memory, &key).await.map_err(|error| Failure {
        reason: reasons::GET_MESSAGES_FAILED,
        message: format!(
            "The history of conversation '{}' could not be read, and the run went on without: {error}.",
            key.conversation
        ),
    })?;
    Ok(())
}

/// The history: the messages that the journal names, or the window over what is there now.
async fn read(
    run: &Run,
    memory: ObjectRef,
    key: &ConversationKey,
) -> Result<Vec<Message>, memory::MemoryError> {
    let memories = &run.memories;
    if let Some(read) = &run.past.memory_read {
        return memories.messages(&key.memory, &read.messages).await;
    }
    let uid = run.query.uid().unwrap_or_default();
    let mut turns = memories.turns(key, &uid).await?;
    if turns.is_empty() && import(run, key).await? {
        turns = memories.turns(key, &uid).await?;
    }
    let limit = run.settings.history_tokens;
    let Window { ids, tokens, left_out } = Window::of(&turns, limit);
    let history = memories.messages(&key.memory, &ids).await?;
    let event = Event::MemoryRead {
        memory,
        uid: key.memory.clone(),
        conversation: key.conversation.clone(),
        messages: ids,
        tokens,
        limit,
        left_out,
    };
    run.journal.stage(None, event);
    Ok(history)
}

/// A conversation that is the UID of a query which named none: what was said in that query begins it.
async fn import(run: &Run, key: &ConversationKey) -> Result<bool, memory::MemoryError> {
    let uid = key.conversation.as_str();
    let Ok(Some(record)) = run.journals.record(uid).await else { return Ok(false) };
    if record.namespace != run.namespace {
        return Ok(false);
    }
    let Ok(Some(query)) = run.world.find::<Query>(&record.namespace, &record.name).await else {
        return Ok(false);
    };
    if query.metadata.uid.as_deref() != Some(uid) || conversation(&query) != uid {
        return Ok(false);
    }
    let said = said_in(run, &query).await;
    let said: Vec<&Said> = said.iter().collect();
    run.memories.import(key, uid, &said).await?;
    Ok(!said.is_empty())
}

/// Question and answers of an ended query; nothing when nobody answered.
async fn said_in(run: &Run, query: &Query) -> Vec<Said> {
    let status = query.status.clone().unwrap_or_default();
    let answers = status.responses.iter().enumerate().filter(|(_, response)| response.phase == "done");
    let mut said: Vec<Said> = answers
        .map(|(index, response)| {
            let messages = serde_json::from_str::<Vec<Message>>(&response.raw).unwrap_or_default();
            Said::answer(index, &told(response.target.as_ref(), messages), &response.content)
        })
        .collect();
    if said.is_empty() {
        return said;
    }
    let parameters = input::parameters(
        &run.world,
        &run.namespace,
        &query.spec.parameters,
        &Default::default(),
        "the query",
    )
    .await;
    let question = parameters.and_then(|parameters| input::messages(&query.spec, &parameters));
    match question {
        Ok(question) => said.insert(0, Said::question(&question)),
        // Its parameters are gone by now: an answer alone is better than nothing.
        Err(error) => tracing::debug!(%error, "the question of an earlier query cannot be made again"),
    }
    said
}

/// What led to an answer, as far as it means something to a model: a tool that was asked itself gives its answer only.
fn told(target: Option<&QueryTarget>, messages: Vec<Message>) -> Vec<Message> {
    if target.is_some_and(|target| target.type_ == TargetType::Tool) { Vec::new() } else { messages }
}

impl Recall {
    /// What the status says.
    pub(super) fn report(&self) -> Report {
        self.report.clone()
    }

    /// Notes what a target said; it is written with the next entry, which is the target's end.
    pub(super) fn remember(
        &self,
        run: &Run,
        index: usize,
        target: &QueryTarget,
        messages: &[Message],
        content: &str,
    ) {
        let Some(Keep { memory, key, question }) = &self.keep else { return };
        if run.past.remembered.contains(&index) {
            return;
        }
        let uid = run.query.uid().unwrap_or_default();
        let said = Said::answer(index, &told(Some(target), messages.to_vec()), content);
        let failed = |message: String| Event::MemoryFailed {
            conversation: key.conversation.clone(),
            reason: reasons::ADD_MESSAGES_FAILED.to_owned(),
            message,
        };
        match Memories::remember(key, &uid, &[question, &said]) {
            Ok(statements) => {
                let event = Event::MemoryWritten {
                    memory: memory.clone(),
                    conversation: key.conversation.clone(),
                    messages: question.messages.len() + said.messages.len(),
                };
                run.journal.stage_with(Some(index), event, statements, failed(NOT_WRITTEN.to_owned()));
            }
            Err(why) => {
                let message = format!("What was said is not remembered: {why}.");
                run.journal.stage(Some(index), failed(message));
            }
        }
    }
}

/// The Memory of the run's query, and its UID.
async fn find(run: &Run) -> Result<(ObjectRef, String), Failure> {
    let unavailable = |message: String| Failure { reason: reasons::NO_MEMORY_BACKEND, message };
    let named = run.query.spec.memory.as_ref();
    let name = named.map_or(DEFAULT, |memory| memory.name.as_str());
    let namespace = named.map_or(run.namespace.as_str(), |memory| memory.namespace_or(&run.namespace));
    let found = run.world.find::<Memory>(namespace, name).await;
    let memory = match found.map_err(|error| unavailable(error.message))? {
        Some(memory) => memory,
        None if named.is_none() => {
            let made = run.memories.provide(namespace).await;
            made.map_err(|error| unavailable(error.to_string()))?
        }
        None => {
            return Err(unavailable(format!(
                "There is no Memory '{name}' in namespace '{namespace}'. Create it, or take spec.memory out to use the Memory 'default'."
            )));
        }
    };
    if !memory::is_ours(&memory) {
        return Err(unavailable(format!(
            "Memory '{name}' is a service at an address of its own, which this version cannot use yet. A Memory with an empty spec is kept here."
        )));
    }
    let reference = ObjectRef { kind: Kind::Memory, namespace: namespace.to_owned(), name: name.to_owned() };
    Ok((reference, memory.uid().unwrap_or_default()))
}
