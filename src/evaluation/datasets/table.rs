//! Items in a table: CSV, with a comma, a semicolon or a tab between fields.

use super::read::{Place, Placed};
use super::record::Record;

/// Columns are named as the fields; others are metadata.
pub(super) fn read(text: &str) -> Result<Vec<Placed>, String> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter(text))
        .trim(csv::Trim::Headers)
        .from_reader(text.as_bytes());
    let place = |error: &csv::Error| error.position().map_or(1, csv::Position::line);
    let headers = reader.headers().map_err(|error| format!("line {}: {error}", place(&error)))?.clone();
    if !headers.iter().any(|name| name == "input") {
        return Err(format!(
            "line 1: there is no column 'input'; there are {}",
            headers.iter().collect::<Vec<_>>().join(", ")
        ));
    }
    let mut records = Vec::new();
    for row in reader.records() {
        let row = row.map_err(|error| match error.kind() {
            csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
                format!("line {}: it has {len} fields, and the heading has {expected_len}", place(&error))
            }
            _ => format!("line {}: {error}", place(&error)),
        })?;
        let line = row.position().map_or(0, csv::Position::line);
        let mut record = Record::default();
        for (name, value) in headers.iter().zip(row.iter()) {
            record.set(name, value);
        }
        records.push((Place::Line(line), record));
    }
    Ok(records)
}

/// What stands between the fields of the heading. Tables of European spreadsheets have semicolons.
pub(super) fn delimiter(text: &str) -> u8 {
    let heading = text.lines().next().unwrap_or_default();
    let count = |byte: u8| heading.bytes().filter(|other| *other == byte).count();
    [b',', b';', b'\t'].into_iter().rev().max_by_key(|byte| count(*byte)).unwrap_or(b',')
}
