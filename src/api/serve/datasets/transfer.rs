//! Large data sets, in and out.

use bytes::Bytes;
use futures::channel::mpsc;
use futures::{SinkExt, Stream, StreamExt};

use super::{Desk, problem, wrong};
use crate::api::serve::objects::check;
use crate::api::serve::{Services, asker};
use crate::evaluation::datasets::{DataSetError, Format, Home, Item, Reading, append, items};
use crate::kubernetes::access::Verb;
use crate::resources::kind::Kind;
use crate::views::problem::{Problem, ProblemCode};

/// Bytes of an upload: the items, and as much again for how they are written.
pub const MAX_UPLOAD: usize = 64 << 20;
/// Bytes of one line: an item, with room for how it is written.
const MAX_LINE: usize = 1 << 20;
/// Pieces of a download that wait for a slow reader.
const WAITING: usize = 1;

/// What is uploaded.
#[derive(Debug, Clone, Default)]
pub struct Upload {
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// A table, and not an object a line.
    pub csv: bool,
    /// The version that it was made from; `None` for the newest, whatever it is.
    pub from: Option<u32>,
    /// Added to what is there, and not in its place.
    pub append: bool,
    /// In words, for the list of versions.
    pub note: String,
}

/// Takes a body as the next version of a data set that is kept here; answers with its number and how many items it has.
pub async fn upload<E: std::fmt::Display>(
    services: &Services,
    what: Upload,
    body: impl Stream<Item = Result<Bytes, E>>,
) -> Result<(u32, usize), Problem> {
    let Upload { namespace, name, .. } = &what;
    check(Verb::Apply, Kind::Evaluation, Some(namespace))?;
    super::change::sound(name)?;
    let desk = Desk::new(services);
    let newest = match desk.sets.newest(&desk.world, namespace, name).await {
        Ok((Home::Store, newest)) => newest,
        Ok((Home::ConfigMap, _)) | Err(DataSetError::Unreadable { .. }) => {
            return Err(Problem::new(ProblemCode::Conflict, format!("Data set '{name}' is a ConfigMap."))
                .next("Change it on its page or with kubectl, or upload under another name."));
        }
        Err(DataSetError::NotFound { .. }) => {
            desk.exists(namespace).await?;
            0
        }
        Err(error) => return Err(problem(error)),
    };
    let uploaded = read(body, what.csv).await?;
    let items = match newest {
        version if what.append && version > 0 => {
            append(desk.sets.items(namespace, name, version).await.map_err(problem)?, uploaded)
        }
        _ => uploaded,
    };
    let note = match what.note.trim() {
        "" => format!("Uploaded by {}", asker().display()),
        note => note.to_owned(),
    };
    let number = desk.sets.put(namespace, name, what.from.unwrap_or(newest), &note, &items).await;
    Ok((number.map_err(problem)?, items.len()))
}

/// The items of a body. Lines are read as they come, so that what is wrong in the first ends the upload.
async fn read<E: std::fmt::Display>(
    body: impl Stream<Item = Result<Bytes, E>>,
    csv: bool,
) -> Result<Vec<Item>, Problem> {
    let unreadable = |why: String| wrong(format!("The upload cannot be read: {why}."), &why);
    let mut body = std::pin::pin!(body);
    let (mut rest, mut size, mut reading) = (Vec::new(), 0, Reading::default());
    while let Some(part) = body.next().await {
        let part = part.map_err(|error| {
            Problem::new(ProblemCode::Invalid, format!("The upload was cut: {error}."))
                .next(format!("An upload may have {} MiB.", MAX_UPLOAD >> 20))
        })?;
        size += part.len();
        if size > MAX_UPLOAD {
            return Err(unreadable(format!("it has more than {} MiB", MAX_UPLOAD >> 20)));
        }
        rest.extend_from_slice(&part);
        if csv {
            continue;
        }
        let mut from = 0;
        while let Some(end) = rest[from..].iter().position(|byte| *byte == b'\n') {
            reading.line(&rest[from..from + end]).map_err(unreadable)?;
            from += end + 1;
        }
        rest.drain(..from);
        if rest.len() > MAX_LINE {
            return Err(unreadable(format!("a line has more than {MAX_LINE} bytes")));
        }
    }
    if csv {
        let text = String::from_utf8(rest).map_err(|_| unreadable("it is no text in UTF-8".to_owned()))?;
        return items(&text, Format::Csv).map_err(unreadable);
    }
    reading.line(&rest).map_err(unreadable)?;
    reading.end().map_err(unreadable)
}

/// The items of a version (0 for the newest) as JSONL, piece by piece, and its number.
pub async fn download(
    services: &Services,
    namespace: &str,
    name: &str,
    version: u32,
) -> Result<(u32, mpsc::Receiver<Result<Bytes, String>>), Problem> {
    check(Verb::Get, Kind::Evaluation, Some(namespace))?;
    let desk = Desk::new(services);
    let newest = desk.sets.newest(&desk.world, namespace, name).await.map_err(problem)?.1;
    let version = if version == 0 { newest } else { version };
    if desk.sets.version(namespace, name, version).await.map_err(problem)?.is_none() {
        let (namespace, name) = (namespace.to_owned(), name.to_owned());
        return Err(problem(DataSetError::NoVersion { namespace, name, version, newest }));
    }
    let (mut sender, receiver) = mpsc::channel(WAITING);
    let (sets, namespace, name) = (desk.sets, namespace.to_owned(), name.to_owned());
    // It ends with the reader: what nobody takes is not sent.
    tokio::spawn(async move {
        let mut lines = match sets.lines(&namespace, &name, version).await {
            Ok(lines) => lines,
            Err(error) => {
                let _ = sender.send(Err(error.to_string())).await;
                return;
            }
        };
        while let Some(line) = lines.next().await {
            let line = line.map(Bytes::from).map_err(|error| error.to_string());
            if sender.send(line).await.is_err() {
                return;
            }
        }
    });
    Ok((version, receiver))
}
