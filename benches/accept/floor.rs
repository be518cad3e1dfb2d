//! What cannot be beaten: the disk's synced appends, the database's bare commits, an HTTP exchange that stores nothing.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::str::FromStr as _;
use std::time::Instant;

use axum::{Json, Router, routing::post};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _};

/// Appends of a row's size for `group` rows, each synced; rows a second.
pub fn appends(dir: &Path, group: usize, rounds: usize) -> anyhow::Result<f64> {
    let mut file = File::create(dir.join(format!("append-{group}")))?;
    let bytes = vec![b'x'; 600 * group];
    let begun = Instant::now();
    for _ in 0..rounds {
        file.write_all(&bytes)?;
        file.sync_data()?;
    }
    Ok(rate(group * rounds, begun))
}

/// Commits of the two bare rows that a text is (a message, a carrier job), `group` texts a commit; texts a second.
pub async fn commits(dir: &Path, group: usize, rounds: usize) -> anyhow::Result<f64> {
    let path = format!("sqlite://{}", dir.join(format!("bare-{group}.db")).display());
    let mut conn = SqliteConnectOptions::from_str(&path)?
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .disable_statement_logging()
        .connect()
        .await?;
    sqlx::raw_sql(
        "CREATE TABLE messages (id BLOB PRIMARY KEY, contact INTEGER NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
         CREATE INDEX messages_contact ON messages(contact);
         CREATE TABLE jobs (message BLOB PRIMARY KEY, state TEXT NOT NULL) WITHOUT ROWID;",
    )
    .execute(&mut conn)
    .await?;
    let body = "x".repeat(120);
    let begun = Instant::now();
    let mut n: i64 = 0;
    for _ in 0..rounds {
        let mut tx = conn.begin().await?;
        for _ in 0..group {
            n += 1;
            // Time-ordered, as the ids of texts are.
            let mut id = [0_u8; 16];
            id[..8].copy_from_slice(&n.to_be_bytes());
            sqlx::query("INSERT INTO messages VALUES ($1, $2, $3); INSERT INTO jobs VALUES ($1, 'ready')")
                .bind(id.as_slice())
                .bind(n)
                .bind(body.as_str())
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
    }
    conn.close().await?;
    Ok(rate(group * rounds, begun))
}

/// A server that reads JSON, stores nothing, and answers JSON.
pub fn bare() -> Router {
    async fn echo(Json(body): Json<serde_json::Value>) -> (axum::http::StatusCode, Json<serde_json::Value>) {
        (
            axum::http::StatusCode::ACCEPTED,
            Json(serde_json::json!({ "id": body.get("contact"), "outcome": "accepted" })),
        )
    }
    Router::new().route("/api/v1/messages/{id}", post(echo).put(echo))
}

fn rate(many: usize, begun: Instant) -> f64 {
    f64::from(u32::try_from(many).unwrap_or(u32::MAX)) / begun.elapsed().as_secs_f64()
}
