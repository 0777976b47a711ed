//! Data sets as pages see them.
//!
//! Rights: one that is a ConfigMap is read and written as the person, so that their rights on ConfigMaps decide. One that is kept here
//! is no object of the API; who may view, change and delete Evaluations of its namespace may do the same with it.

mod change;
mod config_map;
mod news;
mod past;
mod transfer;

use futures::TryStreamExt;
use k8s_openapi::api::core::v1::{ConfigMap, Namespace};
use kube::api::Api;

use super::objects::check;
use super::{Services, asker, services};
use crate::engine::world::World;
use crate::evaluation::datasets::{DataSetError, DataSets, Home, Item, Version};
use crate::evaluation::experiment::Experiments;
use crate::kubernetes::access::Verb;
use crate::resources::kind::Kind;
use crate::views::datasets::{
    DataSetHome, DataSetRequest, DataSetRow, DataSetView, ITEMS_WINDOW, ItemData, VersionView,
};
use crate::views::problem::{FieldProblem, Problem, ProblemCode};

pub use change::change;
pub use news::{News, SetsTopic};
pub use transfer::{Upload, download, upload};

/// ConfigMaps with the label that a list shows; of more, it shows the first by name.
const MAX_LISTED: u32 = 500;
/// Evaluations that the page of a data set names.
const MAX_USERS: usize = 50;
/// Bytes of an export by the server function; larger ones are downloaded.
const MAX_EXPORT: usize = 16 << 20;

/// The data sets, the world as the person sees it, and the handles.
struct Desk {
    services: Services,
    sets: DataSets,
    world: World,
}

impl Desk {
    fn new(services: &Services) -> Self {
        let environment = services.engine().world().environment().clone();
        Self {
            sets: DataSets::new(services.store().clone()),
            // No address of a Service is looked up.
            world: World::new(services.client(&asker()), String::new(), environment),
            services: services.clone(),
        }
    }

    /// Whether there is a namespace: what is kept of one goes with it.
    ///
    /// # Errors
    ///
    /// There is none of this name.
    async fn exists(&self, namespace: &str) -> Result<(), Problem> {
        if self.services.caches().namespaces.get("", namespace).is_some() {
            return Ok(());
        }
        // The watch may be behind, and the person may not be allowed to look at namespaces.
        let there = Api::<Namespace>::all(self.services.client(&asker())).get_metadata_opt(namespace).await;
        match there {
            Ok(Some(_)) => Ok(()),
            _ => Err(Problem::new(ProblemCode::NotFound, format!("There is no namespace '{namespace}'."))
                .next("Create it, or choose another.")),
        }
    }

    /// Names of Evaluations that ask a data set.
    fn users(&self, namespace: &str, name: &str) -> Vec<String> {
        let asks = |evaluation: &crate::resources::Evaluation| {
            evaluation.spec.config.data_set.as_ref().is_some_and(|set| set.name == name)
        };
        let all = self.services.caches().evaluations.list(Some(namespace));
        let names = all.iter().filter(|one| asks(one)).filter_map(|one| one.metadata.name.clone());
        names.take(MAX_USERS).collect()
    }

    async fn row(
        &self,
        namespace: &str,
        name: &str,
        home: DataSetHome,
        number: u32,
    ) -> Result<DataSetRow, Problem> {
        let found = self.sets.version(namespace, name, number).await.map_err(problem)?;
        let Version { items, tags, at_ms, .. } = found.unwrap_or_default();
        let experiments = Experiments::new(self.services.store().clone()).asked(namespace, name).await;
        Ok(DataSetRow {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            home,
            version: number,
            items,
            tags,
            changed_ms: at_ms,
            experiments: experiments.map_err(|error| problem(error.into()))?,
            error: String::new(),
        })
    }

    /// The row of a ConfigMap; one that cannot be read shows the newest version that could, and why.
    async fn map_row(&self, map: &ConfigMap) -> Result<DataSetRow, Problem> {
        let namespace = map.metadata.namespace.as_deref().unwrap_or_default();
        let name = map.metadata.name.as_deref().unwrap_or_default();
        match self.sets.look(map, "Changed in the ConfigMap").await {
            Ok(number) => self.row(namespace, name, DataSetHome::ConfigMap, number).await,
            Err(error @ DataSetError::Unreadable { .. }) => {
                let known = self.sets.versions(namespace, name).await.map_err(problem)?;
                let number = known.first().map_or(0, |version| version.number);
                let row = self.row(namespace, name, DataSetHome::ConfigMap, number).await?;
                Ok(DataSetRow { error: error.to_string(), ..row })
            }
            Err(error) => Err(problem(error)),
        }
    }
}

/// See [`crate::api::datasets::list_data_sets`].
pub async fn list(namespace: Option<String>) -> Result<Vec<DataSetRow>, Problem> {
    let desk = Desk::new(&services()?);
    let namespace = namespace.filter(|name| !name.is_empty());
    check(Verb::List, Kind::Evaluation, namespace.as_deref())?;
    let mut rows = Vec::new();
    for known in desk.sets.kept_here(namespace.as_deref()).await.map_err(problem)? {
        rows.push(desk.row(&known.namespace, &known.name, DataSetHome::Store, known.newest).await?);
    }
    for map in config_map::list(&desk, namespace.as_deref()).await? {
        rows.push(desk.map_row(&map).await?);
    }
    rows.sort_by(|a, b| (&a.name, &a.namespace).cmp(&(&b.name, &b.namespace)));
    Ok(rows)
}

/// See [`crate::api::datasets::get_data_set`].
pub async fn get(request: DataSetRequest) -> Result<DataSetView, Problem> {
    check(Verb::Get, Kind::Evaluation, Some(&request.namespace))?;
    let desk = Desk::new(&services()?);
    let DataSetRequest { namespace, name, version, tag, search, offset } = &request;
    let row = match desk.sets.newest(&desk.world, namespace, name).await {
        Ok((home, newest)) => desk.row(namespace, name, self::home(home), newest).await?,
        Err(DataSetError::Unreadable { .. }) => {
            desk.map_row(&config_map::read(&desk, namespace, name).await?).await?
        }
        Err(error) => return Err(problem(error)),
    };
    let number = if *version == 0 { row.version } else { *version };
    let versions = desk.sets.versions(namespace, name).await.map_err(problem)?;
    let (items, items_total) = match versions.iter().find(|one| one.number == number) {
        Some(shown) if tag.is_empty() && search.trim().is_empty() => {
            let window = desk.sets.window(namespace, name, number, *offset, ITEMS_WINDOW).await;
            (window.map_err(problem)?, shown.items)
        }
        // One that could never be read has no items to show.
        None if row.version == 0 => (Vec::new(), 0),
        _ => {
            let mut items = desk.sets.items(namespace, name, number).await.map_err(problem)?;
            items.retain(|item| (tag.is_empty() || item.tags.contains(tag)) && says(item, search));
            let total = items.len();
            (items.into_iter().skip(*offset).take(ITEMS_WINDOW).collect(), total)
        }
    };
    Ok(DataSetView {
        used_by: desk.users(namespace, name),
        version: number,
        versions: versions.into_iter().map(version_view).collect(),
        items: items.into_iter().map(item_data).collect(),
        items_total,
        row,
    })
}

/// See [`crate::api::datasets::data_set_now`].
pub async fn now(request: DataSetRequest) -> Result<Option<DataSetView>, Problem> {
    let (namespace, name) = (request.namespace.clone(), request.name.clone());
    match get(request).await {
        Err(problem) if problem.code == ProblemCode::NotFound => {
            let desk = Desk::new(&services()?);
            match desk.sets.newest(&desk.world, &namespace, &name).await {
                Err(DataSetError::NotFound { .. }) => Ok(None),
                // It is there, and the version that was asked for is forgotten.
                _ => Err(problem),
            }
        }
        answer => answer.map(Some),
    }
}

/// See [`crate::api::datasets::export_data_set`].
pub async fn export(namespace: String, name: String, version: u32) -> Result<String, Problem> {
    check(Verb::Get, Kind::Evaluation, Some(&namespace))?;
    let desk = Desk::new(&services()?);
    let newest = desk.sets.newest(&desk.world, &namespace, &name).await.map_err(problem)?.1;
    let version = if version == 0 { newest } else { version };
    let mut lines = desk.sets.lines(&namespace, &name, version).await.map_err(problem)?;
    let mut text = String::new();
    while let Some(line) = lines.try_next().await.map_err(problem)? {
        text.push_str(&line);
        if text.len() > MAX_EXPORT {
            return Err(Problem::new(
                ProblemCode::Invalid,
                format!("Data set {name} has more than {} MiB.", MAX_EXPORT >> 20),
            )
            .next(format!("Download it from /api/datasets/download/{namespace}/{name}?version={version}.")));
        }
    }
    Ok(text)
}

/// See [`crate::api::datasets::delete_data_set`].
pub async fn delete(namespace: String, name: String) -> Result<(), Problem> {
    check(Verb::Delete, Kind::Evaluation, Some(&namespace))?;
    let desk = Desk::new(&services()?);
    match desk.sets.newest(&desk.world, &namespace, &name).await {
        Ok((Home::Store, _)) => {}
        Ok((Home::ConfigMap, _)) | Err(DataSetError::Unreadable { .. }) => {
            config_map::delete(&desk, &namespace, &name).await?;
        }
        Err(error) => return Err(problem(error)),
    }
    desk.sets.delete(&namespace, &name).await.map_err(problem)
}

fn home(home: Home) -> DataSetHome {
    match home {
        Home::ConfigMap => DataSetHome::ConfigMap,
        Home::Store => DataSetHome::Store,
    }
}

/// Whether an item holds a text, whatever its case.
fn says(item: &Item, search: &str) -> bool {
    let wanted = search.trim().to_lowercase();
    [&item.id, &item.name, &item.input, &item.expected_output]
        .iter()
        .any(|text| text.to_lowercase().contains(&wanted))
}

fn version_view(version: Version) -> VersionView {
    let changes = version.changes;
    VersionView {
        number: version.number,
        at_ms: version.at_ms,
        items: version.items,
        changes: (changes.added, changes.changed, changes.removed),
        note: version.note,
    }
}

fn item_data(item: Item) -> ItemData {
    let metadata = if item.metadata.is_empty() {
        String::new()
    } else {
        serde_json::to_string(&item.metadata).unwrap_or_default()
    };
    ItemData {
        id: item.id,
        name: item.name,
        input: item.input,
        expected_output: item.expected_output,
        tags: item.tags,
        metadata,
        source: item.source,
    }
}

/// Words for a person.
fn problem(error: DataSetError) -> Problem {
    let text = error.to_string();
    match error {
        DataSetError::NotFound { .. } | DataSetError::NoVersion { .. } => {
            Problem::new(ProblemCode::NotFound, text)
        }
        DataSetError::Unreadable { why, .. } => wrong(text, &why),
        DataSetError::Twice { .. } => Problem::new(ProblemCode::AlreadyExists, text),
        DataSetError::NoItems { .. } => Problem::new(ProblemCode::Invalid, text),
        DataSetError::Conflict { .. } => Problem::new(ProblemCode::Conflict, text)
            .next("Load the newest version and make the change again."),
        DataSetError::Api(error) if error.code == crate::engine::codes::FORBIDDEN => {
            Problem::new(ProblemCode::Forbidden, text)
        }
        DataSetError::Api(_) => Problem::new(ProblemCode::Unavailable, text).next("Try again in a moment."),
        DataSetError::Store(error) => {
            tracing::error!(%error, "a data set could not be read or kept");
            Problem::new(ProblemCode::Internal, format!("The data set could not be read or kept: {error}."))
        }
    }
}

/// What is wrong in a text, beside its line.
fn wrong(message: String, why: &str) -> Problem {
    let line = why
        .split("line ")
        .nth(1)
        .and_then(|rest| rest.chars().take_while(char::is_ascii_digit).collect::<String>().parse().ok());
    let mut problem = Problem::new(ProblemCode::Invalid, message);
    problem.fields.push(FieldProblem { field: "items".into(), message: why.to_owned(), line });
    problem
}
