//! `selector`: an agent or a model picks the next speaker, among those to whom edges lead when there are edges.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::super::agent;
use super::super::step::{self, Caller};
use super::graph::{by_edge, followers, no_edge};
use super::{Candidates, Choice, Picked, Session};
use crate::engine::error::RunError;
use crate::engine::journal::{Event, TeamEnd, ToolCall, TurnRule};
use crate::engine::models::HeaderOverrides;
use crate::engine::providers::{ChatAnswer, ChatRequest, Message, Role, ToolDefinition};
use crate::engine::template;
use crate::resources::agent::Agent;
use crate::resources::kind::Kind;
use crate::resources::model::Model;
use crate::resources::team::{MemberType, Picker, Team, TeamEdge, TeamMember, TeamSelector};

/// Ark's name of the tool that names the next speaker.
const SELECT: &str = "select-next-speaker";
/// Ark's name of the tool that ends the conversation.
const TERMINATE: &str = "terminate";
/// What a picker that answers in words writes to end the conversation.
const TERMINATE_WORD: &str = "TERMINATE";
/// Characters of a picker's wrong answer that a sentence quotes.
const QUOTE: usize = 80;
/// The prompt where the team sets none; `select-next-speaker` is named only where it is offered.
const PROMPT: &str = "You lead a conversation between these roles:\n{{ .Roles }}\n\nRead the conversation and choose the role that \
speaks next. Only these may: {{ .Participants }}.\n\nThe conversation so far:\n\n{{ .History }}";
/// The request after the prompt, of a picker that answers in words.
const ASK_NAME: &str = "Choose the next participant. Answer with its name only.";
/// The request after the prompt, of a picker that answers by a tool.
const ASK_CALL: &str = "Choose the next participant.";

/// Who may speak in `turn`, from 0, after the member at `previous`.
pub(super) fn legal(
    members: &[TeamMember],
    edges: &[TeamEdge],
    turn: usize,
    previous: Option<usize>,
) -> Candidates {
    if edges.is_empty() || turn == 0 {
        return Candidates::Several((0..members.len()).collect());
    }
    let next = followers(members, edges, previous);
    match next.as_slice() {
        [] => Candidates::Nobody(TeamEnd::NoEdge, no_edge(members, previous)),
        [member] => Candidates::One(by_edge(members, previous, *member)),
        _ => Candidates::Several(next),
    }
}

/// Asks the picker who of `legal` speaks in `turn`.
pub(super) async fn pick(session: &Session<'_>, turn: usize, legal: &[usize]) -> Result<Picked, RunError> {
    let Session { run, place, spec, .. } = session;
    let namespace = run.namespace.as_str();
    let settings = spec.selector.clone().unwrap_or_default();
    let (agent, model_name, model_namespace) = match spec.picker() {
        Picker::Agent(name) => {
            let agent: Agent = run.world.get(namespace, name).await?;
            let (model, from) = agent.spec.model(namespace);
            let (model, from) = (model.to_owned(), from.to_owned());
            (Some((agent, name)), model, from)
        }
        Picker::Model(name) => (None, name.to_owned(), namespace.to_owned()),
    };
    let model: Model = run.world.get(&model_namespace, &model_name).await?;
    let names: Vec<&str> = legal.iter().map(|at| spec.members[*at].name.as_str()).collect();
    let prompt = prompt(session, &settings, &names).await?;
    let mut request = ChatRequest::default();
    let by_tool = agent.is_some() || settings.enable_terminate_tool == Some(true);
    if by_tool {
        request.tools = tools(&settings, &names);
        request.must_call = true;
    }
    if let Some((agent, _)) = &agent {
        request.messages.extend(agent::prompt(run, agent).await?.map(Message::system));
    }
    request.messages.push(Message::system(prompt));
    request.messages.push(Message::user(if by_tool { ASK_CALL } else { ASK_NAME }));
    let caller = Caller {
        target: place.target,
        model: &model,
        model_ref: agent::object(Kind::Model, &model_namespace, &model_name),
        agent: agent.as_ref().map(|(_, name)| agent::object(Kind::Agent, namespace, name)),
        overrides: HeaderOverrides {
            agent: agent.as_ref().map(|(agent, _)| (namespace, agent.spec.overrides.as_slice())),
            query: Some((namespace, &run.query.spec.overrides)),
        },
    };
    let step = place.pick(turn);
    let answer = step::ask(run, &caller, &step, &request).await?;
    let who = match &agent {
        Some((_, name)) => format!("Agent '{name}'"),
        None => format!("Model '{model_name}'"),
    };
    let picked = read(&answer, &spec.members, legal, &who);
    note(session, &step, &answer, &picked);
    Ok(picked)
}

/// The prompt, with the roles, who may speak, and what was said.
async fn prompt(session: &Session<'_>, settings: &TeamSelector, names: &[&str]) -> Result<String, RunError> {
    let mut roles = Vec::with_capacity(session.spec.members.len());
    for member in &session.spec.members {
        roles.push(format!("{}: {}", member.name, description(session, member).await?));
    }
    let values = BTreeMap::from([
        ("Roles".to_owned(), roles.join(", ")),
        ("Participants".to_owned(), names.join(", ")),
        ("History".to_owned(), history(session.table.in_order())),
    ]);
    let own = Some(settings.selector_prompt.as_str()).filter(|text| !text.is_empty());
    let field = format!("spec.selector.selectorPrompt of team '{}'", session.name);
    let mut prompt = template::render(own.unwrap_or(PROMPT), &values, &field)?;
    if !settings.terminate_prompt.is_empty() && settings.enable_terminate_tool == Some(true) {
        prompt.push_str("\n\n");
        prompt.push_str(&settings.terminate_prompt);
    }
    Ok(prompt)
}

/// What a member is for; empty when it is not there, which its turn would tell.
async fn description(session: &Session<'_>, member: &TeamMember) -> Result<String, RunError> {
    let (world, namespace) = (&session.run.world, session.run.namespace.as_str());
    let found = match member.type_ {
        MemberType::Agent => {
            world.find::<Agent>(namespace, &member.name).await?.map(|agent| agent.spec.description)
        }
        MemberType::Team => {
            world.find::<Team>(namespace, &member.name).await?.map(|team| team.spec.description)
        }
    };
    Ok(found.unwrap_or_default())
}

/// The conversation as Ark shows it to a picker: a block for each that spoke, tools left out.
fn history<'a>(messages: impl Iterator<Item = &'a Message>) -> String {
    let blocks = messages.filter_map(|message| {
        let text = message.plain_text();
        let who = match message.role {
            Role::User => "user",
            Role::Assistant => message.name.as_deref().unwrap_or("assistant"),
            _ => return None,
        };
        (!text.is_empty()).then(|| format!("# {who}:\n{text}"))
    });
    blocks.collect::<Vec<_>>().join("\n\n")
}

fn tools(settings: &TeamSelector, names: &[&str]) -> Vec<ToolDefinition> {
    let mut tools = vec![ToolDefinition {
        name: SELECT.into(),
        description: "Names the participant that speaks next.".into(),
        parameters: json!({"type": "object", "properties": {"name": {"type": "string", "enum": names}}, "required": ["name"]}),
    }];
    if settings.enable_terminate_tool == Some(true) {
        let when = Some(settings.terminate_prompt.as_str()).filter(|text| !text.is_empty());
        tools.push(ToolDefinition {
            name: TERMINATE.into(),
            description: when.unwrap_or("Ends the conversation with a final response.").into(),
            parameters: json!({"type": "object", "properties": {"response":
                {"type": "string", "description": "The final response."}}, "required": ["response"]}),
        });
    }
    tools
}

/// What the picker's answer means. A call counts before words; words are a name, or `TERMINATE: last words`.
fn read(answer: &ChatAnswer, members: &[TeamMember], legal: &[usize], who: &str) -> Picked {
    let choose = |named: &str| -> Option<Picked> {
        let (member, exact) = find(named, members, legal)?;
        let how = if exact { "" } else { " in other words" };
        let why = format!("{who} chose '{}'{how}.", members[member].name);
        Some(Picked::Member(Choice { member, rule: TurnRule::Choice, why }))
    };
    if let Some(call) = answer.tool_calls.first() {
        let arguments: Map<String, Value> = serde_json::from_str(&call.arguments).unwrap_or_default();
        let text = |name: &str| arguments.get(name).and_then(Value::as_str).unwrap_or_default();
        if call.name == TERMINATE {
            return Picked::Terminate(text("response").to_owned());
        }
        return choose(text("name")).unwrap_or_else(|| wrong(who, &call.arguments));
    }
    let words = answer.content.trim();
    if let Some(rest) = words.strip_prefix(TERMINATE_WORD) {
        return Picked::Terminate(rest.trim_start_matches(':').trim().to_owned());
    }
    choose(words).unwrap_or_else(|| wrong(who, words))
}

/// The member that `named` means, and whether exactly so. Else quotes, marks and case are looked past, and last
/// a sentence counts that has the name of one member only.
fn find(named: &str, members: &[TeamMember], legal: &[usize]) -> Option<(usize, bool)> {
    let named = named.trim();
    let name = |at: &usize| members[*at].name.as_str();
    if let Some(at) = legal.iter().find(|at| name(at) == named) {
        return Some((*at, true));
    }
    let bare = named.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    if let Some(at) = legal.iter().find(|at| name(at) == bare) {
        return Some((*at, false));
    }
    let words: Vec<String> = named
        .split(|c: char| !(c.is_alphanumeric() || c == '-' || c == '.'))
        .map(|word| word.trim_matches(['-', '.']).to_lowercase())
        .collect();
    let mut mentioned = legal.iter().filter(|at| words.iter().any(|word| word == name(at)));
    let only = mentioned.next()?;
    mentioned.next().is_none().then_some((*only, false))
}

fn wrong(who: &str, said: &str) -> Picked {
    let quoted: String = said.chars().take(QUOTE).collect();
    Picked::Nobody(format!(
        "{who} named nobody who may speak next, so the conversation ends. It answered: {quoted}"
    ))
}

/// What became of the picker's call, so that it does not stand in the journal without an end.
fn note(session: &Session<'_>, step: &str, answer: &ChatAnswer, picked: &Picked) {
    let Some(ToolCall { id, name, .. }) = answer.tool_calls.first() else { return };
    let step = format!("{step}/call");
    if session.run.past.tool(&step).is_some() {
        return;
    }
    let (content, is_error) = match picked {
        Picked::Member(choice) => {
            (format!("{} speaks next", session.spec.members[choice.member].name), false)
        }
        Picked::Terminate(_) => ("The conversation ends".to_owned(), false),
        Picked::Nobody(why) => (why.clone(), true),
    };
    let (call_id, name) = (id.clone(), name.clone());
    let result = Event::ToolResult { step, call_id, name, content, is_error, duration_ms: 0 };
    session.run.journal.stage(Some(session.place.target), result);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members() -> Vec<TeamMember> {
        ["writer", "reviewer", "night-pilot"]
            .map(|name| TeamMember { name: name.into(), type_: MemberType::Agent })
            .into()
    }

    fn words(text: &str) -> Picked {
        let answer = ChatAnswer { content: text.into(), ..ChatAnswer::default() };
        read(&answer, &members(), &[0, 1, 2], "Model 'm'")
    }

    fn call(name: &str, arguments: &str) -> Picked {
        let call = ToolCall { id: "c".into(), name: name.into(), arguments: arguments.into() };
        let answer = ChatAnswer { tool_calls: vec![call], ..ChatAnswer::default() };
        read(&answer, &members(), &[0, 2], "Agent 'a'")
    }

    fn member(picked: Picked) -> usize {
        match picked {
            Picked::Member(choice) => choice.member,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn names_are_found_in_what_pickers_write() {
        assert_eq!(member(words("reviewer")), 1);
        assert_eq!(member(words(" **Reviewer**.\n")), 1);
        assert_eq!(member(words("Next is night-pilot, please.")), 2);
        assert!(matches!(words("writer or reviewer"), Picked::Nobody(_)), "two names are no choice");
        assert!(matches!(words("pilot"), Picked::Nobody(_)), "half a name is none");
        assert_eq!(words("TERMINATE: All is said."), Picked::Terminate("All is said.".into()));
    }

    #[test]
    fn calls_name_who_may_speak_or_end_it() {
        assert_eq!(member(call(SELECT, r#"{"name": "night-pilot"}"#)), 2);
        assert!(matches!(call(SELECT, r#"{"name": "reviewer"}"#), Picked::Nobody(_)), "no edge leads there");
        assert!(matches!(call(SELECT, "{"), Picked::Nobody(_)));
        assert_eq!(call(TERMINATE, r#"{"response": "Done."}"#), Picked::Terminate("Done.".into()));
    }

    #[test]
    fn a_picker_reads_who_said_what_without_tools() {
        let said = [
            Message::user("How is the tide?"),
            Message::assistant("Low.", Vec::new(), Some("writer".into())),
            Message::tool("c", "{}"),
        ];
        assert_eq!(history(said.iter()), "# user:\nHow is the tide?\n\n# writer:\nLow.");
    }
}
