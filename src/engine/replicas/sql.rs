//! The SQL of claims, all of it; only PostgreSQL is told this.

use super::LOST_AFTER;
use crate::engine::journal::RunRecord;
use crate::store::Statement;

/// Takes the run when nobody has it who lives. Changes one row when it is ours now.
pub(super) fn claim(run: &RunRecord, me: &str) -> Statement {
    Statement::new(
        "INSERT INTO runs AS r (id, namespace, name, created_ms, owner) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (id) DO UPDATE SET owner = excluded.owner \
         WHERE r.owner IS NULL OR r.owner = excluded.owner OR NOT EXISTS (SELECT 1 FROM replicas p \
         WHERE p.id = r.owner AND p.beat_at > now() - make_interval(secs => $6))",
    )
    .bind(run.id.as_str())
    .bind(run.namespace.as_str())
    .bind(run.name.as_str())
    .bind(run.created_ms)
    .bind(me)
    .bind(LOST_AFTER.as_secs_f64())
}

/// The run, when it has not ended and is another's who lives.
pub(super) fn anothers(run: &str, me: &str) -> Statement {
    Statement::new(
        "SELECT r.id FROM runs r JOIN replicas p ON p.id = r.owner \
         WHERE r.id = $1 AND r.finished_ms IS NULL AND r.owner <> $2 AND p.beat_at > now() - make_interval(secs => $3)",
    )
    .bind(run)
    .bind(me)
    .bind(LOST_AFTER.as_secs_f64())
}

/// Runs that have not ended and have no owner who lives.
pub(super) fn orphans(limit: i64) -> Statement {
    Statement::new(
        "SELECT r.id, r.namespace, r.name FROM runs r WHERE r.finished_ms IS NULL AND (r.owner IS NULL \
         OR NOT EXISTS (SELECT 1 FROM replicas p WHERE p.id = r.owner AND p.beat_at > now() - make_interval(secs => $1))) \
         ORDER BY r.created_ms LIMIT $2",
    )
    .bind(LOST_AFTER.as_secs_f64())
    .bind(limit)
}

pub(super) fn beat(me: &str) -> Statement {
    Statement::new("INSERT INTO replicas (id) VALUES ($1) ON CONFLICT (id) DO UPDATE SET beat_at = now()")
        .bind(me)
}

/// Every replica and the age of its beat in milliseconds, the oldest replica first.
pub(super) fn replicas() -> Statement {
    Statement::new(
        "SELECT id, (extract(epoch FROM now() - beat_at) * 1000)::bigint FROM replicas ORDER BY started_at, id",
    )
}

pub(super) fn bury(id: &str) -> Statement {
    Statement::new("DELETE FROM replicas WHERE id = $1").bind(id)
}

/// Gives the runs back. The beat is made an old one, not removed: a replica that does not hear of it finds it dead at its next
/// beat, and looks for the runs.
pub(super) fn leave(me: &str) -> [Statement; 2] {
    [
        Statement::new("UPDATE runs SET owner = NULL WHERE owner = $1 AND finished_ms IS NULL").bind(me),
        Statement::new("UPDATE replicas SET beat_at = now() - interval '1 minute' WHERE id = $1").bind(me),
    ]
}
